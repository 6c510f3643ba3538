"""What people and time make of an alert that stands: acknowledged, visited, sounding, unanswered, promise broken."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from session_store.domain.alert import AcknowledgedBy, AlertFact, ChairVisit, Fact, Level, OpenAlert
from session_store.domain.alert_standing import Judgement, clear, fact_of
from session_store.domain.entries import Entry
from session_store.domain.entry_choices import AcknowledgementAction
from session_store.domain.rules.delivered import SIGN_OF_CONDITION
from session_store.domain.session_summary import SessionSummary

PHYSICIAN = "physician"


def judge_acknowledgement(summary: SessionSummary, entry: Entry, _judgement: Judgement) -> Iterator[AlertFact]:
    """Somebody has seen the alert; one about what has happened is over by that."""
    content: Any = entry.content
    for alert in summary.alerts:
        if alert.alert_id != content.alert_id:
            continue
        minutes = content.deadline_min
        deadline = None if minutes is None else entry.effective_at + timedelta(minutes=int(minutes))
        alert.acknowledged = AcknowledgedBy(
            entry.author_name, entry.effective_at, content.action, content.remark, deadline
        )
        alert.broken_promise = None
        if alert.clears_on_acknowledgement and not alert.is_over:
            yield clear(alert, entry.effective_at, entry.entry_id)


def judge_chair_visit(summary: SessionSummary, entry: Entry, _judgement: Judgement) -> Iterator[AlertFact]:
    """The first who came to the chair is named; the alert goes on for everybody else."""
    content: Any = entry.content
    for alert in summary.alerts:
        if alert.alert_id == content.alert_id:
            note_chair_visit(alert, entry)
    yield from ()


def note_chair_visit(alert: OpenAlert, entry: Entry) -> None:
    """Who came to the chair: the first of anybody, and the newest visit of a physician."""
    content: Any = entry.content
    visit = ChairVisit(entry.author_name, entry.effective_at)
    alert.at_the_chair = alert.at_the_chair or visit
    known = alert.physician_at_chair
    if content.role == PHYSICIAN and (known is None or visit.at >= known.at):
        alert.physician_at_chair = visit


def judge_sounds(summary: SessionSummary, judgement: Judgement) -> Iterator[AlertFact]:
    """The re-measure window is over, or another warning joined: the alert sounds from now on."""
    for alert in summary.alerts:
        if alert.sounds_at is None or alert.sounded_at is not None or alert.acknowledged is not None or alert.is_over:
            continue
        if judgement.now >= alert.sounds_at:
            alert.sounded_at = judgement.now
            yield fact_of(Fact.SOUNDED, alert, judgement.now, alert.evidence_entry_id)


def judge_unanswered(summary: SessionSummary, judgement: Judgement) -> Iterator[AlertFact]:
    """A critical nobody acknowledged for 60 s, and again after 60 more: large at the chair, told to the notifier."""
    after = judgement.rules.find_limit("alert.unanswered.critical")
    if after is None:
        return
    for alert in summary.alerts:
        if alert.is_over or alert.acknowledged is not None or alert.level is not Level.CRITICAL:
            continue
        since = alert.unanswered_at or alert.sounded_at or alert.recorded_at
        if alert.unanswered_times < 2 and (judgement.now - since).total_seconds() >= after:
            alert.unanswered_at = judgement.now
            alert.unanswered_times += 1
            yield fact_of(Fact.UNANSWERED, alert, judgement.now, alert.evidence_entry_id)


def judge_promises(summary: SessionSummary, judgement: Judgement) -> Iterator[AlertFact]:
    """A promise with a deadline that was not kept returns the alert to everybody, naming the promiser."""
    for alert in summary.alerts:
        promise = alert.acknowledged
        if alert.is_over or promise is None or promise.deadline_at is None or judgement.now < promise.deadline_at:
            continue
        # Kept: nothing is changed here, because what changes without a fact could not be rebuilt from the record.
        if not _is_kept(summary, alert, promise):
            yield _broken(alert, promise, judgement.now)


def _broken(alert: OpenAlert, promise: AcknowledgedBy, now: datetime) -> AlertFact:
    alert.acknowledged, alert.broken_promise = None, promise
    alert.text = f"{alert.text} (promise of {promise.by} not kept: {promise.action.replace('_', ' ')})"
    alert.sounds_at = alert.sounded_at = None if alert.level is Level.ADVISORY else now
    alert.unanswered_at, alert.unanswered_times = None, 0
    return fact_of(Fact.PROMISE_BROKEN, alert, now, alert.evidence_entry_id)


def _is_kept(summary: SessionSummary, alert: OpenAlert, promise: AcknowledgedBy) -> bool:
    """Whether the record shows what was promised, since the promise; what no entry can show is kept by the answer
    itself ("other", "expected effect"). Of who stands at the chair only a physician keeps "physician at chair"."""
    shown_at = {
        AcknowledgementAction.RATE_LOWERED: summary.rate_lowered_at,
        AcknowledgementAction.INFUSION_PAUSED: summary.halted_at,
        AcknowledgementAction.INFUSION_STOPPED: summary.ended_at,
        AcknowledgementAction.DRUG_GIVEN: summary.medication_at,
        AcknowledgementAction.PHYSICIAN_AT_CHAIR: alert.physician_at_chair.at if alert.physician_at_chair else None,
    }
    action = AcknowledgementAction(promise.action)
    if action is AcknowledgementAction.REMEASURE:
        return _was_measured_since(summary, alert, promise.at)
    if action not in shown_at:
        return True
    shown = shown_at[action]
    return shown is not None and shown >= promise.at


def _was_measured_since(summary: SessionSummary, alert: OpenAlert, since: datetime) -> bool:
    newest = summary.signs.get(SIGN_OF_CONDITION.get(alert.condition, ""))
    return newest is not None and newest.effective_at is not None and newest.effective_at > since
