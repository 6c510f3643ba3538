"""The recorder goes on after its connection or the whole server was lost; what was answered is there once."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from uuid import UUID

import psycopg
import pysqlite3
import pytest
from sqlalchemy.engine import make_url

from session_store.commands import RecordEntries
from session_store.errors import StoreUnavailable
from session_store.opening import open_record
from session_store.reader import Reader
from session_store.recorder import Recorder
from session_store.settings import Settings
from session_store.storage.faults import is_passing
from tests.postgresql import ON_POSTGRESQL, Cluster
from tests.record_building import NURSE, SetClock, TestRecord, sent

_TERMINATE = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
)


def terminate_everybody(cluster: Cluster, url: str) -> int:
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        row = connection.execute(_TERMINATE, [make_url(url).database]).fetchone()
    assert row is not None
    return int(row[0])


@ON_POSTGRESQL
def test_a_terminated_connection_is_made_again_unnoticed(
    record: TestRecord, reader: Reader, postgresql: Cluster, database_url: str
) -> None:
    session_id = record.running()
    for _ in range(3):
        before = reader.change_number()
        assert terminate_everybody(postgresql, database_url) >= 1
        assert record.chart(session_id, "note", text="after the loss").outcome.value == "recorded"
        assert reader.change_number() == before + 1


@ON_POSTGRESQL
def test_what_was_answered_while_connections_were_cut_is_there_once(
    record: TestRecord, reader: Reader, postgresql: Cluster, database_url: str
) -> None:
    session_id = record.running()
    answered, refused, done = list[str](), list[str](), threading.Event()

    def write() -> None:
        while not done.is_set():
            raw = sent("note", text="one of many")
            try:
                record.record(session_id, raw)
                answered.append(raw["entry_id"])
            except StoreUnavailable:
                refused.append(raw["entry_id"])

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for _ in range(8):
        time.sleep(0.1)
        terminate_everybody(postgresql, database_url)
    done.set()
    for writer in writers:
        writer.join()
    present = [one["entry_id"] for one in reader.timeline(session_id)["entries"] if one["kind"] == "note"]
    assert len(answered) > 10
    assert set(answered) <= set(present) and len(present) == len(set(present))


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """One that a test may stop."""
    cluster = Cluster()
    with closing(cluster):
        cluster.start()
        yield cluster


def test_without_a_server_both_paths_say_so_and_go_on_when_it_is_back(own_cluster: Cluster, clock: SetClock) -> None:
    engines = open_record(Settings(database_url=own_cluster.new_database()))
    reader = Reader(engines.reader, 1)
    with closing(Recorder(engines.writer, 1, clock)) as recorder:
        record = TestRecord(recorder, clock)
        session_id = record.running()
        own_cluster.kill()
        waiting = [recorder.submit(_note(session_id)) for _ in range(20)]
        for one in waiting:
            with pytest.raises(StoreUnavailable, match="may have been written"):
                one.result()
        with pytest.raises(StoreUnavailable):
            reader.change_number()
        own_cluster.start()
        assert record.chart(session_id, "note", text="it is back").outcome.value == "recorded"
        assert reader.sessions("running")
    engines.dispose()


def _note(session_id: UUID) -> RecordEntries:
    return RecordEntries(session_id, NURSE, (sent("note", text="too early"),))


def test_a_busy_file_is_tried_once_more(record: TestRecord, monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    session_id = record.running()
    busy = _busy_fault(database_url)
    assert is_passing(busy)
    real, faults = record.recorder._commit, [busy]

    def busy_once(commands: list[object]) -> object:
        if faults:
            raise faults.pop()
        return real(commands)  # type: ignore[arg-type]

    monkeypatch.setattr(record.recorder, "_commit", busy_once)
    assert record.chart(session_id, "note", text="at the second try").outcome.value == "recorded"


def _busy_fault(url: str) -> Exception:
    path = str(make_url(url).database)
    with closing(pysqlite3.connect(path, timeout=0)) as holder, closing(pysqlite3.connect(path, timeout=0)) as other:
        holder.execute("BEGIN IMMEDIATE")
        try:
            other.execute("BEGIN IMMEDIATE")
        except pysqlite3.OperationalError as busy:
            return busy  # type: ignore[no-any-return]
    raise AssertionError("the file was not busy")
