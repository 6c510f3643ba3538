"""Mammillary disposition: a central compartment that clears, with one or two peripheral ones around it.

The field's symbols: V1 is the central volume, CL the clearance from it, Q2 and Q3 the flows to V2 and V3. Volumes in L,
flows in L/min, rate constants in 1/min. Every published model of this package comes down to a `Disposition`.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from session_store.pharmacology.individual import IndividualScale
from session_store.pharmacology.linear_model import FloatArray

REFERENCE_WEIGHT_KG = 70.0
# All models here are of adults; the lower limit keeps small children out, whose clearance matures with age.
MIN_WEIGHT_KG = 20.0
MAX_WEIGHT_KG = 350.0


@dataclass(frozen=True, slots=True)
class Disposition:
    """Volumes in L and flows in L/min of one person and one substance. Raises `ValueError` for what cannot be."""

    v1_l: float
    cl_l_per_min: float
    v2_l: float
    q2_l_per_min: float
    v3_l: float | None = None
    q3_l_per_min: float | None = None

    def __post_init__(self) -> None:
        if (self.v3_l is None) != (self.q3_l_per_min is None):
            raise ValueError("a third compartment has a volume and a flow")
        present = [self.v1_l, self.cl_l_per_min, *(number for pair in self.peripheral for number in pair)]
        if not all(math.isfinite(number) and number > 0 for number in present):
            raise ValueError(f"volumes and flows must be above 0: {self}")

    @property
    def peripheral(self) -> tuple[tuple[float, float], ...]:
        """Volume and flow of each peripheral compartment."""
        if self.v3_l is None or self.q3_l_per_min is None:
            return ((self.v2_l, self.q2_l_per_min),)
        return ((self.v2_l, self.q2_l_per_min), (self.v3_l, self.q3_l_per_min))

    @property
    def size(self) -> int:
        """How many compartments."""
        return 1 + len(self.peripheral)


def checked_weight_kg(weight_kg: float) -> float:
    """The weight itself. Raises `ValueError` outside 20 to 350 kg."""
    if not MIN_WEIGHT_KG <= weight_kg <= MAX_WEIGHT_KG:
        raise ValueError(f"weight {weight_kg:g} kg is outside {MIN_WEIGHT_KG:g} to {MAX_WEIGHT_KG:g} kg")
    return weight_kg


def from_rate_constants(
    v1_l: float, k10: float, k12: float, k21: float, k13: float | None = None, k31: float | None = None
) -> Disposition:
    """The disposition behind a central volume and rate constants in 1/min (k12: from 1 to 2)."""
    v3_l = v1_l * k13 / k31 if k13 is not None and k31 is not None else None
    q3_l_per_min = v1_l * k13 if k13 is not None else None
    return Disposition(v1_l, v1_l * k10, v1_l * k12 / k21, v1_l * k12, v3_l, q3_l_per_min)


def of_person(typical: Disposition, individual: IndividualScale) -> Disposition:
    """The typical disposition with one person's factors on V1, CL and, where there is one, Q3."""
    return replace(
        typical,
        v1_l=typical.v1_l * individual.v1,
        cl_l_per_min=typical.cl_l_per_min * individual.cl,
        q3_l_per_min=None if typical.q3_l_per_min is None else typical.q3_l_per_min * individual.q3,
    )


def rate_matrix_per_min(disposition: Disposition) -> FloatArray:
    """K of the amounts (central first, then the peripheral ones) in 1/min: dA/dt = K A."""
    matrix = np.zeros((disposition.size, disposition.size))
    matrix[0, 0] = -disposition.cl_l_per_min / disposition.v1_l
    for at, (volume_l, flow_l_per_min) in enumerate(disposition.peripheral, start=1):
        matrix[0, 0] -= flow_l_per_min / disposition.v1_l
        matrix[at, 0] = flow_l_per_min / disposition.v1_l
        matrix[0, at] = flow_l_per_min / volume_l
        matrix[at, at] = -flow_l_per_min / volume_l
    return matrix


def steady_state_volume_l(disposition: Disposition) -> float:
    """Vss: the sum of all volumes."""
    return disposition.v1_l + sum(volume_l for volume_l, _ in disposition.peripheral)


def terminal_half_life_min(disposition: Disposition) -> float:
    """ln 2 over the slowest eigenvalue."""
    slowest_per_min = float(np.linalg.eigvals(rate_matrix_per_min(disposition)).real.max())
    return math.log(2) / -slowest_per_min
