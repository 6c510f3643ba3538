"""What the checks of one entry may ask of the record beyond its session's summary, read inside the transaction."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from uuid import UUID

from session_store.clinic_standing import credentials_of
from session_store.domain.amendment import current_versions
from session_store.domain.checking import Surroundings
from session_store.domain.entries import Entry
from session_store.domain.session_summary import SessionSummary
from session_store.storage import clinic_log, patient_reading
from session_store.write_transaction import WriteTransaction


def surroundings_of(transaction: WriteTransaction, summary: SessionSummary) -> Surroundings:
    """Each question reads the record only when a check asks it."""
    connection, clinic_id = transaction.connection, transaction.clinic_id

    def last_weight_kg() -> Decimal | None:
        return patient_reading.last_weight_kg(connection, clinic_id, summary.patient_id, summary.session_id)

    def course_patient(course_id: UUID) -> UUID | None:
        return patient_reading.course_patient(connection, clinic_id, course_id)

    return Surroundings(
        session_entries=_once(lambda: transaction.all_entries(summary.session_id)),
        patient_entry=lambda entry_id: _patient_entry(transaction, summary, entry_id),
        last_weight_kg=last_weight_kg,
        course_patient=course_patient,
        credentials=lambda account_id: _credentials(transaction, account_id),
    )


def _once(read: Callable[[], list[Entry]]) -> Callable[[], list[Entry]]:
    return cache(read)


def _patient_entry(transaction: WriteTransaction, summary: SessionSummary, entry_id: UUID) -> Entry | None:
    """An entry of any session of the patient, as it reads now."""
    receipt = transaction.receipts.get(entry_id) or transaction.find_receipt(entry_id)
    if receipt is None or receipt.session_id is None:
        return None
    owner = transaction.summary(receipt.session_id)
    if owner is None or owner.patient_id != summary.patient_id:
        return None
    everything = current_versions(transaction.all_entries(receipt.session_id))
    return next((one for one in everything if one.entry_id == entry_id), None)


def _credentials(transaction: WriteTransaction, account_id: UUID) -> dict[str, date]:
    entries = clinic_log.clinic_entries(transaction.connection, transaction.clinic_id, "staff_credential")
    errors = clinic_log.clinic_entries(transaction.connection, transaction.clinic_id, "clinic_entered_in_error")
    return credentials_of([*entries, *errors], account_id)
