"""What a drill plays of a scenario, and the times that it reads from the record."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from numpy.random import SeedSequence

from simulators.chair import ChairSession
from simulators.command_line import main
from simulators.drill.answering import Answering
from simulators.drill.plan import behind_at_start, cues, drill_plan, drill_times, is_drillable, past_min
from simulators.drill.record import AlertStep, HandEntry, WatchedRecord
from simulators.drill.report import DrillReport
from simulators.drill.timing import AlertTimes, Answer, times_of
from simulators.scenarios.plan import ChartingHabits, Episode
from simulators.scenarios.registry import SCENARIOS
from tests.drill_building import NURSE, PHYSICIAN, SCENARIO, TROUBLE, at, entry, step


def timed(steps: Sequence[AlertStep], *entries: HandEntry) -> AlertTimes:
    (times,) = times_of(WatchedRecord(tuple(steps), entries), TROUBLE, Answering.of(SCENARIO))
    return times


RAISED = step(10, 30, "raised")


def test_the_past_is_the_scenarios_and_the_answers_are_left_to_the_team() -> None:
    plan = drill_plan(SCENARIO)
    assert [act.kind for act in plan.acts] == ["rate_changed"]
    assert plan.charting == ChartingHabits() and plan.tablet_offline_min == ()
    assert plan.persona["patient_label"] == "DRILL-1"
    # A note says what was done; an effect is what the team would see.
    assert [(cue.minute, cue.words) for cue in cues(SCENARIO)] == [(21.0, "near syncope, grade 2")]


def test_every_scenario_with_something_to_answer_keeps_its_trouble() -> None:
    drilled = {name for name, scenario in SCENARIOS.items() if is_drillable(scenario)}
    assert set(SCENARIOS) - drilled == {"quiet-session", "tablet-offline"}
    for name in drilled:
        scenario, plan = SCENARIOS[name], drill_plan(SCENARIOS[name])
        assert plan.episodes or plan.pump_faults or plan.monitor_quirks.silent_min or plan.acts
        assert all(act.minute <= scenario.trouble_min for act in plan.acts)


@pytest.mark.parametrize("speed", [None, 1.0, 3.0, 200.0])
def test_the_past_has_caught_up_two_minutes_before_the_trouble(speed: float | None) -> None:
    behind = behind_at_start(SCENARIO, speed)
    # At a speed, it catches up while real time goes on.
    catching_up = timedelta(0) if speed is None or speed == 1 else behind / (speed - 1)
    times = drill_times(SCENARIO, TROUBLE - behind, minutes=7)
    if speed == 1:
        assert behind == timedelta(0)
    else:
        assert times.trouble_at - (TROUBLE + catching_up) == pytest.approx(
            timedelta(minutes=2), abs=timedelta(seconds=1)
        )
    assert past_min(SCENARIO) == 18
    assert times.ends_at - times.trouble_at == timedelta(minutes=7)


def test_trouble_that_nobody_treats_lasts() -> None:
    """Neither does it end with the plan's window, nor does the simulated nurse end the infusion or the session."""
    session = ChairSession(drill_plan(SCENARIO), "Drill", TROUBLE, SeedSequence(3))
    list(session.entries_until(TROUBLE + timedelta(minutes=200)))
    assert session.status == "running"
    assert session.pump.is_running and session.pump.alarm is not None
    assert session.patient.vitals().systolic_mmhg > session.persona.systolic_mmhg + 45
    over = replace(SCENARIO.plan, episodes=(Episode("systolic_mmhg", 10.0, 19.0, 60.0),))
    assert drill_plan(replace(SCENARIO, plan=over)).episodes == over.episodes


