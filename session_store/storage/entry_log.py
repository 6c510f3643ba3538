"""Append and load; there is no update and no delete here."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, bindparam, insert, select

from session_store.domain.alert import AlertFact
from session_store.domain.entries import Entry
from session_store.storage.column_types import UtcMicroseconds
from session_store.storage.prepared import Prepared
from session_store.storage.row_mapping import entry_from_row, fact_from_row
from session_store.storage.schema import (
    alert_fact,
    change,
    clinic_entry,
    entry,
    entry_receipt,
    infusion_session,
    patient,
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was answered to an entry id, with the digest of its content."""

    entry_id: UUID
    session_id: UUID | None
    digest: bytes
    answer: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One numbered change: an entry, alert facts, or both; without a session it is of the clinic itself."""

    change_number: int
    recorded_at: Any
    session_id: UUID | None
    entry_seq: int | None
    first_fact_seq: int | None
    last_fact_seq: int | None


_INSERT_ORDER = (patient, infusion_session, entry, clinic_entry, entry_receipt, alert_fact, change)
_INSERTS = {table.name: Prepared(insert(table), [one.name for one in table.columns]) for table in _INSERT_ORDER}
_TAKEN = Prepared(
    select(entry_receipt.c.entry_id).where(
        entry_receipt.c.clinic_id == bindparam("clinic_id"),
        entry_receipt.c.entry_id == bindparam("entry_id", type_=entry_receipt.c.entry_id.type),
    )
)
_RECEIPTS = select(entry_receipt).where(
    entry_receipt.c.clinic_id == bindparam("clinic_id"), entry_receipt.c.entry_id.in_(bindparam("ids", expanding=True))
)
_SESSION_ENTRIES = (
    select(entry)
    .where(entry.c.clinic_id == bindparam("clinic_id"), entry.c.session_id == bindparam("session_id"))
    .order_by(entry.c.seq)
)
_SESSION_ENTRIES_OF_KINDS = _SESSION_ENTRIES.where(entry.c.kind.in_(bindparam("kinds", expanding=True)))
_SESSION_FACTS = (
    select(alert_fact)
    .where(alert_fact.c.clinic_id == bindparam("clinic_id"), alert_fact.c.session_id == bindparam("session_id"))
    .order_by(alert_fact.c.fact_seq)
)

_TIME = UtcMicroseconds()
_RECORDED_AT = Prepared(
    select(change.c.recorded_at).where(
        change.c.clinic_id == bindparam("clinic_id"), change.c.change_number == bindparam("number")
    )
)


def append(connection: Connection, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Append rows by table name, in the order that the foreign keys need."""
    for table in _INSERT_ORDER:
        if rows.get(table.name):
            _INSERTS[table.name].run(connection, rows[table.name])


def receipts(connection: Connection, clinic_id: int, ids: Sequence[UUID]) -> dict[UUID, Receipt]:
    """The receipts of those ids that are taken."""
    taken = [one for one in ids if _TAKEN.first(connection, {"clinic_id": clinic_id, "entry_id": one}) is not None]
    found = connection.execute(_RECEIPTS, {"clinic_id": clinic_id, "ids": taken}) if taken else ()
    return {row.entry_id: Receipt(row.entry_id, row.session_id, row.digest, row.answer) for row in found}


def session_entries(connection: Connection, clinic_id: int, session_id: UUID) -> list[Entry]:
    """All entries of one session, withdrawn ones too, in the order of recording."""
    rows = connection.execute(_SESSION_ENTRIES, {"clinic_id": clinic_id, "session_id": session_id}).mappings()
    return [entry_from_row(row) for row in rows]  # type: ignore[arg-type]


def session_entries_of(connection: Connection, clinic_id: int, session_id: UUID, kinds: Collection[str]) -> list[Entry]:
    """The entries of some kinds of one session, as `session_entries`: without the many rows of a monitor, cheap."""
    named = {"clinic_id": clinic_id, "session_id": session_id, "kinds": sorted(kinds)}
    rows = connection.execute(_SESSION_ENTRIES_OF_KINDS, named).mappings()
    return [entry_from_row(row) for row in rows]  # type: ignore[arg-type]


def session_facts(connection: Connection, clinic_id: int, session_id: UUID) -> list[tuple[AlertFact, Any]]:
    """All alert facts of one session with the time they were recorded."""
    rows = connection.execute(_SESSION_FACTS, {"clinic_id": clinic_id, "session_id": session_id}).mappings()
    return [(fact_from_row(row), row["recorded_at"]) for row in rows]  # type: ignore[arg-type]


def entries_by_seq(
    connection: Connection, clinic_id: int, keys: Iterable[tuple[UUID, int]]
) -> dict[tuple[UUID, int], Entry]:
    """Single entries by session and seq."""
    found: dict[tuple[UUID, int], Entry] = {}
    by_session: dict[UUID, list[int]] = {}
    for session_id, seq in keys:
        by_session.setdefault(session_id, []).append(seq)
    for session_id, seqs in by_session.items():
        query = select(entry).where(
            entry.c.clinic_id == clinic_id, entry.c.session_id == session_id, entry.c.seq.in_(seqs)
        )
        for row in connection.execute(query).mappings():
            found[(session_id, row["seq"])] = entry_from_row(row)  # type: ignore[arg-type]
    return found


def facts_between(connection: Connection, clinic_id: int, session_id: UUID, first: int, last: int) -> list[AlertFact]:
    """The alert facts of one session numbered `first` to `last`."""
    query = (
        select(alert_fact)
        .where(
            alert_fact.c.clinic_id == clinic_id,
            alert_fact.c.session_id == session_id,
            alert_fact.c.fact_seq.between(first, last),
        )
        .order_by(alert_fact.c.fact_seq)
    )
    return [fact_from_row(row) for row in connection.execute(query).mappings()]  # type: ignore[arg-type]


def changes_after(connection: Connection, clinic_id: int, after: int, limit: int) -> list[ChangeRow]:
    """Changes with a number above `after`, in the order of commit."""
    query: Select[Any] = (
        select(change)
        .where(change.c.clinic_id == clinic_id, change.c.change_number > after)
        .order_by(change.c.change_number)
        .limit(limit)
    )
    return [_change_row(row) for row in connection.execute(query)]


def _change_row(row: Row[Any]) -> ChangeRow:
    return ChangeRow(
        row.change_number, row.recorded_at, row.session_id, row.entry_seq, row.first_fact_seq, row.last_fact_seq
    )


def recorded_at(connection: Connection, clinic_id: int, number: int) -> datetime | None:
    """When a change was recorded, or None where there is no such change."""
    row = _RECORDED_AT.first(connection, {"clinic_id": clinic_id, "number": number})
    return None if row is None else _TIME.process_result_value(row[0], connection.dialect)


def find_patient(connection: Connection, clinic_id: int, label: str, second_identifier: str) -> UUID | None:
    """The patient with both identifiers, or None."""
    query = select(patient.c.patient_id).where(
        patient.c.clinic_id == clinic_id,
        patient.c.patient_label == label,
        patient.c.second_identifier == second_identifier,
    )
    return connection.execute(query).scalar_one_or_none()


def other_identifiers(connection: Connection, clinic_id: int, label: str, second_identifier: str) -> list[str]:
    """Second identifiers on record under the same label that differ from the one given."""
    query = select(patient.c.second_identifier).where(
        patient.c.clinic_id == clinic_id,
        patient.c.patient_label == label,
        patient.c.second_identifier != second_identifier,
    )
    return list(connection.execute(query).scalars())
