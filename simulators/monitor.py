"""A bedside monitor with cuff: raw channels as a numerics export writes them, artefacts and drop-outs included.

A drop-out is coded as 0, the cuff columns are empty unless a cycle ended, no arterial line is connected (zeros), HR and
PULSE come from two probes and disagree, the mean pressure is not (SBP + 2 DBP) / 3. What the device makes of a row on
its way out is `monitor_output`.

An artefact is shown as measured and is not the patient's; a channel without signal is a drop-out and none. Shares of
artefacts: `monitor_artefacts`. Drop-outs are our calibration: published records miss the heart rate in runs of minutes,
but here a nurse is at the chair who puts a probe back, so that the median run is half a minute with a long tail; an
awake outpatient (restlessness 1) is without finger probe for about 2 % of the time.
"""

import math
from collections.abc import Sequence

from numpy.random import Generator

from simulators.blood_pressure_cuff import BloodPressureCuff
from simulators.monitor_artefacts import (
    END_TIDAL_CO2_SHARE,
    HEART_RATE_SHARE,
    RESPIRATION_SHARE,
    SPO2_SHARE,
    Artefact,
    ArtefactSource,
)
from simulators.virtual_patient import Vitals, lognormal

CUFF_CHANNELS = ("NBPSys", "NBPDias", "NBPMean")
CHANNELS = ("HR", "ABPSys", "ABPDias", "ABPMean", "PULSE", "RESP", "SpO2", *CUFF_CHANNELS)
DEVICE_PROFILE = "bedside_numerics"
NOT_MEASURED = "0"
NOTHING_DUE = ""

# Fast noise, one standard deviation (simulators.md 4.2); slow drift is the patient's own.
_RATE_SD_PER_MIN, _BREATHS_SD_PER_MIN, _SPO2_SD, _CO2_SD_MMHG = 1.0, 1.5, 0.3, 1.0
_LOWEST_BREATHS_PER_MIN, _LOWEST_RATE_PER_MIN, _LOWEST_SPO2 = 4.0, 20.0, 50.0
# A fifth of the wrong heart rates is doubled or halved, the others are off by 15 to 30.
_SPIKES = 0.2
_WRONG_RATE_PER_MIN = (15.0, 30.0)
_MOTION_DIP = (5.0, 15.0)
# The dip is back to a fiftieth of its depth when the artefact is over.
_DIP_TIME_CONSTANTS = 4.0
# Talking is first counted as breaths, then as none.
_COUNTED_TALKING_MIN = 1 / 6
_TALKING_PER_MIN = (40.0, 48.0)
_NO_CO2 = 1 / 3
_MOUTH_BREATHING = (0.3, 0.7)
_PERFUSION, _LOW_PERFUSION = 3.5, 0.3


class Probe:
    """One probe that comes off at random, in runs with a long tail."""

    def __init__(self, generator: Generator, losses_per_min: float, median_min: float) -> None:
        self._generator = generator
        self._losses_per_min = losses_per_min
        self._median_min = median_min
        self._off_until_min = -1.0

    def is_off(self, minute: float, since_min: float) -> bool:
        """Whether the probe is off at `minute`; `since_min` is the time since the last question."""
        if minute >= self._off_until_min and self._generator.random() < self._losses_per_min * since_min:
            self._off_until_min = minute + lognormal(self._generator, self._median_min, 1.0)
        return minute < self._off_until_min


