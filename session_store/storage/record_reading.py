"""Reads the record as rows, change by change, for those who check, rebuild or copy it; never writes.

A row that cannot be read (a broken page, a value that is none) is a finding there, not a crash: `UnreadableRows` says
in which table.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Engine, FromClause, Select, Table, func, select, text

from session_store.chain import NOT_HASHED, Row
from session_store.domain.alert import Fact
from session_store.domain.entries import Entry
from session_store.storage.row_mapping import entry_from_row
from session_store.storage.schema import (
    APPEND_ONLY_TABLES,
    alert_fact,
    change,
    clinic,
    clinic_entry,
    entry,
    entry_receipt,
    infusion_session,
    patient,
    session_outcome,
)

_HASHED = {
    table.name: tuple(str(one.name) for one in table.columns if one.name not in NOT_HASHED)
    for table in APPEND_ONLY_TABLES
}


class UnreadableRows(Exception):
    """Rows of one table cannot be read; the cause says why."""

    def __init__(self, table: str, cause: Exception) -> None:
        super().__init__(f"{table}: {cause}")
        self.table = table


@dataclass(frozen=True, slots=True)
class ClinicRow:
    """A clinic's counter row."""

    clinic_id: int
    change_number: int
    chain_head: bytes


@dataclass(slots=True)
class Covered:
    """Some changes in a row, and the rows that each brought, by table and change number."""

    changes: dict[int, Row] = field(default_factory=dict)
    rows: dict[str, dict[int, list[Row]]] = field(default_factory=dict)

    def of(self, table: str, number: int) -> list[Row]:
        """The rows of one table that came with one change."""
        return self.rows[table].get(number, [])


def hashed_row(table: str, row: Row) -> Row:
    """The columns of a row that the chain covers, in the order of the schema."""
    return {name: row.get(name) for name in _HASHED[table]}


def snapshot(engine: Engine) -> Connection:
    """A connection whose transaction sees the record as it is now, whatever is written meanwhile."""
    connection = engine.connect()
    # In SQLite every reading transaction is one; it knows no such level by name.
    if connection.dialect.name == "postgresql":
        return connection.execution_options(isolation_level="REPEATABLE READ")
    return connection


def clinics(connection: Connection, clinic_id: int | None = None) -> list[ClinicRow]:
    """The counter rows of all clinics, or of one."""
    query = select(clinic.c.clinic_id, clinic.c.change_number, clinic.c.chain_head).order_by(clinic.c.clinic_id)
    if clinic_id is not None:
        query = query.where(clinic.c.clinic_id == clinic_id)
    return [ClinicRow(row.clinic_id, row.change_number, bytes(row.chain_head)) for row in connection.execute(query)]


def last_number(connection: Connection, clinic_id: int) -> int:
    """The highest change number on record, whatever the counter says."""
    return connection.execute(select(func.max(change.c.change_number)).where(_of(change, clinic_id))).scalar() or 0


# ------------------------------------------------------------------------------------------ rows that a change covers


def hash_of(connection: Connection, clinic_id: int, number: int) -> bytes | None:
    """The hash of one change, or None where there is no such change."""
    query = select(change.c.hash).where(change.c.clinic_id == clinic_id, change.c.change_number == number)
    found: bytes | None = connection.execute(query).scalar_one_or_none()
    return found


def read_covered(connection: Connection, clinic_id: int, first: int, last: int) -> Covered:
    """The changes numbered `first` to `last` with all their rows. Raises `UnreadableRows`."""
    within = (change.c.clinic_id == clinic_id) & change.c.change_number.between(first, last)
    covered = Covered()
    query = select(change.c.change_number.label("of_change"), change).where(within)
    covered.changes = {number: rows[0] for number, rows in _read(connection, "change", query).items()}
    for table, joined in _JOINED.items():
        covered.rows[table] = _read(connection, table, joined.where(within))
    entries_too = _read(connection, "entry_receipt", _CLINIC_RECEIPTS.where(within))
    covered.rows["entry_receipt"].update(entries_too)
    return covered


def _read(connection: Connection, table: str, query: Select[Any]) -> dict[int, list[Row]]:
    try:
        result = connection.execute(query)
        names = tuple(map(str, result.keys()))
        rows = result.fetchall()
    except Exception as failure:
        raise UnreadableRows(table, failure) from failure
    found: dict[int, list[Row]] = {}
    for values in rows:
        row = dict(zip(names, values, strict=True))
        found.setdefault(row.pop("of_change"), []).append(row)
    return found


