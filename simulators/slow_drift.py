"""Slow wandering of a physiological value: a first-order autoregressive process of fixed spread."""

import math

from numpy.random import Generator


class SlowDrift:
    """AR(1) around 0 with standard deviation `sd`; `rho_per_min` is its correlation over one minute."""

    def __init__(self, generator: Generator, sd: float, rho_per_min: float) -> None:
        self._generator = generator
        self._sd = sd
        self._rho_per_min = rho_per_min
        self.value = float(generator.normal(0.0, sd))

    def advance(self, minutes: float) -> None:
        """Moves on by `minutes`; the spread does not depend on the step."""
        rho = self._rho_per_min**minutes
        self.value = rho * self.value + self._sd * math.sqrt(1 - rho * rho) * float(self._generator.normal())
