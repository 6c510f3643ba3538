"""One transaction of the writer: summaries loaded once, rows gathered, numbers taken under the locked counter.

Nothing is written before `flush`; entries of one batch that concern one session see each other through the summary
held here. `restore` takes a command's rows back out, so that "all or none" needs no savepoint.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import Connection

from session_store.domain.alert import AlertFact, Fact
from session_store.domain.alert_evaluation import Judgement
from session_store.domain.entries import Entry
from session_store.domain.session_summary import SessionSummary
from session_store.outcomes import outcome_row
from session_store.storage import entry_log, projections
from session_store.storage.entry_log import Receipt
from session_store.storage.row_mapping import entry_row, fact_row


@dataclass(frozen=True, slots=True)
class CommittedChange:
    """A change that this transaction numbered, for the bell after COMMIT."""

    change_number: int
    recorded_at: datetime
    session_id: UUID
    entry: Entry | None
    facts: tuple[AlertFact, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the transaction stood, for `restore`."""

    lengths: dict[str, int]
    changes: int
    number: int


@dataclass(slots=True)
class WriteTransaction:
    """What one transaction of the writer has read and will write."""

    connection: Connection
    clinic_id: int
    now: datetime
    number: int = 0
    receipts: dict[UUID, Receipt] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    changes: list[CommittedChange] = field(default_factory=list)
    summaries: dict[UUID, SessionSummary] = field(default_factory=dict)
    new_sessions: set[UUID] = field(default_factory=set)
    touched: set[UUID] = field(default_factory=set)
    reopened: set[UUID] = field(default_factory=set)
    entries: dict[UUID, list[Entry]] = field(default_factory=dict)

    def begin(self, entry_ids: list[UUID]) -> None:
        """Take the counter and the receipts of the ids in this batch."""
        self.number = projections.change_number(self.connection, self.clinic_id)
        self.receipts = entry_log.receipts(self.connection, self.clinic_id, entry_ids)

    def judgement(self) -> Judgement:
        """What the alert evaluator is handed."""
        return Judgement(self.now, uuid_utils.compat.uuid7)

    def summary(self, session_id: UUID) -> SessionSummary | None:
        """The session's summary as of this transaction; None for an unknown session."""
        if session_id not in self.summaries:
            loaded = projections.load_summary(self.connection, self.clinic_id, session_id)
            if loaded is None:
                return None
            self.summaries[session_id] = loaded
        return self.summaries[session_id]

    def all_entries(self, session_id: UUID) -> list[Entry]:
        """Every entry of the session, those of this transaction included."""
        stored = (
            []
            if session_id in self.new_sessions
            else entry_log.session_entries(self.connection, self.clinic_id, session_id)
        )
        return stored + self.entries.get(session_id, [])

    def raised_before(self, session_id: UUID) -> dict[tuple[str, UUID | None], UUID]:
        """Every alert ever raised in the session by (condition, evidence entry)."""
        stored = entry_log.session_facts(self.connection, self.clinic_id, session_id)
        raised = [fact for fact, _ in stored if fact.fact in (Fact.RAISED, Fact.ESCALATED)]
        raised += [
            fact
            for change in self.changes
            if change.session_id == session_id
            for fact in change.facts
            if fact.fact in (Fact.RAISED, Fact.ESCALATED)
        ]
        return {(fact.condition.removesuffix(":past"), fact.evidence_entry_id): fact.alert_id for fact in raised}

    def _has_outcome(self, summary: SessionSummary) -> bool:
        return summary.is_closed or summary.session_id in self.reopened

    def replace_summary(self, summary: SessionSummary) -> None:
        """The session was folded again; one that was closed by mistake may be open again."""
        if self.summaries[summary.session_id].is_closed and not summary.is_closed:
            self.reopened.add(summary.session_id)
        self.summaries[summary.session_id] = summary

    def add_row(self, table: str, row: dict[str, Any]) -> None:
        """Gather a row for the flush."""
        self.rows.setdefault(table, []).append(row)

    def add_change(
        self, summary: SessionSummary, entry: Entry | None, facts: list[AlertFact], actor_id: UUID | None
    ) -> int:
        """Number one change: the entry, the alert facts it brought about, or both."""
        self.number += 1
        summary.change_number = self.number
        first = summary.next_fact_seq if facts else None
        for fact in facts:
            row = fact_row(self.clinic_id, summary.session_id, summary.next_fact_seq, fact, self.now)
            self.add_row("alert_fact", row)
            summary.next_fact_seq += 1
        if entry is not None:
            self.add_row("entry", entry_row(self.clinic_id, entry))
            self.entries.setdefault(summary.session_id, []).append(entry)
        self.add_row(
            "change",
            {
                "clinic_id": self.clinic_id,
                "change_number": self.number,
                "recorded_at": self.now,
                "session_id": summary.session_id,
                "entry_seq": None if entry is None else entry.seq,
                "first_fact_seq": first,
                "last_fact_seq": summary.next_fact_seq - 1 if facts else None,
                "actor_id": actor_id,
            },
        )
        self.touched.add(summary.session_id)
        self.changes.append(CommittedChange(self.number, self.now, summary.session_id, entry, tuple(facts)))
        return self.number

    def mark(self) -> Mark:
        """Remember where the transaction stands."""
        return Mark({name: len(rows) for name, rows in self.rows.items()}, len(self.changes), self.number)

    def restore(self, mark: Mark, session_id: UUID) -> None:
        """Take back what a new session added since the mark; it leaves no trace."""
        for name, rows in self.rows.items():
            del rows[mark.lengths.get(name, 0) :]
        del self.changes[mark.changes :]
        self.number = mark.number
        self.summaries.pop(session_id, None)
        self.entries.pop(session_id, None)
        self.new_sessions.discard(session_id)
        self.touched.discard(session_id)
        self.receipts = {one: receipt for one, receipt in self.receipts.items() if receipt.session_id != session_id}

    def flush(self) -> None:
        """Write everything gathered, then the projections and the counter."""
        if not self.touched:
            return
        entry_log.append(self.connection, self.rows)
        touched = [self.summaries[session_id] for session_id in self.touched]
        new = [one for one in touched if one.session_id in self.new_sessions]
        old = [one for one in touched if one.session_id not in self.new_sessions]
        projections.store_summaries(self.connection, self.clinic_id, new, old)
        outcomes = [outcome_row(self.clinic_id, one) for one in touched if self._has_outcome(one)]
        projections.store_outcomes(self.connection, [row for row in outcomes if row is not None])
        projections.set_change_number(self.connection, self.clinic_id, self.number)
