"""What the reference evaluator is given, and what it answers."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from session_store.domain.alert import Level
from session_store.domain.entries import Entry


@dataclass(frozen=True)
class Moment:
    """One thing that happened to the record of a session, at the server's time: an entry, or the clock that acted (no
    entry). `answered` is the condition of the open alert that an acknowledgement names."""

    at: datetime
    entry: Entry | None = None
    answered: str | None = None


@dataclass
class Standing:
    """An open condition: its level, the worst it has been, and the entries that showed it or made it worse. Nothing
    shows what the clock finds."""

    level: Level
    peak: Level
    shown_by: list[UUID | None] = field(default_factory=list)

    @property
    def evidence(self) -> UUID | None:
        """The entry by which it stands."""
        return self.shown_by[-1]


@dataclass(frozen=True)
class Seen:
    """What one value has shown of one condition: at which level it lies, and whether that was milder than the alert
    that stood. `has_settled`: it was the last of the milder values that are needed to leave a level."""

    at: datetime
    is_of_monitor: bool
    shown: Level | None
    is_milder: bool
    has_settled: bool = False
