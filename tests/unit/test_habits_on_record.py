"""What the simulated nurse charts late, mistypes, amends and acknowledges goes through a real recorder: all of it is
taken, and the record says what was meant."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uuid_utils.compat
from numpy.random import SeedSequence

from session_store.commands import (
    Author,
    Command,
    EntryResult,
    JudgeTime,
    PlanSession,
    RecordClinicEntries,
    RecordEntries,
)
from session_store.opening import open_record
from session_store.reader import Reader
from session_store.recorder import Recorder
from session_store.settings import Settings
from simulators.chair import ChairSession, Door, Outgoing
from simulators.scenarios.plan import ChairPlan, ChartingHabits, Episode, MonitorQuirks, PlannedAct
from simulators.staff import SIMULATED_STAFF, credential_entries
from tests.record_building import SetClock

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TRAVEL = timedelta(milliseconds=300)
LOOKS_EVERY = timedelta(seconds=30)
AUTHORS = {
    Door.NURSE: Author(SIMULATED_STAFF.nurse_id, "Test Nurse 1", "nurse"),
    Door.PHYSICIAN: Author(SIMULATED_STAFF.physician_id, "Test Physician 1", "physician"),
    Door.DEVICE: Author(uuid_utils.compat.uuid7(), "Test Monitor 1", "device"),
}
ADMINISTRATOR = Author(uuid_utils.compat.uuid7(), "Test Administrator 1", "administrator")
CALM = {
    "age_years": 46, "weight_kg": 70.0, "systolic_mmhg": 116.0, "diastolic_mmhg": 68.0, "heart_rate_per_min": 70.0,
    "spo2_percent": 98.0, "respiratory_rate_per_min": 15.0, "pressure_gain": 0.5,
}  # fmt: skip
PLAIN = ChairPlan(
    name="plain",
    story="nothing happens until the patient leaves",
    rate_mg_per_kg_per_h=0.5,
    duration_min=60,
    acts=(PlannedAct(42.0, "left_against_advice"),),
    persona=CALM,
    restlessness=0.1,
)


class Ward:
    """One session from chair to record; the clock follows what leaves, and the nurse looks at her alerts."""

    def __init__(self, recorder: Recorder, reader: Reader, clock: SetClock) -> None:
        self._recorder, self._reader, self._clock = recorder, reader, clock
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.refused: list[EntryResult] = []

    def play(self, plan: ChairPlan) -> dict[str, Any]:
        """The timeline of the whole session."""
        session = ChairSession(plan, "1", NOON, SeedSequence(5), step_s=LOOKS_EVERY.total_seconds())
        self._open(session)
        at = session.ready_at
        while not session.is_closed:
            at += LOOKS_EVERY
            for outgoing in session.entries_until(at):
                self._clock.time = outgoing.sent_at + TRAVEL
                self._send(session, outgoing)
            self._clock.time = at + TRAVEL
            self._recorder.submit(JudgeTime()).result()
            for tile in self._reader.sessions_page("open", 10, None)[0]:
                session.see_alerts(tile["alerts"], at + TRAVEL)
        return self._reader.timeline(session.session_id, at)

    def _open(self, session: ChairSession) -> None:
        self._clock.time = NOON
        credentials = credential_entries(SIMULATED_STAFF, NOON - timedelta(days=1), NOON)
        self._submit(RecordClinicEntries(ADMINISTRATOR, tuple(credentials), None, True))
        self._clock.time = session.ready_at
        opened = self._submit(PlanSession(session.session_id, AUTHORS[Door.NURSE], tuple(session.opening), None, True))
        assert {one.outcome.value for one in opened} == {"recorded"}

    def _send(self, session: ChairSession, outgoing: Outgoing) -> None:
        (result,) = self._submit(_command(session, outgoing, ()))
        if result.outcome.value == "confirmation_needed":
            (result,) = self._submit(_command(session, outgoing, [one.field for one in result.problems]))
        self.outcomes[outgoing.entry["kind"], result.outcome.value] += 1
        if result.outcome.value not in ("recorded", "duplicate"):
            self.refused.append(result)

    def _submit(self, command: Command) -> list[EntryResult]:
        return self._recorder.submit(command).result()


def _command(session: ChairSession, outgoing: Outgoing, asked: Any) -> RecordEntries:
    entry = {**outgoing.entry, "confirmed": [*outgoing.entry.get("confirmed", ()), *asked]}
    sender_clock = outgoing.sender_clock + TRAVEL
    return RecordEntries(session.session_id, AUTHORS[outgoing.door], (entry,), sender_clock, True)


@contextmanager
def ward(folder: Path) -> Iterator[Ward]:
    """A ward with a record of its own."""
    engines = open_record(Settings(database_url=f"sqlite:///{folder / 'ward.sqlite'}", is_simulated=True))
    clock = SetClock(NOON)
    recorder = Recorder(engines.writer, 1, clock)
    try:
        yield Ward(recorder, Reader(engines.reader, 1), clock)
    finally:
        recorder.close()
        engines.dispose()


def by_hand(timeline: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one for one in timeline["entries"] if one["kind"] == kind and one["source"] == "hand"]


def test_everything_late_mistyped_kept_twice_and_overtaken_is_taken(tmp_path: Path) -> None:
    plan = replace(
        PLAIN,
        charting=ChartingHabits(late_share=0.3, mistyped_share=0.6),
        tablet_offline_min=((20.0, 32.0),),
        monitor_quirks=MonitorQuirks(duplicate_share=0.1, out_of_order_share=0.1, clock_ahead_s=75.0),
    )
    with ward(tmp_path) as one:
        timeline = one.play(plan)
        outcomes = one.outcomes
        assert one.refused == []
    assert timeline["session"]["status"] == "left_against_advice"
    assert outcomes["amendment", "recorded"] > 2
    assert outcomes["vital_signs", "duplicate"] > 5
    assert any(entry["is_late"] for entry in by_hand(timeline, "vital_signs"))
    # The monitor's clock is taken out: no reading lies more than its way ahead of, or behind, when the server had it.
    monitor = [entry for entry in timeline["entries"] if entry["source"] == "monitor"]
    behind = [_time(entry, "recorded_at") - _time(entry, "effective_at") for entry in monitor]
    assert timedelta(0) <= min(behind) and max(behind) <= timedelta(seconds=61)
    amended = [entry for entry in by_hand(timeline, "vital_signs") if entry["amendments"]]
    assert len(amended) == outcomes["amendment", "recorded"]


def test_a_monitor_put_to_summer_time_in_mid_session_moves_no_reading(tmp_path: Path) -> None:
    with ward(tmp_path) as one:
        timeline = one.play(replace(PLAIN, monitor_quirks=MonitorQuirks(clock_jump_min=30.0)))
        assert one.refused == []
    monitor = [entry for entry in timeline["entries"] if entry["source"] == "monitor"]
    behind = [_time(entry, "recorded_at") - _time(entry, "effective_at") for entry in monitor]
    assert timedelta(0) <= min(behind) and max(behind) <= timedelta(seconds=31)
    assert not [alert for alert in timeline["alerts"] if alert["peak_level"] != "advisory"]


def test_the_record_of_a_mistyping_nurse_ends_up_as_that_of_a_careful_one(tmp_path: Path) -> None:
    read = []
    for habits in (ChartingHabits(), ChartingHabits(mistyped_share=1.0)):
        folder = tmp_path / str(habits.mistyped_share)
        folder.mkdir()
        with ward(folder) as one:
            sets = by_hand(one.play(replace(PLAIN, charting=habits)), "vital_signs")
            read.append([{name: value for name, value in entry.items() if name in SIGNS} for entry in sets])
    assert read[0] == read[1]


SIGNS = {"heart_rate_per_min", "systolic_mmhg", "diastolic_mmhg", "spo2_percent", "respiratory_rate_per_min"}


def _time(entry: dict[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(entry[name])


def test_the_nurse_comes_to_the_chair_and_answers_every_alert(tmp_path: Path) -> None:
    plan = replace(
        PLAIN,
        charting=ChartingHabits(acknowledges_after_min=2.0),
        episodes=(Episode("spo2_percent", 20.0, 27.0, -13.0, ramp_min=1.0),),
    )
    with ward(tmp_path) as one:
        timeline = one.play(plan)
        assert one.refused == []
    alerts = [alert for alert in timeline["alerts"] if alert["peak_level"] != "advisory"]
    critical = [alert for alert in alerts if alert["peak_level"] == "critical"]
    assert critical
    assert all(alert["acknowledged"]["by"] == "Test Nurse 1" for alert in alerts)
    for alert in critical:
        assert _time(alert["at_the_chair"], "at") < _time(alert["acknowledged"], "at")
    answers = by_hand(timeline, "acknowledgement")
    first = min(_time(entry, "effective_at") for entry in answers)
    raised = min(_time(alert, "recorded_at") for alert in alerts)
    assert timedelta(minutes=2) <= first - raised < timedelta(minutes=2.6)
    # What she promises to measure anew she measures.
    assert "remeasure" in {entry["action"] for entry in answers}
    assert all(alert["broken_promise"] is None for alert in alerts)
