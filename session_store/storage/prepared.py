"""Statements of the write path, compiled once by SQLAlchemy and then handed to the driver with bound values.

SQLAlchemy writes the SQL and its column types convert the values; what is left out is its execution context for each
call, which costs several times what SQLite needs for the statement itself (decision 5).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ClauseElement, Connection

_Place = tuple[str, Callable[[Any], Any] | None]


class Prepared:
    """One statement with named values; each row gives all of them. Faults are the driver's own exceptions."""

    def __init__(self, statement: ClauseElement, column_keys: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._column_keys = column_keys
        self._compiled: dict[str, tuple[str, tuple[_Place, ...]]] = {}

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute once for each row."""
        sql, places = self._of(connection)
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(sql, [_bound(row, places) for row in rows])
        finally:
            cursor.close()

    def first(self, connection: Connection, row: Mapping[str, Any]) -> Any:
        """The first row of the answer as the driver gives it, or None."""
        sql, places = self._of(connection)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(sql, _bound(row, places))
            return cursor.fetchone()
        finally:
            cursor.close()

    def _of(self, connection: Connection) -> tuple[str, tuple[_Place, ...]]:
        name = connection.dialect.name
        if name not in self._compiled:
            compiled: Any = self._statement.compile(dialect=connection.dialect, column_keys=self._column_keys)
            places = tuple((place, compiled._bind_processors.get(place)) for place in compiled.positiontup or ())
            self._compiled[name] = (str(compiled), places)
        return self._compiled[name]


def _bound(row: Mapping[str, Any], places: tuple[_Place, ...]) -> tuple[Any, ...]:
    return tuple(row.get(name) if convert is None else convert(row.get(name)) for name, convert in places)
