"""What one entry is checked with, and what a check says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from session_store.domain.entries import Content, Entry
from session_store.domain.entry_choices import Source
from session_store.domain.entry_fields import Problem
from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session_summary import SessionSummary


def _no_entries() -> Sequence[Entry]:
    return ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a check may ask of the record beyond the session's summary; each is read only when it is asked.

    `session_entries`: all entries of the session. `patient_entry(entry_id)`: an entry of any session of this patient.
    `last_weight_kg`: at the patient's session before. `course_patient(course_id)`: whose course it is.
    `credentials(account_id)`: the newest expiry of each credential that a person holds.
    """

    session_entries: Callable[[], Sequence[Entry]] = _no_entries
    patient_entry: Callable[[UUID], Entry | None] = lambda _entry_id: None
    last_weight_kg: Callable[[], Decimal | None] = lambda: None
    course_patient: Callable[[UUID], UUID | None] = lambda _course_id: None
    credentials: Callable[[UUID], dict[str, date]] = lambda _account_id: {}


@dataclass(frozen=True, slots=True)
class Check:
    """What one entry is checked with."""

    summary: SessionSummary
    content: Content
    source: Source
    effective_at: datetime
    now: datetime
    author_id: UUID | None = None
    surroundings: Surroundings = Surroundings()
    rules: RuleSet = DELIVERED


@dataclass(frozen=True, slots=True)
class Verdict:
    """Refusals first; questions to a person; a device's questions become warnings."""

    refusals: list[Problem]
    questions: list[Problem]
