"""Projections dropped and made anew from the record are, to the byte, what the recorder has kept."""

import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from session_store.commands import EntryOutcome, JudgeTime, RecordEntries, TabletHeard
from session_store.domain import alert_evaluation
from session_store.opening import open_record
from session_store.rebuilding import rebuild
from session_store.recorder import Recorder
from session_store.settings import Settings
from session_store.storage import projections
from session_store.storage.engine import Engines
from session_store.storage.schema import PROJECTION_TABLES
from session_store.verifying import verify
from tests.postgresql import ON_BOTH_ENGINES, Cluster
from tests.properties.test_record_properties import LATE_STEPS, Chair, Clinic, Step
from tests.record_building import NURSE, PHYSICIAN, PLAN, SetClock, TestRecord, sent

ANSWERS = st.builds(
    Step,
    st.sampled_from([5, 70, 400]),
    st.sampled_from(["acknowledgement", "at_the_chair"]),
    st.fixed_dictionaries({"which": st.integers(0, 9), "deadline_min": st.sampled_from([None, 2])}),
    st.sampled_from([NURSE, PHYSICIAN]),
)
TICKS = st.builds(Step, st.sampled_from([1, 30, 130, 1000]), st.just("tick"))
TABLETS = st.builds(Step, st.sampled_from([1, 30]), st.sampled_from(["tablet_heard", "tablet_leaves"]))
BURSTS = st.builds(Step, st.sampled_from([1, 130]), st.just("burst"))
HISTORIES = st.lists(st.one_of(LATE_STEPS, LATE_STEPS, ANSWERS, TICKS, TABLETS, BURSTS), max_size=14)
TABLET_ID = UUID(int=7)


def happen(chair: Chair, step: Step) -> None:
    """A step of the record's own properties, or one of time and answers."""
    if step.kind == "tick":
        chair.record.clock.forward(seconds=step.after_s)
        chair.record.tick()
    elif step.kind == "burst":
        burst(chair, step.after_s)
    elif step.kind.startswith("tablet"):
        chair.record.clock.forward(seconds=step.after_s)
        command = TabletHeard(chair.session_id, TABLET_ID, NURSE, is_leaving=step.kind == "tablet_leaves")
        chair.record.recorder.submit(command).result()
    elif step.kind in ("acknowledgement", "at_the_chair"):
        answer(chair, step)
    else:
        chair.take(step)


def burst(chair: Chair, after_s: int) -> None:
    """Entries and the clock's own work in one transaction, or in several, as the writer takes them."""
    chair.record.clock.forward(seconds=after_s)
    notes = [sent("note", text=str(number)) for number in range(3)]
    commands: list[Any] = [JudgeTime(), RecordEntries(chair.session_id, NURSE, tuple(notes)), JudgeTime()]
    for future in [chair.record.recorder.submit(one) for one in commands]:
        future.result()


def answer(chair: Chair, step: Step) -> None:
    standing = chair.summary().alerts
    if not standing:
        return
    alert = standing[step.content["which"] % len(standing)]
    more = {"action": "remeasure", "deadline_min": step.content["deadline_min"]}
    content = {"alert_id": str(alert.alert_id)} | (more if step.kind == "acknowledgement" else {})
    chair.take(Step(step.after_s, step.kind, content, step.author))


def stored(engines: Engines) -> list[str]:
    """Every projection row as the database gives it."""
    with engines.reader.connect() as connection:
        return [
            repr(tuple(row))
            for table in PROJECTION_TABLES
            for row in connection.execute(select(table).order_by(*table.primary_key.columns))
        ]


def drop_projections(engines: Engines) -> None:
    with engines.writer.begin() as connection:
        for table in PROJECTION_TABLES:
            connection.execute(delete(table))


def clinic_on(url: str) -> Iterator[Clinic]:
    engines = open_record(Settings(database_url=url))
    clock = SetClock()
    recorder = Recorder(engines.writer, 1, clock)
    yield Clinic(engines, recorder, clock)
    recorder.close()
    engines.dispose()


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    yield from clinic_on(f"sqlite:///{tmp_path_factory.mktemp('rebuild') / 'record.sqlite'}")


@pytest.fixture(scope="module")
def on_postgresql(postgresql: Cluster) -> Iterator[Clinic]:
    yield from clinic_on(postgresql.new_database())


def assert_rebuilt_as_kept(clinic: Clinic, history: list[Step], is_monitored: bool) -> None:
    chair = clinic.running(is_monitored=is_monitored)
    for step in history:
        happen(chair, step)
    kept = stored(clinic.engines)
    drop_projections(clinic.engines)
    report = rebuild(clinic.engines.writer)
    assert stored(clinic.engines) == kept
    assert report.judged_otherwise == 0


