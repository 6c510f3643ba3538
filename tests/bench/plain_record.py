"""The record of the two baseline pages: one table, WAL and synchronous=FULL like ours, and nothing else."""

import time
from pathlib import Path

from session_store.storage.sqlite import safe_library

CHAIRS = 8
SIGNS = ("hr", "sbp", "dbp", "spo2", "rr")
HISTORY_POINTS = 240


class PlainRecord:
    """Commits one set of five signs at a time and says when COMMIT returned."""

    def __init__(self, file: Path) -> None:
        self._connection = safe_library().connect(str(file), isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        columns = ", ".join(f"{sign} REAL" for sign in SIGNS)
        self._connection.execute(f"CREATE TABLE IF NOT EXISTS sets (chair INTEGER, ms INTEGER, {columns})")
        self._connection.execute("CREATE INDEX IF NOT EXISTS ix_sets ON sets (chair, ms)")

    def seed(self) -> None:
        """Some history for every chair."""
        now_ms = int(time.time() * 1000)
        self._connection.execute("BEGIN")
        for chair in range(CHAIRS):
            for at in range(HISTORY_POINTS):
                self._insert(chair, now_ms - (HISTORY_POINTS - at) * 10_000, 70 + at % 7)
        self._connection.execute("COMMIT")

    def commit(self, chair: int, ms: int, heart_rate: float) -> float:
        """Insert one set; epoch seconds at which COMMIT returned."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._insert(chair, ms, heart_rate)
        self._connection.execute("COMMIT")
        return time.time()

    def newest(self, chair: int) -> list[tuple[float, ...]]:
        """The newest sets of a chair, oldest first: (ms, hr, sbp, dbp, spo2, rr)."""
        query = f"SELECT ms, {', '.join(SIGNS)} FROM sets WHERE chair = ? ORDER BY ms DESC LIMIT {HISTORY_POINTS}"
        found: list[tuple[float, ...]] = self._connection.execute(query, (chair,)).fetchall()
        return found[::-1]

    def _insert(self, chair: int, ms: int, heart_rate: float) -> None:
        row = (chair, ms, heart_rate, 120 + chair, 70 + chair, 98, 14)
        self._connection.execute("INSERT INTO sets VALUES (?,?,?,?,?,?,?)", row)
