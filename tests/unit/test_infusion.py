"""Delivered dose over the rolling hour against a slow reference, and mg/h by any two routes."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_store.domain.infusion import InfusionStanding, programmed_rate, rate_routes
from session_store.domain.infusion_contents import RateChanged

BEGINS = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
EVENTS = st.lists(
    st.tuples(
        st.integers(1, 5400),
        st.sampled_from(["rate", "pause", "resume", "bolus"]),
        st.decimals(min_value=0, max_value=400, places=2),
    ),
    max_size=12,
)


def minute_by_minute(events: list[tuple[datetime, str, Decimal]], until: datetime) -> Fraction:
    """mg of the last hour: every second looked at alone, the boluses on top."""
    since = until - timedelta(hours=1)
    total, rate, runs, at = Fraction(0), Fraction(0), True, BEGINS
    for instant, kind, amount in [*events, (until, "rate", Decimal(0))]:
        overlap = (min(instant, until) - max(at, since)).total_seconds()
        if runs and overlap > 0:
            total += rate * Fraction(int(overlap)) / 3600
        at = instant
        if kind == "rate" and instant != until:
            rate = Fraction(amount)
        elif kind == "pause":
            runs = False
        elif kind == "resume":
            runs = True
        elif kind == "bolus" and instant > since:
            total += Fraction(amount)
    return total


@given(EVENTS, st.integers(1, 7200))
def test_the_rolling_hour_is_the_sum_of_its_seconds(events: list[tuple[int, str, Decimal]], after_s: int) -> None:
    standing, at = InfusionStanding(), BEGINS
    standing.run(at)
    happened = []
    for seconds, kind, amount in events:
        at += timedelta(seconds=seconds)
        happened.append((at, kind, amount))
        if kind == "rate":
            standing.set_rate(at, amount, None, None)
        elif kind == "pause":
            standing.halt(at)
        elif kind == "resume":
            standing.run(at)
        else:
            standing.give_bolus(at, amount)
    now = at + timedelta(seconds=after_s)
    assert abs(Fraction(standing.last_hour_mg(now)) - minute_by_minute(happened, now)) < Fraction(1, 10**15)
    assert len(standing.segments) <= len(events) + 1


def test_what_left_the_hour_is_forgotten() -> None:
    standing, at = InfusionStanding(), BEGINS
    standing.run(at)
    for _ in range(500):
        at += timedelta(minutes=5)
        standing.set_rate(at, Decimal(20), None, None)
        standing.give_bolus(at, Decimal(1))
    assert len(standing.segments) <= 14 and len(standing.boluses) <= 13


@pytest.mark.parametrize(
    ("fields", "concentration", "weight", "expected"),
    [
        ({"pump_rate_ml_per_h": 50}, "1", "70", "50"),
        ({"pump_rate_ml_per_h": 40}, "2", "80", "80"),
        ({"pump_rate_ml_per_h": 10, "rate_mg_per_h": 25}, "2", "70", "20"),
        ({"pump_rate_ml_per_h": 10, "rate_mg_per_h": 25}, None, "70", "25"),
        ({"rate_mg_per_h": 35, "rate_mg_per_kg_per_h": "0.5"}, None, None, "35"),
        ({"rate_mg_per_kg_per_h": "0.5", "pump_rate_ml_per_h": 5}, None, "70", "35.0"),
        ({"rate_mg_per_kg_per_h": "0.5"}, None, None, "0"),
    ],
)
def test_mg_per_h_by_pump_and_bag_else_as_typed_else_by_weight(
    fields: dict[str, object], concentration: str | None, weight: str | None, expected: str
) -> None:
    content = RateChanged(**{name: Decimal(str(value)) for name, value in fields.items()})
    known = (None if concentration is None else Decimal(concentration), None if weight is None else Decimal(weight))
    assert programmed_rate(content, *known) == Decimal(expected)
    assert len(rate_routes(content, *known)) <= 3
