"""Plain JSON form of the two gates as they stand: each item, what is known of it, and from when on time meets it.

Read on demand, not part of a tile: an item is met or held again by the clock alone.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from session_store.domain.discharge_gate import discharge_gate, observed_until, reversed_until, sets_apart_from
from session_store.domain.entry_choices import ReadinessItem
from session_store.domain.override_checks import BEFORE_START
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session import SessionStatus
from session_store.domain.session_summary import SessionSummary
from session_store.domain.start_gate import GateItem, held_by, start_gate
from session_store.storage.row_mapping import number_or_none

_READINESS = {f"start.{item}.held": item for item in ReadinessItem}
_FIELD_WORDS = {
    "supervising_account_id": "supervising physician",
    "administering_account_id": "administering clinician",
}


def gates_view(summary: SessionSummary, rules: RuleSet, now: datetime) -> dict[str, Any]:
    """What holds or cautions the next act: the start while it is to come, the discharge home in recovery."""
    start = start_gate(summary, rules, now) if summary.status in BEFORE_START else []
    discharge = discharge_gate(summary, rules, now) if summary.status is SessionStatus.RECOVERY else []
    return {
        "act": _act_of(summary.status),
        "status": summary.status.value,
        "start": [_item_view(item, summary, rules) for item in start],
        "discharge": [_item_view(item, summary, rules) for item in discharge],
        "start_held": [item.rule_id for item in held_by(start, summary.start_overridden)],
        "discharge_held": [item.rule_id for item in held_by(discharge, summary.discharge_overridden)],
        "start_override_by": summary.start_override_by,
        "discharge_override_by": summary.discharge_override_by,
        "home_scores": list(rules.rule("discharge.score.held").choices),
        "home_score_at_least": number_or_none(rules.rule("discharge.score.held").limit),
        "as_of": now.isoformat(),
    }


def _act_of(status: SessionStatus) -> str | None:
    """The held act that is to come; None while none is, so that an empty list is not taken for a gate that is met."""
    if status in BEFORE_START:
        return "start"
    return "discharge" if status is SessionStatus.RECOVERY else None


def _item_view(item: GateItem, summary: SessionSummary, rules: RuleSet) -> dict[str, Any]:
    detail, until = _DETAILS.get(item.rule_id), _UNTIL.get(item.rule_id)
    not_before = None if until is None else until(summary, rules)
    return {
        **item.as_json(),
        "detail": None if detail is None else detail(summary, item.rule_id, rules),
        "not_before": None if not_before is None else not_before.isoformat(),
    }


def _readiness_detail(summary: SessionSummary, rule_id: str, _rules: RuleSet) -> str:
    """The answer that does not clear an item of the check list, or that there is none."""
    answer = summary.care.readiness.get(_READINESS[rule_id])
    return "not answered" if answer is None else f"answered: {answer.value.replace('_', ' ')}"


def _said(words: str) -> Callable[[SessionSummary, str, RuleSet], str | None]:
    return lambda _summary, _rule_id, _rules: words


def _consent_detail(summary: SessionSummary, _rule_id: str, _rules: RuleSet) -> str:
    return "not recorded" if summary.care.consent is None else summary.care.consent.value


def _credentials_detail(summary: SessionSummary, _rule_id: str, _rules: RuleSet) -> str | None:
    """Who lacks which, as the server wrote it at the attestation."""
    words = summary.setting.lacking_credentials if summary.setting is not None else None
    for name, plain in _FIELD_WORDS.items():
        words = None if words is None else words.replace(name, plain)
    return None if words is None else f"missing or expired: {words.replace('_', ' ').replace('acls', 'ACLS')}"


def _baseline_detail(summary: SessionSummary, rule_id: str, rules: RuleSet) -> str:
    sign = rules.rule(rule_id).sign
    standing = summary.signs.get(sign) if sign is not None else None
    return "older than 30 min" if standing is not None and standing.value is not None else "not measured"


def _score_detail(summary: SessionSummary, rule_id: str, rules: RuleSet) -> str:
    names = " or ".join(one.upper() for one in rules.rule(rule_id).choices)
    assessment = summary.care.assessment
    if assessment is None or summary.ended_at is None or assessment.at < summary.ended_at:
        return f"{names}, not assessed since the end"
    total = "not every item answered" if assessment.total is None else f"{assessment.total} of 10"
    return f"{names}; last {assessment.score.upper()}: {total}"


def _score_fresh_detail(summary: SessionSummary, _rule_id: str, _rules: RuleSet) -> str:
    assessment = summary.care.assessment
    is_since_end = assessment is not None and summary.ended_at is not None and assessment.at >= summary.ended_at
    return "the last one is older" if is_since_end else "none since the end"


def _sets_detail(summary: SessionSummary, _rule_id: str, _rules: RuleSet) -> str:
    sets = [one for one in summary.recovery_sets if summary.ended_at is not None and one.at >= summary.ended_at]
    if not sets:
        return "no complete set since the end"
    return "one stable set" if sets[-1].is_stable else "the last set was not stable"


def _answer_detail(name: str) -> Callable[[SessionSummary, str, RuleSet], str | None]:
    def detail(summary: SessionSummary, _rule_id: str, _rules: RuleSet) -> str | None:
        assessment = summary.care.assessment
        answer = None if assessment is None else getattr(assessment, name)
        return "answered: no" if answer is False else "not answered"

    return detail


# Where an item has none, the words of its rule say it all.
_DETAILS: dict[str, Callable[[SessionSummary, str, RuleSet], str | None]] = {
    **dict.fromkeys(_READINESS, _readiness_detail),
    "start.weight_missing.held": _said("not recorded"),
    "start.setting.held": _said("not attested"),
    "start.personnel.held": _said("not both named"),
    "start.credentials.held": _credentials_detail,
    "start.consent.held": _consent_detail,
    "start.pain.held": _said("not asked"),
    "start.baseline_heart_rate.held": _baseline_detail,
    "start.baseline_systolic.held": _baseline_detail,
    "start.baseline_spo2.held": _baseline_detail,
    "start.baseline_breaths.held": _baseline_detail,
    "discharge.score.held": _score_detail,
    "discharge.score_fresh.held": _score_fresh_detail,
    "discharge.stable_sets.held": _sets_detail,
    "discharge.oriented.held": _answer_detail("is_oriented"),
    "discharge.walks.held": _answer_detail("walks_safely"),
    "discharge.instructions.held": _answer_detail("understands_instructions"),
    "discharge.escort.held": _said("not named"),
}
_UNTIL: dict[str, Callable[[SessionSummary, RuleSet], datetime | None]] = {
    "discharge.observed.held": observed_until,
    "discharge.reversed.held": reversed_until,
    "discharge.sets_apart.held": sets_apart_from,
}
