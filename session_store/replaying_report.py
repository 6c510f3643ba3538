"""What a replay found, added up: alerts per session-hour, time to the first alert, recorded effects caught or missed;
two such reports beside each other, and the sessions in which the alerts differ.

"Caught" means: an alert that came to warning or worse stood in the 15 min before the effect (our proposal), other than
those of people's own reports (effects, serious events), of a gate and of the equipment. Standing counts and not only
raising, or a stricter limit would miss what it only tells earlier. It does not say that the effect would not have
happened.
"""

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from session_store.domain.alert import Level
from session_store.domain.rules.delivered import version_words

CAUGHT_WITHIN = timedelta(minutes=15)
# What people report, what a gate lacked, and faults of tablet or program: none of them looks at the patient.
_NOT_FORESEEING = ("effect.", "event.", "start.", "discharge.", "tablet.", "rule.failed")
# What the start itself lacked is known before the infusion runs.
_RAISED_BY_START = "start.missing"
_LEVELS = tuple(level.word for level in reversed(Level))
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ReplayedAlert:
    """One alert of a replay at its worst level; times are the server's: when people would have been told."""

    condition: str
    rule_id: str
    level: Level
    raised_at: datetime
    warned_at: datetime | None
    over_at: datetime | None
    is_past: bool
    has_sounded: bool

    @property
    def about(self) -> str:
        """The condition without the entry that it is about: `bolus.dose`, but `overdue.sign:spo2_percent`."""
        return ":".join(part for part in self.condition.split(":") if not _is_identifier(part))


def _is_identifier(part: str) -> bool:
    return len(part) == 36 and part.count("-") == 4


@dataclass(frozen=True, slots=True)
class ReplayedSession:
    """One session after a replay: from its start (or first drug) to its closing (or last entry)."""

    session_id: UUID
    is_simulated: bool
    started_at: datetime | None
    until: datetime | None
    alerts: tuple[ReplayedAlert, ...]


