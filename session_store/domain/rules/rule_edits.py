"""What speaks against another limit for one rule: outside what can be measured, or against the other limits."""

from collections.abc import Iterator
from decimal import Decimal

from session_store.domain import limits
from session_store.domain.limits import Limits, Zone
from session_store.domain.rules.model import Against, AlertRule
from session_store.domain.rules.rule_set import RuleProblem, RuleSet, problems_of

_OF_SIGN: dict[str, Limits] = {
    "heart_rate_per_min": limits.HEART_RATE,
    "systolic_mmhg": limits.SYSTOLIC,
    "diastolic_mmhg": limits.DIASTOLIC,
    "mean_arterial_mmhg": limits.MEAN_ARTERIAL,
    "spo2_percent": limits.SPO2,
    "respiratory_rate_per_min": limits.RESPIRATORY_RATE,
    "end_tidal_co2_mmhg": limits.END_TIDAL_CO2,
    "temperature_celsius": limits.TEMPERATURE,
}


def _within(low: str, high: str, unit: str) -> Limits:
    return Limits(Decimal(low), Decimal(high), Decimal(low), Decimal(high), unit)


# Bounds of what is no sign; wide, our proposal: beyond them a rule would say nothing, or always the same.
_OF_UNIT: dict[str, Limits] = {
    one.unit: one
    for one in (
        _within("0.01", "200", "mg/kg/h"),
        _within("0.01", "50", "mg/kg"),
        _within("1", "5000", "mg"),
        _within("0.1", "100", "%"),
        _within("10", "3600", "s"),
        _within("1", "1440", "min"),
        _within("1", "168", "h"),
        _within("1", "120", "years"),
        _within("1", "10", "intervals"),
        _within("1", "10", "points"),
        _within("1", "4", "sets"),
    )
}
_COUNTED = frozenset({"points", "sets", "years"})


def refuse_limit(rules: RuleSet, rule_id: str, limit: Decimal) -> Iterator[RuleProblem]:
    """The reasons why a rule of the set cannot have this limit; none when it can."""
    rule = rules.by_id.get(rule_id)
    if rule is None or rule.limit is None:
        yield RuleProblem(rule_id, "no such rule with a limit")
        return
    yield from refuse_value(rule, limit)
    yield from new_problems(rules, rules.with_limits({rule_id: limit}))


def new_problems(before: RuleSet, after: RuleSet) -> Iterator[RuleProblem]:
    """What makes no sense in the whole changed set, and was not there before."""
    known = problems_of(before)
    yield from (problem for problem in problems_of(after) if problem not in known)


def refuse_value(rule: AlertRule, limit: Decimal) -> Iterator[RuleProblem]:
    """A limit of a sign lies among its possible values, any other within the bounds of its unit; a share of a baseline
    under 100 %."""
    if rule.against is not Against.ABSOLUTE:
        if not 0 < limit < 100:
            yield RuleProblem(rule.rule_id, f"{limit} {rule.unit} is no share of a baseline", "0 to 100")
        return
    bounds = _OF_SIGN.get(rule.sign or "")
    if bounds is not None and bounds.zone(limit) is Zone.IMPOSSIBLE:
        yield RuleProblem(rule.rule_id, f"{limit} is outside what can be recorded", bounds.absolute_text())
    elif bounds is None:
        yield from _refuse_by_unit(rule, limit)


def _refuse_by_unit(rule: AlertRule, limit: Decimal) -> Iterator[RuleProblem]:
    bounds = _OF_UNIT.get(rule.unit)
    if bounds is not None and bounds.zone(limit) is Zone.IMPOSSIBLE:
        yield RuleProblem(rule.rule_id, f"{limit} is outside the bounds of such a limit", bounds.absolute_text())
    elif rule.unit in _COUNTED and limit != limit.to_integral_value():
        yield RuleProblem(rule.rule_id, f"{limit} {rule.unit}: not a whole number", None)
