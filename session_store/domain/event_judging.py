"""Judges what has happened to the patient: adverse effects, a serious event, a start without what it needs.

These alerts are over once somebody has acknowledged them: no later value can show that they did not happen.
"""

from collections.abc import Iterator
from typing import Any

from session_store.domain.alert import AlertFact
from session_store.domain.alert_rules import SITUATION_RULES, SituationRule
from session_store.domain.alert_standing import Judgement, as_found, raise_alert
from session_store.domain.entries import EMERGENCY_TERMS, Entry
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
    if content.ctcae_grade is None or content.ctcae_grade < 3:
        return None
    return SITUATION_RULES["effect.grade.critical" if content.ctcae_grade >= 4 else "effect.grade.warning"]


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
