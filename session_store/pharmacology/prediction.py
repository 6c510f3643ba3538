"""What a model predicts for a schedule of infusion rates and boluses: concentrations over time, and areas to infinity.

Everything is exact: the rate is constant between its changes, and the areas come from the system, not from a sum.
Times in min, rates in mg/min, doses in mg, concentrations in ng/mL of base, areas in ng min/mL.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from session_store.pharmacology.concentration_model import ConcentrationModel, Site
from session_store.pharmacology.linear_model import BolusDose, FloatArray, RateStep, area_to_infinity, trajectory


class InfusionNeverEnds(ValueError):
    """The last rate is not 0, so that neither the dose nor the area is finite."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is given from 0 min on. Raises `ValueError` for a rate or dose below 0, not finite, or before 0 min."""

    rate_steps: tuple[RateStep, ...] = ()
    boluses: tuple[BolusDose, ...] = ()

    def __post_init__(self) -> None:
        for step in self.rate_steps:
            _check("rate", step.rate_mg_per_min, "mg/min", step.start_min)
        for bolus in self.boluses:
            _check("bolus", bolus.dose_mg, "mg", bolus.at_min)

    def total_mg(self) -> float:
        """All that is ever given. Raises `InfusionNeverEnds`."""
        steps = sorted(self.rate_steps, key=lambda step: step.start_min)
        if steps and steps[-1].rate_mg_per_min > 0:
            raise InfusionNeverEnds(f"the infusion never ends: no rate of 0 after {steps[-1].start_min:g} min")
        infused = sum(
            step.rate_mg_per_min * (after.start_min - step.start_min) for step, after in itertools.pairwise(steps)
        )
        return infused + sum(bolus.dose_mg for bolus in self.boluses)


def _check(name: str, amount: float, unit: str, at_min: float) -> None:
    if not (math.isfinite(amount) and amount >= 0):
        raise ValueError(f"{name} {amount:g} {unit} is below 0 or not finite")
    if not (math.isfinite(at_min) and at_min >= 0):
        raise ValueError(f"{name} at {at_min:g} min: the time begins at 0")


@dataclass(frozen=True, slots=True)
class Prediction:
    """Concentrations at the sample times; norketamine is None where the model has none."""

    minutes: FloatArray
    ketamine_ng_per_ml: FloatArray
    norketamine_ng_per_ml: FloatArray | None


@dataclass(frozen=True, slots=True)
class Areas:
    """Areas from 0 min to infinity."""

    ketamine_ng_min_per_ml: float
    norketamine_ng_min_per_ml: float | None


def predict(model: ConcentrationModel, site: Site, minutes: Sequence[float], schedule: Schedule) -> Prediction:
    """Concentrations at ascending times from 0 min on; a sample at the time of a bolus is taken after it."""
    states = trajectory(model.system, minutes, schedule.rate_steps, schedule.boluses)
    states = states.reshape(len(minutes), len(model.system.input_weights))
    norketamine = _reading(model.norketamine, site)
    return Prediction(
        np.asarray(minutes, dtype=np.float64),
        states @ model.ketamine[site],
        None if norketamine is None else states @ norketamine,
    )


def areas(model: ConcentrationModel, site: Site, schedule: Schedule) -> Areas:
    """Areas of the whole schedule. Raises `InfusionNeverEnds`."""
    norketamine = _reading(model.norketamine, site)
    return Areas(
        _area(model, model.ketamine[site], schedule),
        None if norketamine is None else _area(model, norketamine, schedule),
    )


def _area(model: ConcentrationModel, reading: FloatArray, schedule: Schedule) -> float:
    of_states = area_to_infinity(model.system, schedule.total_mg())
    # What only collects has an endless area, and no reading looks at it.
    seen = reading != 0
    return float(reading[seen] @ of_states[seen])


def _reading(readings: Mapping[Site, FloatArray], site: Site) -> FloatArray | None:
    return readings.get(site)
