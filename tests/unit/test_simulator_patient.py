"""The virtual patient: how ketamine and the drugs beside it move it, and what the nurse sees of that."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from numpy.random import SeedSequence, default_rng

from session_store.domain.drug_classes import DrugClass, drug_classes
from session_store.domain.entries import read_content
from session_store.pharmacology.individual_effects import IndividualEffects
from session_store.pharmacology.lasting_analgesia import RESPONDER_SHARE
from simulators.bedside_observation import BedsideObserver, is_settled
from simulators.chair import ChairSession
from simulators.given_drugs import GivenDrugs
from simulators.scenarios.plan import ChairPlan, Episode
from simulators.virtual_patient import VirtualPatient, Vitals, draw_persona

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TYPICAL: Mapping[str, Any] = {
    "weight_kg": 70.0,
    "respiratory_rate_per_min": 15.0,
    "spo2_percent": 97.5,
    "pressure_gain": 1.0,
    "heart_rate_gain": 1.0,
    "clearance_scale": 1.0,
    "volume_scale": 1.0,
    "sedation_threshold_scale": 1.0,
    "depressant_sensitivity": 1.0,
    "nausea_threshold": 1e9,
    "cadss_gain": 1.0,
    "has_beta_blocker": False,
}
GIVEN_MIN = 20.0
Deed = Callable[[VirtualPatient, float], None]


def patient_with(episodes: tuple[Episode, ...] = (), **wanted: Any) -> VirtualPatient:
    return VirtualPatient(draw_persona(default_rng(4), {**TYPICAL, **wanted}), default_rng(5), episodes)


def drug(drug_name: str, dose: float, dose_unit: str = "mg") -> Deed:
    return lambda patient, minute: patient.give_medication(drug_name, dose, dose_unit, minute)


def oxygen(l_per_min: float) -> Deed:
    return lambda patient, _minute: patient.give_oxygen(l_per_min)


def live(
    patient: VirtualPatient,
    deeds: Mapping[float, Deed] | None = None,
    *,
    mg_per_kg_per_h: float = 0.5,
    minutes: int = 45,
    step_min: float = 1.0,
) -> list[Vitals]:
    """The true signs after every step; deeds are done at the end of their minute."""
    seen = []
    for number in range(1, round(minutes / step_min) + 1):
        minute = number * step_min
        patient.advance(minute, patient.persona.weight_kg * mg_per_kg_per_h / 60)
        for at, deed in (deeds or {}).items():
            if abs(at - minute) < step_min / 2:
                deed(patient, minute)
        seen.append(patient.vitals())
    return seen


def lowest_spo2(seen: list[Vitals]) -> float:
    return min(one.spo2_percent for one in seen)


def test_drug_raises_pressure_and_a_responder_loses_pain() -> None:
    patient = patient_with(pain_points=8.0, is_responder=True, drug_relief=0.8, lasting_relief=0.0)
    before = patient.vitals().systolic_mmhg
    live(patient, minutes=120)
    assert patient.vitals().systolic_mmhg > before
    assert patient.pain_points() < 8 * 0.7
    assert patient.venous_ng_per_ml > 100


def test_without_baseline_pain_there_is_none_later() -> None:
    patient = patient_with(pain_points=0.0)
    live(patient, minutes=30)
    assert patient.pain_points() == 0


def test_only_a_responder_keeps_what_earlier_sessions_gave_and_the_setting_helps_both() -> None:
    def relieved(*, is_responder: bool, lasting: float) -> float:
        patient = patient_with(is_responder=is_responder, pain_points=8.0, placebo_relief=0.2, lasting_relief=lasting)
        before = patient.pain_points()
        live(patient, minutes=90)
        return before - patient.pain_points()

    def before(*, is_responder: bool) -> float:
        return patient_with(pain_points=8.0, is_responder=is_responder, lasting_relief=0.5).pain_points()

    assert before(is_responder=True) == pytest.approx(before(is_responder=False) - 4)
    assert relieved(is_responder=True, lasting=0.0) > relieved(is_responder=False, lasting=0.0) + 1
    assert relieved(is_responder=False, lasting=0.5) > 0.8


def test_norketamine_opposes_relief_only_where_it_is_asked_for() -> None:
    def pain_after(weight: float | None, **of_persona: float) -> float:
        switch = {} if weight is None else {"norketamine_weight": weight}
        patient = patient_with(**{"pain_points": 8.0, "is_responder": True, "drug_relief": 0.8, **switch, **of_persona})
        live(patient, minutes=90)
        return patient.pain_points()

    assert pain_after(0.0) == pain_after(None)
    assert pain_after(0.0) + 0.1 < pain_after(0.5) < pain_after(1.0)
    assert pain_after(1.0) < pain_after(None, drug_relief=0.0)


@pytest.mark.parametrize("mg_per_kg_per_h", [0.5, 2.0])
def test_ketamine_alone_never_desaturates(mg_per_kg_per_h: float) -> None:
    seen = live(patient_with(depressant_sensitivity=3.0), mg_per_kg_per_h=mg_per_kg_per_h, minutes=90)
    assert lowest_spo2(seen) > 97.5 - 1.5
    assert all(one.respiratory_rate_per_min > 12 for one in seen)
    assert all(one.end_tidal_co2_mmhg and 32 < one.end_tidal_co2_mmhg < 44 for one in seen)


def test_midazolam_beside_ketamine_slows_the_breath_then_empties_the_blood_of_oxygen() -> None:
    small, large = patient_with(), patient_with()
    after_small = live(small, {GIVEN_MIN: drug("Midazolam", 1.0)})
    after_large = live(large, {GIVEN_MIN: drug("Dormicum (midazolam)", 9.0)})
    assert lowest_spo2(after_small) > 95
    assert lowest_spo2(after_large) < 90
    assert min(one.respiratory_rate_per_min for one in after_large) < 10
    assert max(one.end_tidal_co2_mmhg or 0 for one in after_large) > 60
    assert large.sedation_depth() > small.sedation_depth()


def test_an_apnoea_has_no_breaths_and_no_carbon_dioxide_and_ends() -> None:
    seen = live(patient_with(), {GIVEN_MIN: drug("midazolam", 14.0), 30.0: drug("flumazenil", 0.2)}, step_min=1 / 6)
    apnoea = [one for one in seen if one.respiratory_rate_per_min == 0]
    assert apnoea and all(one.end_tidal_co2_mmhg is None for one in apnoea)
    assert seen[-1].respiratory_rate_per_min > 12 and seen[-1].spo2_percent > 95


@pytest.mark.parametrize(
    ("given", "ending"),
    [(drug("midazolam", 9.0), drug("Anexate", 0.2)), (drug("fentanyl", 300.0, "ug"), drug("Naloxone HCl", 0.4))],
)
def test_each_load_is_ended_by_its_own_antagonist(given: Deed, ending: Deed) -> None:
    ended = live(patient_with(), {GIVEN_MIN: given, 26.0: ending})
    other = live(patient_with(), {GIVEN_MIN: given, 26.0: drug("adrenaline", 0.1)})
    assert ended[35].spo2_percent > 95 and ended[35].respiratory_rate_per_min > 12
    assert other[35].spo2_percent < ended[35].spo2_percent - 2
    assert lowest_spo2(ended[:26]) == lowest_spo2(other[:26])


def test_an_antagonist_does_not_end_the_other_drug() -> None:
    drugs = GivenDrugs(70.0)
    drugs.give("midazolam", 5.0, "mg", 0.0)
    before = drugs.load(10.0)
    drugs.give("naloxone", 0.4, "mg", 10.0)
    assert drugs.load(10.0) == before and drugs.load(30.0).midazolam > 0.3
    drugs.give("flumazenil", 0.2, "mg", 30.0)
    assert drugs.load(31.0).midazolam == pytest.approx(drugs.load(30.0).midazolam / 2, rel=0.05)


def test_oxygen_helps_a_patient_who_still_breathes() -> None:
    midazolam = drug("midazolam", 9.0)
    on_air = live(patient_with(), {GIVEN_MIN: midazolam})
    by_drug_name = live(patient_with(), {GIVEN_MIN: midazolam, 22.0: drug("Oxygen", 6.0, "L/min")})
    with_oxygen = live(patient_with(), {GIVEN_MIN: midazolam, 22.0: oxygen(6.0)})
    assert lowest_spo2(on_air) < 90 < 95 < lowest_spo2(with_oxygen)
    assert by_drug_name == with_oxygen
    assert [round(one.respiratory_rate_per_min) for one in with_oxygen][30] < 11


def test_the_step_hardly_matters_to_breathing() -> None:
    deeds = {GIVEN_MIN: drug("midazolam", 9.0)}
    by_minute, by_tick = live(patient_with(), deeds), live(patient_with(), deeds, step_min=1 / 6)
    assert lowest_spo2(by_minute) == pytest.approx(lowest_spo2(by_tick), abs=2.5)


def test_units_that_a_drug_cannot_have_are_refused_and_unknown_drugs_do_nothing() -> None:
    patient = patient_with()
    for name, unit in (("midazolam", "mL"), ("fentanyl", "tablets"), ("oxygen", "mg")):
        with pytest.raises(ValueError, match=name):
            patient.give_medication(name, 1.0, unit, 0.0)
    with pytest.raises(ValueError, match="below 0"):
        patient.give_oxygen(-1.0)
    quiet = live(patient_with())
    assert live(patient_with(), {GIVEN_MIN: drug("dexamethasone", 4.0, "ampoules")}) == quiet


def test_the_names_that_load_and_end_a_load_are_of_the_classes_that_tighten_the_watch() -> None:
    """A drug that moves the patient and not the rules, or the other way round, would be a false alarm or none."""
    classes = {"dormicum": DrugClass.BENZODIAZEPINE, "sublimaze": DrugClass.OPIOID, "romazicon": DrugClass.REVERSAL}
    for name, drug_class in classes.items():
        assert drug_classes(name) == {drug_class}
    drugs = GivenDrugs(70.0)
    drugs.give("DORMICUM 5 mg/mL", 5.0, "mg", 0.0)
    drugs.give("Sublimaze", 0.1, "mg", 0.0)
    assert drugs.load(9.0).midazolam > 0.5 and drugs.load(5.0).opioid > 0.5


@pytest.mark.parametrize(("scale", "depth"), [(0.2, 3), (0.4, 2), (0.8, 1), (1.5, 0)])
def test_sedation_follows_the_persons_own_thresholds(scale: float, depth: int) -> None:
    """0.5 mg/kg/h for 2 h leave about 140 ng/mL of S; the thresholds are 150, 300 and 600 times the scale."""
    patient = patient_with(sedation_threshold_scale=scale)
    live(patient, minutes=120)
    assert patient.sedation_depth() == depth


def test_midazolam_deepens_sedation_and_an_episode_adds_to_it() -> None:
    patient = patient_with((Episode("sedation_depth", 0.0, 100.0, 1.0, ramp_min=0.1),))
    live(patient, {5.0: drug("midazolam", 7.0)}, minutes=14)
    assert patient.sedation_depth() == 3


def test_a_beta_blocker_keeps_the_heart_slower_whenever_it_is_given() -> None:
    def end(deeds: Mapping[float, Deed] | None = None, **wanted: Any) -> float:
        patient = patient_with(heart_rate_gain=2.0, **wanted)
        return live(patient, deeds, mg_per_kg_per_h=1.0, minutes=60)[-1].heart_rate_per_min

    without = end()
    assert end(has_beta_blocker=True) < without - 5
    assert end({30.0: drug("esmolol", 30.0)}) == end({30.0: drug("Labetalol", 10.0)}) == end(has_beta_blocker=True)


def test_nausea_begins_when_the_hazard_passes_the_persons_threshold_later_with_ondansetron() -> None:
    assert patient_with().has_nausea_since_min is None
    patient, treated = patient_with(nausea_threshold=0.1), patient_with(nausea_threshold=0.1)
    live(patient, minutes=180)
    live(treated, {10.0: drug("ondansetron", 4.0)}, minutes=180)
    assert patient.has_nausea_since_min is not None and treated.has_nausea_since_min is not None
    assert 40 < patient.has_nausea_since_min < treated.has_nausea_since_min


def test_dissociation_follows_the_venous_concentration_and_the_person() -> None:
    patient, later, never = patient_with(), patient_with(is_first_session=False), patient_with(cadss_gain=0.0)
    for one in (patient, later, never):
        live(one, mg_per_kg_per_h=0.75, minutes=40)
    assert 12 < patient.cadss_total() < 22
    assert later.cadss_total() == pytest.approx(0.7 * patient.cadss_total(), abs=1)
    assert never.cadss_total() == 0
    assert 0 < patient.vas_high_points() <= 100
    charted = BedsideObserver(default_rng(1), "rass").dissociation(patient)
    content, problems = read_content("dissociation", charted)
    assert problems == [] and content is not None


def test_the_nurse_charts_what_there_is_of_breaths_and_oxygen() -> None:
    observer, patient = BedsideObserver(default_rng(1), "rass"), patient_with()
    calm = observer.complete_set(patient)
    live(patient, {GIVEN_MIN: drug("midazolam", 20.0), 21.0: oxygen(15.0)}, minutes=25)
    taken = observer.complete_set(patient)
    assert patient.vitals().respiratory_rate_per_min == 0
    assert "respiratory_rate_per_min" not in taken and "respiratory_rate_per_min" not in observer.usual_set(patient)
    assert taken["supplemental_oxygen"] is True and taken["oxygen_flow_l_per_min"] == 15
    assert read_content("vital_signs", taken)[1] == []
    assert is_settled(calm, calm) and not is_settled(taken, calm)


def test_plans_name_responses_and_the_same_seed_gives_the_same_patient() -> None:
    wanted = {"pressure_gain": 0.8, "heart_rate_gain": 1.3, "is_responder": False, "systolic_mmhg": 111.0}
    persona = draw_persona(default_rng(4), wanted)
    assert (persona.effects.circulation_gain, persona.effects.heart_rate_gain) == (0.8, 1.3)
    assert persona.is_responder is False and persona.systolic_mmhg == 111
    assert draw_persona(default_rng(4), wanted) == persona != draw_persona(default_rng(5), wanted)
    assert draw_persona(default_rng(4)).weight_kg == persona.weight_kg
    deeds = {GIVEN_MIN: drug("midazolam", 5.0)}
    lives = [live(VirtualPatient(persona, default_rng(seed)), deeds) for seed in (5, 5, 6)]
    assert lives[0] == lives[1] != lives[2]


def test_an_episode_of_carbon_dioxide_moves_it() -> None:
    patient = patient_with((Episode("end_tidal_co2_mmhg", 1.0, 90.0, 20.0),))
    seen = live(patient, minutes=20)
    assert seen[-1].end_tidal_co2_mmhg is not None and seen[-1].end_tidal_co2_mmhg > 50


def test_every_response_can_be_named_by_a_plan() -> None:
    for each in fields(IndividualEffects):
        persona = draw_persona(default_rng(4), {each.name: 0.5})
        assert getattr(persona.effects, each.name) == 0.5


def test_patients_of_a_clinic_have_the_shares_of_the_specification() -> None:
    generator = default_rng(7)
    people = [draw_persona(generator) for _ in range(1000)]
    assert sum(one.is_hypertensive for one in people) / 1000 == pytest.approx(0.30, abs=0.05)
    assert sum(one.is_opioid_user for one in people) / 1000 == pytest.approx(0.45, abs=0.05)
    assert sum(one.has_beta_blocker for one in people) / 1000 == pytest.approx(0.12, abs=0.04)
    assert sum(one.is_responder for one in people) / 1000 == pytest.approx(RESPONDER_SHARE, abs=0.05)
    assert len({one.effects for one in people}) == 1000


def test_streams_do_not_depend_on_each_other() -> None:
    first, second = SeedSequence(7).spawn(2)
    alone = draw_persona(default_rng(SeedSequence(7).spawn(2)[1]))
    draw_persona(default_rng(first))
    assert draw_persona(default_rng(second)) == alone


@pytest.mark.parametrize(("grade", "kinds"), [(2, ["adverse_effect", "medication_given"]), (1, ["adverse_effect"])])
def test_the_nurse_charts_nausea_when_the_patient_gets_it(grade: int, kinds: list[str]) -> None:
    def charted(nausea_grade: int | None) -> list[dict[str, Any]]:
        plan = ChairPlan(
            name="sick", story="", rate_mg_per_kg_per_h=0.5, duration_min=60, nausea_grade=nausea_grade,
            persona={**TYPICAL, "nausea_threshold": 0.03},
        )  # fmt: skip
        session = ChairSession(plan, "1", NOON, SeedSequence(1), step_s=60.0, has_monitor=False)
        entries = [one.entry for one in session.entries_until(NOON + timedelta(hours=4))]
        return [one for one in entries if one["kind"] in ("adverse_effect", "medication_given")]

    assert charted(None) == []
    seen = charted(grade)
    assert [one["kind"] for one in seen] == kinds
    assert seen[0]["term"] == "nausea" and seen[0]["ctcae_grade"] == grade
    assert NOON + timedelta(minutes=15) < datetime.fromisoformat(seen[0]["effective_at"]) < NOON + timedelta(hours=1)
