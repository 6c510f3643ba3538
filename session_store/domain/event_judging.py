"""Judges what has happened to the patient: adverse effects, a serious event, a start without what it needs.

These alerts are over once somebody has acknowledged them: no later value can show that they did not happen.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from session_store.domain.alert import AlertFact
from session_store.domain.alert_standing import Judgement, as_found, bring_to, raise_alert, raise_unless_open
from session_store.domain.discharge_gate import discharge_gate
from session_store.domain.entries import Entry
from session_store.domain.entry_choices import EMERGENCY_TERMS, MIRRORED_TERMS
from session_store.domain.rules.model import AlertRule
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session import SessionStatus
from session_store.domain.session_summary import SessionSummary
from session_store.domain.start_gate import GateItem, held_by, start_gate
from session_store.domain.vital_sign_judging import judge_symptoms

# So many missing items are named on the tile; the others are counted.
NAMED_ITEMS = 3


def judge_effect(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """An emergency at once, else by grade; a symptom also gives the last pressure another weight."""
    content: Any = entry.content
    words = content.description if content.term == "other" else content.term.replace("_", " ")
    rule = _effect_rule(judgement.rules, content.term, summary.care.effects[str(entry.entry_id)].ctcae_grade)
    if rule is not None:
        found = as_found(rule, f"{rule.condition}:{entry.entry_id}", f"{words.capitalize()}: {rule.plain_words()}")
        yield raise_alert(summary, judgement, found, entry.effective_at, entry.entry_id)
    yield from judge_symptoms(summary, entry, judgement)


def _effect_rule(rules: RuleSet, term: str, grade: int | None) -> AlertRule | None:
    if term in EMERGENCY_TERMS:
        return rules.find("effect.emergency.critical")
    return _grade_rule(rules, term, grade)


def _grade_rule(rules: RuleSet, term: str, grade: int | Decimal | None) -> AlertRule | None:
    """Effects that mirror a vital sign are judged by the vital-sign rules only."""
    if grade is None or grade < 3 or term in MIRRORED_TERMS:
        return None
    return rules.find("effect.grade.critical" if grade >= 4 else "effect.grade.warning")


def judge_effect_update(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """An effect that became grade 3 or 4 later is raised as one that began so; nothing where the effect itself does not
    stand (it was entered in error, or comes later in time and is judged with this grade then)."""
    content: Any = entry.content
    effect = summary.care.effects.get(str(content.effect_entry_id))
    rule = None if effect is None or not effect.term else _grade_rule(judgement.rules, effect.term, content.ctcae_grade)
    if effect is None or rule is None:
        return
    text = f"{effect.term.replace('_', ' ').capitalize()}: {rule.plain_words()}"
    found = as_found(rule, f"{rule.condition}:{content.effect_entry_id}", text)
    yield from bring_to(summary, judgement, found.condition, found, entry.effective_at, entry.entry_id)


def judge_serious_event(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """One tap: critical at once, naming the chair."""
    rule = judgement.rules.find("event.serious.critical")
    if rule is None:
        return
    text = f"{rule.plain_words()} at chair {summary.plan.get('chair_label', '?')}"
    found = as_found(rule, f"event.serious:{entry.entry_id}", text)
    yield raise_alert(summary, judgement, found, entry.effective_at, entry.entry_id)


def judge_start(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """What was missing at a start that has happened is an open alert (clinical-decisions 1); what a physician has
    overridden by name is not missing."""
    missing = held_by(start_gate(summary, judgement.rules, entry.effective_at), summary.start_overridden)
    yield from _judge_missing(summary, entry, judgement, "start.missing.warning", missing)


def judge_discharge(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """The same for a discharge home that has happened."""
    content: Any = entry.content
    unmet = discharge_gate(summary_at_discharge(summary), judgement.rules, entry.effective_at, content.escort)
    missing = held_by(unmet, summary.discharge_overridden)
    yield from _judge_missing(summary, entry, judgement, "discharge.unmet.warning", missing)


def summary_at_discharge(summary: SessionSummary) -> SessionSummary:
    """The session as it stood before the discharge closed it; a session that left from recovery was in recovery."""
    was_ended = summary.ended_at is not None and summary.ended_at < (summary.closed_at or summary.ended_at)
    return replace(summary, status=SessionStatus.RECOVERY) if was_ended else summary


def _judge_missing(
    summary: SessionSummary, entry: Entry, judgement: Judgement, rule_id: str, missing: list[GateItem]
) -> Iterator[AlertFact]:
    rule = judgement.rules.find(rule_id)
    if rule is None or not missing:
        return
    words = ", ".join(item.words for item in missing[:NAMED_ITEMS])
    more = len(missing) - NAMED_ITEMS
    text = f"{rule.plain_words()}: {words}" + (f" and {more} more" if more > 0 else "")
    found = as_found(rule, rule.condition, text)
    yield from raise_unless_open(summary, judgement, found, entry.effective_at, entry.entry_id)
