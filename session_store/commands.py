"""What may be asked of the recorder, and what it answers: frozen values, no behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from session_store.domain.alert import AlertFact
from session_store.domain.entry_fields import Problem


@dataclass(frozen=True, slots=True)
class Author:
    """The acting person or device; stands on every entry."""

    account_id: UUID
    display_name: str
    role: str

    @property
    def is_device(self) -> bool:
        """Devices send monitor and pump facts, persons what they did and saw by hand."""
        return self.role == "device"


# The author of what the server itself writes into a session.
SERVER = Author(UUID(int=0), "Server", "server")


class Sender(Protocol):
    """Who sends, and by which clock: what reading an entry needs of a command."""

    @property
    def author(self) -> Author:
        """The acting person or device."""

    @property
    def sent_at(self) -> datetime | None:
        """The sender's clock at sending."""

    @property
    def is_simulated(self) -> bool:
        """Whether all entries are simulated."""

    @property
    def permitted_kinds(self) -> frozenset[str] | None:
        """The kinds that the author may record; None: any."""


@dataclass(frozen=True, slots=True)
class SentEntries:
    """Entries of one session in the form of the HTTP interface. `sent_at` is the sender's clock at sending.

    `permitted_kinds` (None: any) are what the author may record, and so also all that the author may correct.
    """

    session_id: UUID
    author: Author
    entries: tuple[Mapping[str, Any], ...]
    sent_at: datetime | None = None
    is_simulated: bool = False
    permitted_kinds: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class RecordEntries(SentEntries):
    """Append entries to one session, each judged alone."""


@dataclass(frozen=True, slots=True)
class PlanSession(SentEntries):
    """Make a session with its first entries, all or none."""


@dataclass(frozen=True, slots=True)
class RecordClinicEntries:
    """Append entries to the clinic's own record (credentials, vial stock, chairs), each judged alone."""

    author: Author
    entries: tuple[Mapping[str, Any], ...]
    sent_at: datetime | None = None
    is_simulated: bool = False
    permitted_kinds: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class JudgeTime:
    """Raise what is due by the clock in all open sessions. `watched_since`: from when on tablets could be heard (None:
    always); before that, nobody could say anything."""

    watched_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class TabletHeard:
    """A bedside tablet has this session open, or leaves it; no change of the record unless it ends a silence.

    `tablet_id` is made by the tablet and stays the same; `author` is who is signed in on it.
    """

    session_id: UUID
    tablet_id: UUID
    author: Author
    is_leaving: bool = False


Command = RecordEntries | PlanSession | RecordClinicEntries | JudgeTime | TabletHeard


class EntryOutcome(StrEnum):
    """What became of one sent entry. Only a recorded entry occupies its id."""

    RECORDED = "recorded"
    DUPLICATE = "duplicate"
    CONFIRMATION_NEEDED = "confirmation_needed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class EntryResult:
    """The answer to one sent entry; for a recorded device entry, `problems` are warnings."""

    entry_id: str | None
    outcome: EntryOutcome
    change_number: int | None = None
    problems: tuple[Problem, ...] = ()
    alert_facts: tuple[AlertFact, ...] = field(default=())
