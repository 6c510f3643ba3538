"""What happens in one session of a history: how it ends, which effects come and are charted. Shares are ours."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator

from session_store.pharmacology.nausea import chance_of_nausea
from session_store.pharmacology.psychotropic import vas_high_points
from simulators.history.calendar import Visit
from simulators.history.plan import Ascertainment

START_MIN = 6.0
_FATES = ("completed", "adverse_effect", "patient_wish", "aborted", "transferred", "left")
_FATE_SHARES = (0.925, 0.035, 0.02, 0.01, 0.004, 0.006)
# Asked as in a trial. Of those whose feeling (VAS) is beyond this, dissociation is charted (76 % in Sigtermans 2009).
_DISSOCIATED_FROM_VAS, _STRONGLY_FROM_VAS = 35.0, 70.0
_OTHER_EFFECTS = (
    ("dizziness", 0.30, (1, 1, 2)), ("drowsiness", 0.24, (1,)), ("headache", 0.12, (1, 2)),
    ("visual_disturbance", 0.10, (1,)), ("anxiety", 0.08, (1, 2)),
)  # fmt: skip
_VOMITING_SHARE = 0.3
_SPREAD = (0.3, 1.0)

Happening = tuple[float, str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Course:
    """How the infusion goes: minutes of it, how the session ends, what is charted on the way (minutes from opening)."""

    fate: str
    infused_min: float
    happenings: tuple[Happening, ...]


def draw_fate(visit: Visit, generator: Generator) -> tuple[str, float]:
    """How the session ends, and the minutes of infusion until then."""
    fate = str(generator.choice(_FATES, p=_FATE_SHARES))
    part = float(generator.uniform(0.35, 0.9))
    whole = float(visit.regimen.duration_min)
    return fate, whole if fate == "completed" else float(round(whole * part))


def effects(
    visit: Visit, infused_min: float, effect_area: float, peak_venous: float, asked: Ascertainment, generator: Generator
) -> list[Happening]:
    """The effects that come and are charted, and what is given against nausea."""
    found: list[tuple[str, int]] = []
    felt = float(vas_high_points(np.float64(peak_venous), visit.persona.effects.vas_gain))
    if felt > _DISSOCIATED_FROM_VAS:
        found.append(("dissociation", 2 if felt > _STRONGLY_FROM_VAS else 1))
    if generator.random() < float(chance_of_nausea(np.float64(effect_area))):
        grade = int(generator.integers(1, 3))
        found.append(("nausea", grade))
        if generator.random() < _VOMITING_SHARE:
            found.append(("vomiting", grade))
    chances = generator.random(len(_OTHER_EFFECTS)).tolist()
    for (term, share, grades), chance in zip(_OTHER_EFFECTS, chances, strict=True):
        if chance < share:
            found.append((term, grades[int(generator.integers(len(grades)))]))
    happenings: list[Happening] = []
    for term, grade in found:
        minute = START_MIN + float(generator.uniform(*_SPREAD)) * infused_min
        if generator.random() < asked.share:
            happenings.append((minute, "adverse_effect", {"term": term, "ctcae_grade": grade}))
            if term in ("nausea", "vomiting") and grade >= 2:
                happenings.append((minute + 2, "medication_given", {
                    "drug_name": "ondansetron", "dose": 4, "dose_unit": "mg", "route": "IV", "reason": "nausea",
                }))  # fmt: skip
    return happenings


def ending(fate: str, end_min: float) -> list[Happening]:
    """What is charted when an infusion ends otherwise than planned; the end itself included."""
    ways: dict[str, list[Happening]] = {
        "completed": [(end_min, "infusion_ended", {"reason": "completed"})],
        "adverse_effect": [
            (end_min - 1, "adverse_effect", {"term": "hallucination", "ctcae_grade": 3}),
            (end_min, "infusion_ended", {"reason": "adverse_effect"}),
        ],
        "patient_wish": [(end_min, "infusion_ended", {"reason": "patient_wish"})],
        "aborted": [
            (end_min - 2, "adverse_effect", {"term": "iv_site_pain", "ctcae_grade": 2}),
            (end_min, "session_aborted", {"reason": "IV access lost"}),
        ],
        "transferred": [
            (end_min - 2, "serious_event", {}),
            (end_min - 1, "adverse_effect", {"term": "chest_pain", "ctcae_grade": 3, "regulatory_serious": True}),
            (end_min, "infusion_ended", {"reason": "adverse_effect"}),
            (end_min + 12, "transferred", {"destination": "hospital"}),
        ],
        "left": [(end_min, "left_against_advice", {})],
    }
    return ways[fate]
