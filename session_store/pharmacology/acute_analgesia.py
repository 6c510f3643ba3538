"""Pain relief while the drug is there: a share of the pain, by the effect-site concentration of S-ketamine.

    relief = maximum * Ce / (Ce + 80 ng/mL),  maximum 0.5

Source: our calibration. Relief follows plasma closely (Noppers 2011, EJP 15:942), the analgesic range of total
ketamine is 70 to 160 ng/mL (Zanos 2018, table 1). Validity: adults with chronic pain, 0 to 600 ng/mL; relief differs by
the kind of pain (Sigtermans 2009), hyperalgesia after the stop is not modelled, norketamine counts nothing (Olofsen
2012 found that it opposes, Simons 2022 found nothing).
"""

from session_store.pharmacology.emax_model import Quantity, emax

MAX_RELIEF = 0.5
HALF_EFFECT_NG_PER_ML = 80.0


def acute_relief(effect_site_s_ng_per_ml: Quantity, maximum: float | Quantity = MAX_RELIEF) -> Quantity:
    """The share of the pain that is gone, 0 to `maximum` (0 to 1)."""
    return maximum * emax(effect_site_s_ng_per_ml, 1.0, HALF_EFFECT_NG_PER_ML)
