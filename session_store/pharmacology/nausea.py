"""Nausea in a session: a hazard proportional to the effect-site concentration of S-ketamine.

    chance = 1 - exp(-1.65e-5 per (ng/mL min) * area under Ce up to then); ondansetron halves the hazard

Source: ours, aimed at 10 to 15 % of sessions of 0.5 mg/kg over 40 min and about 30 % of 4 h at 0.35 mg/kg/h, each up to
an hour after the end; large trials report 17 to 63 % over days (Sigtermans 2009, from memory of the paper), so the way
of asking decides. Ondansetron: ours (numbers needed to treat of 9 or more are published for prophylaxis).
Validity: adults, S-ketamine 0 to 600 ng/mL. People differ by the hazard's chance alone.
"""

import numpy as np

from session_store.pharmacology.emax_model import Quantity

HAZARD_PER_NG_PER_ML_MIN = 1.65e-5
ONDANSETRON_FACTOR = 0.5


def hazard_per_min(effect_site_s_ng_per_ml: Quantity, has_ondansetron: float | Quantity = False) -> Quantity:
    """Chance of nausea in a short time, per minute; with ondansetron 1 (True), without 0."""
    return HAZARD_PER_NG_PER_ML_MIN * effect_site_s_ng_per_ml * (1 - (1 - ONDANSETRON_FACTOR) * has_ondansetron)


def chance_of_nausea(effect_site_area_ng_min_per_ml: Quantity, has_ondansetron: float | Quantity = False) -> Quantity:
    """Share of people with nausea by the time the effect site has seen an area.

    Live, nausea begins when the integral of `hazard_per_min` passes the person's threshold, an exponential draw of
    mean 1 (`individual_effects`): both say the same.
    """
    chance: Quantity = -np.expm1(-hazard_per_min(effect_site_area_ng_min_per_ml, has_ondansetron))
    return chance
