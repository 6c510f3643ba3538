"""What is true of a session now: the incremental fold of its entries, small enough to be stored as one row.

`apply` folds one entry in; `alert_evaluation` judges it. The summary is a rebuildable projection: folding all entries
of the session again gives the same, which tests compare.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from session_store.domain.alert import OpenAlert
from session_store.domain.care_standing import CareStanding
from session_store.domain.drug_classes import DrugClass, drug_classes
from session_store.domain.entries import SCHEDULED_SIGNS, VITAL_SIGN_FIELDS, Entry, plain_content
from session_store.domain.entry_choices import (
    SYMPTOM_TERMS,
    AdverseEffectTerm,
    Source,
)
from session_store.domain.infusion import InfusionStanding, exceeds_per_kg, per_kg, programmed_rate
from session_store.domain.limits import is_extreme
from session_store.domain.observation_schedule import ObservationProtocol, ScheduleContext
from session_store.domain.pain_response import ScoreReading
from session_store.domain.recent_highs import RecentHigh, with_value
from session_store.domain.session import CLOSED_STATUSES, OPEN_STATUSES, SessionStatus, next_status

BASELINE_WINDOW = timedelta(minutes=30)
# Our proposal: while a tablet or monitor hands in what it could not send, nothing is called overdue for a moment.
CATCH_UP_GRACE = timedelta(seconds=10)
LONGEST_CATCH_UP = timedelta(seconds=60)
# RASS >= -1 or the like level of another scale counts as awake (clinical-decisions 8).
_AWAKE_FROM = {"rass": (-1, 4), "poss": (1, 2), "moaas": (4, 5), "ramsay": (1, 3)}


@dataclass(slots=True)
class SignStanding:
    """The newest value of one sign, the one before it in time, and the newest "could not measure" after it; when a
    hand measured it last."""

    value: Decimal | None = None
    effective_at: datetime | None = None
    source: Source | None = None
    entry_id: UUID | None = None
    value_before: Decimal | None = None
    value_before_at: datetime | None = None
    monitor_interval_s: float | None = None
    by_hand_at: datetime | None = None
    not_measured_reason: str | None = None
    not_measured_at: datetime | None = None
    set_counts_from: datetime | None = None


@dataclass(slots=True)
class BaselineValue:
    """One sign's value in the last set before any session drug."""

    value: Decimal
    effective_at: datetime


@dataclass(slots=True)
class ConditionStanding:
    """What the evaluator remembers of one vital-sign condition between readings."""

    pending_since: dict[int, datetime] = field(default_factory=dict)
    pending_count: dict[int, int] = field(default_factory=dict)
    calm_since: datetime | None = None
    calm_count: int = 0


@dataclass(slots=True)
class Setting:
    """Who attested the setting, as monitored or not, from when."""

    is_monitored: bool
    attested_by: str
    attested_at: datetime
    names_clinicians: bool = False
    lacking_credentials: str | None = None


@dataclass(slots=True)
class OwnLimit:
    """A limit that a physician has set for this patient and session: who, when, why."""

    limit: Decimal
    by: str
    at: datetime
    reason: str


@dataclass(slots=True)
class ObservedSet:
    """A set with all scheduled signs in recovery, and whether no limit at warning or worse was crossed."""

    at: datetime
    is_stable: bool


