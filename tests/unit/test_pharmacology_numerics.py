"""Stepping is exact: against an independent integrator, against itself in other pieces, and against linearity."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from session_store.domain.entry_choices import Drug
from session_store.pharmacology.concentration_model import ConcentrationModel, Site
from session_store.pharmacology.display_models import DISPLAY_MODELS
from session_store.pharmacology.linear_model import BolusDose, RateStep, area_to_infinity, stretches, trajectory
from session_store.pharmacology.prediction import InfusionNeverEnds, Schedule, areas, predict

RACEMIC = Drug.RACEMIC_KETAMINE
BUILT = {name: model.build(70.0, RACEMIC) for name, model in DISPLAY_MODELS.items()}
EACH_MODEL = pytest.mark.parametrize("name", BUILT)
ANY_MODEL = st.sampled_from(list(BUILT))

minutes = st.floats(0, 300, allow_nan=False)
rates = st.floats(0, 5, allow_nan=False)
SCHEDULES = st.builds(
    lambda steps, doses: Schedule(
        tuple(RateStep(at, rate) for at, rate in steps), tuple(BolusDose(at, 10 * dose) for at, dose in doses)
    ),
    st.lists(st.tuples(minutes, rates), max_size=5, unique_by=lambda step: step[0]),
    st.lists(st.tuples(minutes, rates), max_size=3),
)


def read(model: ConcentrationModel, schedule: Schedule, times: Sequence[float], site: Site = Site.VENOUS) -> np.ndarray:
    predicted = predict(model, site, times, schedule)
    columns = [predicted.ketamine_ng_per_ml]
    if predicted.norketamine_ng_per_ml is not None:
        columns.append(predicted.norketamine_ng_per_ml)
    return np.array(columns)


@EACH_MODEL
def test_an_hour_at_once_equals_3600_steps_of_a_second(name: str) -> None:
    system = BUILT[name].system
    at_once = system.step(system.empty_state(), 60.0, 0.9)
    state = system.empty_state()
    for _ in range(3600):
        state = system.step(state, 1 / 60, 0.9)
    assert np.abs(state / at_once - 1).max() < 1e-9


@EACH_MODEL
def test_a_schedule_agrees_with_an_independent_integrator(name: str) -> None:
    system = BUILT[name].system
    steps, state = [(0.0, 13.7, 0.9), (13.7, 40.0, 2.0), (40.0, 200.0, 0.0)], system.input_weights * 12.0
    for begin, end, rate in steps:
        state = solve_ivp(
            lambda _, y, rate=rate: system.matrix_per_min @ y + system.input_weights * rate,
            (begin, end),
            state,
            method="LSODA",
            rtol=1e-11,
            atol=1e-13,
        ).y[:, -1]
    schedule = [RateStep(begin, rate) for begin, _, rate in steps]
    assert trajectory(system, [200.0], schedule, [BolusDose(0.0, 12.0)])[0] == pytest.approx(state, rel=1e-7)


@settings(max_examples=20, deadline=None)
@given(name=ANY_MODEL, schedule=SCHEDULES, cut=minutes)
def test_a_cut_anywhere_changes_nothing_and_nothing_is_lost(name: str, schedule: Schedule, cut: float) -> None:
    model = BUILT[name]
    whole = trajectory(model.system, [300.0], schedule.rate_steps, schedule.boluses)[0]
    in_two = trajectory(model.system, sorted([cut, 300.0]), schedule.rate_steps, schedule.boluses)[-1]
    assert in_two == pytest.approx(whole, rel=1e-9, abs=1e-12)
    ended = Schedule((*(step for step in schedule.rate_steps if step.start_min < 300), RateStep(300.0, 0.0)))
    given_mg = ended.total_mg() + sum(bolus.dose_mg for bolus in schedule.boluses)
    assert (model.in_body + model.eliminated) @ whole == pytest.approx(given_mg, rel=1e-10, abs=1e-12)


@settings(max_examples=20, deadline=None)
@given(name=ANY_MODEL, one=SCHEDULES, other=SCHEDULES, factor=st.floats(0.1, 10))
def test_doses_add_and_scale(name: str, one: Schedule, other: Schedule, factor: float) -> None:
    model = BUILT[name]
    times = [0.0, 7.3, 100.0, 300.0]
    a, b = read(model, one, times), read(model, other, times)
    scaled = Schedule(
        tuple(RateStep(step.start_min, step.rate_mg_per_min * factor) for step in one.rate_steps),
        tuple(BolusDose(bolus.at_min, bolus.dose_mg * factor) for bolus in one.boluses),
    )
    assert read(model, scaled, times) == pytest.approx(a * factor, rel=1e-9, abs=1e-9)
    assert read(model, together(one, other), times) == pytest.approx(a + b, rel=1e-9, abs=1e-9)


def together(one: Schedule, other: Schedule) -> Schedule:
    """Both at once: at every change of either, the sum of both rates."""

    def rate(schedule: Schedule, at: float) -> float:
        running = [
            step for step in sorted(schedule.rate_steps, key=lambda step: step.start_min) if step.start_min <= at
        ]
        return running[-1].rate_mg_per_min if running else 0.0

    changes = sorted({step.start_min for step in (*one.rate_steps, *other.rate_steps)})
    steps = tuple(RateStep(at, rate(one, at) + rate(other, at)) for at in changes)
    return Schedule(steps, one.boluses + other.boluses)


@EACH_MODEL
def test_the_area_is_what_a_long_sum_comes_to(name: str) -> None:
    model = BUILT[name]
    schedule = Schedule((RateStep(5.0, 1.2), RateStep(45.0, 0.0)), (BolusDose(2.0, 8.0),))
    times = np.concatenate([np.arange(0, 100, 0.1), np.arange(100, 10_000, 10.0)])
    states = trajectory(model.system, times.tolist(), schedule.rate_steps, schedule.boluses)
    exact = areas(model, Site.ARTERIAL, schedule)
    ketamine = np.trapezoid(states @ model.ketamine[Site.ARTERIAL], times)
    assert exact.ketamine_ng_min_per_ml == pytest.approx(ketamine, rel=5e-3)
    if exact.norketamine_ng_min_per_ml is not None:
        norketamine = np.trapezoid(states @ model.norketamine[Site.ARTERIAL], times)
        assert exact.norketamine_ng_min_per_ml == pytest.approx(norketamine, rel=5e-3)


def test_what_only_collects_has_no_finite_area() -> None:
    system = BUILT["truth"].system
    endless = np.isinf(area_to_infinity(system, 50.0))
    assert endless.tolist() == (BUILT["truth"].eliminated > 0).tolist()


def test_the_time_is_cut_at_samples_changes_and_boluses() -> None:
    cut = list(stretches([10.0, 20.0], [RateStep(0.0, 1.0), RateStep(4.0, 2.0)], [BolusDose(15.0, 3.0)]))
    assert [(one.end_min, one.minutes, one.rate_mg_per_min, one.bolus_mg) for one in cut] == [
        (0.0, 0.0, 1.0, 0.0),
        (4.0, 4.0, 1.0, 0.0),
        (10.0, 6.0, 2.0, 0.0),
        (15.0, 5.0, 2.0, 3.0),
        (20.0, 5.0, 2.0, 0.0),
    ]


def test_what_cannot_be_given_is_refused() -> None:
    for rate, at in ((-1.0, 0.0), (float("nan"), 0.0), (1.0, -3.0)):
        with pytest.raises(ValueError, match="rate"):
            Schedule((RateStep(at, rate),))
    with pytest.raises(ValueError, match="bolus"):
        Schedule(boluses=(BolusDose(0.0, -5.0),))
    with pytest.raises(ValueError, match="bolus"):
        list(stretches([5.0], boluses=[BolusDose(-1.0, 5.0)]))
    with pytest.raises(InfusionNeverEnds, match="never ends"):
        Schedule((RateStep(0.0, 1.0),)).total_mg()
