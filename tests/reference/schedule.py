"""When a sign or the sedation level was due, by the schedules that `observation_schedule` names in words."""

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from session_store.domain.alert import Level
from session_store.domain.drug_classes import DrugClass, drug_classes
from session_store.domain.entries import Entry
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session import SessionStatus
from tests.reference.patient import has_risk, is_missing_in, newest_answer, plan_of, weight_kg
from tests.reference.pump import rate_mg_per_h, started_at, status_of, tightened_at
from tests.reference.record import by_time, value_of

_MINUTE = timedelta(minutes=1)
_WATCHED = (SessionStatus.RUNNING, SessionStatus.PAUSED, SessionStatus.RECOVERY)
# From so many hours after the start on, one set every so many minutes (inpatient multi-day).
_INPATIENT_MINUTES = ((0, 15), (1, 30), (3, 60))
_LATER_HOURS = {"respiratory_rate_per_min": 24, "sedation": 24}


def overdue_level(read: list[Entry], sign: str, rules: RuleSet, now: datetime) -> Level | None:
    """At which level a sign (or "sedation") is overdue now."""
    since = counts_from(read, sign)
    if since is None or status_of(read) not in _WATCHED:
        return None
    due = due_at(read, sign, since)
    rule = "overdue.sedation.advisory" if sign == "sedation" else "overdue.sign.advisory"
    flagged = due + _minutes(rules.limit(rule))
    if now < flagged:
        return None
    if sign == "sedation":
        return Level.ADVISORY
    is_pulled = due < since + _interval(read, sign, since)
    interval = 5 * _MINUTE if is_pulled else _interval(read, sign, since)
    after_intervals = due - interval + interval * float(rules.limit("overdue.sign.warning"))
    return Level.WARNING if now >= after_intervals else Level.ADVISORY


def due_at(read: list[Entry], sign: str, since: datetime) -> datetime:
    """One interval later; what makes the watch closer in between pulls it to 5 min after that."""
    due = since + _interval(read, sign, since)
    pulls = [depressant_at(read), None if sign == "sedation" else tightened_at(read)]
    return min([due, *(one + 5 * _MINUTE for one in pulls if one is not None and one > since)])


def _interval(read: list[Entry], sign: str, since: datetime) -> timedelta:
    if _is_within(since, depressant_at(read), 30):
        return 5 * _MINUTE
    weight = weight_kg(read)
    is_watched_more = has_risk(read) or (weight is not None and rate_mg_per_h(read) > weight)
    if plan_of(read).observation_protocol == "inpatient_multi_day":
        interval = _inpatient_interval(read, sign, since)
        return min(interval, 10 * _MINUTE) if is_watched_more else interval
    if sign == "sedation":
        return 15 * _MINUTE
    if _is_within(since, tightened_at(read), 15):
        return 5 * _MINUTE
    return (10 if is_watched_more else 15) * _MINUTE


def _is_within(at: datetime, event: datetime | None, minutes: int) -> bool:
    """Whether a time lies in the minutes that follow an event."""
    return event is not None and event <= at < event + minutes * _MINUTE


def _inpatient_interval(read: list[Entry], sign: str, since: datetime) -> timedelta:
    start = started_at(read)
    hours = Fraction(0) if start is None else Fraction((since - start) // _MINUTE, 60)
    steps = (*_INPATIENT_MINUTES, (_LATER_HOURS.get(sign, 12), 120))
    return [minutes for begins, minutes in steps if begins <= max(hours, Fraction(0))][-1] * _MINUTE


def depressant_at(read: list[Entry]) -> datetime | None:
    """When a benzodiazepine or opioid was given last."""
    given = None
    for entry in by_time(read):
        content: Any = entry.content
        if content.kind == "medication_given" and _depresses(content.drug_name):
            given = entry.effective_at
    return given


def _depresses(drug_name: str) -> bool:
    return bool(drug_classes(drug_name) & {DrugClass.BENZODIAZEPINE, DrugClass.OPIOID})


def counts_from(read: list[Entry], sign: str) -> datetime | None:
    """From when the clock of a sign runs: its last value, the first "could not measure" after that, or the start."""
    start = started_at(read)
    last = _last_sedation(read) if sign == "sedation" else _last_set(read, sign)
    if start is None or last is None:
        return start
    return max(last, start)


def _last_sedation(read: list[Entry]) -> datetime | None:
    newest = newest_answer(read, "sedation", "level")
    return None if newest is None else newest.effective_at


def _last_set(read: list[Entry], sign: str) -> datetime | None:
    counts, is_missing = None, False
    for entry in by_time(read):
        if value_of(entry, sign) is not None:
            counts, is_missing = entry.effective_at, False
        elif is_missing_in(entry, sign) and not is_missing:
            counts, is_missing = entry.effective_at, True
    return counts


def is_catching_up(recorded: list[Entry], now: datetime) -> bool:
    """Whether a sender is handing in late entries: for 10 s after each of them, 60 s in all."""
    since: datetime | None = None
    until: datetime | None = None
    for entry in recorded:
        if entry.is_late:
            if since is None or until is None or entry.recorded_at > until:
                since = entry.recorded_at
            until = entry.recorded_at + timedelta(seconds=10)
    return since is not None and until is not None and now <= until and now - since <= timedelta(seconds=60)


def is_monitor_silent(read: list[Entry], rules: RuleSet, now: datetime) -> bool:
    """Whether a monitor that was sending has sent nothing for two minutes."""
    rows = [one for one in read if one.content.kind == "vital_signs" and one.source == "monitor"]
    if not rows:
        return False
    last = max(one.recorded_at for one in rows)
    return Decimal((now - last).total_seconds()) > rules.limit("monitor.silent.warning")


def _minutes(limit: Decimal) -> timedelta:
    return timedelta(minutes=float(limit))
