"""What a venous blood sample shows while the artery carries the model: one fast share and one slow delay.

    Cven = 0.41 * Cart + 0.59 * Cslow        dCslow/dt = (ln 2 / 45 min) * (Cart - Cslow)

Source: structure after Kamp 2020 (Anesthesiology 133:1192, venous delay compartments behind an arterial model), the
fast delay taken as zero; both constants are our calibration to the venous medians of Otto 2021 (EJCP 77:1181) and to
the peak of 185 ng/mL after 0.5 mg/kg over 40 min (Zarate 2006 in Zanos 2018). Validity: adults at rest, forearm vein.
"""

import math

FAST_SHARE = 0.41
SLOW_HALF_TIME_MIN = 45.0
SLOW_RATE_PER_MIN = math.log(2) / SLOW_HALF_TIME_MIN


def venous_ng_per_ml(arterial_ng_per_ml: float, slow_ng_per_ml: float) -> float:
    """The concentration in a venous sample from the arterial and the delayed one."""
    return FAST_SHARE * arterial_ng_per_ml + (1 - FAST_SHARE) * slow_ng_per_ml
