"""The band of predicted plasma ketamine over time for an infusion as it was recorded, across the published models.

For every sample time: the lowest and the highest of the models' typical persons, at a venous site, and each model's own
line. The band is minimum to maximum of the models and nothing else: it is not widened for differences between people,
so that a measured value may well lie outside. It is a model, never a measurement and never advice on a dose.

Default band: `truth` at its venous site, `domino`, `clements` and `fanta`; for esketamine `truth` and `fanta`, as the
others say nothing about it. `hijazi` describes intensive-care patients: it can be named, and is never in the band
unasked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from session_store.domain.entry_choices import Drug
from session_store.pharmacology.concentration_model import Site
from session_store.pharmacology.display_models import DISPLAY_MODELS, ModelRefused, display_model
from session_store.pharmacology.linear_model import BolusDose, FloatArray, RateStep
from session_store.pharmacology.prediction import Schedule, predict

BAND_MODELS = ("truth", "domino", "clements", "fanta")
BAND_SITE = Site.VENOUS


@dataclass(frozen=True, slots=True)
class PredictedBand:
    """Concentrations in ng/mL at `minutes`: the band's edges, and each model's line by its name in the registry."""

    minutes: FloatArray
    low_ng_per_ml: FloatArray
    high_ng_per_ml: FloatArray
    lines_ng_per_ml: Mapping[str, FloatArray]


def band_models(drug: Drug) -> tuple[str, ...]:
    """The models of the default band that cover the drug."""
    return tuple(name for name in BAND_MODELS if drug in DISPLAY_MODELS[name].drugs)


def predicted_band(
    rate_steps: Sequence[RateStep],
    boluses: Sequence[BolusDose],
    weight_kg: float,
    drug: Drug,
    sample_times_min: Sequence[float],
    models: Sequence[str] | None = None,
) -> PredictedBand:
    """The band at ascending times from 0 min on, from the rates (mg/min) and boluses (mg) that were recorded.

    `models` names those to draw instead of the default. Raises `ModelRefused` for an unknown model, one that does not
    cover the drug, or none at all; `ValueError` for a weight outside 20 to 350 kg, a rate, dose or time that cannot be.
    """
    names = tuple(models) if models is not None else band_models(drug)
    if not names:
        raise ModelRefused("a band needs at least one model")
    schedule = Schedule(tuple(rate_steps), tuple(boluses))
    lines = {
        name: predict(
            display_model(name).build(weight_kg, drug), BAND_SITE, sample_times_min, schedule
        ).ketamine_ng_per_ml
        for name in names
    }
    together = np.array(list(lines.values()))
    return PredictedBand(
        np.asarray(sample_times_min, dtype=np.float64), together.min(axis=0), together.max(axis=0), lines
    )
