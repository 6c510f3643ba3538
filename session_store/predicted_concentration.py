"""The predicted plasma ketamine of one session from its infusion as it is recorded now: a band across published models.

Always a band, always a model, never a measurement, never advice on a dose. It reaches from the first drug to now (of a
closed session: to its closing) and never further: beyond now the rate would be a guess. Amended and withdrawn entries
count as they read now; the pump's own entries and those charted by hand are one record.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from session_store.domain.entries import Entry
from session_store.domain.entry_choices import Drug
from session_store.domain.infusion_contents import Bolus, InfusionStarted, RateChanged
from session_store.domain.refolding import standing_entries
from session_store.domain.rule_scope import ADULT_AGE_YEARS
from session_store.domain.session_summary import SessionSummary
from session_store.pharmacology.compartments import MAX_WEIGHT_KG, MIN_WEIGHT_KG
from session_store.pharmacology.display_models import DISPLAY_MODELS
from session_store.pharmacology.linear_model import BolusDose, RateStep
from session_store.pharmacology.predicted_band import BAND_SITE, PredictedBand, band_models, predicted_band
from session_store.plain_views import time_text
from session_store.trends import RATE_DEPENDS_ON, rates_after

# A screen shows no more; what a change of rate or a bolus adds is within it.
MOST_SAMPLES = 240
_MOST_SAMPLED_EVENTS = 60
# A model mixes a bolus at once, blood takes about a minute: no sample within it (our proposal).
MIXING_MIN = 1.0
_MINUTE = timedelta(minutes=1)
_MINUTES_PER_HOUR = 60
# The kinds without which a band cannot be told; corrections come along, whatever they correct.
NEEDED_KINDS = RATE_DEPENDS_ON | {"bolus", "amendment", "entered_in_error"}

WORDS = (
    "Model, not measured, not for dosing. Lowest to highest of the typical persons of {count} published models, as a "
    "venous sample; a single person may well lie outside it."
)
NO_DRUG = "no ketamine given yet"
TOO_SOON = "given for less than a minute"
NO_WEIGHT = "no weight recorded"
NOT_ADULT = "adult models only: the patient is under 18"
OTHER_DRUG = "no model for this drug"
RATE_UNKNOWN = "a recorded rate is not known in mg/h"


@dataclass(frozen=True, slots=True)
class DrugGiven:
    """What ran and was given from `first_at` on, rates in mg/min, doses in mg, times in min after `first_at`."""

    first_at: datetime
    rate_steps: tuple[RateStep, ...]
    boluses: tuple[BolusDose, ...]


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Why there is no band, in words for the screen."""

    reason: str


@dataclass(frozen=True, slots=True)
class PredictedConcentration:
    """The band from `first_at` on, at most `MOST_SAMPLES` samples, up to `until`."""

    first_at: datetime
    until: datetime
    drug: Drug
    band: PredictedBand


def predicted_concentration(
    summary: SessionSummary, entries: Sequence[Entry], now: datetime
) -> PredictedConcentration | Unavailable:
    """The band of one session as it stands; of `entries` the `NEEDED_KINDS` are enough."""
    given = drug_given(entries)
    reason = _reason_against(summary, entries, given)
    if reason is not None or given is None or summary.weight_kg is None:
        return Unavailable(reason or NO_DRUG)
    drug = Drug(summary.plan["drug"])
    until = min(now, summary.closed_at) if summary.closed_at else now
    times_min = sample_times_min(given, (until - given.first_at) / _MINUTE)
    if not times_min:
        return Unavailable(TOO_SOON)
    band = predicted_band(given.rate_steps, given.boluses, float(summary.weight_kg), drug, times_min)
    return PredictedConcentration(given.first_at, until, drug, band)


def drug_given(entries: Sequence[Entry]) -> DrugGiven | None:
    """The rates and boluses that stand in the record, by the same fold as the dose; None before any drug."""
    rates = [(at, delivered) for at, _, delivered in rates_after(entries).values()]
    standing = [(one.effective_at, one.content) for one in standing_entries(entries)]
    boluses = [(at, content.dose_mg) for at, content in standing if isinstance(content, Bolus)]
    first_at = min([*(at for at, rate in rates if rate > 0), *(at for at, _ in boluses)], default=None)
    if first_at is None:
        return None
    return DrugGiven(
        first_at,
        tuple(
            RateStep((at - first_at) / _MINUTE, float(rate) / _MINUTES_PER_HOUR) for at, rate in rates if at >= first_at
        ),
        tuple(BolusDose((at - first_at) / _MINUTE, float(dose_mg)) for at, dose_mg in boluses),
    )


