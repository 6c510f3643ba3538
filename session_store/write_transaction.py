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

from session_store.chain import NOTHING
from session_store.clock import Clock, in_order
from session_store.domain.alert import AlertFact
from session_store.domain.alert_evaluation import Judgement
from session_store.domain.alert_history import AlertsTold, raised_by
from session_store.domain.entries import ClinicEntry, Entry
from session_store.domain.folding import History
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session_summary import SessionSummary
from session_store.linking import link_changes
from session_store.outcomes import outcome_row
from session_store.rule_book import RuleBook
from session_store.rule_book_reading import read_rule_book
from session_store.storage import entry_log, projections
from session_store.storage.doorbell import ring_at_commit
from session_store.storage.entry_log import Receipt
from session_store.storage.projections import Counter
from session_store.storage.row_mapping import clinic_entry_row, entry_row, fact_row


@dataclass(frozen=True, slots=True)
class CommittedChange:
    """A change that this transaction numbered, for the bell after COMMIT."""

    change_number: int
    recorded_at: datetime
    session_id: UUID | None
    entry: Entry | ClinicEntry | None
    facts: tuple[AlertFact, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the transaction stood, for `restore`."""

    lengths: dict[str, int]
    changes: int
    number: int


@dataclass(slots=True)
class WriteTransaction:
    """What one transaction of the writer has read and will write. `rule_book`: what the transaction before knew of the
    clinic's rules; what was changed since is read."""

    connection: Connection
    clinic_id: int
    now: datetime
    rule_book: RuleBook = field(default_factory=RuleBook)
    number: int = 0
    chain_head: bytes = NOTHING
    next_clinic_seq: int = 1
    receipts: dict[UUID, Receipt] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    changes: list[CommittedChange] = field(default_factory=list)
    summaries: dict[UUID, SessionSummary] = field(default_factory=dict)
    new_sessions: set[UUID] = field(default_factory=set)
    touched: set[UUID] = field(default_factory=set)
    reopened: set[UUID] = field(default_factory=set)
    entries: dict[UUID, list[Entry]] = field(default_factory=dict)

    def begin(self, entry_ids: list[UUID], clock: Clock | None = None) -> None:
        """Take the counter and the receipts of the ids in this batch; only then is the clock read, if there is one."""
        counter = projections.take_counter(self.connection, self.clinic_id)
        self.number, self.chain_head = counter.change_number, counter.chain_head
        self.next_clinic_seq = counter.next_clinic_seq
        self.rule_book = read_rule_book(self.connection, self.clinic_id, self.rule_book, counter.next_clinic_seq)
        if clock is not None:
            self.now = in_order(clock.now(), entry_log.recorded_at(self.connection, self.clinic_id, self.number))
        self.receipts = entry_log.receipts(self.connection, self.clinic_id, entry_ids)

    def judgement(self) -> Judgement:
        """What the alert evaluator is handed."""
        return Judgement(self.now, uuid_utils.compat.uuid7, self.rules)

    @property
    def rules(self) -> RuleSet:
        """The clinic's rules in force."""
        return self.rule_book.rules

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

    def history(self, session_id: UUID) -> History:
        """What folding the session again needs, read only when it is needed."""
        return History(
            lambda: self.all_entries(session_id), lambda: self.raised_before(session_id), self.rule_book.rules_at
        )

    def raised_before(self, session_id: UUID) -> AlertsTold:
        """Every alert ever raised in the session, with the level at which people were told of it."""
        stored = [fact for fact, _ in entry_log.session_facts(self.connection, self.clinic_id, session_id)]
        pending = [fact for change in self.changes if change.session_id == session_id for fact in change.facts]
        return raised_by([*stored, *pending])

    def replace_summary(self, summary: SessionSummary) -> None:
        """The summary after an entry; where all was folded again, a session closed by mistake may be open again."""
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

    def add_clinic_change(self, entry: ClinicEntry) -> int:
        """Number one entry of the clinic itself."""
        self.number += 1
        self.add_row("clinic_entry", clinic_entry_row(self.clinic_id, entry))
        self.add_row(
            "change",
            {
                "clinic_id": self.clinic_id,
                "change_number": self.number,
                "recorded_at": self.now,
                "session_id": None,
                "entry_seq": entry.seq,
                "first_fact_seq": None,
                "last_fact_seq": None,
                "actor_id": entry.author_id,
            },
        )
        self.next_clinic_seq = entry.seq + 1
        self.rule_book = self.rule_book.with_entry(entry)
        self.changes.append(CommittedChange(self.number, self.now, None, entry, ()))
        return self.number

    def find_receipt(self, entry_id: UUID) -> Receipt | None:
        """The receipt of any recorded entry, or None."""
        return entry_log.receipts(self.connection, self.clinic_id, [entry_id]).get(entry_id)

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
        """Write everything gathered, linked to the chain, then the projections and the counter."""
        if not self.rows.get("change"):
            return
        self.chain_head = link_changes(self.rows, self.chain_head)
        entry_log.append(self.connection, self.rows)
        touched = [self.summaries[session_id] for session_id in self.touched]
        new = [one for one in touched if one.session_id in self.new_sessions]
        old = [one for one in touched if one.session_id not in self.new_sessions]
        projections.store_summaries(self.connection, self.clinic_id, new, old)
        outcomes = [outcome_row(self.clinic_id, one) for one in touched if one.is_closed]
        projections.store_outcomes(self.connection, outcomes)
        open_again = [one.session_id for one in touched if one.session_id in self.reopened and not one.is_closed]
        projections.drop_outcomes(self.connection, self.clinic_id, open_again)
        counter = Counter(self.number, self.chain_head, self.next_clinic_seq)
        projections.set_counter(self.connection, self.clinic_id, counter)
        ring_at_commit(self.connection, self.clinic_id, self.number)
