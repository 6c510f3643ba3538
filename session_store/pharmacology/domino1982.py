"""Domino 1982/84: racemic ketamine in three compartments, the set that target-controlled pumps ship.

Source: Domino et al., PMID 7198883 (1982) and Clin Pharmacol Ther 1984;36:645; the constants as three open programs
agree on them (stanpumpR, opentiva, fus_anes). Population: surgical patients and volunteers. Sampling: venous, which
we did not confirm in the paper. Validity: adults, racemate; its clearance lies above the pooled interval of Kamp 2020
(69 to 90 L/h). Volumes are linear in body weight, rate constants fixed. No metabolite. Not for dosing.
"""

from session_store.pharmacology.compartments import Disposition, checked_weight_kg, from_rate_constants, of_person
from session_store.pharmacology.individual import TYPICAL, IndividualScale

V1_L_PER_KG = 0.063
K10_PER_MIN = 0.438
K12_PER_MIN = 0.592
K21_PER_MIN = 0.247
K13_PER_MIN = 0.590
K31_PER_MIN = 0.0146


def disposition(weight_kg: float, individual: IndividualScale = TYPICAL) -> Disposition:
    """Racemic ketamine at a body weight. Raises `ValueError` outside 20 to 350 kg."""
    v1_l = V1_L_PER_KG * checked_weight_kg(weight_kg)
    typical = from_rate_constants(v1_l, K10_PER_MIN, K12_PER_MIN, K21_PER_MIN, K13_PER_MIN, K31_PER_MIN)
    return of_person(typical, individual)
