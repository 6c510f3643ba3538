"""The nurse at one chair: prepares, starts, charts by hand, follows the plan, ends the infusion, discharges.

She works the pump herself and charts it, as the pump sends nothing. Before the start and before the patient goes home
she has everything that the record asks for; what is missing by plan, the physician lets through with a reason.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from numpy.random import Generator

from session_store.domain.drug_classes import DrugClass, drug_classes
from simulators.bedside_observation import BedsideObserver, is_settled
from simulators.charting import Act
from simulators.paperwork import discharge_assessment, planned_total_mg, preparation_papers, rest_of_bag_mg
from simulators.planned_session import session_plan, setting
from simulators.pump import Pump
from simulators.round_schedule import TIGHT_AFTER_SEDATIVE_MIN, RoundSchedule
from simulators.scenarios.plan import READY_MIN, START_MIN, ChairPlan, PlannedAct
from simulators.staff import PHYSICIAN, Staff
from simulators.virtual_patient import Persona, VirtualPatient

CLOSING_KINDS = frozenset({"discharged", "transferred", "left_against_advice", "session_aborted", "session_cancelled"})
_RECOVERY_PAIN_ROUND_MIN = 20.0
_TRY_AGAIN_MIN = 5.0
_BASELINE_MIN = 4.0
# A baseline holds for 30 min (clinical-decisions 3); she takes it anew a little earlier.
_BASELINE_HOLDS_MIN = 25.0
# The two sets before going home are at least 5 min apart, and an hour lies after the last sedative.
_HOME_SETS_APART_MIN = 6.0
_OBSERVED_MIN = 62.0


class Nurse:
    """The nurse's plan and what she knows; `status` uses the words of the session's status."""

    def __init__(self, persona: Persona, plan: ChairPlan, generator: Generator, chair_label: str, staff: Staff) -> None:
        self._persona = persona
        self._dosing_weight_kg = persona.weight_kg
        self._plan = plan
        self._generator = generator
        self._chair_label = chair_label
        self._staff = staff
        self._observer = BedsideObserver(generator, plan.sedation_scale)
        self._schedule = RoundSchedule(plan, generator)
        self._open_acts = sorted(plan.acts, key=lambda act: act.minute)
        self.status = "ready"
        self._rate_mg_per_kg_per_h = 0.0
        self._baseline: Mapping[str, Any] | None = None
        self._baseline_min = _BASELINE_MIN
        self._start_min = START_MIN
        self._next_pain_min = START_MIN
        self._sedative_min: float | None = None
        self._discharge_min: float | None = None
        self._first_home_set_min: float | None = None

    def preparation(self, patient: VirtualPatient) -> list[Act]:
        """What she charts before the start: plan, weight, setting, baseline, consent, check list, ready."""
        me, plan = self._persona, self._plan
        acts = [
            Act(0.0, "session_planned", session_plan(me, plan, self._chair_label)),
            Act(1.0, "weight", {"weight_kg": me.weight_kg, "basis": me.weight_basis}),
            Act(2.0, "setting_attested", setting(plan, self._staff)),
            Act(_BASELINE_MIN, "vital_signs", self._new_baseline(patient, _BASELINE_MIN)),
            Act(_BASELINE_MIN, "sedation", self._observer.sedation(patient)),
        ]
        if plan.has_pain_before:
            acts.append(Act(4.5, "pain_score", self._observer.pain(patient)))
        papers = preparation_papers(me, plan, plan.concentration_mg_per_ml)
        acts += [Act(5.0, kind, content) for kind, content in papers]
        return [*acts, Act(READY_MIN, "session_ready", {})]

    def _new_baseline(self, patient: VirtualPatient, minute: float) -> dict[str, Any]:
        self._baseline_min = minute
        taken = self._observer.complete_set(patient)
        self._baseline = taken
        return {**taken, "temperature_celsius": round(self._persona.temperature_celsius, 1), "acvpu": "alert"}

    def acts(self, minute: float, patient: VirtualPatient, pump: Pump) -> list[Act]:
        """What she does and charts up to `minute`, in order."""
        done = self._planned(minute, patient, pump)
        endings = () if self._plan.is_ended_by_people else (self._end, self._discharge)
        steps: tuple[Callable[[float, VirtualPatient, Pump], list[Act]], ...] = (self._start, *endings, self._round)
        for step in steps:
            done += step(minute, patient, pump)
        return done

    def take_over(self, status: str, minute: float, ended_min: float | None, pump: Pump) -> None:
        """Goes on from the status the record shows, because somebody else moved it or an act was refused."""
        if status == "recovery":
            due = (minute if ended_min is None else ended_min) + self._plan.recovery_min
            # A discharge that was held is tried again, but not at every step.
            self._discharge_min = max(due, minute + _TRY_AGAIN_MIN) if self.status == "closed" else due
            self._first_home_set_min = None
        pump.is_running = status == "running"
        self.status = status if status in ("ready", "running", "paused", "recovery") else "closed"

    def skip_acts_before(self, minute: float) -> None:
        """Forgets what was planned before `minute`, as an earlier run did it; the next round is due now."""
        self._open_acts = [act for act in self._open_acts if act.minute > minute]
        self._schedule.next_min = self._next_pain_min = minute

    def _planned(self, minute: float, patient: VirtualPatient, pump: Pump) -> list[Act]:
        due = [act for act in self._open_acts if act.minute <= minute]
        self._open_acts = self._open_acts[len(due) :]
        return [replace(done, tablet=act.tablet) for act in due for done in self._follow(act, minute, patient, pump)]

    def _follow(self, act: PlannedAct, minute: float, patient: VirtualPatient, pump: Pump) -> list[Act]:
        """One planned act, unless the session has moved past it."""
        if self.status == "closed" or not self._fits(act.kind):
            return []
        if act.kind == "vital_signs":
            return self._set_out_of_turn(minute, patient)
        content = act.content
        if act.kind == "rate_changed":
            content = self._rate(minute, float(content["rate_mg_per_kg_per_h"]), pump)
        elif act.kind == "bolus":
            content = self._bolus(minute, float(content["dose_mg_per_kg"]), patient)
            drawn = {"amount_mg": content["dose_mg"]}
            return [Act(minute, "drug_drawn", drawn), Act(minute, act.kind, content)]
        elif act.kind == "pump_volume":
            content = pump.report()
        elif act.kind == "dissociation":
            content = self._observer.dissociation(patient)
        elif act.kind == "weight":
            self._dosing_weight_kg = float(content["weight_kg"])
        elif act.kind == "medication_given":
            patient.give_medication(content["drug_name"], content["dose"], content["dose_unit"], minute)
            if DrugClass.BENZODIAZEPINE in drug_classes(content["drug_name"]):
                self._watch_sedated(minute)
        self._move(act.kind, minute, pump)
        return [Act(minute, act.kind, content)]

    def _set_out_of_turn(self, minute: float, patient: VirtualPatient) -> list[Act]:
        if self._schedule.is_near(minute):
            self._round_done(minute)
        return self._set(minute, patient)

    def _set(self, minute: float, patient: VirtualPatient) -> list[Act]:
        """Vital signs, and the sedation level with them."""
        return [
            Act(minute, "vital_signs", self._observer.usual_set(patient), is_of_round=True),
            Act(minute, "sedation", self._observer.sedation(patient), is_of_round=True),
        ]

    def measure_soon(self, minute: float) -> None:
        """She has promised a new set: the next round is due now."""
        self._schedule.next_min = min(self._schedule.next_min, minute)

    def _watch_sedated(self, minute: float) -> None:
        self._sedative_min = minute
        self._schedule.tighten(minute, TIGHT_AFTER_SEDATIVE_MIN)
        if self._discharge_min is not None:
            self._discharge_min = max(self._discharge_min, minute + _OBSERVED_MIN)

    def _bolus(self, minute: float, dose_mg_per_kg: float, patient: VirtualPatient) -> dict[str, Any]:
        dose_mg = round(dose_mg_per_kg * self._dosing_weight_kg, 1)
        patient.give_bolus(dose_mg)
        self._schedule.tighten(minute)
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
            sedative_min = self._sedative_min if self._sedative_min is not None else minute - _OBSERVED_MIN
            self._discharge_min = max(minute + self._plan.recovery_min, sedative_min + _OBSERVED_MIN)

    def _rate(self, minute: float, rate_mg_per_kg_per_h: float, pump: Pump) -> dict[str, Any]:
        if rate_mg_per_kg_per_h > self._rate_mg_per_kg_per_h:
            self._schedule.tighten(minute)
        self._rate_mg_per_kg_per_h = rate_mg_per_kg_per_h
        pump_rate = pump.program(rate_mg_per_kg_per_h * self._dosing_weight_kg)
        return {
            "pump_rate_ml_per_h": pump_rate,
            "concentration_mg_per_ml": pump.concentration_mg_per_ml,
            "ordered_by": PHYSICIAN,
        }

    def _start(self, minute: float, patient: VirtualPatient, pump: Pump) -> list[Act]:
        if self.status != "ready" or minute < self._start_min:
            return []
        # Where the start is held after all, she tries again after a while.
        self._start_min = minute + _TRY_AGAIN_MIN
        acts = []
        if minute - self._baseline_min > _BASELINE_HOLDS_MIN:
            acts.append(Act(minute, "vital_signs", self._new_baseline(patient, minute)))
        if self._plan.start_override is not None:
            acts.append(Act(minute, "start_override", {"reason": self._plan.start_override.reason}))
        rate = self._rate(minute, self._plan.rate_mg_per_kg_per_h, pump)
        self._round_done(minute)
        self._next_pain_min = minute + self._jittered(self._plan.pain_round_min)
        self._move("infusion_started", minute, pump)
        return [*acts, Act(minute, "infusion_started", rate)]

    def _end(self, minute: float, _patient: VirtualPatient, pump: Pump) -> list[Act]:
        """Ends when the planned time is over or the planned total is in, whichever comes first."""
        planned_mg = planned_total_mg(self._persona, self._plan)
        is_over = minute >= START_MIN + self._plan.duration_min or pump.reported_mg >= planned_mg
        if self.status not in ("running", "paused") or not is_over:
            return []
        self._move("infusion_ended", minute, pump)
        self._next_pain_min = minute + 15
        acts = [Act(minute, "infusion_ended", {"reason": "completed"})]
        rest_mg = rest_of_bag_mg(self._persona, self._plan, pump)
        return [*acts, Act(minute, "drug_wasted", {"amount_mg": rest_mg})] if rest_mg > 0 else acts

    def _round(self, minute: float, patient: VirtualPatient, _pump: Pump) -> list[Act]:
        """One round at the chair: vital signs with the sedation level, and pain when it is due."""
        if self.status not in ("running", "paused", "recovery") or minute < self._schedule.next_min:
            return []
        is_recovery = self.status == "recovery"
        self._round_done(minute)
        acts = self._set(minute, patient)
        if minute >= self._next_pain_min and (self._plan.has_pain_after or not is_recovery):
            interval = _RECOVERY_PAIN_ROUND_MIN if is_recovery else self._plan.pain_round_min
            self._next_pain_min = minute + self._jittered(interval)
            acts.append(Act(minute, "pain_score", self._observer.pain(patient)))
        return acts

    def _round_done(self, minute: float) -> None:
        is_above_one = self._rate_mg_per_kg_per_h > 1
        is_recovery = self.status == "recovery"
        self._schedule.done(minute, is_recovery=is_recovery, is_above_one_mg_per_kg_per_h=is_above_one)

    def _discharge(self, minute: float, patient: VirtualPatient, pump: Pump) -> list[Act]:
        """Two complete sets some minutes apart, then home; a patient who is not settled is watched on."""
        due = self._discharge_min
        if self.status != "recovery" or due is None:
            return []
        first = self._first_home_set_min
        if first is None:
            if minute < due - _HOME_SETS_APART_MIN:
                return []
            self._first_home_set_min = minute
            self._discharge_min = max(due, minute + _HOME_SETS_APART_MIN)
        elif minute < due:
            return []
        taken = self._observer.complete_set(patient)
        self._round_done(minute)
        acts = [Act(minute, "vital_signs", taken), Act(minute, "sedation", self._observer.sedation(patient))]
        if patient.sedation_depth() > 0 or (self._baseline is not None and not is_settled(taken, self._baseline)):
            self._discharge_min, self._first_home_set_min = minute + 2 * _HOME_SETS_APART_MIN, None
            return acts
        return acts if first is None else [*acts, *self._going_home(minute, patient, pump)]

    def _going_home(self, minute: float, patient: VirtualPatient, pump: Pump) -> list[Act]:
        self._move("discharged", minute, pump)
        pain = [Act(minute, "pain_score", self._observer.pain(patient))] if self._plan.has_pain_after else []
        assessment = Act(minute, "discharge_assessment", discharge_assessment(nausea=False))
        home = {"escort": "Demo Escort", "has_written_instructions": True, "has_driving_advice": True}
        return [*pain, assessment, Act(minute, "discharged", home)]

    def _jittered(self, minutes: float) -> float:
        return minutes * float(self._generator.uniform(0.8, 1.15))
