"""The ground truth: both enantiomers, norketamine, venous layer and effect site as one system that steps exactly.

A racemic dose enters half as S and half as R (`simons2022`); esketamine enters as S alone. The effect site and the
slow venous delays are rows of the same matrix; one more row sums what was eliminated, so that mass balance is read
from the state. Amounts in mg (norketamine in mg of ketamine), concentrations in ng/mL of base, time in min.

Norketamine is asked for: without it the system is half as large, which is what a simulated chair steps. That a venous
sample shows norketamine as late as ketamine (`venous_layer`) is ours.
"""

from dataclasses import dataclass

import numpy as np

from session_store.pharmacology import haemodynamics, simons2022, venous_layer
from session_store.pharmacology.compartments import Disposition, rate_matrix_per_min
from session_store.pharmacology.individual import TYPICAL, IndividualScale
from session_store.pharmacology.linear_model import FloatArray, LinearModel
from session_store.pharmacology.norketamine_chain import NG_PER_ML_PER_MG_PER_L, NorketamineChain, add_chain

RACEMIC_S_SHARE = 0.5
ESKETAMINE_S_SHARE = 1.0

_S, _R, _EFFECT_SITE, _VENOUS_SLOW, _ELIMINATED, _SIZE = 0, 3, 6, 7, 8, 9


@dataclass(frozen=True, slots=True)
class Concentrations:
    """What one state means, in ng/mL; norketamine is 0 where the model was made without it."""

    arterial_s_ng_per_ml: float
    arterial_ng_per_ml: float
    venous_ng_per_ml: float
    effect_site_s_ng_per_ml: float
    arterial_norketamine_ng_per_ml: float = 0.0
    venous_norketamine_ng_per_ml: float = 0.0
    arterial_s_norketamine_ng_per_ml: float = 0.0


@dataclass(frozen=True, slots=True)
class NorketamineStates:
    """Where norketamine stands in a state: the chains from `first` on, both central compartments, the venous delay."""

    first: int
    s_central: int
    r_central: int
    venous_slow: int
    ng_per_ml_per_mg: float


@dataclass(frozen=True, slots=True)
class KetamineModel:
    """The system of one person; `state` below is always a vector made by `system`."""

    system: LinearModel
    s_central_l: float
    r_central_l: float
    norketamine: NorketamineStates | None = None

    def concentrations(self, state: FloatArray) -> Concentrations:
        """Concentrations in one state."""
        arterial_s = float(state[_S]) / self.s_central_l * NG_PER_ML_PER_MG_PER_L
        arterial_r = float(state[_R]) / self.r_central_l * NG_PER_ML_PER_MG_PER_L
        arterial = arterial_s + arterial_r
        venous = venous_layer.venous_ng_per_ml(arterial, float(state[_VENOUS_SLOW]))
        return Concentrations(
            arterial_s, arterial, venous, float(state[_EFFECT_SITE]), *self._norketamine_ng_per_ml(state)
        )

    def _norketamine_ng_per_ml(self, state: FloatArray) -> tuple[float, float, float]:
        where = self.norketamine
        if where is None:
            return 0.0, 0.0, 0.0
        arterial_s = float(state[where.s_central]) * where.ng_per_ml_per_mg
        arterial = arterial_s + float(state[where.r_central]) * where.ng_per_ml_per_mg
        return arterial, venous_layer.venous_ng_per_ml(arterial, float(state[where.venous_slow])), arterial_s

    def in_body_mg(self, state: FloatArray) -> float:
        """Drug in all compartments, norketamine as the ketamine it came from."""
        ketamine = float(state[_S:_EFFECT_SITE].sum())
        where = self.norketamine
        return ketamine if where is None else ketamine + float(state[where.first : where.venous_slow].sum())

    def eliminated_mg(self, state: FloatArray) -> float:
        """Drug cleared so far; with norketamine, what has left as neither of the two."""
        return float(state[_ELIMINATED])


def ketamine_model(
    weight_kg: float,
    individual: IndividualScale = TYPICAL,
    s_share: float = RACEMIC_S_SHARE,
    *,
    with_norketamine: bool = False,
) -> KetamineModel:
    """The system of a person of `weight_kg`. Raises `ValueError` for a weight or share that cannot be."""
    if not 0 <= s_share <= 1:
        raise ValueError(f"share of S {s_share} is outside 0 to 1")
    s_part = simons2022.s_ketamine(weight_kg, individual)
    r_part = simons2022.r_ketamine(weight_kg, individual)
    chain = simons2022.norketamine(weight_kg, individual)
    size = _SIZE + 2 * chain.size + 1 if with_norketamine else _SIZE
    matrix = np.zeros((size, size))
    matrix[_S:_R, _S:_R] = rate_matrix_per_min(s_part)
    matrix[_R:_EFFECT_SITE, _R:_EFFECT_SITE] = rate_matrix_per_min(r_part)
    _add_observers(matrix, s_part, r_part)
    norketamine = _add_norketamine(matrix, chain, s_part, r_part) if with_norketamine else None
    weights = np.zeros(size)
    weights[_S], weights[_R] = s_share, 1 - s_share
    return KetamineModel(LinearModel(matrix, weights), s_part.v1_l, r_part.v1_l, norketamine)


def _add_observers(matrix: FloatArray, s_part: Disposition, r_part: Disposition) -> None:
    """Rows that follow the central amounts without taking from them."""
    s_per_mg = NG_PER_ML_PER_MG_PER_L / s_part.v1_l
    r_per_mg = NG_PER_ML_PER_MG_PER_L / r_part.v1_l
    matrix[_EFFECT_SITE, _S] = haemodynamics.EFFECT_SITE_RATE_PER_MIN * s_per_mg
    matrix[_EFFECT_SITE, _EFFECT_SITE] = -haemodynamics.EFFECT_SITE_RATE_PER_MIN
    matrix[_VENOUS_SLOW, _S] = venous_layer.SLOW_RATE_PER_MIN * s_per_mg
    matrix[_VENOUS_SLOW, _R] = venous_layer.SLOW_RATE_PER_MIN * r_per_mg
    matrix[_VENOUS_SLOW, _VENOUS_SLOW] = -venous_layer.SLOW_RATE_PER_MIN
    matrix[_ELIMINATED, _S] = s_part.cl_l_per_min / s_part.v1_l
    matrix[_ELIMINATED, _R] = r_part.cl_l_per_min / r_part.v1_l


def _add_norketamine(
    matrix: FloatArray, chain: NorketamineChain, s_part: Disposition, r_part: Disposition
) -> NorketamineStates:
    """Both chains after the states of ketamine, then the venous delay of their sum."""
    s_central = add_chain(matrix, chain, s_part, central=_S, first=_SIZE, eliminated=_ELIMINATED)
    r_central = add_chain(matrix, chain, r_part, central=_R, first=_SIZE + chain.size, eliminated=_ELIMINATED)
    slow = len(matrix) - 1
    matrix[slow, [s_central, r_central]] = venous_layer.SLOW_RATE_PER_MIN * chain.ng_per_ml_per_mg
    matrix[slow, slow] = -venous_layer.SLOW_RATE_PER_MIN
    return NorketamineStates(_SIZE, s_central, r_central, slow, chain.ng_per_ml_per_mg)
