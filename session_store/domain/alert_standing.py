"""How an alert comes to stand and to change: raise, escalate, lower, clear, withdraw, each with its fact.

The judging modules and `refolding` change the standing alerts of a summary through these functions alone, so that
nothing happens to an alert of which the record has no fact.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from session_store.domain.alert import AlertFact, Fact, Level, OpenAlert
from session_store.domain.entries import Entry
from session_store.domain.rules.delivered import DELIVERED, VITAL_SIGN_CONDITIONS
from session_store.domain.rules.model import AlertRule
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session_summary import SessionSummary


@dataclass(frozen=True, slots=True)
class Judgement:
    """The tools of one judging: the server's now, where new alert ids come from, and the rules in force.

    `superseded`: where a session is folded again, the (entry, sign) that were past already when they were recorded.
    """

    now: datetime
    new_alert_id: Callable[[], UUID]
    rules: RuleSet = DELIVERED
    superseded: frozenset[tuple[UUID, str]] = frozenset()


class Remeasured(StrEnum):
    """What a person's second value says during the silence of a lone warning."""

    AGAIN = "shows it again"
    MILDER = "milder, not yet settled"


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition found at a level: what to raise or to escalate to."""

    rule_id: str
    condition: str
    level: Level
    text: str
    citation: str
    clears_on_acknowledgement: bool = False
    window_seconds: int = 0
    is_past: bool = False
    remeasured: Remeasured | None = None


def as_found(rule: AlertRule, condition: str, text: str) -> Finding:
    """What a rule says of one condition, in the words of the case."""
    return Finding(
        rule.rule_id, condition, rule.level, text, rule.source(), rule.clears_on_acknowledgement, rule.window_seconds
    )


def raise_alert(
    summary: SessionSummary, judgement: Judgement, found: Finding, at: datetime, evidence: UUID | None
) -> AlertFact:
    """A new standing alert; it sounds now, after its re-measure window, or never."""
    alert = _opened(judgement, found, at, evidence)
    summary.alerts.append(alert)
    _plan_sound(summary, alert, judgement.now, found.window_seconds)
    return fact_of(Fact.RAISED, alert, at, evidence)


def raise_unless_open(
    summary: SessionSummary, judgement: Judgement, found: Finding, at: datetime, evidence: UUID | None
) -> Iterator[AlertFact]:
    """A new standing alert where none of this condition is open."""
    if summary.open_alert(found.condition) is None:
        yield raise_alert(summary, judgement, found, at, evidence)


def _opened(judgement: Judgement, found: Finding, at: datetime, evidence: UUID | None) -> OpenAlert:
    return OpenAlert(
        alert_id=judgement.new_alert_id(),
        rule_id=found.rule_id,
        rule_version=judgement.rules.version,
        condition=found.condition,
        level=found.level,
        peak_level=found.level,
        text=found.text,
        citation=found.citation,
        raised_at=at,
        recorded_at=judgement.now,
        evidence_entry_id=evidence,
        raised_text=found.text,
        clears_on_acknowledgement=found.clears_on_acknowledgement,
        is_past=found.is_past,
    )


def _plan_sound(summary: SessionSummary, alert: OpenAlert, now: datetime, window_seconds: int) -> None:
    """Critical sounds at once; a lone warning after its re-measure window; a second sign at warning or worse, answered
    or not, ends the windows of both. What is past never sounds."""
    if alert.level is Level.ADVISORY or alert.is_past:
        alert.sounds_at = None
    elif alert.level is Level.CRITICAL or window_seconds == 0:
        alert.sounds_at = now
    else:
        alert.sounds_at = now + timedelta(seconds=window_seconds)
    if _is_sign_in_warning(alert):
        others = [other for other in summary.alerts if other is not alert and _is_sign_in_warning(other)]
        for one in (alert, *filter(_waits_to_sound, others)) if others else ():
            one.sounds_at = min(one.sounds_at or now, now)
    if alert.sounds_at == now:
        alert.sounded_at = now


def _is_sign_in_warning(alert: OpenAlert) -> bool:
    is_of_sign = alert.condition.partition(":")[0] in VITAL_SIGN_CONDITIONS
    return is_of_sign and alert.level >= Level.WARNING and not alert.is_over and not alert.is_past


def _waits_to_sound(alert: OpenAlert) -> bool:
    return (
        not alert.is_over
        and alert.acknowledged is None
        and alert.level is Level.WARNING
        and alert.sounded_at is None
        and alert.sounds_at is not None
    )


def bring_to(
    summary: SessionSummary,
    judgement: Judgement,
    condition: str,
    found: Finding | None,
    at: datetime,
    evidence: UUID | None,
) -> Iterator[AlertFact]:
    """Bring the alert of one condition to what was found: raise, escalate, lower, clear, or nothing."""
    alert = summary.open_alert(condition)
    if alert is None:
        if found is not None:
            yield raise_alert(summary, judgement, found, at, evidence)
    elif found is None:
        yield clear(alert, at, evidence)
    elif found.level > alert.level:
        yield escalate(summary, judgement, alert, found, at, evidence)
    elif found.level < alert.level:
        yield lower(alert, judgement, found, at, evidence)
    else:
        alert.text = found.text
        yield from _after_remeasuring(alert, judgement, found, at)


def _after_remeasuring(alert: OpenAlert, judgement: Judgement, found: Finding, at: datetime) -> Iterator[AlertFact]:
    """A second value that shows the warning again ends its silence; a milder one begins the silence anew."""
    if not _waits_to_sound(alert) or at <= alert.raised_at:
        return
    if found.remeasured is Remeasured.AGAIN:
        alert.sounds_at = alert.sounded_at = judgement.now
        yield fact_of(Fact.SOUNDED, alert, judgement.now, alert.evidence_entry_id)
    elif found.remeasured is Remeasured.MILDER:
        alert.sounds_at = judgement.now + timedelta(seconds=found.window_seconds)


def bring_to_by_time(
    summary: SessionSummary,
    judgement: Judgement,
    condition: str,
    found: Finding | None,
    evidence: UUID | None = None,
) -> Iterator[AlertFact]:
    """The same for what only the clock shows, where no entry came; `evidence` is an earlier one that shows it."""
    alert = summary.open_alert(condition)
    if alert is not None and found is not None and alert.level == found.level:
        return
    yield from bring_to(summary, judgement, condition, found, judgement.now, evidence)


def list_past(summary: SessionSummary, judgement: Judgement, found: Finding, entry: Entry) -> Iterator[AlertFact]:
    """What was so and is not any more: listed as past, never sounding."""
    past = replace(found, is_past=True)
    yield raise_alert(summary, judgement, past, entry.effective_at, entry.entry_id)
    yield clear(summary.alerts[-1], entry.effective_at, entry.entry_id)


def escalate(
    summary: SessionSummary, judgement: Judgement, alert: OpenAlert, found: Finding, at: datetime, evidence: UUID | None
) -> AlertFact:
    """A higher level is never muted by an earlier acknowledgement."""
    alert.level, alert.peak_level = found.level, max(found.level, alert.peak_level)
    alert.rule_id, alert.citation, alert.text = found.rule_id, found.citation, found.text
    alert.rule_version = judgement.rules.version
    alert.evidence_entry_id = evidence
    alert.acknowledged = None
    alert.risen_at = judgement.now
    alert.sounded_at = alert.unanswered_at = None
    alert.unanswered_times = 0
    _plan_sound(summary, alert, judgement.now, found.window_seconds)
    return fact_of(Fact.ESCALATED, alert, at, evidence)


def lower(alert: OpenAlert, judgement: Judgement, found: Finding, at: datetime, evidence: UUID | None) -> AlertFact:
    """A milder level of the same alert; its peak and its acknowledgement stay."""
    alert.level, alert.text = found.level, found.text
    alert.rule_id, alert.citation = found.rule_id, found.citation
    alert.rule_version = judgement.rules.version
    return fact_of(Fact.LOWERED, alert, at, evidence)


def clear(alert: OpenAlert, at: datetime, evidence: UUID | None) -> AlertFact:
    """The condition has ended; until somebody has seen it, the alert stays "over, not seen".

    A late value may show that it had ended before it was raised: it is over then at the time it was raised.
    """
    alert.cleared_at = max(at, alert.raised_at)
    return fact_of(Fact.CLEARED, alert, alert.cleared_at, evidence)


def clear_conditions(summary: SessionSummary, entry: Entry, *conditions: str) -> Iterator[AlertFact]:
    """Clear those alerts of these conditions that are open; `entry` shows that they are over."""
    for alert in summary.alerts:
        if alert.condition in conditions and not alert.is_over:
            yield clear(alert, entry.effective_at, entry.entry_id)


def withdraw(alert: OpenAlert, at: datetime, entry_id: UUID) -> AlertFact:
    """The entry that showed the condition was entered in error: the alert closes and stays in the record."""
    alert.withdrawn_at = at
    alert.text = f"{alert.text} (entry withdrawn)"
    return fact_of(Fact.WITHDRAWN, alert, at, entry_id)


def fact_of(fact: Fact, alert: OpenAlert, at: datetime, evidence: UUID | None) -> AlertFact:
    """One fact about an alert as it stands now."""
    return AlertFact(
        fact, alert.alert_id, alert.rule_id, alert.rule_version, alert.condition, alert.level, at, alert.text,
        alert.citation, evidence, alert.is_past,
    )  # fmt: skip


def count_raised(summary: SessionSummary, level: Level) -> None:
    """One more alert of this level was raised in the session."""
    summary.alerts_by_level[level.word] = summary.alerts_by_level.get(level.word, 0) + 1


def drop_settled(summary: SessionSummary) -> None:
    """What is over and seen leaves the standing list; its facts stay in the record."""
    summary.alerts = [alert for alert in summary.alerts if not alert.is_settled]