@settings(max_examples=30, deadline=None, derandomize=True)
@given(history=HISTORIES, is_monitored=st.booleans())
def test_dropped_and_rebuilt_is_what_was_kept(on_sqlite: Clinic, history: list[Step], is_monitored: bool) -> None:
    assert_rebuilt_as_kept(on_sqlite, history, is_monitored)


@settings(max_examples=6, deadline=None, derandomize=True)
@given(history=HISTORIES, is_monitored=st.booleans())
def test_dropped_and_rebuilt_on_postgresql(on_postgresql: Clinic, history: list[Step], is_monitored: bool) -> None:
    assert_rebuilt_as_kept(on_postgresql, history, is_monitored)


@ON_BOTH_ENGINES
def test_what_differs_is_found_and_rebuilt(record: TestRecord, engines: Engines) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", systolic_mmhg=190, diastolic_mmhg=115)
    with engines.writer.begin() as connection:
        connection.execute(PROJECTION_TABLES[0].update().values(status="discharged", has_alerts=False))
    report = verify(engines.reader)
    assert report.is_intact and [one.session_id for one in report.to_rebuild] == [session_id]
    assert verify(engines.reader, projections=False).to_rebuild == []
    told: list[tuple[int, int]] = []
    rebuilt = rebuild(engines.writer, progress=lambda done, total: told.append((done, total)))
    assert (rebuilt.sessions, told, verify(engines.reader).to_rebuild) == (1, [(1, 1)], [])


def test_only_the_clinic_asked_for_is_rebuilt(record: TestRecord, engines: Engines) -> None:
    record.running()
    assert (rebuild(engines.writer, 2).sessions, rebuild(engines.writer, 1).sessions) == (0, 1)


@ON_BOTH_ENGINES
def test_where_rules_have_changed_the_alerts_on_record_stand(
    record: TestRecord, engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", systolic_mmhg=190, diastolic_mmhg=70)
    record.chart(session_id, "vital_signs", spo2_percent=85)
    before = summary_of(engines, session_id)
    record.chart(
        session_id, "acknowledgement", author=PHYSICIAN, alert_id=str(before.alerts[0].alert_id), action="remeasure"
    )
    before = summary_of(engines, session_id)
    monkeypatch.setitem(alert_evaluation._JUDGES, "vital_signs", ())
    report = rebuild(engines.writer)
    after = summary_of(engines, session_id)
    assert report.judged_otherwise == 1
    assert after.alerts_by_level == before.alerts_by_level and len(before.alerts) == 2
    for then, now in zip(before.alerts, after.alerts, strict=True):
        for name in ("alert_id", "condition", "level", "text", "raised_at", "acknowledged", "evidence_entry_id"):
            assert getattr(now, name) == getattr(then, name), name
    record.chart(session_id, "note", text="goes on")
    assert verify(engines.reader, projections=False).is_intact


def test_a_session_open_again_has_no_outcome_until_it_is_closed(record: TestRecord, engines: Engines) -> None:
    session_id = record.running()
    record.clock.forward(minutes=1)
    aborted = record.chart(session_id, "session_aborted", reason="test")
    assert outcome_count(engines) == 1
    record.chart(session_id, "entered_in_error", withdrawn_entry_id=str(aborted.entry_id), reason="wrong chair")
    assert outcome_count(engines) == 0 and verify(engines.reader).to_rebuild == []


def test_a_cancelled_session_is_counted_without_a_drug(record: TestRecord, engines: Engines) -> None:
    session_id, _ = record.plan(sent("session_planned", **PLAN))
    assert record.chart(session_id, "session_cancelled", reason="test").outcome is EntryOutcome.RECORDED
    with engines.reader.connect() as connection:
        row = connection.execute(select(PROJECTION_TABLES[1])).mappings().one()
    assert (row["first_drug_at"], row["planned_at"], row["status"]) == (None, record.clock.time, "cancelled")


@ON_BOTH_ENGINES
def test_rebuilding_never_overtakes_a_recorder(record: TestRecord, engines: Engines) -> None:
    session_id = record.running()
    done = threading.Event()

    def rebuild_again_and_again() -> None:
        # With a breath between: the lock of SQLite is not given in turn.
        while not done.wait(0.02):
            rebuild(engines.writer)

    thread = threading.Thread(target=rebuild_again_and_again)
    thread.start()
    for number in range(40):
        record.clock.forward(seconds=5)
        record.chart(session_id, "vital_signs", heart_rate_per_min=70 + number % 9)
    done.set()
    thread.join()
    summary = summary_of(engines, session_id)
    assert summary.next_seq == 49 and verify(engines.reader).to_rebuild == []


def summary_of(engines: Engines, session_id: Any) -> Any:
    with engines.reader.connect() as connection:
        return projections.load_summary(connection, 1, session_id)


def outcome_count(engines: Engines) -> int:
    with engines.reader.connect() as connection:
        return len(connection.execute(select(PROJECTION_TABLES[1])).all())
