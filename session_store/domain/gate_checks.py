"""Checks of the two acts that can be held, the start through the app and the discharge home, and of a patient's limits.

Held is only what is about to happen: `has_happened`, a device's entry, and one that comes late record what is so.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from session_store.domain.checking import Check
from session_store.domain.discharge_gate import discharge_gate
from session_store.domain.dose_checks import refuse_rate
from session_store.domain.entry_choices import Source
from session_store.domain.entry_fields import Problem
from session_store.domain.rules.model import RuleKind
from session_store.domain.rules.rule_edits import refuse_limit
from session_store.domain.start_gate import GateItem, held_by, start_gate

# Our proposal: what reaches the server more than two minutes after it was true has happened.
HAS_HAPPENED_AFTER = timedelta(minutes=2)
# Limits that a physician may set for one patient; gates and clocks are the clinic's.
PATIENT_LIMIT_KINDS = frozenset({RuleKind.THRESHOLD, RuleKind.RELATIVE_TO_BASELINE, RuleKind.DOSE})


def refuse_start(check: Check) -> Iterator[Problem]:
    """The start through the app is held until nothing is missing or a physician overrides what is."""
    if check.summary.started_at is None and _is_about_to_happen(check):
        items = start_gate(check.summary, check.rules, check.effective_at)
        yield from _held(held_by(items, check.summary.start_overridden), "start_override")
    yield from refuse_rate(check)


def refuse_discharge(check: Check) -> Iterator[Problem]:
    """The discharge home through the app is held until its gate is met or a physician overrides it."""
    content: Any = check.content
    if check.summary.closed_at is None and _is_about_to_happen(check):
        items = discharge_gate(check.summary, check.rules, check.effective_at, content.escort)
        yield from _held(held_by(items, check.summary.discharge_overridden), "discharge_override")


def _is_about_to_happen(check: Check) -> bool:
    content: Any = check.content
    if content.has_happened or check.source is not Source.HAND:
        return False
    return check.now - check.effective_at <= HAS_HAPPENED_AFTER


def _held(items: list[GateItem], override: str) -> Iterator[Problem]:
    for item in items:
        yield Problem(item.rule_id, f"held: {item.words}", f"recorded, or {override.replace('_', ' ')} by a physician")


def refuse_patient_limit(check: Check) -> Iterator[Problem]:
    """A rule that has no limit to set for a patient, or a limit that makes no sense among the others."""
    content: Any = check.content
    rules = check.rules.with_limits(check.summary.limits_of_patient())
    rule = rules.by_id.get(content.rule_id)
    if rule is None or rule.limit is None or rule.kind not in PATIENT_LIMIT_KINDS:
        yield Problem("rule_id", "no rule with a limit that can be set for a patient", None)
        return
    for problem in refuse_limit(rules, content.rule_id, content.limit):
        yield Problem("limit", problem.reason, problem.limit)
