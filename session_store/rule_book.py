"""The clinic's alert rules: the delivered table with every change that the clinic has put in force, in the order of
recording; and the history of these changes. Pure: the entries are read elsewhere.

A change holds from the entry that recorded it; one that loosens a critical limit from the signature of a second person.
A signature is for the set that its signer saw: where another change took effect meanwhile, the one that waited has
lapsed. A change that held is not withdrawn, only changed back.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from session_store.domain.clinic_contents import AlertLimitsChanged, AlertLimitsSigned, ClinicEnteredInError
from session_store.domain.entries import ClinicEntry
from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.rule_set import RuleSet

# The kinds of clinic entries that a rule book is made of.
RULE_BOOK_KINDS = (AlertLimitsChanged.kind, AlertLimitsSigned.kind, ClinicEnteredInError.kind)


class ChangeStanding(StrEnum):
    """Where a change of limits stands."""

    IN_FORCE = "took effect"
    WAITS = "waits for a second person"
    LAPSED = "lapsed: the rules changed before it was signed"
    WITHDRAWN = "withdrawn before it took effect"


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One change of limits as recorded, who signed or withdrew it, and the version it made (None: none yet)."""

    entry: ClinicEntry
    version: int | None = None
    held_from: datetime | None = None
    signed: ClinicEntry | None = None
    withdrawn: ClinicEntry | None = None

    @property
    def content(self) -> AlertLimitsChanged:
        """What was changed to what, and why."""
        content: Any = self.entry.content
        return content  # type: ignore[no-any-return]

    @property
    def based_on_version(self) -> int:
        """The version of the rules that its author saw."""
        return int(self.content.based_on_version)

    def new_limits(self) -> dict[str, Decimal]:
        """The limits it sets, by rule."""
        return {rule_id: Decimal(value) for rule_id, value in self.content.limits.items()}

    def new_choices(self) -> dict[str, tuple[str, ...]]:
        """What it chooses, by rule."""
        return {rule_id: tuple(chosen) for rule_id, chosen in self.content.choices.items()}


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules in force after the clinic's entries before `next_seq`, with every change that led there or waits."""

    rules: RuleSet = DELIVERED
    changes: tuple[RuleChange, ...] = ()
    next_seq: int = 1
    held: tuple[tuple[datetime, RuleSet], ...] = field(default=(), repr=False)

    def with_entry(self, entry: ClinicEntry) -> "RuleBook":
        """The book after one more entry of the clinic."""
        content: Any = entry.content
        book = replace(self, next_seq=entry.seq + 1)
        if isinstance(content, AlertLimitsChanged):
            book = replace(book, changes=(*book.changes, RuleChange(entry)))
            return book if content.needs_second_person else book._with_effect(entry.entry_id, entry)
        if isinstance(content, AlertLimitsSigned):
            return book._with_effect(content.signed_entry_id, entry)
        if isinstance(content, ClinicEnteredInError):
            return book._replaced(content.withdrawn_entry_id, withdrawn=entry)
        return book

    def _with_effect(self, entry_id: UUID, cause: ClinicEntry) -> "RuleBook":
        """The change holds from `cause` on, which is its own entry or the signature."""
        change = self.change(entry_id)
        if change is None:
            return self
        rules = changed_rules(self.rules, change.new_limits(), change.new_choices(), self.rules.version + 1)
        signed = None if cause is change.entry else cause
        at = cause.recorded_at
        book = self._replaced(entry_id, version=rules.version, held_from=at, signed=signed)
        return replace(book, rules=rules, held=(*self.held, (at, rules)))

    def _replaced(self, entry_id: UUID, **fields: Any) -> "RuleBook":
        changes = (replace(one, **fields) if one.entry.entry_id == entry_id else one for one in self.changes)
        return replace(self, changes=tuple(changes))

    def change(self, entry_id: UUID) -> RuleChange | None:
        """One change of limits, or None."""
        return next((one for one in self.changes if one.entry.entry_id == entry_id), None)

    def standing(self, change: RuleChange) -> ChangeStanding:
        """Where one of the changes stands now."""
        if change.version is not None:
            return ChangeStanding.IN_FORCE
        if change.withdrawn is not None:
            return ChangeStanding.WITHDRAWN
        is_current = change.based_on_version == self.rules.version
        return ChangeStanding.WAITS if is_current else ChangeStanding.LAPSED

    def waiting(self) -> tuple[RuleChange, ...]:
        """The changes that a second person may sign."""
        return tuple(one for one in self.changes if self.standing(one) is ChangeStanding.WAITS)

    def rules_at(self, at: datetime) -> RuleSet:
        """The rules that were in force at a time of recording."""
        return next((rules for since, rules in reversed(self.held) if since <= at), DELIVERED)


def changed_rules(
    rules: RuleSet, limits: Mapping[str, Decimal], choices: Mapping[str, tuple[str, ...]], version: int
) -> RuleSet:
    """The set with other limits and choices; what it has not is passed over, as a later table may have dropped it."""
    rows = []
    for rule in rules.rules:
        limit = rule.limit if rule.limit is None else limits.get(rule.rule_id, rule.limit)
        rows.append(replace(rule, limit=limit, choices=choices.get(rule.rule_id, rule.choices)))
    return RuleSet(version, tuple(rows))


class RuleHistory:
    """The rule book at each change of the record: for those who judge again what was recorded."""

    def __init__(self, numbered: Iterable[tuple[int, ClinicEntry]] = ()) -> None:
        self._numbers: list[int] = []
        self._books = [RuleBook()]
        for number, entry in numbered:
            self._numbers.append(number)
            self._books.append(self._books[-1].with_entry(entry))

    def at(self, change_number: int) -> RuleBook:
        """The book by which the change with this number was judged."""
        return self._books[bisect_left(self._numbers, change_number)]
