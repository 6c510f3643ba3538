"""Which one of several servers on a PostgreSQL database leads for a clinic: a lock that the database gives to one
connection and takes back when that connection ends, however it ends.

The lock belongs to the session, not to a transaction: through a pooler that hands out a connection per transaction it
would stay behind with nobody.
"""

from typing import Any

from sqlalchemy import Engine

# Any number; it only has to be the same in every server. The clinic is the second half of the key.
_LEAD_LOCK = 7_041_777
# A leader confirms each second. One that has not for so long hangs, or its machine is gone without a word.
SILENT_LEADER_S = 10
_TAKE = "SELECT pg_try_advisory_lock(%s::int, %s::int)"
_CONFIRM = "SELECT 1"
_END_SILENT_LEADER = """
    SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND classid = %s::int AND objid = %s::int AND objsubid = 2 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND state_change < clock_timestamp() - make_interval(secs => %s)
"""


class ClinicLead:
    """One connection of its own that takes and keeps the lead. Any method may raise a fault of the database
    (`faults.DATABASE_FAULTS`); whoever meets one has lost the lead and closes."""

    def __init__(self, engine: Engine, clinic_id: int) -> None:
        self._clinic_id = clinic_id
        self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        # The driver's own connection: it is never made anew behind our back, so that while it answers it has the lock.
        self._driver: Any = self._connection.connection.driver_connection

    def take(self) -> bool:
        """Take the lead where it is free; whether it is ours now. A leader that hangs loses its connection, so that
        the lead is free a moment later."""
        if self._ask(_TAKE, _LEAD_LOCK, self._clinic_id):
            return True
        self._ask(_END_SILENT_LEADER, _LEAD_LOCK, self._clinic_id, SILENT_LEADER_S)
        return False

    def confirm(self) -> None:
        """Raises where the connection, and with it the lead, was lost; shows the others that this leader is at work."""
        self._ask(_CONFIRM)

    def close(self) -> None:
        """End the connection, and with it the lead: a connection with a lock must not go back to those who read."""
        self._connection.invalidate()
        self._connection.close()

    def _ask(self, query: str, *values: int) -> bool:
        row = self._driver.execute(query, values).fetchone()
        return row is not None and bool(row[0])
