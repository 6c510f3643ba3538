"""Which sessions a change of rules can reach at all: where it cannot, a second replay would find the same.

Only the common change is told apart, that of an absolute limit of a vital sign or of its hysteresis: it reaches a
session when one of its values lies on the other side of the limit, or of the point at which an alert is let go. Any
other change reaches every session.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from session_store.domain.entries import Entry
from session_store.domain.rules.model import Against, AlertRule, RuleKind
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.vital_sign_limits import BEYOND

# After these a value, or a limit, may be another than the entries of the session say.
_CHANGING_KINDS = frozenset({"amendment", "patient_limit"})


class RuleReach:
    """The difference between two sets of rules, made once for many sessions."""

    def __init__(self, base: RuleSet, rules: RuleSet) -> None:
        self._moved: list[tuple[AlertRule, AlertRule]] = []
        self._reaches_all = base.by_id.keys() != rules.by_id.keys()
        for rule_id, rule in base.by_id.items():
            other = rules.by_id.get(rule_id, rule)
            if other != rule:
                self._moved.append((rule, other))
        self._reaches_all = self._reaches_all or not all(_is_of_a_value(*pair) for pair in self._moved)

    def touches(self, entries: Sequence[Entry]) -> bool:
        """Whether the two sets may find different alerts in a session with these entries."""
        if self._reaches_all or any(entry.content.kind in _CHANGING_KINDS for entry in entries):
            return True
        return any(_parts(rule, other, value) for rule, other in self._moved for value in _values(entries, rule.sign))


def _is_of_a_value(rule: AlertRule, other: AlertRule) -> bool:
    """Whether a rule of a vital sign differs in its absolute limit and hysteresis alone."""
    return (
        rule.kind is RuleKind.THRESHOLD
        and rule.against is Against.ABSOLUTE
        and rule.limit is not None
        and other.limit is not None
        and replace(other, limit=rule.limit, hysteresis=rule.hysteresis) == rule
    )


def _values(entries: Sequence[Entry], sign: str | None) -> Iterator[Decimal]:
    for entry in entries:
        if entry.content.kind == "vital_signs":
            value = getattr(entry.content, sign or "")
            if value is not None:
                yield value


def _parts(rule: AlertRule, other: AlertRule, value: Decimal) -> bool:
    """Whether the value is beyond the one limit and not beyond the other, or holds an open alert by one alone."""
    return _sides(rule, value) != _sides(other, value)


def _sides(rule: AlertRule, value: Decimal) -> tuple[bool, bool]:
    if rule.limit is None or rule.comparison is None:
        return False, False
    let_go = rule.limit + rule.hysteresis if rule.is_low_side else rule.limit - rule.hysteresis
    return BEYOND[rule.comparison](value, rule.limit), value < let_go if rule.is_low_side else value > let_go
