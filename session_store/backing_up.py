"""Backup and restore: a backup is one SQLite file, whichever engine the record is kept on, verified before it counts.

The same two verbs move a record from SQLite to PostgreSQL and back. A backup is never overwritten, a restore never
goes into a database that holds a clinic, and the file restored from is never written to.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DatabaseError

from session_store.errors import RecordCorrupt, StoreUnavailable
from session_store.rebuilding import rebuild
from session_store.storage import record_reading, sqlite_files
from session_store.storage.engine import Engines, open_engines
from session_store.storage.migrating import migrate
from session_store.storage.schema_revision import is_newest
from session_store.storage.table_copying import copy_tables, holds_a_clinic
from session_store.verifying import VerifyReport, verify, verify_connection


def backup(engine: Engine, target: Path) -> VerifyReport:
    """A verified copy of the record as it is now, accounts included, in a new file; recording goes on meanwhile.

    Beside it stands its checksum. Raises `StoreUnavailable` where the file exists, `RecordCorrupt` where what was
    copied is broken: then no file is left.
    """
    partial = target.with_name(f"{target.name}.partial")
    if target.exists():
        raise StoreUnavailable(f"{target} exists already: a backup is never overwritten")
    target.parent.mkdir(parents=True, exist_ok=True)
    sqlite_files.remove(partial)
    try:
        # Made before anything is in it: nobody else on the machine may read patients' data.
        partial.touch(mode=0o600)
        _copy(engine, partial)
        report = _verified(partial, "the record, and so its copy,")
        sqlite_files.make_whole(partial)
        _seal(partial, target)
        sqlite_files.put_in_place(partial, target)
    finally:
        sqlite_files.remove(partial)
    return report


def restore(file: Path, target_url: str) -> VerifyReport:
    """The record of a backup in a new SQLite file or an empty PostgreSQL database.

    Raises `RecordCorrupt` naming the first broken row of a broken file, `StoreUnavailable` where there is nothing to
    restore from or no room to restore to.
    """
    if not file.is_file():
        raise StoreUnavailable(f"{file}: no such file")
    url = make_url(target_url)
    is_file = url.get_backend_name() == "sqlite"
    if is_file:
        _refuse_taken(Path(url.database or ""))
    with _scratch(Path(url.database).parent if is_file and url.database else None) as folder:
        copy = folder / "restored.sqlite"
        shutil.copyfile(file, copy)
        report = _made_ready(file, copy)
        if is_file:
            _place(copy, url)
            return report
        return _fill(copy, target_url)


def seal_of(file: Path) -> Path:
    """Where the checksum of a backup stands, in the form of `sha256sum`."""
    return file.with_name(f"{file.name}.sha256")


def _copy(engine: Engine, partial: Path) -> None:
    if engine.dialect.name == "sqlite":
        sqlite_files.copy_online(engine, partial)
        return
    with _opened(partial) as copy:
        migrate(copy.writer)
        with record_reading.snapshot(engine) as source, source.begin(), copy.writer.begin() as target:
            copy_tables(source, target)


def _verified(file: Path, what: str) -> VerifyReport:
    with _opened(file) as engines:
        report = verify(engines.reader)
    report.refuse_broken(what)
    return report


def _seal(partial: Path, target: Path) -> None:
    seal = seal_of(target)
    seal.write_text(f"{sqlite_files.checksum(partial)}  {target.name}\n")
    sqlite_files.sync(seal)


def _made_ready(file: Path, copy: Path) -> VerifyReport:
    """The copy of a backup checked, and brought to the schema and the projections of this program."""
    is_as_sealed = _is_as_sealed(file, copy)
    try:
        with _opened(copy) as engines:
            _migrate_older(engines, file)
            report = verify(engines.reader)
            if report.to_rebuild:
                rebuild(engines.writer)
    except DatabaseError as damaged:
        raise RecordCorrupt(f"{file} is broken: {damaged.orig}") from damaged
    report.refuse_broken(str(file))
    if not is_as_sealed:
        raise RecordCorrupt(f"{file} is broken: it is not what the backup wrote, its checksum differs")
    sqlite_files.make_whole(copy)
    return report


def _migrate_older(engines: Engines, file: Path) -> None:
    try:
        with engines.reader.connect() as connection:
            is_older = not is_newest(connection)
    except StoreUnavailable as refused:
        raise StoreUnavailable(f"{file} {refused}") from refused
    if is_older:
        migrate(engines.writer)
        rebuild(engines.writer)


def _is_as_sealed(file: Path, copy: Path) -> bool:
    """Whether the checksum fits; a backup that came without one is judged by its rows alone."""
    seal = seal_of(file)
    return not seal.exists() or seal.read_text().split(" ")[0] == sqlite_files.checksum(copy)


def _refuse_taken(target: Path) -> None:
    if target.exists() or sqlite_files.companions(target):
        raise StoreUnavailable(f"{target} exists already: move it away with its -wal and -shm, or restore elsewhere")
    target.parent.mkdir(parents=True, exist_ok=True)


def _place(copy: Path, url: URL) -> None:
    target = Path(url.database or "")
    _refuse_taken(target)
    copy.chmod(0o600)
    sqlite_files.put_in_place(copy, target)


def _fill(copy: Path, target_url: str) -> VerifyReport:
    """Everything into an empty database, in one transaction that ends only when the result is verified."""
    target = open_engines(target_url)
    try:
        migrate(target.writer)
        with _opened(copy) as engines, engines.reader.connect() as source, target.writer.begin() as connection:
            if holds_a_clinic(connection):
                raise StoreUnavailable(
                    f"database {target.writer.url.database} holds a clinic already: use an empty one"
                )
            copy_tables(source, connection)
            report = verify_connection(connection)
            report.refuse_broken("what was restored")
            return report
    finally:
        target.dispose()


@contextmanager
def _opened(file: Path) -> Iterator[Engines]:
    engines = open_engines(f"sqlite:///{file}")
    try:
        yield engines
    finally:
        engines.dispose()


@contextmanager
def _scratch(folder: Path | None) -> Iterator[Path]:
    """A folder of our own, beside the target so that a file can be renamed into place."""
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=folder) as name:
        yield Path(name)
