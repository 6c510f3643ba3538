"""Populations: the modal form against the matrix exponential, who is drawn, and what does not depend on batches."""

import numpy as np
import pytest

from session_store.domain.entry_choices import Drug
from session_store.pharmacology import otto2021, simons2022
from session_store.pharmacology.concentration_model import Site
from session_store.pharmacology.display_models import DISPLAY_MODELS, display_model
from session_store.pharmacology.linear_model import BolusDose, RateStep
from session_store.pharmacology.modal_form import ModalPopulation
from session_store.pharmacology.population_prediction import (
    MAX_NORKETAMINE_PATIENTS,
    Percentiles,
    Population,
    PopulationPlan,
)
from session_store.pharmacology.prediction import Schedule, areas, predict
from session_store.pharmacology.stacked_form import StackedPopulation
from session_store.pharmacology.variability import Comedication, Variability, draw_people

SCHEDULE = Schedule((RateStep(0.0, 0.9), RateStep(33.3, 1.7), RateStep(60.0, 0.0)), (BolusDose(10.0, 15.0),))
TIMES = [0.0, 5.0, 10.0, 60.0, 61.0, 400.0]


def plan(name: str, patients: int, site: Site = Site.VENOUS, seed: int = 5) -> PopulationPlan:
    return PopulationPlan(display_model(name), 70.0, Drug.RACEMIC_KETAMINE, site, patients, seed)


@pytest.mark.parametrize("site", Site)
@pytest.mark.parametrize("name", DISPLAY_MODELS)
def test_modes_and_stacks_agree_with_each_persons_own_exponential(name: str, site: Site) -> None:
    model = display_model(name)
    people = draw_people(model.spread, 5, 0, 7)
    alone = [model.build(70.0, Drug.RACEMIC_KETAMINE, people.person(at)) for at in range(7)]
    predicted = [predict(one, site, TIMES, SCHEDULE) for one in alone]
    population = Population(plan(name, 7, site))
    found = [percentiles for _, percentiles in population.over_time(TIMES, SCHEDULE)]
    ketamine = np.array([one.ketamine_ng_per_ml for one in predicted])
    assert in_a_table(found) == pytest.approx(np.percentile(ketamine, (5, 25, 50, 75, 95), axis=0).T, rel=1e-10)
    area = population.areas(SCHEDULE)
    each = [areas(one, site, SCHEDULE) for one in alone]
    assert area.ketamine[2] == pytest.approx(np.median([one.ketamine_ng_min_per_ml for one in each]), rel=1e-10)
    if not model.has_norketamine:
        assert found[0].norketamine is None
        return
    norketamine = np.array([one.norketamine_ng_per_ml for one in predicted])
    medians = [one.norketamine[2] for one in found if one.norketamine is not None]
    assert medians == pytest.approx(np.median(norketamine, axis=0).tolist(), rel=1e-10)
    assert area.norketamine is not None
    assert area.norketamine[2] == pytest.approx(np.median([one.norketamine_ng_min_per_ml for one in each]), rel=1e-10)


def in_a_table(found: list[Percentiles]) -> np.ndarray:
    return np.array([one.ketamine for one in found])


def test_one_step_of_an_hour_equals_3600_of_a_second_in_modes() -> None:
    model = display_model("truth")
    people = draw_people(model.spread, 1, 0, 20)
    at_once, in_steps = (
        ModalPopulation.of(model.parts(70.0, Drug.RACEMIC_KETAMINE), people, has_venous_layer=True) for _ in range(2)
    )
    at_once.step(60.0, 0.9)
    for _ in range(3600):
        in_steps.step(1 / 60, 0.9)
    assert in_steps.state == pytest.approx(at_once.state, rel=1e-9)


def test_each_person_may_have_a_rate_and_a_dose_of_their_own() -> None:
    model = display_model("domino")
    people = draw_people(model.spread, 1, 0, 2)
    population = ModalPopulation.of(model.parts(70.0, Drug.RACEMIC_KETAMINE), people, has_venous_layer=False)
    population.add_bolus(np.array([0.0, 20.0]))
    population.step(5.0, np.array([1.0, 0.0]))
    found = population.ketamine_ng_per_ml(Site.VENOUS)
    given = (Schedule((RateStep(0.0, 1.0),)), Schedule(boluses=(BolusDose(0.0, 20.0),)))
    for at, schedule in enumerate(given):
        person = model.build(70.0, Drug.RACEMIC_KETAMINE, people.person(at))
        assert found[at] == pytest.approx(
            predict(person, Site.VENOUS, [5.0], schedule).ketamine_ng_per_ml[0], rel=1e-11
        )


