"""Plain JSON forms of summaries, entries and alerts: what readers, the live path and the HTTP interface hand out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from session_store.domain.adverse_effect_codes import code_of
from session_store.domain.alert import AcknowledgedBy, AlertFact, OpenAlert
from session_store.domain.care_standing import CareStanding
from session_store.domain.discharge import total_points
from session_store.domain.entries import CUFF_SIGNS, FIELD_SPECS, ClinicContent, ClinicEntry, Content, Entry
from session_store.domain.entry_choices import Source
from session_store.domain.entry_fields import plain_value
from session_store.domain.observation_schedule import SEDATION, ScheduleContext, due_at
from session_store.domain.pain_response import ScoreReading
from session_store.domain.readiness import unclear_items
from session_store.domain.rule_scope import not_judged
from session_store.domain.rules.delivered import SIGN_OF_CONDITION
from session_store.domain.session import SessionStatus
from session_store.domain.session_summary import SessionSummary, SignStanding, scheduled_signs
from session_store.limit_views import own_limits_view
from session_store.news2_view import news2_view
from session_store.storage.row_mapping import number_or_none

# A monitor value is stale after three missed sends (design 6); until two samples show the interval, 60 s are assumed.
MISSED_SENDS = 3
ASSUMED_MONITOR_INTERVAL_S = 20.0


def time_text(at: datetime | None) -> str | None:
    """RFC 3339, or None."""
    return None if at is None else at.isoformat()


def tile_view(summary: SessionSummary) -> dict[str, Any]:
    """One session as the panel shows it."""
    plan, context = summary.plan, summary.schedule_context()
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
        "planned_at": time_text(summary.planned_at),
        "course_id": plan.get("course_id"),
        "course_session_number": plan.get("course_session_number"),
        "course_session_count": plan.get("course_session_count"),
        "protocol_name": plan.get("protocol_name"),
        "first_drug_at": time_text(summary.first_drug_at),
        "start_override_by": summary.start_override_by,
        "start_override_reason": summary.start_override_reason,
        "discharge_override_by": summary.discharge_override_by,
        "discharge_override_reason": summary.discharge_override_reason,
        "own_limits": own_limits_view(summary) if summary.own_limits else [],
        "oxygen_target": _oxygen_target_view(summary),
        "weight_kg": number_or_none(summary.weight_kg),
        "weight_basis": summary.weight_basis,
        "setting": _setting_view(summary),
        "care": _care_view(summary),
        "infusion": _infusion_view(summary),
        "signs": _signs_view(summary, context),
        "sedation": _sedation_view(summary, context),
        "acvpu": _acvpu_view(summary),
        "news2": news2_view(summary),
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


def _oxygen_target_view(summary: SessionSummary) -> dict[str, Any] | None:
    if summary.oxygen_target is None:
        return None
    return {
        "target": summary.oxygen_target,
        "by": summary.oxygen_target_by,
        "reason": summary.oxygen_target_reason,
    }


def _care_view(summary: SessionSummary) -> dict[str, Any]:
    """Readiness (until the start), team, bag and what is still due from people, in few fields."""
    care = summary.care
    bag, assessment = care.bag, care.assessment
    return {
        "readiness_unclear": _unclear(care) if summary.status in _BEFORE_START else [],
        "consent": None if care.consent is None else care.consent.value,
        "risks": list(care.risks),
        "bag_concentration_mg_per_ml": None if bag is None else number_or_none(bag.concentration_mg_per_ml),
        "answers": {name: one.value for name, one in care.answers.items()},
        "discharge_total": None if assessment is None else assessment.total,
        "unwitnessed_waste": len(care.ledger.unwitnessed),
        "chair_taken_over_by": None if care.chair_taken_over_by is None else care.chair_taken_over_by.value,
        "supervision_taken_over_by": None
        if care.supervision_taken_over_by is None
        else care.supervision_taken_over_by.value,
    }


_BEFORE_START = frozenset({SessionStatus.PLANNED, SessionStatus.READY})


def _unclear(care: CareStanding) -> list[str]:
    answers = {name: answer.value for name, answer in care.readiness.items()}
    return [item.value for item in unclear_items(answers)]


def dose_view(summary: SessionSummary, now: datetime) -> dict[str, Any]:
    """What was given up to now, exactly: mg, mg/kg, the rolling 60 min, against the plan, and the drug ledger."""
    infusion, ledger, weight = summary.infusion, summary.care.ledger, summary.weight_kg
    at = min(now, summary.closed_at) if summary.closed_at else now
    delivered, planned = infusion.delivered_mg(at), summary.plan.get("planned_total_mg")
    last_hour = infusion.last_hour_mg(now)
    return {
        "as_of": time_text(now),
        "delivered_mg": _rounded(delivered),
        "delivered_mg_per_kg": _rounded(delivered / weight) if weight else None,
        "last_hour_mg": _rounded(last_hour),
        "last_hour_mg_per_kg": _rounded(last_hour / weight) if weight else None,
        "planned_total_mg": number_or_none(Decimal(planned)) if planned else None,
        "delivered_of_plan_percent": _rounded(delivered * 100 / Decimal(planned)) if planned else None,
        "ledger": {
            "drawn_mg": _rounded(ledger.drawn_mg),
            "infused_mg": _rounded(delivered - infusion.bolus_mg),
            "bolus_mg": _rounded(infusion.bolus_mg),
            "wasted_mg": _rounded(ledger.wasted_mg),
            "returned_mg": _rounded(ledger.returned_mg),
            "difference_mg": _rounded(ledger.difference_mg(delivered)),
            "unwitnessed": [str(one.entry_id) for one in ledger.unwitnessed],
        },
    }


def _rounded(value: Decimal) -> float | int | None:
    return number_or_none(round(value, 3))


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


def _signs_view(summary: SessionSummary, context: ScheduleContext) -> dict[str, Any]:
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


def _sedation_view(summary: SessionSummary, context: ScheduleContext) -> dict[str, Any] | None:
    """The newest level with the name of its scale: levels of different scales are never compared."""
    if summary.sedation_scale is None:
        return None
    last = summary.sedation_counts_from() if scheduled_signs(summary) else None
    return {
        "scale": summary.sedation_scale,
        "level": summary.sedation_level,
        "at": time_text(summary.sedation_at),
        "due_at": None if last is None else time_text(due_at(last, context, SEDATION)),
    }


def _acvpu_view(summary: SessionSummary) -> dict[str, Any] | None:
    answer = summary.care.answers.get("acvpu")
    return None if answer is None else {"value": answer.value, "at": time_text(answer.at)}


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
    visit = alert.at_the_chair
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
        "unanswered_times": alert.unanswered_times,
        "cleared_at": time_text(alert.cleared_at),
        "withdrawn_at": time_text(alert.withdrawn_at),
        "is_past": alert.is_past,
        "acknowledged": _promise_view(alert.acknowledged),
        "broken_promise": _promise_view(alert.broken_promise),
        "at_the_chair": None if visit is None else {"by": visit.by, "at": time_text(visit.at)},
    }


def _promise_view(promise: AcknowledgedBy | None) -> dict[str, Any] | None:
    if promise is None:
        return None
    return {
        "by": promise.by,
        "at": time_text(promise.at),
        "action": promise.action,
        "remark": promise.remark,
        "deadline_at": time_text(promise.deadline_at),
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


@dataclass(frozen=True, slots=True)
class Corrections:
    """What later entries say about one: who withdrew it, and each amendment with what the entry said before it."""

    withdrawn: Entry | ClinicEntry | None = None
    amendments: tuple[tuple[Entry, Entry], ...] = ()


UNCORRECTED = Corrections()


def entry_view(
    entry: Entry | ClinicEntry, corrections: Corrections = UNCORRECTED, programmed_mg_per_h: Decimal | None = None
) -> dict[str, Any]:
    """One entry with its content fields flat; `programmed_mg_per_h` is what a rate entry sets the pump to."""
    plain: dict[str, Any] = {
        "entry_id": str(entry.entry_id),
        "session_id": str(entry.session_id) if isinstance(entry, Entry) else None,
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
        "amendments": [_amendment_view(amendment, before) for amendment, before in corrections.amendments],
        **content_view(entry.content),
        **_computed_view(entry.content),
    }
    if programmed_mg_per_h is not None:
        plain["programmed_rate_mg_per_h"] = number_or_none(programmed_mg_per_h)
    if corrections.withdrawn is not None:
        plain["withdrawn"] = {
            "reason": getattr(corrections.withdrawn.content, "reason", ""),
            "author_name": corrections.withdrawn.author_name,
            "recorded_at": time_text(corrections.withdrawn.recorded_at),
        }
    return plain


def programmed_rate_of(entry: Entry | ClinicEntry | None, summary: SessionSummary) -> Decimal | None:
    """What a rate entry that has just been folded sets the pump to; None for every other entry."""
    if entry is None or entry.content.kind not in RATE_SETTING_KINDS:
        return None
    return summary.infusion.programmed_rate_mg_per_h()


RATE_SETTING_KINDS = frozenset({"infusion_started", "rate_changed", "bag_changed"})


def content_view(content: Content | ClinicContent) -> dict[str, Any]:
    """The content's fields in JSON types, without what was not said; decimals as numbers."""
    plain: dict[str, Any] = {}
    for name in FIELD_SPECS[content.kind]:
        value = getattr(content, name)
        if value in (None, {}, ()):
            continue
        plain[name] = number_or_none(value) if isinstance(value, Decimal) else plain_value(value)
    return plain


