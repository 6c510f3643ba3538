"""Judges rate, bolus and delivered dose per kg; without dividing before the comparison."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from session_store.domain.alert import AlertFact
from session_store.domain.alert_standing import (
    Finding,
    Judgement,
    as_found,
    bring_to,
    bring_to_by_time,
    raise_alert,
)
from session_store.domain.entries import Entry
from session_store.domain.infusion import contradicting_routes, exceeds_per_kg, rate_routes
from session_store.domain.rule_scope import outside_rule_set
from session_store.domain.rules.model import AlertRule
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session import SessionStatus
from session_store.domain.session_summary import SessionSummary

# Every kind of entry after which another rate, weight, setting or limit may hold.
RATE_KINDS = frozenset(
    {
        "infusion_started", "rate_changed", "infusion_paused", "infusion_resumed", "infusion_ended", "weight",
        "setting_attested", "supervision_handover", "bag_changed", "discharged", "transferred", "left_against_advice",
        "session_aborted", "patient_limit",
    }
)  # fmt: skip
RATE_CONDITIONS = ("rate.setting", "rate.range")
_RUNNING = frozenset({SessionStatus.RUNNING, SessionStatus.PAUSED})


def judge_rate(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """The rate that runs now, after an entry that may have changed it or what it is judged by."""
    for condition, found in _rate_findings(summary, judgement):
        yield from bring_to(summary, judgement, condition, found, entry.effective_at, entry.entry_id)


def judge_standing_rate(summary: SessionSummary, judgement: Judgement) -> Iterator[AlertFact]:
    """The same where the clinic's limits have changed: no entry of the session came with that."""
    for condition, found in _rate_findings(summary, judgement):
        yield from bring_to_by_time(summary, judgement, condition, found)


def _rate_findings(summary: SessionSummary, judgement: Judgement) -> Iterator[tuple[str, Finding | None]]:
    """An unknown weight neither raises nor clears."""
    for condition in RATE_CONDITIONS:
        found = _rate_finding(summary, judgement, condition)
        if found is not None or not is_rate_unknown(summary):
            yield condition, found


def is_rate_unknown(summary: SessionSummary) -> bool:
    """Whether something runs and its rate per kg cannot be told."""
    return summary.weight_kg is None and summary.infusion.is_delivering


def _rate_finding(summary: SessionSummary, judgement: Judgement, condition: str) -> Finding | None:
    if condition == "rate.setting" and _is_monitored(summary):
        return None
    return _finding_per_kg(summary, judgement, condition, summary.infusion.rate_mg_per_h(), "mg/kg/h")


def _is_monitored(summary: SessionSummary) -> bool:
    return summary.setting is not None and summary.setting.is_monitored


def _finding_per_kg(
    summary: SessionSummary, judgement: Judgement, condition: str, amount_mg: Decimal, unit: str
) -> Finding | None:
    """The worst rule of the condition that an amount per kg exceeds."""
    weight = summary.weight_kg
    if weight is None or outside_rule_set(summary) is not None:
        return None
    rule = _worst_exceeded(judgement.rules.by_condition.get(condition, ()), amount_mg, weight)
    return None if rule is None else as_found(rule, condition, f"{amount_mg / weight:.2f} {unit}, {rule.plain_words()}")


def _worst_exceeded(rules: tuple[AlertRule, ...], amount_mg: Decimal, weight_kg: Decimal) -> AlertRule | None:
    exceeded = [one for one in rules if one.limit is not None and exceeds_per_kg(amount_mg, one.limit, weight_kg)]
    return max(exceeded, key=lambda one: one.level, default=None)


