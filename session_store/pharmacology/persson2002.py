"""Persson 2002: how much slower R-ketamine is cleared than S-ketamine.

Source: Persson et al., Eur J Clin Pharmacol 2002;57:869: clearance 0.024 (S) and 0.020 (R) L/min/kg, ratio 0.83.
Population: adults given racemic ketamine, arterial and venous samples. Validity: the ratio alone is taken. That
R-ketamine has the volumes and flows of a published S-ketamine model, and half of a racemic dose each, is our
combination.
"""

from dataclasses import replace

from session_store.pharmacology.individual import IndividualScale

S_CLEARANCE_L_PER_MIN_PER_KG = 0.024
R_CLEARANCE_L_PER_MIN_PER_KG = 0.020
R_OVER_S_CLEARANCE = R_CLEARANCE_L_PER_MIN_PER_KG / S_CLEARANCE_L_PER_MIN_PER_KG


def r_scale(s_scale: IndividualScale) -> IndividualScale:
    """The factors of a person's R-ketamine from those of the same person's S-ketamine."""
    return replace(s_scale, cl=s_scale.cl * R_OVER_S_CLEARANCE)
