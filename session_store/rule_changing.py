"""What speaks against a change of the clinic's alert limits or against its signature, and what the server adds to one.

Pure. A change is judged as a whole against the rules in force: two limits that only make sense together are changed
together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from session_store.commands import Author
from session_store.domain import limits as typed_limits
from session_store.domain.clinic_contents import AlertLimitsChanged, AlertLimitsSigned
from session_store.domain.entries import ClinicEntry
from session_store.domain.entry_choices import DischargeScore
from session_store.domain.entry_fields import FieldRefused, FieldSpec, FieldType, Problem, read_value
from session_store.domain.rules.delivered import VERSIONS_A_TABLE, clinic_changes, version_words
from session_store.domain.rules.rule_edits import new_problems, refuse_value
from session_store.domain.rules.rule_set import RuleProblem, RuleSet, needs_second_person
from session_store.rule_book import ChangeStanding, RuleBook, changed_rules

# Who may change limits for the whole clinic, and who may sign as the second person.
EDITOR_ROLES = frozenset({"physician", "administrator"})
_LIMIT = FieldSpec(FieldType.NUMBER, limits=typed_limits.RULE_LIMIT)


@dataclass(frozen=True, slots=True)
class ChoiceOfRule:
    """What a rule lets the clinic choose from, and how many of them at most."""

    options: tuple[str, ...]
    most: int


CHOICES_OF_RULES: dict[str, ChoiceOfRule] = {
    "discharge.score.held": ChoiceOfRule(tuple(DischargeScore), 1),
    "bolus.role.warning": ChoiceOfRule(("physician", "physician_assistant", "nurse"), 3),
}


@dataclass(slots=True)
class ReadChange:
    """What was sent as limits and choices, read against the rules in force, with all that speaks against it."""

    rules: RuleSet
    limits: dict[str, Decimal] = field(default_factory=dict)
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def changed(self) -> RuleSet:
        """The rules with the change, under the next version."""
        return changed_rules(self.rules, self.limits, self.choices, self.rules.version + 1)

    def loosened(self) -> list[str]:
        """The critical limits that it loosens: a second person signs it."""
        return [one for one, limit in self.limits.items() if needs_second_person(self.rules.rule(one), limit)]


def read_change(rules: RuleSet, limits: Mapping[str, Any], choices: Mapping[str, Any]) -> ReadChange:
    """A change as it was sent: values read, each judged alone and all together as one set."""
    read = ReadChange(rules)
    for rule_id, raw in limits.items():
        _read_limit(read, rule_id, raw)
    for rule_id, raw in choices.items():
        _read_choice(read, rule_id, raw)
    if not limits and not choices:
        read.problems.append(Problem("limits", "nothing was changed", "at least one limit"))
    if not read.problems:
        read.problems += map(_as_problem, new_problems(rules, read.changed()))
    return read


def _read_limit(read: ReadChange, rule_id: str, raw: object) -> None:
    rule = read.rules.by_id.get(rule_id)
    if rule is None or rule.limit is None:
        read.problems.append(Problem(rule_id[:80], "no such rule with a limit", None))
        return
    try:
        limit = read_value(_LIMIT, raw)
    except FieldRefused as refused:
        read.problems.append(Problem(rule_id, refused.reason, refused.limit))
        return
    if limit is None:
        read.problems.append(Problem(rule_id, "is missing", None))
    elif limit == rule.limit:
        read.problems.append(Problem(rule_id, "nothing was changed: this limit is in force", f"{rule.limit} now"))
    else:
        read.limits[rule_id] = limit
        read.problems += map(_as_problem, refuse_value(rule, limit))


def _read_choice(read: ReadChange, rule_id: str, raw: object) -> None:
    offered, rule = CHOICES_OF_RULES.get(rule_id), read.rules.by_id.get(rule_id)
    if offered is None or rule is None:
        read.problems.append(Problem(rule_id[:80], "no such rule with a choice", ", ".join(CHOICES_OF_RULES)))
        return
    named = raw if isinstance(raw, list | tuple) else str(raw).replace(",", " ").split()
    chosen = tuple(one for one in offered.options if one in named)
    if not chosen or len(chosen) != len(named) or len(chosen) > offered.most:
        most = "one of" if offered.most == 1 else "of"
        read.problems.append(Problem(rule_id, "not what can be chosen", f"{most} {', '.join(offered.options)}"))
    elif set(chosen) == set(rule.choices):
        read.problems.append(Problem(rule_id, "nothing was changed: this is in force", None))
    else:
        read.choices[rule_id] = chosen


def _as_problem(problem: RuleProblem) -> Problem:
    return Problem(problem.rule_id, problem.reason, problem.limit)


def refuse_change(book: RuleBook, content: AlertLimitsChanged, author: Author) -> Iterator[Problem]:
    """Why a change is not recorded."""
    yield from _refuse_role(author)
    if int(content.based_on_version) != book.rules.version:
        yield _changed_meanwhile("based_on_version", book)
        return
    if clinic_changes(book.rules.version) == VERSIONS_A_TABLE - 1:
        yield Problem("limits", "no more changes of this table can be numbered", f"{VERSIONS_A_TABLE - 1} changes")
    yield from read_change(book.rules, content.limits, content.choices).problems


def _changed_meanwhile(name: str, book: RuleBook) -> Problem:
    return Problem(
        name, "the rules were changed meanwhile: look again", f"version {version_words(book.rules.version)} now"
    )


def _refuse_role(author: Author) -> Iterator[Problem]:
    if author.role not in EDITOR_ROLES:
        yield Problem("kind", f"the role {author.role} may not record this", ", ".join(sorted(EDITOR_ROLES)))


def refuse_signature(book: RuleBook, content: AlertLimitsSigned, author: Author) -> Iterator[Problem]:
    """Why a signature is not recorded: it is the second person's, for a change that still waits."""
    yield from _refuse_role(author)
    change = book.change(content.signed_entry_id)
    standing = None if change is None else book.standing(change)
    if change is None or standing in (ChangeStanding.IN_FORCE, ChangeStanding.WITHDRAWN):
        yield Problem("signed_entry_id", "no change of limits that waits for a second person", None)
    elif standing is ChangeStanding.LAPSED:
        yield _changed_meanwhile("signed_entry_id", book)
    elif change.entry.author_id == author.account_id:
        yield Problem("signed_entry_id", "the second person is not the one who made the change", "a second person")


