"""Concentration curves of a typical person, for the tests of the effects."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from session_store.pharmacology.emax_model import FloatArray
from session_store.pharmacology.linear_model import RateStep, trajectory
from session_store.pharmacology.racemic_ketamine import RACEMIC_S_SHARE, ketamine_model

WEIGHT_KG = 70.0


@dataclass(frozen=True)
class Curves:
    minutes: FloatArray
    arterial_s: FloatArray
    venous: FloatArray
    effect_site_s: FloatArray

    def area_ng_min_per_ml(self) -> float:
        return float(np.trapezoid(self.effect_site_s, self.minutes))


def sessions(days: Iterable[float], mg_per_h: float, minutes: float) -> list[RateStep]:
    """The same infusion from the start of each day on."""
    return [
        step for day in days for step in (RateStep(day * 1440.0, mg_per_h / 60), RateStep(day * 1440.0 + minutes, 0.0))
    ]


def curves(
    rates: Sequence[RateStep], until_min: float, every_min: float = 1.0, s_share: float = RACEMIC_S_SHARE
) -> Curves:
    minutes = np.arange(0.0, until_min + every_min / 2, every_min)
    model = ketamine_model(WEIGHT_KG, s_share=s_share)
    seen = [model.concentrations(state) for state in trajectory(model.system, minutes.tolist(), rates)]
    return Curves(
        minutes,
        np.array([each.arterial_s_ng_per_ml for each in seen]),
        np.array([each.venous_ng_per_ml for each in seen]),
        np.array([each.effect_site_s_ng_per_ml for each in seen]),
    )
