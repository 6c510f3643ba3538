"""Percentiles of a population over time: as many persons as wanted, in the memory of their states alone.

People are drawn and stepped in batches; only the concentrations of one moment are held for all at once. The result
does not depend on the batch size. Norketamine needs a matrix exponential a person (`stacked_form`), so it is followed
for populations of up to 2,000; above, it is left out rather than taken from a part of the people.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from session_store.domain.entry_choices import Drug
from session_store.pharmacology.concentration_model import Site
from session_store.pharmacology.display_models import DisplayModel
from session_store.pharmacology.linear_model import FloatArray, stretches
from session_store.pharmacology.modal_form import ModalPopulation
from session_store.pharmacology.prediction import Schedule
from session_store.pharmacology.stacked_form import StackedPopulation
from session_store.pharmacology.variability import NO_COMEDICATION, Comedication, Variability, draw_people

PERCENTILES = (5, 25, 50, 75, 95)
MAX_NORKETAMINE_PATIENTS = 2000
# States of a batch stay in the processor's cache.
BATCH_PATIENTS = 8192


@dataclass(frozen=True, slots=True)
class PopulationPlan:
    """Whom to draw: `patients` persons of one weight, by this model and this seed."""

    model: DisplayModel
    weight_kg: float
    drug: Drug
    site: Site
    patients: int
    seed: int
    variability: Variability = Variability.PUBLISHED
    comedication: Comedication = NO_COMEDICATION

    @property
    def has_norketamine(self) -> bool:
        """Whether norketamine is followed."""
        return self.model.has_norketamine and self.patients <= MAX_NORKETAMINE_PATIENTS


@dataclass(frozen=True, slots=True)
class Percentiles:
    """The `PERCENTILES` of one moment in ng/mL (or of the areas in ng min/mL)."""

    ketamine: FloatArray
    norketamine: FloatArray | None


class Population:
    """Drawn people with their states, from empty at 0 min. Raises as `DisplayModel.parts`."""

    def __init__(self, plan: PopulationPlan, batch_patients: int = BATCH_PATIENTS) -> None:
        self._plan = plan
        typical = plan.model.parts(plan.weight_kg, plan.drug)
        self._ketamine: list[ModalPopulation] = []
        self._norketamine: list[StackedPopulation] = []
        for first in range(0, plan.patients, batch_patients):
            count = min(batch_patients, plan.patients - first)
            people = draw_people(plan.model.spread, plan.seed, first, count, plan.variability, plan.comedication)
            self._ketamine.append(ModalPopulation.of(typical, people, plan.model.has_both_sites))
            if plan.has_norketamine:
                persons = (people.person(at) for at in range(count))
                models = [plan.model.build(plan.weight_kg, plan.drug, person) for person in persons]
                self._norketamine.append(StackedPopulation(models))

    def over_time(self, minutes: Sequence[float], schedule: Schedule) -> Iterator[tuple[float, Percentiles]]:
        """Each sample time, ascending from 0 min, with its percentiles."""
        wanted = set(minutes)
        for stretch in stretches(minutes, schedule.rate_steps, schedule.boluses):
            for batch in self._batches():
                batch.step(stretch.minutes, stretch.rate_mg_per_min)
                if stretch.bolus_mg:
                    batch.add_bolus(stretch.bolus_mg)
            if stretch.end_min in wanted:
                yield stretch.end_min, self._now()

    def _batches(self) -> Iterator[ModalPopulation | StackedPopulation]:
        yield from self._ketamine
        yield from self._norketamine

    def areas(self, schedule: Schedule) -> Percentiles:
        """Percentiles of the areas to infinity. Raises `InfusionNeverEnds`."""
        site, total_mg = self._plan.site, schedule.total_mg()
        return _percentiles(
            [batch.area_to_infinity_ng_min_per_ml(site, total_mg) for batch in self._ketamine],
            [batch.norketamine_area_ng_min_per_ml(site, total_mg) for batch in self._norketamine],
        )

    def _now(self) -> Percentiles:
        site = self._plan.site
        return _percentiles(
            [batch.ketamine_ng_per_ml(site) for batch in self._ketamine],
            [batch.norketamine_ng_per_ml(site) for batch in self._norketamine],
        )


def _percentiles(ketamine: Sequence[FloatArray], norketamine: Sequence[FloatArray]) -> Percentiles:
    return Percentiles(
        np.percentile(np.concatenate(ketamine), PERCENTILES),
        np.percentile(np.concatenate(norketamine), PERCENTILES) if norketamine else None,
    )
