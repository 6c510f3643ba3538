"""Opens the database named by a URL: engines for one writer and many readers."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from session_store.errors import StoreUnavailable
from session_store.storage.sqlite import open_sqlite


@dataclass(frozen=True, slots=True)
class Engines:
    """One engine that writes and one that reads. On SQLite the recorder's thread keeps one connection of the writer;
    the other is for accounts and migrations; BEGIN IMMEDIATE makes each wait for the other."""

    writer: Engine
    reader: Engine

    def dispose(self) -> None:
        """Close all connections."""
        self.writer.dispose()
        self.reader.dispose()


def open_engines(url: str) -> Engines:
    """The engines of a database. Raises `StoreUnavailable` for an unreadable URL or an engine not supported."""
    try:
        parsed = make_url(url)
    except ArgumentError as unreadable:
        raise StoreUnavailable(f"INFUSION_DATABASE_URL is not a database address: {unreadable}") from unreadable
    if parsed.get_backend_name() != "sqlite":
        raise StoreUnavailable(f"database {parsed.get_backend_name()!r} is not supported yet: use sqlite:///FILE")
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    return Engines(open_sqlite(url, is_writer=True, pool_size=2), open_sqlite(url, is_writer=False, pool_size=5))
