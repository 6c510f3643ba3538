"""A linear model with its readings: which weights on the state give ketamine and norketamine at a sampling site.

A reading is a row vector; concentration = reading @ state, in ng/mL of base. So areas, populations and trajectories
come from the same rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from session_store.pharmacology.compartments import Disposition, rate_matrix_per_min
from session_store.pharmacology.linear_model import FloatArray, LinearModel
from session_store.pharmacology.norketamine_chain import NG_PER_ML_PER_MG_PER_L, NorketamineChain, add_chain
from session_store.pharmacology.racemic_ketamine import KetamineModel


class Site(StrEnum):
    """Where a blood sample is taken."""

    ARTERIAL = "arterial"
    VENOUS = "venous"


@dataclass(frozen=True, slots=True)
class Part:
    """One enantiomer (or the racemate as a whole): its share of a dose and where it goes."""

    dose_share: float
    ketamine: Disposition
    norketamine: NorketamineChain | None = None


@dataclass(frozen=True, slots=True)
class ConcentrationModel:
    """The system of one person and its readings by site; `norketamine` is empty where the model has none."""

    system: LinearModel
    ketamine: Mapping[Site, FloatArray]
    norketamine: Mapping[Site, FloatArray]
    in_body: FloatArray
    eliminated: FloatArray


def from_parts(parts: Sequence[Part]) -> ConcentrationModel:
    """The system of a model that has one site: both sites read the same."""
    size = sum(_size(part) for part in parts) + 1
    matrix, weights = np.zeros((size, size)), np.zeros(size)
    ketamine, norketamine = np.zeros(size), np.zeros(size)
    first, eliminated = 0, size - 1
    for part in parts:
        after = first + part.ketamine.size
        matrix[first:after, first:after] = rate_matrix_per_min(part.ketamine)
        matrix[eliminated, first] = part.ketamine.cl_l_per_min / part.ketamine.v1_l
        weights[first] = part.dose_share
        ketamine[first] = NG_PER_ML_PER_MG_PER_L / part.ketamine.v1_l
        if part.norketamine is not None:
            central = add_chain(matrix, part.norketamine, part.ketamine, first, after, eliminated)
            norketamine[central] = part.norketamine.ng_per_ml_per_mg
        first += _size(part)
    in_body = np.ones(size)
    in_body[eliminated] = 0.0
    has_norketamine = all(part.norketamine is not None for part in parts)
    return ConcentrationModel(
        LinearModel(matrix, weights),
        dict.fromkeys(Site, ketamine),
        dict.fromkeys(Site, norketamine) if has_norketamine else {},
        in_body,
        1.0 - in_body,
    )


def _size(part: Part) -> int:
    return part.ketamine.size + (0 if part.norketamine is None else part.norketamine.size)


def from_ground_truth(model: KetamineModel) -> ConcentrationModel:
    """The ground truth, whose sites differ. Its readings are taken from what it says of each unit state."""
    units = np.eye(len(model.system.input_weights))
    read = [model.concentrations(unit) for unit in units]
    has_norketamine = model.norketamine is not None
    norketamine = {
        Site.ARTERIAL: np.array([one.arterial_norketamine_ng_per_ml for one in read]),
        Site.VENOUS: np.array([one.venous_norketamine_ng_per_ml for one in read]),
    }
    return ConcentrationModel(
        model.system,
        {
            Site.ARTERIAL: np.array([one.arterial_ng_per_ml for one in read]),
            Site.VENOUS: np.array([one.venous_ng_per_ml for one in read]),
        },
        norketamine if has_norketamine else {},
        np.array([model.in_body_mg(unit) for unit in units]),
        np.array([model.eliminated_mg(unit) for unit in units]),
    )
