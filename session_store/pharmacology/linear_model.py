"""Exact stepping of a linear compartment model: dA/dt = K A + b * rate, the rate constant over each step.

The step is the matrix exponential of the augmented system, so that there is no truncation error: one step of an hour
equals 3600 steps of a second. A step never crosses a change of rate; `trajectory` splits there exactly.
"""

import itertools
import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

FloatArray = NDArray[np.float64]

# Step lengths repeat (a tick of a simulator, the grid of a plot); a schedule of odd lengths must not grow for ever.
_MAX_CACHED_STEPS = 64
# Differences of grid times carry rounding noise; without it equal steps share one propagator.
_STEP_DECIMALS = 12


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


@dataclass(frozen=True, slots=True)
class Stretch:
    """`minutes` at one rate, and at their end, `end_min`, a bolus (or none)."""

    minutes: float
    rate_mg_per_min: float
    end_min: float
    bolus_mg: float


def stretches(
    sample_times_min: Sequence[float], rate_steps: Sequence[RateStep] = (), boluses: Sequence[BolusDose] = ()
) -> Iterator[Stretch]:
    """The time from 0 min to the last sample, cut at every sample, change of rate and bolus.

    Raises `ValueError` for times that do not ascend from 0 min, and for boluses before 0.
    """
    times = list(sample_times_min)
    if any(later < earlier for earlier, later in itertools.pairwise([0.0, *times])):
        raise ValueError("sample times must ascend from 0 min")
    doses: dict[float, float] = {}
    for bolus in boluses:
        if not bolus.at_min >= 0:
            raise ValueError(f"a bolus at {bolus.at_min:g} min: the time begins at 0")
        doses[bolus.at_min] = doses.get(bolus.at_min, 0.0) + bolus.dose_mg
    steps = sorted(rate_steps, key=lambda step: step.start_min)
    starts = [step.start_min for step in steps]
    last = times[-1] if times else 0.0
    changes = {time for time in (*doses, *starts) if 0 < time <= last}
    now = 0.0
    for event in sorted({0.0, *times, *changes}):
        running = bisect_right(starts, now)
        rate = steps[running - 1].rate_mg_per_min if running else 0.0
        yield Stretch(round(event - now, _STEP_DECIMALS), rate, event, doses.get(event, 0.0))
        now = event


def trajectory(
    model: LinearModel,
    sample_times_min: Sequence[float],
    rate_steps: Sequence[RateStep] = (),
    boluses: Sequence[BolusDose] = (),
) -> FloatArray:
    """States at the sample times (one row each, ascending, from 0 min on), starting empty at 0 min.

    A sample at the time of a bolus is taken after it. Raises `ValueError` for times before 0 or out of order.
    """
    states: dict[float, FloatArray] = {}
    state = model.empty_state()
    for stretch in stretches(sample_times_min, rate_steps, boluses):
        state = model.step(state, stretch.minutes, stretch.rate_mg_per_min)
        states[stretch.end_min] = state = model.add_bolus(state, stretch.bolus_mg)
    return np.array([states[time] for time in sample_times_min])


def area_to_infinity(model: LinearModel, total_input_mg: float) -> FloatArray:
    """The integral of each state from 0 min to infinity, from empty, after `total_input_mg` in all, however given.

    From 0 = K * area + b * input, so exact. States that only collect (their column is zero) never end: infinite.
    """
    decaying = np.flatnonzero(np.any(model.matrix_per_min != 0, axis=0))
    areas = np.full(len(model.input_weights), math.inf)
    areas[decaying] = np.linalg.solve(
        model.matrix_per_min[np.ix_(decaying, decaying)], -model.input_weights[decaying] * total_input_mg
    )
    return areas
