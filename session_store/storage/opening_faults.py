"""Faults of a database that is being opened, in words that say what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from session_store.errors import RecordCorrupt, SessionStoreError, StoreUnavailable

_REMEDIES = (
    ("readonly", "the file may not be written: look at its rights, its folder's, and at how the disk is mounted"),
    ("unable to open", "the file may not be written or made: look at the folder's rights, and how the disk is mounted"),
    ("is full", "the disk is full: make space and start again"),
    ("disk I/O error", "the disk reports an error: look at the system's log, and restore a backup if it stays so"),
    ("locked", "another program holds it: end that one first"),
)
_DAMAGE = ("malformed", "not a database")


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Raises `StoreUnavailable` or `RecordCorrupt` instead of what the driver or SQLAlchemy raise inside."""
    try:
        yield
    except (DBAPIError, engine.dialect.loaded_dbapi.Error) as fault:
        raise _in_words(engine, fault) from fault


def folder_fault(folder: object, fault: OSError) -> StoreUnavailable:
    """The folder of the record cannot be made."""
    return StoreUnavailable(f"the folder {folder} of the record cannot be made: {fault.strerror}")


def _in_words(engine: Engine, fault: Exception) -> SessionStoreError:
    said = str(getattr(fault, "orig", None) or fault).strip()
    name = engine.url.render_as_string(hide_password=True)
    if any(words in said for words in _DAMAGE):
        return RecordCorrupt(f"the record {name} is damaged ({said}): keep the file, and restore a backup")
    remedy = next((remedy for words, remedy in _REMEDIES if words in said), "the database does not answer as it should")
    return StoreUnavailable(f"the record {name} cannot be opened: {remedy} ({said})")
