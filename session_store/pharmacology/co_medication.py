"""Midazolam and fentanyl given beside ketamine: how strongly each weighs on breathing and wakefulness, over time.

    load(t) = dose per kg / half-depression dose * course(t)
    course  = exp(-ke t) - exp(-ka t), scaled to a peak of 1

A load of 1 at the peak halves ventilation (`respiration`). Not a pharmacokinetic model: a course of effect.

Source: the half-depression doses are our calibration to two studies without ketamine: Bailey 1990 (Anesthesiology
73:826, 12 volunteers on room air: midazolam 0.05 mg/kg alone no significant effect; fentanyl 2 ug/kg alone SpO2 < 90 %
in half, no apnoea; both SpO2 < 90 % in 11 and apnoea in 6 of 12) and Bell 1987 (Br J Clin Pharmacol 23:703, midazolam
6.3 mg in 100 patients: SpO2 fell by 3.3 points). The half-times are ours. Validity: adults, single intravenous doses,
a demonstration of what the label warns of; no antagonist, no tolerance of opioid users.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Depressant(StrEnum):
    """What depresses breathing."""

    MIDAZOLAM = "midazolam"
    FENTANYL = "fentanyl"


@dataclass(frozen=True, slots=True)
class CourseOfEffect:
    """Dose that halves ventilation at its peak, in mg/kg, and how the effect comes and goes."""

    half_depression_mg_per_kg: float
    onset_half_time_min: float
    offset_half_time_min: float

    def share_of_peak(self, minutes: float) -> float:
        """0 at the dose and before, 1 at the peak."""
        peak = self._difference(self.peak_min)
        return self._difference(minutes) / peak if minutes > 0 else 0.0

    @property
    def peak_min(self) -> float:
        """Minutes from the dose to the peak."""
        onset, offset = self._rates()
        return math.log(onset / offset) / (onset - offset)

    def _difference(self, minutes: float) -> float:
        onset, offset = self._rates()
        return math.exp(-offset * minutes) - math.exp(-onset * minutes)

    def _rates(self) -> tuple[float, float]:
        return math.log(2) / self.onset_half_time_min, math.log(2) / self.offset_half_time_min


COURSES = {
    Depressant.MIDAZOLAM: CourseOfEffect(0.10, onset_half_time_min=2.0, offset_half_time_min=40.0),
    Depressant.FENTANYL: CourseOfEffect(0.0021, onset_half_time_min=1.5, offset_half_time_min=20.0),
}


@dataclass(frozen=True, slots=True)
class DepressantDose:
    """`dose_mg` of a depressant into a vein at `at_min`. Raises `ValueError` for a dose that is not above 0."""

    drug: Depressant
    at_min: float
    dose_mg: float

    def __post_init__(self) -> None:
        if not self.dose_mg > 0:
            raise ValueError(f"dose of {self.drug} {self.dose_mg} mg is not above 0")


class DepressantLoad(NamedTuple):
    """What weighs on a person at one moment; 1 halves ventilation."""

    midazolam: float = 0.0
    opioid: float = 0.0


NO_DEPRESSANT = DepressantLoad()


def depressant_load(doses: Iterable[DepressantDose], minute: float, weight_kg: float) -> DepressantLoad:
    """The load at a minute; doses add up. Raises `ValueError` for a weight that is not above 0."""
    if not weight_kg > 0:
        raise ValueError(f"weight {weight_kg} kg is not above 0")
    loads = dict.fromkeys(Depressant, 0.0)
    for dose in doses:
        course = COURSES[dose.drug]
        strength = dose.dose_mg / weight_kg / course.half_depression_mg_per_kg
        loads[dose.drug] += strength * course.share_of_peak(minute - dose.at_min)
    return DepressantLoad(loads[Depressant.MIDAZOLAM], loads[Depressant.FENTANYL])
