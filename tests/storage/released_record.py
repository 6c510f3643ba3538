"""Records as released versions left them: `released/<revision>.sql` is a small SQLite database made by that version's
own code, simulated data only. On PostgreSQL the same rows are laid into that revision's schema.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, Table, insert
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import make_url

from session_store.storage.engine import open_engines
from session_store.storage.migrating import migrate
from session_store.storage.schema import metadata

RELEASED = Path(__file__).parent / "released"
REVISIONS = sorted(path.stem for path in RELEASED.glob("*.sql"))
# In the order that foreign keys need.
TABLES = ("clinic", "account", "sign_in", "patient", "infusion_session", "tablet_presence", "entry", "clinic_entry",
          "entry_receipt", "alert_fact", "change", "session_summary", "session_outcome")  # fmt: skip

Rows = dict[str, list[dict[str, Any]]]


def lay_down(url: str, revision: str) -> Rows:
    """Make the database at `url`, which must be empty, what it was at this revision; its rows as they were written."""
    script = (RELEASED / f"{revision}.sql").read_text()
    if make_url(url).get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(make_url(url).database))) as file:
            file.executescript(script)
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.executescript(script)
        memory.row_factory = sqlite3.Row
        there = {row["name"] for row in memory.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        rows = {
            table: [dict(row) for row in memory.execute(f"SELECT * FROM {table}")] if table in there else []
            for table in TABLES
        }
    if make_url(url).get_backend_name() == "postgresql":
        _copy(url, revision, rows)
    return rows


def _copy(url: str, revision: str, rows: Rows) -> None:
    engines = open_engines(url)
    migrate(engines.writer, revision)
    with engines.writer.begin() as connection:
        for name in TABLES:
            values = [as_values(name, row) for row in rows[name]]
            if values:
                stored = Table(name, MetaData(), autoload_with=connection)
                connection.execute(insert(_typed(stored)), values)
    engines.dispose()


def _typed(stored: Table) -> Table:
    """The table as it is in the database, with the types that the program gives its columns."""
    for column in stored.columns:
        column.type = metadata.tables[stored.name].columns[column.name].type
    return stored


def as_values(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """Stored SQLite values as the program's values."""
    dialect = SQLiteDialect_pysqlite()
    values = {}
    for name, value in row.items():
        convert = metadata.tables[table].columns[name].type.result_processor(dialect, None)
        values[name] = value if convert is None else convert(value)
    return values
