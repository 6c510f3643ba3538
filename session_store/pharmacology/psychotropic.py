"""The psychotropic effect as scores: feeling high (VAS, 0 to 100) and the CADSS total (0 to 92). No item texts.

    VAS high = gain * min(95, 0.35 * Cven), at most 100
    CADSS    = gain * 0.09 * Cven * (1, from the second session on 0.7), rounded, at most 92

Cven is the total (S + R) venous concentration in ng/mL, the one the studies measured.
Source: all thirteen VAS items linear in venous concentration from 50 to 200 ng/mL, R 0.93 to 0.99 (Bowdle 1998,
Anesthesiology 88:82, n = 10 volunteers); the slope, the cap and the spread are ours. So are the CADSS slope, the
smaller effect after the first session and the 15 % who score 0: 0.5 mg/kg over 40 min gives a typical peak of 17, more
than the mean of 7.7 (SD 9.2) reported in mood disorder (n = 110).
Validity: adults, 0 to about 600 ng/mL. CADSS is owned by its authors: totals only.
"""

import numpy as np

from session_store.pharmacology.emax_model import Quantity

VAS_PER_NG_PER_ML = 0.35
VAS_TYPICAL_MAX = 95.0
VAS_LARGEST = 100.0
CADSS_PER_NG_PER_ML = 0.09
CADSS_LARGEST = 92.0
LATER_SESSION_FACTOR = 0.7
# Individual gains: lognormal, median 1 (ours); in CADSS this share of people has a gain of 0.
VAS_GAIN_CV = 0.50
CADSS_GAIN_CV = 0.90
CADSS_NEVER_SHARE = 0.15


def vas_high_points(venous_ng_per_ml: Quantity, gain: float | Quantity = 1.0) -> Quantity:
    """Feeling high on a visual analogue scale of 0 to 100, not rounded."""
    typical = np.minimum(VAS_PER_NG_PER_ML * venous_ng_per_ml, VAS_TYPICAL_MAX)
    points: Quantity = np.minimum(gain * typical, VAS_LARGEST)
    return points


def cadss_total(
    venous_ng_per_ml: Quantity,
    gain: float | Quantity = 1.0,
    is_first_session: float | Quantity = True,
) -> Quantity:
    """The CADSS total, a whole number of points; first session 1 (True), later 0."""
    habit = LATER_SESSION_FACTOR + (1 - LATER_SESSION_FACTOR) * is_first_session
    total: Quantity = np.minimum(np.round(CADSS_PER_NG_PER_ML * venous_ng_per_ml * gain * habit), CADSS_LARGEST)
    return total
