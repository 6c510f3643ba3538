"""Discharge scores: which items belong to which score, and their total.

Modified Aldrete and modified PADSS, 0 to 2 an item (clinical.md 5.1, 5.2). Aldrete's circulation item is judged in per
cent of the pressure before. PADSS here: the pain item is 2 at or below the patient's own baseline, the surgical item is
the IV site (clinical-decisions 6, our proposal).
"""

from typing import Any

from session_store.domain.entry_choices import DischargeScore

SCORE_ITEMS: dict[str, tuple[str, ...]] = {
    DischargeScore.PADSS: ("padss_vital_signs", "padss_ambulation", "padss_nausea", "padss_pain", "padss_iv_site"),
    DischargeScore.ALDRETE: (
        "aldrete_activity", "aldrete_respiration", "aldrete_circulation", "aldrete_consciousness",
        "aldrete_oxygen_saturation",
    ),
}  # fmt: skip


def total_points(assessment: Any) -> int | None:
    """The total of a `DischargeAssessment` by its score; None while an item is not answered."""
    points = [getattr(assessment, item) for item in SCORE_ITEMS[assessment.score]]
    return None if any(one is None for one in points) else int(sum(points))


def foreign_items(assessment: Any) -> list[str]:
    """Items that were answered but belong to another score."""
    own = SCORE_ITEMS[assessment.score]
    every = [item for items in SCORE_ITEMS.values() for item in items]
    return [item for item in every if item not in own and getattr(assessment, item) is not None]
