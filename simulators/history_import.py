"""The one place where the simulators touch the record directly: a clinic's past goes in by the bulk import."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain

import uuid_utils.compat

from session_store.accounts import AccountBook, Role
from session_store.bulk_import import ImportedSession, write_clinic_entries, write_sessions
from session_store.clock import SystemClock
from session_store.commands import Author
from session_store.errors import SessionStoreError
from session_store.opening import open_record
from session_store.settings import Settings
from session_store.storage.engine import Engines
from simulators.clinic_history import FinishedSession
from simulators.staff import ADMINISTRATOR, NURSE, PHYSICIAN, SIMULATED_STAFF, Staff, credential_entries

# Makes the sessions once it is known who works there.
History = Callable[[Staff], Iterable[FinishedSession]]


class HistoryNotWritten(Exception):
    """The history could not be written; the message says why."""


def write_history(database_url: str, history: History, until: datetime) -> int:
    """Writes finished sessions into the database; returns how many. Raises `HistoryNotWritten`.

    The people of the demonstration act where the database knows their accounts, else people without an account. Their
    credentials, good beyond `until`, go in before the first session.
    """
    settings = Settings(database_url=database_url, is_simulated=True)
    try:
        engines = open_record(settings)
        try:
            return _write(engines, settings.clinic_id, history, until)
        finally:
            engines.dispose()
    except SessionStoreError as fault:
        raise HistoryNotWritten(str(fault)) from fault


def _write(engines: Engines, clinic_id: int, history: History, until: datetime) -> int:
    people = _people(engines, clinic_id)
    staff = Staff(people[PHYSICIAN].account_id, people[NURSE].account_id)
    sessions = iter(history(staff))
    first = next(sessions, None)
    if first is None:
        return 0
    opened_at = datetime.fromisoformat(first.entries[0]["effective_at"])
    credentials = credential_entries(staff, opened_at, until)
    write_clinic_entries(engines.writer, clinic_id, people[ADMINISTRATOR], credentials, is_simulated=True)
    return write_sessions(
        engines.writer, clinic_id, people[NURSE], _imported(chain([first], sessions)),
        is_simulated=True, acknowledging=people[PHYSICIAN],
    )  # fmt: skip


def _imported(sessions: Iterable[FinishedSession]) -> Iterator[ImportedSession]:
    return (ImportedSession(one.session_id, one.entries) for one in sessions)


def _people(engines: Engines, clinic_id: int) -> dict[str, Author]:
    """By name: who acts in the history."""
    book = AccountBook(engines.writer, engines.reader, clinic_id, SystemClock())
    known = {one.display_name: Author(one.account_id, one.display_name, one.role) for one in book.all()}
    nobody = {
        PHYSICIAN: Author(SIMULATED_STAFF.physician_id, PHYSICIAN, Role.PHYSICIAN),
        NURSE: Author(SIMULATED_STAFF.nurse_id, NURSE, Role.NURSE),
        ADMINISTRATOR: Author(uuid_utils.compat.uuid7(), ADMINISTRATOR, Role.ADMINISTRATOR),
    }
    return nobody | known
