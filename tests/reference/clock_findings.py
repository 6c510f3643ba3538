"""What only the clock shows: overdue, silent, too much in an hour, beyond the plan."""

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from session_store.domain.entries import SCHEDULED_SIGNS, VITAL_SIGN_FIELDS, Entry
from session_store.domain.session import OPEN_STATUSES, SessionStatus
from tests.reference.bedside import Bedside
from tests.reference.dose import level_per_kg
from tests.reference.patient import is_monitored, newest_answer, newest_statement, newest_value, plan_of, weight_kg
from tests.reference.pump import boluses_mg, infused_mg, is_delivering, started_at, status_of
from tests.reference.record import is_extreme, is_superseded, value_of
from tests.reference.schedule import is_catching_up, is_monitor_silent, overdue_level

# Found by the clock alone, so that reading the record anew finds none of them.
CLOCK_CONDITIONS = (
    "overdue.sign", "overdue.sedation", "monitor.silent", "sign.no_signal", "dose.hour", "dose.plan", "dose.duration",
)  # fmt: skip
# Pressures come by a cuff in cycles, a temperature now and then.
SENT_ALL_THE_TIME = ("heart_rate_per_min", "spo2_percent", "respiratory_rate_per_min", "end_tidal_co2_mmhg")
_HOUR = timedelta(hours=1)
_WATCHED = (SessionStatus.RUNNING, SessionStatus.PAUSED, SessionStatus.RECOVERY)


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
        _find_lost_signals(bedside, now)
        _find_hour(bedside, now)
        _find_plan(bedside, now)
        _find_duration(bedside, now)


def _find_overdue(bedside: Bedside, now: datetime) -> None:
    """Time alone makes it worse, never better."""
    for sign in (*SCHEDULED_SIGNS, "sedation"):
        level = overdue_level(bedside.read, sign, bedside.rules, now)
        if level is not None:
            bedside.worsen(f"overdue.{'sedation' if sign == 'sedation' else 'sign'}:{sign}", level, None)


def _find_lost_signals(bedside: Bedside, now: datetime) -> None:
    """A sign of which a monitor that sends has sent nothing for two minutes; an absent waveform says it already."""
    if status_of(bedside.read) not in _WATCHED or is_monitor_silent(bedside.read, bedside.rules, now):
        return
    for sign in SENT_ALL_THE_TIME:
        is_told = sign == "end_tidal_co2_mmhg" and bedside.level("etco2.waveform") is not None
        if _is_lost(bedside, _signal_at(bedside, sign), now) and not is_told:
            bedside.worsen(f"sign.no_signal:{sign}", bedside.rules.rule("sign.no_signal.warning").level, None)


def _signal_at(bedside: Bedside, sign: str) -> datetime | None:
    """When the last value of a sign came from the monitor; none where a hand has measured the sign after it was lost,
    or capnography was put away."""
    last: datetime | None = None
    for number, entry in enumerate(bedside.read):
        if entry.content.kind != "vital_signs":
            continue
        value = value_of(entry, sign)
        if entry.source == "monitor":
            last = last if value is None else max(entry.recorded_at, last or entry.recorded_at)
        elif _measures(bedside, entry, sign, number) and _is_lost(bedside, last, entry.recorded_at):
            last = None
        if sign == "end_tidal_co2_mmhg" and _is_put_away(bedside.read[: number + 1]):
            last = None
    return last


def _measures(bedside: Bedside, entry: Entry, sign: str, number: int) -> bool:
    """Whether an entry had the newest value of a sign when it was read."""
    if value_of(entry, sign) is None or is_superseded(entry, sign, bedside.standing):
        return False
    return newest_value(bedside.read[: number + 1], sign) is entry


def _is_put_away(read: list[Entry]) -> bool:
    in_use = newest_answer(read, "vital_signs", "is_capnography_in_use")
    content: Any = None if in_use is None else in_use.content
    return content is not None and not content.is_capnography_in_use


def _is_lost(bedside: Bedside, last: datetime | None, now: datetime) -> bool:
    limit = bedside.rules.limit("sign.no_signal.warning")
    return last is not None and Decimal((now - last).total_seconds()) > limit


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
    """What an entry ends of the clock's findings even where everything is read anew because of it; of a monitor's
    extreme the next value decides."""
    if entry.content.kind == "sedation":
        bedside.bring("overdue.sedation:sedation", None, None)
    if entry.content.kind != "vital_signs":
        return
    if entry.source == "monitor" and not is_monitor_silent(bedside.read, bedside.rules, now):
        bedside.bring("monitor.silent", None, None)
    if _is_put_away(bedside.read):
        bedside.bring("sign.no_signal:end_tidal_co2_mmhg", None, None)
    for sign in VITAL_SIGN_FIELDS:
        value = value_of(entry, sign)
        is_doubtful = entry.source == "monitor" and value is not None and is_extreme(sign, value)
        if value is not None and newest_value(bedside.read, sign) is entry and not is_doubtful:
            end_waiting_for(bedside, sign, entry)


def end_waiting_for(bedside: Bedside, sign: str, entry: Entry) -> None:
    """What a believed value ends; a monitor's ends "no signal" only where no newer entry says why it could not be
    measured."""
    is_newest = newest_statement(bedside.read, sign) is entry
    if is_newest:
        bedside.bring(f"overdue.sign:{sign}", None, None)
    if is_newest or entry.source != "monitor":
        bedside.bring(f"sign.no_signal:{sign}", None, None)
