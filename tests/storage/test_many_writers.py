"""Eight writers, each with a recorder and connections of its own, as eight servers have; one who reads along."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from uuid import UUID

from session_store.clock import SystemClock
from session_store.commands import RecordEntries
from session_store.opening import open_record
from session_store.reader import Reader
from session_store.recorder import Recorder
from session_store.settings import Settings
from session_store.storage.engine import Engines
from tests.postgresql import ON_BOTH_ENGINES
from tests.record_building import NURSE, TestRecord, sent

pytestmark = ON_BOTH_ENGINES
WRITERS = 8
NOTES_EACH = 30


@contextmanager
def another_server(url: str) -> Iterator[Recorder]:
    engines = open_record(Settings(database_url=url))
    with closing(Recorder(engines.writer, 1, SystemClock())) as recorder:
        yield recorder
    engines.dispose()


class Tail(threading.Thread):
    """Reads what comes after the last number seen, until it is told to stop and nothing is left."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader
        self.seen: list[int] = []
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.is_set() or self.reader.changes_after(self._last, 1):
            self.seen += [one["change_number"] for one in self.reader.changes_after(self._last, 50)]

    @property
    def _last(self) -> int:
        return self.seen[-1] if self.seen else 0


def write(recorder: Recorder, session_id: UUID, outcomes: list[str]) -> None:
    for number in range(NOTES_EACH):
        command = RecordEntries(session_id, NURSE, (sent("note", text=f"note {number}"),))
        outcomes += [one.outcome.value for one in recorder.submit(command).result()]


def test_a_reader_of_the_feed_sees_every_change_once_and_in_order(
    record: TestRecord, reader: Reader, engines: Engines, database_url: str
) -> None:
    # Four sessions: two writers meet in each of them.
    sessions = [record.running(chair_label=str(chair)) for chair in range(4)]
    tail, outcomes = Tail(reader), list[str]()
    tail.start()
    with ExitStack() as stack:
        recorders = [stack.enter_context(another_server(database_url)) for _ in range(WRITERS)]
        writers = [
            threading.Thread(target=write, args=(recorder, sessions[place % 4], outcomes))
            for place, recorder in enumerate(recorders)
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
    tail.done.set()
    tail.join()
    assert outcomes == ["recorded"] * (WRITERS * NOTES_EACH)
    assert tail.seen == list(range(1, reader.change_number() + 1))
    for session_id in sessions:
        seqs = [entry["seq"] for entry in reader.timeline(session_id)["entries"]]
        assert seqs == list(range(1, len(seqs) + 1))
