"""Circulation and breathing under ketamine: Emax on the effect-site concentration of S-ketamine (arterial).

    MAP = MAP0 * (1 + gain * 0.35 * Ce / (Ce + 590))       SBP change 1.4 x, DBP change 0.8 x the MAP change
    HR  = HR0  * (1 + gain * 0.62 * Ce / (Ce + 850))
    RR  = RR0  + 1.5 / min * Ce / (Ce + 30)

Source: our calibration to published anchors: esketamine 1 mg/kg over 3 h gave MAP +10 mmHg and HR +10 /min (BJA 2024,
n = 18); S 1959 ng/mL gave HR up to +43.5 % and MAP up to +27 % (Anesthesiology 2005;103:258). Effect-site half-time
6 min (Olofsen 2012, mean 6.1, range 0 to 11.8). Validity: adults, S-ketamine 0 to 2000 ng/mL, no beta-blocker;
saturation and sedation are not modelled: ketamine alone does not desaturate at these doses.
"""

import math

MAP_MAX_FRACTION = 0.35
MAP_HALF_EFFECT_NG_PER_ML = 590.0
HR_MAX_FRACTION = 0.62
HR_HALF_EFFECT_NG_PER_ML = 850.0
RR_MAX_PER_MIN = 1.5
RR_HALF_EFFECT_NG_PER_ML = 30.0
SYSTOLIC_PER_MAP_CHANGE = 1.4
DIASTOLIC_PER_MAP_CHANGE = 0.8
EFFECT_SITE_HALF_TIME_MIN = 6.0
EFFECT_SITE_RATE_PER_MIN = math.log(2) / EFFECT_SITE_HALF_TIME_MIN
# Individual gains on MAP and HR: lognormal, median 1, coefficient of variation 60 % (our calibration).
GAIN_CV = 0.60


def _emax(concentration_ng_per_ml: float, maximum: float, half_effect_ng_per_ml: float) -> float:
    return maximum * concentration_ng_per_ml / (concentration_ng_per_ml + half_effect_ng_per_ml)


def mean_arterial_mmhg(baseline_mmhg: float, effect_site_s_ng_per_ml: float, gain: float = 1.0) -> float:
    """Mean arterial pressure."""
    rise = gain * _emax(effect_site_s_ng_per_ml, MAP_MAX_FRACTION, MAP_HALF_EFFECT_NG_PER_ML)
    return baseline_mmhg * (1 + rise)


def systolic_diastolic_mmhg(
    baseline_systolic_mmhg: float, baseline_diastolic_mmhg: float, effect_site_s_ng_per_ml: float, gain: float = 1.0
) -> tuple[float, float]:
    """Systolic and diastolic pressure; the baseline MAP is taken as (SBP + 2 DBP) / 3."""
    baseline_map = (baseline_systolic_mmhg + 2 * baseline_diastolic_mmhg) / 3
    change = mean_arterial_mmhg(baseline_map, effect_site_s_ng_per_ml, gain) - baseline_map
    return (
        baseline_systolic_mmhg + SYSTOLIC_PER_MAP_CHANGE * change,
        baseline_diastolic_mmhg + DIASTOLIC_PER_MAP_CHANGE * change,
    )


def heart_rate_per_min(baseline_per_min: float, effect_site_s_ng_per_ml: float, gain: float = 1.0) -> float:
    """Heart rate."""
    return baseline_per_min * (1 + gain * _emax(effect_site_s_ng_per_ml, HR_MAX_FRACTION, HR_HALF_EFFECT_NG_PER_ML))


def respiratory_rate_per_min(baseline_per_min: float, effect_site_s_ng_per_ml: float) -> float:
    """Breaths per minute."""
    return baseline_per_min + _emax(effect_site_s_ng_per_ml, RR_MAX_PER_MIN, RR_HALF_EFFECT_NG_PER_ML)
