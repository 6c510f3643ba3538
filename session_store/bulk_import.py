"""History written in the recorder's own form: the same checks, folds, alerts, numbers and outcomes; nothing else may.

Each entry is recorded as of a few seconds after it was true, so that a start and a discharge home pass their gates as
they did then. Two ways in: `write_sessions` takes a few finished sessions through the recorder's own steps into any
record; `HistoryImport` writes the whole history of a clinic, prepared beside (`bulk_preparing`) and numbered in the
order of time (`bulk_writing`), and reads from the record itself how far an earlier run came.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import Connection, Engine

from session_store.bulk_preparing import PreparedSession
from session_store.bulk_writing import HistoryWriter
from session_store.clinic_recording import record_clinic_entries
from session_store.commands import Author, EntryOutcome, EntryResult, PlanSession, RecordClinicEntries, RecordEntries
from session_store.domain.entry_fields import read_time
from session_store.domain.identifiers import parse_uuid7
from session_store.domain.rules.rule_set import RuleSet
from session_store.errors import CommandRefused
from session_store.planning import plan_session
from session_store.recording import record_entries
from session_store.rule_book_reading import read_rule_history
from session_store.storage import bulk_rows, entry_log, projections, record_reading
from session_store.storage.engine import Engines
from session_store.write_transaction import WriteTransaction

SESSIONS_PER_TRANSACTION = 20
WRITTEN_AFTER = timedelta(seconds=5)
# What a physician alone decides for one patient and session (clinical-decisions 1).
PHYSICIAN_KINDS = frozenset({"start_override", "discharge_override", "patient_limit", "oxygen_target"})


@dataclass(frozen=True, slots=True)
class ImportedSession:
    """One session in the form of the HTTP interface: its id and its entries in time order, the plan first."""

    session_id: UUID
    entries: Sequence[Mapping[str, Any]]


def write_sessions(
    writer: Engine,
    clinic_id: int,
    author: Author,
    sessions: Iterable[ImportedSession],
    *,
    is_simulated: bool,
    acknowledging: Author | None = None,
) -> int:
    """Write finished sessions; how many. Raises `CommandRefused` naming the entry that was not recorded.

    `acknowledging`, a simulated physician, enters what a physician decides, answers the alerts that the entries raise
    and witnesses the wastes; without one they stay unseen.
    """
    written = 0
    for group in batched_sessions(sessions):
        with writer.begin() as connection:
            transaction = WriteTransaction(connection, clinic_id, _time_of(group[0].entries[0]))
            transaction.begin([one for session in group for one in _ids(session)])
            for session in group:
                _write(transaction, author, acknowledging or author, session, is_simulated)
                if acknowledging is not None:
                    _acknowledge(transaction, acknowledging, session, is_simulated)
            transaction.flush()
        written += len(group)
    return written


def write_clinic_entries(
    writer: Engine, clinic_id: int, author: Author, entries: Sequence[Mapping[str, Any]], *, is_simulated: bool
) -> None:
    """Write entries of the clinic itself (credentials before the sessions that need them), in one transaction.

    Raises `CommandRefused` naming the entry that was not recorded; then none is."""
    if not entries:
        return
    with writer.begin() as connection:
        transaction = WriteTransaction(connection, clinic_id, _time_of(entries[0]) + WRITTEN_AFTER)
        transaction.begin(_ids_of(entries))
        for raw in entries:
            transaction.now = _time_of(raw) + WRITTEN_AFTER
            _insist(raw, record_clinic_entries(transaction, RecordClinicEntries(author, (raw,), None, is_simulated)))
        transaction.flush()


def batched_sessions(sessions: Iterable[ImportedSession]) -> Iterator[tuple[ImportedSession, ...]]:
    """Groups that share a transaction."""
    waiting = iter(sessions)
    while group := tuple(islice(waiting, SESSIONS_PER_TRANSACTION)):
        yield group


def _write(
    transaction: WriteTransaction, author: Author, physician: Author, session: ImportedSession, is_simulated: bool
) -> None:
    plan, *rest = session.entries
    transaction.now = _time_of(plan) + WRITTEN_AFTER
    _insist(plan, plan_session(transaction, PlanSession(session.session_id, author, (plan,), None, is_simulated)))
    for raw in rest:
        transaction.now = _time_of(raw) + WRITTEN_AFTER
        by = physician if raw["kind"] in PHYSICIAN_KINDS else author
        results = record_entries(transaction, RecordEntries(session.session_id, by, (raw,), None, is_simulated))
        if is_simulated and results[0].outcome is EntryOutcome.CONFIRMATION_NEEDED:
            # The simulated nurse looks again, and it is so.
            seen = {**raw, "confirmed": [*raw.get("confirmed", ()), *(one.field for one in results[0].problems)]}
            results = record_entries(transaction, RecordEntries(session.session_id, by, (seen,), None, is_simulated))
        _insist(raw, results)


def _acknowledge(transaction: WriteTransaction, by: Author, session: ImportedSession, is_simulated: bool) -> None:
    summary = transaction.summary(session.session_id)
    for alert in list(summary.alerts) if summary is not None else []:
        raw = {
            "entry_id": str(uuid_utils.compat.uuid7()),
            "kind": "acknowledgement",
            "effective_at": transaction.now.isoformat(),
            "alert_id": str(alert.alert_id),
            "action": "physician_at_chair",
        }
        _insist(raw, record_entries(transaction, RecordEntries(session.session_id, by, (raw,), None, is_simulated)))
    for waste in summary.care.ledger.unwitnessed if summary is not None else []:
        raw = {
            "entry_id": str(uuid_utils.compat.uuid7()),
            "kind": "ledger_witnessed",
            "effective_at": transaction.now.isoformat(),
            "witnessed_entry_id": str(waste.entry_id),
        }
        _insist(raw, record_entries(transaction, RecordEntries(session.session_id, by, (raw,), None, is_simulated)))


def _insist(raw: Mapping[str, Any], results: list[EntryResult]) -> None:
    for result in results:
        if result.outcome not in (EntryOutcome.RECORDED, EntryOutcome.DUPLICATE):
            first = result.problems[0] if result.problems else None
            raise CommandRefused(str(raw.get("kind")), f"not recorded: {first}")


def _time_of(raw: Mapping[str, Any]) -> Any:
    return read_time(raw["effective_at"])


def _ids(session: ImportedSession) -> list[UUID]:
    return _ids_of(session.entries)


def _ids_of(entries: Iterable[Mapping[str, Any]]) -> list[UUID]:
    return [one for raw in entries if (one := parse_uuid7(raw.get("entry_id"))) is not None]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the record has of a clinic: its last change with time and hash, its sessions."""

    change_number: int
    chain_head: bytes
    recorded_at: datetime | None
    sessions: int


