"""What the simulated nurse observes at the chair: vital signs, the sedation level, dissociation, pain.

She charts what she sees, in whole numbers; what she does not take stays empty, what she cannot take gets a reason. A
patient who does not breathe has no breaths that a set could hold: she leaves them out and charts the apnoea.
"""

from collections.abc import Mapping
from typing import Any

from numpy.random import Generator

from simulators.virtual_patient import VirtualPatient

COMPLETE_SIGNS = ("heart_rate_per_min", "systolic_mmhg", "diastolic_mmhg", "spo2_percent", "respiratory_rate_per_min")
_NOT_MEASURED_CHANCE = 0.02
_LEFT_EMPTY_CHANCE = 0.01
_CONSCIOUSNESS_CHANCE = 0.25
# A reading outside is taken again until it is plausible.
_LEAST_PULSE_PRESSURE_MMHG, _MOST_PULSE_PRESSURE_MMHG = 17, 110
# What she calls settled before she lets somebody go; her own judgement, not the server's.
_SETTLED = {
    "heart_rate_per_min": (51, 119),
    "systolic_mmhg": (91, 155),
    "diastolic_mmhg": (45, 97),
    "spo2_percent": (93, 100),
    "respiratory_rate_per_min": (11, 23),
}
_MOST_OF_BASELINE_SYSTOLIC, _LEAST_OF_BASELINE_SYSTOLIC = 1.27, 0.73
_MOST_POINTS_UNDER_BASELINE_SPO2 = 4
# The level of each scale by how deep the sedation is: awake, drowsy, light, moderate, deep, none.
_LEVELS = {
    "rass": (0, -1, -2, -3, -4, -5),
    "poss": (1, 2, 3, 4, 4, 4),
    "moaas": (5, 4, 3, 2, 1, 0),
    "ramsay": (2, 3, 4, 5, 6, 6),
}
_CONSCIOUSNESS = ("alert", "alert", "voice", "voice", "pain", "unresponsive")


class BedsideObserver:
    """The nurse's eyes and hands on one patient."""

    def __init__(self, generator: Generator, sedation_scale: str) -> None:
        self._generator = generator
        self._sedation_scale = sedation_scale

    def usual_set(self, patient: VirtualPatient) -> dict[str, Any]:
        """One set of a round: now and then a sign is left out or could not be measured, or consciousness is noted."""
        taken = self.complete_set(patient)
        if self._generator.random() < _LEFT_EMPTY_CHANCE:
            taken.pop("respiratory_rate_per_min", None)
        if self._generator.random() < _NOT_MEASURED_CHANCE:
            del taken["spo2_percent"]
            taken["not_measured"] = {"spo2_percent": "movement"}
        if self._generator.random() < _CONSCIOUSNESS_CHANCE:
            taken |= self._consciousness(patient)
        return taken

    def complete_set(self, patient: VirtualPatient) -> dict[str, Any]:
        """Heart rate, pressures, SpO2 and breaths, all measured, and the oxygen where the patient has some."""
        true = patient.vitals()
        systolic = true.systolic_mmhg + self._normal(3.0)
        diastolic = true.diastolic_mmhg + self._normal(2.5)
        breaths = round(true.respiratory_rate_per_min + self._normal(0.7))
        taken = {
            "heart_rate_per_min": round(true.heart_rate_per_min + self._normal(1.0)),
            "systolic_mmhg": round(systolic),
            "diastolic_mmhg": round(
                max(min(diastolic, systolic - _LEAST_PULSE_PRESSURE_MMHG), systolic - _MOST_PULSE_PRESSURE_MMHG)
            ),
            "spo2_percent": round(min(true.spo2_percent + self._normal(0.3), 100.0)),
        }
        if true.respiratory_rate_per_min > 0:
            taken["respiratory_rate_per_min"] = max(breaths, 1)
        return taken | _oxygen(patient)

    def _consciousness(self, patient: VirtualPatient) -> dict[str, Any]:
        """ACVPU and what else NEWS2 asks for beside the five signs."""
        return {
            "acvpu": _CONSCIOUSNESS[patient.sedation_depth()],
            "supplemental_oxygen": patient.oxygen_l_per_min > 0,
            "temperature_celsius": round(patient.persona.temperature_celsius, 1),
        }

    def sedation(self, patient: VirtualPatient) -> dict[str, Any]:
        """The level on the scale that this session uses."""
        return {"scale": self._sedation_scale, "level": _LEVELS[self._sedation_scale][patient.sedation_depth()]}

    def dissociation(self, patient: VirtualPatient) -> dict[str, Any]:
        """The CADSS total of now."""
        return {"scale": "cadss", "score": patient.cadss_total()}

    def pain(self, patient: VirtualPatient) -> dict[str, Any]:
        """A score in the patient's instrument, at rest, now."""
        me = patient.persona
        asked = {"instrument": me.pain_instrument, "recall": "now", "circumstance": "rest"}
        has_pain = me.pain_points > 0
        points = min(max(patient.pain_points() + self._normal(0.3), 0.0), 10.0) if has_pain else 0.0
        if me.pain_instrument == "vas":
            return {**asked, "score_mm": round(points * 10)}
        return {**asked, "score_points": round(points)}

    def _normal(self, sd: float) -> float:
        return float(self._generator.normal(0.0, sd))


def _oxygen(patient: VirtualPatient) -> dict[str, Any]:
    """What a set says about oxygen; on room air nothing."""
    l_per_min = patient.oxygen_l_per_min
    return {"supplemental_oxygen": True, "oxygen_flow_l_per_min": l_per_min} if l_per_min > 0 else {}


def is_settled(taken: Mapping[str, Any], baseline: Mapping[str, Any]) -> bool:
    """Whether a complete set is near enough to what is usual, and to the patient's own baseline, to go home with."""
    if any(sign not in taken or not low <= taken[sign] <= high for sign, (low, high) in _SETTLED.items()):
        return False
    share = float(taken["systolic_mmhg"] / baseline["systolic_mmhg"])
    is_fall_small = bool(baseline["spo2_percent"] - taken["spo2_percent"] <= _MOST_POINTS_UNDER_BASELINE_SPO2)
    return is_fall_small and _LEAST_OF_BASELINE_SYSTOLIC <= share <= _MOST_OF_BASELINE_SYSTOLIC
