"""Finished sessions of a period, whole, for those who go through them again: newest first, a few at a time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from uuid import UUID

from sqlalchemy import Engine

from session_store.rule_replay import RecordedSession
from session_store.storage.faults import reading
from session_store.storage.record_reading import conditions_of_alerts, entries_of_sessions, treated_sessions

# So many sessions are held at once, whatever the period.
SESSIONS_AT_ONCE = 20
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2200, 12, 31)


class PastSessions:
    """The finished sessions of one clinic whose first drug was given in [since, until), at most `limit`, newest first.

    Simulated sessions never mix with real ones: where both are there, the simulated are left out and counted. Which
    sessions they are is settled at the beginning; what is recorded of them meanwhile is read as it is then. Reading
    raises `StoreUnavailable`.
    """

    def __init__(
        self, engine: Engine, clinic_id: int, since: datetime, until: datetime, limit: int | None = None
    ) -> None:
        self._engine = engine
        self._clinic_id = clinic_id
        with reading(engine) as connection:
            found = treated_sessions(connection, clinic_id, since, until)
        real = [one for one in found if not one[1]]
        kept = real or found
        self._chosen = kept[:limit]
        self.found = len(kept)
        self.simulated_left_out = len(found) - len(kept)

    def __len__(self) -> int:
        """How many sessions there will be."""
        return len(self._chosen)

    def __iter__(self) -> Iterator[RecordedSession]:
        """The sessions one by one; no transaction stays open while they are worked on."""
        waiting = iter(self._chosen)
        while group := list(islice(waiting, SESSIONS_AT_ONCE)):
            yield from self._read(group)

    def _read(self, group: list[tuple[UUID, bool]]) -> list[RecordedSession]:
        ids = [session_id for session_id, _ in group]
        with reading(self._engine) as connection:
            entries = entries_of_sessions(connection, self._clinic_id, ids)
            conditions = conditions_of_alerts(connection, self._clinic_id, ids)
        return [
            RecordedSession(session_id, entries.get(session_id, []), is_simulated, conditions.get(session_id, {}))
            for session_id, is_simulated in group
        ]


def days_between(first: date | None, last: date | None, zone: tzinfo) -> tuple[datetime, datetime]:
    """From the first day's start to the last day's end in the clinic's time zone, as aware UTC; None is open."""
    start = datetime.combine(first or FIRST_DAY, time.min, zone)
    end = datetime.combine((last or LAST_DAY) + timedelta(days=1), time.min, zone)
    return start.astimezone(UTC), end.astimezone(UTC)
