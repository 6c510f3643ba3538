"""Hijazi 2003: racemic ketamine in two compartments in intensive care.

Source: Hijazi et al., Br J Anaesth 2003;90:155, constants as in opentiva; they give back the abstract's clearance of
36.0 (SD 13.3) mL/min/kg and half-life of 4.9 (1.6) h. Population: 12 ventilated patients with brain or spinal cord
injury, whose clearance and volume are larger than those of volunteers. Sampling site: not stated in what we read.
Validity: intensive care only; never part of a band for an outpatient. Volumes are linear in body weight, rate
constants fixed. No metabolite here. Not for dosing.
"""

import math

from session_store.pharmacology.compartments import Disposition, checked_weight_kg, from_rate_constants, of_person
from session_store.pharmacology.individual import TYPICAL, IndividualScale, LogSpread

V1_L_PER_KG = 1.08
K10_PER_MIN = 0.0333
K12_PER_MIN = 0.0088
K21_PER_MIN = 0.0030

CLEARANCE_CV = 13.3 / 36.0
# Of the published volume of distribution (16.0, SD 8.6 L/kg); that V1 spreads as widely is ours.
VOLUME_CV = 8.6 / 16.0

LOG_SPREAD = LogSpread(
    "abstract of Hijazi 2003", v1=math.log(1 + VOLUME_CV * VOLUME_CV), cl=math.log(1 + CLEARANCE_CV * CLEARANCE_CV)
)


def disposition(weight_kg: float, individual: IndividualScale = TYPICAL) -> Disposition:
    """Racemic ketamine at a body weight. Raises `ValueError` outside 20 to 350 kg."""
    v1_l = V1_L_PER_KG * checked_weight_kg(weight_kg)
    return of_person(from_rate_constants(v1_l, K10_PER_MIN, K12_PER_MIN, K21_PER_MIN), individual)
