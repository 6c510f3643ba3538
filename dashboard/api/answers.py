"""The shapes of the answers, for the description of the HTTP interface: nothing passes through them at run time.

A test holds them against real answers. Tiles and entries have more fields than those named here: an entry carries the
fields of its kind.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


def ok(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that answers 200 with this shape."""
    return {200: {"model": model}}


class _Open(BaseModel):
    """Has more fields than are named."""

    model_config = ConfigDict(extra="allow")


class Problem(BaseModel):
    """Why something was refused or is asked about."""

    field: str = Field(description="the field, empty where it is none")
    reason: str
    limit: str | None


class Problems(BaseModel):
    """The answer of every refusal."""

    problems: list[Problem] = Field(min_length=1)


class AlertFact(BaseModel):
    """One step in the life of an alert."""

    fact: str
    alert_id: str
    rule_id: str
    condition: str
    level: str
    at: str
    text: str
    citation: str
    evidence_entry_id: str | None
    is_past: bool


class EntryResult(BaseModel):
    """What became of one sent entry; for a recorded one of a device, `problems` are warnings."""

    entry_id: str | None
    outcome: Literal["recorded", "duplicate", "confirmation_needed", "refused"]
    change_number: int | None
    problems: list[Problem]
    alerts: list[AlertFact]


class EntryResults(BaseModel):
    """One outcome an entry, in the order sent."""

    results: list[EntryResult]
    server_time: str


class PlannedSession(EntryResults):
    """One outcome an entry; all are recorded or none."""

    session_id: str


class Acknowledged(EntryResult):
    """What became of an acknowledgement."""

    server_time: str


class Overridden(EntryResult):
    """What became of an override, and who gave it."""

    author_name: str
    server_time: str


class TabletHeard(BaseModel):
    """When the server heard the tablet, by its own clock."""

    heard_at: str


class Tile(_Open):
    """One session as it stands."""

    session_id: str
    change_number: int
    patient_label: str | None
    status: str
    started_at: str | None
    closed_at: str | None
    is_simulated: bool
    infusion: dict[str, Any]
    signs: dict[str, Any]
    alerts: list[dict[str, Any]]


class SessionList(BaseModel):
    """One page of sessions; `next` is handed back as `after`, null on the last page."""

    sessions: list[Tile]
    next: str | None


class Withdrawal(BaseModel):
    """Who withdrew an entry, and why."""

    reason: str
    author_name: str
    recorded_at: str


class AmendmentOf(BaseModel):
    """One correction, with what the entry said before it."""

    entry_id: str
    author_name: str
    recorded_at: str
    reason: str
    changes: dict[str, Any]
    before: dict[str, Any]
    effective_at_before: str


class RecordedEntry(_Open):
    """One entry with the fields of its kind."""

    entry_id: str
    session_id: str | None
    seq: int
    kind: str
    effective_at: str
    recorded_at: str
    sent_effective_at: str | None
    source: str
    author_name: str
    is_simulated: bool
    is_late: bool
    confirmed: list[str]
    withdrawn: Withdrawal | None
    amendments: list[AmendmentOf]


class Timeline(BaseModel):
    """One session whole."""

    session: Tile
    dose: dict[str, Any]
    limits: list[dict[str, Any]] = Field(description="the limits that a physician may set for this patient, in force")
    bands: dict[str, list[float | None]] = Field(description="by sign: the warning limits in force, low and high")
    notes_at_end: list[str] = Field(description="total and duration beside the guideline's, after the end")
    entries: list[RecordedEntry]
    alerts: list[dict[str, Any]]
    change_number: int


class BandModel(BaseModel):
    """A published model whose line lies within the band."""

    name: str
    words: str = Field(description="title, whom it describes, where its samples came from")


class NoBand(BaseModel):
    """Why there is no band."""

    reason: str = Field(description="in words for the screen")


class PredictedConcentration(BaseModel):
    """A band across published models: lowest to highest at each time. A model, never measured, never for dosing."""

    is_model: Literal[True]
    site: Literal["venous"]
    models: list[BandModel]
    words: str | None = Field(description="to be shown with the band; null where there is none")
    first_drug_at: str | None = Field(description="when `minutes` count from")
    until_at: str | None = Field(description="now, or the closing of the session; nothing is predicted beyond")
    minutes: list[float] = Field(description="ascending, at most 240; none in the minute after a bolus")
    low_ng_per_ml: list[float]
    high_ng_per_ml: list[float]
    unavailable: NoBand | None


class GateItem(BaseModel):
    """One item of a gate: it holds the act, or only cautions."""

    rule_id: str
    words: str
    is_held: bool
    citation: str
    detail: str | None = Field(description="what the record says of it now")
    not_before: str | None = Field(description="from when on time meets it, or one more set can")


class Gates(BaseModel):
    """What holds or cautions the next act; `..._held` are the items that no physician has overridden."""

    act: str | None = Field(description="the act that is to come, start or discharge; null: the lists say nothing")
    status: str = Field(description="of the session, as it was asked about")
    start: list[GateItem]
    discharge: list[GateItem]
    start_held: list[str]
    discharge_held: list[str]
    start_override_by: str | None
    discharge_override_by: str | None
    home_scores: list[str] = Field(description="the discharge scores that the clinic goes by")
    home_score_at_least: float | None
    as_of: str


