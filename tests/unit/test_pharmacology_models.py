"""Each published model gives back what its study, or the specification of the simulators, says of it."""

import math
from dataclasses import replace

import numpy as np
import pytest

from session_store.domain.entry_choices import Drug
from session_store.pharmacology import fanta2015, hijazi2003, otto2021, persson2002, simons2022
from session_store.pharmacology.compartments import (
    Disposition,
    from_rate_constants,
    rate_matrix_per_min,
    steady_state_volume_l,
    terminal_half_life_min,
)
from session_store.pharmacology.concentration_model import Site
from session_store.pharmacology.display_models import DISPLAY_MODELS, ModelRefused, display_model
from session_store.pharmacology.individual import IndividualScale
from session_store.pharmacology.linear_model import BolusDose, RateStep, trajectory
from session_store.pharmacology.prediction import Schedule, areas, predict
from session_store.pharmacology.racemic_ketamine import ketamine_model

RACEMIC, S_ALONE = Drug.RACEMIC_KETAMINE, Drug.ESKETAMINE


def infusion(rate_mg_per_min: float, stop_min: float) -> Schedule:
    return Schedule((RateStep(0.0, rate_mg_per_min), RateStep(stop_min, 0.0)))


@pytest.mark.parametrize(
    ("name", "cl_l_per_h", "vss_l", "half_life_min"),
    [
        ("domino", 115.9, 193, 115),
        ("clements", 80.2, 289, 183),
        ("hijazi", 151, 297, 297),
        ("fanta", 95.2, 419, 442),
        ("truth", 88.8, 225, 193),
    ],
)
def test_clearance_volume_and_half_life(name: str, cl_l_per_h: float, vss_l: float, half_life_min: float) -> None:
    ketamine = display_model(name).parts(70.0, RACEMIC)[0].ketamine
    assert 60 * ketamine.cl_l_per_min == pytest.approx(cl_l_per_h, rel=2e-3)
    assert steady_state_volume_l(ketamine) == pytest.approx(vss_l, abs=1)
    assert terminal_half_life_min(ketamine) == pytest.approx(half_life_min, abs=1)


def test_hijazi_gives_back_its_abstract() -> None:
    ketamine = hijazi2003.disposition(83.0)
    assert 1000 * ketamine.cl_l_per_min / 83.0 == pytest.approx(36.0, abs=0.1)
    assert terminal_half_life_min(ketamine) / 60 == pytest.approx(4.9, abs=0.1)


@pytest.mark.parametrize(
    ("mg_per_h", "hours", "fanta", "domino", "clements"),
    [
        (52.5, 2 / 3, (161, 69), (240, 40), (177, 68)),
        (17.5, 4, (137, 79), (130, 48), (148, 87)),
        (35.0, 4, (274, 159), (260, 96), (296, 174)),
        (70.0, 2, (403, 214), (429, 130), (428, 220)),
        (70.0, 4, (549, 317), (519, 192), (591, 349)),
        (140.0, 1, (550, 256), (706, 153), (600, 256)),
        (10.0, 4, (78, 45), (74, 27), (84, 50)),
        (25.0, 4, (196, 113), (186, 69), (211, 125)),
        (40.0, 2, (230, 122), (245, 74), (244, 125)),
    ],
)
def test_end_of_infusion_and_an_hour_later(
    mg_per_h: float, hours: float, fanta: tuple[int, int], domino: tuple[int, int], clements: tuple[int, int]
) -> None:
    stop = hours * 60
    for name, expected in (("fanta", fanta), ("domino", domino), ("clements", clements)):
        model = display_model(name).build(70.0, RACEMIC)
        found = predict(model, Site.VENOUS, [stop, stop + 60], infusion(mg_per_h / 60, stop)).ketamine_ng_per_ml
        assert found == pytest.approx(expected, rel=0.006, abs=0.6), name


@pytest.mark.parametrize("name", DISPLAY_MODELS)
def test_clearance_times_area_is_the_dose(name: str) -> None:
    model = display_model(name)
    drug = S_ALONE if model.tells_enantiomers else RACEMIC
    schedule = Schedule((RateStep(1.0, 0.7), RateStep(31.0, 0.0)), (BolusDose(0.0, 5.0),))
    ketamine = model.parts(83.0, drug)[0].ketamine
    person = model.build(83.0, drug)
    for site in Site:
        area_mg_min_per_l = areas(person, site, schedule).ketamine_ng_min_per_ml / 1000
        assert ketamine.cl_l_per_min * area_mg_min_per_l == pytest.approx(26.0, rel=1e-10)


def test_all_that_is_cleared_becomes_norketamine_in_otto_and_four_fifths_in_simons() -> None:
    schedule = infusion(10 / 30, 30.0)
    otto = areas(display_model("fanta").build(60.0, RACEMIC), Site.VENOUS, schedule).norketamine_ng_min_per_ml
    chain = otto2021.norketamine(60.0)
    assert otto is not None and chain.disposition.cl_l_per_min * otto / 1000 == pytest.approx(10.0, rel=1e-10)
    truth = display_model("truth").build(60.0, RACEMIC)
    for site in Site:
        simons = areas(truth, site, schedule).norketamine_ng_min_per_ml
        flow = simons2022.norketamine(60.0).disposition.cl_l_per_min
        assert simons is not None
        assert flow * simons / 1000 == pytest.approx(10.0 * 0.8 * 223.70 / 237.73, rel=1e-10)


def test_norketamine_medians_of_ten_mg_s_ketamine_over_half_an_hour() -> None:
    """Otto 2021, CHDR1311, n = 17, 68 kg, venous, digitised to about 10 %."""
    medians = {30: 10.0, 60: 23.0, 120: 20.0, 180: 16.0, 300: 12.0, 360: 11.0, 480: 8.0, 600: 6.5}
    times = [float(minute) for minute in medians]
    otto = predict(display_model("fanta").build(68.0, S_ALONE), Site.VENOUS, times, infusion(10 / 30, 30.0))
    assert otto.norketamine_ng_per_ml == pytest.approx(list(medians.values()), rel=0.20)


