"""Norketamine behind one enantiomer: a share of what is cleared, after a delay, in two compartments of its own.

The states carry ketamine's mass (mg), so that what was given is always in the body or eliminated, to the last digit.
What leaves the norketamine compartments, and the share that forms something else, counts as eliminated;
hydroxynorketamine is not modelled. Two equal transit compartments make the matrix defective: step it by `expm`, never
by eigenvectors.
"""

from dataclasses import dataclass

from session_store.pharmacology.compartments import Disposition, rate_matrix_per_min
from session_store.pharmacology.linear_model import FloatArray

KETAMINE_G_PER_MOL = 237.73
NORKETAMINE_G_PER_MOL = 223.70
NG_PER_ML_PER_MG_PER_L = 1000.0


@dataclass(frozen=True, slots=True)
class NorketamineChain:
    """`formed_share` of the clearance becomes norketamine after `transits` compartments of `transit_min` in all.

    `mass_ratio` turns a concentration of ketamine's mass into one of norketamine.
    """

    disposition: Disposition
    formed_share: float
    transits: int = 0
    transit_min: float = 0.0
    mass_ratio: float = 1.0

    @property
    def size(self) -> int:
        """How many states: the transits, then norketamine's compartments."""
        return self.transits + self.disposition.size

    @property
    def ng_per_ml_per_mg(self) -> float:
        """Concentration of norketamine for each mg in its central compartment."""
        return self.mass_ratio * NG_PER_ML_PER_MG_PER_L / self.disposition.v1_l


def add_chain(
    matrix: FloatArray, chain: NorketamineChain, ketamine: Disposition, central: int, first: int, eliminated: int
) -> int:
    """Writes the chain into the system's matrix and returns the state of norketamine's central compartment.

    `central` is the state of ketamine's central compartment, `first` the first of the chain's states, `eliminated` the
    state that sums what has left. The outflow from `central` itself is already there.
    """
    cleared_per_min = ketamine.cl_l_per_min / ketamine.v1_l
    matrix[eliminated, central] = (1 - chain.formed_share) * cleared_per_min
    source, flow_per_min = central, chain.formed_share * cleared_per_min
    for transit in range(first, first + chain.transits):
        matrix[transit, source] = flow_per_min
        source, flow_per_min = transit, chain.transits / chain.transit_min
        matrix[transit, transit] = -flow_per_min
    norketamine, end = first + chain.transits, first + chain.size
    matrix[norketamine:end, norketamine:end] = rate_matrix_per_min(chain.disposition)
    matrix[norketamine, source] = flow_per_min
    matrix[eliminated, norketamine] = chain.disposition.cl_l_per_min / chain.disposition.v1_l
    return norketamine
