"""How a virtual patient breathes: ventilation, breaths, saturation and end-tidal CO2 under ketamine and other drugs.

Ketamine alone never changes the saturation (`oxygen_store`). A load of midazolam or fentanyl depresses breathing, low
saturation drives what is left of it, so both are followed together in steps of 5 s while a load or a fall is there.

EtCO2 = 38 mmHg / share of ventilation that the load leaves, 15 to 90 mmHg, none in apnoea: ours, and at once. What
ketamine adds to ventilation does not count: it was measured at held CO2, and a rise that CO2 itself slows down would
show an awake patient as hyperventilating.
"""

import math

from session_store.pharmacology import oxygen_store, respiration
from simulators.given_drugs import GivenDrugs

# The calibration of `respiration` is made for this resting ventilation.
_RESTING_VENTILATION_L_PER_MIN = 8.0
_STEP_MIN = 5 / 60
# Less depression than this is not felt: a step without it, without oxygen and without a fall is one step at rest.
_NEGLIGIBLE_DEPRESSION = 0.005
_NEGLIGIBLE_FALL_POINTS = 0.01
_RESTING_END_TIDAL_CO2_MMHG = 38.0
_LEAST_END_TIDAL_CO2_MMHG, _MOST_END_TIDAL_CO2_MMHG = 15.0, 90.0


class Breathing:
    """One patient's lungs; `sensitivity` is to midazolam and opioids."""

    def __init__(self, sensitivity: float) -> None:
        self._sensitivity = sensitivity
        self._alveolar_mmhg = oxygen_store.RESTING_ALVEOLAR_MMHG
        self._depressed = 0.0

    def advance(self, from_min: float, to_min: float, effect_site_s_ng_per_ml: float, drugs: GivenDrugs) -> None:
        """Breathes on at one concentration of S-ketamine."""
        self._depressed = self._depression(to_min, effect_site_s_ng_per_ml, drugs)
        if self._is_at_rest(drugs):
            self._alveolar_mmhg = oxygen_store.RESTING_ALVEOLAR_MMHG
            return
        steps = math.ceil(round((to_min - from_min) / _STEP_MIN, 6))
        for step in range(1, steps + 1):
            minute = from_min + (to_min - from_min) * step / steps
            self._depressed = self._depression(minute, effect_site_s_ng_per_ml, drugs)
            self._breathe((to_min - from_min) / steps, effect_site_s_ng_per_ml, drugs)

    def _depression(self, minute: float, effect_site_s_ng_per_ml: float, drugs: GivenDrugs) -> float:
        load = drugs.load(minute)
        return respiration.depression(load.midazolam, load.opioid, effect_site_s_ng_per_ml, self._sensitivity)

    def _is_at_rest(self, drugs: GivenDrugs) -> bool:
        return (
            self._depressed < _NEGLIGIBLE_DEPRESSION
            and drugs.oxygen_l_per_min == 0
            and self._lost_points < _NEGLIGIBLE_FALL_POINTS
        )

    @property
    def _lost_points(self) -> float:
        if self._alveolar_mmhg >= oxygen_store.RESTING_ALVEOLAR_MMHG:
            return 0.0
        return float(oxygen_store.saturation_lost_points(self._alveolar_mmhg))

    def _breathe(self, minutes: float, effect_site_s_ng_per_ml: float, drugs: GivenDrugs) -> None:
        ventilation = respiration.ventilation_l_per_min(
            _RESTING_VENTILATION_L_PER_MIN, effect_site_s_ng_per_ml, self._depressed, self._lost_points
        )
        relative = float(ventilation) / _RESTING_VENTILATION_L_PER_MIN
        inspired = drugs.inspired_oxygen_mmhg
        self._alveolar_mmhg = float(oxygen_store.alveolar_after(self._alveolar_mmhg, minutes, relative, inspired))

    def rate_per_min(self, resting_per_min: float, effect_site_s_ng_per_ml: float) -> float:
        """Breaths per minute; 0 in apnoea."""
        return float(
            respiration.respiratory_rate_per_min(
                resting_per_min, effect_site_s_ng_per_ml, self._depressed, self._lost_points
            )
        )

    def saturation_percent(self, resting_percent: float) -> float:
        """Arterial saturation; never above its value at rest."""
        return resting_percent - self._lost_points

    def end_tidal_co2_mmhg(self) -> float | None:
        """End-tidal CO2; None in apnoea, as no gas reaches the sensor."""
        left = float(respiration.ventilation_l_per_min(1.0, 0.0, self._depressed, self._lost_points))
        if left <= 0:
            return None
        return min(max(_RESTING_END_TIDAL_CO2_MMHG / left, _LEAST_END_TIDAL_CO2_MMHG), _MOST_END_TIDAL_CO2_MMHG)
