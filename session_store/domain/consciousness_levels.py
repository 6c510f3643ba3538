"""Which rule a level of a sedation, agitation or consciousness scale matches; levels of scales are never compared."""

from collections.abc import Iterable

from session_store.domain.alert import Level
from session_store.domain.rules.model import AlertRule
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session_summary import SessionSummary


def rule_for_level(rules: Iterable[AlertRule], scale: str, level: str) -> AlertRule | None:
    """The worst of these rules that names the level of the scale, or None."""
    matching = [rule for rule in rules if rule.scale == scale and level in rule.levels]
    return max(matching, key=lambda rule: rule.level, default=None)


def is_sedated(summary: SessionSummary, rules: RuleSet) -> bool:
    """Whether the last sedation level is at warning level or worse."""
    if summary.sedation_scale is None or summary.sedation_level is None:
        return False
    deep = rules.by_condition.get("sedation.deep", ())
    rule = rule_for_level(deep, summary.sedation_scale, str(summary.sedation_level))
    return rule is not None and rule.level >= Level.WARNING
