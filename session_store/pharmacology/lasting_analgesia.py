"""Pain relief that outlasts the drug by weeks: a very slow effect site of S-ketamine.

    dCL/dt = (ln 2 / 10.9 d) * (C_S - CL)             lasting relief = CL / (CL + 10.5 ng/mL)
    NRS = NRS0 * (1 - lasting relief) * (1 - acute relief)                      in responders
    NRS = NRS0 - placebo points * 0.5 ^ (days since the last session / 28)      in the others who react to the setting

Source: Dahan 2011 (EJP 15:258, 60 patients with CRPS-1, 100 h of S-ketamine 5 to 20 mg/h/70 kg): C50 10.5 (SE 4.8,
CI 4.4 to 21.2) ng/mL of S, onset = offset half-life 10.9 (SE 4.0, CI 5.3 to 20.5) days, chance of analgesia 67 (10) %
with drug, 23 (9) % with placebo. The functional form is ours; so is the placebo process: 1 to 2 points, half of it gone
after 28 days. A responder whom the setting would help more gets that instead, so that a small dose is never worse
than none. The placebo arm of the trial in CRPS-1 ended week 1 at 5.45, about 1.5 under its start (Sigtermans 2009);
this process gives 0.35, what else lowers a placebo arm is left out. C_S: arterial S-ketamine, ng/mL.
Validity: adults with CRPS-1; that other pain behaves alike is assumed.
"""

import math

import numpy as np
from scipy.integrate import cumulative_trapezoid

from session_store.pharmacology.emax_model import FloatArray, Quantity, emax

HALF_LIFE_DAYS = 10.9
HALF_EFFECT_NG_PER_ML = 10.5
RESPONDER_SHARE = 0.67
PLACEBO_RESPONDER_SHARE = 0.23
LEAST_PLACEBO_POINTS, MOST_PLACEBO_POINTS = 1.0, 2.0
PLACEBO_HALF_LIFE_DAYS = 28.0
MINUTES_PER_DAY = 1440.0
SLOW_RATE_PER_MIN = math.log(2) / (HALF_LIFE_DAYS * MINUTES_PER_DAY)


def slow_effect_site_ng_per_ml(minutes: FloatArray, arterial_s_ng_per_ml: FloatArray) -> FloatArray:
    """CL along an arterial curve sampled at ascending minutes (last axis), 0 at the first; at most some 50 years.

    Trapezia between the samples: take them where the curve bends.
    """
    growth = np.exp(SLOW_RATE_PER_MIN * (minutes - minutes[0]))
    area = cumulative_trapezoid(growth * arterial_s_ng_per_ml, minutes, initial=0)
    return np.asarray(SLOW_RATE_PER_MIN * area / growth, dtype=np.float64)


def slow_effect_site_after_doses(
    at_days: FloatArray, dose_days: FloatArray, areas_s_ng_min_per_ml: FloatArray
) -> FloatArray:
    """CL at some days of a course of short infusions: each adds rate * area at its middle and decays.

    The area of an infusion is its S dose over the S clearance. Hours are nothing to a half-life of days: against the
    full curve CL is off by less than 1 % from a day after a session on. Doses and areas may have leading axes, one a
    patient.
    """
    days_since = at_days[:, np.newaxis] - dose_days[..., np.newaxis, :]
    left = np.where(days_since >= 0, np.exp2(-np.maximum(days_since, 0.0) / HALF_LIFE_DAYS), 0.0)
    return np.asarray(SLOW_RATE_PER_MIN * (left * areas_s_ng_min_per_ml[..., np.newaxis, :]).sum(-1), dtype=np.float64)


def lasting_relief(slow_effect_site_ng_per_ml: Quantity) -> Quantity:
    """The share of the pain that is gone in a responder."""
    return emax(slow_effect_site_ng_per_ml, 1.0, HALF_EFFECT_NG_PER_ML)


def placebo_points_left(placebo_points: float | Quantity, days_since_last_session: Quantity) -> Quantity:
    """What the setting still takes off an NRS, `days_since_last_session` not negative; the same with every drug."""
    left: Quantity = placebo_points * np.exp2(-days_since_last_session / PLACEBO_HALF_LIFE_DAYS)
    return left


def pain_points(
    baseline_points: Quantity,
    is_responder: float | Quantity,
    lasting: Quantity,
    acute: float | Quantity = 0.0,
    placebo_points: float | Quantity = 0.0,
) -> Quantity:
    """Pain from 0 to 10 without noise, not rounded. `is_responder` is 1 or 0, reliefs are shares, placebo in points."""
    by_drug = is_responder * baseline_points * (1 - (1 - lasting) * (1 - acute))
    points: Quantity = np.maximum(baseline_points - np.maximum(by_drug, placebo_points), 0.0)
    return points
