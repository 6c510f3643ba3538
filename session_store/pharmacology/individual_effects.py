"""How one person's response differs from the typical one, drawn from a random generator.

Gains are lognormal with median 1. Source of the coefficients of variation: each effect's own file (ours throughout);
the shares of responders are published (`lasting_analgesia`). Draws are independent of each other.
"""

import math
from dataclasses import dataclass, fields
from typing import Generic

import numpy as np
from numpy.random import Generator

from session_store.pharmacology import haemodynamics, lasting_analgesia, psychotropic, respiration, sedation
from session_store.pharmacology.emax_model import FloatArray, Quantity


@dataclass(frozen=True, slots=True)
class IndividualEffects(Generic[Quantity]):
    """One person (floats) or a population (arrays of one length)."""

    # On MAP and cardiac output.
    circulation_gain: Quantity
    heart_rate_gain: Quantity
    vas_gain: Quantity
    # 0 in people who never score.
    cadss_gain: Quantity
    sedation_threshold_scale: Quantity
    # To midazolam and opioids, for breathing and for sedation.
    depressant_sensitivity: Quantity
    # Nausea begins when the integral of its hazard passes this.
    nausea_threshold: Quantity
    # 1 in people whose pain the drug relieves, else 0.
    is_responder: Quantity
    # What the setting takes off an NRS, 0 in most.
    placebo_points: Quantity


TYPICAL: IndividualEffects[float] = IndividualEffects(
    circulation_gain=1.0,
    heart_rate_gain=1.0,
    vas_gain=1.0,
    cadss_gain=1.0,
    sedation_threshold_scale=1.0,
    depressant_sensitivity=1.0,
    nausea_threshold=math.inf,
    is_responder=1.0,
    placebo_points=0.0,
)


def draw_population(generator: Generator, people: int) -> IndividualEffects[FloatArray]:
    """The responses of so many people (not negative)."""
    return IndividualEffects(
        circulation_gain=_gains(generator, people, haemodynamics.GAIN_CV),
        heart_rate_gain=_gains(generator, people, haemodynamics.GAIN_CV),
        vas_gain=_gains(generator, people, psychotropic.VAS_GAIN_CV),
        cadss_gain=_gains(generator, people, psychotropic.CADSS_GAIN_CV)
        * _share(generator, people, 1 - psychotropic.CADSS_NEVER_SHARE),
        sedation_threshold_scale=_gains(generator, people, sedation.THRESHOLD_CV),
        depressant_sensitivity=_gains(generator, people, respiration.SENSITIVITY_CV),
        nausea_threshold=generator.exponential(1.0, people),
        is_responder=_share(generator, people, lasting_analgesia.RESPONDER_SHARE),
        placebo_points=_share(generator, people, lasting_analgesia.PLACEBO_RESPONDER_SHARE)
        * generator.uniform(lasting_analgesia.LEAST_PLACEBO_POINTS, lasting_analgesia.MOST_PLACEBO_POINTS, people),
    )


def draw_individual(generator: Generator) -> IndividualEffects[float]:
    """The response of one person."""
    drawn = draw_population(generator, 1)
    return IndividualEffects(**{each.name: float(getattr(drawn, each.name)[0]) for each in fields(drawn)})


def lognormal_log_sd(cv: float) -> float:
    """Standard deviation on the log scale of a lognormal with a coefficient of variation."""
    return math.sqrt(math.log1p(cv * cv))


def _gains(generator: Generator, people: int, cv: float) -> FloatArray:
    return generator.lognormal(0.0, lognormal_log_sd(cv), people)


def _share(generator: Generator, people: int, share: float) -> FloatArray:
    return (generator.random(people) < share).astype(np.float64)
