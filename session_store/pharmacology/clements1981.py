"""Clements & Nimmo 1981: racemic ketamine in two compartments after a low dose.

Source: Clements & Nimmo, Br J Anaesth 1981;53:27, arm of 0.25 mg/kg, constants as in opentiva. Population: healthy
volunteers. Sampling site: not stated in what we read; shown beside venous samples. Validity: adults, racemate, low
doses; no fast phase, so the first minutes after a bolus read low. Volumes are linear in body weight, rate constants
fixed. No metabolite. Not for dosing.
"""

from session_store.pharmacology.compartments import Disposition, checked_weight_kg, from_rate_constants, of_person
from session_store.pharmacology.individual import TYPICAL, IndividualScale

V1_L_PER_KG = 1.7522
K10_PER_MIN = 0.0109
K12_PER_MIN = 0.0186
K21_PER_MIN = 0.0137


def disposition(weight_kg: float, individual: IndividualScale = TYPICAL) -> Disposition:
    """Racemic ketamine at a body weight. Raises `ValueError` outside 20 to 350 kg."""
    v1_l = V1_L_PER_KG * checked_weight_kg(weight_kg)
    return of_person(from_rate_constants(v1_l, K10_PER_MIN, K12_PER_MIN, K21_PER_MIN), individual)