class HistoryImport:
    """Use it as a context; one at a time for a clinic, and no server beside it on the same clinic. Raises
    `CommandRefused` where the database has a clinic that is not simulated."""

    def __init__(self, engines: Engines, clinic_id: int) -> None:
        self._engines = engines
        self._clinic_id = clinic_id

    def __enter__(self) -> Self:
        with self._engines.writer.begin() as connection:
            for one in record_reading.clinics(connection):
                if not projections.clinic_is_simulated(connection, one.clinic_id):
                    raise CommandRefused("database", f"clinic {one.clinic_id} is real: a history needs one of its own")
            projections.ensure_clinic(connection, self._clinic_id, is_simulated=True)
        self._connection: Connection = self._engines.writer.connect()
        self._many = bulk_rows.many_rows(self._connection)
        self._many.__enter__()
        self._writer = HistoryWriter(self._connection, self._clinic_id)
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._many.__exit__(kind, fault, at)
        self._connection.close()

    def standing(self) -> Standing:
        """How far the record has come."""
        with self._engines.reader.begin() as connection:
            (clinic,) = record_reading.clinics(connection, self._clinic_id)
            at = entry_log.recorded_at(connection, self._clinic_id, clinic.change_number)
            sessions = record_reading.session_count(connection, self._clinic_id)
        return Standing(clinic.change_number, clinic.chain_head, at, sessions)

    def has_session(self, session_id: UUID) -> bool:
        """Whether the record has this session."""
        with self._engines.reader.begin() as connection:
            return projections.has_session(connection, self._clinic_id, session_id)

    def rules(self) -> RuleSet:
        """The rules in force in the clinic."""
        with self._engines.reader.begin() as connection:
            (clinic,) = record_reading.clinics(connection, self._clinic_id)
            return read_rule_history(connection, self._clinic_id).at(clinic.change_number + 1).rules

    def write_credentials(self, administrator: Author, entries: Sequence[Mapping[str, Any]]) -> None:
        """Who may attest a setting; before the first session. Raises `CommandRefused`."""
        write_clinic_entries(self._engines.writer, self._clinic_id, administrator, entries, is_simulated=True)

    def take(self, sessions: Iterable[PreparedSession], *, written_until: datetime | None = None) -> None:
        """Sessions of the next span; of those that an earlier run has written up to a time, only what is later."""
        until_us = 0 if written_until is None else bulk_rows.microseconds(written_until)
        self._writer.take(sessions, written_until_us=until_us)

    def write_until(self, until: datetime) -> int:
        """Write all that was recorded before a time, in one transaction; how many sessions are new."""
        return self._writer.write_until(bulk_rows.microseconds(until))
