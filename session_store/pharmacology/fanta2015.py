"""Fanta 2015: S-ketamine in three compartments, from venous samples.

Source: Fanta et al., Eur J Clin Pharmacol 2015;71:441, the parent part of Otto 2021 (EJCP 77:1181), as in nlmixr2lib.
Population: 11 healthy men, checked on 48 volunteers by Otto. Validity: adults, venous samples. V1 goes with
(kg/70)^1, clearance with (kg/70)^0.75; the peripheral terms are not scaled, as in the source. R-ketamine by the
clearance ratio of `persson2002`: ours. Not for dosing.
"""

from session_store.pharmacology import persson2002
from session_store.pharmacology.compartments import REFERENCE_WEIGHT_KG, Disposition, checked_weight_kg, of_person
from session_store.pharmacology.individual import TYPICAL, IndividualScale

V1_L = 133.0
CL_L_PER_MIN = 95.2 / 60
V2_L = 187.0
Q2_L_PER_MIN = 23.2 / 60
V3_L = 98.8
Q3_L_PER_MIN = 157.0 / 60
VOLUME_EXPONENT = 1.0
FLOW_EXPONENT = 0.75


def s_ketamine(weight_kg: float, individual: IndividualScale = TYPICAL) -> Disposition:
    """S-ketamine at a body weight. Raises `ValueError` outside 20 to 350 kg."""
    relative = checked_weight_kg(weight_kg) / REFERENCE_WEIGHT_KG
    typical = Disposition(
        v1_l=V1_L * relative**VOLUME_EXPONENT,
        cl_l_per_min=CL_L_PER_MIN * relative**FLOW_EXPONENT,
        v2_l=V2_L,
        q2_l_per_min=Q2_L_PER_MIN,
        v3_l=V3_L,
        q3_l_per_min=Q3_L_PER_MIN,
    )
    return of_person(typical, individual)


def r_ketamine(weight_kg: float, individual: IndividualScale = TYPICAL) -> Disposition:
    """R-ketamine: that of S-ketamine with the slower clearance."""
    return s_ketamine(weight_kg, persson2002.r_scale(individual))
