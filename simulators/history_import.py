"""The one place where the simulators touch the record directly: a clinic's past goes in by the bulk import."""

from collections.abc import Iterable

from simulators.clinic_history import FinishedSession


class HistoryNotWritten(Exception):
    """The history could not be written; the message says why."""


def write_history(database_url: str, sessions: Iterable[FinishedSession]) -> int:
    """Writes finished sessions into the database; returns how many. Raises `HistoryNotWritten`."""
    raise HistoryNotWritten(f"session_store.bulk_import is not connected yet ({database_url}, {type(sessions).__name__})")
