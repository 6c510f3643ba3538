"""The patients of a block of sessions at given minutes, all at once: concentrations in closed form, signs from them.

For one constant rate each mode of the ground truth (`modal_form`) has a closed form, at the effect site and behind the
venous delay, too; nothing is stepped. The published scaling with weight is exact here: rate constants go with
weight ** -0.25, concentrations with weight ** -1. Models as those of the stepped patient (`virtual_patient`); the
drift is noise from set to set.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from session_store.domain.entry_choices import Drug
from session_store.pharmacology import haemodynamics, simons2022, venous_layer
from session_store.pharmacology.compartments import REFERENCE_WEIGHT_KG
from session_store.pharmacology.concentration_model import Site
from session_store.pharmacology.display_models import DISPLAY_MODELS
from session_store.pharmacology.linear_model import FloatArray
from session_store.pharmacology.modal_form import ModalPopulation
from session_store.pharmacology.variability import FACTORS, People
from simulators.history.calendar import Visit

_REFERENCE_KG = REFERENCE_WEIGHT_KG
# Standard deviations from set to set (simulators.md 4.2).
_NOISE = {"heart_rate_per_min": 2.2, "systolic_mmhg": 4.0, "diastolic_mmhg": 3.0, "respiratory_rate_per_min": 0.9,
          "spo2_percent": 0.45}  # fmt: skip
SIGNS = tuple(_NOISE)
_BOUNDS = {"heart_rate_per_min": (45, 150), "systolic_mmhg": (85, 210), "diastolic_mmhg": (48, 120),
           "respiratory_rate_per_min": (10, 24), "spo2_percent": (92, 100)}  # fmt: skip
# How far a patient's sets before going home may be from the baseline, and the bounds of a settled patient (ours).
_SETTLED_SHARE = {"heart_rate_per_min": 0.12, "systolic_mmhg": 0.07, "diastolic_mmhg": 0.07,
                  "respiratory_rate_per_min": 0.15, "spo2_percent": 0.01}  # fmt: skip
_SETTLED_BOUNDS = {"heart_rate_per_min": (56, 98), "systolic_mmhg": (102, 152), "diastolic_mmhg": (56, 86),
                   "respiratory_rate_per_min": (13, 19), "spo2_percent": (96, 100)}  # fmt: skip
_LEAST_PULSE_PRESSURE_MMHG = 22


@dataclass(frozen=True, slots=True)
class Concentrations:
    """Of everybody at their minutes, ng/mL: rows are visits, columns moments."""

    effect_site_s: FloatArray
    venous: FloatArray


def concentrations(visits: Sequence[Visit], minutes: FloatArray, infused_min: FloatArray) -> Concentrations:
    """At minutes since the start, an infusion of `infused_min` at each visit's rate."""
    weights_kg = np.array([one.persona.weight_kg for one in visits])
    rates = np.array([one.regimen.rate_mg_per_kg_per_h for one in visits]) * weights_kg / 60
    factors = np.ones((len(FACTORS), len(visits)))
    factors[FACTORS.index("v1")] = [one.persona.volume_scale for one in visits]
    factors[FACTORS.index("cl")] = [one.persona.clearance_scale for one in visits]
    parts = DISPLAY_MODELS["truth"].parts(_REFERENCE_KG, Drug.RACEMIC_KETAMINE)
    effect = np.zeros_like(minutes)
    venous = np.zeros_like(minutes)
    for at, part in enumerate(parts):
        modes = ModalPopulation.of([part], People(factors), has_venous_layer=False)
        decay = modes.rates_per_min * (weights_kg / _REFERENCE_KG) ** (simons2022.FLOW_EXPONENT - 1)
        gain = modes.weights_ng_per_ml_per_mg[Site.ARTERIAL] * _REFERENCE_KG / weights_kg * rates
        if at == 0:
            effect = _behind(minutes, infused_min, decay, gain, haemodynamics.EFFECT_SITE_RATE_PER_MIN)
        slow = _behind(minutes, infused_min, decay, gain, venous_layer.SLOW_RATE_PER_MIN)
        arterial = _behind(minutes, infused_min, decay, gain, None)
        venous += venous_layer.FAST_SHARE * arterial + (1 - venous_layer.FAST_SHARE) * slow
    return Concentrations(effect, venous)


