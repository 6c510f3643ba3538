"""Circulation under ketamine: Emax on the effect-site concentration of S-ketamine (arterial).

    MAP = MAP0 * (1 + gain * 0.35 * Ce / (Ce + 590))       SBP change 1.4 x, DBP change 0.8 x the MAP change
    HR  = HR0  * (1 + gain * 0.62 * Ce / (Ce + 850))       the rise x 0.4 under a beta-blocker
    CO  = CO0  * (1 + gain * 0.90 * Ce / (Ce + 320))       the gain of the MAP

Source: our calibration to published anchors: esketamine 1 mg/kg over 3 h gave MAP +10 mmHg and HR +10 /min (BJA 2024,
n = 18; 270 ng/mL at its end is our estimate); S 1959 ng/mL gave HR up to +43.5 % and MAP up to +27 % (Anesthesiology
2005;103:258); S 320 ng/mL gave CO +40 to 50 % (Sigtermans 2009, n = 20). R-ketamine does not raise CO (Kamp, BJA 2021):
S alone drives all three. Effect-site half-time 6 min (Olofsen 2012, mean 6.1, range 0 to 11.8). Beta-blocker: ours.
Validity: adults, S-ketamine 0 to 2000 ng/mL. A published whole-body model missed three studies by 6.2 mmHg (MAP) and
7.5 /min (HR) (Kurian 2025): expect no better here.
"""

import math

from session_store.pharmacology.emax_model import Quantity, emax

MAP_MAX_FRACTION = 0.35
MAP_HALF_EFFECT_NG_PER_ML = 590.0
HR_MAX_FRACTION = 0.62
HR_HALF_EFFECT_NG_PER_ML = 850.0
CO_MAX_FRACTION = 0.90
CO_HALF_EFFECT_NG_PER_ML = 320.0
SYSTOLIC_PER_MAP_CHANGE = 1.4
DIASTOLIC_PER_MAP_CHANGE = 0.8
# What a beta-blocker leaves of the rise of the heart rate (ours).
BETA_BLOCKER_HR_FACTOR = 0.4
EFFECT_SITE_HALF_TIME_MIN = 6.0
EFFECT_SITE_RATE_PER_MIN = math.log(2) / EFFECT_SITE_HALF_TIME_MIN
# Individual gains on MAP with CO, and on HR: lognormal, median 1, coefficient of variation 60 % (our calibration).
GAIN_CV = 0.60


def mean_arterial_mmhg(
    baseline_mmhg: float | Quantity, effect_site_s_ng_per_ml: Quantity, gain: float | Quantity = 1.0
) -> Quantity:
    """Mean arterial pressure."""
    rise = gain * emax(effect_site_s_ng_per_ml, MAP_MAX_FRACTION, MAP_HALF_EFFECT_NG_PER_ML)
    return baseline_mmhg * (1 + rise)


def systolic_diastolic_mmhg(
    baseline_systolic_mmhg: float | Quantity,
    baseline_diastolic_mmhg: float | Quantity,
    effect_site_s_ng_per_ml: Quantity,
    gain: float | Quantity = 1.0,
) -> tuple[Quantity, Quantity]:
    """Systolic and diastolic pressure; the baseline MAP is taken as (SBP + 2 DBP) / 3."""
    baseline_map = (baseline_systolic_mmhg + 2 * baseline_diastolic_mmhg) / 3
    change = mean_arterial_mmhg(baseline_map, effect_site_s_ng_per_ml, gain) - baseline_map
    return (
        baseline_systolic_mmhg + SYSTOLIC_PER_MAP_CHANGE * change,
        baseline_diastolic_mmhg + DIASTOLIC_PER_MAP_CHANGE * change,
    )


def heart_rate_per_min(
    baseline_per_min: float | Quantity,
    effect_site_s_ng_per_ml: Quantity,
    gain: float | Quantity = 1.0,
    has_beta_blocker: float | Quantity = False,
) -> Quantity:
    """Heart rate; with a beta-blocker 1 (True), without 0."""
    rise = gain * emax(effect_site_s_ng_per_ml, HR_MAX_FRACTION, HR_HALF_EFFECT_NG_PER_ML)
    return baseline_per_min * (1 + rise * (1 - (1 - BETA_BLOCKER_HR_FACTOR) * has_beta_blocker))


def cardiac_output_l_per_min(
    baseline_l_per_min: float | Quantity, effect_site_s_ng_per_ml: Quantity, gain: float | Quantity = 1.0
) -> Quantity:
    """Cardiac output."""
    return baseline_l_per_min * (1 + gain * emax(effect_site_s_ng_per_ml, CO_MAX_FRACTION, CO_HALF_EFFECT_NG_PER_ML))
