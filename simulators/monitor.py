"""A bedside monitor with cuff: raw channels as a numerics export writes them, traps included.

Drop-outs are coded as 0, the cuff columns are empty unless a cycle ended, no arterial line is connected (zeros), HR and
PULSE come from two probes and disagree, the mean pressure is not (SBP + 2 DBP) / 3. Rates are our calibration: an
awake outpatient (restlessness 1) loses the finger probe for about 2 % of the time (children's records: 1.3 %).
"""

from collections.abc import Sequence

from numpy.random import Generator

from simulators.virtual_patient import Vitals, lognormal

CHANNELS = ("HR", "ABPSys", "ABPDias", "ABPMean", "PULSE", "RESP", "SpO2", "NBPSys", "NBPDias", "NBPMean")
DEVICE_PROFILE = "bedside_numerics"
NOT_MEASURED = "0"
NOTHING_DUE = ""

_RETRY_MIN = 0.75
_CUFF_FAILURE = 0.03
_CUFF_SYSTOLIC_SD, _CUFF_DIASTOLIC_SD, _CUFF_CORRELATION = 4.0, 3.0, 0.7
_SPIKE_CHANCE = 0.0003
_TALKING_CHANCE = 0.002


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
    """A monitor at one chair."""

    def __init__(
        self,
        generator: Generator,
        restlessness: float = 1.0,
        first_cuff_min: float = 0.0,
        cuff_interval_min: float = 5.0,
        probe_off_min: Sequence[tuple[float, float]] = (),
        decimals: int = 0,
    ) -> None:
        self._generator = generator
        self._restlessness = restlessness
        self._decimals = decimals
        self._cuff_interval_min = cuff_interval_min
        self._next_cuff_min = first_cuff_min
        self._has_cuff_failed = False
        self._probe_off_min = tuple(probe_off_min)
        self._electrodes = Probe(generator, 0.004 * restlessness, 0.5)
        self._finger = Probe(generator, 0.04 * restlessness, 0.45)
        self._breathing = Probe(generator, 0.02 * restlessness, 0.25)
        self._last_min: float | None = None

    def sample(self, minute: float, vitals: Vitals) -> dict[str, str]:
        """The channels of one moment, as text."""
        since_min = 0.0 if self._last_min is None else minute - self._last_min
        self._last_min = minute
        electrodes_off = self._electrodes.is_off(minute, since_min)
        finger_off = self._finger.is_off(minute, since_min) or self._is_planned_off(minute)
        breathing_off = self._breathing.is_off(minute, since_min) or electrodes_off
        values = dict.fromkeys(CHANNELS, NOT_MEASURED)
        if not electrodes_off:
            values["HR"] = self._text(self._heart_rate(vitals))
        if not finger_off:
            values["PULSE"] = self._text(vitals.heart_rate_per_min + self._normal(1.0))
            values["SpO2"] = self._text(min(vitals.spo2_percent + self._normal(0.3), 100.0))
        if not breathing_off:
            values["RESP"] = self._text(self._breaths(vitals))
        values["NBPSys"], values["NBPDias"], values["NBPMean"] = self._cuff(minute, vitals)
        return values

    def _is_planned_off(self, minute: float) -> bool:
        return any(start <= minute < end for start, end in self._probe_off_min)

    def _heart_rate(self, vitals: Vitals) -> float:
        value = vitals.heart_rate_per_min + self._normal(1.0)
        if self._generator.random() < _SPIKE_CHANCE * self._restlessness:
            value *= 2.0 if self._generator.random() < 0.5 else 0.5
        return value

    def _breaths(self, vitals: Vitals) -> float:
        if self._generator.random() < _TALKING_CHANCE * self._restlessness:
            return float(self._generator.uniform(40, 48))
        return max(vitals.respiratory_rate_per_min + self._normal(0.6), 4.0)

    def _cuff(self, minute: float, vitals: Vitals) -> tuple[str, str, str]:
        if minute < self._next_cuff_min:
            return NOTHING_DUE, NOTHING_DUE, NOTHING_DUE
        if self._generator.random() < _CUFF_FAILURE * self._restlessness:
            # The first failure is tried again soon; after a second one the monitor waits for the next cycle.
            self._next_cuff_min = minute + (self._cuff_interval_min if self._has_cuff_failed else _RETRY_MIN)
            self._has_cuff_failed = not self._has_cuff_failed
            return NOT_MEASURED, NOT_MEASURED, NOT_MEASURED
        self._next_cuff_min, self._has_cuff_failed = minute + self._cuff_interval_min, False
        systolic_error = self._normal(1.0)
        diastolic_error = _CUFF_CORRELATION * systolic_error + self._normal((1 - _CUFF_CORRELATION**2) ** 0.5)
        systolic = vitals.systolic_mmhg + _CUFF_SYSTOLIC_SD * systolic_error
        diastolic = vitals.diastolic_mmhg + _CUFF_DIASTOLIC_SD * diastolic_error
        mean = (systolic + 2 * diastolic) / 3 + self._normal(2.0)
        return f"{systolic:.0f}", f"{diastolic:.0f}", f"{mean:.0f}"

    def _normal(self, sd: float) -> float:
        return float(self._generator.normal(0.0, sd))

    def _text(self, value: float) -> str:
        text = f"{value:.{self._decimals}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
