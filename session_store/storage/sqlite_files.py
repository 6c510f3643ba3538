"""Whole SQLite files: copied while they are written to, made to stand alone, brought safely to the disk."""

import os
from contextlib import closing
from hashlib import file_digest
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from session_store.storage.sqlite import safe_library

# SQLite keeps what is not yet in the file beside it; a file put in the place of another must not meet these.
COMPANIONS = ("-wal", "-shm", "-journal")


def copy_online(engine: Engine, target: Path) -> None:
    """A consistent copy by SQLite's own backup; writing goes on meanwhile."""
    with closing(engine.raw_connection()) as pooled, closing(safe_library().connect(str(target))) as copy:
        source: Any = pooled.driver_connection
        source.backup(copy)


def make_whole(file: Path) -> None:
    """Everything in the one file, nothing beside it; nobody else may have it open.

    It stays in WAL mode: whoever opens it later to look changes no byte of it, and so not its checksum.
    """
    with closing(safe_library().connect(str(file), isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def companions(file: Path) -> list[Path]:
    """What SQLite has left beside a file."""
    return [path for end in COMPANIONS if (path := file.with_name(file.name + end)).exists()]


def remove(file: Path) -> None:
    """Remove a file that was not finished, with what lies beside it."""
    for path in (*companions(file), file):
        path.unlink(missing_ok=True)


def checksum(file: Path) -> str:
    """SHA-256 of the file as it is, in hex."""
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk before going on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put_in_place(partial: Path, target: Path) -> None:
    """The finished file under its final name; a power loss leaves one of the two names, whole."""
    sync(partial)
    partial.rename(target)
    sync(target.parent)
