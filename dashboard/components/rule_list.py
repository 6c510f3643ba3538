"""The alert rules, their changes and what waits as plain JSON: what `/rules` shows and `GET /api/v1/rules` answers."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from dashboard.components.entry_words import CHOICE_WORDS
from dashboard.components.rule_words import (
    SECTION_TITLES,
    condition_title,
    ending_words,
    level_words,
    rule_name,
    rule_words,
    section_of,
    unit_words,
)
from session_store.domain.rules.delivered import DELIVERED, version_words
from session_store.domain.rules.model import AlertRule
from session_store.domain.rules.rule_set import RuleSet, is_looser, needs_second_person
from session_store.rule_book import ChangeStanding, RuleBook, RuleChange
from session_store.rule_changing import CHOICES_OF_RULES, plain_limit


def rule_book_view(book: RuleBook) -> dict[str, Any]:
    """Every rule in force beside the delivered one, every change newest first, and those that may be signed."""
    changes = [change_view(book, one) for one in reversed(book.changes)]
    return {
        "version": book.rules.version,
        "version_words": version_words(book.rules.version),
        "delivered_version_words": version_words(DELIVERED.version),
        "sections": SECTION_TITLES,
        "rules": [rule_view(rule) for rule in book.rules.rules],
        "changes": changes,
        "waiting": [one for one in changes if one["standing"] == ChangeStanding.WAITS.name.lower()],
    }


def rule_view(rule: AlertRule) -> dict[str, Any]:
    """One rule: what it says, at which level, how it ends, on what it rests, and what a clinic may change of it."""
    delivered = DELIVERED.rule(rule.rule_id)
    return {
        "rule_id": rule.rule_id,
        "group": rule.rule_id.split(".", 1)[0],
        "section": section_of(rule),
        "condition": rule.condition,
        "title": condition_title(rule),
        "name": rule_name(rule),
        "kind": rule.kind.value,
        "level": rule.level.word,
        "level_words": level_words(rule),
        "words": rule_words(rule),
        "limit": _plain(rule.limit),
        "unit": unit_words(rule),
        "delivered_limit": _plain(delivered.limit),
        "clearing": rule.clearing.value,
        "ending": ending_words(rule),
        "citation": rule.source(),
        "grade": rule.grade,
        "certainty": rule.certainty,
        "is_proposal": rule.is_proposal,
        "is_editable": rule.limit is not None or rule.rule_id in CHOICES_OF_RULES,
        "second_person_when": second_person_when(rule),
        "choice": _choice_view(rule, delivered),
    }


def second_person_when(rule: AlertRule) -> str | None:
    """On which side of the limit in force another limit needs a second person: "above", "below" or none."""
    if rule.limit is None or not needs_second_person(rule, _looser(rule)):
        return None
    return "above" if _looser(rule) > rule.limit else "below"


def _looser(rule: AlertRule) -> Decimal:
    limit = rule.limit or Decimal(0)
    return next(one for one in (limit + 1, limit - 1) if is_looser(rule, one))


def _choice_view(rule: AlertRule, delivered: AlertRule) -> dict[str, Any] | None:
    offered = CHOICES_OF_RULES.get(rule.rule_id)
    if offered is None:
        return None
    return {
        "options": {option: choice_name(option) for option in offered.options},
        "most": offered.most,
        "chosen": list(rule.choices),
        "delivered": list(delivered.choices),
    }


def choice_name(option: str) -> str:
    """What can be chosen, in words."""
    words = CHOICE_WORDS["score"].get(option) or option.replace("_", " ")
    return words[:1].upper() + words[1:]


def _plain(limit: Decimal | None) -> str | None:
    return None if limit is None else plain_limit(limit)


def change_view(book: RuleBook, change: RuleChange) -> dict[str, Any]:
    """One change: who, when, why, what was and what is, who signed, and where it stands now."""
    entry, content, standing = change.entry, change.content, book.standing(change)
    return {
        "entry_id": str(entry.entry_id),
        "author_id": str(entry.author_id),
        "author_name": entry.author_name,
        "recorded_at": entry.recorded_at.isoformat(),
        "reason": content.reason,
        "replaced": [*_limits_replaced(book.rules, content), *_choices_replaced(content)],
        "limits": dict(content.limits),
        "choices": dict(content.choices),
        "needs_second_person": bool(content.needs_second_person),
        "signed_by": None if change.signed is None else change.signed.author_name,
        "signed_at": None if change.signed is None else change.signed.recorded_at.isoformat(),
        "withdrawn_by": None if change.withdrawn is None else change.withdrawn.author_name,
        "standing": standing.name.lower(),
        "standing_words": standing.value,
        "version": change.version,
        "version_words": None if change.version is None else version_words(change.version),
    }


def _limits_replaced(rules: RuleSet, content: Any) -> Iterable[dict[str, Any]]:
    for rule_id, new in content.limits.items():
        rule = rules.by_id.get(rule_id)
        yield _replaced(
            rule_id, rule, content.old_limits.get(rule_id, ""), new, "" if rule is None else unit_words(rule)
        )


def _choices_replaced(content: Any) -> Iterable[dict[str, Any]]:
    for rule_id, new in content.choices.items():
        old = ", ".join(map(choice_name, content.old_choices.get(rule_id, ())))
        yield _replaced(rule_id, DELIVERED.by_id.get(rule_id), old, ", ".join(map(choice_name, new)))


def _replaced(rule_id: str, rule: AlertRule | None, old: str, new: str, unit: str = "") -> dict[str, Any]:
    """One line of a change; a rule that a later table has dropped is named by its id."""
    name = rule_id if rule is None else rule_name(rule)
    return {"rule_id": rule_id, "name": name, "old": old, "new": new, "unit": unit}


def second_person_views(rules: RuleSet, loosened: Iterable[str]) -> list[Mapping[str, str]]:
    """The critical limits that a change loosens, by id and by name."""
    return [{"rule_id": one, "name": rule_name(rules.rule(one))} for one in loosened]
