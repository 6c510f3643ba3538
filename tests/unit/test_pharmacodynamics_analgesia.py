"""Acute and lasting relief against what the trials saw, the negative ones included."""

from functools import cache

import numpy as np
import pytest
from numpy.random import default_rng

from session_store.pharmacology import acute_analgesia, individual_effects, lasting_analgesia, simons2022
from session_store.pharmacology.emax_model import FloatArray
from session_store.pharmacology.linear_model import RateStep
from session_store.pharmacology.racemic_ketamine import ESKETAMINE_S_SHARE, RACEMIC_S_SHARE
from tests.unit.ketamine_curves import WEIGHT_KG, curves, sessions

EVERY_MIN = 10.0
# 5, 12 and 20 mg/h/70 kg; the days of each are ours, the 100 h and the mean dose are the trial's.
HUNDRED_HOURS = [RateStep(0.0, 5 / 60), RateStep(1440.0, 12 / 60), RateStep(2880.0, 20 / 60), RateStep(6000.0, 0.0)]


@cache
def hundred_hours() -> tuple[FloatArray, FloatArray]:
    return slow_effect_site(HUNDRED_HOURS, ESKETAMINE_S_SHARE, 84.0)


def slow_effect_site(rates: list[RateStep], s_share: float, days: float) -> tuple[FloatArray, FloatArray]:
    """Days and CL of a course."""
    seen = curves(rates, days * 1440.0, EVERY_MIN, s_share)
    return seen.minutes / 1440, lasting_analgesia.slow_effect_site_ng_per_ml(seen.minutes, seen.arterial_s)


@pytest.mark.parametrize(
    ("rates", "s_share", "peak", "relief", "relief_day_28"),
    [
        (HUNDRED_HOURS, ESKETAMINE_S_SHARE, 38, 0.79, 0.45),
        (sessions(range(10), 25.0, 240), RACEMIC_S_SHARE, 11, 0.51, 0.25),
        (sessions(range(5), 52.5, 40), RACEMIC_S_SHARE, 2.2, 0.18, 0.05),
        (sessions([0], 70.0, 30), ESKETAMINE_S_SHARE, 1.0, 0.09, 0.02),
        (sessions([0], 52.5, 40), RACEMIC_S_SHARE, 0.5, 0.05, 0.01),
    ],
    ids=["100 h", "10 x 4 h", "5 x 40 min", "30 min S", "40 min"],
)
def test_courses_of_the_trials(
    rates: list[RateStep], s_share: float, peak: float, relief: float, relief_day_28: float
) -> None:
    """CL within 2 % or half of the last digit, relief within 0.006 (day 28 counted from the start of the course)."""
    days, slow = slow_effect_site(rates, s_share, 28.0)
    assert days[-1] == pytest.approx(28)
    assert slow.max() == pytest.approx(peak, rel=0.02, abs=0.05)
    shares = lasting_analgesia.lasting_relief(slow)
    assert shares.max() == pytest.approx(relief, abs=0.006)
    assert shares[-1] == pytest.approx(relief_day_28, abs=0.006)


def test_relief_outlasts_a_long_infusion_by_fifty_days() -> None:
    """Dahan 2011: a tenth of the pain is still gone then, next to nothing at week 12."""
    days, slow = hundred_hours()
    shares = lasting_analgesia.lasting_relief(slow)
    assert 0.10 < np.interp(54.2, days, shares) < 0.20
    assert shares[-1] < 0.03


def arms(slow: float, days_since: float, baseline: FloatArray, seed: int) -> tuple[FloatArray, FloatArray]:
    """NRS of a drug arm and of a placebo arm of as many people."""
    drug, placebo = (individual_effects.draw_population(default_rng(seed + arm), len(baseline)) for arm in (0, 1))
    lasting = np.full(len(baseline), lasting_analgesia.lasting_relief(slow))
    since = np.full(len(baseline), days_since)
    return (
        lasting_analgesia.pain_points(
            baseline, drug.is_responder, lasting, 0.0, lasting_analgesia.placebo_points_left(drug.placebo_points, since)
        ),
        lasting_analgesia.pain_points(
            baseline, 0.0, lasting, 0.0, lasting_analgesia.placebo_points_left(placebo.placebo_points, since)
        ),
    )


def test_replay_of_a_hundred_hours_in_crps() -> None:
    """Sigtermans 2009: NRS 2.68 against 5.45 at the end of week 1, no difference at week 12."""
    baseline = default_rng(2009).normal(7.0, 1.6, 2000).clip(3, 10)
    days, slow = hundred_hours()
    difference = {}
    for day in (7.0, 84.0):
        drug, placebo = arms(float(np.interp(day, days, slow)), day - 6000 / 1440, baseline, seed=93)
        difference[day] = placebo.mean() - drug.mean()
    assert 2.0 <= difference[7.0] <= 3.5
    assert abs(difference[84.0]) < 1


