"""The one place where the simulators touch the record directly: a clinic's past goes in by the bulk import."""

from collections.abc import Iterable

import uuid_utils.compat

from session_store.bulk_import import ImportedSession, write_sessions
from session_store.commands import Author
from session_store.errors import SessionStoreError
from session_store.opening import open_record
from session_store.settings import Settings
from simulators.clinic_history import FinishedSession

HISTORY_AUTHOR = "Demo Nurse 1"
HISTORY_PHYSICIAN = "Demo Physician 1"


class HistoryNotWritten(Exception):
    """The history could not be written; the message says why."""


def write_history(database_url: str, sessions: Iterable[FinishedSession]) -> int:
    """Writes finished sessions into the database; returns how many. Raises `HistoryNotWritten`."""
    settings = Settings(database_url=database_url, is_simulated=True)
    author = Author(uuid_utils.compat.uuid7(), HISTORY_AUTHOR, "nurse")
    physician = Author(uuid_utils.compat.uuid7(), HISTORY_PHYSICIAN, "physician")
    try:
        engines = open_record(settings)
        try:
            imported = (ImportedSession(one.session_id, one.entries) for one in sessions)
            return write_sessions(
                engines.writer, settings.clinic_id, author, imported, is_simulated=True, acknowledging=physician
            )
        finally:
            engines.dispose()
    except SessionStoreError as fault:
        raise HistoryNotWritten(str(fault)) from fault
