"""Breathing and saturation: ketamine alone keeps them, midazolam and fentanyl do not."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.random import default_rng

from session_store.pharmacology import individual_effects, oxygen_store, respiration
from session_store.pharmacology.co_medication import COURSES, Depressant, DepressantDose, depressant_load
from session_store.pharmacology.emax_model import FloatArray
from tests.unit.ketamine_curves import WEIGHT_KG, curves, sessions

SECOND_STEP = 5 / 60
RESTING_L_PER_MIN = 8.0


@dataclass(frozen=True)
class Course:
    lowest_spo2: FloatArray
    apnoea_seconds: FloatArray
    lowest_rate: FloatArray


def midazolam(mg_per_kg: float, at_min: float = 0.0) -> DepressantDose:
    return DepressantDose(Depressant.MIDAZOLAM, at_min, mg_per_kg * WEIGHT_KG)


def fentanyl(ug_per_kg: float, at_min: float = 0.0) -> DepressantDose:
    return DepressantDose(Depressant.FENTANYL, at_min, ug_per_kg * WEIGHT_KG / 1000)


def breathe(
    doses: list[DepressantDose],
    s_ng_per_ml: float = 0.0,
    sensitivity: FloatArray | None = None,
    minutes: float = 25.0,
    inspired: float = oxygen_store.ROOM_AIR_INSPIRED_MMHG,
) -> Course:
    """Some people (one by default) breathing at one ketamine concentration in steps of 5 s, nobody helping."""
    sensitivity = np.ones(1) if sensitivity is None else sensitivity
    effect_site = np.full(len(sensitivity), s_ng_per_ml)
    alveolar = np.full(len(sensitivity), oxygen_store.RESTING_ALVEOLAR_MMHG)
    spo2, rates = [], []
    for minute in np.arange(0.0, minutes, SECOND_STEP):
        load = depressant_load(doses, float(minute), WEIGHT_KG)
        depressed = respiration.depression(load.midazolam, load.opioid, effect_site, sensitivity)
        lost = oxygen_store.saturation_lost_points(alveolar)
        ventilation = respiration.ventilation_l_per_min(RESTING_L_PER_MIN, effect_site, depressed, lost)
        rates.append(respiration.respiratory_rate_per_min(15.0, effect_site, depressed, lost))
        alveolar = oxygen_store.alveolar_after(alveolar, SECOND_STEP, ventilation / RESTING_L_PER_MIN, inspired)
        spo2.append(oxygen_store.saturation_percent(97.5, alveolar))
    breaths = np.array(rates)
    return Course(np.min(spo2, axis=0), (breaths == 0).sum(axis=0) * 5.0, breaths.min(axis=0))


def test_ventilation_and_rate_rise_a_little_under_ketamine() -> None:
    """Isocapnic ventilation +3.1 (2.4 to 3.7) L/min at the end of 1 mg/kg esketamine over 3 h (BJA 2024)."""
    assert respiration.ventilation_l_per_min(8.0, 270.0) - 8 == pytest.approx(3.1, abs=0.1)
    assert respiration.respiratory_rate_per_min(14.0, 270.0) == pytest.approx(15.35, abs=0.01)
    assert respiration.ventilation_l_per_min(8.0, 0.0) == 8


@pytest.mark.parametrize("s_ng_per_ml", [0.0, 30.0, 154.0, 434.0, 600.0])
def test_ketamine_alone_keeps_the_saturation(s_ng_per_ml: float) -> None:
    course = breathe([], s_ng_per_ml)
    assert course.lowest_spo2 == pytest.approx(97.5, abs=1e-9)
    assert course.lowest_rate >= 15


@pytest.mark.parametrize("mg_per_kg", [0.01, 0.03, 0.05])
def test_small_doses_of_midazolam_do_nothing_much(mg_per_kg: float) -> None:
    assert breathe([midazolam(mg_per_kg)], 140.0).lowest_spo2 > 96
    assert breathe([midazolam(mg_per_kg)]).lowest_spo2 > 96


def test_midazolam_desaturates_from_0_12_and_stops_breathing_from_0_18_mg_per_kg() -> None:
    """A typical adult under 0.5 mg/kg ketamine over 40 min, room air; half of these doses in a sensitive one."""
    at_012, at_018 = breathe([midazolam(0.12)], 140.0), breathe([midazolam(0.18)], 140.0)
    assert at_012.lowest_spo2 < 90 and at_012.apnoea_seconds == 0 and 6 < at_012.lowest_rate < 10
    assert at_018.lowest_spo2 < 75 and at_018.apnoea_seconds >= 15 and at_018.lowest_rate == 0
    sensitive = breathe([midazolam(0.09)], 140.0, np.full(1, 2.0))
    assert sensitive.lowest_spo2 == pytest.approx(at_018.lowest_spo2)


def test_shares_with_hypoxaemia_and_apnoea_are_those_of_bailey_1990() -> None:
    """SpO2 < 90 %: fentanyl half, both 11 of 12; apnoea of 15 s: none, 6 of 12; midazolam alone nothing."""
    sensitivity = individual_effects.draw_population(default_rng(1990), 300).depressant_sensitivity
    alone = breathe([midazolam(0.05)], 0.0, sensitivity)
    opioid = breathe([fentanyl(2.0)], 0.0, sensitivity)
    both = breathe([midazolam(0.05), fentanyl(2.0)], 0.0, sensitivity)
    assert (alone.lowest_spo2 < 90).mean() < 0.06 and (alone.apnoea_seconds >= 15).mean() < 0.02
    assert 0.40 < (opioid.lowest_spo2 < 90).mean() < 0.62 and (opioid.apnoea_seconds >= 15).mean() < 0.12
    assert 0.85 < (both.lowest_spo2 < 90).mean() < 0.98 and 0.40 < (both.apnoea_seconds >= 15).mean() < 0.65


def test_ketamine_counters_the_opioid_but_not_midazolam() -> None:
    """The opioid needed for the same depression doubles at S 127 ng/mL (Jonkman 2018)."""
    assert respiration.depression(0.0, 2.0, 127.0) == pytest.approx(respiration.depression(0.0, 1.0, 0.0))
    assert respiration.depression(1.0, 0.0, 127.0) == respiration.depression(1.0, 0.0, 0.0) == 0.5


def test_apnoea_on_room_air_empties_the_store() -> None:
    at = {
        seconds: oxygen_store.saturation_percent(97.5, oxygen_store.alveolar_after(100.0, seconds / 60, 0.0))
        for seconds in (0, 20, 40, 60, 90)
    }
    assert at[0] == 97.5 and at[20] > 94 and 88 < at[40] < 92 and 80 < at[60] < 88 and 68 < at[90] < 78


def test_oxygen_delays_and_hides_the_fall() -> None:
    breathed_oxygen = oxygen_store.inspired_mmhg(0.4)
    full = oxygen_store.alveolar_after(100.0, 15.0, 1.0, breathed_oxygen)
    assert full > 200
    assert oxygen_store.saturation_percent(97.5, oxygen_store.alveolar_after(full, 1.0, 0.0, breathed_oxygen)) > 95
    assert breathe([midazolam(0.12)], 140.0, inspired=breathed_oxygen).lowest_spo2 == 97.5


def test_normal_breathing_brings_the_saturation_back() -> None:
    low = oxygen_store.alveolar_after(100.0, 1.5, 0.0)
    assert oxygen_store.alveolar_after(low, 5.0, 1.0) == pytest.approx(100, abs=1)


def test_a_long_step_equals_many_short_ones() -> None:
    at_once, state = oxygen_store.alveolar_after(100.0, 2.0, 0.3), 100.0
    for _ in range(24):
        state = oxygen_store.alveolar_after(state, SECOND_STEP, 0.3)
    assert at_once == pytest.approx(state, rel=1e-9)


@pytest.mark.parametrize("drug", list(Depressant))
def test_a_course_begins_at_zero_peaks_at_one_and_wanes(drug: Depressant) -> None:
    course = COURSES[drug]
    assert course.share_of_peak(-1.0) == course.share_of_peak(0.0) == 0
    assert course.share_of_peak(course.peak_min) == pytest.approx(1)
    assert 4 < course.peak_min < 12 and course.share_of_peak(240.0) < 0.05


def test_doses_add_up_from_their_own_time_on() -> None:
    doses = [midazolam(0.02), midazolam(0.02, at_min=30.0), fentanyl(1.0, at_min=50.0)]
    first = depressant_load(doses[:1], 40.0, WEIGHT_KG).midazolam
    second = depressant_load(doses[:1], 10.0, WEIGHT_KG).midazolam
    assert depressant_load(doses, 40.0, WEIGHT_KG) == pytest.approx((first + second, 0.0))
    assert depressant_load(doses, 55.0, WEIGHT_KG).opioid > 0


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match=r"midazolam 0\.0 mg is not above 0"):
        midazolam(0.0)
    with pytest.raises(ValueError, match="weight 0"):
        depressant_load([midazolam(0.1)], 5.0, 0)
    with pytest.raises(ValueError, match="inspired oxygen fraction"):
        oxygen_store.inspired_mmhg(21)
    with pytest.raises(ValueError, match="step"):
        oxygen_store.alveolar_after(100.0, -1.0, 1.0)


def test_no_session_of_ketamine_alone_loses_a_point_of_saturation() -> None:
    effect_site = curves(sessions([0], 70.0, 120), 240, every_min=5.0).effect_site_s
    alveolar = oxygen_store.RESTING_ALVEOLAR_MMHG
    for each in effect_site.tolist():
        relative = respiration.ventilation_l_per_min(RESTING_L_PER_MIN, each) / RESTING_L_PER_MIN
        alveolar = oxygen_store.alveolar_after(alveolar, 5.0, relative)
        assert oxygen_store.saturation_percent(96.0, alveolar) == pytest.approx(96.0, abs=1e-9)
