"""Simons 2022: arterial S-ketamine in three compartments, S-norketamine behind it.

Source: Simons et al., Front Pain Res 2022;3:946486, disposition as printed at 70 kg.
Population: 20 healthy adult volunteers, arterial samples, S-ketamine infusions of sub-anaesthetic size.
Validity: adults; allometric scaling to other weights (volumes 1, flows 0.75) is assumed by us. Not for children, not
for venous samples (see `venous_layer`), not for dosing. R-ketamine: the same disposition with the clearance ratio
R/S of `persson2002`, 0.83; the combination, and the same norketamine chain behind R, are ours.

Norketamine: 80 % of what is cleared, through two equal transit compartments of 20.1 min in all, into the volume of
ketamine's V1. Amounts are carried in ketamine's mass, moles kept, so that norketamine is 223.70 / 237.73 of it. The
70 % of cleared norketamine that goes on to hydroxynorketamine is not followed: no effect here depends on it.
"""

from session_store.pharmacology import persson2002
from session_store.pharmacology.compartments import REFERENCE_WEIGHT_KG, Disposition, checked_weight_kg, of_person
from session_store.pharmacology.individual import TYPICAL as TYPICAL
from session_store.pharmacology.individual import IndividualScale as IndividualScale
from session_store.pharmacology.individual import LogSpread
from session_store.pharmacology.norketamine_chain import KETAMINE_G_PER_MOL, NORKETAMINE_G_PER_MOL, NorketamineChain

V1_L = 11.6
V2_L = 39.0
V3_L = 174.0
CL_L_PER_MIN = 1.48
Q2_L_PER_MIN = 2.43
Q3_L_PER_MIN = 1.21
VOLUME_EXPONENT = 1.0
FLOW_EXPONENT = 0.75

NORKETAMINE_SHARE = 0.8
TRANSITS = 2
TRANSIT_MIN = 20.1
NORKETAMINE_PERIPHERAL_V_L = 221.0
NORKETAMINE_CL_L_PER_MIN = 1.00
NORKETAMINE_Q_L_PER_MIN = 2.63

# Published variances on the log scale: between people, for the transit also between occasions.
LOG_VARIANCE_V1 = 0.057
LOG_VARIANCE_CL = 0.029
LOG_VARIANCE_Q3 = 0.026
LOG_VARIANCE_NORKETAMINE_CL = 0.050
LOG_VARIANCE_TRANSIT = 0.021
LOG_VARIANCE_TRANSIT_OCCASION = 0.751

LOG_SPREAD = LogSpread(
    "Simons 2022",
    v1=LOG_VARIANCE_V1,
    cl=LOG_VARIANCE_CL,
    q3=LOG_VARIANCE_Q3,
    cl_norketamine=LOG_VARIANCE_NORKETAMINE_CL,
    transit=LOG_VARIANCE_TRANSIT + LOG_VARIANCE_TRANSIT_OCCASION,
)


def s_ketamine(weight_kg: float, individual: IndividualScale = TYPICAL) -> Disposition:
    """Disposition of S-ketamine at a body weight. Raises `ValueError` outside 20 to 350 kg."""
    relative = checked_weight_kg(weight_kg) / REFERENCE_WEIGHT_KG
    volume, flow = relative**VOLUME_EXPONENT, relative**FLOW_EXPONENT
    typical = Disposition(
        v1_l=V1_L * volume,
        cl_l_per_min=CL_L_PER_MIN * flow,
        v2_l=V2_L * volume,
        q2_l_per_min=Q2_L_PER_MIN * flow,
        v3_l=V3_L * volume,
        q3_l_per_min=Q3_L_PER_MIN * flow,
    )
    return of_person(typical, individual)


def r_ketamine(weight_kg: float, individual: IndividualScale = TYPICAL) -> Disposition:
    """Disposition of R-ketamine: that of S-ketamine with the clearance of Persson 2002."""
    return s_ketamine(weight_kg, persson2002.r_scale(individual))


def norketamine(weight_kg: float, individual: IndividualScale = TYPICAL) -> NorketamineChain:
    """The chain behind one enantiomer. Its volume is that of ketamine's V1, the person's factor included."""
    relative = checked_weight_kg(weight_kg) / REFERENCE_WEIGHT_KG
    volume, flow = relative**VOLUME_EXPONENT, relative**FLOW_EXPONENT
    disposition = Disposition(
        v1_l=V1_L * volume * individual.v1,
        cl_l_per_min=NORKETAMINE_CL_L_PER_MIN * flow * individual.cl_norketamine,
        v2_l=NORKETAMINE_PERIPHERAL_V_L * volume,
        q2_l_per_min=NORKETAMINE_Q_L_PER_MIN * flow,
    )
    return NorketamineChain(
        disposition,
        NORKETAMINE_SHARE,
        TRANSITS,
        TRANSIT_MIN * individual.transit,
        mass_ratio=NORKETAMINE_G_PER_MOL / KETAMINE_G_PER_MOL,
    )
