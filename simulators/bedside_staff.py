"""The nurse at one chair: prepares, starts, charts by hand, follows the plan, ends the infusion, discharges.

She charts what she sees, in whole numbers; what she does not take stays empty, what she cannot take gets a reason.
She works the pump herself and charts it, as the pump sends nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.random import Generator

from simulators.paperwork import discharge_assessment, preparation_papers, rest_of_bag_mg
from simulators.pump import Pump
from simulators.scenarios.plan import READY_MIN, START_MIN, ChairPlan, PlannedAct
from simulators.virtual_patient import Persona, VirtualPatient

PHYSICIAN = "Demo Physician 1"
CLOSING_KINDS = frozenset({"discharged", "transferred", "left_against_advice", "session_aborted", "session_cancelled"})
_NOT_MEASURED_CHANCE = 0.02
_LEFT_EMPTY_CHANCE = 0.02
_MOST_MINUTES_BETWEEN_SEDATION = 15.0
# A reading outside is taken again until it is plausible.
_LEAST_PULSE_PRESSURE_MMHG, _MOST_PULSE_PRESSURE_MMHG = 17, 110
_TRY_AGAIN_MIN = 5.0
_NEAR_ROUND_MIN = 2.0
_DROWSY_VENOUS_NG_PER_ML = 260.0


@dataclass(frozen=True, slots=True)
class Act:
    """One thing charted: at which minute, what kind, which fields."""

    minute: float
    kind: str
    content: Mapping[str, Any]


class Nurse:
    """The nurse's plan and what she knows; `status` uses the words of the session's status."""

    def __init__(self, persona: Persona, plan: ChairPlan, generator: Generator, chair_label: str) -> None:
        self._persona = persona
        self._plan = plan
        self._generator = generator
        self._chair_label = chair_label
        self._open_acts = sorted(plan.acts, key=lambda act: act.minute)
        self.status = "ready"
        self._discharge_min: float | None = None
        self._next_round_min = START_MIN
        self._next_pain_min = START_MIN
        self._next_sedation_min = START_MIN + 10

    def preparation(self, patient: VirtualPatient) -> list[Act]:
        """What she charts before the start: plan, weight, setting, baseline, ready."""
        me, plan = self._persona, self._plan
        planned_mg = round(plan.rate_mg_per_kg_per_h * me.weight_kg * plan.duration_min / 60, 1)
        planned = {
            "patient_label": me.patient_label,
            "second_identifier": me.second_identifier,
            "age_years": me.age_years,
            "chair_label": self._chair_label,
            "drug": "racemic_ketamine",
            "condition": me.condition,
            "supervising_physician": PHYSICIAN,
            "planned_total_mg": planned_mg,
            "planned_duration_min": plan.duration_min,
        }
        setting = {"is_monitored": plan.is_monitored, "attested_by": PHYSICIAN}
        baseline = {**self._full_set(patient), "temperature_celsius": round(me.temperature_celsius, 1)}
        acts = [
            Act(0.0, "session_planned", planned),
            Act(1.0, "weight", {"weight_kg": me.weight_kg, "basis": me.weight_basis}),
            Act(2.0, "setting_attested", setting),
            Act(4.0, "vital_signs", baseline),
        ]
        if plan.has_pain_before:
            acts.append(Act(4.5, "pain_score", self._pain(patient)))
        papers = preparation_papers(me, plan, plan.concentration_mg_per_ml)
        acts += [Act(5.0, kind, content) for kind, content in papers]
        return [*acts, Act(READY_MIN, "session_ready", {})]

    def acts(self, minute: float, patient: VirtualPatient, pump: Pump) -> list[Act]:
        """What she does and charts up to `minute`, in order."""
        done = self._planned(minute, patient, pump)
        steps: tuple[Callable[[float, VirtualPatient, Pump], list[Act]], ...] = (
            self._start,
            self._end,
            self._round,
            self._discharge,
        )
        for step in steps:
            done += step(minute, patient, pump)
        return done

    def take_over(self, status: str, minute: float, ended_min: float | None, pump: Pump) -> None:
        """Goes on from the status the record shows, because somebody else moved it or an act was refused."""
        if status == "recovery":
            due = (minute if ended_min is None else ended_min) + self._plan.recovery_min
            # A discharge that was held is tried again, but not at every step.
            self._discharge_min = max(due, minute + _TRY_AGAIN_MIN) if self.status == "closed" else due
        pump.is_running = status == "running"
        self.status = status if status in ("ready", "running", "paused", "recovery") else "closed"

    def skip_acts_before(self, minute: float) -> None:
        """Forgets what was planned before `minute`, as an earlier run did it; the next round is due now."""
        self._open_acts = [act for act in self._open_acts if act.minute > minute]
        self._next_round_min = self._next_pain_min = minute

    def _planned(self, minute: float, patient: VirtualPatient, pump: Pump) -> list[Act]:
        due = [act for act in self._open_acts if act.minute <= minute]
        self._open_acts = self._open_acts[len(due) :]
        return [done for act in due for done in self._follow(act, minute, patient, pump)]

    def _follow(self, act: PlannedAct, minute: float, patient: VirtualPatient, pump: Pump) -> list[Act]:
        """One planned act, unless the session has moved past it."""
        if self.status == "closed" or not self._fits(act.kind):
            return []
        if act.kind == "vital_signs":
            # A set taken out of turn counts as the next round when that is near.
            if self._next_round_min - minute < _NEAR_ROUND_MIN:
                self._next_round_min = minute + self._jittered(self._plan.round_min)
            return [Act(minute, act.kind, self._vital_signs(patient))]
        content = act.content
        if act.kind == "rate_changed":
            content = self._rate(float(content["rate_mg_per_kg_per_h"]), pump)
        elif act.kind == "bolus":
            content = self._bolus(float(content["dose_mg_per_kg"]), patient)
            drawn = {"amount_mg": content["dose_mg"]}
            return [Act(minute, "drug_drawn", drawn), Act(minute, act.kind, content)]
        self._move(act.kind, minute, pump)
        return [Act(minute, act.kind, content)]

    def _bolus(self, dose_mg_per_kg: float, patient: VirtualPatient) -> dict[str, Any]:
        dose_mg = round(dose_mg_per_kg * self._persona.weight_kg, 1)
        patient.give_bolus(dose_mg)
        return {"dose_mg": dose_mg, "ordered_by": PHYSICIAN}

    def _fits(self, kind: str) -> bool:
        needed = {
            "rate_changed": ("running", "paused"),
            "bolus": ("running",),
            "infusion_paused": ("running",),
            "infusion_resumed": ("paused",),
            "infusion_ended": ("running", "paused"),
            "session_cancelled": ("ready",),
            "transferred": ("running", "paused", "recovery"),
            "left_against_advice": ("running", "paused", "recovery"),
            "session_aborted": ("running", "paused", "recovery"),
        }
        return self.status in needed.get(kind, (self.status,))

    def _move(self, kind: str, minute: float, pump: Pump) -> None:
        if kind in CLOSING_KINDS:
            self.status, pump.is_running = "closed", False
        elif kind == "infusion_paused":
            self.status, pump.is_running = "paused", False
        elif kind in ("infusion_started", "infusion_resumed"):
            self.status, pump.is_running = "running", True
        elif kind == "infusion_ended":
            self.status, pump.is_running = "recovery", False
            self._discharge_min = minute + self._plan.recovery_min

    def _rate(self, rate_mg_per_kg_per_h: float, pump: Pump) -> dict[str, Any]:
        pump_rate = pump.program(rate_mg_per_kg_per_h * self._persona.weight_kg)
        return {
            "pump_rate_ml_per_h": pump_rate,
            "concentration_mg_per_ml": pump.concentration_mg_per_ml,
            "ordered_by": PHYSICIAN,
        }

    def _start(self, minute: float, _patient: VirtualPatient, pump: Pump) -> list[Act]:
        if self.status != "ready" or minute < START_MIN:
            return []
        self._next_round_min = minute + self._jittered(self._plan.round_min)
        self._next_pain_min = minute + self._jittered(self._plan.pain_round_min)
        self._move("infusion_started", minute, pump)
        return [Act(minute, "infusion_started", self._rate(self._plan.rate_mg_per_kg_per_h, pump))]

    def _end(self, minute: float, _patient: VirtualPatient, pump: Pump) -> list[Act]:
        """Ends when the planned time is over or the planned total is in, whichever comes first."""
        planned_mg = self._plan.rate_mg_per_kg_per_h * self._persona.weight_kg * self._plan.duration_min / 60
        is_over = minute >= START_MIN + self._plan.duration_min or pump.reported_mg >= planned_mg
        if self.status not in ("running", "paused") or not is_over:
            return []
        self._move("infusion_ended", minute, pump)
        self._next_pain_min = minute + 15
        acts = [Act(minute, "infusion_ended", {"reason": "completed"})]
        rest_mg = rest_of_bag_mg(self._persona, self._plan, pump)
        return [*acts, Act(minute, "drug_wasted", {"amount_mg": rest_mg})] if rest_mg > 0 else acts

    def _round(self, minute: float, patient: VirtualPatient, _pump: Pump) -> list[Act]:
        """One round at the chair: vital signs, and pain and sedation when they are due."""
        if self.status not in ("running", "paused", "recovery") or minute < self._next_round_min:
            return []
        is_recovery = self.status == "recovery"
        interval = self._plan.recovery_round_min if is_recovery else self._plan.round_min
        self._next_round_min = minute + self._jittered(interval)
        acts = [Act(minute, "vital_signs", self._vital_signs(patient))]
        if minute >= self._next_pain_min and (self._plan.has_pain_after or not is_recovery):
            self._next_pain_min = minute + self._jittered(20 if is_recovery else self._plan.pain_round_min)
            acts.append(Act(minute, "pain_score", self._pain(patient)))
        if minute >= self._next_sedation_min:
            self._next_sedation_min = minute + _MOST_MINUTES_BETWEEN_SEDATION
            level = -1 if patient.venous_ng_per_ml > _DROWSY_VENOUS_NG_PER_ML else 0
            acts.append(Act(minute, "sedation", {"scale": "rass", "level": level}))
        return acts

    def _discharge(self, minute: float, patient: VirtualPatient, pump: Pump) -> list[Act]:
        is_due = self._discharge_min is not None and minute >= self._discharge_min
        if self.status != "recovery" or not is_due:
            return []
        self._move("discharged", minute, pump)
        last = [Act(minute, "vital_signs", self._vital_signs(patient))]
        if self._plan.has_pain_after:
            last.append(Act(minute, "pain_score", self._pain(patient)))
        assessment = Act(minute, "discharge_assessment", discharge_assessment(nausea=False))
        home = {"escort": "Demo Escort", "has_written_instructions": True, "has_driving_advice": True}
        return [*last, assessment, Act(minute, "discharged", home)]

    def _jittered(self, minutes: float) -> float:
        return minutes * float(self._generator.uniform(0.8, 1.15))

    def _vital_signs(self, patient: VirtualPatient) -> dict[str, Any]:
        """One set as charted: now and then a sign is left out or could not be measured."""
        taken = self._full_set(patient)
        if self._generator.random() < _LEFT_EMPTY_CHANCE:
            del taken["respiratory_rate_per_min"]
        if self._generator.random() < _NOT_MEASURED_CHANCE:
            del taken["spo2_percent"]
            taken["not_measured"] = {"spo2_percent": "movement"}
        return taken

    def _full_set(self, patient: VirtualPatient) -> dict[str, Any]:
        true = patient.vitals()
        systolic = true.systolic_mmhg + self._normal(3.0)
        diastolic = true.diastolic_mmhg + self._normal(2.5)
        return {
            "heart_rate_per_min": round(true.heart_rate_per_min + self._normal(1.0)),
            "systolic_mmhg": round(systolic),
            "diastolic_mmhg": round(
                max(min(diastolic, systolic - _LEAST_PULSE_PRESSURE_MMHG), systolic - _MOST_PULSE_PRESSURE_MMHG)
            ),
            "spo2_percent": round(min(true.spo2_percent + self._normal(0.3), 100.0)),
            "respiratory_rate_per_min": round(true.respiratory_rate_per_min + self._normal(0.7)),
        }

    def _pain(self, patient: VirtualPatient) -> dict[str, Any]:
        """A score in the patient's instrument, at rest, now."""
        asked = {"instrument": self._persona.pain_instrument, "recall": "now", "circumstance": "rest"}
        if patient.persona.pain_points <= 0:
            points = 0.0
        else:
            points = min(max(patient.pain_points() + self._normal(0.3), 0.0), 10.0)
        if self._persona.pain_instrument == "vas":
            return {**asked, "score_mm": round(points * 10)}
        return {**asked, "score_points": round(points)}

    def _normal(self, sd: float) -> float:
        return float(self._generator.normal(0.0, sd))
