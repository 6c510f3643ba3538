"""The outcome row of one finished session: what the review counts, computed from its summary."""

from decimal import Decimal
from typing import Any

from session_store.domain.entry_choices import EndReason
from session_store.domain.pain_response import Response, same_day_response
from session_store.domain.session_summary import SessionSummary
from session_store.storage.projections import course_of


def response_of(summary: SessionSummary) -> Response:
    """The same-day response of a session by clinical-decisions 8."""
    return same_day_response(
        summary.pain_scores,
        summary.first_drug_at,
        summary.ended_at,
        summary.closed_at,
        stopped_for_adverse_effect=summary.end_reason == EndReason.ADVERSE_EFFECT,
    )


def outcome_row(clinic_id: int, summary: SessionSummary) -> dict[str, Any]:
    """The row of `session_outcome`; a session in which nothing was given has no `first_drug_at`."""
    response = response_of(summary)
    baseline, follow_up, best = response.baseline, response.follow_up, response.best
    return {
        "clinic_id": clinic_id,
        "session_id": summary.session_id,
        "patient_id": summary.patient_id,
        "patient_label": summary.plan["patient_label"],
        "condition": summary.plan["condition"],
        "drug": summary.plan["drug"],
        "course_id": course_of(summary),
        "planned_at": summary.planned_at,
        "first_drug_at": summary.first_drug_at,
        "status": summary.status.value,
        "is_closed": summary.is_closed,
        "delivered_mg": _delivered(summary),
        "weight_kg": summary.weight_kg,
        "peak_rate_mg_per_h": summary.peak_rate_mg_per_h,
        "instrument": baseline.instrument if baseline else None,
        "recall": baseline.recall if baseline else None,
        "circumstance": baseline.circumstance if baseline else None,
        "baseline_tenths": baseline.score_tenths if baseline else None,
        "followup_tenths": follow_up.score_tenths if follow_up else None,
        "best_tenths": best.score_tenths if best else None,
        "reduction_tenths_percent": response.reduction_percent_tenths,
        "is_evaluable": response.is_evaluable,
        "not_evaluable_reason": response.not_evaluable_reason,
        "followup_missing_reason": response.followup_missing_reason,
        "stopped_for_adverse_effect": summary.end_reason == EndReason.ADVERSE_EFFECT,
        "responder_30": response.responder_30,
        "responder_50": response.responder_50,
        "alerts_by_level": summary.alerts_by_level,
        "adverse_effects": summary.adverse_effects,
        "is_simulated": summary.is_simulated,
    }


def _delivered(summary: SessionSummary) -> Decimal:
    """What was given; in a closed session nothing runs any more, so any later instant gives the same."""
    at = summary.closed_at or summary.infusion.segment_from or summary.first_drug_at
    if at is None:
        return Decimal(0)
    return summary.infusion.delivered_mg(at).quantize(Decimal("0.001"))
