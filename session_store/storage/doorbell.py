"""Hears of commits by any server on one PostgreSQL database. The bell says only which number was reached; whoever hears
it reads the record, and looks by itself from time to time, since a notice is not kept for who was away.
"""

from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, text

CHANNEL = "infusion_changes"
_NOTIFY = text("SELECT pg_notify(:channel, :payload)")


def ring_at_commit(connection: Connection, clinic_id: int, number: int) -> None:
    """Have every server told at COMMIT. On SQLite there is one server, which rings its own bell."""
    if connection.dialect.name == "postgresql":
        connection.execute(_NOTIFY, {"channel": CHANNEL, "payload": f"{clinic_id}:{number}"})


class Doorbell:
    """One listening connection. Any method may raise a fault of the database (`faults.DATABASE_FAULTS`)."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        driver: Any = self._connection.connection.driver_connection
        driver.execute(f"LISTEN {CHANNEL}")
        self._driver = driver

    def heard(self, clinic_id: int, seconds: float) -> bool:
        """Wait until a change of this clinic is announced, at most so long; whether one was."""
        waiting = self._driver.notifies(timeout=seconds, stop_after=1)
        return any(notice.payload.startswith(f"{clinic_id}:") for notice in waiting)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        # A connection that listens must not go back to those who read.
        self._connection.invalidate()
        self._connection.close()
