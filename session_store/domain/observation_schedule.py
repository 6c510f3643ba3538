"""When each vital sign, and the sedation level, is due: one module, so that no other file holds an interval.

Two named protocols. Outpatient: every 5 min in the first 15 min and for 15 min after each bolus or rate rise, and for
30 min after a benzodiazepine or opioid; then every 15 min (10 above 1 mg/kg/h, and for a patient at risk: respiratory
disease, sleep apnoea risk, opioids or benzodiazepines at home); every 15 min in recovery; sedation every 15 min.
Inpatient multi-day, after the Royal Cornwall Hospitals guideline V6.0 (2022): every 15 min in the first hour, every
30 min in the next two, then hourly; pressure, heart rate and SpO2 2-hourly after 12 h, breaths and sedation after 24 h.
Built from the protocols listed in clinical.md 2.1; the combination is our proposal.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

TIGHT = timedelta(minutes=5)
USUAL = timedelta(minutes=15)
FAST_RATE = timedelta(minutes=10)
TIGHT_AFTER_CHANGE = timedelta(minutes=15)
TIGHT_AFTER_DEPRESSANT = timedelta(minutes=30)
FLAG_AFTER = timedelta(minutes=2)
SEDATION = "sedation"


class ObservationProtocol(StrEnum):
    """The named schedules; a session without one follows the outpatient schedule."""

    OUTPATIENT = "outpatient"
    INPATIENT_MULTI_DAY = "inpatient_multi_day"


@dataclass(frozen=True, slots=True)
class Step:
    """From this long after the start on, one set every `interval`."""

    since_start: timedelta
    interval: timedelta


_H = timedelta(hours=1)
_INPATIENT_BEGIN = (
    Step(timedelta(0), timedelta(minutes=15)),
    Step(_H, timedelta(minutes=30)),
    Step(3 * _H, _H),
)
_INPATIENT = {
    "respiratory_rate_per_min": (*_INPATIENT_BEGIN, Step(24 * _H, 2 * _H)),
    SEDATION: (*_INPATIENT_BEGIN, Step(24 * _H, 2 * _H)),
}
_INPATIENT_CIRCULATION = (*_INPATIENT_BEGIN, Step(12 * _H, 2 * _H))


@dataclass(frozen=True, slots=True)
class ScheduleContext:
    """What tightens the schedule: last start, bolus or rate rise; last depressant; a rate above 1 mg/kg/h; respiratory
    disease, sleep apnoea risk, opioids or benzodiazepines at home. `started_at` is where an inpatient's steps begin."""

    tightened_at: datetime | None
    depressant_at: datetime | None
    is_above_one_mg_per_kg_per_h: bool
    has_risk: bool = False
    protocol: ObservationProtocol = ObservationProtocol.OUTPATIENT
    started_at: datetime | None = None


def due_at(last_set: datetime, context: ScheduleContext, sign: str = "heart_rate_per_min") -> datetime:
    """When the next value of `sign` is due after one at `last_set`; an event since then pulls it to 5 min after that.

    Sedation keeps the usual interval: only after a benzodiazepine or opioid is it due with every set.
    """
    return _due(last_set, context, sign)[0]


def _due(last_set: datetime, context: ScheduleContext, sign: str) -> tuple[datetime, timedelta]:
    """When it is due, and the interval that this closes: the tight one where an event has pulled it."""
    interval = _interval_at(last_set, context, sign)
    due = last_set + interval
    events = (context.depressant_at,) if sign == SEDATION else (context.tightened_at, context.depressant_at)
    pulled = [event + TIGHT for event in events if event is not None and event > last_set and event + TIGHT < due]
    return (min(pulled), TIGHT) if pulled else (due, interval)


def overdue_at(
    last_set: datetime, context: ScheduleContext, sign: str, flag_after: timedelta = FLAG_AFTER, factor: float = 1.5
) -> tuple[datetime, datetime]:
    """(advisory, warning): at due + 2 min and at 1.5 x the interval, the warning never before the advisory."""
    due, interval = _due(last_set, context, sign)
    flag = due + flag_after
    return flag, max(flag, due + interval * (factor - 1))


def _interval_at(at: datetime, context: ScheduleContext, sign: str) -> timedelta:
    if _is_within(at, context.depressant_at, TIGHT_AFTER_DEPRESSANT):
        return TIGHT
    if context.protocol is ObservationProtocol.INPATIENT_MULTI_DAY:
        return _inpatient_interval(at, context, sign)
    if sign == SEDATION:
        return USUAL
    if _is_within(at, context.tightened_at, TIGHT_AFTER_CHANGE):
        return TIGHT
    return FAST_RATE if context.is_above_one_mg_per_kg_per_h or context.has_risk else USUAL


def _is_within(at: datetime, event: datetime | None, duration: timedelta) -> bool:
    """Whether a set lies in the time that follows an event; one before it is pulled, not counted from."""
    return event is not None and event <= at < event + duration


def _inpatient_interval(at: datetime, context: ScheduleContext, sign: str) -> timedelta:
    elapsed = at - context.started_at if context.started_at is not None else timedelta(0)
    steps = _INPATIENT.get(sign, _INPATIENT_CIRCULATION)
    interval = [step.interval for step in steps if step.since_start <= max(elapsed, timedelta(0))][-1]
    return min(interval, FAST_RATE) if context.is_above_one_mg_per_kg_per_h or context.has_risk else interval
