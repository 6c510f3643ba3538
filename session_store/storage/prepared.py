"""Statements of the write path, compiled once by SQLAlchemy and then handed to the driver with bound values.

SQLAlchemy writes the SQL and its column types convert the values; what is left out is its execution context for each
call, which costs several times what SQLite needs for the statement itself (decision 5).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ClauseElement, Connection

_Place = tuple[str, Callable[[Any], Any] | None]
# How one row's values are handed to the driver: in order (SQLite) or by name (psycopg).
_Bind = Callable[[Mapping[str, Any]], Any]


class Prepared:
    """One statement with named values; each row gives all of them. Faults are the driver's own exceptions."""

    def __init__(self, statement: ClauseElement, column_keys: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._column_keys = column_keys
        self._compiled: dict[str, tuple[str, _Bind]] = {}

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute once for each row."""
        sql, bind = self._of(connection)
        cursor = connection.connection.cursor()
        try:
            if len(rows) == 1:
                cursor.execute(sql, bind(rows[0]))
            else:
                cursor.executemany(sql, [bind(row) for row in rows])
        finally:
            cursor.close()

    def first(self, connection: Connection, row: Mapping[str, Any]) -> Any:
        """The first row of the answer as the driver gives it, or None."""
        sql, bind = self._of(connection)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(sql, bind(row))
            return cursor.fetchone()
        finally:
            cursor.close()

    def _of(self, connection: Connection) -> tuple[str, _Bind]:
        name = connection.dialect.name
        if name not in self._compiled:
            compiled: Any = self._statement.compile(dialect=connection.dialect, column_keys=self._column_keys)
            names = compiled.positiontup if compiled.positional else compiled.bind_names.values()
            places = tuple((place, compiled._bind_processors.get(place)) for place in names)
            self._compiled[name] = (str(compiled), partial(_in_order if compiled.positional else _by_name, places))
        return self._compiled[name]


def _in_order(places: tuple[_Place, ...], row: Mapping[str, Any]) -> tuple[Any, ...]:
    get = row.get
    return tuple([get(name) if convert is None else convert(get(name)) for name, convert in places])


def _by_name(places: tuple[_Place, ...], row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row.get(name) if convert is None else convert(row.get(name)) for name, convert in places}
