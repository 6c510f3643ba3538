"""What only the clock shows: overdue, silent, too much in an hour, beyond the plan."""

from datetime import datetime, timedelta
from fractions import Fraction

from session_store.domain.entries import SCHEDULED_SIGNS, Entry
from session_store.domain.session import OPEN_STATUSES, SessionStatus
from tests.reference.bedside import Bedside
from tests.reference.dose import level_per_kg
from tests.reference.patient import is_monitored, newest_statement, plan_of, weight_kg
from tests.reference.pump import boluses_mg, infused_mg, is_delivering, started_at, status_of
from tests.reference.record import value_of
from tests.reference.schedule import is_catching_up, is_monitor_silent, overdue_level

# Found by the clock alone, so that reading the record anew finds none of them.
CLOCK_CONDITIONS = ("overdue.sign", "overdue.sedation", "monitor.silent", "dose.hour", "dose.plan", "dose.duration")
_HOUR = timedelta(hours=1)


def clock_acts(bedside: Bedside, recorded: list[Entry], now: datetime) -> None:
    """One round of the clock; in a closed session it finds nothing."""
    if bedside.is_closed:
        return
    is_late = is_catching_up(recorded, now)
    if not is_late:
        _find_overdue(bedside, now)
    is_open = status_of(bedside.read) in OPEN_STATUSES
    if is_open and is_monitor_silent(bedside.read, bedside.rules, now):
        level = bedside.rules.rule("monitor.silent.warning").level
        bedside.worsen("monitor.silent", level, None)
    if not is_late:
        _find_hour(bedside, now)
        _find_plan(bedside, now)
        _find_duration(bedside, now)


def _find_overdue(bedside: Bedside, now: datetime) -> None:
    """Time alone makes it worse, never better."""
    for sign in (*SCHEDULED_SIGNS, "sedation"):
        level = overdue_level(bedside.read, sign, bedside.rules, now)
        if level is not None:
            bedside.worsen(f"overdue.{'sedation' if sign == 'sedation' else 'sign'}:{sign}", level, None)


def _find_hour(bedside: Bedside, now: datetime) -> None:
    """mg/kg of the last 60 min, boluses included, where no monitored setting is attested."""
    since = now - _HOUR
    delivered = infused_mg(bedside.read, now, since) + boluses_mg(bedside.read, since)
    if weight_kg(bedside.read) is None and delivered > 0:
        return
    level = None if is_monitored(bedside.read) else level_per_kg(bedside, "dose.hour", delivered)
    bedside.bring("dose.hour", level, None)


def _find_plan(bedside: Bedside, now: datetime) -> None:
    planned, row = plan_of(bedside.read).planned_total_mg, bedside.rules.rule("dose.plan.warning")
    is_running = status_of(bedside.read) in (SessionStatus.RUNNING, SessionStatus.PAUSED)
    is_over = False
    if planned is not None and is_running:
        delivered = infused_mg(bedside.read, now) + boluses_mg(bedside.read)
        is_over = delivered > Fraction(planned) * (1 + Fraction(row.limit or 0) / 100)
    bedside.bring("dose.plan", row.level if is_over else None, None)


def _find_duration(bedside: Bedside, now: datetime) -> None:
    planned, row = plan_of(bedside.read).planned_duration_min, bedside.rules.rule("dose.duration.warning")
    start, is_over = started_at(bedside.read), False
    if planned is not None and start is not None and is_delivering(bedside.read):
        is_over = now - start > timedelta(minutes=float(planned + (row.limit or 0)))
    bedside.bring("dose.duration", row.level if is_over else None, None)


def end_waiting(bedside: Bedside, entry: Entry, now: datetime) -> None:
    """What an entry ends of the clock's findings even where everything is read anew because of it."""
    if entry.content.kind == "sedation":
        bedside.bring("overdue.sedation:sedation", None, None)
    if entry.content.kind != "vital_signs":
        return
    if entry.source == "monitor" and not is_monitor_silent(bedside.read, bedside.rules, now):
        bedside.bring("monitor.silent", None, None)
    for sign in SCHEDULED_SIGNS:
        if value_of(entry, sign) is not None and newest_statement(bedside.read, sign) is entry:
            bedside.bring(f"overdue.sign:{sign}", None, None)