def test_replay_of_one_infusion_without_lasting_effect() -> None:
    """Pickering 2020: the area under the pain over 35 days differs by less than 10 % from that of placebo."""
    baseline = default_rng(2020).normal(5.4, 1.6, 2000).clip(3, 10)
    days, slow = slow_effect_site(sessions([0], 52.5, 40), RACEMIC_S_SHARE, 35.0)
    pairs = [arms(float(np.interp(day, days, slow)), day, baseline, seed=133) for day in np.arange(1.0, 36.0)]
    drug_area, placebo_area = np.sum([(drug.mean(), placebo.mean()) for drug, placebo in pairs], axis=0)
    assert abs(drug_area - placebo_area) < 0.10 * placebo_area


def test_areas_of_short_infusions_give_the_course_without_its_curve() -> None:
    days, slow = slow_effect_site(sessions([0, 1, 4], 52.5, 40), RACEMIC_S_SHARE, 40.0)
    area = 0.5 * 35.0 / simons2022.CL_L_PER_MIN * 1000
    at_days = np.array([1.0, 2.0, 5.0, 14.0, 40.0])
    doses = np.array([[0.0, 1.0, 4.0]]) + 20 / 1440
    short = lasting_analgesia.slow_effect_site_after_doses(at_days, doses, np.full((1, 3), area))
    assert short[0] == pytest.approx(np.interp(at_days, days, slow), rel=0.01)


def test_the_slow_site_follows_a_steady_concentration_with_its_half_life() -> None:
    minutes = np.arange(0.0, 21.8 * 1440 + 1, 60.0)
    slow = lasting_analgesia.slow_effect_site_ng_per_ml(minutes, np.full(len(minutes), 100.0))
    assert np.interp(10.9 * 1440, minutes, slow) == pytest.approx(50, rel=1e-3)
    assert np.interp(21.8 * 1440, minutes, slow) == pytest.approx(75, rel=1e-3)


def test_acute_relief_comes_and_goes_with_the_drug() -> None:
    seen = curves(sessions([0], 0.75 * WEIGHT_KG, 40), 240)
    relief = acute_analgesia.acute_relief(seen.effect_site_s)
    assert acute_analgesia.acute_relief(80.0) == 0.25
    assert relief[0] == 0 and 0.28 < relief.max() < 0.34 and relief[-1] < 0.06
    assert 40 <= seen.minutes[relief.argmax()] <= 45


def test_opposing_norketamine_takes_back_what_the_study_found_and_never_more_than_all() -> None:
    opposed = acute_analgesia.acute_relief(100.0, 1.0, norketamine_s_ng_per_ml=50.0, norketamine_weight=1.0)
    # 1.5 of 3.8 cm.
    assert opposed == pytest.approx(acute_analgesia.acute_relief(100.0 * (1 - 1.5 / 3.8), 1.0))
    assert acute_analgesia.acute_relief(100.0, 1.0, 50.0) == acute_analgesia.acute_relief(100.0, 1.0)
    assert acute_analgesia.acute_relief(10.0, 1.0, 500.0, 1.0) == 0


def test_a_non_responder_has_the_setting_alone_and_a_responder_never_less() -> None:
    assert lasting_analgesia.pain_points(8.0, 0.0, 0.5, 0.4, 1.5) == 6.5
    assert lasting_analgesia.pain_points(8.0, 1.0, 0.5, 0.4, 1.5) == pytest.approx(8 * 0.5 * 0.6)
    assert lasting_analgesia.pain_points(8.0, 1.0, 0.01, 0.0, 1.5) == 6.5
    assert lasting_analgesia.pain_points(1.0, 0.0, 0.0, 0.0, 1.5) == 0
    assert 0.9 < lasting_analgesia.placebo_points_left(1.0, 3.0) < 0.95


def test_shares_and_sizes_of_the_drawn_people() -> None:
    people = individual_effects.draw_population(default_rng(3), 20_000)
    assert people.is_responder.mean() == pytest.approx(0.67, abs=0.01)
    helped = people.placebo_points[people.placebo_points > 0]
    assert len(helped) / 20_000 == pytest.approx(0.23, abs=0.01)
    assert helped.min() >= 1 and helped.max() <= 2
    gains = {0.6: people.circulation_gain, 0.5: people.vas_gain, 0.9: people.cadss_gain[people.cadss_gain > 0]}
    for cv, drawn in gains.items():
        assert np.median(drawn) == pytest.approx(1, abs=0.03)
        assert drawn.std() / drawn.mean() == pytest.approx(cv, rel=0.06)


def test_one_person_is_the_first_of_a_population_and_the_seed_decides() -> None:
    one = individual_effects.draw_individual(default_rng(42))
    population = individual_effects.draw_population(default_rng(42), 1)
    assert one.vas_gain == population.vas_gain[0]
    assert one == individual_effects.draw_individual(default_rng(42))
    assert one != individual_effects.draw_individual(default_rng(43))
