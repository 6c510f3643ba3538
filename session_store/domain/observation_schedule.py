"""When each vital sign is due: one function, so that no other file holds an interval.

The outpatient schedule: every 5 min in the first 15 min and for 15 min after each bolus or rate rise, and for 30 min
after a benzodiazepine or opioid; then every 15 min (10 above 1 mg/kg/h, and for a patient at risk: respiratory disease,
sleep apnoea risk, opioids or benzodiazepines at home); every 15 min in recovery. Built from the
protocols listed in clinical.md 2.1; the combination is our proposal.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

TIGHT = timedelta(minutes=5)
USUAL = timedelta(minutes=15)
FAST_RATE = timedelta(minutes=10)
TIGHT_AFTER_CHANGE = timedelta(minutes=15)
TIGHT_AFTER_DEPRESSANT = timedelta(minutes=30)
FLAG_AFTER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class ScheduleContext:
    """What tightens the schedule: last start, bolus or rate rise; last depressant; a rate above 1 mg/kg/h; respiratory
    disease, sleep apnoea risk, opioids or benzodiazepines at home."""

    tightened_at: datetime | None
    depressant_at: datetime | None
    is_above_one_mg_per_kg_per_h: bool
    has_risk: bool = False


def due_at(last_set: datetime, context: ScheduleContext) -> datetime:
    """When the next set is due after one at `last_set`; an event since then pulls it to 5 min after the event."""
    due = last_set + _interval_at(last_set, context)
    for event in (context.tightened_at, context.depressant_at):
        if event is not None and event > last_set:
            due = min(due, event + TIGHT)
    return due


def overdue_at(last_set: datetime, due: datetime) -> tuple[datetime, datetime]:
    """(advisory, warning): at due + 2 min and at 1.5 x the interval, the warning never before the advisory."""
    flag = due + FLAG_AFTER
    return flag, max(flag, last_set + (due - last_set) * 1.5)


def _interval_at(at: datetime, context: ScheduleContext) -> timedelta:
    if context.tightened_at is not None and at < context.tightened_at + TIGHT_AFTER_CHANGE:
        return TIGHT
    if context.depressant_at is not None and at < context.depressant_at + TIGHT_AFTER_DEPRESSANT:
        return TIGHT
    return FAST_RATE if context.is_above_one_mg_per_kg_per_h or context.has_risk else USUAL
