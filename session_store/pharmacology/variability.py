"""Drawing people: how clearance, volumes and the norketamine chain differ from one to the next.

`published` draws the variances of the model's own study (volunteers); `clinic` widens clearance to a coefficient of
variation of 27 % (older, co-medicated patients; our calibration within 25 to 30 %) and keeps the rest. Switches move
the clearance of everybody: inducer of CYP3A4/2B6 x 1.3, strong inhibitor x 0.7, severe liver disease x 0.5 (ours, to
be verified); together they multiply.

Draws are made in the order of the people, each 1,024 of them from a stream of their own (`SeedSequence.spawn`): person
7 of a seed is the same in every population and batch. A stream a person would take longer than all that follows.
"""

import math
from dataclasses import dataclass, fields
from enum import StrEnum

import numpy as np

from session_store.pharmacology.individual import IndividualScale, LogSpread
from session_store.pharmacology.linear_model import FloatArray

CLINIC_CLEARANCE_CV = 0.27
INDUCER_FACTOR = 1.3
INHIBITOR_FACTOR = 0.7
LIVER_DISEASE_FACTOR = 0.5

_PEOPLE_A_STREAM = 1024

FACTORS = tuple(field.name for field in fields(IndividualScale))


class Variability(StrEnum):
    """Whose differences are drawn."""

    PUBLISHED = "published"
    CLINIC = "clinic"


@dataclass(frozen=True, slots=True)
class Comedication:
    """What moves the clearance of every drawn person."""

    inducer: bool = False
    inhibitor: bool = False
    liver_disease: bool = False

    @property
    def clearance_factor(self) -> float:
        """Product of the switches that are on."""
        factors = (
            (self.inducer, INDUCER_FACTOR),
            (self.inhibitor, INHIBITOR_FACTOR),
            (self.liver_disease, LIVER_DISEASE_FACTOR),
        )
        return math.prod(factor for is_on, factor in factors if is_on)


NO_COMEDICATION = Comedication()


@dataclass(frozen=True, slots=True)
class People:
    """Drawn persons: one row a factor (in the order of `FACTORS`), one column a person."""

    factors: FloatArray

    @property
    def count(self) -> int:
        """How many."""
        return len(self.factors[0])

    def factor(self, name: str) -> FloatArray:
        """One factor of everybody, e.g. "cl"."""
        return np.asarray(self.factors[FACTORS.index(name)], dtype=np.float64)

    def person(self, at: int) -> IndividualScale:
        """One of them."""
        return IndividualScale(*(float(factor) for factor in self.factors[:, at]))


def draw_people(
    spread: LogSpread,
    seed: int,
    first: int,
    count: int,
    variability: Variability = Variability.PUBLISHED,
    comedication: Comedication = NO_COMEDICATION,
) -> People:
    """Persons number `first` to `first + count - 1` of a seed."""
    # Not a matrix product: its sums, and so the last digits, would depend on how many columns there are.
    logarithms = np.einsum("fd,dp->fp", _scale(spread, variability), _independent(seed, first, count))
    factors = np.exp(logarithms)
    factors[FACTORS.index("cl")] *= comedication.clearance_factor
    return People(factors)


def _independent(seed: int, first: int, count: int) -> FloatArray:
    """Standard normal draws, one row a factor, one column a person: always from whole streams, then cut."""
    streams = range(first // _PEOPLE_A_STREAM, (first + count - 1) // _PEOPLE_A_STREAM + 1)
    drawn = np.concatenate([_stream(seed, number) for number in streams])
    begin = first - streams.start * _PEOPLE_A_STREAM
    return np.ascontiguousarray(drawn[begin : begin + count].T)


def _stream(seed: int, number: int) -> FloatArray:
    """The draws of one stream, the same as from `SeedSequence(seed).spawn`, without making those before."""
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
    return generator.standard_normal((_PEOPLE_A_STREAM, len(FACTORS)))


def _scale(spread: LogSpread, variability: Variability) -> FloatArray:
    """The matrix that turns independent normal draws into logarithms of factors with the variances of the spread."""
    variances = np.array([getattr(spread, name) for name in FACTORS])
    correlations = np.eye(len(FACTORS))
    _correlate(correlations, variances, "v1", "cl", spread.covariance_v1_cl)
    _correlate(correlations, variances, "v_norketamine", "cl_norketamine", spread.covariance_norketamine)
    if variability is Variability.CLINIC:
        variances[FACTORS.index("cl")] = math.log(1 + CLINIC_CLEARANCE_CV**2)
    scale = np.sqrt(variances)[:, None] * np.linalg.cholesky(correlations)
    return np.asarray(scale, dtype=np.float64)


def _correlate(correlations: FloatArray, variances: FloatArray, one: str, other: str, covariance: float) -> None:
    if covariance:
        at, to = FACTORS.index(one), FACTORS.index(other)
        correlations[at, to] = correlations[to, at] = covariance / math.sqrt(variances[at] * variances[to])