def _of(table: Table, clinic_id: int) -> ColumnElement[bool]:
    return table.c.clinic_id == clinic_id


def _same(table: Table, name: str, other: FromClause = change) -> ColumnElement[bool]:
    return (table.c.clinic_id == other.c.clinic_id) & (table.c[name] == other.c[name])


def _with_change(table: Table, source: FromClause) -> Select[Any]:
    return select(change.c.change_number.label("of_change"), *table.columns).select_from(source)


_ENTRY = change.join(entry, _same(entry, "session_id") & (entry.c.seq == change.c.entry_seq))
_CLINIC_ENTRY = change.join(
    clinic_entry,
    (clinic_entry.c.clinic_id == change.c.clinic_id)
    & (clinic_entry.c.seq == change.c.entry_seq)
    & change.c.session_id.is_(None),
)
_FACTS = change.join(
    alert_fact,
    _same(alert_fact, "session_id") & alert_fact.c.fact_seq.between(change.c.first_fact_seq, change.c.last_fact_seq),
)
_SESSION = change.join(infusion_session, _same(infusion_session, "session_id") & (change.c.entry_seq == 1))
_JOINED: dict[str, Select[Any]] = {
    "entry": _with_change(entry, _ENTRY),
    "clinic_entry": _with_change(clinic_entry, _CLINIC_ENTRY),
    "entry_receipt": _with_change(entry_receipt, _ENTRY.join(entry_receipt, _same(entry_receipt, "entry_id", entry))),
    "alert_fact": _with_change(alert_fact, _FACTS).order_by(change.c.change_number, alert_fact.c.fact_seq),
    "infusion_session": _with_change(infusion_session, _SESSION),
    "patient": _with_change(patient, _SESSION.join(patient, _same(patient, "patient_id", infusion_session))),
}
_CLINIC_RECEIPTS = _with_change(
    entry_receipt, _CLINIC_ENTRY.join(entry_receipt, _same(entry_receipt, "entry_id", clinic_entry))
)


# ------------------------------------------------------------------------------------------- rows outside the chain


def count(connection: Connection, table: str, clinic_id: int) -> int:
    """How many rows of one record table the clinic has."""
    found = next(one for one in APPEND_ONLY_TABLES if one.name == table)
    return connection.execute(select(func.count()).select_from(found).where(_of(found, clinic_id))).scalar_one()


def outside_the_chain(connection: Connection, table: str, clinic_id: int, limit: int) -> list[Mapping[str, Any]]:
    """Keys of rows that no change covers; sorts the table, so ask only when the numbers do not fit."""
    query = _OUTSIDE[table](clinic_id).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def _entries_outside(clinic_id: int) -> Any:
    numbered = select(change.c.session_id, change.c.entry_seq).where(_of(change, clinic_id))
    return select(entry.c.session_id, entry.c.seq).where(_of(entry, clinic_id)).except_(numbered)


def _clinic_entries_outside(clinic_id: int) -> Any:
    numbered = select(change.c.entry_seq).where(_of(change, clinic_id), change.c.session_id.is_(None))
    return select(clinic_entry.c.seq).where(_of(clinic_entry, clinic_id)).except_(numbered)


def _receipts_outside(clinic_id: int) -> Any:
    known = select(entry.c.entry_id).where(_of(entry, clinic_id))
    known_too = select(clinic_entry.c.entry_id).where(_of(clinic_entry, clinic_id))
    return select(entry_receipt.c.entry_id).where(_of(entry_receipt, clinic_id)).except_(known, known_too)


def _facts_outside(clinic_id: int) -> Any:
    ends = (
        select(change.c.session_id, func.max(change.c.last_fact_seq).label("last"))
        .where(_of(change, clinic_id))
        .group_by(change.c.session_id)
        .subquery()
    )
    facts = select(alert_fact.c.session_id, alert_fact.c.fact_seq.label("seq"))
    facts = facts.select_from(alert_fact.outerjoin(ends, alert_fact.c.session_id == ends.c.session_id))
    last = func.coalesce(ends.c.last, 0)
    return facts.where(_of(alert_fact, clinic_id), (alert_fact.c.fact_seq > last) | (alert_fact.c.fact_seq < 1))