class AuditTrail(BaseModel):
    """Every entry as it was first recorded."""

    entries: list[RecordedEntry]


class CourseSession(BaseModel):
    """One session of a course."""

    session_id: str
    status: str
    planned_at: str | None
    started_at: str | None
    course_session_number: int | float | str | None
    course_session_count: int | float | str | None
    course_interval_days: int | float | str | None
    delivered_mg: float | None
    cumulative_mg: float | None
    course_decision: str | None


class Course(BaseModel):
    """A series of sessions."""

    course_id: str
    sessions: list[CourseSession]
    cumulative_mg: float | None
    last_decision: str | None


class VialStock(_Open):
    """Vials of one content: what should be there, and the last count."""

    vials: int
    counted: int | None
    difference: int | None


class ClinicRecord(BaseModel):
    """The clinic's own entries and what they say now."""

    entries: list[RecordedEntry]
    credentials: dict[str, dict[str, str]] = Field(description="by account: each credential with its expiry")
    vial_stock_by_content_mg: dict[str, VialStock]
    unwitnessed: list[str] = Field(description="stock entries that still need a second person")


class UnwitnessedWaste(BaseModel):
    """One waste that a second person is to witness within 24 h."""

    entry_id: str
    session_id: str
    patient_label: str | None
    chair_label: str | None
    amount_mg: float
    effective_at: str
    is_overdue: bool


class DueList(BaseModel):
    """What still needs a second person."""

    wastes: list[UnwitnessedWaste]
    stock: list[RecordedEntry]


class AlertRule(_Open):
    """One alert rule in force; limits are exact decimals as text."""

    rule_id: str
    group: str
    section: str
    condition: str
    kind: str
    level: str
    words: str
    limit: str | None
    unit: str
    delivered_limit: str | None
    clearing: str
    citation: str
    grade: str | None
    certainty: str | None
    is_proposal: bool
    is_editable: bool
    second_person_when: Literal["above", "below"] | None = Field(
        description="on which side of the limit in force another limit needs a second person"
    )


class RuleChange(_Open):
    """One change of limits: who, when, why, old and new, who signed, and where it stands."""

    entry_id: str
    author_name: str
    recorded_at: str
    reason: str
    replaced: list[dict[str, Any]]
    needs_second_person: bool
    signed_by: str | None
    standing: Literal["in_force", "waits", "lapsed", "withdrawn"]
    version: int | None


class AlertRules(_Open):
    """The rules in force, every change newest first, and those that wait for a second person."""

    version: int
    version_words: str
    rules: list[AlertRule]
    changes: list[RuleChange]
    waiting: list[RuleChange]


class RuleReplay(_Open):
    """Two sets of rules on the same past sessions."""

    sessions: int
    sessions_found: int
    needs_second_person: list[dict[str, str]] = Field(description="the critical limits that the change loosens")
    before: dict[str, Any]
    after: dict[str, Any]
    newly_caught: list[dict[str, Any]]
    newly_missed: list[dict[str, Any]]
    sessions_with_other_alerts: int
    differences: list[dict[str, Any]] = Field(description="the sessions whose alerts differ most")


class Panel(BaseModel):
    """The panel's first load."""

    server_time: str
    change_number: int
    clinic_time_zone: str
    is_simulated: bool
    tiles: list[Tile]


class Change(BaseModel):
    """One change of the record; a change of the clinic itself has no session and no tile."""

    v: int
    change_number: int
    recorded_at: str
    session_id: str | None
    entry: RecordedEntry | None
    alert_facts: list[AlertFact]
    tile: Tile | None


class Changes(BaseModel):
    """Changes in the order of commit, and the number to go on from."""

    changes: list[Change]
    change_number: int


class Responders(_Open):
    """The review's numbers of one period."""

    from_at: str
    to_at: str
    denominator: str
    observed_denominator: str
    label: str
    caveat: str
    patients: dict[str, Any]
    sessions: dict[str, Any]


class Person(BaseModel):
    """The account that is signed in."""

    account_id: str
    username: str
    display_name: str
    role: str


class Me(Person):
    """Who acts, and what the page needs to know."""

    pages: list[str]
    server_time: str
    clinic_time_zone: str
    is_simulated: bool
    drill_name: str | None = Field(description="the drill that this server plays; every page is marked so")


class Account(Person):
    """An account as administrators see it."""

    has_password: bool
    is_active: bool


class HeldCredential(BaseModel):
    """A credential on record, and whether it holds today."""

    credential: str
    valid_until: str
    is_valid: bool


class StaffMember(BaseModel):
    """A person who may treat patients."""

    account_id: str
    display_name: str
    role: str
    credentials: list[HeldCredential]


class Staff(BaseModel):
    """Everybody who may treat patients, by name."""

    staff: list[StaffMember]


class Accounts(BaseModel):
    """All accounts."""

    accounts: list[Account]


class OneTimeLink(BaseModel):
    """Where the owner of an account sets a password, once."""

    account_id: str
    link: str


class DeviceToken(BaseModel):
    """A device's bearer token, shown once."""

    device_token: str


class NewAccount(BaseModel):
    """A person gets a one-time link, a device its token."""

    account_id: str | None = None
    link: str | None = None
    device_token: str | None = None


class Nothing(BaseModel):
    """An empty object."""


class Health(_Open):
    """Whether the server is alive and can read the record; `notifier` on `/readyz`: none, ok or failing."""

    status: str
