"""The saturating concentration-effect curve that most effects here share: E = Emax * C / (C + C50).

It takes one person (floats) or a population (arrays), and gives the same kind back.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
# One person or an array of persons.
Quantity = TypeVar("Quantity", float, FloatArray)


def emax(concentration_ng_per_ml: Quantity, maximum: float, half_effect_ng_per_ml: float) -> Quantity:
    """The effect at a concentration (not negative), in the unit of `maximum`."""
    return maximum * concentration_ng_per_ml / (concentration_ng_per_ml + half_effect_ng_per_ml)
