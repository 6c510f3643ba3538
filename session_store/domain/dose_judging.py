"""Judges the rate per kg against setting and range, and each bolus per kg; without dividing before the comparison."""

from collections.abc import Iterator
from typing import Any

from session_store.domain.alert import AlertFact
from session_store.domain.alert_rules import RATE_RULES, SITUATION_RULES
from session_store.domain.alert_standing import Finding, Judgement, as_found, bring_to, raise_alert
from session_store.domain.entries import Entry
from session_store.domain.infusion import exceeds_per_kg
from session_store.domain.rule_scope import outside_rule_set
from session_store.domain.session_summary import SessionSummary

# Every kind of entry after which another rate, weight or setting may hold.
RATE_KINDS = frozenset(
    {
        "infusion_started", "rate_changed", "infusion_paused", "infusion_resumed", "infusion_ended", "weight",
        "setting_attested", "supervision_handover", "bag_changed", "discharged", "transferred", "left_against_advice",
        "session_aborted",
    }
)  # fmt: skip


def judge_rate(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """The rate that runs now; an unknown weight neither raises nor clears."""
    is_unknown = summary.weight_kg is None and summary.infusion.is_delivering
    for condition in ("rate.setting", "rate.range"):
        found = _rate_finding(summary, condition)
        if found is not None or not is_unknown:
            yield from bring_to(summary, judgement, condition, found, entry.effective_at, entry.entry_id)


def _rate_finding(summary: SessionSummary, condition: str) -> Finding | None:
    rate, weight = summary.infusion.rate_mg_per_h(), summary.weight_kg
    if weight is None or outside_rule_set(summary) is not None:
        return None
    if condition == "rate.setting" and summary.setting is not None and summary.setting.is_monitored:
        return None
    exceeded = [
        rule
        for rule in RATE_RULES
        if rule.condition == condition and rule.limit is not None and exceeds_per_kg(rate, rule.limit, weight)
    ]
    if not exceeded:
        return None
    rule = max(exceeded, key=lambda one: one.level)
    return as_found(rule, condition, f"{rate / weight:.2f} mg/kg/h, {rule.text}")


def judge_bolus(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """A bolus over the guideline's dose per kg; it has happened, so the alert is over once somebody has seen it."""
    content: Any = entry.content
    if summary.weight_kg is None or outside_rule_set(summary) is not None:
        return
    for rule_id in ("bolus.dose.critical", "bolus.dose.warning"):
        rule = SITUATION_RULES[rule_id]
        if rule.limit is not None and exceeds_per_kg(content.dose_mg, rule.limit, summary.weight_kg):
            text = f"Bolus {content.dose_mg / summary.weight_kg:.2f} mg/kg, {rule.text}"
            found = as_found(rule, f"bolus.dose:{entry.entry_id}", text)
            yield raise_alert(summary, judgement, found, entry.effective_at, entry.entry_id)
            return