def test_a_patient_recovers_when_somebody_treats_and_what_was_to_come_does_not() -> None:
    sessions = [ChairSession(drill_plan(SCENARIO), "Drill", TROUBLE, SeedSequence(3)) for _ in range(2)]
    for session in sessions:
        list(session.entries_until(TROUBLE + timedelta(minutes=25)))
    ill, treated = sessions
    treated.patient.recover(25.0)
    treated.pump.put_right(25.0)
    for session in sessions:
        list(session.entries_until(TROUBLE + timedelta(minutes=37)))
    assert ill.patient.vitals().systolic_mmhg - treated.patient.vitals().systolic_mmhg > 50
    assert treated.patient.vitals().spo2_percent - ill.patient.vitals().spo2_percent > 6
    assert ill.pump.alarm is not None and treated.pump.alarm is None
    assert treated.pump.volume_ml > ill.pump.volume_ml


def test_seen_acknowledged_and_acted_are_the_first_of_each_after_the_alert() -> None:
    times = timed(
        [RAISED],
        entry(9, 29, "infusion_paused"),
        entry(11, 42, "at_the_chair", about="a"),
        entry(12, 50, "acknowledgement", PHYSICIAN, "a", "infusion_paused"),
        entry(13, 55, "acknowledgement", NURSE, "a", "other"),
        entry(14, 61, "infusion_paused"),
        entry(15, 90, "medication_given"),
    )
    assert times.seen == Answer(12, NURSE, "at the chair")
    assert times.acknowledged == Answer(20, PHYSICIAN, "infusion paused")
    assert times.acted == Answer(31, NURSE, "infusion paused")
    assert times.acted_before == Answer(-1, NURSE, "infusion paused")
    assert times.over_after_s is None and not times.is_unanswered


def test_what_never_happened_has_no_time() -> None:
    times = timed([RAISED])
    assert (times.seen, times.acknowledged, times.acted, times.acted_before, times.over_after_s) == (None,) * 5
    assert times.is_unanswered


def test_any_entry_by_hand_shows_that_somebody_looked_but_not_an_answer_to_another_alert() -> None:
    of_other = [entry(11, 35, "acknowledgement", about="b"), entry(12, 36, "at_the_chair", about="b")]
    times = timed([RAISED], *of_other, entry(13, 40, "vital_signs"))
    assert times.seen == Answer(10, NURSE, "vital signs")
    assert times.acknowledged is None and times.acted is None


def test_an_entry_that_was_withdrawn_is_no_answer() -> None:
    withdrawing = entry(12, 45, "entered_in_error", about="e11")
    times = timed([RAISED], entry(11, 40, "infusion_paused"), withdrawing, entry(13, 70, "infusion_paused"))
    assert times.acted == Answer(40, NURSE, "infusion paused")


def test_an_answer_before_it_became_worse_or_to_a_broken_promise_holds_no_longer() -> None:
    said = entry(11, 40, "acknowledgement", PHYSICIAN, "a", "infusion_paused")
    worse = timed([RAISED, step(12, 60, "escalated", "critical")], said)
    assert worse.level == "critical" and worse.is_unanswered and worse.acknowledged is not None
    assert worse.remarks == ("critical after 30 s",)
    broken = timed([RAISED, step(12, 340, "promise_broken")], said)
    assert broken.is_unanswered
    assert broken.remarks == (f"promise not kept after 310 s: {PHYSICIAN}, infusion paused",)
    again = timed([RAISED, step(12, 340, "promise_broken")], said, entry(13, 350, "acknowledgement", about="a"))
    assert not again.is_unanswered


def test_unanswered_and_over_are_told_from_the_record() -> None:
    times = timed([RAISED, step(12, 90, "unanswered"), step(13, 130, "cleared")])
    assert times.remarks == ("nobody had answered after 60 s: shown on every tablet",)
    assert times.over_after_s == 100 and times.is_unanswered


def test_of_what_stood_before_the_trouble_only_what_becomes_worse_is_timed() -> None:
    before = step(1, -300, "raised", "advisory")
    other = step(2, -200, "raised", "warning", "b")
    worse = step(10, 20, "escalated", "critical")
    (times,) = times_of(
        WatchedRecord((before, other, worse), (entry(3, -100, "infusion_paused"),)), TROUBLE, Answering(())
    )
    assert times.raised_at == at(20) and times.level == "critical"
    assert times.acted_before is None