def _computed_view(content: Any) -> dict[str, Any]:
    """What follows from the content alone: the code of an effect, the total of a discharge score."""
    if content.kind == "adverse_effect":
        code = code_of(content.term)
        return {"code_system": code.system, "code": code.code}
    if content.kind == "discharge_assessment":
        return {"total": total_points(content)}
    return {}


def _amendment_view(amendment: Entry, before: Entry) -> dict[str, Any]:
    content: Any = amendment.content
    return {
        "entry_id": str(amendment.entry_id),
        "author_name": amendment.author_name,
        "recorded_at": time_text(amendment.recorded_at),
        "reason": content.reason,
        "changes": content.changes,
        "before": content_view(before.content),
        "effective_at_before": time_text(before.effective_at),
    }


def change_view(
    change_number: int,
    recorded_at: datetime,
    session_id: UUID | None,
    entry: Entry | ClinicEntry | None,
    facts: list[AlertFact],
    tile: dict[str, Any] | None,
    programmed_mg_per_h: Decimal | None = None,
) -> dict[str, Any]:
    """One change of the feed in the wire format, version 1; a change of the clinic itself has no session, no tile."""
    return {
        "v": 1,
        "change_number": change_number,
        "recorded_at": time_text(recorded_at),
        "session_id": None if session_id is None else str(session_id),
        "entry": None if entry is None else entry_view(entry, programmed_mg_per_h=programmed_mg_per_h),
        "alert_facts": [fact_view(fact) for fact in facts],
        "tile": tile,
    }