@dataclass(frozen=True, slots=True)
class RecordedEffect:
    """A recorded effect that an alert could have foreseen: of grade 3 or worse, an emergency, or a serious event."""

    session_id: UUID
    entry_id: UUID
    term: str
    ctcae_grade: int | None
    at: datetime

    def as_json(self) -> dict[str, Any]:
        """Plain form for the HTTP interface."""
        return {
            "session_id": str(self.session_id),
            "entry_id": str(self.entry_id),
            "term": self.term,
            "ctcae_grade": self.ctcae_grade,
            "at": self.at.isoformat(),
        }

    def text(self) -> str:
        """In one line."""
        grade = "" if self.ctcae_grade is None else f" (grade {self.ctcae_grade})"
        return f"{self.session_id}  {self.term}{grade}, {self.at:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class CaughtEffect:
    """An effect before which alerts stood, and which; whether they spoke of it is for the reader to judge."""

    effect: RecordedEffect
    alerts_before: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain form for the HTTP interface."""
        return self.effect.as_json() | {"alerts_before": list(self.alerts_before)}

    def text(self) -> str:
        """In one line."""
        return f"{self.effect.text()}; before it: {', '.join(self.alerts_before)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayReport:
    """What one set of rules finds in the sessions of a replay. Each alert counts once, at its worst level."""

    rule_set_version: int
    sessions: int
    simulated_sessions: int
    session_hours: float
    alerts_by_level: Mapping[str, int]
    alerts_by_condition: Mapping[str, int]
    alerts_by_rule: Mapping[str, int]
    alerts_per_session_hour: Mapping[str, float | None]
    sounded: int
    first_alert_median_min: float | None
    first_alert_p90_min: float | None
    sessions_without_alert_after_start: int
    caught: tuple[CaughtEffect, ...]
    missed: tuple[RecordedEffect, ...]
    levels_by_session: Mapping[UUID, Mapping[str, tuple[Level, ...]]] = field(repr=False)

    @property
    def alerts(self) -> int:
        """All alerts, of whatever level."""
        return sum(self.alerts_by_level.values())

    def as_json(self) -> dict[str, Any]:
        """Plain form for the HTTP interface, without what each session had."""
        return {
            "rule_set_version": version_words(self.rule_set_version),
            "sessions": self.sessions,
            "simulated_sessions": self.simulated_sessions,
            "session_hours": round(self.session_hours, 2),
            "alerts": self.alerts,
            "alerts_by_level": dict(self.alerts_by_level),
            "alerts_per_session_hour": dict(self.alerts_per_session_hour),
            "alerts_by_condition": dict(self.alerts_by_condition),
            "alerts_by_rule": dict(self.alerts_by_rule),
            "sounded": self.sounded,
            "first_alert_median_min": self.first_alert_median_min,
            "first_alert_p90_min": self.first_alert_p90_min,
            "sessions_without_alert_after_start": self.sessions_without_alert_after_start,
            "caught": [one.as_json() for one in self.caught],
            "missed": [one.as_json() for one in self.missed],
        }


class ReportBuilder:
    """Takes replayed sessions one by one, so that not all of them are held at once."""

    def __init__(self, rule_set_version: int) -> None:
        self._version = rule_set_version
        self._time = timedelta(0)
        self._simulated = self._sounded = 0
        self._levels, self._conditions, self._rules = Counter[str](), Counter[str](), Counter[str]()
        self._first_min: list[float] = []
        self._caught: list[CaughtEffect] = []
        self._missed: list[RecordedEffect] = []
        self._by_session: dict[UUID, dict[str, tuple[Level, ...]]] = {}

    def add(self, session: ReplayedSession, effects: Iterable[RecordedEffect]) -> None:
        """One more session with its recorded effects."""
        self._simulated += session.is_simulated
        if session.started_at is not None and session.until is not None:
            self._time += max(session.until - session.started_at, timedelta(0))
        for alert in session.alerts:
            self._levels[alert.level.word] += 1
            self._conditions[alert.about] += 1
            self._rules[alert.rule_id] += 1
            self._sounded += alert.has_sounded
        first = _first_after_start_min(session)
        self._first_min += [] if first is None else [first]
        for effect in effects:
            self._add_effect(effect, _alerts_before(effect, session.alerts))
        self._by_session[session.session_id] = _levels_by_condition(session.alerts)

    def _add_effect(self, effect: RecordedEffect, alerts_before: tuple[str, ...]) -> None:
        if alerts_before:
            self._caught.append(CaughtEffect(effect, alerts_before))
        else:
            self._missed.append(effect)

    def report(self) -> ReplayReport:
        """All of them together."""
        hours, sessions = self._time / _HOUR, len(self._by_session)
        return ReplayReport(
            rule_set_version=self._version,
            sessions=sessions,
            simulated_sessions=self._simulated,
            session_hours=hours,
            alerts_by_level={level: self._levels[level] for level in _LEVELS},
            alerts_by_condition=_most_first(self._conditions),
            alerts_by_rule=_most_first(self._rules),
            alerts_per_session_hour={level: _per_hour(self._levels[level], hours) for level in _LEVELS},
            sounded=self._sounded,
            first_alert_median_min=round(statistics.median(self._first_min), 1) if self._first_min else None,
            first_alert_p90_min=_ninth_of_ten(self._first_min),
            sessions_without_alert_after_start=sessions - len(self._first_min),
            caught=tuple(self._caught),
            missed=tuple(self._missed),
            levels_by_session=self._by_session,
        )


def _first_after_start_min(session: ReplayedSession) -> float | None:
    """Minutes from the start to the first alert of any level; one that lists something past was none."""
    start = session.started_at
    raised = [one.raised_at for one in session.alerts if not one.is_past and one.condition != _RAISED_BY_START]
    later = [at for at in raised if start is not None and at >= start]
    return (min(later) - start) / timedelta(minutes=1) if later and start is not None else None


def _alerts_before(effect: RecordedEffect, alerts: Iterable[ReplayedAlert]) -> tuple[str, ...]:
    """What stood, after it had come to warning or worse, in the 15 min before the effect."""
    since = effect.at - CAUGHT_WITHIN
    standing = [
        one
        for one in alerts
        if one.warned_at is not None and one.warned_at < effect.at and (one.over_at is None or one.over_at >= since)
    ]
    foreseeing = {one.about for one in standing if not one.is_past and not one.condition.startswith(_NOT_FORESEEING)}
    return tuple(sorted(foreseeing))


def _levels_by_condition(alerts: Iterable[ReplayedAlert]) -> dict[str, tuple[Level, ...]]:
    levels: dict[str, list[Level]] = {}
    for alert in alerts:
        levels.setdefault(alert.about, []).append(alert.level)
    return {about: tuple(sorted(found, reverse=True)) for about, found in levels.items()}


def _per_hour(number: int, hours: float) -> float | None:
    return round(number / hours, 3) if hours > 0 else None


def _ninth_of_ten(minutes: list[float]) -> float | None:
    """The time within which nine of ten sessions that had an alert had it (nearest rank)."""
    return round(sorted(minutes)[math.ceil(0.9 * len(minutes)) - 1], 1) if minutes else None


def _most_first(counted: Counter[str]) -> dict[str, int]:
    return dict(sorted(counted.items(), key=lambda one: (-one[1], one[0])))


@dataclass(frozen=True, slots=True)
class SessionDifference:
    """A session whose alerts differ: `changed` are those of a condition that both sets raise, at another level."""

    session_id: UUID
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many alerts differ."""
        return len(self.gained) + len(self.lost) + len(self.changed)

    def as_json(self) -> dict[str, Any]:
        """Plain form for the HTTP interface."""
        return {
            "session_id": str(self.session_id),
            "gained": list(self.gained),
            "lost": list(self.lost),
            "changed": list(self.changed),
        }

    def text(self) -> str:
        """In one line: + gained, - lost, ~ at another level."""
        signed = [f"{sign}{one}" for sign, some in zip("+-~", self._groups(), strict=True) for one in some]
        return f"{self.session_id}  {', '.join(signed)}"

    def _groups(self) -> tuple[tuple[str, ...], ...]:
        return self.gained, self.lost, self.changed


