"""Rows of a bulk import, made once for the chain and for the driver, and their insertion.

The driver of SQLite looks for an adapter for every None, `bytes` and `bool` that it is handed, which costs more than
the insertion itself: columns without a value are left out of the statement, and bytes go as `bytearray`. PostgreSQL
takes the rows by COPY.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, Connection, LargeBinary

from session_store.storage.column_types import BinaryUuid, ExactDecimal, UtcMicroseconds
from session_store.storage.schema import (
    alert_fact,
    change,
    entry,
    entry_receipt,
    infusion_session,
    patient,
    session_outcome,
    session_summary,
)

# In the order that the foreign keys need.
_TABLES = (
    patient, infusion_session, entry, entry_receipt, alert_fact, change, session_summary, session_outcome,
)  # fmt: skip
_ORDER = {table.name: at for at, table in enumerate(_TABLES)}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# A larger page cache and fewer checkpoints; how a COMMIT is made safe stays as it is.
_BULK_PRAGMAS = ("PRAGMA cache_size=-65536", "PRAGMA wal_autocheckpoint=8000")
_USUAL_PRAGMAS = ("PRAGMA wal_autocheckpoint=1000", "PRAGMA cache_size=-2000")

# The table and those of its columns that have a value.
Shape = tuple[str, tuple[str, ...]]
# A row as the driver takes it.
Values = tuple[Shape, tuple[Any, ...]]
Convert = Callable[[Any], Any]


class RowShaper:
    """Shapes rows for one engine, named as SQLAlchemy names it: `sqlite` or `postgresql`."""

    def __init__(self, dialect: str) -> None:
        is_sqlite = dialect == "sqlite"
        self.identifier: Convert = _uuid_bytes if is_sqlite else _as_it_is
        # The same without being kept, for one that is met once.
        self.new_identifier: Convert = _new_uuid_bytes if is_sqlite else _as_it_is
        self.decimal: Convert = str if is_sqlite else _as_it_is
        self.flag: Convert = int if is_sqlite else bool
        self._columns = {
            table.name: tuple((str(one.name), self._converter(one)) for one in table.columns) for table in _TABLES
        }

    def shaped(self, table: str, row: Mapping[str, Any]) -> Values:
        """The row, given by the names of its columns."""
        pairs = [
            (name, convert(value)) for name, convert in self._columns[table] if (value := row.get(name)) is not None
        ]
        return (table, tuple([name for name, _ in pairs])), tuple([value for _, value in pairs])

    def _converter(self, column: Column[Any]) -> Convert:
        converters: tuple[tuple[type, Convert], ...] = (
            (BinaryUuid, self.identifier), (UtcMicroseconds, microseconds), (ExactDecimal, self.decimal),
            (LargeBinary, bytearray), (Boolean, self.flag),
        )  # fmt: skip
        return next((convert for kind, convert in converters if isinstance(column.type, kind)), _as_it_is)


def _as_it_is(value: Any) -> Any:
    return value


def _new_uuid_bytes(value: UUID) -> bytearray:
    return bytearray(value.bytes)


_uuid_bytes = lru_cache(4096)(_new_uuid_bytes)


def microseconds(value: datetime) -> int:
    """Whole microseconds since 1970."""
    return (value - _EPOCH) // _MICROSECOND


def append_shaped(connection: Connection, rows: Mapping[Shape, Sequence[tuple[Any, ...]]]) -> None:
    """Insert the values of rows of many shapes, table by table."""
    cursor: Any = connection.connection.cursor()
    try:
        for shape in sorted(rows, key=lambda one: (_ORDER[one[0]], one[1])):
            _insert(cursor, connection.dialect.name, shape, rows[shape])
    finally:
        cursor.close()


def _insert(cursor: Any, dialect: str, shape: Shape, rows: Sequence[tuple[Any, ...]]) -> None:
    table, columns = shape
    names = ", ".join(f'"{name}"' for name in columns)
    if dialect == "postgresql":
        with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        return
    places = ", ".join("?" * len(columns))
    cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', rows)  # noqa: S608 (names of the schema)


_REPLACE = "UPDATE session_summary SET summary = ? WHERE clinic_id = ? AND session_id = ?"


def replace_summaries(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write anew the text of summaries that are there: text, clinic_id, session_id as the driver takes them."""
    cursor: Any = connection.connection.cursor()
    try:
        place = "%s" if connection.dialect.name == "postgresql" else "?"
        cursor.executemany(_REPLACE.replace("?", place), rows)
    finally:
        cursor.close()


@contextmanager
def many_rows(connection: Connection) -> Iterator[None]:
    """Ready this connection for much writing, outside a transaction, and make it as usual afterwards."""
    if connection.dialect.name != "sqlite":
        yield
        return
    _set(connection, _BULK_PRAGMAS)
    try:
        yield
    finally:
        _set(connection, _USUAL_PRAGMAS)


def _set(connection: Connection, pragmas: tuple[str, ...]) -> None:
    driver: Any = connection.connection.driver_connection
    for pragma in pragmas:
        driver.execute(pragma)