@pytest.mark.parametrize(
    ("true_at", "recorded_at", "counts", "remarks"),
    [
        # The alert is raised at 30.
        (29.9, 31, False, ()),
        (5, 300, False, ()),
        (30, 31, True, ()),
        (40, 100, True, ()),
        (40, 101, True, (f"{NURSE}, infusion paused, charted 61 s later",)),
    ],
)
def test_what_was_true_before_the_alert_is_no_answer_and_what_is_charted_late_is_remarked(
    true_at: float, recorded_at: float, counts: bool, remarks: tuple[str, ...]
) -> None:
    times = timed([RAISED], entry(11, recorded_at, "infusion_paused", true_at=true_at))
    answer = Answer(recorded_at - 30, NURSE, "infusion paused") if counts else None
    assert (times.seen, times.acted, times.remarks) == (answer, answer, remarks)
    assert times.acted_before == (None if counts else Answer(pytest.approx(true_at - 30), NURSE, "infusion paused"))


def test_an_answer_to_the_alert_itself_counts_by_any_clock() -> None:
    times = timed([RAISED], entry(11, 31, "acknowledgement", about="a", action="other", true_at=29))
    assert times.seen == times.acknowledged == Answer(1, NURSE, "other")


def test_what_is_true_before_the_alert_hides_nothing_that_comes_after() -> None:
    kept = entry(11, 50, "infusion_paused", true_at=10)
    assert timed([RAISED], kept, entry(12, 70, "medication_given")).acted == Answer(40, NURSE, "medication given")


def report_of(*alerts: AlertTimes, minutes: float = 5) -> str:
    zone = ZoneInfo("Europe/Berlin")
    return DrillReport(SCENARIO, 3, zone, TROUBLE, at(minutes * 60), "Ctrl-C", alerts).as_markdown()


def test_the_report_is_marked_and_says_what_is_open_and_what_did_not_come() -> None:
    acknowledged = timed([RAISED, step(12, 95, "cleared")], entry(11, 50, "acknowledgement", PHYSICIAN, "a", "other"))
    text = report_of(acknowledged, timed([step(20, 60, "raised", "critical", "b")]))
    assert text.startswith("# DRILL surge, 2026-03-02 13:00 (Europe/Berlin)")
    assert "SIMULATED" in text and "Times, not marks" in text
    cells = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| Systolic")
    ]
    assert cells[0][1:] == ["warning", "13:00:30", "20 s", "20 s", f"{PHYSICIAN}, other", "-", "-", "over after 65 s"]
    assert cells[1][1:] == ["critical", "13:01:00", "-", "-", "-", "-", "-", "OPEN, not answered"]
    assert "2 alerts: seen 1 (20 s); acknowledged 1 (20 s); acted 0; open at the end: 1." in text
    # `sbp.high.*` came; the other was due ten minutes after the trouble.
    assert "sbp.high" not in text and "Not yet due at the end: map.low.warning." in text
    assert "not measured: sbp.high.*, map.low.warning." in report_of(minutes=11)


def test_a_drill_without_an_alert_has_a_report_too() -> None:
    text = report_of()
    assert "No alert was raised" in text and "| alert" not in text
    assert "before the trouble. No alert" in report_of(minutes=-1)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nonsense"], "unknown scenario 'nonsense'; there are hypertensive-surge"),
        (["quiet-session"], "nothing to answer in 'quiet-session'"),
        (["tablet-offline"], "no drill for people at real tablets"),
        (["hypertensive-surge", "--speed", "0.5"], "outside 1"),
        (["hypertensive-surge", "--minutes", "0"], "outside 0.05"),
        (["hypertensive-surge", "--output", "report.txt"], "does not end in .md"),
    ],
)
def test_what_cannot_be_drilled_is_refused_in_one_line(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["drill", "--check", *arguments])
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert reason in said and said.count("\n") == 1


def test_a_check_alone_sends_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INFUSION_DEVICE_TOKEN", raising=False)
    assert main(["drill", "--check", "hypertensive-surge"]) == 0
    assert capsys.readouterr().err == ""