def judge_bolus(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """A bolus over the guideline's dose per kg, or by a role that the clinic does not permit; it has happened, so the
    alert is over once somebody has seen it."""
    content: Any = entry.content
    found = _finding_per_kg(summary, judgement, "bolus.dose", content.dose_mg, "mg/kg")
    if found is not None:
        named = Finding(
            found.rule_id, f"bolus.dose:{entry.entry_id}", found.level, f"Bolus {found.text}", found.citation, True
        )
        yield raise_alert(summary, judgement, named, entry.effective_at, entry.entry_id)
    role, given_by = judgement.rules.find("bolus.role.warning"), content.given_by_role
    if role is not None and given_by is not None and given_by not in role.choices:
        text = f"{role.plain_words()}: {given_by.replace('_', ' ')}"
        by_role = as_found(role, f"bolus.role:{entry.entry_id}", text)
        yield raise_alert(summary, judgement, by_role, entry.effective_at, entry.entry_id)


def judge_contradiction(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """A rate that was recorded although pump, bag and weight say something else; over with one that agrees."""
    content: Any = entry.content
    rule = judgement.rules.find("rate.contradiction.warning")
    if rule is None:
        return
    bag = summary.care.bag.concentration_mg_per_ml if summary.care.bag else None
    concentration = content.concentration_mg_per_ml or bag
    routes = rate_routes(content, concentration, summary.weight_kg)
    odd = contradicting_routes(routes, concentration, (rule.limit or Decimal(0)) / 100)
    found = None
    if odd:
        told = ", ".join(f"{routes[name]:.1f}" for name in routes)
        found = as_found(rule, rule.condition, f"{told} mg/h: {rule.plain_words()}")
    yield from bring_to(summary, judgement, rule.condition, found, entry.effective_at, entry.entry_id)


def judge_pump_volume(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """The pump's volume against what the record computes: beyond 2 % or 1 mg (clinical.md 6) they disagree."""
    content: Any = entry.content
    rule = judgement.rules.find("pump.volume.warning")
    concentration = summary.infusion.concentration_mg_per_ml
    if rule is None or rule.limit is None or concentration is None:
        return
    told = content.volume_infused_ml * concentration
    computed = summary.infusion.delivered_mg(entry.effective_at) - summary.infusion.bolus_mg
    found = None
    if abs(told - computed) > max(rule.limit * max(told, computed) / 100, Decimal(1)):
        found = as_found(rule, rule.condition, f"{told:.1f} mg and {computed:.1f} mg: {rule.plain_words()}")
    yield from bring_to(summary, judgement, rule.condition, found, entry.effective_at, entry.entry_id)


def judge_hour(summary: SessionSummary, judgement: Judgement) -> Iterator[AlertFact]:
    """What was delivered per kg in the last 60 min without an attested monitored setting (the rolling form is ours).

    Like all that the clock finds in the dose, it waits while late entries are being handed in: an end or a lower rate
    may be among them.
    """
    if summary.is_catching_up(judgement.now):
        return
    is_unknown = summary.weight_kg is None and summary.infusion.last_hour_mg(judgement.now) > 0
    found = None
    if not _is_monitored(summary) and not is_unknown:
        delivered = summary.infusion.last_hour_mg(judgement.now)
        found = _finding_per_kg(summary, judgement, "dose.hour", delivered, "mg/kg")
    if not is_unknown:
        yield from bring_to_by_time(summary, judgement, "dose.hour", found)


def judge_plan(summary: SessionSummary, judgement: Judgement) -> Iterator[AlertFact]:
    """Delivered over the planned total, while the infusion is not ended."""
    if summary.is_catching_up(judgement.now):
        return
    rule, planned = judgement.rules.find("dose.plan.warning"), summary.plan.get("planned_total_mg")
    found = None
    if rule is not None and rule.limit is not None and planned is not None and summary.status in _RUNNING:
        delivered = summary.infusion.delivered_mg(judgement.now)
        if delivered * 100 > Decimal(planned) * (100 + rule.limit):
            found = as_found(rule, rule.condition, f"{rule.plain_words()} of {planned} mg")
    yield from bring_to_by_time(summary, judgement, "dose.plan", found)


def judge_duration(summary: SessionSummary, judgement: Judgement) -> Iterator[AlertFact]:
    """Running past the planned end; pauses do not move that end."""
    if summary.is_catching_up(judgement.now):
        return
    rule, planned = judgement.rules.find("dose.duration.warning"), summary.plan.get("planned_duration_min")
    found, started_at = None, summary.started_at if summary.infusion.is_delivering else None
    if rule is not None and rule.limit is not None and planned is not None and started_at is not None:
        minutes = Decimal((judgement.now - started_at).total_seconds()) / 60
        if minutes > Decimal(planned) + rule.limit:
            found = as_found(rule, rule.condition, f"{rule.plain_words()} of {planned} min")
    yield from bring_to_by_time(summary, judgement, "dose.duration", found)


def notes_at_end(summary: SessionSummary, rules: RuleSet) -> list[str]:
    """Total and duration beside the guideline's, once the infusion has ended; described, never scored."""
    if summary.ended_at is None or summary.started_at is None or outside_rule_set(summary) is not None:
        return []
    notes = []
    total, duration = rules.find("end.total.information"), rules.find("end.duration.information")
    delivered = summary.infusion.delivered_mg(summary.ended_at)
    minutes = Decimal((summary.ended_at - summary.started_at).total_seconds()) / 60
    if total is not None and total.limit is not None and delivered < total.limit:
        notes.append(f"{total.plain_words()}: {delivered:.0f} mg ({total.source()})")
    if duration is not None and duration.limit is not None and minutes <= duration.limit:
        notes.append(f"{duration.plain_words()}: {minutes:.0f} min ({duration.source()})")
    return notes
