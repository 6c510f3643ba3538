"""Plain JSON forms of summaries, entries and alerts: what readers, the live path and the HTTP interface hand out."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from session_store.domain.alert import AlertFact, OpenAlert
from session_store.domain.alert_rules import SIGN_OF_CONDITION
from session_store.domain.entries import CONTENT_CLASSES, CUFF_SIGNS, FIELD_SPECS, Entry, Source
from session_store.domain.observation_schedule import ScheduleContext, due_at
from session_store.domain.pain_response import ScoreReading
from session_store.domain.rule_scope import not_judged
from session_store.domain.session_summary import SessionSummary, SignStanding, scheduled_signs
from session_store.storage.row_mapping import number_or_none

# A monitor value is stale after three missed sends (design 6); until two samples show the interval, 60 s are assumed.
MISSED_SENDS = 3
ASSUMED_MONITOR_INTERVAL_S = 20.0


def time_text(at: datetime | None) -> str | None:
    """RFC 3339, or None."""
    return None if at is None else at.isoformat()


def tile_view(summary: SessionSummary) -> dict[str, Any]:
    """One session as the panel shows it."""
    plan = summary.plan
    return {
        "session_id": str(summary.session_id),
        "change_number": summary.change_number,
        "patient_label": plan.get("patient_label"),
        "second_identifier": plan.get("second_identifier"),
        "age_years": plan.get("age_years"),
        "condition": plan.get("condition"),
        "drug": plan.get("drug"),
        "chair_label": plan.get("chair_label"),
        "supervising_physician": plan.get("supervising_physician"),
        "is_simulated": summary.is_simulated,
        "status": summary.status.value,
        "status_since": time_text(summary.status_since),
        "started_at": time_text(summary.started_at),
        "ended_at": time_text(summary.ended_at),
        "closed_at": time_text(summary.closed_at),
        "first_drug_at": time_text(summary.first_drug_at),
        "start_override_by": summary.start_override_by,
        "weight_kg": number_or_none(summary.weight_kg),
        "weight_basis": summary.weight_basis,
        "setting": _setting_view(summary),
        "infusion": _infusion_view(summary),
        "signs": _signs_view(summary),
        "pain": _pain_view(summary.pain_scores[-1]) if summary.pain_scores else None,
        "alerts": [alert_view(summary.session_id, alert) for alert in summary.alerts],
        "not_judged": not_judged(summary),
        "monitor_last_at": time_text(summary.monitor_last_at),
    }


def _setting_view(summary: SessionSummary) -> dict[str, Any] | None:
    setting = summary.setting
    if setting is None:
        return None
    return {
        "is_monitored": setting.is_monitored,
        "attested_by": setting.attested_by,
        "attested_at": time_text(setting.attested_at),
    }


def _infusion_view(summary: SessionSummary) -> dict[str, Any]:
    infusion = summary.infusion
    as_of = infusion.segment_from or summary.first_drug_at
    rate = summary.rate_mg_per_kg_per_h()
    planned = summary.plan.get("planned_total_mg")
    return {
        "is_delivering": infusion.is_delivering,
        "pump_rate_ml_per_h": number_or_none(infusion.pump_rate_ml_per_h),
        "concentration_mg_per_ml": number_or_none(infusion.concentration_mg_per_ml),
        "rate_mg_per_h": number_or_none(infusion.rate_mg_per_h()),
        "rate_mg_per_kg_per_h": None if rate is None else round(float(rate), 6),
        "delivered_mg": round(float(infusion.delivered_mg(as_of)), 6) if as_of else 0,
        "delivered_as_of": time_text(as_of),
        "planned_total_mg": number_or_none(Decimal(planned)) if planned else None,
    }


def _signs_view(summary: SessionSummary) -> dict[str, Any]:
    context = summary.schedule_context()
    levels: dict[str, str] = {}
    for alert in sorted(summary.alerts, key=lambda one: one.level):
        sign = SIGN_OF_CONDITION.get(alert.condition)
        if sign is not None and not alert.is_over:
            levels[sign] = alert.level.word
    return {
        name: _sign_view(summary, name, sign, context) | {"level": levels.get(name)}
        for name, sign in summary.signs.items()
    }


def _sign_view(summary: SessionSummary, name: str, sign: SignStanding, context: ScheduleContext) -> dict[str, Any]:
    due = _due(summary, name, context)
    missing = None
    if sign.not_measured_at is not None:
        missing = {"reason": sign.not_measured_reason, "effective_at": time_text(sign.not_measured_at)}
    return {
        "value": number_or_none(sign.value),
        "effective_at": time_text(sign.effective_at),
        "source": sign.source.value if sign.source else None,
        "entry_id": str(sign.entry_id) if sign.entry_id else None,
        "stale_at": time_text(_stale_at(name, sign, due)),
        "due_at": time_text(due),
        "not_measured": missing,
    }


def _due(summary: SessionSummary, name: str, context: ScheduleContext) -> datetime | None:
    clock = "systolic_mmhg" if name in CUFF_SIGNS else name
    last = summary.set_counts_from(clock) if clock in scheduled_signs(summary) else None
    return None if last is None else due_at(last, context)


def _stale_at(name: str, sign: SignStanding, due: datetime | None) -> datetime | None:
    """A flowing monitor value is stale after three missed sends, a hand or cuff value at its due time."""
    if sign.effective_at is None:
        return None
    if sign.source is Source.MONITOR and name not in CUFF_SIGNS:
        interval = sign.monitor_interval_s or ASSUMED_MONITOR_INTERVAL_S
        return sign.effective_at + timedelta(seconds=MISSED_SENDS * max(interval, 2.0))
    return due


def _pain_view(score: ScoreReading) -> dict[str, Any]:
    tenths = score.score_tenths
    return {
        "instrument": score.instrument,
        "score": None if tenths is None else number_or_none(Decimal(tenths) / 10),
        "no_score": score.no_score,
        "recall": score.recall,
        "circumstance": score.circumstance,
        "effective_at": time_text(score.effective_at),
    }


def alert_view(session_id: UUID, alert: OpenAlert) -> dict[str, Any]:
    """One alert as it stands."""
    promise, visit = alert.acknowledged, alert.at_the_chair
    return {
        "alert_id": str(alert.alert_id),
        "session_id": str(session_id),
        "rule_id": alert.rule_id,
        "rule_version": alert.rule_version,
        "condition": alert.condition,
        "level": alert.level.word,
        "peak_level": alert.peak_level.word,
        "text": alert.text,
        "raised_text": alert.raised_text or alert.text,
        "citation": alert.citation,
        "raised_at": time_text(alert.raised_at),
        "recorded_at": time_text(alert.recorded_at),
        "evidence_entry_id": None if alert.evidence_entry_id is None else str(alert.evidence_entry_id),
        "sounds_at": time_text(alert.sounds_at),
        "sounded_at": time_text(alert.sounded_at),
        "unanswered_at": time_text(alert.unanswered_at),
        "cleared_at": time_text(alert.cleared_at),
        "withdrawn_at": time_text(alert.withdrawn_at),
        "is_past": alert.is_past,
        "acknowledged": None
        if promise is None
        else {
            "by": promise.by,
            "at": time_text(promise.at),
            "action": promise.action,
            "remark": promise.remark,
            "deadline_at": time_text(promise.deadline_at),
        },
        "at_the_chair": None if visit is None else {"by": visit.by, "at": time_text(visit.at)},
    }


def fact_view(fact: AlertFact) -> dict[str, Any]:
    """One step in the life of an alert."""
    return {
        "fact": fact.fact.value,
        "alert_id": str(fact.alert_id),
        "rule_id": fact.rule_id,
        "condition": fact.condition,
        "level": fact.level.word,
        "at": time_text(fact.at),
        "text": fact.text,
        "citation": fact.citation,
        "evidence_entry_id": None if fact.evidence_entry_id is None else str(fact.evidence_entry_id),
        "is_past": fact.is_past,
    }


def entry_view(entry: Entry, withdrawn: Entry | None = None) -> dict[str, Any]:
    """One entry with its content fields flat; `withdrawn` is the entry that withdraws it."""
    plain: dict[str, Any] = {
        "entry_id": str(entry.entry_id),
        "session_id": str(entry.session_id),
        "seq": entry.seq,
        "kind": entry.content.kind,
        "effective_at": time_text(entry.effective_at),
        "recorded_at": time_text(entry.recorded_at),
        "sent_effective_at": time_text(entry.sent_effective_at),
        "source": entry.source.value,
        "author_name": entry.author_name,
        "is_simulated": entry.is_simulated,
        "is_late": entry.is_late,
        "confirmed": list(entry.confirmed),
        "withdrawn": None,
    }
    for name in FIELD_SPECS[entry.content.kind]:
        value = getattr(entry.content, name)
        if value is None or value == {}:
            continue
        if isinstance(value, Decimal):
            plain[name] = number_or_none(value)
        elif isinstance(value, UUID):
            plain[name] = str(value)
        else:
            plain[name] = value
    if withdrawn is not None:
        plain["withdrawn"] = {
            "reason": getattr(withdrawn.content, "reason", ""),
            "author_name": withdrawn.author_name,
            "recorded_at": time_text(withdrawn.recorded_at),
        }
    return plain


def change_view(
    change_number: int,
    recorded_at: datetime,
    session_id: UUID,
    entry: Entry | None,
    facts: list[AlertFact],
    tile: dict[str, Any],
) -> dict[str, Any]:
    """One change of the feed in the wire format, version 1."""
    return {
        "v": 1,
        "change_number": change_number,
        "recorded_at": time_text(recorded_at),
        "session_id": str(session_id),
        "entry": None if entry is None else entry_view(entry),
        "alert_facts": [fact_view(fact) for fact in facts],
        "tile": tile,
    }


ENTRY_KINDS = tuple(CONTENT_CLASSES)
