"""The parts of the simulators: simulated time, ids, drift, episodes, pump and monitor."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.random import default_rng

from session_store.domain.identifiers import parse_uuid7
from simulators.identifiers import named_uuid7, seeded_uuid7
from simulators.monitor import CHANNELS, NOT_MEASURED, NOTHING_DUE, BedsideMonitor
from simulators.pump import Pump
from simulators.scenarios.plan import Episode
from simulators.simulated_clock import SimulatedClock
from simulators.slow_drift import SlowDrift
from simulators.virtual_patient import Vitals

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CALM = Vitals(70.0, 120.0, 75.0, 15.0, 97.5, 36.7)


class Wall:
    """A wall clock that a test turns."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def test_the_clock_starts_in_the_past_catches_up_and_never_passes_the_real_now() -> None:
    wall = Wall()
    clock = SimulatedClock(timedelta(minutes=10), 5.0, wall)
    assert clock.now() == NOON - timedelta(minutes=10)
    wall.now += timedelta(minutes=2)
    assert clock.now() == NOON
    assert clock.is_behind()
    wall.now += timedelta(minutes=1)
    assert clock.now() == wall.now
    assert not clock.is_behind()


def test_the_clock_without_speed_is_the_real_one_and_refuses_what_cannot_be() -> None:
    wall = Wall()
    assert SimulatedClock(timedelta(minutes=10), None, wall).now() == NOON
    with pytest.raises(ValueError, match="speed"):
        SimulatedClock(speed=0.0)
    with pytest.raises(ValueError, match="past"):
        SimulatedClock(timedelta(minutes=-1))


def test_ids_are_version_7_carry_the_time_and_repeat_with_the_seed() -> None:
    first = seeded_uuid7(default_rng(1), NOON)
    assert parse_uuid7(str(first)) == first
    assert first.int >> 80 == int(NOON.timestamp() * 1000)
    assert first == seeded_uuid7(default_rng(1), NOON) != seeded_uuid7(default_rng(2), NOON)
    assert named_uuid7("a", NOON) == named_uuid7("a", NOON) != named_uuid7("b", NOON)
    assert parse_uuid7(str(named_uuid7("a", NOON))) is not None


def test_slow_drift_keeps_its_spread_whatever_the_step() -> None:
    for step_min in (1 / 6, 2.0):
        drift = SlowDrift(default_rng(3), 2.0, 0.6)
        seen = []
        for _ in range(20_000):
            drift.advance(step_min)
            seen.append(drift.value)
        assert np.std(seen) == pytest.approx(2.0, rel=0.08)


def test_an_episode_rises_holds_and_ends() -> None:
    episode = Episode("spo2_percent", 10.0, 20.0, -8.0, ramp_min=2.0)
    assert [episode.at(minute) for minute in (9.0, 11.0, 15.0, 19.5, 21.0)] == pytest.approx([0, -4, -8, -2, 0])


def test_the_pump_reports_what_is_programmed_and_delivers_a_little_else() -> None:
    pump = Pump(default_rng(1), 2.0)
    assert pump.program(38.13) == 19.1
    assert pump.advance(1.0, 0.0) == 0
    pump.is_running = True
    delivered = [pump.advance(1.0, float(minute)) for minute in range(1, 61)]
    assert pump.reported_mg == pytest.approx(38.2)
    assert delivered[0] < delivered[-1]
    assert delivered[-1] == pytest.approx(38.2 / 60, rel=0.04)


def test_the_monitor_codes_drop_outs_as_zero_and_leaves_the_cuff_empty_between_cycles() -> None:
    monitor = BedsideMonitor(default_rng(1), restlessness=3.0, first_cuff_min=2.0, probe_off_min=((20.0, 22.0),))
    rows = [monitor.sample(number / 6, CALM) for number in range(6 * 600)]
    assert all(set(row) == set(CHANNELS) and row["ABPSys"] == NOT_MEASURED for row in rows)
    cuffs = [row["NBPSys"] for row in rows if row["NBPSys"] != NOTHING_DUE]
    assert 100 < len(cuffs) < 160
    assert NOT_MEASURED in cuffs
    assert all(row["SpO2"] == NOT_MEASURED for row in rows[120:132])
    lost = sum(row["SpO2"] == NOT_MEASURED for row in rows) / len(rows)
    assert 0.02 < lost < 0.20
    assert np.mean([float(row["HR"]) for row in rows if row["HR"] != NOT_MEASURED]) == pytest.approx(70, abs=0.5)
    assert all(int(row["SpO2"]) <= 100 for row in rows)
