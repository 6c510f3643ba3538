"""Acts that several scenarios plan: drugs given, rates ordered, effects charted."""

from collections.abc import Mapping
from typing import Any

from simulators.scenarios.plan import ChartingHabits, PlannedAct
from simulators.staff import PHYSICIAN

ORDERED = {"ordered_by": PHYSICIAN}
# The nurse at the chair answers alerts herself; in the other scenarios the desk does.
AT_THE_CHAIR = ChartingHabits(acknowledges_after_min=1.0)


def drug(
    minute: float, drug_name: str, dose: float, dose_unit: str, reason: str, *, route: str = "IV", tablet: int = 1
) -> PlannedAct:
    """A drug given beside the infusion, ordered by the physician."""
    content = {"drug_name": drug_name, "dose": dose, "dose_unit": dose_unit, "route": route, "reason": reason}
    return PlannedAct(minute, "medication_given", content | ORDERED, tablet)


def rate(minute: float, rate_mg_per_kg_per_h: float, *, tablet: int = 1) -> PlannedAct:
    """Another rate, ordered by the physician."""
    return PlannedAct(minute, "rate_changed", {"rate_mg_per_kg_per_h": rate_mg_per_kg_per_h} | ORDERED, tablet)


def effect(minute: float, term: str, ctcae_grade: int, *, tablet: int = 1, **more: Any) -> PlannedAct:
    """An adverse effect with its grade."""
    return PlannedAct(minute, "adverse_effect", {"term": term, "ctcae_grade": ctcae_grade, **more}, tablet)


def corrected(
    minute: float, kind: str, changes: Mapping[str, Any], reason: str, *, tablet: int = 1, amended_tablet: int = 1
) -> PlannedAct:
    """An amendment of the newest entry of a kind that was charted on `amended_tablet`."""
    content = {"amended_kind": kind, "amended_tablet": amended_tablet, "changes": changes, "reason": reason}
    return PlannedAct(minute, "amendment", content, tablet)


def note(minute: float, text: str, *, tablet: int = 1) -> PlannedAct:
    """Free text."""
    return PlannedAct(minute, "note", {"text": text}, tablet)


def act(minute: float, kind: str, content: Mapping[str, Any] | None = None, *, tablet: int = 1) -> PlannedAct:
    """Any other act; `vital_signs` are measured at the time."""
    return PlannedAct(minute, kind, content or {}, tablet)
