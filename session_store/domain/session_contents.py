"""What is recorded of a session as a whole: its plan, readiness, setting, team and ways to end."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from session_store.domain import limits
from session_store.domain.entry_choices import (
    ConsentScope,
    CourseDecision,
    Drug,
    OxygenTarget,
    ReadinessAnswer,
    ReadinessItem,
    TransferDestination,
    WeightBasis,
)
from session_store.domain.entry_fields import boolean, choice, identifier, number, text
from session_store.domain.observation_schedule import ObservationProtocol


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlanned:
    """The session's plan and whose it is; the first entry of every session."""

    kind: ClassVar[str] = "session_planned"
    patient_label: str = text(required=True, max_length=40, label="Patient label")
    second_identifier: str = text(required=True, max_length=40, label="Second identifier")
    age_years: Decimal = number(limits.AGE, required=True, whole=True, label="Age")
    chair_label: str = text(required=True, max_length=20, label="Chair")
    drug: str = choice(Drug, required=True, label="Drug")
    condition: str = text(required=True, max_length=80, label="Condition")
    supervising_physician: str = text(required=True, max_length=80, label="Supervising physician")
    planned_total_mg: Decimal | None = number(limits.PLANNED_TOTAL, label="Planned total")
    planned_duration_min: Decimal | None = number(limits.PLANNED_DURATION, whole=True, label="Planned duration")
    planned_rate_mg_per_kg_per_h: Decimal | None = number(limits.INFUSION_RATE_PER_KG, label="Planned rate")
    protocol_name: str | None = text(max_length=60, label="Protocol")
    observation_protocol: str | None = choice(ObservationProtocol, label="Observation schedule")
    course_id: UUID | None = identifier(label="Course")
    course_session_number: Decimal | None = number(limits.COURSE_SESSIONS, whole=True, label="Session of the course")
    course_session_count: Decimal | None = number(limits.COURSE_SESSIONS, whole=True, label="Sessions planned")
    course_interval_days: Decimal | None = number(limits.COURSE_INTERVAL, whole=True, label="Days between sessions")


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientHistory:
    """What the patient brings along and what tightens the watch; each answered or left open."""

    kind: ClassVar[str] = "patient_history"
    takes_home_opioids: bool | None = boolean(label="Takes opioids at home")
    takes_home_benzodiazepines: bool | None = boolean(label="Takes benzodiazepines at home")
    home_opioid_mg_morphine_per_day: Decimal | None = number(limits.OPIOID_USE, label="Home opioids, oral morphine")
    has_respiratory_disease: bool | None = boolean(label="Respiratory disease")
    has_sleep_apnoea_risk: bool | None = boolean(label="Sleep apnoea or its risk")
    remark: str | None = text(max_length=400, label="Remark")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessItemAnswered:
    """One item of the check list before a start, answered; "unchanged" names the earlier entry that it repeats."""

    kind: ClassVar[str] = "readiness_item"
    item: str = choice(ReadinessItem, required=True, label="Item")
    answer: str = choice(ReadinessAnswer, required=True, label="Answer")
    detail: str | None = text(max_length=200, label="Detail")
    unchanged_from_entry_id: UUID | None = identifier(label="Unchanged since")


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Consent to the treatment, given or refused; for a course it holds for all its sessions."""

    kind: ClassVar[str] = "consent"
    is_given: bool = boolean(required=True, label="Consent")
    scope: str = choice(ConsentScope, required=True, label="For")
    form_version: str | None = text(max_length=40, label="Form")
    taken_by: str = text(required=True, max_length=80, label="Taken by")
    unchanged_from_entry_id: UUID | None = identifier(label="Unchanged since")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """Body weight; the last one recorded holds for the whole session, and rates are judged again with it."""

    kind: ClassVar[str] = "weight"
    weight_kg: Decimal = number(limits.WEIGHT, required=True, max_decimals=2, label="Weight")
    basis: str = choice(WeightBasis, required=True, label="Measured or stated")
    weight_lb: Decimal | None = number(limits.WEIGHT_LB, max_decimals=2, label="Weight in pounds")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingAttested:
    """A named person says whether the setting is monitored (Cohen 2018: above 1 mg/kg/h a monitored setting)."""

    kind: ClassVar[str] = "setting_attested"
    is_monitored: bool = boolean(required=True, label="Monitored setting")
    attested_by: str = text(required=True, max_length=80, label="Attested by")
    has_resuscitation_equipment: bool | None = boolean(label="Resuscitation equipment")
    has_rescue_drugs: bool | None = boolean(label="Rescue drugs at hand")
    has_emergency_personnel: bool | None = boolean(label="Emergency personnel")
    supervising_account_id: UUID | None = identifier(label="Supervising physician")
    administering_account_id: UUID | None = identifier(label="Administering clinician")
    # Said by the server, from the credentials on record.
    lacking_credentials: str | None = text(max_length=400, label="Credentials missing or expired")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionReady:
    """Preparation is complete; the session is open and on the panel."""

    kind: ClassVar[str] = "session_ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOverride:
    """A physician lets the start through although something is missing or outside the rule set. `overridden`: the
    items by their rules; as sent those that were read, on record those of them that held, and no more is let
    through."""

    kind: ClassVar[str] = "start_override"
    reason: str = text(required=True, max_length=400, label="Reason")
    overridden: str | None = text(max_length=2000, label="Overridden")


@dataclass(frozen=True, slots=True, kw_only=True)
class DischargeOverride:
    """A physician lets the discharge home through although its gate holds it; `overridden` as at the start."""

    kind: ClassVar[str] = "discharge_override"
    reason: str = text(required=True, max_length=400, label="Reason")
    overridden: str | None = text(max_length=2000, label="Overridden")


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientLimit:
    """The supervising physician sets one limit for this patient and this session, with a reason."""

    kind: ClassVar[str] = "patient_limit"
    rule_id: str = text(required=True, max_length=60, label="Rule")
    limit: Decimal = number(limits.RULE_LIMIT, required=True, label="Limit")
    reason: str = text(required=True, max_length=400, label="Reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class OxygenTargetPrescribed:
    """The saturation to aim for; 88-92 % only for confirmed hypercapnic respiratory failure (NEWS2 scale 2)."""

    kind: ClassVar[str] = "oxygen_target"
    target: str = choice(OxygenTarget, required=True, label="Oxygen target")
    reason: str = text(required=True, max_length=400, label="Reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Who takes over, with the account where there is one."""

    taken_over_by: str = text(required=True, max_length=80, label="Taken over by")
    taken_over_by_account_id: UUID | None = identifier(label="Account")
    remark: str | None = text(max_length=400, label="Remark")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChairHandover(Handover):
    """The chair is handed over to another nurse or physician assistant."""

    kind: ClassVar[str] = "chair_handover"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionHandover(Handover):
    """The supervision is handed over; what the former supervisor attested lapses."""

    kind: ClassVar[str] = "supervision_handover"


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseDecided:
    """Whether and how the series of sessions goes on."""

    kind: ClassVar[str] = "course_decision"
    decision: str = choice(CourseDecision, required=True, label="The course is to")
    reason: str = text(required=True, max_length=400, label="Reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred:
    """The patient was moved to a ward or hospital; one tap, details may follow."""

    kind: ClassVar[str] = "transferred"
    destination: str | None = choice(TransferDestination, label="Destination")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAgainstAdvice:
    """The patient left against advice."""

    kind: ClassVar[str] = "left_against_advice"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCancelled:
    """The session ended before any drug ran; it stays countable."""

    kind: ClassVar[str] = "session_cancelled"
    reason: str | None = text(max_length=200, label="Reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAborted:
    """The session was broken off."""

    kind: ClassVar[str] = "session_aborted"
    reason: str | None = text(max_length=200, label="Reason")