@dataclass(slots=True)
class SessionSummary:
    """One session as it stands after `next_seq - 1` entries.

    `limit_changes_judged`: by how many of the clinic's changes of limits its standing values have been judged.
    `not_found`: when a hand last did not find a sign, until a hand finds it. `monitor_signals`: when the server last
    had a value of a sign from the monitor, until a hand measures a sign that the monitor has lost.
    """

    session_id: UUID
    patient_id: UUID
    is_simulated: bool
    plan: dict[str, str] = field(default_factory=dict)
    planned_at: datetime | None = None
    status: SessionStatus = SessionStatus.PLANNED
    status_since: datetime | None = None
    next_seq: int = 1
    next_fact_seq: int = 1
    change_number: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    closed_at: datetime | None = None
    first_drug_at: datetime | None = None
    end_reason: str | None = None
    start_override_by: str | None = None
    start_override_reason: str | None = None
    start_overridden: list[str] = field(default_factory=list)
    discharge_override_by: str | None = None
    discharge_override_reason: str | None = None
    discharge_overridden: list[str] = field(default_factory=list)
    own_limits: dict[str, OwnLimit] = field(default_factory=dict)
    oxygen_target: str | None = None
    oxygen_target_by: str | None = None
    oxygen_target_reason: str | None = None
    oxygen_target_at: datetime | None = None
    weight_kg: Decimal | None = None
    weight_at: datetime | None = None
    weight_basis: str | None = None
    setting: Setting | None = None
    care: CareStanding = field(default_factory=CareStanding)
    infusion: InfusionStanding = field(default_factory=InfusionStanding)
    last_infusion_event_at: datetime | None = None
    peak_rate_mg_per_h: Decimal = Decimal(0)
    tightened_at: datetime | None = None
    rate_lowered_at: datetime | None = None
    halted_at: datetime | None = None
    last_bolus_at: datetime | None = None
    depressant_at: datetime | None = None
    benzodiazepine_at: datetime | None = None
    reversal_at: datetime | None = None
    medication_at: datetime | None = None
    dissociation_at: datetime | None = None
    recovery_sets: list[ObservedSet] = field(default_factory=list)
    signs: dict[str, SignStanding] = field(default_factory=dict)
    baseline: dict[str, BaselineValue] = field(default_factory=dict)
    conditions: dict[str, ConditionStanding] = field(default_factory=dict)
    extremes: dict[str, Decimal] = field(default_factory=dict)
    spo2_highs: list[RecentHigh] = field(default_factory=list)
    not_found: dict[str, datetime] = field(default_factory=dict)
    monitor_signals: dict[str, datetime] = field(default_factory=dict)
    pain_scores: list[ScoreReading] = field(default_factory=list)
    sedation_scale: str | None = None
    sedation_level: int | None = None
    sedation_at: datetime | None = None
    symptoms_at: list[datetime] = field(default_factory=list)
    monitor_last_at: datetime | None = None
    monitor_last_recorded_at: datetime | None = None
    catching_up_since: datetime | None = None
    catching_up_until: datetime | None = None
    tablet_silent_since: datetime | None = None
    adverse_effects: int = 0
    had_grade_3_effect: bool = False
    limit_changes_judged: int = 0
    alerts_by_level: dict[str, int] = field(default_factory=dict)
    alerts: list[OpenAlert] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Open sessions stay on the panel."""
        return self.status in OPEN_STATUSES

    @property
    def is_closed(self) -> bool:
        """Closed sessions are finished."""
        return self.status in CLOSED_STATUSES

    def rate_mg_per_kg_per_h(self) -> Decimal | None:
        """What runs now per kg; None when the weight is unknown and something runs."""
        rate = self.infusion.rate_mg_per_h()
        if rate == 0:
            return Decimal(0)
        return per_kg(rate, self.weight_kg) if self.weight_kg else None

    def schedule_context(self) -> ScheduleContext:
        """What tightens this session's observation schedule."""
        rate = self.infusion.rate_mg_per_h()
        above = self.weight_kg is not None and exceeds_per_kg(rate, Decimal(1), self.weight_kg)
        protocol = ObservationProtocol(self.plan.get("observation_protocol", ObservationProtocol.OUTPATIENT))
        return ScheduleContext(
            self.tightened_at, self.depressant_at, above, bool(self.care.risks), protocol, self.started_at
        )

    def limits_of_patient(self) -> dict[str, Decimal]:
        """The limits set for this patient, by rule."""
        return {rule_id: own.limit for rule_id, own in self.own_limits.items()}

    def is_awake(self) -> bool:
        """Whether the last sedation level, if any, is awake enough for a pain score."""
        if self.sedation_scale is None or self.sedation_level is None:
            return True
        low, high = _AWAKE_FROM[self.sedation_scale]
        return low <= self.sedation_level <= high

    def open_alert(self, condition: str) -> OpenAlert | None:
        """The alert of this condition that is not over, if any."""
        for alert in self.alerts:
            if alert.condition == condition and not alert.is_over:
                return alert
        return None

    def apply(self, entry: Entry) -> None:
        """Fold one entry in. Entries of a kind must come in the order of their effective time."""
        self.note_catching_up(entry)
        self.is_simulated = self.is_simulated or entry.is_simulated
        self._move_status(entry)
        self.care.apply(entry)
        folder = _FOLDERS.get(entry.content.kind)
        if folder is not None:
            folder(self, entry)

    def note_catching_up(self, entry: Entry) -> None:
        """A sender that brings late entries is catching up; see `is_catching_up`."""
        if not entry.is_late:
            return
        if self.catching_up_until is None or entry.recorded_at > self.catching_up_until:
            self.catching_up_since = entry.recorded_at
        self.catching_up_until = _later(self.catching_up_until, entry.recorded_at + CATCH_UP_GRACE)

    def is_catching_up(self, now: datetime) -> bool:
        """Whether late entries are still coming in, so that "overdue" waits for them: 10 s, 60 s in all."""
        if self.catching_up_since is None or self.catching_up_until is None:
            return False
        return now <= self.catching_up_until and now - self.catching_up_since <= LONGEST_CATCH_UP

    def _move_status(self, entry: Entry) -> None:
        status = next_status(self.status, entry.content.kind)
        if status is None or status is self.status:
            return
        self.status = status
        self.status_since = entry.effective_at
        if status in CLOSED_STATUSES:
            self._halt(entry.effective_at)
            self.closed_at = entry.effective_at

    def _first_drug(self, at: datetime) -> None:
        if self.first_drug_at is not None:
            return
        self.first_drug_at = at
        for name, sign in self.signs.items():
            value, measured_at = _baseline_value(name, sign)
            if value is not None and measured_at is not None and at - measured_at <= BASELINE_WINDOW:
                self.baseline[name] = BaselineValue(value, measured_at)

    def _halt(self, at: datetime) -> None:
        if self.started_at is not None:
            self.ended_at = self.ended_at or at
        self.halted_at = _later(self.halted_at, at)
        self.infusion.halt(at)

    def _set_rate(self, entry: Entry) -> None:
        content: Any = entry.content
        bag = self.care.bag.concentration_mg_per_ml if self.care.bag else None
        concentration = content.concentration_mg_per_ml or bag
        rate = programmed_rate(content, concentration, self.weight_kg)
        self._change_rate(entry.effective_at, rate, content.pump_rate_ml_per_h, concentration)
        self.last_infusion_event_at = entry.effective_at

    def _change_rate(
        self, at: datetime, rate_mg_per_h: Decimal, pump_ml_per_h: Decimal | None, mg_per_ml: Decimal | None
    ) -> None:
        before = self.infusion.programmed_rate_mg_per_h()
        self.infusion.set_rate(at, rate_mg_per_h, pump_ml_per_h, mg_per_ml)
        if rate_mg_per_h > before:
            self.tightened_at = at
        elif rate_mg_per_h < before:
            self.rate_lowered_at = at
        self.peak_rate_mg_per_h = max(self.peak_rate_mg_per_h, rate_mg_per_h)

    def _fold_plan(self, entry: Entry) -> None:
        content: Any = entry.content
        self.plan = {name: str(value) for name, value in plain_content(content).items()}

    def _fold_weight(self, entry: Entry) -> None:
        content: Any = entry.content
        self.weight_kg, self.weight_basis = content.weight_kg, content.basis
        self.weight_at = entry.effective_at

    def _fold_setting(self, entry: Entry) -> None:
        content: Any = entry.content
        if self.setting is None or entry.effective_at >= self.setting.attested_at:
            names_clinicians = None not in (content.supervising_account_id, content.administering_account_id)
            self.setting = Setting(
                content.is_monitored, content.attested_by, entry.effective_at, names_clinicians,
                content.lacking_credentials,
            )  # fmt: skip

    def _fold_supervision(self, entry: Entry) -> None:
        """What the former supervisor attested lapses (clinical-decisions 4); the new one attests anew."""
        if self.setting is not None and self.setting.attested_at <= entry.effective_at:
            self.setting = None

    def _fold_bag_changed(self, entry: Entry) -> None:
        """The pump keeps its mL/h, so another concentration is another rate in mg/h."""
        content: Any = entry.content
        pump = self.infusion.pump_rate_ml_per_h
        if pump is not None and self.infusion.concentration_mg_per_ml is not None:
            concentration = content.concentration_mg_per_ml
            self._change_rate(entry.effective_at, pump * concentration, pump, concentration)
        self.last_infusion_event_at = entry.effective_at

    def _fold_override(self, entry: Entry) -> None:
        content: Any = entry.content
        self.start_override_by, self.start_override_reason = entry.author_name, content.reason
        self.start_overridden += [one for one in (content.overridden or "").split() if one not in self.start_overridden]

    def _fold_discharge_override(self, entry: Entry) -> None:
        content: Any = entry.content
        self.discharge_override_by, self.discharge_override_reason = entry.author_name, content.reason
        known = self.discharge_overridden
        known += [one for one in (content.overridden or "").split() if one not in known]

    def _fold_patient_limit(self, entry: Entry) -> None:
        content: Any = entry.content
        known = self.own_limits.get(content.rule_id)
        if known is None or entry.effective_at >= known.at:
            own = OwnLimit(content.limit, entry.author_name, entry.effective_at, content.reason)
            self.own_limits[content.rule_id] = own

    def _fold_oxygen_target(self, entry: Entry) -> None:
        content: Any = entry.content
        if self.oxygen_target_at is not None and entry.effective_at < self.oxygen_target_at:
            return
        self.oxygen_target, self.oxygen_target_by = content.target, entry.author_name
        self.oxygen_target_reason, self.oxygen_target_at = content.reason, entry.effective_at

    def _fold_started(self, entry: Entry) -> None:
        self._first_drug(entry.effective_at)
        self.started_at = self.started_at or entry.effective_at
        self._set_rate(entry)
        if self.status is SessionStatus.RUNNING:
            self.infusion.run(entry.effective_at)
        self.tightened_at = entry.effective_at

    def _fold_paused(self, entry: Entry) -> None:
        self.halted_at = _later(self.halted_at, entry.effective_at)
        self.infusion.halt(entry.effective_at)
        self.last_infusion_event_at = entry.effective_at

    def _fold_resumed(self, entry: Entry) -> None:
        if self.status is SessionStatus.RUNNING:
            self.infusion.run(entry.effective_at)
            self.last_infusion_event_at = entry.effective_at

    def _fold_ended(self, entry: Entry) -> None:
        content: Any = entry.content
        self._halt(entry.effective_at)
        self.end_reason = content.reason or self.end_reason
        self.last_infusion_event_at = entry.effective_at

    def _fold_bolus(self, entry: Entry) -> None:
        content: Any = entry.content
        self._first_drug(entry.effective_at)
        self.infusion.give_bolus(entry.effective_at, content.dose_mg)
        self.last_bolus_at = _later(self.last_bolus_at, entry.effective_at)
        self.tightened_at = entry.effective_at
        self.last_infusion_event_at = entry.effective_at

    def _fold_medication(self, entry: Entry) -> None:
        content: Any = entry.content
        self._first_drug(entry.effective_at)
        self.medication_at = _later(self.medication_at, entry.effective_at)
        classes = drug_classes(content.drug_name)
        if classes & {DrugClass.BENZODIAZEPINE, DrugClass.OPIOID}:
            self.depressant_at = _later(self.depressant_at, entry.effective_at)
        if DrugClass.BENZODIAZEPINE in classes:
            self.benzodiazepine_at = _later(self.benzodiazepine_at, entry.effective_at)
        if DrugClass.REVERSAL in classes:
            self.reversal_at = _later(self.reversal_at, entry.effective_at)

    def _fold_sedation(self, entry: Entry) -> None:
        content: Any = entry.content
        if self.sedation_at is None or entry.effective_at >= self.sedation_at:
            self.sedation_scale, self.sedation_level = content.scale, int(content.level)
            self.sedation_at = entry.effective_at

    def _fold_effect(self, entry: Entry) -> None:
        content: Any = entry.content
        self.adverse_effects += 1
        self.had_grade_3_effect = self.had_grade_3_effect or (content.ctcae_grade or 0) >= 3
        if content.term in SYMPTOM_TERMS:
            self.symptoms_at.append(entry.effective_at)
        if content.term == AdverseEffectTerm.DISSOCIATION:
            self.dissociation_at = _later(self.dissociation_at, entry.effective_at)

    def _fold_pain(self, entry: Entry) -> None:
        content: Any = entry.content
        score = content.score_points if content.instrument == "nrs" else content.score_mm
        self.pain_scores.append(
            ScoreReading(
                instrument=content.instrument,
                recall=content.recall,
                circumstance=content.circumstance,
                score_tenths=None if score is None else int(score * 10),
                no_score=content.no_score,
                effective_at=entry.effective_at,
                awake=self.is_awake(),
            )
        )

    def _fold_vitals(self, entry: Entry) -> None:
        content: Any = entry.content
        for name in VITAL_SIGN_FIELDS:
            value = getattr(content, name)
            if value is not None:
                self._newer_value(name, value, entry)
        for name, reason in content.not_measured.items():
            self._not_measured(name, reason, entry.effective_at)
        if entry.source is Source.MONITOR:
            self.monitor_last_at = _later(self.monitor_last_at, entry.effective_at)
            self.monitor_last_recorded_at = _later(self.monitor_last_recorded_at, entry.recorded_at)

    def _fold_tablet_silent(self, entry: Entry) -> None:
        content: Any = entry.content
        self.tablet_silent_since = content.last_heard_at

    def _fold_tablet_heard_again(self, _entry: Entry) -> None:
        self.tablet_silent_since = None

    def _newer_value(self, name: str, value: Decimal, entry: Entry) -> None:
        if name == "spo2_percent":
            self.spo2_highs = with_value(self.spo2_highs, value, entry.effective_at)
        sign = self.signs.setdefault(name, SignStanding())
        if entry.source is Source.HAND:
            sign.by_hand_at = _later(sign.by_hand_at, entry.effective_at)
        before = sign.effective_at
        if before is not None and entry.effective_at < before:
            if sign.value_before_at is None or entry.effective_at >= sign.value_before_at:
                sign.value_before, sign.value_before_at = value, entry.effective_at
            return
        if entry.source is Source.MONITOR and sign.source is Source.MONITOR and before is not None:
            sign.monitor_interval_s = (entry.effective_at - before).total_seconds()
        sign.value_before, sign.value_before_at = sign.value, before
        sign.value, sign.effective_at = value, entry.effective_at
        sign.source, sign.entry_id = entry.source, entry.entry_id
        if sign.not_measured_at is not None and entry.effective_at < sign.not_measured_at:
            # A late value: that it could not be measured since then still holds, and buys its interval from there.
            sign.set_counts_from = sign.not_measured_at
            return
        sign.not_measured_reason = sign.not_measured_at = None
        sign.set_counts_from = entry.effective_at

    def _not_measured(self, name: str, reason: str, at: datetime) -> None:
        sign = self.signs.setdefault(name, SignStanding())
        if sign.effective_at is not None and at < sign.effective_at:
            return
        known = sign.not_measured_at
        if known is None or (sign.set_counts_from is not None and at < sign.set_counts_from):
            # "Could not measure" buys one interval, once: from the first time (clinical-decisions 4).
            sign.set_counts_from = at
        if known is None or at >= known:
            sign.not_measured_reason, sign.not_measured_at = reason, at

    def sedation_counts_from(self) -> datetime | None:
        """From when the clock of the sedation level runs: its last level, or the start of the infusion."""
        if self.started_at is None or self.sedation_at is None:
            return self.started_at
        return max(self.sedation_at, self.started_at)

    def set_counts_from(self, name: str) -> datetime | None:
        """From when the schedule of one sign runs: its last set, or the start of the infusion."""
        sign = self.signs.get(name)
        last = sign.set_counts_from if sign else None
        if last is None or (self.started_at is not None and last < self.started_at):
            return self.started_at
        return last


