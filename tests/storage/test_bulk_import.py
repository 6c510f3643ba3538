"""History goes in as the recorder would have written it; a fault in one command harms no other."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from session_store.bulk_import import ImportedSession, write_sessions
from session_store.clock import SystemClock
from session_store.commands import RecordEntries
from session_store.errors import CommandRefused, StoreUnavailable
from session_store.reader import Reader
from session_store.recorder import Recorder
from session_store.reports import Reports
from session_store.storage.engine import Engines
from simulators.clinic_history import finished_sessions
from tests.record_building import NURSE, PHYSICIAN, TestRecord, sent

UNTIL = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


def history(weeks: int = 1) -> list[ImportedSession]:
    return [ImportedSession(one.session_id, one.entries) for one in finished_sessions(weeks, 7, UNTIL)]


def write(engines: Engines, sessions: list[ImportedSession]) -> int:
    return write_sessions(engines.writer, 1, NURSE, sessions, is_simulated=True, acknowledging=PHYSICIAN)


def dump(engines: Engines) -> list[tuple[Any, ...]]:
    columns = "kind, effective_at, heart_rate_per_min, systolic_mmhg, content"
    query = f"SELECT {columns} FROM entry WHERE kind != 'acknowledgement' ORDER BY session_id, seq"
    with engines.reader.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_the_same_seed_gives_the_same_history_and_importing_again_adds_nothing(
    engines: Engines, reader: Reader
) -> None:
    sessions = history()
    assert write(engines, sessions) == len(sessions) > 5
    first, number = dump(engines), reader.change_number()
    assert [one.entries for one in history()] == [one.entries for one in sessions]
    write(engines, sessions)
    assert (dump(engines), reader.change_number()) == (first, number)


def test_imported_sessions_are_finished_simulated_seen_and_counted(engines: Engines, reader: Reader) -> None:
    sessions = history(2)
    write(engines, sessions)
    tiles = reader.sessions("finished", 1000)
    assert len(tiles) == len(sessions) and all(tile["is_simulated"] for tile in tiles)
    assert reader.panel(UNTIL, 60)[1] == []
    report = Reports(reader.outcomes).responders(1, UNTIL - timedelta(days=60), UNTIL + timedelta(days=1))
    assert report.as_json()


def test_an_imported_session_equals_one_recorded_entry_by_entry(engines: Engines, record: TestRecord) -> None:
    session = history()[0]
    write_sessions(engines.writer, 1, NURSE, [session], is_simulated=True)
    imported = Reader(engines.reader, 1).timeline(session.session_id)
    assert [one["seq"] for one in imported["entries"]] == list(range(1, len(session.entries) + 1))
    assert [one["kind"] for one in imported["entries"]] == [one["kind"] for one in session.entries]


def test_an_entry_that_cannot_be_recorded_stops_the_import_and_writes_nothing(engines: Engines, reader: Reader) -> None:
    session = history()[0]
    spoiled = [*session.entries[:3], dict(session.entries[3]) | {"kind": "teleport"}]
    with pytest.raises(CommandRefused, match="teleport"):
        write_sessions(engines.writer, 1, NURSE, [ImportedSession(session.session_id, spoiled)], is_simulated=True)
    assert reader.change_number() == 0


def test_one_command_that_fails_takes_no_other_with_it(record: TestRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    session_id = record.running()
    real = record.recorder._commit

    def failing(commands: list[Any]) -> Any:
        if any("poison" in str(one) for one in commands):
            raise OSError("disk full")
        return real(commands)

    monkeypatch.setattr(record.recorder, "_commit", failing)
    words = ["fine", "poison", "fine too"]
    futures = [
        record.recorder.submit(RecordEntries(session_id, NURSE, (sent("note", text=word),))) for word in words
    ]  # fmt: skip
    assert futures[0].result()[0].outcome.value == futures[2].result()[0].outcome.value == "recorded"
    with pytest.raises(StoreUnavailable, match="nothing was written"):
        futures[1].result()


def test_a_closed_recorder_takes_nothing_more(engines: Engines) -> None:
    recorder = Recorder(engines.writer, 1, SystemClock())
    recorder.close()
    with pytest.raises(StoreUnavailable):
        recorder.submit(RecordEntries(NURSE.account_id, NURSE, ()))
