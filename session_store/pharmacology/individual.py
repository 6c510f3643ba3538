"""How one person differs from the typical one of a model: factors with median 1, and how widely they spread.

Factors are lognormal, as the published models have them; what a model's population was found to spread stands in that
model's file as a `LogSpread`. `variability` draws from it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IndividualScale:
    """One person's factors on volumes, flows and the norketamine chain; each 1 for the typical person."""

    v1: float = 1.0
    cl: float = 1.0
    q3: float = 1.0
    v_norketamine: float = 1.0
    cl_norketamine: float = 1.0
    transit: float = 1.0


TYPICAL = IndividualScale()


@dataclass(frozen=True, slots=True)
class LogSpread:
    """Variances of the factors' logarithms between people; `source` says whose they are.

    `is_borrowed`: another model's, where its own study printed none.
    `transit` is the sum of the variances between people and between occasions: a predicted session is one occasion.
    """

    source: str
    v1: float
    cl: float
    q3: float = 0.0
    v_norketamine: float = 0.0
    cl_norketamine: float = 0.0
    transit: float = 0.0
    covariance_v1_cl: float = 0.0
    covariance_norketamine: float = 0.0
    is_borrowed: bool = False
