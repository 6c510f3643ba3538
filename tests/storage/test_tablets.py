"""Bedside tablets that fall silent: raised once by the clock, over when one is heard again, rebuilt the same."""

from contextlib import closing
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import uuid_utils.compat
from sqlalchemy import select

from session_store.commands import EntryOutcome, JudgeTime, TabletHeard
from session_store.opening import open_record
from session_store.reader import Reader
from session_store.rebuilding import rebuild
from session_store.recorder import Recorder
from session_store.settings import Settings
from session_store.storage.engine import Engines
from session_store.storage.schema import tablet_presence
from session_store.verifying import verify
from tests.postgresql import ON_BOTH_ENGINES
from tests.record_building import NURSE, PHYSICIAN, TestRecord, sent
from tests.storage.test_rebuild import drop_projections, stored

pytestmark = ON_BOTH_ENGINES
TABLET, OTHER_TABLET = uuid_utils.compat.uuid7(), uuid_utils.compat.uuid7()
SILENT, JUST_HEARD = 90, 89


def hear(record: TestRecord, session_id: UUID, tablet_id: UUID = TABLET, *, is_leaving: bool = False) -> None:
    record.recorder.submit(TabletHeard(session_id, tablet_id, NURSE, is_leaving)).result()


def wait(record: TestRecord, seconds: float) -> None:
    record.clock.forward(seconds=seconds)
    record.tick()


def alerts(reader: Reader, session_id: UUID) -> list[dict[str, Any]]:
    """Alerts about the tablet as they stand, those over and settled too."""
    found = reader.timeline(session_id)["alerts"]
    return [one for one in found if one["condition"] == "tablet.silent"]


def written(reader: Reader, session_id: UUID) -> list[str]:
    """What the server wrote into the session, in order."""
    return [one["kind"] for one in reader.timeline(session_id)["entries"] if one["source"] == "server"]


