"""Stepping some hundred people with norketamine: their matrix exponentials in a stack.

Slower than `modal_form` by far and right for every chain, the defective one of two equal transit compartments included.
"""

from collections.abc import Sequence

import numpy as np
from scipy.linalg import expm

from session_store.pharmacology.concentration_model import ConcentrationModel, Site
from session_store.pharmacology.linear_model import FloatArray, area_to_infinity

_MAX_CACHED_STEPS = 4


class StackedPopulation:
    """The states of people whose systems are equally large, one row a person. Starts empty."""

    def __init__(self, models: Sequence[ConcentrationModel]) -> None:
        self._models = models
        matrices = np.array([model.system.matrix_per_min for model in models])
        size = matrices.shape[-1]
        self._augmented = np.zeros((len(models), size + 1, size + 1))
        self._augmented[:, :size, :size] = matrices
        self._inputs = np.array([model.system.input_weights for model in models])
        self._augmented[:, :size, size] = self._inputs
        self._steps: dict[float, tuple[FloatArray, FloatArray]] = {}
        self.state = np.zeros((len(models), size))

    def step(self, minutes: float, rate_mg_per_min: float) -> None:
        """Lives on for `minutes` at one rate."""
        if minutes > 0:
            transitions, gains = self._maps(minutes)
            self.state = np.matmul(transitions, self.state[:, :, None])[:, :, 0] + gains * rate_mg_per_min

    def add_bolus(self, dose_mg: float) -> None:
        """A dose at once."""
        self.state = self.state + self._inputs * dose_mg

    def norketamine_ng_per_ml(self, site: Site) -> FloatArray:
        """Everybody's concentration now."""
        return np.asarray(np.einsum("ps,ps->p", self._readings(site), self.state), dtype=np.float64)

    def norketamine_area_ng_min_per_ml(self, site: Site, total_input_mg: float) -> FloatArray:
        """Everybody's area from 0 min to infinity after `total_input_mg` in all."""
        states = np.array([area_to_infinity(model.system, total_input_mg) for model in self._models])
        readings = self._readings(site)
        return np.asarray(np.where(readings != 0, readings * np.nan_to_num(states, posinf=0.0), 0.0).sum(axis=1))

    def _readings(self, site: Site) -> FloatArray:
        return np.array([model.norketamine[site] for model in self._models])

    def _maps(self, minutes: float) -> tuple[FloatArray, FloatArray]:
        known = self._steps.get(minutes)
        if known is None:
            if len(self._steps) >= _MAX_CACHED_STEPS:
                self._steps.clear()
            exponentials = expm(self._augmented * minutes)
            size = self.state.shape[1]
            known = self._steps[minutes] = exponentials[:, :size, :size].copy(), exponentials[:, :size, size].copy()
        return known