def sample_times_min(given: DrugGiven, length_min: float) -> list[float]:
    """Even steps and every change of rate, none in the minute after a bolus; nothing before a minute has passed."""
    if length_min < MIXING_MIN:
        return []
    changes = [step.start_min for step in given.rate_steps if step.start_min <= length_min]
    events = changes if len(changes) <= _MOST_SAMPLED_EVENTS else []
    mixed = [bolus.at_min + MIXING_MIN for bolus in given.boluses if bolus.at_min + MIXING_MIN <= length_min]
    mixed = mixed if len(mixed) <= _MOST_SAMPLED_EVENTS else []
    even = np.linspace(0.0, length_min, MOST_SAMPLES - len(events) - len(mixed)).tolist()
    return [at for at in sorted({*even, *events, *mixed}) if not _is_mixing(given.boluses, at)]


def _is_mixing(boluses: Iterable[BolusDose], at_min: float) -> bool:
    return any(bolus.at_min <= at_min < bolus.at_min + MIXING_MIN for bolus in boluses)


def _reason_against(summary: SessionSummary, entries: Sequence[Entry], given: DrugGiven | None) -> str | None:
    """The first reason that stands against a band, None for none."""
    if summary.plan.get("drug") not in set(Drug):
        return OTHER_DRUG
    if Decimal(summary.plan.get("age_years", "0")) < ADULT_AGE_YEARS:
        return NOT_ADULT
    if summary.weight_kg is None:
        return NO_WEIGHT
    if not MIN_WEIGHT_KG <= summary.weight_kg <= MAX_WEIGHT_KG:
        return f"models for {MIN_WEIGHT_KG:g} to {MAX_WEIGHT_KG:g} kg only: {summary.weight_kg:f} kg recorded"
    if _has_unknown_rate(entries):
        return RATE_UNKNOWN
    return NO_DRUG if given is None else None


def _has_unknown_rate(entries: Sequence[Entry]) -> bool:
    """Whether a rate stands in the record that gives no mg/h though it does not say 0, as mL/h of an unknown bag."""
    rates = rates_after(entries)
    return any(
        rates[entry.entry_id][1] == 0 and not _says_zero(entry.content)
        for entry in standing_entries(entries)
        if isinstance(entry.content, InfusionStarted | RateChanged) and entry.entry_id in rates
    )


def _says_zero(content: InfusionStarted | RateChanged) -> bool:
    return Decimal(0) in (content.pump_rate_ml_per_h, content.rate_mg_per_h, content.rate_mg_per_kg_per_h)


def predicted_concentration_view(found: PredictedConcentration | Unavailable) -> dict[str, Any]:
    """The answer of the interface: the band and how to read it, or why there is none."""
    plain: dict[str, Any] = {
        "is_model": True, "site": BAND_SITE.value, "models": [], "words": None, "first_drug_at": None,
        "until_at": None, "minutes": [], "low_ng_per_ml": [], "high_ng_per_ml": [], "unavailable": None,
    }  # fmt: skip
    if isinstance(found, Unavailable):
        return plain | {"unavailable": {"reason": found.reason}}
    models = [_model_view(name) for name in band_models(found.drug)]
    return plain | {
        "models": models,
        "words": WORDS.format(count=len(models)),
        "first_drug_at": time_text(found.first_at),
        "until_at": time_text(found.until),
        "minutes": np.round(found.band.minutes, 5).tolist(),
        "low_ng_per_ml": np.round(found.band.low_ng_per_ml, 2).tolist(),
        "high_ng_per_ml": np.round(found.band.high_ng_per_ml, 2).tolist(),
    }


def _model_view(name: str) -> dict[str, str]:
    model = DISPLAY_MODELS[name]
    return {"name": name, "words": f"{model.title}: {model.population}, {model.sampling}"}
