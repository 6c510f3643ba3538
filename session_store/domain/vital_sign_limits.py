"""Whether one value is beyond one row of the vital-sign table for this patient, or still near it; in which words."""

import operator
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from session_store.domain.alert import Level
from session_store.domain.consciousness_levels import is_sedated
from session_store.domain.entry_choices import OxygenTarget
from session_store.domain.rules.model import SIGN_WORDS, Against, AlertRule, Comparison
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session_summary import SessionSummary

# "With symptoms" means: not more than 15 min between value and symptom (clinical-decisions 4), whichever came first and
# whenever either was charted.
COMPANY_SECONDS = 15 * 60
# Asked for each rule of each value: as a name of the module it costs a fraction of a look into the enumeration.
_ABSOLUTE = Against.ABSOLUTE


def matches(summary: SessionSummary, rules: RuleSet, rule: AlertRule, value: Decimal, at: datetime) -> bool:
    """Whether a value that was true `at` that time is beyond the rule's limit, with all the company that the rule asks
    for."""
    if not is_beyond(summary, rule, value) or is_switched_off(summary, rule):
        return False
    if rule.only_from is not None and value < rule.only_from:
        return False
    if rule.percent_under_baseline_too is not None and not _is_far_under_baseline(summary, rule, value):
        return False
    if rule.with_symptoms and not _has_symptoms(summary, at):
        return False
    return not rule.with_sedation or is_sedated(summary, rules)


def is_calm(summary: SessionSummary, rules: RuleSet, sign: str, value: Decimal) -> bool:
    """Whether the value is beyond no rule of its sign, whatever else the rules ask for; False says nothing."""
    calm = rules.calm_by_sign.get(sign)
    if calm is None:
        return True
    return calm.low < value < calm.high and not any(is_beyond(summary, rule, value) for rule in calm.relative)


def is_beyond(summary: SessionSummary, rule: AlertRule, value: Decimal) -> bool:
    """Whether the value is on the alerting side of the limit, whatever else the rule asks for."""
    limit = rule.limit if rule.against is _ABSOLUTE else limit_of(summary, rule)
    return limit is not None and rule.comparison is not None and BEYOND[rule.comparison](value, limit)


def is_held(summary: SessionSummary, rule: AlertRule, value: Decimal) -> bool:
    """Whether the value is still within the margin inside the limit, so that an alert at this level stays."""
    limit = limit_of(summary, rule)
    if limit is None or rule.with_symptoms or rule.with_sedation or is_switched_off(summary, rule):
        return False
    return value < limit + rule.hysteresis if rule.is_low_side else value > limit - rule.hysteresis


def is_switched_off(summary: SessionSummary, rule: AlertRule) -> bool:
    """A line that the baseline already crosses is off for the session, critical lines never (clinical-decisions 3); so
    is a row for another oxygen target than this patient's."""
    if rule.oxygen_target is not None and rule.oxygen_target != (summary.oxygen_target or OxygenTarget.USUAL):
        return True
    if rule.against is not Against.ABSOLUTE or rule.level is Level.CRITICAL or rule.sign is None:
        return False
    baseline = summary.baseline.get(rule.sign)
    return baseline is not None and rule.comparison is not None and _crosses(rule, baseline.value)


def _crosses(rule: AlertRule, value: Decimal) -> bool:
    return rule.limit is not None and rule.comparison is not None and BEYOND[rule.comparison](value, rule.limit)


def _is_far_under_baseline(summary: SessionSummary, rule: AlertRule, value: Decimal) -> bool:
    baseline = summary.baseline.get(rule.sign or "")
    if baseline is None or rule.percent_under_baseline_too is None:
        return False
    return value * 100 <= baseline.value * (100 - rule.percent_under_baseline_too)


def _has_symptoms(summary: SessionSummary, at: datetime) -> bool:
    return any(abs((at - one).total_seconds()) <= COMPANY_SECONDS for one in summary.symptoms_at)


def limit_of(summary: SessionSummary, rule: AlertRule) -> Decimal | None:
    """The limit in the sign's unit; None when it cannot be judged for want of a baseline."""
    if rule.against is Against.ABSOLUTE or rule.limit is None:
        return rule.limit
    baseline = summary.baseline.get(rule.sign or "")
    if baseline is None:
        return None
    if rule.against is Against.PERCENT_OVER_BASELINE:
        return baseline.value * (100 + rule.limit) / 100
    if rule.against is Against.PERCENT_UNDER_BASELINE:
        return baseline.value * (100 - rule.limit) / 100
    return baseline.value - rule.limit


BEYOND: dict[Comparison, Callable[[Decimal, Decimal], bool]] = {
    Comparison.BELOW: operator.lt,
    Comparison.AT_OR_BELOW: operator.le,
    Comparison.ABOVE: operator.gt,
    Comparison.AT_OR_ABOVE: operator.ge,
}


def value_words(sign: str, value: Decimal) -> str:
    """The value with name and unit of its sign."""
    return f"{SIGN_WORDS[sign].name} {value} {SIGN_WORDS[sign].unit}"


def limit_words(summary: SessionSummary, rule: AlertRule) -> str:
    """The limit that a matching rule stands for, absolute or against this patient's baseline; whose limit it is."""
    own = " (this patient's limit)" if rule.rule_id in summary.own_limits else ""
    if rule.against is Against.ABSOLUTE:
        company = " with symptoms" if rule.with_symptoms else " while sedated" if rule.with_sedation else ""
        return f"{rule.comparison} {rule.limit}{company}{own}"
    baseline = summary.baseline[rule.sign or ""].value
    if rule.against is Against.POINTS_UNDER_BASELINE:
        return f"over {rule.limit} points under baseline {baseline}{own}"
    side = "over" if rule.against is Against.PERCENT_OVER_BASELINE else "under"
    return f"over {rule.limit} % {side} baseline {baseline}{own}"
