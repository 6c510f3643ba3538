"""Entries of the clinic itself: chairs, credentials, vial stock and counts, limits of alert rules. Same envelope, same
receipts, same numbers and the same chain as the entries of a session; no alerts are judged on them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

from session_store.clinic_standing import WITNESSED_KINDS, standing_clinic_entries
from session_store.commands import Author, EntryOutcome, EntryResult, RecordClinicEntries
from session_store.domain.clinic_contents import AlertLimitsChanged, AlertLimitsSigned
from session_store.domain.entries import CLINIC_KINDS, ClinicContent, ClinicEntry, unusual_fields
from session_store.domain.entry_fields import Problem
from session_store.recording import LATE_AFTER, answer_again, keep_receipt
from session_store.rule_changing import (
    notes_on,
    refuse_change,
    refuse_signature,
    refuse_withdrawal,
    with_what_it_replaces,
)
from session_store.sent_entries import Draft, read_sent
from session_store.storage import clinic_log
from session_store.write_transaction import WriteTransaction


def record_clinic_entries(transaction: WriteTransaction, command: RecordClinicEntries) -> list[EntryResult]:
    """Each sent entry judged alone, in the order sent."""
    return [_record_one(transaction, command, raw) for raw in command.entries]


def _record_one(transaction: WriteTransaction, command: RecordClinicEntries, raw: Mapping[str, Any]) -> EntryResult:
    draft = read_sent(transaction.now, command, raw)
    if isinstance(draft, EntryResult):
        return draft
    receipt = transaction.receipts.get(draft.entry_id)
    if receipt is not None:
        return answer_again(draft, receipt)
    refusals = tuple(_refusals(transaction, draft, command))
    if refusals:
        return EntryResult(str(draft.entry_id), EntryOutcome.REFUSED, problems=refusals)
    questions = tuple(one for one in unusual_fields(draft.content) if one.field not in draft.confirmed)
    if questions:
        return EntryResult(str(draft.entry_id), EntryOutcome.CONFIRMATION_NEEDED, problems=questions)
    if isinstance(draft.content, AlertLimitsChanged):
        draft = replace(draft, content=with_what_it_replaces(transaction.rule_book, draft.content))
    return _append(transaction, draft, command.author)


def _refusals(transaction: WriteTransaction, draft: Draft, command: RecordClinicEntries) -> Iterator[Problem]:
    content: Any = draft.content
    if content.kind not in CLINIC_KINDS:
        yield Problem("kind", "belongs to a session", ", ".join(CLINIC_KINDS))
    elif content.kind == "stock_witnessed":
        yield from _refuse_witness(transaction, content, command.author)
    elif isinstance(content, AlertLimitsChanged):
        yield from refuse_change(transaction.rule_book, content, command.author)
    elif isinstance(content, AlertLimitsSigned):
        yield from refuse_signature(transaction.rule_book, content, command.author)
    elif content.kind == "clinic_entered_in_error":
        yield from _refuse_withdrawal(transaction, content, command)


def _refuse_withdrawal(transaction: WriteTransaction, content: Any, command: RecordClinicEntries) -> Iterator[Problem]:
    named = _named(transaction, content.withdrawn_entry_id)
    if named is None or named.content.kind == content.kind:
        yield Problem("withdrawn_entry_id", "no such entry of the clinic, or withdrawn already", None)
    elif command.permitted_kinds is not None and named.content.kind not in command.permitted_kinds:
        kind = named.content.kind.replace("_", " ")
        yield Problem("withdrawn_entry_id", f"your role may not correct this: {kind}", None)
    else:
        yield from refuse_withdrawal(transaction.rule_book, named)


def _refuse_witness(transaction: WriteTransaction, content: Any, author: Author) -> Iterator[Problem]:
    named = _named(transaction, content.witnessed_entry_id)
    if named is None or named.content.kind not in WITNESSED_KINDS:
        yield Problem("witnessed_entry_id", "no such stock entry", None)
    elif named.author_id == author.account_id:
        yield Problem("witnessed_entry_id", "the witness is the person who recorded it", "a second person")


def _named(transaction: WriteTransaction, entry_id: Any) -> ClinicEntry | None:
    """The standing entry of the clinic with this id, those of this transaction included."""
    stored = clinic_log.clinic_entries(transaction.connection, transaction.clinic_id)
    pending = [one.entry for one in transaction.changes if isinstance(one.entry, ClinicEntry)]
    return next((one for one in standing_clinic_entries([*stored, *pending]) if one.entry_id == entry_id), None)


def _append(transaction: WriteTransaction, draft: Draft, author: Author) -> EntryResult:
    entry = ClinicEntry(
        entry_id=draft.entry_id,
        seq=transaction.next_clinic_seq,
        effective_at=draft.effective_at,
        recorded_at=transaction.now,
        source=draft.source,
        author_id=author.account_id,
        author_name=author.display_name,
        is_simulated=draft.is_simulated,
        content=cast(ClinicContent, draft.content),
        is_late=transaction.now - draft.effective_at > LATE_AFTER,
        confirmed=draft.confirmed,
        sent_effective_at=draft.sent_effective_at,
    )
    number = transaction.add_clinic_change(entry)
    result = EntryResult(str(entry.entry_id), EntryOutcome.RECORDED, number, notes_on(entry.content))
    keep_receipt(transaction, None, draft, entry.seq, result)
    return result
