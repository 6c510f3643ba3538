"""Projections: rows that may be rebuilt from the entries, and are the only ones ever updated besides the counter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, delete, insert, or_, select, update

from session_store.domain.session import OPEN_STATUSES, SessionStatus
from session_store.domain.session_summary import SessionSummary
from session_store.storage.prepared import Prepared
from session_store.storage.row_mapping import decode_json, decode_summary, encode_json, encode_summary
from session_store.storage.schema import PROJECTION_TABLES, clinic, session_outcome, session_summary

_KEY = (session_summary.c.clinic_id == bindparam("b_clinic_id")) & (
    session_summary.c.session_id == bindparam("b_session_id")
)
_SELECT = Prepared(select(session_summary.c.summary).where(_KEY))
_UPDATE = Prepared(
    update(session_summary)
    .where(_KEY)
    .values(
        patient_id=bindparam("b_patient_id"),
        course_id=bindparam("b_course_id"),
        status=bindparam("b_status"),
        started_at=bindparam("b_started_at"),
        has_alerts=bindparam("b_has_alerts"),
        lacks_witness=bindparam("b_lacks_witness"),
        summary=bindparam("b_summary"),
    )
)
_INSERT = insert(session_summary)


def course_of(summary: SessionSummary) -> UUID | None:
    """The course that the plan of a session names, or None."""
    course_id = summary.plan.get("course_id")
    return UUID(course_id) if course_id else None


def stored_summary(clinic_id: int, summary: SessionSummary) -> dict[str, Any]:
    """The row of `session_summary` as the table holds it."""
    return {
        "clinic_id": clinic_id,
        "session_id": summary.session_id,
        "patient_id": summary.patient_id,
        "course_id": course_of(summary),
        "status": summary.status.value,
        "started_at": summary.started_at,
        "has_alerts": bool(summary.alerts),
        "lacks_witness": bool(summary.care.ledger.unwitnessed),
        "summary": encode_summary(summary),
    }


def load_summary(connection: Connection, clinic_id: int, session_id: UUID) -> SessionSummary | None:
    """One session's summary, or None for an unknown session."""
    row = _SELECT.first(connection, {"b_clinic_id": clinic_id, "b_session_id": session_id})
    return None if row is None else decode_summary(row[0])


def has_session(connection: Connection, clinic_id: int, session_id: UUID) -> bool:
    """Whether there is such a session."""
    query = select(session_summary.c.status).where(
        session_summary.c.clinic_id == clinic_id, session_summary.c.session_id == session_id
    )
    return connection.execute(query).first() is not None


def summaries_by_status(
    connection: Connection,
    clinic_id: int,
    statuses: Iterable[SessionStatus],
    limit: int,
    after: tuple[datetime | None, UUID] | None = None,
) -> list[SessionSummary]:
    """Summaries of the sessions in these statuses, newest start first, then those that never started; `after` is
    start and id of the last one of the page before."""
    started, session_id = session_summary.c.started_at, session_summary.c.session_id
    query = (
        select(session_summary.c.summary)
        .where(session_summary.c.clinic_id == clinic_id, session_summary.c.status.in_([one.value for one in statuses]))
        .order_by(started.desc().nulls_last(), session_id.desc())
        .limit(limit)
    )
    if after is not None:
        at, last = after
        in_same_instant = started.is_(None) if at is None else started == at
        later = in_same_instant & (session_id < last)
        query = query.where(later if at is None else or_(started < at, later, started.is_(None)))
    return [decode_summary(text) for text in connection.execute(query).scalars()]


def summaries_with_alerts(
    connection: Connection, clinic_id: int, started_since: datetime | None = None
) -> list[SessionSummary]:
    """Sessions that are not open and still have alerts nobody has seen; given a time, those started since then."""
    query = select(session_summary.c.summary).where(
        session_summary.c.clinic_id == clinic_id,
        session_summary.c.status.in_([one.value for one in SessionStatus if one not in OPEN_STATUSES]),
        session_summary.c.has_alerts.is_(True),
    )
    if started_since is not None:
        # A session that never started has no such time; its serious event must not go unheard.
        started = session_summary.c.started_at
        query = query.where(or_(started.is_(None), started >= started_since))
    return [decode_summary(text) for text in connection.execute(query).scalars()]


def summaries_without_witness(connection: Connection, clinic_id: int) -> list[SessionSummary]:
    """Sessions, open or closed, in which a waste still needs a second person."""
    query = select(session_summary.c.summary).where(
        session_summary.c.clinic_id == clinic_id, session_summary.c.lacks_witness.is_(True)
    )
    return [decode_summary(text) for text in connection.execute(query).scalars()]


def store_summaries(
    connection: Connection, clinic_id: int, new: list[SessionSummary], old: list[SessionSummary]
) -> None:
    """Insert the new summaries and update the known ones."""
    if new:
        connection.execute(_INSERT, [stored_summary(clinic_id, one) for one in new])
    if old:
        rows = [{f"b_{name}": value for name, value in stored_summary(clinic_id, one).items()} for one in old]
        _UPDATE.run(connection, rows)


@dataclass(frozen=True, slots=True)
class Counter:
    """The clinic's counter row: the last change, its hash, and the next number of an entry of the clinic."""

    change_number: int
    chain_head: bytes
    next_clinic_seq: int


