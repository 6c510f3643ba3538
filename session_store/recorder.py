"""THE write path. One thread writes: it takes what is waiting, records it in one transaction, and answers after COMMIT.

Validate, append, evaluate alerts, number the change, update projections: one transaction. Only then are callers
answered and the bell rung. A batch that meets a fault is rolled back and its commands are tried one by one, so that
one bad command cannot take others with it.
"""

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, Engine

from session_store.clinic_recording import record_clinic_entries
from session_store.clock import Clock
from session_store.commands import (
    Command,
    EntryResult,
    JudgeTime,
    PlanSession,
    RecordClinicEntries,
    RecordEntries,
    TabletHeard,
)
from session_store.domain.alert_evaluation import is_judged_by_other_limits, judge_time
from session_store.domain.identifiers import parse_uuid7
from session_store.domain.session import OPEN_STATUSES
from session_store.domain.session_summary import SessionSummary
from session_store.errors import StoreUnavailable
from session_store.planning import plan_session
from session_store.recording import record_entries
from session_store.rule_book import RuleBook
from session_store.storage import faults, projections
from session_store.tablet_watching import note_tablet, record_silences
from session_store.write_transaction import CommittedChange, WriteTransaction

LARGEST_BATCH = 256
# The longest duration that can be planned is ten days; what was started before that is judged no more.
LONGEST_SESSION = timedelta(days=11)
SMALL_BATCH = 8
_log = logging.getLogger(__name__)

Answer = list[EntryResult]
Bell = Callable[[Sequence[CommittedChange], dict[UUID, SessionSummary]], None]


@dataclass(slots=True)
class _Work:
    command: Command
    answer: "Future[Answer]"


@dataclass(frozen=True, slots=True)
class _Standing:
    """The open sessions as the last transaction left them. They are as on record as long as the clinic's counter stands
    where that transaction put it: nobody else has written since. Reading them anew costs an eighth of recording."""

    change_number: int
    summaries: dict[UUID, SessionSummary]

    @classmethod
    def after(cls, transaction: WriteTransaction) -> "_Standing":
        """What to keep once a transaction is committed; the sessions used last, a bounded number."""
        kept = [one for one in transaction.summaries.values() if one.is_open][-LARGEST_BATCH:]
        return cls(transaction.number, {one.session_id: one for one in kept})