def _baseline_value(name: str, sign: SignStanding) -> tuple[Decimal | None, datetime | None]:
    """The newest value. An extreme of a monitor is no baseline, which would switch lines off: the value before it is,
    unless that is as far out."""
    if sign.source is not Source.MONITOR or sign.value is None or not is_extreme(name, sign.value):
        return sign.value, sign.effective_at
    if sign.value_before is None or is_extreme(name, sign.value_before):
        return None, None
    return sign.value_before, sign.value_before_at


def _later(known: datetime | None, at: datetime) -> datetime:
    """A late entry never makes what is newer look older."""
    return at if known is None else max(known, at)


_FOLDERS: dict[str, Callable[[SessionSummary, Entry], None]] = {
    "session_planned": SessionSummary._fold_plan,
    "weight": SessionSummary._fold_weight,
    "setting_attested": SessionSummary._fold_setting,
    "supervision_handover": SessionSummary._fold_supervision,
    "bag_changed": SessionSummary._fold_bag_changed,
    "start_override": SessionSummary._fold_override,
    "discharge_override": SessionSummary._fold_discharge_override,
    "patient_limit": SessionSummary._fold_patient_limit,
    "oxygen_target": SessionSummary._fold_oxygen_target,
    "infusion_started": SessionSummary._fold_started,
    "rate_changed": SessionSummary._set_rate,
    "infusion_paused": SessionSummary._fold_paused,
    "infusion_resumed": SessionSummary._fold_resumed,
    "infusion_ended": SessionSummary._fold_ended,
    "bolus": SessionSummary._fold_bolus,
    "medication_given": SessionSummary._fold_medication,
    "sedation": SessionSummary._fold_sedation,
    "adverse_effect": SessionSummary._fold_effect,
    "pain_score": SessionSummary._fold_pain,
    "vital_signs": SessionSummary._fold_vitals,
    "tablet_silent": SessionSummary._fold_tablet_silent,
    "tablet_heard_again": SessionSummary._fold_tablet_heard_again,
}

SCHEDULED_STATUSES = frozenset({SessionStatus.RUNNING, SessionStatus.PAUSED, SessionStatus.RECOVERY})


def scheduled_signs(summary: SessionSummary) -> tuple[str, ...]:
    """The signs whose clock runs in this status."""
    return SCHEDULED_SIGNS if summary.status in SCHEDULED_STATUSES else ()
