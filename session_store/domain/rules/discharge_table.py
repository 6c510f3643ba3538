"""What a discharge home through the app is held for (clinical-decisions 6; clinical.md 5).

It fails closed: whatever is missing, stale or unknown holds it. Transfer and leaving against advice are never held.
"""

from decimal import Decimal
from typing import Any

from session_store.domain.alert import Level
from session_store.domain.rules.model import PROPOSAL, AlertRule, Clearing, RuleKind

_SCORE = "modified PADSS and modified Aldrete: fit at 9 of 10"
_OBSERVED = "low-dose ketamine emergency-department protocol (SCIRP)"


def _gate(rule_id: str, words: str, citation: str = PROPOSAL, **more: Any) -> AlertRule:
    return AlertRule(
        rule_id=rule_id, kind=RuleKind.DISCHARGE_GATE, level=Level.WARNING, words=words, citation=citation,
        clearing=Clearing.NOT_RAISED, **more,
    )  # fmt: skip


def _limit(limit: str, unit: str) -> dict[str, Any]:
    return {"limit": Decimal(limit), "unit": unit}


DISCHARGE_TABLE: tuple[AlertRule, ...] = (
    _gate("discharge.ended.held", "the infusion has ended"),
    _gate("discharge.score.held", "score of at least {limit}", _SCORE, choices=("padss",), **_limit("9", "points")),
    _gate("discharge.score_fresh.held", "score at most {limit} min old", **_limit("30", "min")),
    _gate("discharge.stable_sets.held", "{limit} stable sets of vital signs in a row", **_limit("2", "sets")),
    _gate("discharge.sets_apart.held", "stable sets at least {limit} min apart", **_limit("5", "min")),
    _gate("discharge.set_fresh.held", "a set at most {limit} min old", **_limit("20", "min")),
    _gate("discharge.observed.held", "{limit} min since ketamine or a sedative", _OBSERVED, **_limit("60", "min")),
    _gate("discharge.reversed.held", "{limit} min since naloxone or flumazenil", "RCEM", **_limit("120", "min")),
    _gate("discharge.oriented.held", "oriented, dissociation gone"),
    _gate("discharge.walks.held", "walks safely"),
    _gate("discharge.instructions.held", "understands the instructions"),
    _gate("discharge.escort.held", "escort", "ketamine US label, PADSS"),
)  # fmt: skip