class Recorder:
    """Appends to the record. `submit` may be called from any thread; `close` finishes what is waiting."""

    def __init__(self, writer: Engine, clinic_id: int, clock: Clock, bell: Bell | None = None) -> None:
        self._writer = writer
        self._clinic_id = clinic_id
        self._clock = clock
        self._bells: list[Bell] = [bell] if bell else []
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._closed = False
        self._standing: _Standing | None = None
        self._rule_book = RuleBook()
        self._connection: Connection | None = None
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    def on_commit(self, bell: Bell) -> None:
        """Have `bell` called in the writer's thread after each commit, with the changes and the summaries."""
        self._bells.append(bell)

    def submit(self, command: Command) -> "Future[Answer]":
        """Queue a command; its answer comes after COMMIT. Raises `StoreUnavailable` once closed."""
        if self._closed:
            raise StoreUnavailable("the recorder is closed")
        work = _Work(command, Future())
        # From here on nobody can cancel it: an asker who goes away must not end the thread that would answer.
        work.answer.set_running_or_notify_cancel()
        self._queue.put(work)
        return work.answer

    def close(self) -> None:
        """Finish what is queued, then end the thread."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            self._thread.join()

    def _work(self) -> None:
        try:
            while True:
                first = self._queue.get()
                if first is None:
                    return
                batch, is_last = self._take_waiting(first)
                self._record(batch)
                if is_last:
                    return
        finally:
            self._let_go()

    def _take_waiting(self, first: _Work) -> tuple[list[_Work], bool]:
        batch = [first]
        while len(batch) < LARGEST_BATCH:
            try:
                work = self._queue.get_nowait()
            except queue.Empty:
                break
            if work is None:
                return batch, True
            batch.append(work)
        return batch, False

    def _record(self, batch: list[_Work]) -> None:
        try:
            answers, transaction = self._commit_surely([work.command for work in batch])
        except Exception as failure:
            if len(batch) > 1 and not faults.is_of_the_database(failure):
                for work in batch:
                    self._record([work])
                return
            _log.exception("%d commands could not be recorded", len(batch))
            is_known = not faults.is_lost(failure)
            for work in batch:
                unavailable = StoreUnavailable("nothing was written" if is_known else "it may have been written")
                unavailable.__cause__ = failure
                work.answer.set_exception(unavailable)
            return
        # A viewer need not wait until a lone sender's answer is on its way; many senders need not wait for the bell.
        rings_first = len(batch) <= SMALL_BATCH
        if rings_first:
            self._ring(transaction)
        for work, answer in zip(batch, answers, strict=True):
            work.answer.set_result(answer)
        if not rings_first:
            self._ring(transaction)

    def _commit_surely(self, commands: list[Command]) -> tuple[list[Answer], WriteTransaction]:
        """Once more on a fresh connection where the first was lost: what it may have written, its ids tell."""
        try:
            return self._commit(commands)
        except Exception as fault:
            if not faults.is_passing(fault):
                raise
            _log.warning("the database did not take a transaction, which is tried once more: %s", fault)
            self._let_go()
            return self._commit(commands)

    def _commit(self, commands: list[Command]) -> tuple[list[Answer], WriteTransaction]:
        # One connection is kept for long: taking it from the pool anew costs a tenth of a commit.
        if self._connection is None:
            self._connection = self._writer.connect()
        standing, self._standing = self._standing, None
        with self._connection.begin():
            transaction = WriteTransaction(self._connection, self._clinic_id, self._clock.now(), self._rule_book)
            transaction.begin(_entry_ids(commands), self._clock)
            if standing is not None and standing.change_number == transaction.number:
                transaction.summaries.update(standing.summaries)
            answers = [run_command(transaction, command) for command in commands]
            transaction.flush()
        self._standing = _Standing.after(transaction)
        self._rule_book = transaction.rule_book
        return answers, transaction

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _ring(self, transaction: WriteTransaction) -> None:
        if not transaction.changes:
            return
        for bell in self._bells:
            try:
                bell(transaction.changes, transaction.summaries)
            except Exception:
                _log.exception("the bell failed; the record is not affected")


def run_command(transaction: WriteTransaction, command: Command) -> Answer:
    """One command inside a transaction."""
    if isinstance(command, RecordEntries):
        return record_entries(transaction, command)
    if isinstance(command, PlanSession):
        return plan_session(transaction, command)
    if isinstance(command, RecordClinicEntries):
        return record_clinic_entries(transaction, command)
    if isinstance(command, TabletHeard):
        return note_tablet(transaction, command)
    return _judge_time(transaction, command)


def _judge_time(transaction: WriteTransaction, command: JudgeTime) -> Answer:
    """Time-driven findings of all sessions that are open, or were closed with alerts that nobody has seen.

    Where the clinic's limits have changed, each open session gets a change of its own, with or without facts: then the
    record says from when on its standing values count as judged by them, and a rebuild finds the same.
    """
    connection, clinic_id = transaction.connection, transaction.clinic_id
    loaded = [
        *projections.summaries_by_status(connection, clinic_id, OPEN_STATUSES, 10_000),
        *projections.summaries_with_alerts(connection, clinic_id, transaction.now - LONGEST_SESSION),
    ]
    for stored in loaded:
        summary = transaction.summaries.setdefault(stored.session_id, stored)
        is_due = is_judged_by_other_limits(summary, transaction.rules)
        facts = judge_time(summary, transaction.judgement())
        if facts or is_due:
            transaction.add_change(summary, None, facts, None)
    record_silences(transaction, command.watched_since)
    return []


def _entry_ids(commands: Sequence[Command]) -> list[UUID]:
    ids = []
    for command in commands:
        if not isinstance(command, JudgeTime | TabletHeard):
            ids += [one for raw in command.entries if (one := parse_uuid7(raw.get("entry_id"))) is not None]
    return ids
