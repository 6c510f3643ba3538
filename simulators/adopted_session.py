"""A session that an earlier run of the clinic left open on a server, as a plan that goes on with it."""

from collections.abc import Mapping
from typing import Any

from simulators.scenarios.plan import START_MIN, ChairPlan, PlannedAct

PATIENT_PREFIX = "DP-"
_UNKNOWN_WEIGHT_KG = 75.0
_UNKNOWN_RATE_MG_PER_KG_PER_H = 0.5

Tile = Mapping[str, Any]


def is_ours(tile: Tile) -> bool:
    """Whether a simulated clinic opened this session."""
    return bool(tile.get("is_simulated")) and str(tile["patient_label"]).startswith(PATIENT_PREFIX)


def adopted_plan(tile: Tile, minutes_since_start: float) -> ChairPlan:
    """A plan that goes on with what is running until the recorded planned total is in."""
    duration_min = max(40, round(minutes_since_start) + 20)
    weight_kg = float(tile.get("weight_kg") or _UNKNOWN_WEIGHT_KG)
    total_mg = float(tile.get("planned_total_mg") or (tile.get("infusion") or {}).get("planned_total_mg") or 0.0)
    rate = total_mg * 60 / (weight_kg * duration_min) if total_mg else _UNKNOWN_RATE_MG_PER_KG_PER_H
    resume = PlannedAct(START_MIN + minutes_since_start + 3, "infusion_resumed")
    return ChairPlan(
        name="adopted",
        story="left open by an earlier run",
        rate_mg_per_kg_per_h=rate,
        duration_min=duration_min,
        acts=(resume,),
        persona={"patient_label": tile["patient_label"], "weight_kg": weight_kg},
    )
