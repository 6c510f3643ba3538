"""Simons 2022: arterial S-ketamine in three compartments.

Source: Simons et al., Front Pain Res 2022;3:946486, disposition as printed at 70 kg.
Population: 20 healthy adult volunteers, arterial samples, S-ketamine infusions of sub-anaesthetic size.
Validity: adults; allometric scaling to other weights (volumes 1, flows 0.75) is assumed by us. Not for children, not
for venous samples (see `venous_layer`), not for dosing. R-ketamine: the same disposition with the clearance ratio
R/S of Persson 2002 (EJCP 57:869), 0.020 / 0.024 = 0.83; the combination is ours.
"""

from dataclasses import dataclass

import numpy as np

from session_store.pharmacology.linear_model import FloatArray

REFERENCE_WEIGHT_KG = 70.0
V1_L = 11.6
V2_L = 39.0
V3_L = 174.0
CL_L_PER_MIN = 1.48
Q2_L_PER_MIN = 2.43
Q3_L_PER_MIN = 1.21
VOLUME_EXPONENT = 1.0
FLOW_EXPONENT = 0.75

R_OVER_S_CLEARANCE = 0.020 / 0.024

# Published between-subject variances on the log scale.
LOG_VARIANCE_V1 = 0.057
LOG_VARIANCE_CL = 0.029
LOG_VARIANCE_Q3 = 0.026


@dataclass(frozen=True, slots=True)
class IndividualScale:
    """How one person differs from the typical one; each a factor with median 1."""

    v1: float = 1.0
    cl: float = 1.0
    q3: float = 1.0


TYPICAL = IndividualScale()


@dataclass(frozen=True, slots=True)
class Disposition:
    """Volumes in L and flows in L/min of one person and one enantiomer."""

    v1_l: float
    v2_l: float
    v3_l: float
    cl_l_per_min: float
    q2_l_per_min: float
    q3_l_per_min: float


def s_ketamine(weight_kg: float, individual: IndividualScale = TYPICAL) -> Disposition:
    """Disposition of S-ketamine at a body weight. Raises `ValueError` outside 20 to 350 kg."""
    if not 20 <= weight_kg <= 350:
        raise ValueError(f"weight {weight_kg} kg is outside 20 to 350 kg")
    volume = (weight_kg / REFERENCE_WEIGHT_KG) ** VOLUME_EXPONENT
    flow = (weight_kg / REFERENCE_WEIGHT_KG) ** FLOW_EXPONENT
    return Disposition(
        v1_l=V1_L * volume * individual.v1,
        v2_l=V2_L * volume,
        v3_l=V3_L * volume,
        cl_l_per_min=CL_L_PER_MIN * flow * individual.cl,
        q2_l_per_min=Q2_L_PER_MIN * flow,
        q3_l_per_min=Q3_L_PER_MIN * flow * individual.q3,
    )


def r_ketamine(weight_kg: float, individual: IndividualScale = TYPICAL) -> Disposition:
    """Disposition of R-ketamine: that of S-ketamine with the clearance of Persson 2002."""
    slower = IndividualScale(individual.v1, individual.cl * R_OVER_S_CLEARANCE, individual.q3)
    return s_ketamine(weight_kg, slower)


def rate_matrix_per_min(disposition: Disposition) -> FloatArray:
    """K of the amounts (central, fast, slow) in 1/min, from the literature's k10, k12, k21, k13, k31."""
    k10 = disposition.cl_l_per_min / disposition.v1_l
    k12 = disposition.q2_l_per_min / disposition.v1_l
    k13 = disposition.q3_l_per_min / disposition.v1_l
    k21 = disposition.q2_l_per_min / disposition.v2_l
    k31 = disposition.q3_l_per_min / disposition.v3_l
    return np.array([[-(k10 + k12 + k13), k21, k31], [k12, -k21, 0.0], [k13, 0.0, -k31]])
