"""Opens the database named by a URL: engines for one writer and many readers."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from session_store.errors import StoreUnavailable
from session_store.storage.opening_faults import folder_fault
from session_store.storage.postgresql import is_postgresql, open_postgresql
from session_store.storage.sqlite import open_sqlite


@dataclass(frozen=True, slots=True)
class Engines:
    """One engine that writes and one that reads. The recorder's thread keeps one connection of the writer; the other is
    for accounts and migrations. On SQLite BEGIN IMMEDIATE makes each wait for the other."""

    writer: Engine
    reader: Engine

    @property
    def is_shared(self) -> bool:
        """Whether other servers may write to the same database."""
        return self.writer.dialect.name == "postgresql"

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
    if is_postgresql(parsed):
        return Engines(
            open_postgresql(parsed, is_writer=True, pool_size=2), open_postgresql(parsed, is_writer=False, pool_size=5)
        )
    if parsed.get_backend_name() != "sqlite":
        raise StoreUnavailable(
            f"database {parsed.get_backend_name()!r} is not supported: use sqlite:///FILE or postgresql://HOST/NAME"
        )
    if parsed.database:
        _make_folder(Path(parsed.database).parent)
    return Engines(open_sqlite(url, is_writer=True, pool_size=2), open_sqlite(url, is_writer=False, pool_size=5))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise folder_fault(folder, fault) from fault
