"""What is particular to SQLite: which library, which pragmas, which triggers.

Every connection runs WAL with `synchronous=FULL` (an acknowledged entry survives power loss) and
`recursive_triggers=ON` (so that the triggers also stop INSERT OR REPLACE). A library older than 3.51.3 can corrupt a
WAL file and is refused.
"""

import sqlite3
from types import ModuleType
from typing import Any

import pysqlite3
from sqlalchemy import Connection, Engine, Table, create_engine, event, text
from sqlalchemy.engine import make_url

from session_store.errors import RecordCorrupt, StoreUnavailable
from session_store.storage.schema import APPEND_ONLY_TABLES

SAFE_VERSION = (3, 51, 3)
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA fullfsync=1",
    "PRAGMA recursive_triggers=ON",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
)


def safe_library() -> ModuleType:
    """The first SQLite library that is new enough. Raises `StoreUnavailable` when none is."""
    libraries: tuple[Any, ...] = (sqlite3, pysqlite3)
    for library in libraries:
        if library.sqlite_version_info >= SAFE_VERSION:
            found: ModuleType = library
            return found
    versions = ", ".join(library.sqlite_version for library in libraries)
    raise StoreUnavailable(f"SQLite {versions} is too old: 3.51.3 or newer is needed (WAL defect). Install pysqlite3.")


def open_sqlite(url: str, *, is_writer: bool, pool_size: int) -> Engine:
    """An engine on one file. The writer begins IMMEDIATE, so that it never meets a lock half-way."""
    if make_url(url).database in (None, "", ":memory:"):
        raise StoreUnavailable("the record needs a SQLite file, not a database in memory")
    library = safe_library()
    engine = create_engine(
        url, module=library, pool_size=pool_size, max_overflow=0 if is_writer else 20,
        connect_args={"check_same_thread": False, "isolation_level": None},
    )  # fmt: skip

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")

    return engine


def trigger_names(table: Table) -> set[str]:
    """The triggers that keep one table append-only; `no_replace` also stops INSERT OR REPLACE and UPSERT."""
    return {f"{table.name}_{what}" for what in ("no_update", "no_delete", "no_replace")}


def check_triggers(connection: Connection) -> None:
    """Raises `RecordCorrupt` when a trigger of an append-only table is missing (a table rebuild drops them)."""
    present = {row[0] for row in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))}
    wanted = {name for table in APPEND_ONLY_TABLES for name in trigger_names(table)}
    missing = sorted(wanted - present)
    if missing:
        raise RecordCorrupt(f"the record is not protected: triggers missing: {', '.join(missing)}")
