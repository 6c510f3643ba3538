"""History goes in as the recorder would have written it; a fault in one command harms no other."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from session_store.accounts import AccountBook, NewAccount, Role
from session_store.bulk_import import ImportedSession, write_clinic_entries, write_sessions
from session_store.bulk_preparing import HistorySession
from session_store.clock import SystemClock
from session_store.commands import RecordEntries
from session_store.errors import CommandRefused, StoreUnavailable
from session_store.opening import open_record
from session_store.reader import Reader
from session_store.recorder import Recorder
from session_store.reports import Reports
from session_store.settings import Settings
from session_store.storage.engine import Engines
from session_store.storage.schema import entry
from simulators.history.charted_sessions import charted_sessions
from simulators.history.plan import HistoryPlan
from simulators.history.running import write_history
from simulators.history.workforce import workforce_of
from simulators.staff import NURSE as NURSE_NAME
from simulators.staff import PHYSICIAN as PHYSICIAN_NAME
from tests.record_building import NURSE, PHYSICIAN, TestRecord, sent

UNTIL = datetime(2026, 11, 20, tzinfo=UTC)
PLAN = HistoryPlan(seed=7, until=UNTIL, sessions=8, chairs=1)
# The physician who answers the alerts witnesses the wastes.
ADDED_BY_THE_IMPORT = {"ledger_witnessed"}


def imported(session: HistorySession) -> ImportedSession:
    entries = [entry.raw for entry in session.entries if entry.kind not in ADDED_BY_THE_IMPORT]
    return ImportedSession(session.session_id, entries)


def history() -> list[ImportedSession]:
    return [imported(one) for one in charted_sessions(PLAN)]


def credentials() -> list[dict[str, Any]]:
    (clinic,) = PLAN.clinic_plans()
    return workforce_of(clinic, {}).credential_entries(UNTIL - timedelta(weeks=60), UNTIL)


def write_credentials(engines: Engines) -> None:
    """What the starts of the history are held for."""
    entries = credentials()
    write_clinic_entries(engines.writer, 1, PHYSICIAN, entries, is_simulated=True)


def write(engines: Engines, sessions: list[ImportedSession]) -> int:
    write_credentials(engines)
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
    sessions = history()
    write(engines, sessions)
    tiles = reader.sessions("finished", 1000)
    assert len(tiles) == len(sessions) and all(tile["is_simulated"] for tile in tiles)
    assert reader.panel(UNTIL, 60)[1] == []
    rules = {one["rule_id"] for tile in tiles for one in timeline_alerts(reader, tile["session_id"])}
    assert rules.isdisjoint({"start.missing.warning", "discharge.unmet.warning"})
    report = Reports(reader.outcomes).responders(1, UNTIL - timedelta(days=60), UNTIL + timedelta(days=1))
    assert report.as_json()


def timeline_alerts(reader: Reader, session_id: str) -> list[dict[str, Any]]:
    return list(reader.timeline(UUID(session_id))["alerts"])


def test_a_start_without_credentials_on_record_is_held_and_writes_nothing(engines: Engines, reader: Reader) -> None:
    with pytest.raises(CommandRefused, match="valid credentials"):
        write_sessions(engines.writer, 1, NURSE, history(), is_simulated=True)
    assert reader.change_number() == 0


def test_what_a_physician_decides_is_entered_by_the_physician(engines: Engines, reader: Reader) -> None:
    made = charted_sessions(replace(PLAN, sessions=300))
    one = next(session for session in made if any(entry.kind == "start_override" for entry in session.entries))
    write(engines, [imported(one)])
    entries = reader.timeline(one.session_id)["entries"]
    override = next(entry for entry in entries if entry["kind"] == "start_override")
    assert override["author_name"] == PHYSICIAN.display_name and override["overridden"]
    others = {entry["author_name"] for entry in entries if entry["kind"] in ("infusion_started", "vital_signs")}
    assert others == {NURSE.display_name}


def test_credentials_that_cannot_be_recorded_stop_the_import(engines: Engines, reader: Reader) -> None:
    entries = credentials()
    with pytest.raises(CommandRefused, match="staff_credential"):
        write_clinic_entries(
            engines.writer, 1, PHYSICIAN, [*entries[:2], entries[2] | {"credential": "diving"}], is_simulated=True
        )
    assert reader.change_number() == 0
    write_clinic_entries(engines.writer, 1, PHYSICIAN, [], is_simulated=True)
    assert reader.change_number() == 0


def test_the_people_of_a_history_are_those_of_the_database(empty_url: str) -> None:
    engines = open_record(Settings(database_url=empty_url, is_simulated=True))
    book, reader = AccountBook(engines.writer, engines.reader, 1, SystemClock()), Reader(engines.reader, 1)
    nurse_id = book.add(NewAccount("nurse", NURSE_NAME, Role.NURSE))
    physician_id = book.add(NewAccount("physician", PHYSICIAN_NAME, Role.PHYSICIAN))
    (clinic,) = write_history(empty_url, PLAN)
    assert clinic.sessions == 8
    held = reader.clinic_record()["credentials"]
    assert {str(physician_id), str(nurse_id)} < set(held)
    assert set(held[str(physician_id)]) == {"ketamine_experience", "acls", "moderate_sedation"}
    with engines.reader.connect() as connection:
        query = select(entry.c.author_id).where(entry.c.author_name == NURSE_NAME)
        assert set(connection.execute(query).scalars()) == {nurse_id}
    engines.dispose()


def test_an_imported_session_equals_one_recorded_entry_by_entry(engines: Engines, record: TestRecord) -> None:
    session = history()[0]
    write_credentials(engines)
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