def test_ketamine_medians_of_ten_mg_s_ketamine_over_half_an_hour() -> None:
    """The same study: `truth` at its venous site, and Fanta, from 30 min to 10 h."""
    medians = {30: 56.0, 60: 27.0, 120: 15.5, 180: 11.5, 300: 6.0, 360: 4.2, 480: 2.5, 600: 1.8}
    times = [float(minute) for minute in medians]
    for name in ("truth", "fanta"):
        model = display_model(name).build(68.0, S_ALONE)
        found = predict(model, Site.VENOUS, times, infusion(10 / 30, 30.0)).ketamine_ng_per_ml
        apart = found / np.array(list(medians.values())) - 1
        assert abs(np.median(apart)) < 0.15
        assert np.quantile(abs(apart), 0.9) < 0.25


def test_the_venous_peak_of_half_a_mg_per_kg_over_40_min_is_near_the_published_185() -> None:
    truth = display_model("truth").build(70.0, RACEMIC)
    times = np.arange(0.0, 121.0).tolist()
    found = predict(truth, Site.VENOUS, times, infusion(35 / 40, 40.0)).ketamine_ng_per_ml
    assert found.max() == pytest.approx(185, rel=0.10)
    assert times[int(found.argmax())] == 40.0


def test_the_truth_shown_is_the_one_that_simulated_patients_obey() -> None:
    person = IndividualScale(v1=1.2, cl=0.8, cl_norketamine=1.1, transit=1.4)
    small, large = ketamine_model(81.0, person), ketamine_model(81.0, person, with_norketamine=True)
    shown = display_model("truth").build(81.0, RACEMIC, person)
    schedule, times = infusion(0.9, 40.0), [10.0, 40.0, 200.0]
    venous = predict(shown, Site.VENOUS, times, schedule).ketamine_ng_per_ml
    arterial = predict(shown, Site.ARTERIAL, times, schedule).ketamine_ng_per_ml
    for model in (small, large):
        states = trajectory(model.system, times, schedule.rate_steps)
        read = [model.concentrations(state) for state in states]
        assert [one.venous_ng_per_ml for one in read] == pytest.approx(venous.tolist(), rel=1e-10)
        assert [one.arterial_ng_per_ml for one in read] == pytest.approx(arterial.tolist(), rel=1e-10)
        body = [model.in_body_mg(state) + model.eliminated_mg(state) for state in states]
        assert body == pytest.approx([9.0, 36.0, 36.0], rel=1e-10)
    assert small.concentrations(small.system.empty_state()).arterial_norketamine_ng_per_ml == 0


def test_r_ketamine_is_cleared_slower_and_nothing_else() -> None:
    for model in (simons2022, fanta2015):
        s_part, r_part = model.s_ketamine(70.0), model.r_ketamine(70.0)
        assert r_part.cl_l_per_min / s_part.cl_l_per_min == pytest.approx(5 / 6)
        assert replace(r_part, cl_l_per_min=s_part.cl_l_per_min) == s_part
    assert pytest.approx(0.83, abs=0.005) == persson2002.R_OVER_S_CLEARANCE


def test_weights_scale_as_each_source_has_it() -> None:
    double = {name: model.parts(140.0, RACEMIC)[0].ketamine for name, model in DISPLAY_MODELS.items()}
    single = {name: model.parts(70.0, RACEMIC)[0].ketamine for name, model in DISPLAY_MODELS.items()}
    for name in ("domino", "clements", "hijazi"):
        assert rate_matrix_per_min(double[name]) == pytest.approx(rate_matrix_per_min(single[name]))
        assert double[name].v1_l == pytest.approx(2 * single[name].v1_l)
    for name in ("truth", "fanta"):
        assert double[name].cl_l_per_min / single[name].cl_l_per_min == pytest.approx(2**0.75)
        assert double[name].v1_l == pytest.approx(2 * single[name].v1_l)
    assert double["fanta"].v2_l == single["fanta"].v2_l
    assert double["truth"].v2_l == pytest.approx(2 * single["truth"].v2_l)


def test_rate_constants_and_volumes_say_the_same() -> None:
    ketamine = from_rate_constants(4.41, 0.438, 0.592, 0.247, 0.590, 0.0146)
    matrix = rate_matrix_per_min(ketamine)
    assert matrix[0, 0] == pytest.approx(-(0.438 + 0.592 + 0.590))
    assert (matrix[0, 1], matrix[1, 0], matrix[0, 2], matrix[2, 0]) == pytest.approx((0.247, 0.592, 0.0146, 0.590))
    assert -math.log(2) / np.linalg.eigvals(matrix).real.max() == pytest.approx(terminal_half_life_min(ketamine))


def test_what_a_model_does_not_describe_is_refused() -> None:
    for name in ("domino", "clements", "hijazi"):
        with pytest.raises(ModelRefused, match="racemate"):
            display_model(name).build(70.0, S_ALONE)
    with pytest.raises(ModelRefused, match="no model"):
        display_model("nobody")
    for name in DISPLAY_MODELS:
        for weight in (19.9, 351.0, math.nan):
            with pytest.raises(ValueError, match="weight"):
                display_model(name).build(weight, RACEMIC)
    with pytest.raises(ValueError, match="third"):
        Disposition(1.0, 1.0, 1.0, 1.0, v3_l=1.0)
    with pytest.raises(ValueError, match="above 0"):
        Disposition(1.0, 0.0, 1.0, 1.0)
