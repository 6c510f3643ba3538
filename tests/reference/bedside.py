"""What the reference keeps while it reads a record: the entries read so far, and the open conditions."""

from dataclasses import dataclass, field
from uuid import UUID

from session_store.domain.alert import Level
from session_store.domain.entries import Entry
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session import CLOSED_STATUSES
from tests.reference.moments import Seen, Standing
from tests.reference.patient import limits_of_patient
from tests.reference.pump import status_of


@dataclass
class Bedside:
    """`standing` is all that counts of the record, `read` what has been read of it, `seen` what each value that was
    judged has shown of a condition, `is_last_doubtful` whether the last of a sign was an extreme of a monitor."""

    table: RuleSet
    standing: list[Entry] = field(default_factory=list)
    read: list[Entry] = field(default_factory=list)
    seen: dict[str, list[Seen]] = field(default_factory=dict)
    is_last_doubtful: dict[str, bool] = field(default_factory=dict)
    open: dict[str, Standing] = field(default_factory=dict)

    @property
    def rules(self) -> RuleSet:
        """The clinic's rules with the limits of this patient."""
        return self.table.with_limits(limits_of_patient(self.read))

    @property
    def is_closed(self) -> bool:
        return status_of(self.read) in CLOSED_STATUSES

    def level(self, condition: str) -> Level | None:
        """The level at which a condition is open."""
        return self.open[condition].level if condition in self.open else None

    def bring(self, condition: str, level: Level | None, shown_by: UUID | None) -> None:
        """What was found of a condition: it opens, gets worse or milder, stays, or is over."""
        known = self.open.get(condition)
        if level is None:
            self.open.pop(condition, None)
        elif known is None:
            self.open[condition] = Standing(level, level, [shown_by])
        else:
            if level > known.level:
                known.shown_by.append(shown_by)
            known.level, known.peak = level, max(level, known.peak)

    def worsen(self, condition: str, level: Level, shown_by: UUID | None) -> None:
        """The same, but never milder."""
        known = self.level(condition)
        if known is None or known < level:
            self.bring(condition, level, shown_by)

    def level_of_rule(self, rule_id: str) -> Level | None:
        """The level of one row, None where the set does not have it."""
        row = self.rules.by_id.get(rule_id)
        return None if row is None else row.level