@pytest.mark.parametrize("name", ["truth", "domino"])
def test_percentiles_do_not_depend_on_the_batches(name: str) -> None:
    tables = []
    for batch in (5, 12):
        population = Population(plan(name, 12), batch)
        tables.append(in_a_table([one for _, one in population.over_time(TIMES, SCHEDULE)]))
    for table in tables[1:]:
        assert table == pytest.approx(tables[0], rel=1e-13)


def test_people_are_the_same_in_every_population_and_others_with_another_seed() -> None:
    spread = simons2022.LOG_SPREAD
    many = draw_people(spread, 9, 0, 3000)
    assert (draw_people(spread, 9, 0, 10).factors == many.factors[:, :10]).all()
    assert (draw_people(spread, 9, 1020, 1100).factors == many.factors[:, 1020:2120]).all()
    assert not np.isclose(draw_people(spread, 10, 0, 10).factors[0], many.factors[0, :10]).any()
    assert len(np.unique(many.factor("cl"))) == 3000


@pytest.mark.parametrize("spread", [simons2022.LOG_SPREAD, otto2021.LOG_SPREAD], ids=lambda spread: spread.source)
def test_people_spread_as_published(spread: simons2022.LogSpread) -> None:
    logs = np.log(draw_people(spread, 2, 0, 40_000).factors)
    covariance = np.cov(logs)
    names = ("v1", "cl", "q3", "v_norketamine", "cl_norketamine", "transit")
    assert np.diag(covariance) == pytest.approx([getattr(spread, name) for name in names], rel=0.03)
    assert covariance[0, 1] == pytest.approx(spread.covariance_v1_cl, abs=0.001)
    assert covariance[3, 4] == pytest.approx(spread.covariance_norketamine, abs=0.001)
    assert logs.mean(axis=1) == pytest.approx(np.zeros(6), abs=0.02)


def test_a_clinic_spreads_wider_and_co_medication_moves_everybody() -> None:
    spread = simons2022.LOG_SPREAD
    volunteers = draw_people(spread, 2, 0, 20_000)
    clinic = draw_people(spread, 2, 0, 20_000, Variability.CLINIC)
    assert clinic.factor("cl").std() / clinic.factor("cl").mean() == pytest.approx(0.27, abs=0.01)
    assert (clinic.factor("v1") == volunteers.factor("v1")).all()
    for comedication, factor in (
        (Comedication(inducer=True), 1.3),
        (Comedication(inhibitor=True), 0.7),
        (Comedication(liver_disease=True), 0.5),
        (Comedication(inhibitor=True, liver_disease=True), 0.35),
    ):
        moved = draw_people(spread, 2, 0, 100, comedication=comedication)
        assert moved.factor("cl") == pytest.approx(factor * volunteers.factor("cl")[:100])


def test_the_population_lies_in_the_pooled_intervals() -> None:
    """Kamp 2020: clearance 69 to 90 L/h, volume 200 to 304 L at 70 kg."""
    people = draw_people(simons2022.LOG_SPREAD, 3, 0, 200)
    model = display_model("truth")
    clearances, volumes = [], []
    for at in range(people.count):
        person = model.build(70.0, Drug.RACEMIC_KETAMINE, people.person(at))
        area = areas(person, Site.ARTERIAL, Schedule(boluses=(BolusDose(0.0, 1.0),))).ketamine_ng_min_per_ml
        clearances.append(60 * 1000 / area)
        ketamine = simons2022.s_ketamine(70.0, people.person(at))
        volumes.append(ketamine.v1_l + sum(volume for volume, _ in ketamine.peripheral))
    assert 69 <= np.exp(np.mean(np.log(clearances))) <= 90
    assert 200 <= np.exp(np.mean(np.log(volumes))) <= 304


def test_norketamine_is_followed_in_small_populations_alone() -> None:
    assert plan("truth", MAX_NORKETAMINE_PATIENTS).has_norketamine
    assert not plan("truth", MAX_NORKETAMINE_PATIENTS + 1).has_norketamine
    assert not plan("domino", 1).has_norketamine


def test_equal_transits_do_not_disturb_a_stack() -> None:
    """The chain has a repeated eigenvalue: eigenvectors would lose its digits, the exponential does not."""
    model = display_model("truth").build(70.0, Drug.RACEMIC_KETAMINE)
    eigenvectors = np.linalg.eig(model.system.matrix_per_min).eigenvectors
    assert np.linalg.cond(eigenvectors) > 1e8
    stack = StackedPopulation([model, model])
    for _ in range(120):
        stack.step(0.5, 0.9)
    expected = predict(model, Site.ARTERIAL, [60.0], Schedule((RateStep(0.0, 0.9),))).norketamine_ng_per_ml
    assert expected is not None
    assert stack.norketamine_ng_per_ml(Site.ARTERIAL) == pytest.approx([expected[0]] * 2, rel=1e-10)
