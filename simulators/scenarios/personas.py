"""Patients of the scenarios: what a story needs of them; all else is drawn from the scenario's seed."""

from collections.abc import Mapping
from typing import Any

# Far from every limit, and near the average in how the drug acts, so that what comes up is the story's.
USUAL: Mapping[str, Any] = {
    "age_years": 46,
    "condition": "CRPS",
    "weight_kg": 72.0,
    "weight_basis": "measured",
    "heart_rate_per_min": 72.0,
    "systolic_mmhg": 120.0,
    "diastolic_mmhg": 70.0,
    "respiratory_rate_per_min": 15.5,
    "spo2_percent": 98.0,
    "temperature_celsius": 36.7,
    "pressure_gain": 0.8,
    "heart_rate_gain": 0.8,
    "clearance_scale": 1.0,
    "volume_scale": 1.0,
    "sedation_threshold_scale": 1.2,
    "depressant_sensitivity": 1.0,
    "has_beta_blocker": False,
}


def person(**changes: Any) -> dict[str, Any]:
    """The usual patient, but for `changes`."""
    return {**USUAL, **changes}
