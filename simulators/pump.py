"""An infusion pump: set in steps of 0.1 mL/h, a little inaccurate, slow to start.

Two truths: what it reports (programmed rate times time) goes into the record, what it delivers goes into the patient.
The nurse charts its rate by hand, as where pumps have no interface; the pump sends nothing.
"""

from numpy.random import Generator

_RATE_STEPS_PER_ML_PER_H = 10
# Syringe pumps stay within 2 %: standard deviation of one device's lasting error.
_DEVICE_ERROR_SD = 0.01
_LONGEST_START_LAG_MIN = 1.5


class Pump:
    """One pump with one bag; off when made."""

    def __init__(self, generator: Generator, concentration_mg_per_ml: float) -> None:
        self.concentration_mg_per_ml = concentration_mg_per_ml
        self.programmed_ml_per_h = 0.0
        self.is_running = False
        self.reported_mg = 0.0
        self._gain = 1 + float(generator.normal(0.0, _DEVICE_ERROR_SD))
        self._lag_min = float(generator.uniform(0.0, _LONGEST_START_LAG_MIN))

    def program(self, rate_mg_per_h: float) -> float:
        """Sets the nearest rate that the pump can run, in mL/h, and returns it."""
        steps = rate_mg_per_h / self.concentration_mg_per_ml * _RATE_STEPS_PER_ML_PER_H
        self.programmed_ml_per_h = round(steps) / _RATE_STEPS_PER_ML_PER_H
        return self.programmed_ml_per_h

    def advance(self, minutes: float) -> float:
        """Runs for `minutes`; returns the mean rate that reached the patient in mg/min."""
        if not self.is_running or minutes <= 0:
            return 0.0
        reported_mg_per_min = self.programmed_ml_per_h * self.concentration_mg_per_ml / 60
        self.reported_mg += reported_mg_per_min * minutes
        lost = min(self._lag_min, minutes)
        self._lag_min -= lost
        return reported_mg_per_min * self._gain * (minutes - lost) / minutes
