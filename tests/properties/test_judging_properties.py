"""Properties of judging: severity grows with the value by any set of rules, what is over ends, bounds of input are in
order, delivered dose is additive."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from session_store.domain.infusion import InfusionStanding, exceeds_per_kg, per_kg
from session_store.domain.limits import Limits, Zone
from session_store.domain.rules.delivered import DELIVERED, SIGN_OF_CONDITION
from session_store.domain.rules.rule_set import RuleSet
from tests.properties.plain_bedside import BEGINS, RATE, Bedside, rule_sets, values_of

CONDITIONS = sorted(SIGN_OF_CONDITION)
LOW_CONDITIONS = {rule.condition for rule in DELIVERED.rules if rule.is_low_side}
NO_DEADLINE = settings(deadline=None)
DECIMALS = st.decimals(min_value=-1000, max_value=1000, allow_nan=False, places=2)


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, Decimal | None, list[Decimal], Decimal, Decimal, bool, bool]:
    """(condition, baseline, earlier values, milder value, more extreme value, sedated, symptoms)."""
    condition = draw(st.sampled_from(CONDITIONS))
    values = values_of(SIGN_OF_CONDITION[condition])
    one, other = draw(values), draw(values)
    milder, worse = (max(one, other), min(one, other)) if condition in LOW_CONDITIONS else sorted((one, other))
    earlier = draw(st.lists(values, max_size=3))
    return condition, draw(st.none() | values), earlier, milder, worse, draw(st.booleans()), draw(st.booleans())


@NO_DEADLINE
@given(rule_sets(), histories())
def test_a_more_extreme_value_never_gives_a_milder_level(
    rules: RuleSet, history: tuple[str, Decimal | None, list[Decimal], Decimal, Decimal, bool, bool]
) -> None:
    condition, baseline, earlier, milder, worse, is_sedated, has_symptoms = history
    levels = []
    for value in (milder, worse):
        bedside = Bedside(rules)
        if baseline is not None:
            bedside.happens("vital_signs", **{SIGN_OF_CONDITION[condition]: baseline})
        bedside.happens("infusion_started", **RATE)
        if is_sedated:
            bedside.happens("sedation", scale="rass", level=-3)
        for before in earlier:
            bedside.happens("vital_signs", **{SIGN_OF_CONDITION[condition]: before})
        if has_symptoms:
            bedside.happens("adverse_effect", term="severe_headache")
        bedside.happens("vital_signs", **{SIGN_OF_CONDITION[condition]: value})
        levels.append(bedside.level(condition) or 0)
    assert levels[0] <= levels[1]


@NO_DEADLINE
@given(st.sampled_from(sorted(DELIVERED.by_sign)), st.data())
def test_two_calm_values_by_hand_end_every_alert_of_a_sign(sign: str, data: st.DataObject) -> None:
    """S3 has another side: what is over must be able to end, whatever came before."""
    usual: dict[str, Any] = {"heart_rate_per_min": 70, "systolic_mmhg": 120, "diastolic_mmhg": 70, "spo2_percent": 99,
             "respiratory_rate_per_min": 14, "mean_arterial_mmhg": 85, "end_tidal_co2_mmhg": 38,
             "temperature_celsius": Decimal("36.8")}  # fmt: skip
    bedside = Bedside()
    bedside.happens("vital_signs", **usual)
    bedside.happens("infusion_started", **RATE)
    for value in data.draw(st.lists(values_of(sign), max_size=4)):
        bedside.happens("vital_signs", **{sign: value})
    for _ in range(2):
        bedside.happens("vital_signs", **{sign: usual[sign]})
    assert [
        one.condition for one in bedside.summary.alerts if one.condition in DELIVERED.by_sign[sign] and not one.is_over
    ] == []


@given(st.tuples(DECIMALS, DECIMALS, DECIMALS, DECIMALS))
def test_limits_that_are_out_of_order_cannot_be_built(bounds: tuple[Decimal, Decimal, Decimal, Decimal]) -> None:
    absolute_low, recommended_low, recommended_high, absolute_high = bounds
    is_in_order = absolute_low <= recommended_low <= recommended_high <= absolute_high
    if is_in_order:
        Limits(absolute_low, absolute_high, recommended_low, recommended_high, "")
    else:
        with pytest.raises(ValueError, match="out of order"):
            Limits(absolute_low, absolute_high, recommended_low, recommended_high, "")


@given(st.lists(DECIMALS, min_size=4, max_size=4).map(sorted), DECIMALS)
def test_a_value_lies_in_the_zone_of_its_bounds(bounds: list[Decimal], value: Decimal) -> None:
    limits = Limits(bounds[0], bounds[3], bounds[1], bounds[2], "")
    expected = Zone.UNUSUAL if bounds[0] <= value <= bounds[3] else Zone.IMPOSSIBLE
    assert limits.zone(value) is (Zone.USUAL if bounds[1] <= value <= bounds[2] else expected)


AMOUNTS = st.decimals(min_value=0, max_value=2000, places=3)
WEIGHTS = st.decimals(min_value=20, max_value=350, places=2)


@given(AMOUNTS, st.sampled_from([Decimal(1), Decimal(2), Decimal(7), Decimal("0.35"), Decimal("4.5")]), WEIGHTS)
def test_the_comparison_per_kg_is_exact(amount: Decimal, limit: Decimal, weight: Decimal) -> None:
    assert exceeds_per_kg(amount, limit, weight) == (Fraction(amount) / Fraction(weight) > Fraction(limit))
    assert not exceeds_per_kg(limit * weight, limit, weight), "exactly the limit does not exceed it"
    assert abs(Fraction(per_kg(amount, weight)) - Fraction(amount) / Fraction(weight)) < Fraction(1, 10**20)


SEGMENTS = st.lists(
    st.tuples(st.decimals(min_value=0, max_value=1200, places=2), st.integers(0, 7200)), min_size=1, max_size=12
)


@given(SEGMENTS, st.decimals(min_value=Decimal("0.01"), max_value=10, places=2))
def test_delivered_mg_is_the_sum_over_the_segments(segments: list[tuple[Decimal, int]], mg_per_ml: Decimal) -> None:
    """And asking in between changes nothing."""
    standing, at = InfusionStanding(), BEGINS
    standing.run(at)
    expected = Fraction(0)
    for ml_per_h, seconds in segments:
        standing.set_rate(at, ml_per_h * mg_per_ml, ml_per_h, mg_per_ml)
        before = standing.delivered_mg(at + timedelta(seconds=seconds / 2))
        at += timedelta(seconds=seconds)
        expected += Fraction(ml_per_h) * Fraction(mg_per_ml) * Fraction(seconds, 3600)
        assert before <= standing.delivered_mg(at)
    assert abs(Fraction(standing.delivered_mg(at)) - expected) < Fraction(1, 10**20)
    standing.halt(at)
    assert standing.delivered_mg(at + timedelta(hours=5)) == standing.delivered_mg(at)
