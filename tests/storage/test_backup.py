"""Backup and restore: a verified copy while writing goes on; what is broken is refused; both engines, both ways."""

import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from session_store import backing_up
from session_store.accounts import AccountBook, NewAccount
from session_store.backing_up import backup, restore, seal_of
from session_store.errors import RecordCorrupt, StoreUnavailable
from session_store.storage.engine import Engines, open_engines
from session_store.storage.schema import entry
from session_store.storage.sqlite import safe_library
from session_store.verifying import verify
from tests.postgresql import ON_BOTH_ENGINES, Cluster
from tests.record_building import SetClock, TestRecord
from tests.storage.tampering import tamper


def entry_ids(url: str) -> set[str]:
    engines = open_engines(url)
    try:
        with engines.reader.connect() as connection:
            return {str(row[0]) for row in connection.execute(select(entry.c.entry_id))}
    finally:
        engines.dispose()


def head(url: str) -> bytes:
    engines = open_engines(url)
    try:
        report = verify(engines.reader)
    finally:
        engines.dispose()
    assert (report.broken, report.to_rebuild) == ([], [])
    return report.clinics[0].chain_head


def url_of(file: Path) -> str:
    return f"sqlite:///{file}"


@pytest.fixture
def filled(record: TestRecord) -> TestRecord:
    session_id = record.running()
    record.chart(session_id, "vital_signs", systolic_mmhg=190, diastolic_mmhg=115)
    record.chart(session_id, "weight", weight_kg=70.50, basis="measured")
    return record


@ON_BOTH_ENGINES
def test_a_backup_during_writing_has_all_that_was_answered_before(
    record: TestRecord, engines: Engines, tmp_path: Path
) -> None:
    sessions = [record.running() for _ in range(4)]
    answered: list[str] = []
    done = threading.Event()

    def write(session_id: Any) -> None:
        while not done.is_set():
            result = record.chart(session_id, "vital_signs", heart_rate_per_min=80)
            answered.append(str(result.entry_id))

    threads = [threading.Thread(target=write, args=(one,)) for one in sessions]
    for thread in threads:
        thread.start()
    while len(answered) < 20:
        done.wait(0.01)
    before = set(answered)
    file = tmp_path / "copies" / "backup.sqlite"
    report = backup(engines.reader, file)
    is_still_writing = len(answered) > len(before)
    done.set()
    for thread in threads:
        thread.join()
    assert report.is_intact and report.to_rebuild == [] and is_still_writing
    assert before <= entry_ids(url_of(file))
    assert sorted(one.name for one in file.parent.iterdir()) == ["backup.sqlite", "backup.sqlite.sha256"]
    assert file.stat().st_mode & 0o077 == 0, "patients' data are for the owner alone"
    restored = url_of(tmp_path / "restored.sqlite")
    restore(file, restored)
    assert before <= entry_ids(restored) and head(restored) == report.clinics[0].chain_head


def test_from_sqlite_to_postgresql_and_back(
    filled: TestRecord, engines: Engines, database_url: str, postgresql: Cluster, tmp_path: Path
) -> None:
    account_id = AccountBook(engines.writer, engines.reader, 1, SetClock()).add(NewAccount("anna", "Anna", "nurse"))
    backup(engines.reader, tmp_path / "there.sqlite")
    there = postgresql.new_database(is_empty=True)
    restore(tmp_path / "there.sqlite", there)
    moved = open_engines(there)
    backup(moved.reader, tmp_path / "back.sqlite")
    book = AccountBook(moved.writer, moved.reader, 1, SetClock())
    assert [one.account_id for one in book.all()] == [account_id]
    moved.dispose()
    restore(tmp_path / "back.sqlite", url_of(tmp_path / "home.sqlite"))
    assert head(database_url) == head(there) == head(url_of(tmp_path / "home.sqlite"))
    assert entry_ids(database_url) == entry_ids(there) == entry_ids(url_of(tmp_path / "home.sqlite"))


