"""What is done for the patient: effects and their course, drugs, discharge, follow-up."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from session_store.domain import limits
from session_store.domain.entry_choices import (
    AdverseEffectTerm,
    DischargeScore,
    EffectAction,
    EffectOutcome,
    FollowOnDrug,
    FollowUpPoint,
    GlobalChange,
    LateEffect,
    PainCircumstance,
    PainInstrument,
    PainRecall,
    Reached,
    Satisfaction,
)
from session_store.domain.entry_fields import boolean, choice, identifier, instant, number, several, text
from session_store.domain.infusion_contents import Ordered


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEffect:
    """An adverse effect with its CTCAE grade; `regulatory_serious` is a separate fact, for review only."""

    kind: ClassVar[str] = "adverse_effect"
    term: str = choice(AdverseEffectTerm, required=True, label="Effect")
    ctcae_grade: Decimal | None = number(limits.CTCAE_GRADE, whole=True, label="Grade")
    regulatory_serious: bool | None = boolean(label="Serious (regulatory)")
    description: str | None = text(max_length=400, label="Description")
    onset_at: datetime | None = instant(label="Began")
    action_taken: str | None = choice(EffectAction, label="Action")
    outcome: str | None = choice(EffectOutcome, label="Outcome")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEffectUpdate:
    """How an adverse effect on record went on; the first entry stays as it was."""

    kind: ClassVar[str] = "adverse_effect_update"
    effect_entry_id: UUID = identifier(required=True, label="Effect")
    ctcae_grade: Decimal | None = number(limits.CTCAE_GRADE, whole=True, label="Grade")
    regulatory_serious: bool | None = boolean(label="Serious (regulatory)")
    action_taken: str | None = choice(EffectAction, label="Action")
    outcome: str | None = choice(EffectOutcome, label="Outcome")
    resolved_at: datetime | None = instant(label="Ended")
    description: str | None = text(max_length=400, label="Description")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriousEvent:
    """One tap stamps the time of a serious event; what it was follows in other entries."""

    kind: ClassVar[str] = "serious_event"


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicationGiven(Ordered):
    """A rescue or adjunct drug; the dose is always typed, never suggested."""

    kind: ClassVar[str] = "medication_given"
    drug_name: str = text(required=True, max_length=60, label="Drug")
    dose: Decimal = number(limits.DRUG_DOSE, required=True, label="Dose")
    dose_unit: str = text(required=True, max_length=20, label="Unit")
    route: str = text(required=True, max_length=20, label="Route")
    reason: str | None = text(max_length=200, label="Reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class DischargeAssessment:
    """One discharge score, item by item (0 to 2 each), and what ketamine asks for beside it. An item that is not
    answered leaves the total open; it is never counted as met."""

    kind: ClassVar[str] = "discharge_assessment"
    score: str = choice(DischargeScore, required=True, label="Score")
    padss_vital_signs: Decimal | None = number(limits.DISCHARGE_ITEM, whole=True, label="Vital signs")
    padss_ambulation: Decimal | None = number(limits.DISCHARGE_ITEM, whole=True, label="Walking")
    padss_nausea: Decimal | None = number(limits.DISCHARGE_ITEM, whole=True, label="Nausea")
    padss_pain: Decimal | None = number(limits.DISCHARGE_ITEM, whole=True, label="Pain")
    padss_iv_site: Decimal | None = number(limits.DISCHARGE_ITEM, whole=True, label="IV site")
    aldrete_activity: Decimal | None = number(limits.DISCHARGE_ITEM, whole=True, label="Activity")
    aldrete_respiration: Decimal | None = number(limits.DISCHARGE_ITEM, whole=True, label="Breathing")
    aldrete_circulation: Decimal | None = number(limits.DISCHARGE_ITEM, whole=True, label="Circulation")
    aldrete_consciousness: Decimal | None = number(limits.DISCHARGE_ITEM, whole=True, label="Consciousness")
    aldrete_oxygen_saturation: Decimal | None = number(limits.DISCHARGE_ITEM, whole=True, label="Oxygen saturation")
    is_oriented: bool | None = boolean(label="Oriented, dissociation gone")
    walks_safely: bool | None = boolean(label="Walks safely")
    understands_instructions: bool | None = boolean(label="Understands the instructions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Discharged:
    """The patient went home. `has_happened`: has left already, so that nothing holds the record of it."""

    kind: ClassVar[str] = "discharged"
    has_happened: bool | None = boolean(label="Has left already")
    escort: str | None = text(max_length=80, label="Escort")
    has_written_instructions: bool | None = boolean(label="Written instructions given")
    has_driving_advice: bool | None = boolean(label="Told not to drive until the next day")


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What the patient tells later; each answer optional. Functional measures by name and score alone."""

    kind: ClassVar[str] = "follow_up"
    point: str = choice(FollowUpPoint, required=True, label="Follow-up")
    reached: str = choice(Reached, required=True, label="Reached")
    instrument: str | None = choice(PainInstrument, label="Scale")
    score_points: Decimal | None = number(limits.NRS, max_decimals=1, label="NRS")
    score_mm: Decimal | None = number(limits.VAS, max_decimals=1, label="VAS")
    recall: str | None = choice(PainRecall, label="Time")
    circumstance: str | None = choice(PainCircumstance, label="At rest or on movement")
    satisfaction: str | None = choice(Satisfaction, label="Satisfaction")
    global_change: str | None = choice(GlobalChange, label="Global change (PGIC)")
    function_measure: str | None = text(max_length=40, label="Functional measure")
    function_score: Decimal | None = number(limits.FUNCTION_SCORE, label="Functional score")
    function_low: Decimal | None = number(limits.FUNCTION_SCORE, label="Lowest score")
    function_high: Decimal | None = number(limits.FUNCTION_SCORE, label="Highest score")
    is_higher_better: bool | None = boolean(label="Higher is better")
    sleep_points: Decimal | None = number(limits.NRS, whole=True, label="Sleep, 0 best to 10 worst")
    mood_points: Decimal | None = number(limits.NRS, whole=True, label="Mood, 0 best to 10 worst")
    opioid_mg_morphine_per_day: Decimal | None = number(limits.OPIOID_USE, label="Opioids, as oral morphine")
    late_effects: tuple[str, ...] = several(LateEffect, label="Late effects")
    follow_on_drug: str | None = choice(FollowOnDrug, label="Follow-on drug")
    remark: str | None = text(max_length=1000, label="Remark")
