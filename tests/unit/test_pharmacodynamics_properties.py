"""What holds for every concentration and every person."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from session_store.pharmacology import (
    acute_analgesia,
    haemodynamics,
    lasting_analgesia,
    nausea,
    oxygen_store,
    psychotropic,
    respiration,
    sedation,
)

CONCENTRATIONS = st.floats(0.0, 2500.0)
GAINS = st.floats(0.05, 8.0)
LOADS = st.floats(0.0, 5.0)
PRESSURES = st.floats(0.0, 300.0)
VENTILATIONS = st.floats(0.0, 3.0)
RISING = (
    lambda ce, gain: haemodynamics.mean_arterial_mmhg(90.0, ce, gain),
    lambda ce, gain: haemodynamics.systolic_diastolic_mmhg(120.0, 75.0, ce, gain)[0],
    lambda ce, gain: haemodynamics.systolic_diastolic_mmhg(120.0, 75.0, ce, gain)[1],
    lambda ce, gain: haemodynamics.heart_rate_per_min(70.0, ce, gain),
    lambda ce, gain: haemodynamics.cardiac_output_l_per_min(5.0, ce, gain),
    lambda ce, _: respiration.ventilation_l_per_min(8.0, ce),
    lambda ce, _: respiration.respiratory_rate_per_min(14.0, ce),
    psychotropic.vas_high_points,
    psychotropic.cadss_total,
    lambda ce, _: acute_analgesia.acute_relief(ce),
    lambda ce, _: lasting_analgesia.lasting_relief(ce),
    lambda ce, _: nausea.chance_of_nausea(ce * 60),
)


@settings(max_examples=40)
@given(CONCENTRATIONS, CONCENTRATIONS, GAINS)
def test_more_ketamine_never_does_less(one: float, other: float, gain: float) -> None:
    low, high = sorted((one, other))
    for effect in RISING:
        assert effect(low, gain) <= effect(high, gain)


@settings(max_examples=30)
@given(st.lists(CONCENTRATIONS, min_size=1, max_size=5), GAINS)
def test_a_population_is_its_people(concentrations: list[float], gain: float) -> None:
    together = np.array(concentrations)
    for effect in RISING:
        assert np.allclose(effect(together, gain), [effect(each, gain) for each in concentrations], rtol=1e-12)
    levels = sedation.moaas_level(together, gain).tolist()
    assert levels == [sedation.moaas_level(each, gain) for each in concentrations]


@settings(max_examples=60)
@given(CONCENTRATIONS, CONCENTRATIONS, LOADS, LOADS, GAINS)
def test_sedation_only_deepens_with_more_of_anything(
    ketamine: float, more: float, midazolam: float, opioid: float, scale: float
) -> None:
    bare = sedation.sedative_ng_per_ml(ketamine)
    laden = sedation.sedative_ng_per_ml(ketamine + more, midazolam, opioid)
    assert 0 <= sedation.moaas_level(laden, scale) <= sedation.moaas_level(bare, scale) <= 5


@settings(max_examples=60)
@given(CONCENTRATIONS, LOADS, LOADS, LOADS, GAINS)
def test_depression_is_a_share_grows_with_loads_and_shrinks_with_ketamine(
    ketamine: float, midazolam: float, opioid: float, added: float, sensitivity: float
) -> None:
    depressed = respiration.depression(midazolam, opioid, ketamine, sensitivity)
    assert 0 <= depressed <= 1
    assert depressed <= respiration.depression(midazolam + added, opioid, ketamine, sensitivity) + 1e-12
    assert depressed <= respiration.depression(midazolam, opioid + added, ketamine, sensitivity) + 1e-12
    assert depressed <= respiration.depression(midazolam, opioid, ketamine / 2, sensitivity) + 1e-12
    assert respiration.depression(0.0, 0.0, ketamine, sensitivity) == 0


@settings(max_examples=60)
@given(CONCENTRATIONS, st.floats(0.0, 1.0), st.floats(0.0, 97.0))
def test_nobody_breathes_backwards(ketamine: float, depressed: float, lost: float) -> None:
    ventilation = respiration.ventilation_l_per_min(8.0, ketamine, depressed, lost)
    rate = respiration.respiratory_rate_per_min(15.0, ketamine, depressed, lost)
    assert ventilation >= 0 and rate >= 0
    assert (rate == 0) == (depressed >= respiration.APNOEA_DEPRESSION and lost <= 25)


@settings(max_examples=50)
@given(PRESSURES, VENTILATIONS, VENTILATIONS, st.floats(0.0, 10.0))
def test_more_breathing_never_means_less_oxygen(pressure: float, one: float, other: float, minutes: float) -> None:
    low, high = sorted((one, other))
    less = oxygen_store.alveolar_after(pressure, minutes, low)
    more = oxygen_store.alveolar_after(pressure, minutes, high)
    assert less >= 0
    # Above room air's inspired pressure more breathing washes oxygen out, as it should.
    assert less <= more + 1e-9 or pressure > oxygen_store.ROOM_AIR_INSPIRED_MMHG
    assert 0 <= oxygen_store.saturation_percent(97.0, less) <= 97


@settings(max_examples=50)
@given(CONCENTRATIONS, st.floats(0.0, 60.0), st.floats(90.0, 100.0))
def test_ketamine_alone_never_desaturates(ketamine: float, minutes: float, resting_percent: float) -> None:
    relative = respiration.ventilation_l_per_min(8.0, ketamine) / 8.0
    alveolar = oxygen_store.alveolar_after(oxygen_store.RESTING_ALVEOLAR_MMHG, minutes, relative)
    assert abs(oxygen_store.saturation_percent(resting_percent, alveolar) - resting_percent) < 1e-9
