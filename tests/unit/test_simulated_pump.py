"""The simulated pump: what it shows, what reaches the patient, and its faults (simulators.md 4.3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.random import SeedSequence, default_rng

from simulators.chair import ChairSession, Door
from simulators.pump import Pump, PumpAlarm
from simulators.pump_interface import PumpInterface
from simulators.scenarios.plan import ChairPlan, PumpFault, PumpTrouble

STEP_MIN = 1 / 6
# 20 mL/h.
RATE_MG_PER_H, CONCENTRATION = 40.0, 2.0
SEEDS = range(20)


def running_pump(
    seed: int, *faults: PumpFault, bag_ml: float | None = None, rate_mg_per_h: float = RATE_MG_PER_H
) -> Pump:
    pump = Pump(default_rng(seed), CONCENTRATION, faults, bag_ml)
    pump.program(rate_mg_per_h)
    pump.is_running = True
    return pump


@dataclass(frozen=True)
class Moment:
    minute: float
    mg_per_min: float
    reported_mg: float
    alarm: PumpAlarm | None


def run(pump: Pump, to_min: float, from_min: float = 0.0) -> list[Moment]:
    """Steps of 10 s, the last one at `to_min`."""
    return list(_steps(pump, from_min, to_min))


def _steps(pump: Pump, from_min: float, to_min: float) -> Iterator[Moment]:
    for number in range(1, round((to_min - from_min) / STEP_MIN) + 1):
        minute = from_min + number * STEP_MIN
        rate = pump.advance(STEP_MIN, minute)
        yield Moment(minute, rate, pump.reported_mg, pump.alarm)


def test_it_sets_tenths_of_a_millilitre_and_shows_rate_times_time() -> None:
    pump = Pump(default_rng(1), CONCENTRATION)
    assert pump.program(38.13) == pump.programmed_ml_per_h == pump.display_ml_per_h == 19.1
    assert pump.advance(1.0, 1.0) == 0 == pump.reported_mg
    pump.is_running = True
    run(pump, 61.0, 1.0)
    assert pump.reported_mg == pytest.approx(38.2)
    assert pump.volume_ml == 19.1 and pump.report() == {"volume_infused_ml": 19.1}


def test_an_ordinary_session_delivers_within_about_two_percent() -> None:
    """Nine in ten within 2.5 % after 40 min at 20 mL/h: two standard deviations, and a slack of at most 0.17 mL."""
    shares = []
    for seed in range(100):
        pump = running_pump(seed)
        run(pump, 40.0)
        shares.append(pump.delivered_mg / pump.reported_mg)
    assert 0.96 < min(shares) < max(shares) < 1.03
    assert sum(abs(share - 1) < 0.025 for share in shares) >= 90
    assert np.mean(shares) == pytest.approx(1.0, abs=0.012)
    assert np.std(shares) > 0.006


def test_what_it_returns_adds_up_to_what_was_delivered_whatever_the_step() -> None:
    faults = (PumpFault(PumpTrouble.OCCLUSION, 10.05, 14.0), PumpFault(PumpTrouble.SYRINGE_CHANGE, 20.0, 22.5))
    fine, coarse = running_pump(3, *faults), running_pump(3, *faults)
    returned = sum(moment.mg_per_min for moment in run(fine, 30.0)) * STEP_MIN
    assert returned == pytest.approx(fine.delivered_mg)
    coarse.advance(30.0, 30.0)
    assert coarse.reported_mg == pytest.approx(fine.reported_mg)


def test_the_start_is_slow_and_slower_below_two_millilitres_an_hour() -> None:
    def lag_min(seed: int, rate_mg_per_h: float) -> float:
        return sum(moment.mg_per_min == 0 for moment in run(running_pump(seed, rate_mg_per_h=rate_mg_per_h), 20.0)) / 6

    fast, slow, slowest = ([lag_min(seed, rate) for seed in SEEDS] for rate in (40.0, 4.0, 2.0))
    assert max(fast) <= 0.5
    assert 3 < max(slow) <= 5 and min(slow) < 1.5
    assert 6 < max(slowest) <= 10


def test_a_line_that_is_not_primed_with_drug_delays_the_first_drug_by_its_dead_space() -> None:
    for seed in SEEDS:
        pump = Pump(default_rng(seed), CONCENTRATION, is_line_primed=False)
        pump.program(RATE_MG_PER_H)
        pump.is_running = True
        first = next(moment.minute for moment in run(pump, 12.0) if moment.mg_per_min > 0)
        # 1 to 2 mL at 20 mL/h, and the slack.
        assert 2.9 <= first <= 7.0


def test_an_occlusion_stops_the_drug_alarms_late_and_ends_in_a_bolus() -> None:
    for seed in SEEDS:
        moments = run(running_pump(seed, PumpFault(PumpTrouble.OCCLUSION, 20.0, 50.0)), 60.0)
        before, blocked, after = moments[: 6 * 20], moments[6 * 20 : 6 * 50], moments[6 * 50 :]
        # The window begins within a rounding error of a step.
        assert max(moment.mg_per_min for moment in blocked) < 1e-9
        alarm_min = next(moment.minute for moment in blocked if moment.alarm is PumpAlarm.OCCLUSION)
        assert 1 <= alarm_min - 20 <= 3.2
        # The display counts on until the alarm and stands still from then on.
        shown_mg = blocked[-1].reported_mg - before[-1].reported_mg
        assert shown_mg == pytest.approx((alarm_min - 20) * 40 / 60, abs=40 / 60 * STEP_MIN + 1e-9)
        bolus_ml = (after[0].mg_per_min * STEP_MIN - 40 / 60 * STEP_MIN) / CONCENTRATION
        assert 0.19 <= bolus_ml <= 1.01
        assert after[0].alarm is None
        assert after[-1].mg_per_min == pytest.approx(40 / 60, rel=0.15)


def test_the_occlusion_alarm_comes_later_at_a_low_rate() -> None:
    def alarm_after_min(rate_mg_per_h: float) -> float:
        pump = running_pump(5, PumpFault(PumpTrouble.OCCLUSION, 0.0, 60.0), rate_mg_per_h=rate_mg_per_h)
        return next(moment.minute for moment in run(pump, 60.0) if moment.alarm is PumpAlarm.OCCLUSION)

    late = [alarm_after_min(rate) for rate in (400.0, 20.0, 8.0, 1.0)]
    assert late == sorted(late)
    assert late[0] == pytest.approx(1, abs=0.2) and late[-1] == pytest.approx(20, abs=0.2)


def test_a_short_occlusion_gives_back_what_it_kept() -> None:
    free, blocked = (running_pump(7, *faults) for faults in ((), (PumpFault(PumpTrouble.OCCLUSION, 20.0, 20.5),)))
    run(free, 40.0)
    moments = run(blocked, 40.0)
    assert all(moment.alarm is None for moment in moments)
    assert blocked.reported_mg == pytest.approx(free.reported_mg)
    assert blocked.delivered_mg == pytest.approx(free.delivered_mg, rel=0.005)


def test_what_an_occlusion_kept_comes_out_though_the_pump_was_paused() -> None:
    pump = running_pump(7, PumpFault(PumpTrouble.OCCLUSION, 20.0, 40.0))
    run(pump, 30.0)
    pump.is_running = False
    moments = run(pump, 45.0, 30.0)
    given = [moment.minute for moment in moments if moment.mg_per_min > 0]
    assert given == pytest.approx([40 + STEP_MIN])
    assert moments[-1].reported_mg == moments[0].reported_mg and moments[-1].alarm is None


def test_air_in_the_line_stops_the_pump_with_an_alarm() -> None:
    moments = run(running_pump(1, PumpFault(PumpTrouble.AIR_IN_LINE, 10.0, 13.0)), 20.0)
    stopped = [moment for moment in moments if 10 < moment.minute - 1e-9 <= 13]
    assert {moment.alarm for moment in stopped} == {PumpAlarm.AIR_IN_LINE}
    assert all(moment.mg_per_min == 0 for moment in stopped)
    assert moments[-1].alarm is None
    assert moments[-1].reported_mg == pytest.approx(17 * 40 / 60)


def test_a_bag_warns_three_minutes_before_its_end_and_then_stops() -> None:
    # 10 mL at 20 mL/h last 30 min.
    pump = running_pump(1, PumpFault(PumpTrouble.SYRINGE_CHANGE, 40.0, 42.0), bag_ml=10.0)
    moments = run(pump, 60.0)
    warned = [moment.minute for moment in moments if moment.alarm is PumpAlarm.NEARLY_EMPTY and moment.minute < 35]
    empty = [moment.minute for moment in moments if moment.alarm is PumpAlarm.EMPTY]
    assert warned[0] == pytest.approx(27, abs=0.2) and warned[-1] == pytest.approx(30, abs=0.2)
    assert empty[0] == pytest.approx(30, abs=0.2) and empty[-1] == pytest.approx(40, abs=0.2)
    assert moments[6 * 36].mg_per_min == 0 and moments[6 * 36].reported_mg == pytest.approx(20.0)
    # After the change it runs on with a full syringe, which has slack of its own.
    assert moments[-1].reported_mg == pytest.approx(20.0 + 18 * 40 / 60)
    assert pump.delivered_mg < moments[-1].reported_mg


def test_a_tenfold_rate_is_not_what_the_nurse_believes() -> None:
    pump = Pump(default_rng(1), CONCENTRATION, (PumpFault(PumpTrouble.TENFOLD_RATE, 5.0, 25.0),))
    pump.advance(6.0, 6.0)
    assert pump.program(RATE_MG_PER_H) == pump.programmed_ml_per_h == 20.0
    pump.is_running = True
    assert pump.display_ml_per_h == 200.0
    moments = run(pump, 35.0, 6.0)
    assert moments[6 * 10].mg_per_min == pytest.approx(400 / 60, rel=0.15)
    # The window ends: somebody saw it and set the pump right.
    assert moments[-1].mg_per_min == pytest.approx(40 / 60, rel=0.15)
    assert moments[-1].reported_mg == pytest.approx(19 * 400 / 60 + 10 * 40 / 60)


@pytest.mark.parametrize("by", ["nurse", "record"])
def test_setting_another_rate_ends_the_tenfold_error(by: str) -> None:
    pump = Pump(default_rng(1), CONCENTRATION, (PumpFault(PumpTrouble.TENFOLD_RATE, 0.0, 10.0),))
    pump.program(RATE_MG_PER_H)
    pump.advance(11.0 if by == "nurse" else 5.0, 11.0 if by == "nurse" else 5.0)
    # What the record shows is what she charted: it changes nothing.
    pump.programmed_ml_per_h = 20.0
    assert pump.display_ml_per_h == (20.0 if by == "nurse" else 200.0)
    if by == "nurse":
        pump.program(20.0)
    else:
        pump.programmed_ml_per_h = 10.0
    assert pump.display_ml_per_h == 10.0


def test_the_same_seed_delivers_the_same() -> None:
    first, second, other = (run(running_pump(seed), 10.0) for seed in (1, 1, 2))
    assert first == second != other


def test_a_wired_pump_sends_its_volume_every_few_minutes_and_an_unwired_one_nothing() -> None:
    pump = running_pump(1)
    wired, unwired = PumpInterface(pump, 10.0, 0.0), PumpInterface(pump, None, 0.0)
    sent = [(moment.minute, report) for moment in _steps(pump, 0.0, 35.0) if (report := wired.report(moment.minute))]
    assert [minute for minute, _ in sent] == pytest.approx([10, 20, 30], abs=STEP_MIN)
    assert [report["volume_infused_ml"] for _, report in sent] == pytest.approx([3.3, 6.7, 10.0], abs=0.1)
    assert unwired.report(100.0) is None


def test_a_chair_with_a_wired_pump_sends_what_the_pump_shows_and_not_what_the_nurse_meant() -> None:
    faults = (PumpFault(PumpTrouble.TENFOLD_RATE, 0.0, 60.0),)
    plan = ChairPlan(
        name="wired",
        story="ten times what was meant",
        rate_mg_per_kg_per_h=0.1,
        duration_min=60,
        persona={"weight_kg": 80.0},
        pump_faults=faults,
        pump_reports_every_min=2.0,
    )
    opened_at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    session = ChairSession(plan, "1", opened_at, SeedSequence(1))
    sent = list(session.entries_until(opened_at + timedelta(minutes=11)))
    reports = [one for one in sent if one.entry["kind"] == "pump_volume"]
    assert {(one.door, one.entry["source"]) for one in reports} == {(Door.DEVICE, "pump")}
    # 0.1 mg/kg/h in 80 kg at 2 mg/mL are 4 mL/h; it runs at 40.
    assert [one.entry["volume_infused_ml"] for one in reports] == [1.3, 2.7]
    started = next(one.entry for one in sent if one.entry["kind"] == "infusion_started")
    assert started["pump_rate_ml_per_h"] == 4.0
