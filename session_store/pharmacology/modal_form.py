"""Stepping a whole population: each person's system as a sum of decaying modes, one array a mode, any step length.

    z' = l z + rate        z <- z * exp(l dt) + rate * (exp(l dt) - 1) / l        concentration = sum of weight * z

A mammillary model is symmetric in amounts / sqrt(volume), so its eigenvalues are real and its modes orthogonal: one
symmetric eigenproblem a person, solved in a stack once. The venous delay is one more mode with weights in closed
form. Ketamine alone: norketamine's two equal transit compartments make its chain defective, which has no modes
(`stacked_form`). Amounts in mg, rates in mg/min, concentrations in ng/mL, time in min.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from session_store.pharmacology import venous_layer
from session_store.pharmacology.compartments import Disposition
from session_store.pharmacology.concentration_model import Part, Site
from session_store.pharmacology.linear_model import FloatArray
from session_store.pharmacology.norketamine_chain import NG_PER_ML_PER_MG_PER_L
from session_store.pharmacology.variability import People

# A few step lengths at a time: the grid's, and the pieces around a change of rate.
_MAX_CACHED_STEPS = 4
# Nearer than this (relative) to the venous delay's own rate a mode is moved away: its weight would lose its digits.
_NEAREST_RATE = 1e-7


@dataclass(slots=True)
class ModalPopulation:
    """The states and weights of a population: one row a mode, one column a person. Starts empty."""

    rates_per_min: FloatArray
    weights_ng_per_ml_per_mg: dict[Site, FloatArray]
    state: FloatArray = field(init=False)
    _steps: dict[float, tuple[FloatArray, FloatArray]] = field(default_factory=dict, repr=False)
    _scratch: FloatArray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.state = np.zeros_like(self.rates_per_min)
        self._scratch = np.empty(self.rates_per_min.shape[1])

    @classmethod
    def of(cls, typical_parts: Sequence[Part], people: People, has_venous_layer: bool) -> Self:
        """The population of one model; `typical_parts` are those of the typical person."""
        modes = [_modes(part, people) for part in typical_parts]
        rates = np.concatenate([rates for rates, _ in modes])
        weights = np.concatenate([weights for _, weights in modes])
        if not has_venous_layer:
            return cls(rates, dict.fromkeys(Site, weights))
        delay = np.full((1, people.count), -venous_layer.SLOW_RATE_PER_MIN)
        through_delay = (1 - venous_layer.FAST_SHARE) * weights * _delayed(rates)
        venous = np.concatenate(
            [venous_layer.FAST_SHARE * weights + through_delay, -through_delay.sum(axis=0, keepdims=True)]
        )
        arterial = np.concatenate([weights, np.zeros_like(delay)])
        return cls(np.concatenate([rates, delay]), {Site.ARTERIAL: arterial, Site.VENOUS: venous})

    def step(self, minutes: float, rate_mg_per_min: float | FloatArray) -> None:
        """Lives on for `minutes` at one rate, the same for all or one a person."""
        decays, gains = self._factors(minutes)
        has_input = bool(np.any(rate_mg_per_min))
        for mode, decay, gain in zip(self.state, decays, gains, strict=True):
            mode *= decay
            if has_input:
                np.multiply(gain, rate_mg_per_min, out=self._scratch)
                mode += self._scratch

    def add_bolus(self, dose_mg: float | FloatArray) -> None:
        """A dose at once, the same for all or one a person."""
        self.state += dose_mg

    def ketamine_ng_per_ml(self, site: Site) -> FloatArray:
        """Everybody's concentration now."""
        return np.asarray(np.einsum("mp,mp->p", self.weights_ng_per_ml_per_mg[site], self.state), dtype=np.float64)

    def area_to_infinity_ng_min_per_ml(self, site: Site, total_input_mg: float) -> FloatArray:
        """Everybody's area from 0 min to infinity after `total_input_mg` in all."""
        area = -(self.weights_ng_per_ml_per_mg[site] / self.rates_per_min).sum(axis=0) * total_input_mg
        return np.asarray(area, dtype=np.float64)

    def _factors(self, minutes: float) -> tuple[FloatArray, FloatArray]:
        known = self._steps.get(minutes)
        if known is None:
            if len(self._steps) >= _MAX_CACHED_STEPS:
                self._steps.clear()
            exponents = self.rates_per_min * minutes
            known = self._steps[minutes] = np.exp(exponents), np.expm1(exponents) / self.rates_per_min
        return known


def _modes(part: Part, people: People) -> tuple[FloatArray, FloatArray]:
    """Rates (1/min) and weights (ng/mL for each mg given) of one part, modes by persons."""
    eigenvalues, vectors = np.linalg.eigh(symmetric_matrices_per_min(part.ketamine, people))
    central_l = part.ketamine.v1_l * people.factor("v1")
    weights = part.dose_share * NG_PER_ML_PER_MG_PER_L / central_l * (vectors[:, 0, :] ** 2).T
    return np.ascontiguousarray(eigenvalues.T), np.ascontiguousarray(weights)


def symmetric_matrices_per_min(typical: Disposition, people: People) -> FloatArray:
    """K of everybody in amounts / sqrt(volume), where it is symmetric; persons by rows by columns."""
    v1_l = typical.v1_l * people.factor("v1")
    cleared_l_per_min = typical.cl_l_per_min * people.factor("cl")
    matrices = np.zeros((people.count, typical.size, typical.size))
    matrices[:, 0, 0] = -cleared_l_per_min / v1_l
    for at, (volume_l, typical_flow_l_per_min) in enumerate(typical.peripheral, start=1):
        flow_l_per_min = typical_flow_l_per_min * (people.factor("q3") if at == 2 else 1.0)
        matrices[:, 0, 0] -= flow_l_per_min / v1_l
        matrices[:, at, at] = -flow_l_per_min / volume_l
        matrices[:, at, 0] = matrices[:, 0, at] = flow_l_per_min / np.sqrt(v1_l * volume_l)
    return matrices


def _delayed(rates_per_min: FloatArray) -> FloatArray:
    """How much of a mode comes through the venous delay."""
    slow = venous_layer.SLOW_RATE_PER_MIN
    apart = rates_per_min + slow
    apart = np.where(np.abs(apart) < _NEAREST_RATE * slow, _NEAREST_RATE * slow, apart)
    return np.asarray(slow / apart, dtype=np.float64)
