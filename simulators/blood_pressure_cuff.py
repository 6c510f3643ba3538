"""The cuff of a bedside monitor: cycles, failed and wrong measurements, and the arm that it squeezes.

A failed measurement is tried again once after 30 to 60 s; when that fails too, the monitor is unable to measure and
waits for the next cycle. Of 100 measurements at restlessness 1 five are artefacts (`monitor_artefacts.CUFF_SHARE`):
four fail and one is wrong by 30 to 60 mmHg systolic.
"""

from dataclasses import dataclass

from numpy.random import Generator

from simulators.monitor_artefacts import CUFF_SHARE
from simulators.virtual_patient import Vitals

_WRONG = 0.01
_FAILED = CUFF_SHARE - _WRONG
_MOST_FAILED = 0.5
_RETRY_MIN = (0.5, 1.0)
_INFLATED_MIN = (0.5, 0.75)
# White error of the cuff: with the patient's own drift (3 and 2 mmHg) it comes to the 5 and 4 of simulators.md 4.2.
_SYSTOLIC_SD, _DIASTOLIC_SD, _CORRELATION = 4.0, 3.0, 0.7
# The mean is measured, the two others are computed from it: it is not (systolic + 2 diastolic) / 3.
_MEAN_SD = 2.0
_WRONG_SYSTOLIC_MMHG = (30.0, 60.0)
_WRONG_DIASTOLIC_SHARE = 0.5
_LOWEST_SYSTOLIC_MMHG, _LOWEST_DIASTOLIC_MMHG, _LEAST_PULSE_PRESSURE_MMHG = 42.0, 22.0, 10.0


@dataclass(frozen=True, slots=True)
class CuffMeasurement:
    """Systolic, diastolic and mean in mmHg, None where it failed; an artefact is none of the patient's pressure."""

    pressures_mmhg: tuple[float, float, float] | None
    is_artefact: bool


class BloodPressureCuff:
    """One cuff that measures in cycles."""

    def __init__(self, generator: Generator, restlessness: float, first_min: float, interval_min: float) -> None:
        self._generator = generator
        self._restlessness = restlessness
        self._interval_min = interval_min
        self._next_min = first_min
        self._inflated_min = self._uniform(_INFLATED_MIN)
        self._has_failed = False

    def is_inflated(self, minute: float) -> bool:
        """Whether it squeezes the arm: 30 to 45 s before each measurement is there."""
        return self._next_min - self._inflated_min <= minute < self._next_min

    def measure(self, minute: float, vitals: Vitals) -> CuffMeasurement | None:
        """The measurement that ended at this moment, None where nothing was due."""
        if minute < self._next_min:
            return None
        self._inflated_min = self._uniform(_INFLATED_MIN)
        failed = min(_FAILED * self._restlessness, _MOST_FAILED)
        chance = float(self._generator.random())
        if chance < failed:
            return self._fail(minute)
        self._next_min, self._has_failed = minute + self._interval_min, False
        off_mmhg = self._wrong_by_mmhg() if chance < failed + _WRONG * self._restlessness else 0.0
        return CuffMeasurement(self._pressures(vitals, off_mmhg), is_artefact=off_mmhg != 0)

    def _fail(self, minute: float) -> CuffMeasurement:
        wait_min = self._interval_min if self._has_failed else self._uniform(_RETRY_MIN)
        self._next_min, self._has_failed = minute + wait_min, not self._has_failed
        return CuffMeasurement(None, is_artefact=True)

    def _pressures(self, vitals: Vitals, off_mmhg: float) -> tuple[float, float, float]:
        systolic_error = self._normal(1.0)
        diastolic_error = _CORRELATION * systolic_error + self._normal((1 - _CORRELATION**2) ** 0.5)
        systolic = vitals.systolic_mmhg + _SYSTOLIC_SD * systolic_error + off_mmhg
        diastolic = vitals.diastolic_mmhg + _DIASTOLIC_SD * diastolic_error + _WRONG_DIASTOLIC_SHARE * off_mmhg
        systolic = max(systolic, _LOWEST_SYSTOLIC_MMHG)
        diastolic = min(max(diastolic, _LOWEST_DIASTOLIC_MMHG), systolic - _LEAST_PULSE_PRESSURE_MMHG)
        return systolic, diastolic, (systolic + 2 * diastolic) / 3 + self._normal(_MEAN_SD)

    def _wrong_by_mmhg(self) -> float:
        """What a movement adds or takes away."""
        size = self._uniform(_WRONG_SYSTOLIC_MMHG)
        return size if self._generator.random() < 0.5 else -size

    def _uniform(self, bounds: tuple[float, float]) -> float:
        return float(self._generator.uniform(*bounds))

    def _normal(self, sd: float) -> float:
        return float(self._generator.normal(0.0, sd))
