"""A virtual patient: who it is, how the drug moves its circulation, breathing and pain.

The circulation follows the published models of `session_store.pharmacology`; the spread between people, the drift and
the pain process are our calibration. Ketamine alone never desaturates this patient: only an episode does.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from numpy.random import Generator

from session_store.pharmacology import haemodynamics, simons2022
from session_store.pharmacology.racemic_ketamine import KetamineModel, ketamine_model
from session_store.pharmacology.simons2022 import IndividualScale
from simulators.scenarios.plan import Episode
from simulators.slow_drift import SlowDrift

_CONDITIONS = ("CRPS", "Neuropathic pain", "Fibromyalgia", "Headache", "Low back pain")
_CONDITION_SHARES = (0.25, 0.40, 0.20, 0.08, 0.07)
# Chance of acute analgesia by the drug (Dahan 2011); the others follow the placebo process only.
_RESPONDER_SHARE = 0.67
# Half of the largest acute relief is reached here (effect-site S-ketamine); our calibration.
_RELIEF_HALF_EFFECT_NG_PER_ML = 45.0
_PLACEBO_TIME_CONSTANT_MIN = 25.0
_DROWSY_VENOUS_NG_PER_ML = 260.0
_DEEPEST = 5
# Clinic patients are older and co-medicated: clearance is spread wider than in the published volunteers.
_CLINIC_CLEARANCE_CV = 0.27


@dataclass(frozen=True, slots=True)
class Vitals:
    """True vital signs of a moment."""

    heart_rate_per_min: float
    systolic_mmhg: float
    diastolic_mmhg: float
    respiratory_rate_per_min: float
    spo2_percent: float
    temperature_celsius: float


@dataclass(frozen=True, slots=True)
class Persona:
    """Who the patient is; plainly synthetic."""

    patient_label: str
    second_identifier: str
    age_years: int
    condition: str
    weight_kg: float
    weight_basis: str
    heart_rate_per_min: float
    systolic_mmhg: float
    diastolic_mmhg: float
    respiratory_rate_per_min: float
    spo2_percent: float
    temperature_celsius: float
    pain_points: float
    pain_instrument: str
    is_responder: bool
    # Largest share of the pain that the drug, and that the setting, takes away.
    drug_relief: float
    placebo_relief: float
    pressure_gain: float
    heart_rate_gain: float
    clearance_scale: float
    volume_scale: float


def lognormal(generator: Generator, median: float, cv: float) -> float:
    """A lognormal draw by median and coefficient of variation."""
    return median * math.exp(float(generator.normal(0.0, math.sqrt(math.log(1 + cv * cv)))))


def _clipped_normal(generator: Generator, mean: float, sd: float, low: float, high: float) -> float:
    return min(max(float(generator.normal(mean, sd)), low), high)


def draw_persona(generator: Generator, wanted: Mapping[str, Any] | None = None) -> Persona:
    """A patient of an infusion clinic: age, weight, condition, pain after published cohorts; `wanted` as given."""
    is_hypertensive = generator.random() < 0.3
    persona = Persona(
        patient_label=f"DP-{int(generator.integers(1, 10_000)):04d}",
        second_identifier=f"SIM-{int(generator.integers(0, 1_000_000)):06d}",
        age_years=round(_clipped_normal(generator, 50, 15, 18, 88)),
        condition=str(generator.choice(_CONDITIONS, p=_CONDITION_SHARES)),
        weight_kg=round(min(max(lognormal(generator, 76, 0.22), 42), 150), 1),
        weight_basis="measured" if generator.random() < 0.85 else "stated",
        heart_rate_per_min=_clipped_normal(generator, 73, 7, 62, 92),
        systolic_mmhg=_clipped_normal(generator, 136 if is_hypertensive else 120, 7, 106, 148),
        diastolic_mmhg=_clipped_normal(generator, 80 if is_hypertensive else 72, 5, 60, 84),
        respiratory_rate_per_min=_clipped_normal(generator, 15.5, 1.0, 14, 18),
        spo2_percent=_clipped_normal(generator, 97.7, 0.6, 96.5, 99),
        temperature_celsius=_clipped_normal(generator, 36.7, 0.2, 36.2, 37.4),
        pain_points=float(round(_clipped_normal(generator, 7.0, 1.6, 3, 10))),
        pain_instrument="nrs" if generator.random() < 0.75 else "vas",
        is_responder=bool(generator.random() < _RESPONDER_SHARE),
        drug_relief=_clipped_normal(generator, 0.75, 0.15, 0.4, 0.98),
        placebo_relief=_clipped_normal(generator, 0.15, 0.12, 0.0, 0.5),
        pressure_gain=lognormal(generator, 1.0, haemodynamics.GAIN_CV),
        heart_rate_gain=lognormal(generator, 1.0, haemodynamics.GAIN_CV),
        clearance_scale=lognormal(generator, 1.0, _CLINIC_CLEARANCE_CV),
        volume_scale=math.exp(float(generator.normal(0.0, math.sqrt(simons2022.LOG_VARIANCE_V1)))),
    )
    return replace(persona, **(wanted or {}))


class VirtualPatient:
    """The patient in the chair; time in minutes since the session's opening."""

    def __init__(self, persona: Persona, generator: Generator, episodes: Sequence[Episode] = ()) -> None:
        self.persona = persona
        self._episodes = tuple(episodes)
        scale = IndividualScale(v1=persona.volume_scale, cl=persona.clearance_scale)
        self._model: KetamineModel = ketamine_model(persona.weight_kg, scale)
        self._state = self._model.system.empty_state()
        self._minute = 0.0
        self._minutes_on_drug = 0.0
        self._drift = {
            "heart_rate_per_min": SlowDrift(generator, 2.0, 0.6),
            "systolic_mmhg": SlowDrift(generator, 3.0, 0.8),
            "diastolic_mmhg": SlowDrift(generator, 2.0, 0.8),
            "respiratory_rate_per_min": SlowDrift(generator, 0.8, 0.4),
            "spo2_percent": SlowDrift(generator, 0.35, 0.6),
            "pain_points": SlowDrift(generator, 0.35, 0.95),
        }

    def advance(self, to_minute: float, rate_mg_per_min: float) -> None:
        """Lives on to a minute at one rate of racemic ketamine."""
        # Step lengths are rounded so that equal ticks share one propagator.
        minutes = round(to_minute - self._minute, 6)
        self._state = self._model.system.step(self._state, minutes, rate_mg_per_min)
        self._minute = to_minute
        if rate_mg_per_min > 0 or self._minutes_on_drug > 0:
            self._minutes_on_drug += minutes
        for drift in self._drift.values():
            drift.advance(minutes)

    def give_bolus(self, dose_mg: float) -> None:
        """Racemic ketamine at once."""
        self._state = self._model.system.add_bolus(self._state, dose_mg)

    @property
    def venous_ng_per_ml(self) -> float:
        """What a venous sample of this moment would show."""
        return self._model.concentrations(self._state).venous_ng_per_ml

    def sedation_depth(self) -> int:
        """0 awake, 1 drowsy, 2 light, 3 moderate, 4 deep, 5 unarousable; ketamine alone makes drowsy at most here."""
        drowsy = 1 if self.venous_ng_per_ml > _DROWSY_VENOUS_NG_PER_ML else 0
        return min(max(drowsy + round(self._planned("sedation_depth")), 0), _DEEPEST)

    def vitals(self) -> Vitals:
        """True vital signs of this moment."""
        me = self.persona
        effect_site = self._model.concentrations(self._state).effect_site_s_ng_per_ml
        systolic, diastolic = haemodynamics.systolic_diastolic_mmhg(
            me.systolic_mmhg, me.diastolic_mmhg, effect_site, me.pressure_gain
        )
        heart_rate = haemodynamics.heart_rate_per_min(me.heart_rate_per_min, effect_site, me.heart_rate_gain)
        breaths = haemodynamics.respiratory_rate_per_min(me.respiratory_rate_per_min, effect_site)
        return Vitals(
            heart_rate_per_min=heart_rate + self._shift("heart_rate_per_min"),
            systolic_mmhg=systolic + self._shift("systolic_mmhg"),
            diastolic_mmhg=diastolic + self._shift("diastolic_mmhg"),
            respiratory_rate_per_min=breaths + self._shift("respiratory_rate_per_min"),
            spo2_percent=min(me.spo2_percent + self._shift("spo2_percent"), 100.0),
            temperature_celsius=me.temperature_celsius,
        )

    def _shift(self, sign: str) -> float:
        return self._planned(sign) + self._drift[sign].value

    def _planned(self, sign: str) -> float:
        return sum(episode.at(self._minute) for episode in self._episodes if episode.sign == sign)

    def pain_points(self) -> float:
        """Pain at rest now, 0 to 10, not rounded. A baseline of 0 stays 0."""
        me = self.persona
        if me.pain_points <= 0:
            return 0.0
        effect_site = self._model.concentrations(self._state).effect_site_s_ng_per_ml
        by_drug = me.drug_relief * effect_site / (effect_site + _RELIEF_HALF_EFFECT_NG_PER_ML) * me.is_responder
        by_setting = me.placebo_relief * -math.expm1(-self._minutes_on_drug / _PLACEBO_TIME_CONSTANT_MIN)
        points = me.pain_points * (1 - by_drug) * (1 - by_setting) + self._drift["pain_points"].value
        return min(max(points, 0.0), 10.0)
