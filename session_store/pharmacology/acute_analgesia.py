"""Pain relief while the drug is there: a share of the pain, by the effect-site concentration of S-ketamine.

    relief = maximum * C / (C + 80 ng/mL),  maximum 0.5,  C = Ce - weight * 0.79 * C_NK, at least 0

Source: our calibration. Relief follows plasma closely (Noppers 2011, EJP 15:942), the analgesic range of total
ketamine is 70 to 160 ng/mL (Zanos 2018, table 1). Validity: adults with chronic pain, 0 to 600 ng/mL; relief differs by
the kind of pain (Sigtermans 2009), hyperalgesia after the stop is not modelled.

Norketamine counts nothing by default: Simons 2022 found no part of it. With a weight of 1 it opposes as in Olofsen
2012, where S-ketamine at 100 ng/mL took 3.8 cm off a scale of pain and S-norketamine at 50 ng/mL put 1.5 cm back; that
the opposition acts before the curve and never makes pain worse than without drug is ours.
"""

import numpy as np

from session_store.pharmacology.emax_model import Quantity, emax

MAX_RELIEF = 0.5
HALF_EFFECT_NG_PER_ML = 80.0
# What 1 ng/mL of S-norketamine takes from the effect of S-ketamine, in ng/mL of it (Olofsen 2012).
NORKETAMINE_OPPOSITION = (1.5 / 50) / (3.8 / 100)


def acute_relief(
    effect_site_s_ng_per_ml: Quantity,
    maximum: float | Quantity = MAX_RELIEF,
    norketamine_s_ng_per_ml: float | Quantity = 0.0,
    norketamine_weight: float = 0.0,
) -> Quantity:
    """The share of the pain that is gone, 0 to `maximum` (0 to 1).

    `norketamine_weight`: how much of the published opposition of arterial S-norketamine counts, 0 to 1.
    """
    opposed = norketamine_weight * NORKETAMINE_OPPOSITION * norketamine_s_ng_per_ml
    unopposed: Quantity = np.maximum(effect_site_s_ng_per_ml - opposed, 0.0)
    return maximum * emax(unopposed, 1.0, HALF_EFFECT_NG_PER_ML)
