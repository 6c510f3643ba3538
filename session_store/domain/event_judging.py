"""Judges what has happened to the patient: adverse effects, a serious event, a start without what it needs.

These alerts are over once somebody has acknowledged them: no later value can show that they did not happen.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from session_store.domain.alert import AlertFact
from session_store.domain.alert_rules import SITUATION_RULES, SituationRule
from session_store.domain.alert_standing import Judgement, as_found, bring_to, raise_alert
from session_store.domain.entries import Entry
from session_store.domain.entry_choices import EMERGENCY_TERMS
from session_store.domain.rule_scope import start_missing
from session_store.domain.session_summary import SessionSummary
from session_store.domain.vital_sign_judging import judge_symptoms


def judge_effect(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """An emergency at once, else by grade; a symptom also gives the last pressure another weight."""
    content: Any = entry.content
    words = content.description if content.term == "other" else content.term.replace("_", " ")
    rule = _effect_rule(content)
    if rule is not None:
        found = as_found(rule, f"{rule.condition}:{entry.entry_id}", f"{words.capitalize()}: {rule.text}")
        yield raise_alert(summary, judgement, found, entry.effective_at, entry.entry_id)
    yield from judge_symptoms(summary, entry, judgement)


def _effect_rule(content: Any) -> SituationRule | None:
    if content.term in EMERGENCY_TERMS:
        return SITUATION_RULES["effect.emergency.critical"]
    return _grade_rule(content.ctcae_grade)


def _grade_rule(grade: Decimal | None) -> SituationRule | None:
    if grade is None or grade < 3:
        return None
    return SITUATION_RULES["effect.grade.critical" if grade >= 4 else "effect.grade.warning"]


def judge_effect_update(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """An effect that became grade 3 or 4 later is raised as one that began so."""
    content: Any = entry.content
    effect = summary.care.effects.get(str(content.effect_entry_id))
    rule = _grade_rule(content.ctcae_grade)
    if effect is None or rule is None:
        return
    text = f"{(effect.term or 'adverse effect').replace('_', ' ').capitalize()}: {rule.text}"
    found = as_found(rule, f"{rule.condition}:{content.effect_entry_id}", text)
    yield from bring_to(summary, judgement, found.condition, found, entry.effective_at, entry.entry_id)


def judge_serious_event(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """One tap: critical at once, naming the chair."""
    rule = SITUATION_RULES["event.serious.critical"]
    text = f"{rule.text} at chair {summary.plan.get('chair_label', '?')}"
    found = as_found(rule, f"event.serious:{entry.entry_id}", text)
    yield raise_alert(summary, judgement, found, entry.effective_at, entry.entry_id)


def judge_start(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """What was missing at a start that has happened is an open alert (clinical-decisions 1)."""
    missing = start_missing(summary, entry.effective_at)
    if missing:
        rule = SITUATION_RULES["start.missing.warning"]
        found = as_found(rule, "start.missing", f"{rule.text} {', '.join(missing)}")
        yield raise_alert(summary, judgement, found, entry.effective_at, entry.entry_id)
