"""Both enantiomers, the venous layer and the effect site as one linear system that steps exactly.

A racemic dose enters half as S and half as R (`simons2022`); esketamine enters as S alone. The effect site and the
slow venous delay are rows of the same matrix; one more row sums what was eliminated, so that mass balance is read
from the state. Amounts in mg, concentrations in ng/mL of ketamine base, time in min.
"""

from dataclasses import dataclass

import numpy as np

from session_store.pharmacology import haemodynamics, simons2022, venous_layer
from session_store.pharmacology.linear_model import FloatArray, LinearModel
from session_store.pharmacology.simons2022 import Disposition, IndividualScale

RACEMIC_S_SHARE = 0.5
ESKETAMINE_S_SHARE = 1.0

_NG_PER_ML_PER_MG_PER_L = 1000.0
_S, _R, _EFFECT_SITE, _VENOUS_SLOW, _ELIMINATED, _SIZE = 0, 3, 6, 7, 8, 9


@dataclass(frozen=True, slots=True)
class Concentrations:
    """What one state means, in ng/mL."""

    arterial_s_ng_per_ml: float
    arterial_ng_per_ml: float
    venous_ng_per_ml: float
    effect_site_s_ng_per_ml: float


@dataclass(frozen=True, slots=True)
class KetamineModel:
    """The system of one person; `state` below is always a vector made by `system`."""

    system: LinearModel
    s_central_l: float
    r_central_l: float

    def concentrations(self, state: FloatArray) -> Concentrations:
        """Concentrations in one state."""
        arterial_s = float(state[_S]) / self.s_central_l * _NG_PER_ML_PER_MG_PER_L
        arterial_r = float(state[_R]) / self.r_central_l * _NG_PER_ML_PER_MG_PER_L
        arterial = arterial_s + arterial_r
        venous = venous_layer.venous_ng_per_ml(arterial, float(state[_VENOUS_SLOW]))
        return Concentrations(arterial_s, arterial, venous, float(state[_EFFECT_SITE]))

    def in_body_mg(self, state: FloatArray) -> float:
        """Drug in all compartments."""
        return float(state[_S:_EFFECT_SITE].sum())

    def eliminated_mg(self, state: FloatArray) -> float:
        """Drug cleared so far."""
        return float(state[_ELIMINATED])


def ketamine_model(
    weight_kg: float,
    individual: IndividualScale = simons2022.TYPICAL,
    s_share: float = RACEMIC_S_SHARE,
) -> KetamineModel:
    """The system of a person of `weight_kg`. Raises `ValueError` for a weight or share that cannot be."""
    if not 0 <= s_share <= 1:
        raise ValueError(f"share of S {s_share} is outside 0 to 1")
    s_part = simons2022.s_ketamine(weight_kg, individual)
    r_part = simons2022.r_ketamine(weight_kg, individual)
    matrix = np.zeros((_SIZE, _SIZE))
    matrix[_S:_R, _S:_R] = simons2022.rate_matrix_per_min(s_part)
    matrix[_R:_EFFECT_SITE, _R:_EFFECT_SITE] = simons2022.rate_matrix_per_min(r_part)
    _add_observers(matrix, s_part, r_part)
    weights = np.zeros(_SIZE)
    weights[_S], weights[_R] = s_share, 1 - s_share
    return KetamineModel(LinearModel(matrix, weights), s_part.v1_l, r_part.v1_l)


def _add_observers(matrix: FloatArray, s_part: Disposition, r_part: Disposition) -> None:
    """Rows that follow the central amounts without taking from them."""
    s_per_mg = _NG_PER_ML_PER_MG_PER_L / s_part.v1_l
    r_per_mg = _NG_PER_ML_PER_MG_PER_L / r_part.v1_l
    matrix[_EFFECT_SITE, _S] = haemodynamics.EFFECT_SITE_RATE_PER_MIN * s_per_mg
    matrix[_EFFECT_SITE, _EFFECT_SITE] = -haemodynamics.EFFECT_SITE_RATE_PER_MIN
    matrix[_VENOUS_SLOW, _S] = venous_layer.SLOW_RATE_PER_MIN * s_per_mg
    matrix[_VENOUS_SLOW, _R] = venous_layer.SLOW_RATE_PER_MIN * r_per_mg
    matrix[_VENOUS_SLOW, _VENOUS_SLOW] = -venous_layer.SLOW_RATE_PER_MIN
    matrix[_ELIMINATED, _S] = s_part.cl_l_per_min / s_part.v1_l
    matrix[_ELIMINATED, _R] = r_part.cl_l_per_min / r_part.v1_l