class BedsideMonitor:
    """A monitor at one chair. Cuff, probes, artefacts and noise draw from streams of their own.

    `artefact_channels` are the columns of the last row that show what is not the patient's. With `is_cuff_on_probe_arm`
    the oximeter is without signal while the cuff is inflated.
    """

    def __init__(
        self,
        generator: Generator,
        restlessness: float = 1.0,
        first_cuff_min: float = 0.0,
        cuff_interval_min: float = 5.0,
        probe_off_min: Sequence[tuple[float, float]] = (),
        decimals: int = 0,
        *,
        has_capnograph: bool = False,
        is_cuff_on_probe_arm: bool = False,
    ) -> None:
        probes, cuff, noise, *artefacts = generator.spawn(7)
        self._noise = noise
        self._decimals = decimals
        self._probe_off_min = tuple(probe_off_min)
        self._has_capnograph = has_capnograph
        self._is_cuff_on_probe_arm = is_cuff_on_probe_arm
        self._cuff = BloodPressureCuff(cuff, restlessness, first_cuff_min, cuff_interval_min)
        self._electrodes = Probe(probes, 0.004 * restlessness, 0.5)
        self._finger = Probe(probes, 0.04 * restlessness, 0.45)
        self._breathing = Probe(probes, 0.02 * restlessness, 0.25)
        self._wrong_rate = ArtefactSource(artefacts[0], HEART_RATE_SHARE * restlessness, 10, 10)
        self._motion = ArtefactSource(artefacts[1], SPO2_SHARE * restlessness, 30, 60)
        self._talking = ArtefactSource(artefacts[2], RESPIRATION_SHARE * restlessness, 10, 30)
        self._wrong_co2 = ArtefactSource(artefacts[3], END_TIDAL_CO2_SHARE * restlessness, 20, 60)
        self._last_min: float | None = None
        self._wrong: set[str] = set()

    @property
    def artefact_channels(self) -> frozenset[str]:
        """Columns of the last row whose text is an artefact."""
        return frozenset(self._wrong)

    def sample(self, minute: float, vitals: Vitals) -> dict[str, str]:
        """The channels of one moment, as text; moments are asked for in order."""
        since_min = 0.0 if self._last_min is None else minute - self._last_min
        self._last_min = minute
        self._wrong.clear()
        electrodes_off = self._electrodes.is_off(minute, since_min)
        breathing_off = self._breathing.is_off(minute, since_min) or electrodes_off
        values = dict.fromkeys(CHANNELS, NOT_MEASURED)
        values |= {} if electrodes_off else {"HR": self._heart_rate(minute, vitals)}
        values |= {} if breathing_off else {"RESP": self._breaths(minute, vitals)}
        values |= self._oximeter(minute, since_min, vitals)
        values |= self._capnograph(minute, vitals) if self._has_capnograph else {}
        values |= self._pressure(minute, vitals)
        return values

    def _heart_rate(self, minute: float, vitals: Vitals) -> str:
        value = vitals.heart_rate_per_min + self._normal(_RATE_SD_PER_MIN)
        if artefact := self._wrong_rate.at(minute):
            self._wrong.add("HR")
            value = _wrong_rate(value, artefact.size)
        return self._text(value)

    def _breaths(self, minute: float, vitals: Vitals) -> str:
        artefact = self._talking.at(minute)
        if artefact is None:
            breaths = vitals.respiratory_rate_per_min
            shown = max(breaths + self._normal(_BREATHS_SD_PER_MIN), min(breaths, _LOWEST_BREATHS_PER_MIN))
            # Apnoea reads zero, as does a probe that is off.
            return self._text(shown) if breaths >= 1 else NOT_MEASURED
        self._wrong.add("RESP")
        is_counted = minute - artefact.from_min < _COUNTED_TALKING_MIN
        return self._text(_between(_TALKING_PER_MIN, artefact.size)) if is_counted else NOT_MEASURED

    def _oximeter(self, minute: float, since_min: float, vitals: Vitals) -> dict[str, str]:
        is_off = self._finger.is_off(minute, since_min) or self._is_planned_off(minute)
        if is_off or (self._is_cuff_on_probe_arm and self._cuff.is_inflated(minute)):
            return {"Perf": NOT_MEASURED} if self._has_capnograph else {}
        motion = self._motion.at(minute)
        pulse = vitals.heart_rate_per_min + self._normal(_RATE_SD_PER_MIN)
        spo2 = min(vitals.spo2_percent + self._normal(_SPO2_SD), 100.0)
        if motion is not None:
            self._wrong |= {"PULSE", "SpO2"}
            pulse = _wrong_rate(pulse, motion.size)
            spo2 -= _between(_MOTION_DIP, motion.size) * math.exp(-_DIP_TIME_CONSTANTS * motion.phase(minute))
        perfusion = _LOW_PERFUSION if motion else _PERFUSION
        values = {"PULSE": self._text(pulse), "SpO2": self._text(max(spo2, _LOWEST_SPO2))}
        return values | ({"Perf": f"{perfusion:.1f}"} if self._has_capnograph else {})

    def _is_planned_off(self, minute: float) -> bool:
        return any(start <= minute < end for start, end in self._probe_off_min)

    def _capnograph(self, minute: float, vitals: Vitals) -> dict[str, str]:
        artefact = self._wrong_co2.at(minute)
        if artefact is not None:
            self._wrong.add("EtCO2")
        if vitals.end_tidal_co2_mmhg is None or (artefact is not None and artefact.size < _NO_CO2):
            return {"EtCO2": NOT_MEASURED}
        value = vitals.end_tidal_co2_mmhg + self._normal(_CO2_SD_MMHG)
        return {"EtCO2": f"{max(value * _co2_share(artefact), 1.0):.0f}"}

    def _pressure(self, minute: float, vitals: Vitals) -> dict[str, str]:
        measured = self._cuff.measure(minute, vitals)
        if measured is None:
            return dict.fromkeys(CUFF_CHANNELS, NOTHING_DUE)
        if measured.is_artefact:
            self._wrong |= set(CUFF_CHANNELS)
        if measured.pressures_mmhg is None:
            return dict.fromkeys(CUFF_CHANNELS, NOT_MEASURED)
        texts = (f"{pressure:.0f}" for pressure in measured.pressures_mmhg)
        return dict(zip(CUFF_CHANNELS, texts, strict=True))

    def _normal(self, sd: float) -> float:
        return sd * float(self._noise.standard_normal())

    def _text(self, value: float) -> str:
        text = f"{value:.{self._decimals}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text


def _between(bounds: tuple[float, float], share: float) -> float:
    low, high = bounds
    return low + (high - low) * share


def _wrong_rate(rate_per_min: float, size: float) -> float:
    """A heart or pulse rate as an artefact shows it: doubled, halved, or off by 15 to 30 either way."""
    if size < _SPIKES:
        return rate_per_min * (2.0 if size < _SPIKES / 2 else 0.5)
    where = 2 * (size - _SPIKES) / (1 - _SPIKES) - 1
    off = math.copysign(_between(_WRONG_RATE_PER_MIN, abs(where)), where)
    return max(rate_per_min + off, _LOWEST_RATE_PER_MIN)


def _co2_share(artefact: Artefact | None) -> float:
    """How much of the end-tidal CO2 reaches the line of a patient who breathes through the mouth."""
    if artefact is None:
        return 1.0
    return _between(_MOUTH_BREATHING, (artefact.size - _NO_CO2) / (1 - _NO_CO2))
