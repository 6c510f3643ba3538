"""What a set of rules does to past sessions: their entries are folded and judged again, and time acts in between.

The entries go through the recorder's own `fold_in`, in the order in which they were recorded and at the times at which
they were; between them `judge_time` is asked, as a running server asks it every second, but only when something may
have changed (`replaying_moments`). Nothing is read or written here.

A replay is not what would have happened: people answered the alerts that they saw, and what they did then is in the
record as it was. An answer is taken for the alert of the same condition; an alert that only the changed rules raise
stays unanswered. What the server itself found beside the entries is not found anew: a silent tablet (the record says
that it was silent, not when it was heard) and which gate items a physician overrode.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from session_store.domain.alert import AlertFact, Fact, Level
from session_store.domain.alert_evaluation import Judgement, judge_time
from session_store.domain.alert_history import raised_by
from session_store.domain.entries import Entry
from session_store.domain.entry_choices import EMERGENCY_TERMS
from session_store.domain.folding import History, fold_in
from session_store.domain.refolding import standing_entries
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session_summary import SessionSummary
from session_store.replaying_moments import next_look
from session_store.replaying_reach import RuleReach
from session_store.replaying_report import (
    RecordedEffect,
    ReplayComparison,
    ReplayedAlert,
    ReplayedSession,
    ReportBuilder,
    compare,
)

# How long an open alert of the rolling hour waits for the next look; everything else is looked at to the second.
TICK_SECONDS = 60
# A session that nobody closed is not watched for ever.
WATCHED_AFTER_LAST_ENTRY = timedelta(hours=1)
_ENDINGS = frozenset({Fact.CLEARED, Fact.WITHDRAWN})
_ANSWER_KINDS = frozenset({"acknowledgement", "at_the_chair"})
# CTCAE 3: severe.
_GRADE_THAT_COUNTS = 3


@dataclass(frozen=True, slots=True)
class RecordedSession:
    """A session as the record has it: every entry, also the withdrawn ones, in the order of `seq`.

    `conditions` maps the alerts on record to their conditions, so that answers find the replayed alert.
    """

    session_id: UUID
    entries: Sequence[Entry]
    is_simulated: bool
    conditions: Mapping[UUID, str] = field(default_factory=dict)


def replay_rules(sessions: Iterable[RecordedSession], rules: RuleSet, base: RuleSet) -> ReplayComparison:
    """What `rules` would have done to these sessions, beside what `base` does to them; one session at a time."""
    before, after, reach = ReportBuilder(base.version), ReportBuilder(rules.version), RuleReach(base, rules)
    for session in sessions:
        effects = recorded_effects(session.entries)
        by_base = replay_session(session, base)
        before.add(by_base, effects)
        after.add(replay_session(session, rules) if reach.touches(session.entries) else by_base, effects)
    return compare(before.report(), after.report())


def replay_session(session: RecordedSession, rules: RuleSet, tick_seconds: int = TICK_SECONDS) -> ReplayedSession:
    """The alerts that `rules` find in one session; a session without entries has none."""
    replay = _Replay(session, rules, timedelta(seconds=tick_seconds))
    for entry in session.entries:
        replay.take(entry)
    return replay.end()


def recorded_effects(entries: Sequence[Entry]) -> list[RecordedEffect]:
    """The adverse effects of grade 3 or worse, the emergencies and the serious events that still stand, as amended."""
    if not any(entry.content.kind in ("adverse_effect", "serious_event") for entry in entries):
        return []
    return [effect for entry in standing_entries(entries) if (effect := _effect_of(entry)) is not None]


def _effect_of(entry: Entry) -> RecordedEffect | None:
    content: Any = entry.content
    if content.kind == "serious_event":
        return RecordedEffect(entry.session_id, entry.entry_id, "serious event", None, entry.effective_at)
    if content.kind != "adverse_effect":
        return None
    grade = None if content.ctcae_grade is None else int(content.ctcae_grade)
    if content.term not in EMERGENCY_TERMS and (grade or 0) < _GRADE_THAT_COUNTS:
        return None
    began_at = min(content.onset_at or entry.effective_at, entry.effective_at)
    return RecordedEffect(entry.session_id, entry.entry_id, content.term.replace("_", " "), grade, began_at)


@dataclass(slots=True)
class _Seen:
    """An alert on its way through the replay."""

    condition: str
    rule_id: str
    level: Level
    raised_at: datetime
    is_past: bool
    warned_at: datetime | None = None
    over_at: datetime | None = None
    has_sounded: bool = False

    def reached(self, fact: AlertFact, now: datetime) -> None:
        """The level that it has now; the worst counts."""
        if fact.level >= self.level:
            self.level, self.rule_id = fact.level, fact.rule_id
        if self.warned_at is None and fact.level >= Level.WARNING:
            self.warned_at = now


class _Replay:
    """One session on its way through the fold with one set of rules."""

    def __init__(self, session: RecordedSession, rules: RuleSet, tick: timedelta) -> None:
        self._session = session
        self._rules = rules
        self._tick = tick
        self._numbers = count(1)
        self._facts: list[AlertFact] = []
        self._seen: dict[UUID, _Seen] = {}
        self._now: datetime | None = None
        self._summary = SessionSummary(session.session_id, session.session_id, session.is_simulated)
        if session.entries:
            at = session.entries[0].recorded_at
            self._summary.planned_at = self._summary.status_since = at

    def take(self, entry: Entry) -> None:
        """Time up to the next entry, then the entry."""
        self._let_time_act(entry.recorded_at)
        judgement = Judgement(entry.recorded_at, self._new_alert_id, self._rules)
        history = History(lambda: list(self._session.entries[: entry.seq - 1]), lambda: raised_by(self._facts))
        self._summary, facts = fold_in(self._summary, self._for_replay(entry), judgement, history)
        self._now = entry.recorded_at
        self._keep(entry.recorded_at, facts)

    def end(self) -> ReplayedSession:
        """What was found once the watch is over."""
        summary, entries = self._summary, self._session.entries
        if self._now is not None:
            self._let_time_act(self._now + WATCHED_AFTER_LAST_ENTRY)
        last_at = max((entry.effective_at for entry in entries), default=None)
        return ReplayedSession(
            summary.session_id,
            self._session.is_simulated or summary.is_simulated,
            summary.started_at or summary.first_drug_at,
            summary.closed_at or last_at,
            tuple(
                ReplayedAlert(
                    one.condition,
                    one.rule_id,
                    one.level,
                    one.raised_at,
                    one.warned_at,
                    one.over_at,
                    one.is_past,
                    one.has_sounded,
                )
                for one in self._seen.values()
            ),
        )

    def _let_time_act(self, until: datetime) -> None:
        """Look whenever the passing of time may have found something, before `until`."""
        again_after = timedelta(0)
        while (now := self._next_look(until, again_after)) is not None:
            self._now, again_after = now, self._tick
            self._keep(now, judge_time(self._summary, Judgement(now, self._new_alert_id, self._rules)))

    def _next_look(self, until: datetime, again_after: timedelta) -> datetime | None:
        if self._now is None:
            return None
        own = self._summary.own_limits
        rules = self._rules.with_limits(self._summary.limits_of_patient()) if own else self._rules
        return next_look(self._summary, rules, self._now, until, again_after)

    def _keep(self, now: datetime, facts: list[AlertFact]) -> None:
        if not facts:
            return
        self._facts += facts
        for fact in facts:
            if fact.fact is Fact.RAISED:
                seen = _Seen(fact.condition, fact.rule_id, fact.level, now, fact.is_past)
                self._seen[fact.alert_id] = seen
                seen.reached(fact, now)
            elif fact.fact is Fact.ESCALATED:
                self._seen[fact.alert_id].reached(fact, now)
            elif fact.fact in _ENDINGS:
                self._seen[fact.alert_id].over_at = now
        for alert in self._summary.alerts:
            # No alert comes to sound without a fact.
            if alert.sounded_at is not None:
                self._seen[alert.alert_id].has_sounded = True

    def _for_replay(self, entry: Entry) -> Entry:
        """The entry as the replay needs it: an answer names the replayed alert of the same condition, if it stands."""
        if entry.content.kind not in _ANSWER_KINDS:
            return entry
        content: Any = entry.content
        condition = self._session.conditions.get(content.alert_id)
        standing = [alert for alert in self._summary.alerts if alert.condition == condition]
        if not standing:
            return entry
        answered = next((alert for alert in standing if not alert.is_over), standing[-1])
        return replace(entry, content=replace(content, alert_id=answered.alert_id))

    def _new_alert_id(self) -> UUID:
        return UUID(int=next(self._numbers))