@dataclass(frozen=True, slots=True)
class ReplayComparison:
    """Two sets of rules on the same sessions; `differences` with the most affected session first."""

    before: ReplayReport
    after: ReplayReport
    differences: tuple[SessionDifference, ...]
    newly_caught: tuple[CaughtEffect, ...]
    newly_missed: tuple[RecordedEffect, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain form for the HTTP interface."""
        return {
            "before": self.before.as_json(),
            "after": self.after.as_json(),
            "caught_within_min": CAUGHT_WITHIN // timedelta(minutes=1),
            "newly_caught": [one.as_json() for one in self.newly_caught],
            "newly_missed": [one.as_json() for one in self.newly_missed],
            "sessions_with_other_alerts": len(self.differences),
            "differences": [one.as_json() for one in self.differences],
        }


def compare(before: ReplayReport, after: ReplayReport) -> ReplayComparison:
    """Both reports, and in which sessions their alerts differ."""
    found = [
        _difference(session_id, levels, after.levels_by_session.get(session_id, {}))
        for session_id, levels in before.levels_by_session.items()
    ]
    differing = sorted((one for one in found if one.size), key=lambda one: (-one.size, str(one.session_id)))
    known = {one.effect for one in before.caught}
    return ReplayComparison(
        before,
        after,
        tuple(differing),
        tuple(one for one in after.caught if one.effect not in known),
        tuple(one for one in after.missed if one in known),
    )


def _difference(
    session_id: UUID, before: Mapping[str, tuple[Level, ...]], after: Mapping[str, tuple[Level, ...]]
) -> SessionDifference:
    """What both have is left out; the rest of one condition is paired, and what has no pair was gained or lost."""
    gained, lost, changed = [], [], []
    for about in sorted(before.keys() | after.keys()):
        then, now = _without_common(before.get(about, ()), after.get(about, ()))
        changed += [f"{about} {one.word} to {other.word}" for one, other in zip(then, now, strict=False)]
        gained += [f"{about} {level.word}" for level in now[len(then) :]]
        lost += [f"{about} {level.word}" for level in then[len(now) :]]
    return SessionDifference(session_id, tuple(gained), tuple(lost), tuple(changed))


def _without_common(one: Iterable[Level], other: Iterable[Level]) -> tuple[list[Level], list[Level]]:
    """Both without what they share, the worst first."""
    some, more = Counter(one), Counter(other)
    return sorted((some - more).elements(), reverse=True), sorted((more - some).elements(), reverse=True)