_THIS_CLINIC = clinic.c.clinic_id == bindparam("b_clinic_id")
_NUMBER = Prepared(select(clinic.c.change_number).where(_THIS_CLINIC))
_NEXT_CLINIC_SEQ = Prepared(select(clinic.c.next_clinic_seq).where(_THIS_CLINIC))
# SQLite has taken the whole file by BEGIN IMMEDIATE and knows no such lock; elsewhere writers of one clinic wait here.
# The key stays free (`key_share`): a sign-in refers to it and need not wait.
_TAKE_COUNTER = Prepared(
    select(clinic.c.change_number, clinic.c.chain_head, clinic.c.next_clinic_seq)
    .where(_THIS_CLINIC)
    .with_for_update(key_share=True)
)
_SET_COUNTER = Prepared(
    update(clinic)
    .where(_THIS_CLINIC)
    .values(
        change_number=bindparam("b_number"), chain_head=bindparam("b_head"), next_clinic_seq=bindparam("b_clinic_seq")
    )
)


def change_number(connection: Connection, clinic_id: int) -> int:
    """The number of the clinic's last change."""
    return int(_NUMBER.first(connection, {"b_clinic_id": clinic_id})[0])


def next_clinic_seq(connection: Connection, clinic_id: int) -> int:
    """The number of the next entry of the clinic itself."""
    return int(_NEXT_CLINIC_SEQ.first(connection, {"b_clinic_id": clinic_id})[0])


def take_counter(connection: Connection, clinic_id: int) -> Counter:
    """The counter, locked until the transaction ends: numbers and chain go on from here."""
    number, head, next_clinic_seq = _TAKE_COUNTER.first(connection, {"b_clinic_id": clinic_id})
    return Counter(int(number), bytes(head), int(next_clinic_seq))


def set_counter(connection: Connection, clinic_id: int, counter: Counter) -> None:
    """The counter row is the lock: it is written in the transaction that takes the numbers."""
    row = {
        "b_clinic_id": clinic_id,
        "b_number": counter.change_number,
        "b_head": counter.chain_head,
        "b_clinic_seq": counter.next_clinic_seq,
    }
    _SET_COUNTER.run(connection, [row])


def ensure_clinic(connection: Connection, clinic_id: int, is_simulated: bool) -> None:
    """Make the clinic's row when the database is new."""
    if _NUMBER.first(connection, {"b_clinic_id": clinic_id}) is None:
        row = {"is_simulated": is_simulated, "change_number": 0, "chain_head": bytes(32), "next_clinic_seq": 1}
        connection.execute(insert(clinic).values(clinic_id=clinic_id, **row))


def clinic_is_simulated(connection: Connection, clinic_id: int) -> bool:
    """Whether this database was made as simulated."""
    query = select(clinic.c.is_simulated).where(clinic.c.clinic_id == clinic_id)
    return bool(connection.execute(query).scalar_one_or_none())


def store_outcomes(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Replace the outcome rows of these sessions."""
    for row in rows:
        stored = stored_outcome(row)
        key = (session_outcome.c.clinic_id == row["clinic_id"]) & (session_outcome.c.session_id == row["session_id"])
        if connection.execute(update(session_outcome).where(key).values(**stored)).rowcount == 0:
            connection.execute(insert(session_outcome).values(**stored))


def stored_outcome(row: Mapping[str, Any]) -> dict[str, Any]:
    """An outcome row as the table holds it."""
    return {**row, "alerts_by_level": encode_json(row["alerts_by_level"])}


def drop_outcomes(connection: Connection, clinic_id: int, session_ids: Iterable[UUID]) -> None:
    """A session that is open again has no outcome until it is closed again."""
    for session_id in session_ids:
        key = (session_outcome.c.clinic_id == clinic_id) & (session_outcome.c.session_id == session_id)
        connection.execute(delete(session_outcome).where(key))


def drop_projections(connection: Connection, clinic_id: int, session_id: UUID) -> None:
    """Take out what was computed of one session; it is written anew in the same transaction."""
    for table in PROJECTION_TABLES:
        connection.execute(delete(table).where(table.c.clinic_id == clinic_id, table.c.session_id == session_id))


def stored_projections(
    connection: Connection, clinic_id: int, session_id: UUID
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The rows of one session in `session_summary` and `session_outcome`, as they are stored."""
    found = []
    for table in PROJECTION_TABLES:
        query = select(table).where(table.c.clinic_id == clinic_id, table.c.session_id == session_id)
        row = connection.execute(query).mappings().first()
        found.append(None if row is None else dict(row))
    return found[0], found[1]


def outcomes(connection: Connection, clinic_id: int, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Outcome rows of finished sessions by their first drug, or by their planning where none was given, in
    [since, until): a cancelled session stays countable."""
    first, planned = session_outcome.c.first_drug_at, session_outcome.c.planned_at
    query = (
        select(session_outcome)
        .where(
            session_outcome.c.clinic_id == clinic_id,
            or_(and_(first >= since, first < until), and_(first.is_(None), planned >= since, planned < until)),
            session_outcome.c.is_closed.is_(True),
        )
        .order_by(session_outcome.c.first_drug_at)
    )
    return [
        {**row, "alerts_by_level": decode_json(row["alerts_by_level"])} for row in connection.execute(query).mappings()
    ]
