"""The closed union of what can be appended to the record of one infusion session.

Each entry is an envelope (`Entry`: ids, two times, source, author) around one content class of this module. An
entry is never changed; a later entry names it (`EnteredInError`). Fields carry their unit in the name; None means
"nothing was said", never zero and never normal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from session_store.domain import limits
from session_store.domain.entry_fields import (
    FieldRefused,
    FieldSpec,
    Problem,
    boolean,
    channels,
    choice,
    identifier,
    number,
    plain_value,
    read_value,
    reasons,
    text,
)
from session_store.domain.limits import Zone


class Source(StrEnum):
    """Where an entry came from."""

    HAND = "hand"
    MONITOR = "monitor"
    PUMP = "pump"
    IMPORT = "import"


class Drug(StrEnum):
    """The infused drug."""

    RACEMIC_KETAMINE = "racemic_ketamine"
    ESKETAMINE = "esketamine"


class WeightBasis(StrEnum):
    """How the weight is known."""

    MEASURED = "measured"
    STATED = "stated"


class PainInstrument(StrEnum):
    """Pain scale; never converted into another."""

    NRS = "nrs"
    VAS = "vas"


class PainRecall(StrEnum):
    """Which time the pain score speaks of."""

    NOW = "now"
    AVERAGE_24H = "average_24h"
    WORST_24H = "worst_24h"


class PainCircumstance(StrEnum):
    """At rest or on movement."""

    REST = "rest"
    MOVEMENT = "movement"


class NoPainScore(StrEnum):
    """Why there is no pain score; "asleep" is a valid answer."""

    ASLEEP = "asleep"
    DECLINED = "declined"
    UNABLE = "unable"


class SedationScale(StrEnum):
    """Sedation scale; levels of different scales are never compared."""

    RASS = "rass"
    POSS = "poss"
    MOAAS = "moaas"
    RAMSAY = "ramsay"


class EndReason(StrEnum):
    """Why the infusion ended."""

    COMPLETED = "completed"
    ADVERSE_EFFECT = "adverse_effect"
    PATIENT_WISH = "patient_wish"
    OTHER = "other"


class TransferDestination(StrEnum):
    """Where a patient was transferred to."""

    WARD = "ward"
    HOSPITAL = "hospital"


class AcknowledgementAction(StrEnum):
    """What the acknowledging person does about an alert."""

    REMEASURE = "remeasure"
    RATE_LOWERED = "rate_lowered"
    INFUSION_PAUSED = "infusion_paused"
    INFUSION_STOPPED = "infusion_stopped"
    DRUG_GIVEN = "drug_given"
    PHYSICIAN_AT_CHAIR = "physician_at_chair"
    EXPECTED_EFFECT = "expected_effect"
    OTHER = "other"


class AdverseEffectTerm(StrEnum):
    """Pick-list of adverse effects; local codes, SNOMED CT codes follow."""

    NAUSEA = "nausea"
    VOMITING = "vomiting"
    DIZZINESS = "dizziness"
    HEADACHE = "headache"
    SEVERE_HEADACHE = "severe_headache"
    DROWSINESS = "drowsiness"
    HALLUCINATION = "hallucination"
    DISSOCIATION = "dissociation"
    ANXIETY = "anxiety"
    AGITATION = "agitation"
    CONFUSION = "confusion"
    VISUAL_DISTURBANCE = "visual_disturbance"
    VISUAL_LOSS = "visual_loss"
    SALIVATION = "salivation"
    PALPITATIONS = "palpitations"
    ITCH_OR_RASH = "itch_or_rash"
    IV_SITE_PAIN = "iv_site_pain"
    FATIGUE = "fatigue"
    NEAR_SYNCOPE = "near_syncope"
    CHEST_PAIN = "chest_pain"
    SYNCOPE = "syncope"
    APNOEA = "apnoea"
    LARYNGOSPASM = "laryngospasm"
    UNRESPONSIVE = "unresponsive"
    SEIZURE = "seizure"
    ANAPHYLAXIS = "anaphylaxis"
    OTHER = "other"


# `emergency_now` terms raise a critical alert at once (clinical-decisions 4); symptoms count for the "with
# symptoms" pressure rules of the last 15 min.
EMERGENCY_TERMS = frozenset(
    {
        AdverseEffectTerm.APNOEA,
        AdverseEffectTerm.CHEST_PAIN,
        AdverseEffectTerm.SEIZURE,
        AdverseEffectTerm.ANAPHYLAXIS,
        AdverseEffectTerm.UNRESPONSIVE,
        AdverseEffectTerm.LARYNGOSPASM,
        AdverseEffectTerm.SYNCOPE,
    }
)
SYMPTOM_TERMS = frozenset(
    {
        AdverseEffectTerm.CHEST_PAIN,
        AdverseEffectTerm.SYNCOPE,
        AdverseEffectTerm.SEVERE_HEADACHE,
        AdverseEffectTerm.VISUAL_LOSS,
        AdverseEffectTerm.CONFUSION,
    }
)

# Signs that are due by the schedule, one clock each.
SCHEDULED_SIGNS = ("heart_rate_per_min", "systolic_mmhg", "spo2_percent", "respiratory_rate_per_min")
# Signs that one cuff measurement gives together; also a monitor measures them minutes apart.
CUFF_SIGNS = frozenset({"systolic_mmhg", "diastolic_mmhg", "mean_arterial_mmhg"})


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """Body weight; the last one recorded holds for the whole session, and rates are judged again with it."""

    kind: ClassVar[str] = "weight"
    weight_kg: Decimal = number(limits.WEIGHT, required=True, max_decimals=2, label="Weight")
    basis: str = choice(WeightBasis, required=True, label="Measured or stated")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingAttested:
    """A named person says whether the setting is monitored (Cohen 2018: above 1 mg/kg/h a monitored setting)."""

    kind: ClassVar[str] = "setting_attested"
    is_monitored: bool = boolean(required=True, label="Monitored setting")
    attested_by: str = text(required=True, max_length=80, label="Attested by")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionReady:
    """Preparation is complete; the session is open and on the panel."""

    kind: ClassVar[str] = "session_ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOverride:
    """A physician lets the start through although something is missing or outside the rule set."""

    kind: ClassVar[str] = "start_override"
    reason: str = text(required=True, max_length=400, label="Reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpSetting:
    """What the pump is set to: rate and concentration; mg/h and mg/kg/h, when given, must agree with them."""

    pump_rate_ml_per_h: Decimal = number(limits.PUMP_RATE, required=True, label="Pump rate")
    concentration_mg_per_ml: Decimal = number(limits.CONCENTRATION, required=True, label="Concentration")
    rate_mg_per_h: Decimal | None = number(limits.INFUSION_RATE, label="Rate")
    rate_mg_per_kg_per_h: Decimal | None = number(limits.INFUSION_RATE_PER_KG, label="Rate")
    ordered_by: str | None = text(max_length=80, label="Ordered by")


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionStarted(PumpSetting):
    """The pump runs."""

    kind: ClassVar[str] = "infusion_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChanged(PumpSetting):
    """The pump runs at another rate from now on; the same fields as at the start."""

    kind: ClassVar[str] = "rate_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionPaused:
    """The pump stands still; one tap, no fields."""

    kind: ClassVar[str] = "infusion_paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionResumed:
    """The pump runs again at the rate last recorded."""

    kind: ClassVar[str] = "infusion_resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionEnded:
    """The infusion is over; the session goes on in recovery. One tap: the reason may follow."""

    kind: ClassVar[str] = "infusion_ended"
    reason: str | None = choice(EndReason, label="Reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bolus:
    """A single dose of the infused drug."""

    kind: ClassVar[str] = "bolus"
    dose_mg: Decimal = number(limits.BOLUS_DOSE, required=True, label="Bolus")
    ordered_by: str | None = text(max_length=80, label="Ordered by")


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalSigns:
    """One set of vital signs; each is optional, and each can be "could not measure" with a reason."""

    kind: ClassVar[str] = "vital_signs"
    heart_rate_per_min: Decimal | None = number(limits.HEART_RATE, label="Heart rate")
    systolic_mmhg: Decimal | None = number(limits.SYSTOLIC, label="Systolic")
    diastolic_mmhg: Decimal | None = number(limits.DIASTOLIC, label="Diastolic")
    mean_arterial_mmhg: Decimal | None = number(limits.MEAN_ARTERIAL, label="Mean pressure")
    spo2_percent: Decimal | None = number(limits.SPO2, label="SpO2")
    respiratory_rate_per_min: Decimal | None = number(limits.RESPIRATORY_RATE, label="Breaths")
    end_tidal_co2_mmhg: Decimal | None = number(limits.END_TIDAL_CO2, label="EtCO2")
    temperature_celsius: Decimal | None = number(limits.TEMPERATURE, label="Temperature")
    supplemental_oxygen: bool | None = boolean(label="Supplemental oxygen")
    not_measured: Mapping[str, str] = reasons()
    device_profile: str | None = text(max_length=40, label="Device profile")
    channels: Mapping[str, str] = channels()


@dataclass(frozen=True, slots=True, kw_only=True)
class PainScore:
    """A pain score the patient gave, in one instrument, or the reason why there is none."""

    kind: ClassVar[str] = "pain_score"
    instrument: str = choice(PainInstrument, required=True, label="Scale")
    score_points: Decimal | None = number(limits.NRS, whole=True, label="NRS")
    score_mm: Decimal | None = number(limits.VAS, max_decimals=1, label="VAS")
    recall: str = choice(PainRecall, required=True, label="Time")
    circumstance: str = choice(PainCircumstance, required=True, label="At rest or on movement")
    no_score: str | None = choice(NoPainScore, label="No score")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sedation:
    """A sedation level, stored with the name of its scale."""

    kind: ClassVar[str] = "sedation"
    scale: str = choice(SedationScale, required=True, label="Scale")
    level: Decimal = number(
        limits.Limits(Decimal(-5), Decimal(6), Decimal(-5), Decimal(6), ""), required=True, whole=True
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEffect:
    """An adverse effect with its CTCAE grade; `regulatory_serious` is a separate fact, for review only."""

    kind: ClassVar[str] = "adverse_effect"
    term: str = choice(AdverseEffectTerm, required=True, label="Effect")
    ctcae_grade: Decimal | None = number(limits.CTCAE_GRADE, whole=True, label="Grade")
    regulatory_serious: bool | None = boolean(label="Serious (regulatory)")
    description: str | None = text(max_length=400, label="Description")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriousEvent:
    """One tap stamps the time of a serious event; what it was follows in other entries."""

    kind: ClassVar[str] = "serious_event"


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicationGiven:
    """A rescue or adjunct drug; the dose is always typed, never suggested."""

    kind: ClassVar[str] = "medication_given"
    drug_name: str = text(required=True, max_length=60, label="Drug")
    dose: Decimal = number(limits.DRUG_DOSE, required=True, label="Dose")
    dose_unit: str = text(required=True, max_length=20, label="Unit")
    route: str = text(required=True, max_length=20, label="Route")
    reason: str | None = text(max_length=200, label="Reason")
    ordered_by: str | None = text(max_length=80, label="Ordered by")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Free text."""

    kind: ClassVar[str] = "note"
    text: str = text(required=True, max_length=1000, label="Note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Discharged:
    """The patient went home."""

    kind: ClassVar[str] = "discharged"
    escort: str | None = text(max_length=80, label="Escort")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredInError:
    """Withdraws another entry of the same session; the withdrawn one stays readable."""

    kind: ClassVar[str] = "entered_in_error"
    withdrawn_entry_id: UUID = identifier(required=True)
    reason: str = text(required=True, max_length=400, label="Reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """A named person has seen an alert and chosen an action."""

    kind: ClassVar[str] = "acknowledgement"
    alert_id: UUID = identifier(required=True)
    action: str = choice(AcknowledgementAction, required=True, label="Action")
    deadline_min: Decimal | None = number(limits.PROMISE, whole=True, label="Within")
    remark: str | None = text(max_length=400, label="Remark")


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTheChair:
    """Somebody stands at the chair because of an alert; it does not silence the physician."""

    kind: ClassVar[str] = "at_the_chair"
    alert_id: UUID = identifier(required=True)


Content = (
    SessionPlanned
    | Weight
    | SettingAttested
    | SessionReady
    | StartOverride
    | InfusionStarted
    | RateChanged
    | InfusionPaused
    | InfusionResumed
    | InfusionEnded
    | Bolus
    | VitalSigns
    | PainScore
    | Sedation
    | AdverseEffect
    | SeriousEvent
    | MedicationGiven
    | Note
    | Discharged
    | Transferred
    | LeftAgainstAdvice
    | SessionCancelled
    | SessionAborted
    | EnteredInError
    | Acknowledgement
    | AtTheChair
)

CONTENT_CLASSES: dict[str, type[Any]] = {content.kind: content for content in Content.__args__}
FIELD_SPECS: dict[str, dict[str, FieldSpec]] = {
    kind: {item.name: item.metadata["spec"] for item in fields(content)} for kind, content in CONTENT_CLASSES.items()
}
VITAL_SIGN_FIELDS = tuple(name for name, spec in FIELD_SPECS["vital_signs"].items() if spec.limits is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One appended fact: what (`content`), when it was true, when the server learned it, from whom.

    `seq` counts from 1 within the session in the order of recording. `effective_at` is corrected by the sender's
    measured clock offset where one was given; `sent_effective_at` keeps what was sent.
    """

    session_id: UUID
    entry_id: UUID
    seq: int
    effective_at: datetime
    recorded_at: datetime
    source: Source
    author_id: UUID
    author_name: str
    is_simulated: bool
    content: Content
    is_late: bool = False
    confirmed: tuple[str, ...] = ()
    sent_effective_at: datetime | None = None


def read_content(kind: str, raw: Mapping[str, Any]) -> tuple[Content | None, list[Problem]]:
    """The typed content of an entry, or the reasons why it cannot be a fact. Unknown fields are refused."""
    specs = FIELD_SPECS.get(kind)
    if specs is None:
        return None, [Problem("kind", "unknown kind of entry", ", ".join(sorted(CONTENT_CLASSES)))]
    problems = [Problem(name, "unknown field", ", ".join(specs)) for name in raw if name not in specs]
    values: dict[str, Any] = {}
    for name, spec in specs.items():
        try:
            values[name] = read_value(spec, raw.get(name))
        except FieldRefused as refused:
            problems.append(Problem(name, refused.reason, refused.limit))
            continue
        if spec.required and (values[name] is None or values[name] == ""):
            problems.append(Problem(name, "is missing", None))
    return (None if problems else CONTENT_CLASSES[kind](**values)), problems


def unusual_fields(content: Content) -> list[Problem]:
    """The fields outside their recommended limits: possible, but a person is asked to confirm."""
    unusual = []
    for name, spec in FIELD_SPECS[content.kind].items():
        value = getattr(content, name)
        if spec.limits is not None and value is not None and spec.limits.zone(value) is Zone.UNUSUAL:
            unusual.append(Problem(name, f"{value} {spec.limits.unit} is unusual", spec.limits.recommended_text()))
    return unusual


def plain_content(content: Content) -> dict[str, Any]:
    """The content in JSON types, without what was not said; decimals as exact text."""
    plain = {}
    for name in FIELD_SPECS[content.kind]:
        value = getattr(content, name)
        if value is not None and value != {}:
            plain[name] = plain_value(value)
    return plain
