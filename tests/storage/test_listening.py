"""Two servers on one PostgreSQL database: who follows either sees every change of both, in order, once."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from session_store.listening import listening
from session_store.opening import open_record
from session_store.reader import Reader
from session_store.recorder import Recorder
from session_store.settings import Settings
from session_store.storage.engine import Engines
from tests.postgresql import ON_POSTGRESQL, Cluster
from tests.record_building import SetClock, TestRecord
from tests.storage.test_lost_connection import terminate_everybody

Change = dict[str, Any]


@contextmanager
def server(url: str, clock: SetClock, seen: list[Change]) -> Iterator[TestRecord]:
    """A recorder and a listener on engines of their own."""
    engines = open_record(Settings(database_url=url))
    reader = Reader(engines.reader, 1)
    with (
        listening(engines, reader, 1, reader.change_number(), seen.append),
        closing(Recorder(engines.writer, 1, clock)) as recorder,
    ):
        yield TestRecord(recorder, clock)
    engines.dispose()


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    assert condition()


def numbers(seen: list[Change]) -> list[int]:
    return [one["change_number"] for one in seen]


@ON_POSTGRESQL
def test_viewers_of_either_server_see_all_changes_in_order_once(database_url: str, clock: SetClock) -> None:
    here, there = list[Change](), list[Change]()
    with server(database_url, clock, here) as one, server(database_url, clock, there) as other:
        session_id = one.running()
        for round_ in range(15):
            one.chart(session_id, "note", text=f"here {round_}")
            other.chart(session_id, "note", text=f"there {round_}")
        last = one.chart(session_id, "note", text="the last").change_number
        assert last is not None
        wait_for(lambda: len(here) >= last and len(there) >= last)
    assert numbers(here) == numbers(there) == list(range(1, last + 1))
    assert [one["entry"] for one in here] == [one["entry"] for one in there]
    assert here[-1]["entry"]["text"] == "the last"


@ON_POSTGRESQL
def test_a_change_is_heard_of_at_once(database_url: str, clock: SetClock) -> None:
    seen = list[Change]()
    with server(database_url, clock, []) as writing, server(database_url, clock, seen):
        session_id = writing.running()
        waits = []
        for _ in range(10):
            number = writing.chart(session_id, "note", text="now").change_number
            since = time.monotonic()
            wait_for(lambda number=number: number in numbers(seen))  # type: ignore[misc]
            waits.append(time.monotonic() - since)
    # Without the bell each would take about half a second.
    assert sorted(waits)[5] < 0.2, waits


@ON_POSTGRESQL
def test_nothing_is_missed_while_the_listening_connection_was_cut(
    database_url: str, clock: SetClock, postgresql: Cluster
) -> None:
    seen = list[Change]()
    with server(database_url, clock, seen) as writing:
        session_id = writing.running()
        terminate_everybody(postgresql, database_url)
        last = writing.chart(session_id, "note", text="said into the silence").change_number
        assert last is not None
        wait_for(lambda: len(seen) >= last)
    assert numbers(seen) == list(range(1, last + 1))


def test_on_a_file_nothing_listens(engines: Engines, reader: Reader, record: TestRecord) -> None:
    seen = list[Change]()
    with listening(engines, reader, 1, 0, seen.append):
        record.running()
        time.sleep(0.1)
    assert seen == []


@ON_POSTGRESQL
def test_a_viewer_that_fails_does_not_stop_the_others(
    database_url: str, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    engines = open_record(Settings(database_url=database_url))
    reader, seen = Reader(engines.reader, 1), list[Change]()

    def publish(change: Change) -> None:
        seen.append(change)
        raise RuntimeError("a viewer that fails")

    with listening(engines, reader, 1, 0, publish), closing(Recorder(engines.writer, 1, clock)) as recorder:
        TestRecord(recorder, clock).running()
        wait_for(lambda: len(seen) >= reader.change_number())
    assert numbers(seen) == list(range(1, reader.change_number() + 1))
    engines.dispose()
