"""A virtual patient: who it is, how the drug moves its circulation, breathing, wakefulness, stomach and pain.

All effects follow the models of `session_store.pharmacology`; the resting values, the drift and what the setting does
to pain are our calibration. Ketamine alone never desaturates this patient: midazolam, fentanyl or an episode does.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from numpy.random import Generator

from session_store.pharmacology import (
    acute_analgesia,
    haemodynamics,
    lasting_analgesia,
    nausea,
    psychotropic,
    sedation,
    simons2022,
)
from session_store.pharmacology.individual_effects import IndividualEffects, draw_individual
from session_store.pharmacology.racemic_ketamine import Concentrations, KetamineModel, ketamine_model
from session_store.pharmacology.simons2022 import IndividualScale
from simulators.breathing import Breathing
from simulators.given_drugs import GivenDrugs
from simulators.scenarios.plan import Episode
from simulators.slow_drift import SlowDrift

_CONDITIONS = ("CRPS", "Neuropathic pain", "Fibromyalgia", "Headache", "Low back pain")
_CONDITION_SHARES = (0.25, 0.40, 0.20, 0.08, 0.07)
# Shares of a clinic's patients (simulators.md 3.1); drawn independently of each other.
_HYPERTENSIVE_SHARE, _OPIOID_USER_SHARE, _BETA_BLOCKER_SHARE = 0.30, 0.45, 0.12
_PLACEBO_TIME_CONSTANT_MIN = 25.0
_DEEPEST = 5
# With a planned fall; breath that brings out less carbon dioxide is none.
_LEAST_END_TIDAL_CO2_MMHG = 1.0
# Clinic patients are older and co-medicated: clearance is spread wider than in the published volunteers.
_CLINIC_CLEARANCE_CV = 0.27
# Plans know this response by its effect on the pressure.
_EFFECT_NAMES = {each.name: each.name for each in fields(IndividualEffects)} | {"pressure_gain": "circulation_gain"}


@dataclass(frozen=True, slots=True)
class Vitals:
    """True vital signs of a moment; no end-tidal CO2 in apnoea."""

    heart_rate_per_min: float
    systolic_mmhg: float
    diastolic_mmhg: float
    respiratory_rate_per_min: float
    spo2_percent: float
    temperature_celsius: float
    end_tidal_co2_mmhg: float | None = None


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
    # Before any treatment, where `lasting_relief` is more than 0.
    pain_points: float
    pain_instrument: str
    # Largest share of the pain that the drug takes away while it is there, and that the setting takes away.
    drug_relief: float
    placebo_relief: float
    clearance_scale: float
    volume_scale: float
    is_hypertensive: bool
    # Known to the chart alone: no tolerance to opioids is modelled.
    is_opioid_user: bool
    has_beta_blocker: bool
    effects: IndividualEffects[float]
    # The share of the pain that earlier sessions still take away in a responder (`lasting_analgesia`).
    lasting_relief: float = 0.0
    is_first_session: bool = True
    # How much of the opposition of norketamine counts (`acute_analgesia`); by default none of it.
    norketamine_weight: float = 0.0

    @property
    def is_responder(self) -> bool:
        """Whether the drug relieves this patient's pain."""
        return self.effects.is_responder > 0


def lognormal(generator: Generator, median: float, cv: float) -> float:
    """A lognormal draw by median and coefficient of variation."""
    return median * math.exp(float(generator.normal(0.0, math.sqrt(math.log(1 + cv * cv)))))


def _clipped_normal(generator: Generator, mean: float, sd: float, low: float, high: float) -> float:
    return min(max(float(generator.normal(mean, sd)), low), high)


def draw_persona(generator: Generator, wanted: Mapping[str, Any] | None = None) -> Persona:
    """A patient of an infusion clinic: age, weight, condition, pain after published cohorts; `wanted` as given.

    `wanted` names fields of `Persona`, or of its effects: `is_responder`, `heart_rate_gain`, `pressure_gain` (on
    pressures and cardiac output) and the others.
    """
    # Responses, illnesses and drugs come from a stream of their own: a new one changes nothing else about the person.
    (own_stream,) = generator.spawn(1)
    is_hypertensive = bool(generator.random() < _HYPERTENSIVE_SHARE)
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
        drug_relief=_clipped_normal(generator, acute_analgesia.MAX_RELIEF, 0.15, 0.2, 0.9),
        placebo_relief=_clipped_normal(generator, 0.15, 0.12, 0.0, 0.5),
        clearance_scale=lognormal(generator, 1.0, _CLINIC_CLEARANCE_CV),
        volume_scale=math.exp(float(generator.normal(0.0, math.sqrt(simons2022.LOG_VARIANCE_V1)))),
        is_hypertensive=is_hypertensive,
        is_opioid_user=bool(own_stream.random() < _OPIOID_USER_SHARE),
        has_beta_blocker=bool(own_stream.random() < _BETA_BLOCKER_SHARE),
        effects=draw_individual(own_stream),
    )
    return _as_wanted(persona, wanted or {})