def refuse_withdrawal(book: RuleBook, entry: ClinicEntry) -> Iterator[Problem]:
    """What took effect judged patients: it stays on record and is changed back. What still waits may be withdrawn."""
    if isinstance(entry.content, AlertLimitsSigned):
        yield Problem("withdrawn_entry_id", "a signature is not withdrawn: change the limits back", None)
        return
    change = book.change(entry.entry_id)
    if change is not None and change.version is not None:
        yield Problem("withdrawn_entry_id", "this change took effect: change the limits back instead", None)


def with_what_it_replaces(book: RuleBook, content: AlertLimitsChanged) -> AlertLimitsChanged:
    """The change in one form (decimals as text, choices as lists), with what it replaces and whether it waits."""
    read, rules = read_change(book.rules, content.limits, content.choices), book.rules
    return replace(
        content,
        limits={rule_id: plain_limit(limit) for rule_id, limit in read.limits.items()},
        choices={rule_id: list(chosen) for rule_id, chosen in read.choices.items()},
        old_limits={rule_id: plain_limit(rules.limit(rule_id)) for rule_id in read.limits},
        old_choices={rule_id: list(rules.rule(rule_id).choices) for rule_id in read.choices},
        needs_second_person=bool(read.loosened()),
    )


def plain_limit(limit: Decimal) -> str:
    """A limit as text without zeros that say nothing: 92, 36.5."""
    whole = limit.to_integral_value()
    return f"{whole if limit == whole else limit.normalize():f}"


def notes_on(content: object) -> tuple[Problem, ...]:
    """What the answer to a recorded change says beside "recorded": that it does not hold yet."""
    if not isinstance(content, AlertLimitsChanged) or not content.needs_second_person:
        return ()
    reason = "loosens a critical limit: it takes effect when a second person has signed it"
    return (Problem("needs_second_person", reason, "another physician or administrator"),)
