"""What the record knows of a patient or a course across sessions, from the projections."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection, select

from session_store.domain.session_summary import SessionSummary
from session_store.storage.row_mapping import decode_summary
from session_store.storage.schema import session_summary


def patient_summaries(connection: Connection, clinic_id: int, patient_id: UUID) -> list[SessionSummary]:
    """Every session of a patient, in the order in which they were planned."""
    query = select(session_summary.c.summary).where(
        session_summary.c.clinic_id == clinic_id, session_summary.c.patient_id == patient_id
    )
    return _in_order([decode_summary(text) for text in connection.execute(query).scalars()])


def course_summaries(connection: Connection, clinic_id: int, course_id: UUID) -> list[SessionSummary]:
    """Every session of a course, in the order in which they were planned."""
    query = select(session_summary.c.summary).where(
        session_summary.c.clinic_id == clinic_id, session_summary.c.course_id == course_id
    )
    return _in_order([decode_summary(text) for text in connection.execute(query).scalars()])


def course_patient(connection: Connection, clinic_id: int, course_id: UUID) -> UUID | None:
    """Whose course it is, or None for a new one."""
    query = select(session_summary.c.patient_id).where(
        session_summary.c.clinic_id == clinic_id, session_summary.c.course_id == course_id
    )
    found: UUID | None = connection.execute(query.limit(1)).scalar_one_or_none()
    return found


def last_weight_kg(connection: Connection, clinic_id: int, patient_id: UUID, but: UUID) -> Decimal | None:
    """The weight at the patient's last other session that has one."""
    others = [one for one in patient_summaries(connection, clinic_id, patient_id) if one.session_id != but]
    return next((one.weight_kg for one in reversed(others) if one.weight_kg is not None), None)


def _in_order(summaries: list[SessionSummary]) -> list[SessionSummary]:
    # UUIDs of version 7 settle what was planned in one instant.
    return sorted(summaries, key=lambda one: (one.planned_at.timestamp() if one.planned_at else 0, one.session_id))