def test_a_tablet_not_heard_for_90_s_alerts_once_until_it_is_heard_again(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    hear(record, session_id)
    last = record.clock.now()
    wait(record, JUST_HEARD)
    assert written(reader, session_id) == []
    wait(record, SILENT - JUST_HEARD)
    found = record.clock.now()
    for _ in range(3):
        wait(record, 1)
    (alert,) = alerts(reader, session_id)
    assert (alert["rule_id"], alert["level"], alert["text"]) == (
        "tablet.silent.warning", "warning", "Tablet not heard",
    )  # fmt: skip
    assert (alert["raised_at"], alert["cleared_at"]) == (found.isoformat(), None)
    entry = reader.timeline(session_id)["entries"][-1]
    assert (entry["kind"], entry["author_name"], entry["account_name"]) == ("tablet_silent", "Server", "Test Nurse 1")
    assert (entry["last_heard_at"], entry["effective_at"]) == (last.isoformat(), found.isoformat())
    assert alert["evidence_entry_id"] == entry["entry_id"]
    hear(record, session_id)
    (alert,) = alerts(reader, session_id)
    assert alert["cleared_at"] == record.clock.now().isoformat()
    assert written(reader, session_id) == ["tablet_silent", "tablet_heard_again"]
    wait(record, SILENT)
    assert written(reader, session_id) == ["tablet_silent", "tablet_heard_again", "tablet_silent"]
    assert [one["cleared_at"] is None for one in alerts(reader, session_id)].count(True) == 1


def test_hearing_a_tablet_is_no_change_of_the_record(record: TestRecord, reader: Reader, engines: Engines) -> None:
    session_id = record.running()
    before = reader.change_number()
    for _ in range(3):
        record.clock.forward(seconds=20)
        hear(record, session_id)
    assert reader.change_number() == before
    with engines.reader.connect() as connection:
        (row,) = connection.execute(select(tablet_presence)).mappings()
    assert (row["heard_at"], row["left_at"], row["account_name"]) == (record.clock.now(), None, NURSE.display_name)


def test_a_session_in_which_no_tablet_ever_spoke_is_not_called_silent(record: TestRecord, reader: Reader) -> None:
    session_id, other = record.running(), record.running(patient_label="TP-002")
    hear(record, other)
    wait(record, 1000)
    assert (written(reader, session_id), written(reader, other)) == ([], ["tablet_silent"])


def test_a_tablet_that_says_it_leaves_is_not_missed_until_it_is_back(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    hear(record, session_id)
    record.clock.forward(seconds=20)
    hear(record, session_id, is_leaving=True)
    wait(record, 1000)
    assert written(reader, session_id) == []
    hear(record, session_id)
    wait(record, SILENT)
    assert written(reader, session_id) == ["tablet_silent"]
    hear(record, session_id, is_leaving=True)
    wait(record, 1000)
    assert written(reader, session_id) == ["tablet_silent", "tablet_heard_again"]


def test_one_tablet_of_two_is_enough(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    hear(record, session_id)
    wait(record, 60)
    hear(record, session_id, OTHER_TABLET)
    wait(record, 60)
    assert written(reader, session_id) == []
    wait(record, 30)
    assert written(reader, session_id) == ["tablet_silent"]
    hear(record, session_id)
    assert written(reader, session_id) == ["tablet_silent", "tablet_heard_again"]


def test_before_the_start_nobody_is_missed_and_who_was_there_at_the_start_is(
    record: TestRecord, reader: Reader
) -> None:
    away, there = record.ready(), record.ready(patient_label="TP-002")
    for session_id in (away, there):
        record.override_start(session_id)
    hear(record, away)
    wait(record, SILENT)
    hear(record, there)
    wait(record, JUST_HEARD)
    for session_id in (away, there):
        start = record.chart(session_id, "infusion_started", pump_rate_ml_per_h=20, concentration_mg_per_ml=1)
        assert start.outcome is EntryOutcome.RECORDED
        assert written(reader, session_id) == []
    wait(record, 1)
    assert (written(reader, away), written(reader, there)) == ([], ["tablet_silent"])


@pytest.mark.parametrize("step", ["infusion_paused", "infusion_ended"])
def test_a_pause_and_the_recovery_are_watched_too(record: TestRecord, reader: Reader, step: str) -> None:
    session_id = record.running()
    record.chart(session_id, step)
    hear(record, session_id)
    wait(record, SILENT)
    assert written(reader, session_id) == ["tablet_silent"]


def test_closing_the_session_ends_the_silence(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    hear(record, session_id)
    wait(record, SILENT)
    record.clock.forward(seconds=1)
    record.chart(session_id, "session_aborted", reason="test")
    assert alerts(reader, session_id)[0]["cleared_at"] == record.clock.now().isoformat()
    hear(record, session_id)
    wait(record, 1000)
    assert written(reader, session_id) == ["tablet_silent"]


def test_a_closing_charted_late_ends_a_silence_found_after_it(
    record: TestRecord, reader: Reader, engines: Engines
) -> None:
    session_id = record.running()
    hear(record, session_id)
    closed_at = record.clock.forward(seconds=10)
    wait(record, 300)
    record.chart(session_id, "session_aborted", reason="test", effective_at=closed_at.isoformat())
    assert alerts(reader, session_id)[0]["cleared_at"] is not None
    assert verify(engines.reader).to_rebuild == []


def test_what_a_tablet_said_survives_the_server(record: TestRecord, reader: Reader, database_url: str) -> None:
    session_id = record.running()
    hear(record, session_id)
    record.recorder.close()
    engines = open_record(Settings(database_url=database_url))
    with closing(Recorder(engines.writer, 1, record.clock)) as recorder:
        record.recorder = recorder
        wait(record, SILENT)
        assert written(reader, session_id) == ["tablet_silent"]
    engines.dispose()


def test_nobody_is_called_silent_for_what_no_server_could_hear(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    hear(record, session_id)
    began = record.clock.forward(seconds=1000)
    for seconds, expected in ((0, []), (JUST_HEARD, []), (SILENT, ["tablet_silent"])):
        record.clock.time = began + timedelta(seconds=seconds)
        record.recorder.submit(JudgeTime(watched_since=began)).result()
        assert written(reader, session_id) == expected


def test_an_unknown_session_is_refused(record: TestRecord) -> None:
    command = TabletHeard(uuid_utils.compat.uuid7(), TABLET, NURSE)
    (result,) = record.recorder.submit(command).result()
    assert (result.outcome, result.problems[0].field) == (EntryOutcome.REFUSED, "session_id")


@pytest.mark.parametrize("kind", ["tablet_silent", "tablet_heard_again"])
def test_nobody_speaks_for_the_server(record: TestRecord, reader: Reader, kind: str) -> None:
    session_id = record.running()
    at = record.clock.now().isoformat()
    fields = {"last_heard_at": at} if kind == "tablet_silent" else {}
    tried = [sent(kind, **fields), sent(kind, source="server", **fields), sent("note", text="x", source="server")]
    results = record.record(session_id, *tried, author=PHYSICIAN)
    assert {one.outcome for one in results} == {EntryOutcome.REFUSED}
    assert [one.problems[0].field for one in results] == ["kind", "kind", "source"]
    assert written(reader, session_id) == []


def test_what_the_server_found_is_neither_withdrawn_nor_amended(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    hear(record, session_id)
    wait(record, SILENT)
    entry_id = reader.timeline(session_id)["entries"][-1]["entry_id"]
    results = record.record(
        session_id,
        sent("entered_in_error", withdrawn_entry_id=entry_id, reason="test"),
        sent("amendment", amended_entry_id=entry_id, reason="test", changes={"account_name": "Test Nurse 2"}),
    )
    assert {one.outcome for one in results} == {EntryOutcome.REFUSED}


def test_silences_are_rebuilt_as_they_were_kept(record: TestRecord, reader: Reader, engines: Engines) -> None:
    sessions = [record.running(patient_label=f"TP-{number}") for number in range(3)]
    for session_id in sessions:
        hear(record, session_id)
    wait(record, SILENT)
    hear(record, sessions[1])
    weight = sent("weight", weight_kg=72, basis="measured", confirmed=["weight_kg"])
    assert record.record(sessions[2], weight)[0].outcome is EntryOutcome.RECORDED
    kept = stored(engines)
    assert [len(alerts(reader, one)) for one in sessions] == [1, 1, 1]
    drop_projections(engines)
    assert rebuild(engines.writer).judged_otherwise == 0
    assert stored(engines) == kept
    report = verify(engines.reader)
    assert report.is_intact and report.to_rebuild == []
    hear(record, sessions[2])
    assert written(reader, sessions[2]) == ["tablet_silent", "tablet_heard_again"]
