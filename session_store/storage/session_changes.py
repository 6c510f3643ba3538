"""The changes of single sessions. `change` is kept in the order of its numbers; who goes session by session has them
sorted: as a stream within one state of the record, or, where others write meanwhile, in a table of its own connection.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Connection, MetaData, PrimaryKeyConstraint, Table, func, insert, select
from sqlalchemy.schema import CreateTable, DropTable

from session_store.storage.column_types import BinaryUuid
from session_store.storage.schema import change

_sorted_changes = Table(
    "sorted_change", MetaData(),
    Column("session_id", BinaryUuid, nullable=False),
    Column("change_number", BigInteger, nullable=False),
    PrimaryKeyConstraint("session_id", "change_number"),
    prefixes=["TEMPORARY"], sqlite_with_rowid=False,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SessionChange:
    """One change of a session: when, which entry, which facts."""

    change_number: int
    recorded_at: datetime
    entry_seq: int | None
    first_fact_seq: int | None
    last_fact_seq: int | None


_COLUMNS = (
    change.c.change_number, change.c.recorded_at, change.c.entry_seq, change.c.first_fact_seq, change.c.last_fact_seq,
)  # fmt: skip
_ROWS_AT_ONCE = 1000


def changes_by_session(connection: Connection, clinic_id: int) -> Iterator[tuple[UUID, list[SessionChange]]]:
    """Every session with its changes in the order of their numbers; other queries may go on in between."""
    query = (
        select(change.c.session_id, *_COLUMNS)
        .where(change.c.clinic_id == clinic_id, change.c.session_id.is_not(None))
        .order_by(change.c.session_id, change.c.change_number)
    )
    rows = connection.execute(query, execution_options={"stream_results": True, "yield_per": _ROWS_AT_ONCE})
    for session_id, group in groupby(rows, key=lambda row: row.session_id):
        yield session_id, [SessionChange(*row[1:]) for row in group]


class SortedChanges:
    """The changes of one clinic by session, on one connection."""

    def __init__(self, connection: Connection, clinic_id: int) -> None:
        self._connection = connection
        self._clinic_id = clinic_id
        self._until = 0
        # An attempt that was cut short may have left it; a connection goes back to those who use it next.
        connection.execute(DropTable(_sorted_changes, if_exists=True))
        connection.execute(CreateTable(_sorted_changes))

    def follow(self) -> None:
        """Take in what was recorded since the last call."""
        mine = change.c.clinic_id == self._clinic_id
        last = self._connection.execute(select(func.max(change.c.change_number)).where(mine)).scalar() or 0
        newer = select(change.c.session_id, change.c.change_number).where(
            mine,
            change.c.change_number > self._until,
            change.c.change_number <= last,
            change.c.session_id.is_not(None),
        )
        columns = ["session_id", "change_number"]
        self._connection.execute(insert(_sorted_changes).from_select(columns, newer.order_by(*newer.selected_columns)))
        self._until = last

    def of(self, session_id: UUID) -> list[SessionChange]:
        """The changes of one session in the order of their numbers."""
        numbers = select(_sorted_changes.c.change_number).where(_sorted_changes.c.session_id == session_id)
        query: Any = (
            select(*_COLUMNS)
            .where(change.c.clinic_id == self._clinic_id, change.c.change_number.in_(numbers))
            .order_by(change.c.change_number)
        )
        return [SessionChange(*row) for row in self._connection.execute(query)]

    def close(self) -> None:
        """Drop the table; the connection may be used on."""
        self._connection.execute(DropTable(_sorted_changes, if_exists=True))
