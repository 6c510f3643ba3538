"""The pharmacological models against the published numbers and against their own laws."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from session_store.pharmacology import haemodynamics, respiration, simons2022
from session_store.pharmacology.linear_model import BolusDose, LinearModel, RateStep, trajectory
from session_store.pharmacology.racemic_ketamine import ESKETAMINE_S_SHARE, ketamine_model

WEIGHT_KG = 70.0


def infusion(rate_mg_per_min: float, stop_min: float) -> list[RateStep]:
    return [RateStep(0.0, rate_mg_per_min), RateStep(stop_min, 0.0)]


def test_one_hour_in_one_step_equals_3600_steps_of_a_second() -> None:
    system = ketamine_model(WEIGHT_KG).system
    at_once = system.step(system.empty_state(), 60.0, 0.875)
    state = system.empty_state()
    for _ in range(3600):
        state = system.step(state, 1 / 60, 0.875)
    assert np.abs(state / at_once - 1).max() < 1e-9


def test_a_step_agrees_with_an_independent_integrator() -> None:
    system = ketamine_model(WEIGHT_KG).system
    state = system.step(system.empty_state(), 40.0, 0.875)
    oracle = solve_ivp(
        lambda _, y: system.matrix_per_min @ y + system.input_weights * 0.875,
        (0, 40),
        system.empty_state(),
        method="LSODA",
        rtol=1e-11,
        atol=1e-13,
    ).y[:, -1]
    assert np.allclose(state, oracle, rtol=1e-7)


def test_rate_changes_and_boluses_are_split_exactly() -> None:
    model = ketamine_model(WEIGHT_KG)
    rates = [RateStep(0.0, 0.5), RateStep(7.3, 1.1), RateStep(31.9, 0.0)]
    boluses = [BolusDose(3.1, 10.0), BolusDose(3.1, 5.0), BolusDose(40.0, 20.0)]
    states = trajectory(model.system, [10.0, 90.0], rates, boluses)
    state = model.system.step(model.system.empty_state(), 3.1, 0.5)
    state = model.system.add_bolus(state, 15.0)
    state = model.system.step(state, 4.2, 0.5)
    state = model.system.step(state, 2.7, 1.1)
    assert np.allclose(states[0], state, rtol=1e-12)
    given = 15 + 20 + 7.3 * 0.5 + (31.9 - 7.3) * 1.1
    assert model.in_body_mg(states[1]) + model.eliminated_mg(states[1]) == pytest.approx(given, rel=1e-10)


@pytest.mark.parametrize("minutes", [1.0, 40.0, 600.0])
def test_mass_balance(minutes: float) -> None:
    model = ketamine_model(83.0)
    state = trajectory(model.system, [minutes], infusion(0.9, 40.0))[0]
    delivered = 0.9 * min(minutes, 40.0)
    assert model.in_body_mg(state) + model.eliminated_mg(state) == pytest.approx(delivered, rel=1e-10)


def test_clearance_times_area_is_the_dose() -> None:
    model = ketamine_model(WEIGHT_KG, s_share=ESKETAMINE_S_SHARE)
    minutes = np.arange(0.0, 6000.0, 0.25)
    states = trajectory(model.system, minutes.tolist(), infusion(10 / 30, 30.0))
    concentrations_mg_per_l = [model.concentrations(state).arterial_s_ng_per_ml / 1000 for state in states]
    area = np.trapezoid(concentrations_mg_per_l, minutes)
    assert area * simons2022.CL_L_PER_MIN == pytest.approx(10.0, rel=1e-4)


def test_venous_peak_of_half_a_mg_per_kg_over_40_min_is_the_published_185() -> None:
    model = ketamine_model(WEIGHT_KG)
    states = trajectory(model.system, np.arange(0.0, 121.0).tolist(), infusion(0.5 * WEIGHT_KG / 40, 40.0))
    peak = max(model.concentrations(state).venous_ng_per_ml for state in states)
    assert peak == pytest.approx(185, rel=0.10)


@pytest.mark.parametrize(
    ("mg_per_h", "hours", "arterial_end", "arterial_later", "s_end", "venous_end", "venous_later"),
    [
        (52.5, 2 / 3, 300, 52, 144, 187, 77),
        (17.5, 4, 164, 61, 77, 154, 87),
        (35.0, 4, 329, 122, 154, 308, 175),
        (70.0, 2, 549, 157, 260, 459, 236),
        (70.0, 4, 658, 243, 308, 616, 350),
        (140.0, 1, 906, 191, 434, 631, 287),
        (10.0, 4, 94, 35, 44, 88, 50),
        (25.0, 4, 235, 87, 110, 220, 125),
        (40.0, 2, 313, 90, 148, 262, 135),
    ],
)
def test_end_of_infusion_and_an_hour_later(
    mg_per_h: float,
    hours: float,
    arterial_end: float,
    arterial_later: float,
    s_end: float,
    venous_end: float,
    venous_later: float,
) -> None:
    model = ketamine_model(WEIGHT_KG)
    stop = hours * 60
    end, later = trajectory(model.system, [stop, stop + 60], infusion(mg_per_h / 60, stop))
    at_end, afterwards = model.concentrations(end), model.concentrations(later)
    found = [
        at_end.arterial_ng_per_ml,
        afterwards.arterial_ng_per_ml,
        at_end.arterial_s_ng_per_ml,
        at_end.venous_ng_per_ml,
        afterwards.venous_ng_per_ml,
    ]
    assert found == pytest.approx([arterial_end, arterial_later, s_end, venous_end, venous_later], rel=0.015, abs=0.6)


def test_venous_medians_of_ten_mg_s_ketamine_over_half_an_hour() -> None:
    medians = {30: 56.0, 60: 27.0, 120: 15.5, 180: 11.5, 300: 6.0, 360: 4.2, 480: 2.5, 600: 1.8}
    model = ketamine_model(68.0, s_share=ESKETAMINE_S_SHARE)
    states = trajectory(model.system, [float(minute) for minute in medians], infusion(10 / 30, 30.0))
    predicted = [model.concentrations(state).venous_ng_per_ml for state in states]
    ratios = [venous / seen for venous, seen in zip(predicted, medians.values(), strict=True)]
    assert abs(np.median(ratios) - 1) < 0.15
    assert max(abs(ratio - 1) for ratio in ratios) < 0.25


def test_population_clearance_and_volume_lie_in_the_published_intervals() -> None:
    s_part, r_part = simons2022.s_ketamine(WEIGHT_KG), simons2022.r_ketamine(WEIGHT_KG)
    clearance_l_per_h = 60 * (s_part.cl_l_per_min + r_part.cl_l_per_min) / 2
    assert 69 <= clearance_l_per_h <= 90
    assert 200 <= s_part.v1_l + s_part.v2_l + s_part.v3_l <= 304


@pytest.mark.parametrize(("s_ng_per_ml", "map_rise", "hr_rise"), [(270, 0.11, 0.15), (1959, 0.27, 0.435)])
def test_pressure_and_heart_rate_meet_their_anchors(s_ng_per_ml: float, map_rise: float, hr_rise: float) -> None:
    assert haemodynamics.mean_arterial_mmhg(100, s_ng_per_ml) == pytest.approx(100 * (1 + map_rise), abs=0.6)
    assert haemodynamics.heart_rate_per_min(100, s_ng_per_ml) == pytest.approx(100 * (1 + hr_rise), abs=0.8)


@pytest.mark.parametrize(
    ("s_ng_per_ml", "systolic_rise", "diastolic_rise", "heart_rate_rise"),
    [(77, 5, 3, 4), (154, 9, 5, 7), (144, 9, 5, 7), (260, 14, 8, 11), (434, 19, 11, 15)],
)
def test_rises_of_the_published_table(
    s_ng_per_ml: float, systolic_rise: float, diastolic_rise: float, heart_rate_rise: float
) -> None:
    systolic, diastolic = haemodynamics.systolic_diastolic_mmhg(128, 76, s_ng_per_ml)
    assert systolic - 128 == pytest.approx(systolic_rise, abs=1)
    assert diastolic - 76 == pytest.approx(diastolic_rise, abs=1)
    assert haemodynamics.heart_rate_per_min(72, s_ng_per_ml) - 72 == pytest.approx(heart_rate_rise, abs=1)


def test_breathing_hardly_changes_and_nothing_changes_without_drug() -> None:
    assert respiration.respiratory_rate_per_min(14, 0) == 14
    assert 14 < respiration.respiratory_rate_per_min(14, 500) < 15.5
    assert haemodynamics.systolic_diastolic_mmhg(120, 80, 0) == pytest.approx((120, 80))


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="weight"):
        ketamine_model(5.0)
    with pytest.raises(ValueError, match="share"):
        ketamine_model(70.0, s_share=1.5)
    with pytest.raises(ValueError, match="step"):
        ketamine_model(70.0).system.propagator(-1.0)
    with pytest.raises(ValueError, match="fit"):
        LinearModel(np.zeros((2, 2)), np.zeros(3))
    with pytest.raises(ValueError, match="ascend"):
        trajectory(ketamine_model(70.0).system, [5.0, 1.0])
