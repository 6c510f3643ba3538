"""What patients of a history say of their pain: true points, noise from one rating to the next, preferred digits."""

from typing import Any

import numpy as np
from numpy.random import Generator

from session_store.pharmacology.acute_analgesia import acute_relief
from session_store.pharmacology.lasting_analgesia import (
    lasting_relief,
    pain_points,
    placebo_points_left,
    slow_effect_site_after_doses,
)
from simulators.history.calendar import Dose, Visit, planned_area_s_ng_min_per_ml

# Test-retest (simulators.md 3.1); how often a preferred digit is said instead of its neighbour is ours.
RATING_SD_POINTS = 0.8
_PREFERRED, _PREFERRED_SHARE = (5, 7, 8), 0.25
_MM_A_POINT, _MM_SD = 10, 3.0
_DAY_S = 86_400


def lasting_share(visit: Visit, days_after: float, *, with_this_dose: bool) -> float:
    """The share of a responder's pain that the doses up to now take away so many days after the opening."""
    doses = list(visit.doses)
    if with_this_dose:
        doses.append(Dose(visit.opened_at, planned_area_s_ng_min_per_ml(visit.persona, visit.regimen)))
    if not doses:
        return 0.0
    days = np.array([(dose.at - visit.opened_at).total_seconds() / _DAY_S for dose in doses])
    areas = np.array([dose.area_s_ng_min_per_ml for dose in doses])
    return float(lasting_relief(slow_effect_site_after_doses(np.array([days_after]), days, areas))[0])


def true_points(
    visit: Visit, days_after: float, lasting: float, effect_site_s_ng_per_ml: float = 0.0, *, is_treated: bool = True
) -> float:
    """Pain from 0 to 10 so many days after the opening; the setting counts from the last session on."""
    me = visit.persona
    since = days_after if is_treated else _days_since_last(visit)
    placebo = 0.0 if since is None else float(placebo_points_left(me.effects.placebo_points, np.float64(since)))
    acute = float(acute_relief(np.float64(effect_site_s_ng_per_ml), me.drug_relief))
    return float(pain_points(np.float64(me.pain_points), me.effects.is_responder, np.float64(lasting), acute, placebo))


def _days_since_last(visit: Visit) -> float | None:
    return (visit.opened_at - visit.doses[-1].at).total_seconds() / _DAY_S if visit.doses else None


def said_score(instrument: str, points: float, generator: Generator) -> dict[str, Any]:
    """The score as charted, on NRS or VAS."""
    noisy = min(max(points + float(generator.normal(0.0, RATING_SD_POINTS)), 0.0), 10.0) if points > 0 else 0.0
    if instrument == "vas":
        millimetres = noisy * _MM_A_POINT + float(generator.normal(0.0, _MM_SD)) * (points > 0)
        return {"score_mm": round(min(max(millimetres, 0.0), 100.0))}
    said = round(noisy)
    near = [digit for digit in _PREFERRED if abs(digit - noisy) <= 1]
    if near and points > 0 and generator.random() < _PREFERRED_SHARE:
        said = near[0]
    return {"score_points": said}
