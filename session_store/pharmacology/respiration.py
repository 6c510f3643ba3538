"""Breathing under ketamine, which stimulates it a little, and under midazolam and fentanyl, which depress it.

    VE = (VE0 + 3.4 L/min * Ce / (Ce + 30)) * (1 - D)        + VE0 * H
    RR = (RR0 + 1.5 / min * Ce / (Ce + 30)) * (1 - 0.8 * D)  + RR0 * H
    D  = L^3 / (1 + L^3),  L = m + o + 0.6 * m * o           from D = 0.8 on only H is left: apnoea while it is 0
    H  = 0.02 * (points of saturation lost - 10), from D = 0.8 on 0.04 * (points - 25), never below 0
    m  = sensitivity * midazolam load,  o = sensitivity * opioid load / (1 + Ce / 127)

Source: isocapnic ventilation +3.1 (2.4 to 3.7) L/min with esketamine 1 mg/kg over 3 h (BJA 2024, n = 18); the C50 of
remifentanil doubled at S 127 (84 to 191) ng/mL, without delay (Jonkman, BJA 2018;120:1117); the curves are ours.
Depression, synergy and the apnoea line are our calibration to Bailey 1990 and Bell 1987 (see `co_medication`, where the
loads come from), as is H, the hypoxic drive that is left: unattended, an apnoea ends in sparse breaths at a saturation
near 60 %. D is what is left after carbon dioxide has driven breathing. Ce: effect-site S-ketamine, ng/mL.
Validity: adults awake or sedated, S-ketamine up to 600 ng/mL; not for anaesthesia. A fast bolus of ketamine, which can
stop breathing, is not modelled. Airway obstruction is not told apart from central depression.
"""

import numpy as np

from session_store.pharmacology.emax_model import Quantity, emax

VENTILATION_MAX_L_PER_MIN = 3.4
RR_MAX_PER_MIN = 1.5
HALF_EFFECT_NG_PER_ML = 30.0
# S-ketamine that doubles the opioid needed for the same depression.
OPIOID_COUNTER_NG_PER_ML = 127.0
SYNERGY = 0.6
STEEPNESS = 3.0
RATE_SHARE_OF_DEPRESSION = 0.8
APNOEA_DEPRESSION = 0.80
HYPOXIC_DRIVE_PER_POINT, HYPOXIC_DRIVE_FROM_POINTS = 0.02, 10.0
APNOEIC_DRIVE_PER_POINT, APNOEIC_DRIVE_FROM_POINTS = 0.04, 25.0
# Individual sensitivity to midazolam and opioids: lognormal, median 1, coefficient of variation 35 % (ours).
SENSITIVITY_CV = 0.35


def depression(
    midazolam_load: float | Quantity,
    opioid_load: float | Quantity,
    effect_site_s_ng_per_ml: Quantity,
    sensitivity: float | Quantity = 1.0,
) -> Quantity:
    """The share of ventilation that co-medication takes away, 0 to 1."""
    midazolam = sensitivity * midazolam_load
    opioid = sensitivity * opioid_load / (1 + effect_site_s_ng_per_ml / OPIOID_COUNTER_NG_PER_ML)
    cubed: Quantity = (midazolam + opioid + SYNERGY * midazolam * opioid) ** STEEPNESS
    return cubed / (1 + cubed)


def ventilation_l_per_min(
    baseline_l_per_min: float | Quantity,
    effect_site_s_ng_per_ml: Quantity,
    depressed: float | Quantity = 0.0,
    saturation_lost_points: float | Quantity = 0.0,
) -> Quantity:
    """Minute ventilation; 0 in apnoea. `depressed` is the share of `depression`, the points are of `oxygen_store`."""
    driven = baseline_l_per_min + emax(effect_site_s_ng_per_ml, VENTILATION_MAX_L_PER_MIN, HALF_EFFECT_NG_PER_ML)
    return _with_hypoxic_drive(driven * (1 - depressed), baseline_l_per_min, depressed, saturation_lost_points)


def respiratory_rate_per_min(
    baseline_per_min: float | Quantity,
    effect_site_s_ng_per_ml: Quantity,
    depressed: float | Quantity = 0.0,
    saturation_lost_points: float | Quantity = 0.0,
) -> Quantity:
    """Breaths per minute; 0 in apnoea. Arguments as in `ventilation_l_per_min`."""
    driven = baseline_per_min + emax(effect_site_s_ng_per_ml, RR_MAX_PER_MIN, HALF_EFFECT_NG_PER_ML)
    own = driven * (1 - RATE_SHARE_OF_DEPRESSION * depressed)
    return _with_hypoxic_drive(own, baseline_per_min, depressed, saturation_lost_points)


def _with_hypoxic_drive(
    own: Quantity, baseline: float | Quantity, depressed: float | Quantity, lost_points: float | Quantity
) -> Quantity:
    is_apnoeic = depressed >= APNOEA_DEPRESSION
    breathing = own + baseline * HYPOXIC_DRIVE_PER_POINT * np.maximum(lost_points - HYPOXIC_DRIVE_FROM_POINTS, 0.0)
    apnoeic = baseline * APNOEIC_DRIVE_PER_POINT * np.maximum(lost_points - APNOEIC_DRIVE_FROM_POINTS, 0.0)
    drawn: Quantity = breathing * (1 - is_apnoeic) + apnoeic * is_apnoeic
    return drawn
