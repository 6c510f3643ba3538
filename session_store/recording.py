"""How one sent entry becomes part of the record: read, check, number, fold, judge. Runs inside a write transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
import uuid_utils.compat

from session_store.commands import Author, EntryOutcome, EntryResult, PlanSession, RecordEntries, SentEntries
from session_store.domain.alert import AlertFact
from session_store.domain.alert_evaluation import judge_entry
from session_store.domain.device_profiles import decode
from session_store.domain.entries import (
    VITAL_SIGN_FIELDS,
    Content,
    EnteredInError,
    Entry,
    Source,
    read_content,
    unusual_fields,
)
from session_store.domain.entry_checks import Check, Verdict, check_entry
from session_store.domain.entry_fields import FieldRefused, Problem, plain_value, read_time
from session_store.domain.identifiers import parse_uuid7
from session_store.domain.refolding import fold_again, reconcile, withdrawn_entry_ids
from session_store.domain.session import TRANSITION_KINDS
from session_store.domain.session_summary import BASELINE_WINDOW, SessionSummary
from session_store.plain_views import fact_view
from session_store.storage import entry_log
from session_store.storage.entry_log import Receipt
from session_store.storage.row_mapping import decode_json, encode_json
from session_store.write_transaction import WriteTransaction

ENVELOPE_FIELDS = frozenset({"entry_id", "kind", "effective_at", "source", "confirmed", "is_simulated"})
# Our proposal: an entry that reaches the server more than two minutes after it was true is marked late.
LATE_AFTER = timedelta(minutes=2)
SKEW_IGNORED = timedelta(seconds=2)
FAR_AHEAD = timedelta(hours=24)
_FOLD_AGAIN_WHEN_EARLIER = (TRANSITION_KINDS - {"session_ready"}) | {"bolus", "medication_given"}
_NOT_WITHDRAWABLE = frozenset({"session_planned", "entered_in_error", "acknowledgement", "at_the_chair"})
_digest_encoder = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True, slots=True)
class Draft:
    """One sent entry after reading, before checking."""

    entry_id: UUID
    digest: bytes
    content: Content
    source: Source
    effective_at: datetime
    sent_effective_at: datetime | None
    confirmed: tuple[str, ...]
    is_simulated: bool


def record_entries(transaction: WriteTransaction, command: RecordEntries) -> list[EntryResult]:
    """Each sent entry judged alone, in the order sent."""
    summary = transaction.summary(command.session_id)
    if summary is None:
        unknown = (Problem("session_id", "no such session", None),)
        return [EntryResult(_id_text(raw), EntryOutcome.REFUSED, problems=unknown) for raw in command.entries]
    return [_record_one(transaction, command.session_id, command, raw) for raw in command.entries]


def plan_session(transaction: WriteTransaction, command: PlanSession) -> list[EntryResult]:
    """A new session with its first entries, all or none."""
    known = transaction.summary(command.session_id)
    if known is not None:
        return _plan_again(transaction, command)
    mark = transaction.mark()
    first = _plan_first(transaction, command)
    results = [first]
    if first.outcome is EntryOutcome.RECORDED:
        results += [_record_one(transaction, command.session_id, command, raw) for raw in command.entries[1:]]
    else:
        results += [
            EntryResult(_id_text(raw), EntryOutcome.REFUSED, problems=_read_only(raw)) for raw in command.entries[1:]
        ]
    if all(result.outcome is EntryOutcome.RECORDED for result in results):
        return results
    transaction.restore(mark, command.session_id)
    return [_not_written(result) for result in results]


def _plan_again(transaction: WriteTransaction, command: PlanSession) -> list[EntryResult]:
    """A resend of a session that is on record answers as it did; anything else about it is refused."""
    results = []
    for raw in command.entries:
        draft = _read(transaction, command, raw)
        receipt = None if isinstance(draft, EntryResult) else transaction.receipts.get(draft.entry_id)
        if isinstance(draft, EntryResult):
            results.append(draft)
        elif receipt is None or receipt.session_id != command.session_id:
            problem = Problem("session_id", "this session is on record already", None)
            results.append(EntryResult(str(draft.entry_id), EntryOutcome.REFUSED, problems=(problem,)))
        else:
            results.append(_answer_again(draft, receipt))
    return results


def _not_written(result: EntryResult) -> EntryResult:
    """An entry that was fine alone but not written because another of the same plan was not."""
    if result.outcome is not EntryOutcome.RECORDED:
        return result
    return EntryResult(result.entry_id, EntryOutcome.CONFIRMATION_NEEDED, problems=())


def _read_only(raw: Mapping[str, Any]) -> tuple[Problem, ...]:
    """What is wrong with an entry of a plan whose first entry failed, so that all fields are named at once."""
    _, problems = read_content(str(raw.get("kind")), _content_fields(raw))
    return tuple(problems)


def _plan_first(transaction: WriteTransaction, command: PlanSession) -> EntryResult:
    raw = command.entries[0]
    draft = _read(transaction, command, raw)
    if isinstance(draft, EntryResult):
        return draft
    if draft.content.kind != "session_planned":
        problem = Problem("entries", "the first entry of a session is its plan", "session_planned")
        return EntryResult(str(draft.entry_id), EntryOutcome.REFUSED, problems=(problem,))
    if draft.entry_id in transaction.receipts:
        return _answer_again(draft, transaction.receipts[draft.entry_id])
    questions = [*unusual_fields(draft.content), *_identity_questions(transaction, draft.content)]
    open_questions = tuple(one for one in questions if one.field not in draft.confirmed)
    if open_questions:
        return EntryResult(str(draft.entry_id), EntryOutcome.CONFIRMATION_NEEDED, problems=open_questions)
    summary = _new_session(transaction, command, draft.content, draft.is_simulated)
    return _append(transaction, summary, draft, command.author)


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
    plan = {
        name: str(plain_value(getattr(content, name)))
        for name in content.__dataclass_fields__
        if getattr(content, name) is not None
    }
    summary = SessionSummary(command.session_id, patient_id, is_simulated, plan, status_since=transaction.now)
    transaction.summaries[command.session_id] = summary
    transaction.new_sessions.add(command.session_id)
    return summary


def _patient(transaction: WriteTransaction, content: Any) -> UUID:
    found = entry_log.find_patient(
        transaction.connection, transaction.clinic_id, content.patient_label, content.second_identifier
    )
    if found is not None:
        return found
    for row in transaction.rows.get("patient", []):
        if (row["patient_label"], row["second_identifier"]) == (content.patient_label, content.second_identifier):
            pending: UUID = row["patient_id"]
            return pending
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


def _record_one(
    transaction: WriteTransaction, session_id: UUID, command: SentEntries, raw: Mapping[str, Any]
) -> EntryResult:
    draft = _read(transaction, command, raw)
    if isinstance(draft, EntryResult):
        return draft
    receipt = transaction.receipts.get(draft.entry_id)
    if receipt is not None:
        return _answer_again(draft, receipt)
    summary = transaction.summaries[session_id]
    check = Check(summary, draft.content, draft.source, draft.effective_at, transaction.now)
    verdict = _check(transaction, check)
    if verdict.refusals:
        return EntryResult(str(draft.entry_id), EntryOutcome.REFUSED, problems=tuple(verdict.refusals))
    if draft.sent_effective_at is not None and draft.sent_effective_at - transaction.now > FAR_AHEAD:
        verdict.questions.append(Problem("effective_at", "more than a day ahead of the server", "24 h"))
    questions = tuple(one for one in verdict.questions if one.field not in draft.confirmed)
    if questions and draft.source is Source.HAND:
        return EntryResult(str(draft.entry_id), EntryOutcome.CONFIRMATION_NEEDED, problems=questions)
    return _append(transaction, summary, draft, command.author, questions)


def _check(transaction: WriteTransaction, check: Check) -> Verdict:
    verdict = check_entry(check)
    if isinstance(check.content, EnteredInError):
        verdict.refusals.extend(_refuse_withdrawal(transaction, check))
    return verdict


def _refuse_withdrawal(transaction: WriteTransaction, check: Check) -> list[Problem]:
    content: Any = check.content
    everything = transaction.all_entries(check.summary.session_id)
    target = next((one for one in everything if one.entry_id == content.withdrawn_entry_id), None)
    if target is None:
        return [Problem("withdrawn_entry_id", "no such entry in this session", None)]
    if target.content.kind in _NOT_WITHDRAWABLE:
        kind = target.content.kind.replace("_", " ")
        return [Problem("withdrawn_entry_id", f"{kind} cannot be entered in error", None)]
    if target.entry_id in withdrawn_entry_ids(everything):
        return [Problem("withdrawn_entry_id", "is withdrawn already", None)]
    return []


def _append(
    transaction: WriteTransaction,
    summary: SessionSummary,
    draft: Draft,
    author: Author,
    warnings: tuple[Problem, ...] = (),
) -> EntryResult:
    entry = Entry(
        session_id=summary.session_id,
        entry_id=draft.entry_id,
        seq=summary.next_seq,
        effective_at=draft.effective_at,
        recorded_at=transaction.now,
        source=draft.source,
        author_id=author.account_id,
        author_name=author.display_name,
        is_simulated=draft.is_simulated,
        content=draft.content,
        is_late=transaction.now - draft.effective_at > LATE_AFTER,
        confirmed=draft.confirmed,
        sent_effective_at=draft.sent_effective_at,
    )
    summary.next_seq += 1
    if _needs_folding_again(summary, entry):
        summary, facts = _fold_again(transaction, summary, entry)
    else:
        summary.apply(entry)
        facts = judge_entry(summary, entry, transaction.judgement())
    number = transaction.add_change(summary, entry, facts, author.account_id)
    result = EntryResult(str(entry.entry_id), EntryOutcome.RECORDED, number, warnings, tuple(facts))
    _keep_receipt(transaction, summary, draft, entry, result)
    return result


def _needs_folding_again(summary: SessionSummary, entry: Entry) -> bool:
    kind, at = entry.content.kind, entry.effective_at
    if kind == "entered_in_error":
        return True
    if kind == "weight":
        return summary.first_drug_at is not None
    if kind == "setting_attested":
        return summary.last_infusion_event_at is not None and at < summary.last_infusion_event_at
    if kind in _FOLD_AGAIN_WHEN_EARLIER:
        known = (summary.last_infusion_event_at, summary.status_since, summary.first_drug_at)
        return any(one is not None and at < one for one in known)
    if kind in ("pain_score", "sedation"):
        return bool(summary.pain_scores) and at < summary.pain_scores[-1].effective_at
    return kind == "vital_signs" and _is_newer_baseline(summary, entry)


def _is_newer_baseline(summary: SessionSummary, entry: Entry) -> bool:
    """A late set from the half hour before the first drug, newer than what stands as the baseline."""
    first, at = summary.first_drug_at, entry.effective_at
    if first is None or not timedelta(0) < first - at <= BASELINE_WINDOW:
        return False
    given = [name for name in VITAL_SIGN_FIELDS if getattr(entry.content, name) is not None]
    return any(name not in summary.baseline or summary.baseline[name].effective_at < at for name in given)


def _fold_again(
    transaction: WriteTransaction, before: SessionSummary, entry: Entry
) -> tuple[SessionSummary, list[AlertFact]]:
    everything = [*transaction.all_entries(before.session_id), entry]
    fresh = SessionSummary(before.session_id, before.patient_id, before.is_simulated, before.plan)
    after, found = fold_again(fresh, everything, transaction.judgement())
    after = replace(
        after,
        next_seq=before.next_seq,
        next_fact_seq=before.next_fact_seq,
        status_since=after.status_since or before.status_since,
    )
    withdrawn = withdrawn_entry_ids(everything)
    raised = transaction.raised_before(before.session_id)
    facts = list(reconcile(before, after, found, raised, withdrawn, entry, transaction.judgement()))
    transaction.replace_summary(after)
    return after, facts


def _keep_receipt(
    transaction: WriteTransaction, summary: SessionSummary, draft: Draft, entry: Entry, result: EntryResult
) -> None:
    answer = encode_json(
        {
            "change_number": result.change_number,
            "problems": [one.as_json() for one in result.problems],
            "alerts": [fact_view(fact) for fact in result.alert_facts],
        }
    )
    transaction.add_row(
        "entry_receipt",
        {
            "clinic_id": transaction.clinic_id,
            "entry_id": draft.entry_id,
            "session_id": summary.session_id,
            "seq": entry.seq,
            "digest": draft.digest,
            "answer": answer,
        },
    )
    transaction.receipts[draft.entry_id] = Receipt(draft.entry_id, summary.session_id, draft.digest, answer)


def _answer_again(draft: Draft, receipt: Receipt) -> EntryResult:
    if receipt.digest != draft.digest:
        problem = Problem("entry_id", "this id is on record with other content", None)
        return EntryResult(str(draft.entry_id), EntryOutcome.REFUSED, problems=(problem,))
    answer = decode_json(receipt.answer)
    problems = tuple(Problem(one["field"], one["reason"], one["limit"]) for one in answer["problems"])
    return EntryResult(str(draft.entry_id), EntryOutcome.DUPLICATE, answer["change_number"], problems)


# ------------------------------------------------------------------------------------------------------- reading


def _id_text(raw: Mapping[str, Any]) -> str | None:
    text = raw.get("entry_id")
    return text if isinstance(text, str) else None


def _content_fields(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if name not in ENVELOPE_FIELDS}


def _read(transaction: WriteTransaction, command: SentEntries, raw: Mapping[str, Any]) -> Draft | EntryResult:
    """The typed draft of a sent entry, or its refusal."""
    entry_id = parse_uuid7(raw.get("entry_id"))
    digest = _digest(raw)
    if digest is None:
        problem = Problem("entry_id", "the entry has characters that cannot be stored", None)
        return EntryResult(None, EntryOutcome.REFUSED, problems=(problem,))
    problems = [] if entry_id else [Problem("entry_id", "not a UUID version 7", None)]
    source = _read_source(raw, command.author, problems)
    confirmed = _read_confirmed(raw, problems)
    effective_at, sent = _read_effective_at(transaction.now, command.sent_at, raw, problems)
    fields = _content_fields(raw)
    if source is not Source.HAND and isinstance(fields.get("channels"), dict) and fields.get("device_profile"):
        problems += _decode_channels(fields)
    content, found = read_content(str(raw.get("kind")), fields)
    problems += _explain_zeros(fields, found)
    if problems or content is None or entry_id is None or effective_at is None or source is None:
        return EntryResult(_id_text(raw), EntryOutcome.REFUSED, problems=tuple(problems))
    simulated = raw.get("is_simulated") is True or command.is_simulated
    return Draft(entry_id, digest, content, source, effective_at, sent, confirmed, simulated)


def _digest(raw: Mapping[str, Any]) -> bytes | None:
    """What makes a resend the same entry: everything but what was confirmed. None for half a surrogate pair."""
    try:
        return sha256(
            _digest_encoder.encode({name: value for name, value in raw.items() if name != "confirmed"})
        ).digest()
    except UnicodeEncodeError:
        return None


def _read_source(raw: Mapping[str, Any], author: Author, problems: list[Problem]) -> Source | None:
    text = raw.get("source", "monitor" if author.is_device else "hand")
    if not isinstance(text, str) or text not in {one.value for one in Source}:
        problems.append(Problem("source", "unknown source", ", ".join(Source)))
        return None
    source = Source(text)
    if source in (Source.MONITOR, Source.PUMP) and not author.is_device:
        problems.append(Problem("source", "only a device sends monitor and pump facts", None))
    if source is Source.HAND and author.is_device:
        problems.append(Problem("source", "a device cannot enter by hand", "monitor, pump"))
    return source


def _read_confirmed(raw: Mapping[str, Any], problems: list[Problem]) -> tuple[str, ...]:
    sent = raw.get("confirmed", [])
    if not isinstance(sent, list) or len(sent) > 40 or not all(isinstance(one, str) and one.isascii() for one in sent):
        problems.append(Problem("confirmed", "not a list of field names", None))
        return ()
    return tuple(one[:80] for one in sent)


def _read_effective_at(
    now: datetime, sent_at: datetime | None, raw: Mapping[str, Any], problems: list[Problem]
) -> tuple[datetime | None, datetime | None]:
    """The corrected time and, where it was corrected, the time as sent. No entry is refused for clock skew."""
    if raw.get("effective_at") is None:
        return now, None
    try:
        sent = read_time(raw["effective_at"])
    except FieldRefused as refused:
        problems.append(Problem("effective_at", refused.reason, refused.limit))
        return None, None
    offset = now - sent_at if sent_at is not None else timedelta(0)
    corrected = sent + offset if abs(offset) > SKEW_IGNORED else sent
    corrected = min(corrected, now)
    return corrected, (None if corrected == sent else sent)


def _decode_channels(fields: dict[str, Any]) -> list[Problem]:
    channels = {str(name): "" if value is None else str(value) for name, value in fields["channels"].items()}
    values, problems = decode(str(fields["device_profile"]), channels)
    fields.update(values)
    return problems


def _explain_zeros(fields: Mapping[str, Any], problems: list[Problem]) -> list[Problem]:
    """A typed zero is never charted as a measurement: say what to do instead."""
    explained = []
    for problem in problems:
        if _is_zero(fields.get(problem.field)) and problem.limit is not None and problem.field.endswith(_ZERO_SIGNS):
            reason = "0 is not charted. Nothing found at the patient? Use 'could not measure: not found' (critical)"
            problem = Problem(problem.field, reason, problem.limit)
        explained.append(problem)
    return explained


_ZERO_SIGNS = ("_per_min", "_mmhg", "spo2_percent")


def _is_zero(value: object) -> bool:
    try:
        return value is not None and not isinstance(value, bool | dict) and Decimal(str(value)) == 0
    except InvalidOperation:
        return False
