"""The closed union of what can be appended to the record: entries of a session, and entries of the clinic itself.

Each entry is an envelope (`Entry`: ids, two times, source, author) around one content class of the modules
`*_contents`. An entry is never changed; a later entry names it (`Amendment`, `EnteredInError`). Fields carry their unit
in the name; None means "nothing was said", never zero and never normal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from session_store.domain.care_contents import (
    AdverseEffect,
    AdverseEffectUpdate,
    DischargeAssessment,
    Discharged,
    FollowUp,
    MedicationGiven,
    SeriousEvent,
)
from session_store.domain.clinic_contents import (
    AlertLimitsChanged,
    AlertLimitsSigned,
    ChairDescribed,
    ClinicDetails,
    ClinicEnteredInError,
    ShiftCount,
    StaffCredential,
    StockWitnessed,
    VialStock,
)
from session_store.domain.entry_choices import Source
from session_store.domain.entry_fields import FieldRefused, FieldSpec, Problem, plain_value, read_value
from session_store.domain.infusion_contents import (
    BagChanged,
    BagDispensed,
    Bolus,
    InfusionEnded,
    InfusionPaused,
    InfusionResumed,
    InfusionStarted,
    PumpVolume,
    RateChanged,
)
from session_store.domain.ledger_contents import DrugDrawn, DrugReturned, DrugWasted, LedgerWitnessed
from session_store.domain.limits import Zone
from session_store.domain.observation_contents import Dissociation, PainScore, Sedation, VitalSigns
from session_store.domain.record_contents import (
    Acknowledgement,
    Amendment,
    AtTheChair,
    EnteredInError,
    Message,
    Note,
    TabletHeardAgain,
    TabletSilent,
)
from session_store.domain.session_contents import (
    ChairHandover,
    Consent,
    CourseDecided,
    DischargeOverride,
    LeftAgainstAdvice,
    OxygenTargetPrescribed,
    PatientHistory,
    PatientLimit,
    ReadinessItemAnswered,
    SessionAborted,
    SessionCancelled,
    SessionPlanned,
    SessionReady,
    SettingAttested,
    StartOverride,
    SupervisionHandover,
    Transferred,
    Weight,
)
from session_store.domain.typed_units import convert_typed_units, explained

# Signs that are due by the schedule, one clock each.
SCHEDULED_SIGNS = ("heart_rate_per_min", "systolic_mmhg", "spo2_percent", "respiratory_rate_per_min")
# Signs that one cuff measurement gives together; also a monitor measures them minutes apart.
CUFF_SIGNS = frozenset({"systolic_mmhg", "diastolic_mmhg", "mean_arterial_mmhg"})

Content = (
    SessionPlanned
    | PatientHistory
    | ReadinessItemAnswered
    | Consent
    | Weight
    | SettingAttested
    | SessionReady
    | StartOverride
    | DischargeOverride
    | PatientLimit
    | OxygenTargetPrescribed
    | ChairHandover
    | SupervisionHandover
    | CourseDecided
    | Transferred
    | LeftAgainstAdvice
    | SessionCancelled
    | SessionAborted
    | BagDispensed
    | BagChanged
    | InfusionStarted
    | RateChanged
    | InfusionPaused
    | InfusionResumed
    | InfusionEnded
    | Bolus
    | PumpVolume
    | VitalSigns
    | PainScore
    | Sedation
    | Dissociation
    | AdverseEffect
    | AdverseEffectUpdate
    | SeriousEvent
    | MedicationGiven
    | DischargeAssessment
    | Discharged
    | FollowUp
    | DrugDrawn
    | DrugWasted
    | DrugReturned
    | LedgerWitnessed
    | Note
    | Message
    | Amendment
    | EnteredInError
    | Acknowledgement
    | AtTheChair
    | TabletSilent
    | TabletHeardAgain
)
ClinicContent = (
    ClinicDetails
    | ChairDescribed
    | StaffCredential
    | VialStock
    | ShiftCount
    | StockWitnessed
    | AlertLimitsChanged
    | AlertLimitsSigned
    | ClinicEnteredInError
)

SESSION_KINDS: dict[str, type[Any]] = {content.kind: content for content in Content.__args__}
CLINIC_KINDS: dict[str, type[Any]] = {content.kind: content for content in ClinicContent.__args__}
# Written by the server on its own clock: nobody sends, amends or withdraws one.
SERVER_KINDS = frozenset({TabletSilent.kind, TabletHeardAgain.kind})
CONTENT_CLASSES: dict[str, type[Any]] = {**SESSION_KINDS, **CLINIC_KINDS}
FIELD_SPECS: dict[str, dict[str, FieldSpec]] = {
    kind: {item.name: item.metadata["spec"] for item in fields(content)} for kind, content in CONTENT_CLASSES.items()
}
# Parts of the specifications that every entry passes, made once.
_NOTHING_SAID = {
    kind: {name: read_value(spec, None) for name, spec in specs.items()} for kind, specs in FIELD_SPECS.items()
}
_REQUIRED = {kind: tuple(name for name, spec in specs.items() if spec.required) for kind, specs in FIELD_SPECS.items()}
_LIMITED = {
    kind: tuple((name, spec.limits) for name, spec in specs.items() if spec.limits is not None)
    for kind, specs in FIELD_SPECS.items()
}
# The signs with a column, a schedule or limits of their own.
VITAL_SIGN_FIELDS = (
    "heart_rate_per_min", "systolic_mmhg", "diastolic_mmhg", "mean_arterial_mmhg", "spo2_percent",
    "respiratory_rate_per_min", "end_tidal_co2_mmhg", "temperature_celsius",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEntry:
    """The envelope of an appended fact: when it was true, when the server learned it, from whom.

    `seq` counts from 1 in the order of recording. `effective_at` is corrected by the sender's measured clock offset
    where one was given; `sent_effective_at` keeps what was sent.
    """

    entry_id: UUID
    seq: int
    effective_at: datetime
    recorded_at: datetime
    source: Source
    author_id: UUID
    author_name: str
    is_simulated: bool
    is_late: bool = False
    confirmed: tuple[str, ...] = ()
    sent_effective_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(RecordedEntry):
    """One appended fact of a session; `seq` counts within the session."""

    session_id: UUID
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicEntry(RecordedEntry):
    """One appended fact about the clinic itself; `seq` counts within the clinic."""

    content: ClinicContent


def read_content(kind: str, raw: Mapping[str, Any]) -> tuple[Any, list[Problem]]:
    """The typed content of an entry, or the reasons why it cannot be a fact. Unknown fields are refused."""
    specs = FIELD_SPECS.get(kind)
    if specs is None:
        return None, [Problem("kind", "unknown kind of entry", ", ".join(sorted(CONTENT_CLASSES)))]
    problems = [Problem(name, "unknown field", ", ".join(specs)) for name in raw if name not in specs]
    values: dict[str, Any] = dict(_NOTHING_SAID[kind])
    for name in raw.keys() & specs.keys():
        try:
            values[name] = read_value(specs[name], raw[name])
        except FieldRefused as refused:
            problems.append(explained(Problem(name, refused.reason, refused.limit), raw[name]))
    problems += convert_typed_units(kind, values)
    known = {one.field for one in problems}
    for name in _REQUIRED[kind]:
        if values[name] in (None, "") and name not in known:
            problems.append(Problem(name, "is missing", None))
    return (None if problems else CONTENT_CLASSES[kind](**values)), problems


def unusual_fields(content: Content | ClinicContent) -> list[Problem]:
    """The fields outside their recommended limits: possible, but a person is asked to confirm."""
    unusual = []
    for name, limits in _LIMITED[content.kind]:
        value = getattr(content, name)
        if value is not None and limits.zone(value) is Zone.UNUSUAL:
            unusual.append(Problem(name, f"{value} {limits.unit} is unusual", limits.recommended_text()))
    return unusual


def plain_content(content: Content | ClinicContent) -> dict[str, Any]:
    """The content in JSON types, without what was not said; decimals as exact text."""
    plain = {}
    for name in FIELD_SPECS[content.kind]:
        value = getattr(content, name)
        if value not in (None, {}, ()):
            plain[name] = plain_value(value)
    return plain
