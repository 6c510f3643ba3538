"""How a session comes on record: whose it is, its plan, and its first entries, all or none."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import uuid_utils.compat

from session_store.commands import EntryOutcome, EntryResult, PlanSession
from session_store.domain.entries import read_content
from session_store.domain.entry_checks import check_questions, check_refusals
from session_store.domain.entry_fields import Problem
from session_store.domain.session_summary import SessionSummary
from session_store.recording import answer_again, append_entry, check_of, record_one
from session_store.sent_entries import content_fields, id_text, read_sent
from session_store.storage import entry_log
from session_store.write_transaction import WriteTransaction


def plan_session(transaction: WriteTransaction, command: PlanSession) -> list[EntryResult]:
    """A new session with its first entries, all or none."""
    known = transaction.summary(command.session_id)
    if known is not None:
        return _plan_again(transaction, command)
    mark = transaction.mark()
    first = _plan_first(transaction, command)
    results = [first]
    if first.outcome is EntryOutcome.RECORDED:
        results += [record_one(transaction, command.session_id, command, raw) for raw in command.entries[1:]]
    else:
        results += [
            EntryResult(id_text(raw), EntryOutcome.REFUSED, problems=_read_only(raw)) for raw in command.entries[1:]
        ]
    if all(result.outcome is EntryOutcome.RECORDED for result in results):
        return results
    transaction.restore(mark, command.session_id)
    return [_not_written(result) for result in results]


def _plan_again(transaction: WriteTransaction, command: PlanSession) -> list[EntryResult]:
    """A resend of a session that is on record answers as it did; anything else about it is refused."""
    results = []
    for raw in command.entries:
        draft = read_sent(transaction.now, command, raw)
        receipt = None if isinstance(draft, EntryResult) else transaction.receipts.get(draft.entry_id)
        if isinstance(draft, EntryResult):
            results.append(draft)
        elif receipt is None or receipt.session_id != command.session_id:
            problem = Problem("session_id", "this session is on record already", None)
            results.append(EntryResult(str(draft.entry_id), EntryOutcome.REFUSED, problems=(problem,)))
        else:
            results.append(answer_again(draft, receipt))
    return results


def _not_written(result: EntryResult) -> EntryResult:
    """An entry that was fine alone but not written because another of the same plan was not."""
    if result.outcome is not EntryOutcome.RECORDED:
        return result
    return EntryResult(result.entry_id, EntryOutcome.CONFIRMATION_NEEDED, problems=())


def _read_only(raw: Mapping[str, Any]) -> tuple[Problem, ...]:
    """What is wrong with an entry of a plan whose first entry failed, so that all fields are named at once."""
    _, problems = read_content(str(raw.get("kind")), content_fields(raw))
    return tuple(problems)


def _plan_first(transaction: WriteTransaction, command: PlanSession) -> EntryResult:
    raw = command.entries[0]
    draft = read_sent(transaction.now, command, raw)
    if isinstance(draft, EntryResult):
        return draft
    if draft.content.kind != "session_planned":
        problem = Problem("entries", "the first entry of a session is its plan", "session_planned")
        return EntryResult(str(draft.entry_id), EntryOutcome.REFUSED, problems=(problem,))
    if draft.entry_id in transaction.receipts:
        return answer_again(draft, transaction.receipts[draft.entry_id])
    summary = SessionSummary(command.session_id, UUID(int=0), draft.is_simulated)
    summary.patient_id = _known_patient(transaction, draft.content) or summary.patient_id
    check = check_of(transaction, summary, draft, command.author)
    refusals = check_refusals(check)
    if refusals:
        return EntryResult(str(draft.entry_id), EntryOutcome.REFUSED, problems=tuple(refusals))
    questions = [*check_questions(check), *_identity_questions(transaction, draft.content)]
    open_questions = tuple(one for one in questions if one.field not in draft.confirmed)
    if open_questions:
        return EntryResult(str(draft.entry_id), EntryOutcome.CONFIRMATION_NEEDED, problems=open_questions)
    summary = _new_session(transaction, command, draft.content, draft.is_simulated)
    return append_entry(transaction, summary, draft, command.author)


def _identity_questions(transaction: WriteTransaction, content: Any) -> list[Problem]:
    others = entry_log.other_identifiers(
        transaction.connection, transaction.clinic_id, content.patient_label, content.second_identifier
    )
    if not others:
        return []
    return [Problem("second_identifier", f"{content.patient_label} is on record with {', '.join(others)}", None)]


def _new_session(
    transaction: WriteTransaction, command: PlanSession, content: Any, is_simulated: bool
) -> SessionSummary:
    patient_id = _patient(transaction, content)
    transaction.add_row(
        "infusion_session",
        {
            "clinic_id": transaction.clinic_id,
            "session_id": command.session_id,
            "patient_id": patient_id,
            "recorded_at": transaction.now,
            "is_simulated": is_simulated,
        },
    )
    summary = SessionSummary(
        command.session_id, patient_id, is_simulated, planned_at=transaction.now, status_since=transaction.now
    )
    transaction.summaries[command.session_id] = summary
    transaction.new_sessions.add(command.session_id)
    return summary


def _known_patient(transaction: WriteTransaction, content: Any) -> UUID | None:
    found = entry_log.find_patient(
        transaction.connection, transaction.clinic_id, content.patient_label, content.second_identifier
    )
    if found is not None:
        return found
    for row in transaction.rows.get("patient", []):
        if (row["patient_label"], row["second_identifier"]) == (content.patient_label, content.second_identifier):
            pending: UUID = row["patient_id"]
            return pending
    return None


def _patient(transaction: WriteTransaction, content: Any) -> UUID:
    known = _known_patient(transaction, content)
    if known is not None:
        return known
    patient_id = uuid_utils.compat.uuid7()
    transaction.add_row(
        "patient",
        {
            "clinic_id": transaction.clinic_id,
            "patient_id": patient_id,
            "patient_label": content.patient_label,
            "second_identifier": content.second_identifier,
            "created_at": transaction.now,
        },
    )
    return patient_id
