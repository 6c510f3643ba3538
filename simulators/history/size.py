"""How much room a history will need, and whether it is there.

Measured: by how much the file (SQLite 3.53; 3000 sessions, 60 in full detail) or the database (PostgreSQL 15; 200, 20)
grew, divided by the sessions. Stays of days make most of the full detail.
"""

import shutil
from pathlib import Path

from simulators.history.plan import Detail, ImpossibleHistory

# By engine and detail.
_BYTES_A_SESSION = {
    ("sqlite", Detail.OUTCOME): 44_000,
    ("sqlite", Detail.FULL): 350_000,
    ("postgresql", Detail.OUTCOME): 55_000,
    ("postgresql", Detail.FULL): 350_000,
}
# The log that a transaction goes through first, and what a file system wants to keep free.
_SPARE_BYTES = 200_000_000
_SQLITE = "sqlite:///"


def needed_bytes(database_url: str, detail: Detail, sessions: int) -> int:
    """What so many sessions will take on the disk of the database."""
    engine = "sqlite" if database_url.startswith(_SQLITE) else "postgresql"
    return _BYTES_A_SESSION[engine, detail] * sessions


def refuse_without_room(database_url: str, needed: int) -> None:
    """Raises `ImpossibleHistory` where the disk of a SQLite file has less; a server's disk is not seen from here."""
    if not database_url.startswith(_SQLITE):
        return
    path = Path(database_url.removeprefix(_SQLITE)).absolute()
    folder = next(one for one in path.parents if one.exists())
    there = path.stat().st_size if path.exists() else 0
    free = shutil.disk_usage(folder).free
    if needed - there + _SPARE_BYTES > free:
        raise ImpossibleHistory(f"{words(needed)} are needed, and {words(free)} are free in {folder}")


def words(size: float) -> str:
    """Bytes for a person, in decimal units."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
