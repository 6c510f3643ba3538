"""Alerts put together again from the record: from their facts, and from the entries in which people answered them.

What a judge knew beside the facts (a planned sound, a calm that was counted) is not in the record; where it matters
the nearest safe answer is taken: an alert that stands sounds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from session_store.domain.alert import AcknowledgedBy, AlertFact, Fact, Level, OpenAlert, alert_opened_by
from session_store.domain.alert_answers import note_chair_visit
from session_store.domain.entries import Entry
from session_store.domain.rules.delivered import DELIVERED

_SOUNDING = frozenset({Fact.RAISED, Fact.ESCALATED, Fact.PROMISE_BROKEN})


# By (condition, evidence entry): the alerts that the entry showed, each with the worst level that people were told of.
AlertsTold = Mapping[tuple[str, UUID | None], Mapping[UUID, Level]]


def raised_by(facts: Iterable[AlertFact]) -> AlertsTold:
    """The alerts that these facts raised or made worse."""
    telling = [fact for fact in facts if fact.fact in (Fact.RAISED, Fact.ESCALATED)]
    worst: dict[UUID, Level] = {}
    for fact in telling:
        worst[fact.alert_id] = max(fact.level, worst.get(fact.alert_id, fact.level))
    told: dict[tuple[str, UUID | None], dict[UUID, Level]] = {}
    for fact in telling:
        shown = told.setdefault((fact.condition.removesuffix(":past"), fact.evidence_entry_id), {})
        shown[fact.alert_id] = worst[fact.alert_id]
    return told


def opened_again(fact: AlertFact, recorded_at: datetime) -> OpenAlert:
    """The alert as its first fact on record leaves it."""
    alert = alert_opened_by(fact, recorded_at)
    # How an alert ends is never a clinic's to edit, so the delivered table knows it for every version.
    rule = DELIVERED.by_id.get(fact.rule_id)
    alert.clears_on_acknowledgement = rule is not None and rule.clears_on_acknowledgement
    return alert


def follow_fact(alert: OpenAlert, fact: AlertFact) -> None:
    """One more fact about an alert."""
    alert.level, alert.peak_level, alert.text = fact.level, max(alert.peak_level, fact.level), fact.text
    alert.rule_id, alert.rule_version, alert.citation = fact.rule_id, fact.rule_version, fact.citation
    if fact.fact is Fact.CLEARED:
        alert.cleared_at = fact.at
    elif fact.fact is Fact.WITHDRAWN:
        alert.withdrawn_at = fact.at
    elif fact.fact is Fact.SOUNDED:
        alert.sounded_at = fact.at
    elif fact.fact is Fact.UNANSWERED:
        alert.unanswered_at, alert.unanswered_times = fact.at, alert.unanswered_times + 1
    elif fact.fact in (Fact.ESCALATED, Fact.PROMISE_BROKEN):
        alert.evidence_entry_id = fact.evidence_entry_id
        if fact.fact is Fact.PROMISE_BROKEN:
            alert.broken_promise = alert.acknowledged
        alert.acknowledged = None
        alert.unanswered_at, alert.unanswered_times = None, 0


def follow_answer(alert: OpenAlert, entry: Entry) -> None:
    """An entry that answers an alert: acknowledged, or somebody at the chair."""
    content: Any = entry.content
    if content.kind == "acknowledgement":
        minutes = content.deadline_min
        deadline = None if minutes is None else entry.effective_at + timedelta(minutes=int(minutes))
        alert.acknowledged = AcknowledgedBy(
            entry.author_name, entry.effective_at, content.action, content.remark, deadline
        )
        alert.broken_promise = None
    else:
        note_chair_visit(alert, entry)


class RecordedAlerts:
    """The alerts of one session as the record says, change by change."""

    def __init__(self) -> None:
        self._alerts: dict[UUID, OpenAlert] = {}
        self.by_level: dict[str, int] = {}

    def take(self, entry: Entry | None, facts: Sequence[AlertFact], recorded_at: datetime) -> None:
        """One more change, in the order of the record."""
        alert = None if entry is None else self._alerts.get(getattr(entry.content, "alert_id", None))  # type: ignore[arg-type]
        if entry is not None and alert is not None:
            follow_answer(alert, entry)
        for fact in facts:
            self._take_fact(fact, recorded_at)

    def _take_fact(self, fact: AlertFact, recorded_at: datetime) -> None:
        alert = self._alerts.get(fact.alert_id)
        if alert is None:
            alert = self._alerts[fact.alert_id] = opened_again(fact, recorded_at)
        else:
            follow_fact(alert, fact)
        if fact.fact is Fact.ESCALATED:
            alert.risen_at = recorded_at
        if fact.fact is Fact.RAISED:
            self.by_level[fact.level.word] = self.by_level.get(fact.level.word, 0) + 1
        if fact.fact in _SOUNDING:
            sounds = alert.level is not Level.ADVISORY and not alert.is_past
            alert.sounds_at = alert.sounded_at = recorded_at if sounds else None

    def standing(self) -> list[OpenAlert]:
        """The alerts that are open, or over and not seen."""
        return [replace(alert) for alert in self._alerts.values() if not alert.is_settled]