def _behind(
    minutes: FloatArray, infused_min: FloatArray, decay: FloatArray, gain: FloatArray, delay_per_min: float | None
) -> FloatArray:
    """The sum over the modes of an infusion that began at 0 and ended, behind a first-order delay."""
    since_end = minutes - infused_min[:, np.newaxis]
    total = np.zeros_like(minutes)
    for rate_per_min, weight in zip(decay, gain, strict=True):
        rate, level = rate_per_min[:, np.newaxis], (-weight / rate_per_min)[:, np.newaxis]
        total += level * (_rise(minutes, rate, delay_per_min) - _rise(since_end, rate, delay_per_min))
    return total


def _rise(minutes: FloatArray, rate: FloatArray, delay_per_min: float | None) -> FloatArray:
    """How far a mode has risen (0 to 1) after minutes of infusion; nothing before it."""
    since = np.maximum(minutes, 0.0)
    own = np.exp(rate * since)
    if delay_per_min is None:
        return np.asarray(1 - own)
    delayed = np.exp(-delay_per_min * since)
    return np.asarray(1 - delayed - delay_per_min / (delay_per_min + rate) * (own - delayed))


@dataclass(frozen=True, slots=True)
class SignsOverTime:
    """Whole numbers as charted, one array a sign: rows are visits, columns sets. `settled`: of the sets before going
    home, near the baseline (a patient who is not is watched on)."""

    taken: dict[str, FloatArray]
    baseline: dict[str, FloatArray]
    settled: dict[str, FloatArray]


def signs(visits: Sequence[Visit], effect_site_s: FloatArray, home_sets: int, generator: Generator) -> SignsOverTime:
    """The sets of everybody at the moments of these concentrations."""
    base = {name: np.array([getattr(one.persona, name) for one in visits])[:, np.newaxis] for name in SIGNS}
    gains = np.array([one.persona.effects.circulation_gain for one in visits])[:, np.newaxis]
    heart_gains = np.array([one.persona.effects.heart_rate_gain for one in visits])[:, np.newaxis]
    blocked = np.array([float(one.persona.has_beta_blocker) for one in visits])[:, np.newaxis]
    true = {name: np.broadcast_to(base[name], effect_site_s.shape) for name in SIGNS}
    true["systolic_mmhg"], true["diastolic_mmhg"] = haemodynamics.systolic_diastolic_mmhg(
        base["systolic_mmhg"], base["diastolic_mmhg"], effect_site_s, gains
    )
    true["heart_rate_per_min"] = haemodynamics.heart_rate_per_min(
        base["heart_rate_per_min"], effect_site_s, heart_gains, blocked
    )
    before = {name: _charted(base[name], _SETTLED_BOUNDS[name], name, generator) for name in SIGNS}
    home = {name: np.repeat(before[name], home_sets, axis=1) for name in SIGNS}
    settled = {
        name: _charted(home[name], _SETTLED_BOUNDS[name], name, generator, within=_SETTLED_SHARE[name])
        for name in SIGNS
    }
    taken = {name: _charted(true[name], _BOUNDS[name], name, generator) for name in SIGNS}
    for one in (before, settled, taken):
        most = one["systolic_mmhg"] - _LEAST_PULSE_PRESSURE_MMHG
        one["diastolic_mmhg"] = np.minimum(one["diastolic_mmhg"], most)
    return SignsOverTime(taken, before, settled)


def _charted(
    true: FloatArray, bounds: tuple[int, int], name: str, generator: Generator, within: float | None = None
) -> FloatArray:
    """With noise, within bounds (and so near to the value given), as a whole number."""
    noisy = true + generator.normal(0.0, _NOISE[name], true.shape)
    if within is not None:
        noisy = np.clip(noisy, np.ceil(true * (1 - within)), np.floor(true * (1 + within)))
    return np.rint(np.clip(noisy, *bounds))