def _sessions_outside(clinic_id: int) -> Any:
    begun = select(change.c.session_id).where(_of(change, clinic_id), change.c.entry_seq == 1)
    return select(infusion_session.c.session_id).where(_of(infusion_session, clinic_id)).except_(begun)


def _patients_outside(clinic_id: int) -> Any:
    seen = select(infusion_session.c.patient_id).where(_of(infusion_session, clinic_id))
    return select(patient.c.patient_id).where(_of(patient, clinic_id)).except_(seen)


_OUTSIDE: dict[str, Callable[[int], Any]] = {
    "entry": _entries_outside,
    "clinic_entry": _clinic_entries_outside,
    "entry_receipt": _receipts_outside,
    "alert_fact": _facts_outside,
    "infusion_session": _sessions_outside,
    "patient": _patients_outside,
}


# --------------------------------------------------------------------------------------------- sessions, the engine


def session_rows(connection: Connection, clinic_id: int, after: UUID | None, limit: int) -> Sequence[Row]:
    """Sessions in the order of their ids, those above `after`."""
    query = select(infusion_session).where(_of(infusion_session, clinic_id))
    if after is not None:
        query = query.where(infusion_session.c.session_id > after)
    found = connection.execute(query.order_by(infusion_session.c.session_id).limit(limit)).mappings()
    return [dict(row) for row in found]


def session_row(connection: Connection, clinic_id: int, session_id: UUID) -> Row | None:
    """One session as it was planned, or None."""
    query = select(infusion_session).where(
        _of(infusion_session, clinic_id), infusion_session.c.session_id == session_id
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def session_count(connection: Connection, clinic_id: int) -> int:
    """How many sessions the clinic has."""
    return count(connection, infusion_session.name, clinic_id)


# ----------------------------------------------------------------------------------------- finished sessions, whole


def treated_sessions(
    connection: Connection, clinic_id: int, since: datetime, until: datetime, limit: int | None = None
) -> list[tuple[UUID, bool]]:
    """Finished sessions with their first drug in [since, until), newest first: id, and whether simulated."""
    first = session_outcome.c.first_drug_at
    query = (
        select(session_outcome.c.session_id, session_outcome.c.is_simulated)
        .where(_of(session_outcome, clinic_id), first >= since, first < until, session_outcome.c.is_closed.is_(True))
        .order_by(first.desc(), session_outcome.c.session_id.desc())
        .limit(limit)
    )
    return [(row.session_id, row.is_simulated) for row in connection.execute(query)]


def entries_of_sessions(connection: Connection, clinic_id: int, session_ids: Sequence[UUID]) -> dict[UUID, list[Entry]]:
    """All entries of some sessions, withdrawn ones too, each session's in the order of recording."""
    query = select(entry).where(_of(entry, clinic_id), entry.c.session_id.in_(session_ids))
    found: dict[UUID, list[Entry]] = {}
    for row in connection.execute(query.order_by(entry.c.session_id, entry.c.seq)).mappings():
        found.setdefault(row["session_id"], []).append(entry_from_row(row))  # type: ignore[arg-type]
    return found


def conditions_of_alerts(
    connection: Connection, clinic_id: int, session_ids: Sequence[UUID]
) -> dict[UUID, dict[UUID, str]]:
    """The condition of every alert ever raised in some sessions, by session and alert."""
    columns = (alert_fact.c.session_id, alert_fact.c.alert_id, alert_fact.c.condition)
    query = select(*columns).where(
        _of(alert_fact, clinic_id), alert_fact.c.session_id.in_(session_ids), alert_fact.c.fact == Fact.RAISED.value
    )
    found: dict[UUID, dict[UUID, str]] = {}
    for session_id, alert_id, condition in connection.execute(query):
        found.setdefault(session_id, {})[alert_id] = condition
    return found


def engine_faults(connection: Connection) -> Iterator[str]:
    """What the engine itself finds wrong with its file: pages, indexes, constraints. PostgreSQL keeps its own."""
    if connection.dialect.name != "sqlite":
        return
    for row in connection.execute(text("PRAGMA integrity_check(10)")):
        if row[0] != "ok":
            yield f"the SQLite file is damaged: {row[0]}"
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        yield f"a row of {row[0]} refers to a row of {row[2]} that is not there"
