"""Whether one value is beyond one row of the vital-sign table for this patient, or still near it; in which words."""

import operator
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from session_store.domain.alert import Level
from session_store.domain.alert_rules import (
    HYSTERESIS,
    LOW_SIDE,
    SIGN_WORDS,
    SYMPTOM_SECONDS,
    Against,
    Comparison,
    VitalRule,
)
from session_store.domain.session_summary import SessionSummary


def matches(summary: SessionSummary, rule: VitalRule, value: Decimal, at: datetime) -> bool:
    """Whether the value is beyond the rule's limit, with all the company that the rule asks for."""
    limit = rule.limit if rule.against is Against.ABSOLUTE else _limit(summary, rule)
    if limit is None or not _BEYOND[rule.comparison](value, limit) or _is_switched_off(summary, rule):
        return False
    if rule.only_from is not None and value < rule.only_from:
        return False
    if rule.percent_under_baseline_too is not None and not _is_far_under_baseline(summary, rule, value):
        return False
    if rule.with_symptoms and not _has_symptoms(summary, at):
        return False
    return not rule.with_sedation or summary.is_sedated()


def is_held(summary: SessionSummary, rule: VitalRule, value: Decimal) -> bool:
    """Whether the value is still within the margin inside the limit, so that an alert at this level stays."""
    limit = _limit(summary, rule)
    if limit is None or rule.with_symptoms or rule.with_sedation or _is_switched_off(summary, rule):
        return False
    margin = HYSTERESIS[rule.sign]
    return value < limit + margin if rule.comparison in LOW_SIDE else value > limit - margin


def _is_far_under_baseline(summary: SessionSummary, rule: VitalRule, value: Decimal) -> bool:
    baseline = summary.baseline.get(rule.sign)
    if baseline is None or rule.percent_under_baseline_too is None:
        return False
    return value * 100 <= baseline.value * (100 - rule.percent_under_baseline_too)


def _is_switched_off(summary: SessionSummary, rule: VitalRule) -> bool:
    """A line that the baseline already crosses is off for the session; critical lines never (clinical-decisions 3)."""
    if rule.against is not Against.ABSOLUTE or rule.level is Level.CRITICAL:
        return False
    baseline = summary.baseline.get(rule.sign)
    return baseline is not None and _BEYOND[rule.comparison](baseline.value, rule.limit)


def _has_symptoms(summary: SessionSummary, at: datetime) -> bool:
    return summary.symptom_at is not None and (at - summary.symptom_at).total_seconds() <= SYMPTOM_SECONDS


def _limit(summary: SessionSummary, rule: VitalRule) -> Decimal | None:
    """The limit in the sign's unit; None when it cannot be judged for want of a baseline."""
    if rule.against is Against.ABSOLUTE:
        return rule.limit
    baseline = summary.baseline.get(rule.sign)
    if baseline is None:
        return None
    if rule.against is Against.PERCENT_OVER_BASELINE:
        return baseline.value * (100 + rule.limit) / 100
    if rule.against is Against.PERCENT_UNDER_BASELINE:
        return baseline.value * (100 - rule.limit) / 100
    return baseline.value - rule.limit


_BEYOND: dict[Comparison, Callable[[Decimal, Decimal], bool]] = {
    Comparison.BELOW: operator.lt,
    Comparison.AT_OR_BELOW: operator.le,
    Comparison.ABOVE: operator.gt,
    Comparison.AT_OR_ABOVE: operator.ge,
}


def value_words(sign: str, value: Decimal) -> str:
    """The value with name and unit of its sign."""
    name, unit = SIGN_WORDS[sign]
    return f"{name} {value} {unit}"


def limit_words(summary: SessionSummary, rule: VitalRule) -> str:
    """The limit that a matching rule stands for, absolute or against this patient's baseline."""
    if rule.against is Against.ABSOLUTE:
        company = " with symptoms" if rule.with_symptoms else " while sedated" if rule.with_sedation else ""
        return f"{rule.comparison} {rule.limit}{company}"
    baseline = summary.baseline[rule.sign].value
    if rule.against is Against.POINTS_UNDER_BASELINE:
        return f"over {rule.limit} points under baseline {baseline}"
    side = "over" if rule.against is Against.PERCENT_OVER_BASELINE else "under"
    return f"over {rule.limit} % {side} baseline {baseline}"
