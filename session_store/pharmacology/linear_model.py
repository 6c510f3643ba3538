"""Exact stepping of a linear compartment model: dA/dt = K A + b * rate, the rate constant over each step.

The step is the matrix exponential of the augmented system, so that there is no truncation error: one step of an hour
equals 3600 steps of a second. A step never crosses a change of rate; `trajectory` splits there exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

FloatArray = NDArray[np.float64]

# Step lengths repeat (a tick of a simulator, the grid of a plot); a schedule of odd lengths must not grow for ever.
_MAX_CACHED_STEPS = 64


@dataclass(frozen=True, slots=True)
class Propagator:
    """The map over one step: state' = transition @ state + input_gain * rate."""

    transition: FloatArray
    input_gain: FloatArray


@dataclass(frozen=True, slots=True)
class RateStep:
    """From `start_min` on the input runs at `rate_mg_per_min`, until the next step."""

    start_min: float
    rate_mg_per_min: float


@dataclass(frozen=True, slots=True)
class BolusDose:
    """`dose_mg` enters at once at `at_min`."""

    at_min: float
    dose_mg: float


@dataclass(frozen=True, slots=True)
class LinearModel:
    """A linear model: `matrix_per_min` is K, `input_weights` is b (the share of a dose that enters each state)."""

    matrix_per_min: FloatArray
    input_weights: FloatArray
    _propagators: dict[float, Propagator] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        size = len(self.input_weights)
        if self.matrix_per_min.shape != (size, size):
            raise ValueError(f"matrix {self.matrix_per_min.shape} does not fit {size} input weights")

    def empty_state(self) -> FloatArray:
        """The state before any drug."""
        return np.zeros(len(self.input_weights))

    def propagator(self, minutes: float) -> Propagator:
        """The exact map over `minutes` (not negative)."""
        if not minutes >= 0:
            raise ValueError(f"a step of {minutes} min")
        known = self._propagators.get(minutes)
        if known is None:
            if len(self._propagators) >= _MAX_CACHED_STEPS:
                self._propagators.clear()
            known = self._propagators[minutes] = self._make_propagator(minutes)
        return known

    def _make_propagator(self, minutes: float) -> Propagator:
        size = len(self.input_weights)
        augmented = np.zeros((size + 1, size + 1))
        augmented[:size, :size] = self.matrix_per_min
        augmented[:size, size] = self.input_weights
        exponential = np.asarray(expm(augmented * minutes), dtype=np.float64)
        return Propagator(exponential[:size, :size], exponential[:size, size])

    def step(self, state: FloatArray, minutes: float, rate_mg_per_min: float) -> FloatArray:
        """The state after `minutes` at one constant rate."""
        step = self.propagator(minutes)
        return np.asarray(step.transition @ state + step.input_gain * rate_mg_per_min, dtype=np.float64)

    def add_bolus(self, state: FloatArray, dose_mg: float) -> FloatArray:
        """The state just after a bolus."""
        return np.asarray(state + self.input_weights * dose_mg, dtype=np.float64)


def trajectory(
    model: LinearModel,
    sample_times_min: Sequence[float],
    rate_steps: Sequence[RateStep] = (),
    boluses: Sequence[BolusDose] = (),
) -> FloatArray:
    """States at the sample times (one row each, ascending, from 0 min on), starting empty at 0 min.

    A sample at the time of a bolus is taken after it. Raises `ValueError` for times before 0 or out of order.
    """
    times = list(sample_times_min)
    if times != sorted(times) or any(time < 0 for time in times):
        raise ValueError("sample times must ascend from 0 min")
    doses = {dose.at_min: sum(each.dose_mg for each in boluses if each.at_min == dose.at_min) for dose in boluses}
    steps = sorted(rate_steps, key=lambda step: step.start_min)
    events = sorted({0.0, *times, *doses, *(step.start_min for step in steps if step.start_min > 0)})
    states: dict[float, FloatArray] = {}
    state, now = model.empty_state(), 0.0
    for event in events:
        state = model.step(state, event - now, _rate_at(steps, now))
        state = model.add_bolus(state, doses.get(event, 0.0))
        states[event], now = state, event
    return np.array([states[time] for time in times])


def _rate_at(ascending_steps: Sequence[RateStep], minute: float) -> float:
    rates = [step.rate_mg_per_min for step in ascending_steps if step.start_min <= minute]
    return rates[-1] if rates else 0.0
