"""What an alert is: its level, its life as separate facts, and how it stands now.

Raised, escalated, lowered, cleared, withdrawn, sounded, unanswered and promise_broken are facts of their own; an
acknowledgement is an entry by a person. Clearing never acknowledges and acknowledging never clears a condition.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from uuid import UUID


class Level(IntEnum):
    """How severe; ordered, so that `max` is the worst."""

    ADVISORY = 1
    WARNING = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        """The level in the words of screens and interface."""
        return self.name.lower()


class Fact(StrEnum):
    """One step in the life of an alert."""

    RAISED = "raised"
    ESCALATED = "escalated"
    LOWERED = "lowered"
    CLEARED = "cleared"
    WITHDRAWN = "withdrawn"
    SOUNDED = "sounded"
    UNANSWERED = "unanswered"
    PROMISE_BROKEN = "promise_broken"


@dataclass(frozen=True, slots=True)
class AlertFact:
    """One appended fact about an alert. `at` is when it was true; `evidence_entry_id` the entry that shows it."""

    fact: Fact
    alert_id: UUID
    rule_id: str
    rule_version: int
    condition: str
    level: Level
    at: datetime
    text: str
    citation: str
    evidence_entry_id: UUID | None = None
    is_past: bool = False


@dataclass(slots=True)
class AcknowledgedBy:
    """Who answered an alert, with which action, until when."""

    by: str
    at: datetime
    action: str
    remark: str | None = None
    deadline_at: datetime | None = None


@dataclass(slots=True)
class ChairVisit:
    """Who said "at the chair"; a separate fact that does not silence the physician."""

    by: str
    at: datetime


@dataclass(slots=True)
class OpenAlert:
    """How an alert stands: open, or over but not yet seen by a person."""

    alert_id: UUID
    rule_id: str
    rule_version: int
    condition: str
    level: Level
    peak_level: Level
    text: str
    citation: str
    raised_at: datetime
    recorded_at: datetime
    evidence_entry_id: UUID | None = None
    raised_text: str | None = None
    clears_on_acknowledgement: bool = False
    sounds_at: datetime | None = None
    sounded_at: datetime | None = None
    unanswered_at: datetime | None = None
    unanswered_times: int = 0
    cleared_at: datetime | None = None
    withdrawn_at: datetime | None = None
    is_past: bool = False
    acknowledged: AcknowledgedBy | None = None
    # What was answered last and not kept; named until somebody answers again.
    broken_promise: AcknowledgedBy | None = None
    at_the_chair: ChairVisit | None = None
    # The newest visit by a physician; the first of anybody is `at_the_chair`.
    physician_at_chair: ChairVisit | None = None
    # When the server last knew that it had become worse; None while it is as it was raised.
    risen_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Whether the condition has ended."""
        return self.cleared_at is not None or self.withdrawn_at is not None

    @property
    def is_settled(self) -> bool:
        """Over and seen (or withdrawn): it leaves the list of what stands and stays in the record.

        An advisory that is over needs nobody; a warning or critical stays "over, not seen" until acknowledged.
        """
        if self.withdrawn_at is not None:
            return True
        return self.cleared_at is not None and (self.acknowledged is not None or self.peak_level is Level.ADVISORY)


def alert_opened_by(fact: AlertFact, recorded_at: datetime) -> OpenAlert:
    """The alert as its first fact leaves it; whether it sounds is said elsewhere."""
    return OpenAlert(
        fact.alert_id, fact.rule_id, fact.rule_version, fact.condition, fact.level, fact.level, fact.text,
        fact.citation, fact.at, recorded_at, fact.evidence_entry_id, fact.text, is_past=fact.is_past,
    )  # fmt: skip
