"""Depth of sedation on the MOAA/S scale (5 awake to 0 unarousable), by thresholds on the S-ketamine effect site.

    C  = Ce + sensitivity * (300 * midazolam load + 150 * opioid load)
    level 4 from 150, 3 from 300, 2 from 600, 1 from 1200, 0 from 2400 ng/mL, each times the person's scale

Source: ours. The first three thresholds and their spread (40 %) are a choice that leaves people awake or drowsy (5 to
3) at the rates of an infusion clinic and asleep near the total of 1200 to 2400 ng/mL of anaesthesia (Zanos 2018, table
1); the last two go on doubling. Co-medication counts as so much more ketamine; the loads come from `co_medication`.
One scale moves all thresholds of a person, so that levels never change places.

RASS for charting is MOAA/S - 5: MOAA/S 5 is 0, 4 is -1, 3 is -2, 2 is -3, 1 is -4, 0 is -5. The two scales ask
different questions; the pairing is ours and agrees with the alert table, which treats MOAA/S 4 as RASS -1 and 3 as -2.
Validity: adults, demonstration. Dissociation can look like sedation; agitation is not modelled.
"""

from typing import overload

import numpy as np

from session_store.pharmacology.emax_model import FloatArray, IntArray, Quantity

AWAKE = 5
THRESHOLDS_NG_PER_ML = (150.0, 300.0, 600.0, 1200.0, 2400.0)
MIDAZOLAM_NG_PER_ML_PER_LOAD = 300.0
OPIOID_NG_PER_ML_PER_LOAD = 150.0
# The scale of one person's thresholds: lognormal, median 1.
THRESHOLD_CV = 0.40


def sedative_ng_per_ml(
    effect_site_s_ng_per_ml: Quantity,
    midazolam_load: float | Quantity = 0.0,
    opioid_load: float | Quantity = 0.0,
    sensitivity: float | Quantity = 1.0,
) -> Quantity:
    """Ketamine and co-medication as S-ketamine of the same sedative effect."""
    added = MIDAZOLAM_NG_PER_ML_PER_LOAD * midazolam_load + OPIOID_NG_PER_ML_PER_LOAD * opioid_load
    return effect_site_s_ng_per_ml + sensitivity * added


@overload
def moaas_level(sedative_ng_per_ml: float, threshold_scale: float = 1.0) -> int: ...
@overload
def moaas_level(sedative_ng_per_ml: FloatArray, threshold_scale: float | FloatArray = 1.0) -> IntArray: ...
def moaas_level(sedative_ng_per_ml: float | FloatArray, threshold_scale: float | FloatArray = 1.0) -> int | IntArray:
    """The level of one person, or of each of a population. See `sedative_ng_per_ml`."""
    relative = np.asarray(sedative_ng_per_ml / threshold_scale, dtype=np.float64)
    levels = AWAKE - np.searchsorted(THRESHOLDS_NG_PER_ML, relative, side="right")
    return int(levels) if levels.ndim == 0 else levels


def rass_for_charting(moaas: int) -> int:
    """The RASS level that a nurse charts for a MOAA/S level. Raises `ValueError` outside 0 to 5."""
    if not 0 <= moaas <= AWAKE:
        raise ValueError(f"MOAA/S level {moaas} is outside 0 to {AWAKE}")
    return moaas - AWAKE