def _as_wanted(persona: Persona, wanted: Mapping[str, Any]) -> Persona:
    of_effects = {_EFFECT_NAMES[name]: float(value) for name, value in wanted.items() if name in _EFFECT_NAMES}
    of_persona = {name: value for name, value in wanted.items() if name not in _EFFECT_NAMES}
    return replace(persona, effects=replace(persona.effects, **of_effects), **of_persona)


class VirtualPatient:
    """The patient in the chair; time in minutes since the session's opening."""

    def __init__(self, persona: Persona, generator: Generator, episodes: Sequence[Episode] = ()) -> None:
        self.persona = persona
        self._episodes = tuple(episodes)
        scale = IndividualScale(v1=persona.volume_scale, cl=persona.clearance_scale)
        self._model: KetamineModel = ketamine_model(
            persona.weight_kg, scale, with_norketamine=persona.norketamine_weight > 0
        )
        self._state = self._model.system.empty_state()
        self._now: Concentrations = self._model.concentrations(self._state)
        self._breathing = Breathing(persona.effects.depressant_sensitivity)
        self._drugs = GivenDrugs(persona.weight_kg, has_beta_blocker=persona.has_beta_blocker)
        self._minute = 0.0
        self._minutes_on_drug = 0.0
        self._nausea_hazard = 0.0
        self._nausea_since_min: float | None = None
        self._drift = {
            "heart_rate_per_min": SlowDrift(generator, 2.0, 0.6),
            "systolic_mmhg": SlowDrift(generator, 3.0, 0.8),
            "diastolic_mmhg": SlowDrift(generator, 2.0, 0.8),
            "respiratory_rate_per_min": SlowDrift(generator, 0.8, 0.4),
            "spo2_percent": SlowDrift(generator, 0.35, 0.6),
            "pain_points": SlowDrift(generator, 0.35, 0.95),
            "end_tidal_co2_mmhg": SlowDrift(generator, 1.5, 0.7),
        }

    def advance(self, to_minute: float, rate_mg_per_min: float) -> None:
        """Lives on to a minute at one rate of racemic ketamine."""
        # Step lengths are rounded so that equal ticks share one propagator.
        minutes = round(to_minute - self._minute, 6)
        before = self._now.effect_site_s_ng_per_ml
        self._state = self._model.system.step(self._state, minutes, rate_mg_per_min)
        self._now = self._model.concentrations(self._state)
        self._breathing.advance(self._minute, to_minute, self._now.effect_site_s_ng_per_ml, self._drugs)
        self._minute = to_minute
        self._feel_sick(minutes, (before + self._now.effect_site_s_ng_per_ml) / 2)
        if rate_mg_per_min > 0 or self._minutes_on_drug > 0:
            self._minutes_on_drug += minutes
        for drift in self._drift.values():
            drift.advance(minutes)

    def _feel_sick(self, minutes: float, effect_site_s_ng_per_ml: float) -> None:
        self._nausea_hazard += minutes * nausea.hazard_per_min(effect_site_s_ng_per_ml, self._drugs.has_ondansetron)
        if self._nausea_since_min is None and self._nausea_hazard >= self.persona.effects.nausea_threshold:
            self._nausea_since_min = self._minute

    def recover(self, minute: float) -> None:
        """What was planned to go wrong ends early: what runs at `minute` fades over its ramp, the rest never comes."""
        self._episodes = tuple(
            replace(episode, to_min=min(episode.to_min, minute + episode.ramp_min))
            for episode in self._episodes
            if episode.from_min <= minute
        )

    def give_bolus(self, dose_mg: float) -> None:
        """Racemic ketamine at once."""
        self._state = self._model.system.add_bolus(self._state, dose_mg)
        self._now = self._model.concentrations(self._state)

    def give_medication(self, drug_name: str, dose: float, dose_unit: str, minute: float) -> None:
        """Another drug, as charted: see `given_drugs`. Raises `ValueError` for a unit that it cannot have."""
        self._drugs.give(drug_name, dose, dose_unit, minute)

    def give_oxygen(self, l_per_min: float) -> None:
        """Oxygen at a flow until it is changed, 0 to take it off. Raises `ValueError` below 0."""
        self._drugs.give_oxygen(l_per_min)

    @property
    def oxygen_l_per_min(self) -> float:
        """The flow of oxygen the patient breathes; 0 on room air."""
        return self._drugs.oxygen_l_per_min

    @property
    def venous_ng_per_ml(self) -> float:
        """What a venous sample of this moment would show."""
        return self._now.venous_ng_per_ml

    @property
    def has_nausea_since_min(self) -> float | None:
        """The minute from which on the patient is nauseous; None: not so far."""
        return self._nausea_since_min

    def cadss_total(self) -> int:
        """The CADSS total of this moment, 0 to 92."""
        me = self.persona
        return int(psychotropic.cadss_total(self._now.venous_ng_per_ml, me.effects.cadss_gain, me.is_first_session))

    def vas_high_points(self) -> float:
        """Feeling high on a visual analogue scale of 0 to 100, not rounded."""
        return float(psychotropic.vas_high_points(self._now.venous_ng_per_ml, self.persona.effects.vas_gain))

    def sedation_depth(self) -> int:
        """5 less the MOAA/S level, and episodes: 0 awake, 1 drowsy, 2 light, 3 moderate, 4 deep, 5 unarousable."""
        me = self.persona.effects
        load = self._drugs.load(self._minute)
        sedative_ng_per_ml = sedation.sedative_ng_per_ml(
            self._now.effect_site_s_ng_per_ml, load.midazolam, load.opioid, me.depressant_sensitivity
        )
        own = sedation.AWAKE - sedation.moaas_level(sedative_ng_per_ml, me.sedation_threshold_scale)
        return min(max(own + round(self._planned("sedation_depth")), 0), _DEEPEST)

    def vitals(self) -> Vitals:
        """True vital signs of this moment."""
        me, effect_site = self.persona, self._now.effect_site_s_ng_per_ml
        systolic, diastolic = haemodynamics.systolic_diastolic_mmhg(
            me.systolic_mmhg, me.diastolic_mmhg, effect_site, me.effects.circulation_gain
        )
        heart_rate = haemodynamics.heart_rate_per_min(
            me.heart_rate_per_min, effect_site, me.effects.heart_rate_gain, self._drugs.has_beta_blocker
        )
        saturation = self._breathing.saturation_percent(me.spo2_percent)
        breaths = self._breaths_per_min()
        return Vitals(
            heart_rate_per_min=heart_rate + self._shift("heart_rate_per_min"),
            systolic_mmhg=systolic + self._shift("systolic_mmhg"),
            diastolic_mmhg=diastolic + self._shift("diastolic_mmhg"),
            respiratory_rate_per_min=breaths,
            spo2_percent=min(max(saturation + self._shift("spo2_percent"), 0.0), 100.0),
            temperature_celsius=me.temperature_celsius,
            end_tidal_co2_mmhg=self._end_tidal_co2_mmhg() if breaths > 0 else None,
        )

    def _breaths_per_min(self) -> float:
        """In apnoea none: what does not breathe does not drift."""
        own = self._breathing.rate_per_min(self.persona.respiratory_rate_per_min, self._now.effect_site_s_ng_per_ml)
        return max(own + self._shift("respiratory_rate_per_min"), 0.0) if own > 0 else 0.0

    def _end_tidal_co2_mmhg(self) -> float | None:
        own = self._breathing.end_tidal_co2_mmhg()
        return None if own is None else max(own + self._shift("end_tidal_co2_mmhg"), _LEAST_END_TIDAL_CO2_MMHG)

    def _shift(self, sign: str) -> float:
        return self._planned(sign) + self._drift[sign].value

    def _planned(self, sign: str) -> float:
        return sum(episode.at(self._minute) for episode in self._episodes if episode.sign == sign)

    def pain_points(self) -> float:
        """Pain at rest now, 0 to 10, not rounded. A baseline of 0 stays 0."""
        me = self.persona
        if me.pain_points <= 0:
            return 0.0
        acute = acute_analgesia.acute_relief(
            self._now.effect_site_s_ng_per_ml,
            me.drug_relief,
            self._now.arterial_s_norketamine_ng_per_ml,
            me.norketamine_weight,
        )
        left = lasting_analgesia.pain_points(me.pain_points, me.effects.is_responder, me.lasting_relief, acute)
        by_setting = me.placebo_relief * -math.expm1(-self._minutes_on_drug / _PLACEBO_TIME_CONSTANT_MIN)
        return min(max(float(left) * (1 - by_setting) + self._drift["pain_points"].value, 0.0), 10.0)
