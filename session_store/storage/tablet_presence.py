"""When each bedside tablet was last heard: rows that change, and no part of the record."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from session_store.domain.session import SessionStatus
from session_store.storage.schema import session_summary, tablet_presence


@dataclass(frozen=True, slots=True)
class LastHeard:
    """The tablet of one session that was heard last: when, who was signed in on it, whether it said that it leaves."""

    session_id: UUID
    heard_at: datetime
    account_name: str
    has_left: bool


def note_tablet(connection: Connection, row: dict[str, Any]) -> None:
    """Keep when a tablet was heard in a session. The transaction holds the clinic's counter, so that nobody else does
    the same at once."""
    key = [tablet_presence.c[name] == row[name] for name in ("clinic_id", "session_id", "tablet_id")]
    if connection.execute(update(tablet_presence).where(*key).values(**row)).rowcount == 0:
        connection.execute(insert(tablet_presence).values(**row))


def last_heard(connection: Connection, clinic_id: int, statuses: Iterable[SessionStatus]) -> list[LastHeard]:
    """The tablet heard last of each session in these statuses; sessions in which none ever was are left out."""
    heard, session = tablet_presence.c, session_summary.c
    query = (
        select(heard.session_id, heard.heard_at, heard.account_name, heard.left_at)
        .join(session_summary, (session.clinic_id == heard.clinic_id) & (session.session_id == heard.session_id))
        .where(session.clinic_id == clinic_id, session.status.in_([one.value for one in statuses]))
        .order_by(heard.heard_at)
    )
    newest = {row.session_id: row for row in connection.execute(query)}
    return [
        LastHeard(row.session_id, row.heard_at, row.account_name, row.left_at is not None) for row in newest.values()
    ]
