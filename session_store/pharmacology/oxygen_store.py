"""Arterial saturation from ventilation: lungs and blood as one store of oxygen, filled by breathing, emptied by life.

    d store / dt = VA * (PI - PA) / 863 - VO2         store = VL * PA / 863 + B * S(PA)
    S(P) = (P^3 + 150 P) / (P^3 + 150 P + 23400)      (P in mmHg)
    SpO2 = SpO2_0 - 100 * (S(100) - S(PA)), never above SpO2_0

The state is PA, the oxygen pressure in the alveoli, 100 mmHg at rest on room air. Breathing more than at rest does not
raise SpO2, so ketamine alone, which stimulates breathing, never changes it.

Source: alveolar mass balance and the curve S of Severinghaus (J Appl Physiol 1979;46:599); textbook adult values for
consumption, lung volume and blood oxygen. Leaving out the shunt, carbon dioxide, dead space, and the delay of a finger
probe (20 to 30 s) is our simplification: in apnoea on room air the typical adult passes 90 % after about 40 s and 75 %
after about 1.5 min (ours). Validity: adults, a demonstration, minutes rather than hours.
"""

import math

import numpy as np
from scipy.special import exprel

from session_store.pharmacology.emax_model import Quantity

CONSUMPTION_L_PER_MIN = 0.25
LUNG_VOLUME_L = 2.4
BLOOD_CAPACITY_L = 0.9
# Turns L of oxygen (dry, 0 degC) times mmHg of inspired and alveolar gas (wet, 37 degC) into one unit.
GAS_CONSTANT_MMHG = 863.0
RESTING_ALVEOLAR_MMHG = 100.0
ROOM_AIR_INSPIRED_MMHG = 150.0
RESTING_ALVEOLAR_L_PER_MIN = (
    GAS_CONSTANT_MMHG * CONSUMPTION_L_PER_MIN / (ROOM_AIR_INSPIRED_MMHG - RESTING_ALVEOLAR_MMHG)
)
_LONGEST_STEP_MIN = 5 / 60
_CURVE = 23400.0


def inspired_mmhg(inspired_fraction: float) -> float:
    """Pressure of oxygen in warm wet inspired gas; 0.21 is room air. Raises `ValueError` outside 0.21 to 1."""
    if not 0.21 <= inspired_fraction <= 1:
        raise ValueError(f"inspired oxygen fraction {inspired_fraction} is outside 0.21 to 1")
    return inspired_fraction / 0.21 * ROOM_AIR_INSPIRED_MMHG


def alveolar_after(
    alveolar_mmhg: Quantity,
    minutes: float,
    relative_ventilation: float | Quantity,
    inspired_oxygen_mmhg: float = ROOM_AIR_INSPIRED_MMHG,
) -> Quantity:
    """Alveolar pressure after `minutes` (not negative) at one ventilation, 1 as at rest, 0 apnoea."""
    if not minutes >= 0:
        raise ValueError(f"a step of {minutes} min")
    steps = math.ceil(minutes / _LONGEST_STEP_MIN)
    for _ in range(steps):
        alveolar_mmhg = _step(alveolar_mmhg, minutes / steps, relative_ventilation, inspired_oxygen_mmhg)
    return alveolar_mmhg


def _step(pressure: Quantity, minutes: float, relative_ventilation: float | Quantity, inspired: float) -> Quantity:
    """Exact for a store of constant size: stable for every ventilation, apnoea (0) included."""
    fresh_gas = RESTING_ALVEOLAR_L_PER_MIN * relative_ventilation
    size_l = LUNG_VOLUME_L + GAS_CONSTANT_MMHG * BLOOD_CAPACITY_L * _slope_per_mmhg(pressure)
    inflow = fresh_gas * (inspired - pressure) - GAS_CONSTANT_MMHG * CONSUMPTION_L_PER_MIN
    changed = pressure + inflow / size_l * minutes * exprel(-fresh_gas / size_l * minutes)
    not_below_empty: Quantity = np.maximum(changed, 0.0)
    return not_below_empty


def saturation_lost_points(alveolar_mmhg: Quantity) -> Quantity:
    """How many points the arterial saturation is under its resting value; never below 0."""
    lost = 100 * (_saturated_share(RESTING_ALVEOLAR_MMHG) - _saturated_share(alveolar_mmhg))
    points: Quantity = np.maximum(lost, 0.0)
    return points


def saturation_percent(baseline_percent: float | Quantity, alveolar_mmhg: Quantity) -> Quantity:
    """Arterial saturation of a person whose resting saturation is `baseline_percent`."""
    percent: Quantity = np.maximum(baseline_percent - saturation_lost_points(alveolar_mmhg), 0.0)
    return percent


def _saturated_share(pressure_mmhg: Quantity) -> Quantity:
    bound = pressure_mmhg**3 + 150 * pressure_mmhg
    return bound / (bound + _CURVE)


def _slope_per_mmhg(pressure_mmhg: Quantity) -> Quantity:
    bound = pressure_mmhg**3 + 150 * pressure_mmhg
    return _CURVE * (3 * pressure_mmhg**2 + 150) / (bound + _CURVE) ** 2