def test_nothing_that_is_there_is_overwritten(
    filled: TestRecord, engines: Engines, database_url: str, postgresql: Cluster, tmp_path: Path
) -> None:
    file = tmp_path / "backup.sqlite"
    backup(engines.reader, file)
    with pytest.raises(StoreUnavailable, match="exists already"):
        backup(engines.reader, file)
    with pytest.raises(StoreUnavailable, match="exists already"):
        restore(file, database_url)
    stale = tmp_path / "new.sqlite-wal"
    stale.write_bytes(b"of another file")
    with pytest.raises(StoreUnavailable, match="exists already"):
        restore(file, url_of(tmp_path / "new.sqlite"))
    with pytest.raises(StoreUnavailable, match="holds a clinic already"):
        restore(file, postgresql.new_database())
    with pytest.raises(StoreUnavailable, match="no such file"):
        restore(tmp_path / "none.sqlite", url_of(tmp_path / "other.sqlite"))


@pytest.mark.parametrize("is_sealed", [True, False])
def test_a_backup_without_a_row_is_refused_by_its_name(
    filled: TestRecord, engines: Engines, tmp_path: Path, is_sealed: bool
) -> None:
    file = tmp_path / "backup.sqlite"
    backup(engines.reader, file)
    tamper(url_of(file), ["DELETE FROM entry WHERE seq = 8"])
    if not is_sealed:
        seal_of(file).unlink()
    with pytest.raises(RecordCorrupt, match=r"change 8, table entry, session .*, seq 8: is missing"):
        restore(file, url_of(tmp_path / "restored.sqlite"))
    assert not (tmp_path / "restored.sqlite").exists()


def test_a_backup_with_any_byte_flipped_is_refused(filled: TestRecord, engines: Engines, tmp_path: Path) -> None:
    file = tmp_path / "backup.sqlite"
    backup(engines.reader, file)
    whole = file.read_bytes()
    for at in range(5000, len(whole), len(whole) // 12):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        with pytest.raises(RecordCorrupt, match="is broken"):
            restore(file, url_of(tmp_path / "restored.sqlite"))
        assert not (tmp_path / "restored.sqlite").exists()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RecordCorrupt, match="is broken"):
        restore(file, url_of(tmp_path / "restored.sqlite"))


def test_what_is_no_record_or_of_a_newer_program_is_refused(
    filled: TestRecord, engines: Engines, tmp_path: Path
) -> None:
    file = tmp_path / "backup.sqlite"
    with closing(safe_library().connect(str(file))) as connection:
        connection.execute("CREATE TABLE other (one)")
    with pytest.raises(StoreUnavailable, match="holds no record"):
        restore(file, url_of(tmp_path / "restored.sqlite"))
    file.unlink()
    backup(engines.reader, file)
    seal_of(file).unlink()
    with closing(safe_library().connect(str(file))) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(StoreUnavailable, match="newer than this program"):
        restore(file, url_of(tmp_path / "restored.sqlite"))


@ON_BOTH_ENGINES
def test_a_broken_record_gives_no_backup(
    filled: TestRecord, engines: Engines, database_url: str, tmp_path: Path
) -> None:
    tamper(database_url, ["UPDATE entry SET author_name = 'No One' WHERE seq = 5"])
    with pytest.raises(RecordCorrupt, match="change 5, table entry"):
        backup(engines.reader, tmp_path / "backup.sqlite")
    assert not [one for one in tmp_path.iterdir() if one.name.startswith("backup")]


@pytest.mark.parametrize("is_file", [True, False])
def test_a_restore_that_fails_leaves_nothing(
    filled: TestRecord, engines: Engines, tmp_path: Path, is_file: bool, request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    file, url = tmp_path / "backup.sqlite", url_of(tmp_path / "restored.sqlite")
    if not is_file:
        url = request.getfixturevalue("postgresql").new_database(is_empty=True)
    backup(engines.reader, file)
    failing = "put_in_place" if is_file else "verify_connection"

    def fail(*_: Any) -> Any:
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(backing_up.sqlite_files if is_file else backing_up, failing, fail)
        with pytest.raises(OSError, match="no space"):
            restore(file, url)
    assert not list(tmp_path.glob(".restoring-*"))
    restore(file, url)
    head(url)
