"""Otto 2021: norketamine behind the S-ketamine model of Fanta 2015.

Source: Otto et al., Eur J Clin Pharmacol 2021;77:1181, table 3 and supplement, as in nlmixr2lib. Population: 48
healthy volunteers (CHDR1311, CHDR1016), venous samples. All cleared S-ketamine becomes S-norketamine at once (share
1, no transit). The source carries ketamine's mass into norketamine without the ratio of the molecular weights and
fits the volume to norketamine as measured, so the concentration needs no factor and CL * AUC is the dose. V and CL go
with weight as in the parent, the peripheral terms do not. The same chain behind R-ketamine is ours. Not for dosing.
"""

from session_store.pharmacology.compartments import REFERENCE_WEIGHT_KG, Disposition, checked_weight_kg
from session_store.pharmacology.individual import TYPICAL, IndividualScale, LogSpread
from session_store.pharmacology.norketamine_chain import NorketamineChain

V_L = 98.6
CL_L_PER_MIN = 57.7 / 60
PERIPHERAL_V_L = 160.0
Q_L_PER_MIN = 42.8 / 60
VOLUME_EXPONENT = 1.0
FLOW_EXPONENT = 0.75
FORMED_SHARE = 1.0

# Both blocks as published; the parent's was estimated anew by Otto.
LOG_SPREAD = LogSpread(
    "Otto 2021",
    v1=0.0842,
    cl=0.0260,
    covariance_v1_cl=0.0226,
    v_norketamine=0.0404,
    cl_norketamine=0.103,
    covariance_norketamine=0.0446,
)


def norketamine(weight_kg: float, individual: IndividualScale = TYPICAL) -> NorketamineChain:
    """The chain behind one enantiomer at a body weight. Raises `ValueError` outside 20 to 350 kg."""
    relative = checked_weight_kg(weight_kg) / REFERENCE_WEIGHT_KG
    disposition = Disposition(
        v1_l=V_L * relative**VOLUME_EXPONENT * individual.v_norketamine,
        cl_l_per_min=CL_L_PER_MIN * relative**FLOW_EXPONENT * individual.cl_norketamine,
        v2_l=PERIPHERAL_V_L,
        q2_l_per_min=Q_L_PER_MIN,
    )
    return NorketamineChain(disposition, FORMED_SHARE)
