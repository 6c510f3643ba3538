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


def refuse_limit(rules: RuleSet, rule_id: str, limit: Decimal) -> Iterator[RuleProblem]:
    """The reasons why a rule of the set cannot have this limit; none when it can."""
    rule = rules.by_id.get(rule_id)
    if rule is None or rule.limit is None:
        yield RuleProblem(rule_id, "no such rule with a limit")
        return
    yield from refuse_value(rule, limit)
    known = problems_of(rules)
    yield from (problem for problem in problems_of(rules.with_limits({rule_id: limit})) if problem not in known)


def refuse_value(rule: AlertRule, limit: Decimal) -> Iterator[RuleProblem]:
    """A limit of a sign lies among its possible values; a share of a baseline under 100 %."""
    if rule.against is not Against.ABSOLUTE:
        if not 0 < limit < 100:
            yield RuleProblem(rule.rule_id, f"{limit} {rule.unit} is no share of a baseline", "0 to 100")
        return
    bounds = _OF_SIGN.get(rule.sign or "")
    if bounds is not None and bounds.zone(limit) is Zone.IMPOSSIBLE:
        yield RuleProblem(rule.rule_id, f"{limit} is outside what can be recorded", bounds.absolute_text())
