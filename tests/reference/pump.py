"""What the pump was set to and what it gave, in exact fractions: every stretch of time at its rate, and the boluses."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from session_store.domain.entries import Entry
from session_store.domain.session import CLOSED_STATUSES, TRANSITIONS, SessionStatus
from tests.reference.patient import weight_kg
from tests.reference.record import by_time

_MICROSECOND = timedelta(microseconds=1)
_HOUR = 3_600_000_000


@dataclass(frozen=True)
class PumpState:
    """From when on the pump was set to which rate, and whether it ran."""

    since: datetime
    rate_mg_per_h: Fraction
    is_running: bool


def status_of(read: list[Entry]) -> SessionStatus:
    status = SessionStatus.PLANNED
    for entry in by_time(read):
        status = TRANSITIONS.get((status, entry.content.kind), status)
    return status


def started_at(read: list[Entry]) -> datetime | None:
    return min((one.effective_at for one in read if one.content.kind == "infusion_started"), default=None)


def bag_mg_per_ml(read: list[Entry]) -> Fraction | None:
    bags: list[Any] = [one.content for one in by_time(read) if one.content.kind in ("bag_dispensed", "bag_changed")]
    return Fraction(bags[-1].concentration_mg_per_ml) if bags else None


def routes_mg_per_h(content: Any, bag: Fraction | None, weight: Fraction | None) -> list[Fraction]:
    """The rate by pump and bag, as typed, and by weight; those that can be told."""
    concentration = bag if content.concentration_mg_per_ml is None else Fraction(content.concentration_mg_per_ml)
    routes = []
    if content.pump_rate_ml_per_h is not None and concentration is not None:
        routes.append(Fraction(content.pump_rate_ml_per_h) * concentration)
    if content.rate_mg_per_h is not None:
        routes.append(Fraction(content.rate_mg_per_h))
    if content.rate_mg_per_kg_per_h is not None and weight is not None:
        routes.append(Fraction(content.rate_mg_per_kg_per_h) * weight)
    return routes


def pump_states(read: list[Entry]) -> list[PumpState]:
    """One state after each entry, in the order of time."""
    states, status, weight = [], SessionStatus.PLANNED, weight_kg(read)
    rate, is_running, bag = Fraction(0), False, None
    pump: Fraction | None = None
    is_by_concentration = False
    for entry in by_time(read):
        content: Any = entry.content
        status = TRANSITIONS.get((status, content.kind), status)
        if content.kind in ("bag_dispensed", "bag_changed"):
            bag = Fraction(content.concentration_mg_per_ml)
        if content.kind in ("infusion_started", "rate_changed"):
            rate = next(iter(routes_mg_per_h(content, bag, weight)), Fraction(0))
            pump = None if content.pump_rate_ml_per_h is None else Fraction(content.pump_rate_ml_per_h)
            is_by_concentration = content.concentration_mg_per_ml is not None or bag is not None
        elif content.kind == "bag_changed" and pump is not None and bag is not None and is_by_concentration:
            rate = pump * bag
        if content.kind in ("infusion_started", "infusion_resumed") and status is SessionStatus.RUNNING:
            is_running = True
        if content.kind in ("infusion_paused", "infusion_ended") or status in CLOSED_STATUSES:
            is_running = False
        states.append(PumpState(entry.effective_at, rate, is_running))
    return states


def rate_mg_per_h(read: list[Entry]) -> Fraction:
    """What runs now; zero where the pump stands."""
    state = pump_states(read)[-1]
    return state.rate_mg_per_h if state.is_running else Fraction(0)


def is_delivering(read: list[Entry]) -> bool:
    return pump_states(read)[-1].is_running


def infused_mg(read: list[Entry], until: datetime, since: datetime | None = None) -> Fraction:
    """What was infused up to `until`, without the boluses."""
    states, total = pump_states(read), Fraction(0)
    ends = [*(state.since for state in states[1:]), until]
    for state, end in zip(states, ends, strict=True):
        begin = state.since if since is None else max(state.since, since)
        if state.is_running and min(end, until) > begin:
            total += state.rate_mg_per_h * Fraction((min(end, until) - begin) // _MICROSECOND, _HOUR)
    return total


def boluses_mg(read: list[Entry], since: datetime | None = None) -> Fraction:
    """The sum of the boluses after `since`."""
    given: list[Any] = [
        one.content for one in read if one.content.kind == "bolus" and (since is None or one.effective_at > since)
    ]
    return sum((Fraction(content.dose_mg) for content in given), Fraction(0))


def tightened_at(read: list[Entry]) -> datetime | None:
    """When the infusion was last started, raised or supplemented by a bolus: signs are due more often after it."""
    tightened, before = None, Fraction(0)
    for entry, state in zip(by_time(read), pump_states(read), strict=True):
        if entry.content.kind in ("infusion_started", "bolus") or state.rate_mg_per_h > before:
            tightened = entry.effective_at
        before = state.rate_mg_per_h
    return tightened
