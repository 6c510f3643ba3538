"""Checks of one entry against its session: what cannot be a fact is refused, what is unusual asks to confirm.

Nothing that has happened is held back (clinical-decisions 1): a contradiction or an extreme asks, and once confirmed
it is recorded. Only the start through the app and the discharge home can be held. This module is the front door: which
check sees what, and what the session's status allows.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from session_store.domain import dose_checks, gate_checks, limits, observation_checks, session_checks
from session_store.domain.alert import Level, OpenAlert
from session_store.domain.checking import Check, Verdict
from session_store.domain.entries import SESSION_KINDS, unusual_fields
from session_store.domain.entry_choices import Source
from session_store.domain.entry_fields import Problem
from session_store.domain.override_checks import refuse_override
from session_store.domain.session import next_status

FAR_OFF = timedelta(hours=24)
AFTER_CLOSE_KINDS = frozenset(
    {
        "note", "message", "acknowledgement", "at_the_chair", "entered_in_error", "amendment", "follow_up",
        "adverse_effect_update", "drug_wasted", "drug_returned", "ledger_witnessed", "course_decision",
    }
)  # fmt: skip


def check_entry(check: Check) -> Verdict:
    """All that is wrong or unusual about one entry in its session."""
    refusals = [*_refusals_of_status(check), *refuse_override(check), *check_refusals(check)]
    return Verdict(refusals, []) if refusals else Verdict([], check_questions(check))


def check_refusals(check: Check) -> list[Problem]:
    """What the content cannot be, whatever the session's status."""
    return list(_REFUSALS.get(check.content.kind, _nothing)(check))


def check_questions(check: Check) -> list[Problem]:
    """What a person is asked about the content, one question a field."""
    questions = unusual_fields(check.content)
    questions += _QUESTIONS.get(check.content.kind, _nothing)(check)
    if abs(check.effective_at - check.now) > FAR_OFF and check.source is Source.HAND:
        questions.append(Problem("effective_at", "more than a day away from now", "24 h"))
    return _first_per_field(questions)


def _first_per_field(problems: list[Problem]) -> list[Problem]:
    seen: dict[str, Problem] = {}
    for problem in problems:
        seen.setdefault(problem.field, problem)
    return list(seen.values())


def _nothing(_check: Check) -> Iterator[Problem]:
    return iter(())


def _refusals_of_status(check: Check) -> Iterator[Problem]:
    summary, kind = check.summary, check.content.kind
    if kind not in SESSION_KINDS:
        yield Problem("kind", "belongs to the clinic's own record, not to a session", None)
        return
    if kind == "session_planned":
        yield Problem("kind", "a session is planned only once", None)
    if summary.closed_at is not None and check.effective_at > summary.closed_at and kind not in AFTER_CLOSE_KINDS:
        yield Problem("kind", f"the session is {summary.status.replace('_', ' ')}", "only what happened before that")
    elif next_status(summary.status, kind) is None and not _belongs_earlier(check):
        yield Problem("kind", f"{kind.replace('_', ' ')} cannot follow while the session is {summary.status}", None)


def _belongs_earlier(check: Check) -> bool:
    """A late infusion entry is judged by folding the session again, not by the status of now."""
    since = check.summary.status_since
    return since is not None and check.effective_at < since


def _refuse_acknowledgement(check: Check) -> Iterator[Problem]:
    content: Any = check.content
    alert = next((one for one in check.summary.alerts if one.alert_id == content.alert_id), None)
    if alert is None:
        yield Problem("alert_id", "no open alert of this session", None)
        return
    yield from _refuse_unseen_level(check, alert)
    if content.action == "expected_effect" and alert.level is Level.CRITICAL:
        yield Problem("action", "a critical alert cannot be answered as expected effect", None)
    if content.action == "other" and not content.remark:
        yield Problem("remark", "is missing", "words for the other action")
    if content.action == "remeasure" and content.deadline_min is None:
        yield Problem("deadline_min", "is missing", limits.PROMISE.absolute_text())


def _refuse_unseen_level(check: Check, alert: OpenAlert) -> Iterator[Problem]:
    """An answer to what was known before the alert became worse is no answer to what it is now (clinical-decisions 5).

    Refused, not recorded beside the open alert: on record it would read as if the worse level had been answered, and
    the person is told at once. By the level that was seen; without it by the time, as the server knew the rise.
    """
    content: Any = check.content
    seen, risen_at = content.seen_level, alert.risen_at
    field = "effective_at" if seen is None else "seen_level"
    if seen is not None:
        is_unseen = Level[seen.upper()] < alert.peak_level
    else:
        is_unseen = risen_at is not None and check.effective_at < risen_at
    if is_unseen:
        verb = "become" if alert.level is alert.peak_level else "been"
        reason = f"the alert has {verb} {alert.peak_level.word} since: look at it and answer again"
        yield Problem(field, reason, None if risen_at is None else risen_at.isoformat())


def _refuse_cancelling(check: Check) -> Iterator[Problem]:
    """Also a late one: a running session must not leave the panel because a tablet was offline."""
    if check.summary.started_at is not None:
        yield Problem("kind", "the infusion was started: end, transfer or abort the session", None)


def _refuse_chair_visit(check: Check) -> Iterator[Problem]:
    content: Any = check.content
    if not any(alert.alert_id == content.alert_id for alert in check.summary.alerts):
        yield Problem("alert_id", "no open alert of this session", None)


_REFUSALS: dict[str, Callable[[Check], Iterator[Problem]]] = {
    "session_planned": session_checks.refuse_plan,
    "patient_history": session_checks.refuse_history,
    "readiness_item": session_checks.refuse_readiness,
    "consent": session_checks.refuse_consent,
    "vital_signs": observation_checks.refuse_vitals,
    "pain_score": observation_checks.refuse_score,
    "adverse_effect": observation_checks.refuse_effect,
    "adverse_effect_update": observation_checks.refuse_effect_update,
    "sedation": observation_checks.refuse_sedation,
    "dissociation": observation_checks.refuse_dissociation,
    "infusion_started": gate_checks.refuse_start,
    "discharged": gate_checks.refuse_discharge,
    "patient_limit": gate_checks.refuse_patient_limit,
    "rate_changed": dose_checks.refuse_rate,
    "discharge_assessment": session_checks.refuse_assessment,
    "follow_up": session_checks.refuse_follow_up,
    "ledger_witnessed": session_checks.refuse_witness,
    "amendment": session_checks.refuse_future_time,
    "acknowledgement": _refuse_acknowledgement,
    "at_the_chair": _refuse_chair_visit,
    "session_cancelled": _refuse_cancelling,
}
_QUESTIONS: dict[str, Callable[[Check], Iterator[Problem]]] = {
    "session_planned": session_checks.question_plan,
    "setting_attested": session_checks.question_setting,
    "vital_signs": observation_checks.question_vitals,
    "pain_score": observation_checks.question_score,
    "infusion_started": dose_checks.question_rate,
    "rate_changed": dose_checks.question_rate,
    "bolus": dose_checks.question_bolus,
    "bag_dispensed": dose_checks.question_bag,
    "bag_changed": dose_checks.question_bag,
    "medication_given": dose_checks.question_medication,
    "pump_volume": dose_checks.question_pump_volume,
    "weight": dose_checks.question_weight,
    "discharge_assessment": session_checks.question_assessment,
    "follow_up": session_checks.question_follow_up,
    "drug_wasted": session_checks.question_ledger,
    "drug_returned": session_checks.question_ledger,
}
