"""Plain JSON forms of whole lists: a session's entries after corrections, its audit trail, a course, the clinic."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from session_store.clinic_standing import credentials_of, unwitnessed, vial_stock
from session_store.domain.amendment import amendments_of, current_versions, withdrawn_entry_ids
from session_store.domain.clinic_contents import ClinicEnteredInError, StaffCredential
from session_store.domain.entries import ClinicEntry, Entry
from session_store.domain.record_contents import Amendment, EnteredInError
from session_store.domain.session_summary import SessionSummary
from session_store.plain_views import Corrections, entry_view, time_text
from session_store.storage.row_mapping import number_or_none
from session_store.trends import rates_after


def entry_views(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Every entry as it reads now, in the order of recording; withdrawn ones say by whom, amended ones what before."""
    corrections = _corrections(entries)
    rates = rates_after(entries)
    return [
        entry_view(
            entry,
            corrections.get(entry.entry_id, Corrections()),
            rates[entry.entry_id][1] if entry.entry_id in rates else None,
        )
        for entry in current_versions(entries)
    ]


def audit_views(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Every entry as it was first recorded."""
    corrections = _corrections(entries)
    return [entry_view(entry, corrections.get(entry.entry_id, Corrections())) for entry in entries]


def _corrections(entries: Sequence[Entry]) -> dict[UUID, Corrections]:
    """By entry id: what withdrew it, and its standing amendments, each with the version that it replaced."""
    withdrawals = {one.content.withdrawn_entry_id: one for one in entries if isinstance(one.content, EnteredInError)}
    amended = {one.content.amended_entry_id for one in entries if isinstance(one.content, Amendment)}
    return {
        entry_id: Corrections(withdrawals.get(entry_id), tuple(_versions(entries, entry_id)))
        for entry_id in amended | withdrawals.keys()
    }


def _versions(entries: Sequence[Entry], entry_id: UUID) -> list[tuple[Entry, Entry]]:
    withdrawn = withdrawn_entry_ids(entries)
    versions = []
    before = [one for one in entries if not isinstance(one.content, Amendment)]
    for amendment in amendments_of(entries, entry_id):
        if amendment.entry_id in withdrawn:
            continue
        version = next((one for one in current_versions(before) if one.entry_id == entry_id), None)
        if version is not None:
            versions.append((amendment, version))
        before.append(amendment)
    return versions


def course_view(course_id: UUID, summaries: Sequence[SessionSummary], now: datetime) -> dict[str, Any]:
    """The sessions of a course in order, with the cumulative dose in mg and the last decision."""
    total = Decimal(0)
    sessions = []
    for summary in summaries:
        delivered = summary.infusion.delivered_mg(summary.closed_at or now)
        total += delivered
        decision = summary.care.course_decision
        sessions.append(
            {
                "session_id": str(summary.session_id),
                "status": summary.status.value,
                "planned_at": time_text(summary.planned_at),
                "started_at": time_text(summary.started_at),
                "course_session_number": summary.plan.get("course_session_number"),
                "course_session_count": summary.plan.get("course_session_count"),
                "course_interval_days": summary.plan.get("course_interval_days"),
                "delivered_mg": number_or_none(round(delivered, 3)),
                "cumulative_mg": number_or_none(round(total, 3)),
                "course_decision": None if decision is None else decision.value,
            }
        )
    decisions = [one["course_decision"] for one in sessions if one["course_decision"]]
    return {
        "course_id": str(course_id),
        "sessions": sessions,
        "cumulative_mg": number_or_none(round(total, 3)),
        "last_decision": decisions[-1] if decisions else None,
    }


# A waste that nobody saw is counter-signed within a day (clinical-decisions 1, our proposal).
WITNESS_WITHIN = timedelta(hours=24)


def due_view(summaries: Sequence[SessionSummary], entries: Sequence[ClinicEntry], now: datetime) -> dict[str, Any]:
    """What still needs a second person: wastes by session, and stock entries of the clinic; oldest first."""
    wastes = [(waste, summary) for summary in summaries for waste in summary.care.ledger.unwitnessed]
    return {
        "wastes": [
            {
                "entry_id": str(waste.entry_id),
                "session_id": str(summary.session_id),
                "patient_label": summary.plan.get("patient_label"),
                "chair_label": summary.plan.get("chair_label"),
                "amount_mg": number_or_none(waste.amount_mg),
                "effective_at": time_text(waste.at),
                "is_overdue": now - waste.at > WITNESS_WITHIN,
            }
            for waste, summary in sorted(wastes, key=lambda one: one[0].at)
        ],
        "stock": [
            {**entry_view(one), "is_overdue": now - one.effective_at > WITNESS_WITHIN} for one in unwitnessed(entries)
        ],
    }


def clinic_view(entries: Sequence[ClinicEntry]) -> dict[str, Any]:
    """The clinic's own entries with what withdrew them, credentials by person, stock by vial, what lacks a witness."""
    withdrawals = {
        one.content.withdrawn_entry_id: one for one in entries if isinstance(one.content, ClinicEnteredInError)
    }
    people = {one.content.account_id for one in entries if isinstance(one.content, StaffCredential)}
    return {
        "entries": [entry_view(one, Corrections(withdrawals.get(one.entry_id))) for one in entries],
        "credentials": {
            str(person): {name: until.isoformat() for name, until in credentials_of(entries, person).items()}
            for person in sorted(people)
        },
        "vial_stock_by_content_mg": vial_stock(entries),
        "unwitnessed": [str(one.entry_id) for one in unwitnessed(entries)],
    }
