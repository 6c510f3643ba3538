"""How one sent entry becomes part of a session's record: read, check, fold, judge, number. In a write transaction."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from session_store.amending import amended_content, refuse_reference
from session_store.commands import Author, EntryOutcome, EntryResult, RecordEntries, SentEntries
from session_store.domain.checking import Check, Verdict
from session_store.domain.entries import Entry
from session_store.domain.entry_checks import check_entry
from session_store.domain.entry_choices import Source
from session_store.domain.entry_fields import Problem
from session_store.domain.folding import fold_in
from session_store.domain.record_contents import Amendment
from session_store.domain.session_summary import SessionSummary
from session_store.plain_views import fact_view
from session_store.sent_entries import Draft, id_text, read_sent
from session_store.server_facts import with_server_facts
from session_store.storage.entry_log import Receipt
from session_store.storage.row_mapping import decode_json, encode_json
from session_store.surroundings import surroundings_of
from session_store.write_transaction import WriteTransaction

# Our proposal: an entry that reaches the server more than two minutes after it was true is marked late.
LATE_AFTER = timedelta(minutes=2)
FAR_AHEAD = timedelta(hours=24)


def record_entries(transaction: WriteTransaction, command: RecordEntries) -> list[EntryResult]:
    """Each sent entry judged alone, in the order sent."""
    summary = transaction.summary(command.session_id)
    if summary is None:
        unknown = (Problem("session_id", "no such session", None),)
        return [EntryResult(id_text(raw), EntryOutcome.REFUSED, problems=unknown) for raw in command.entries]
    return [record_one(transaction, command.session_id, command, raw) for raw in command.entries]


def record_one(
    transaction: WriteTransaction, session_id: UUID, command: SentEntries, raw: Mapping[str, Any]
) -> EntryResult:
    """One sent entry of a known session: recorded, or the reasons why not."""
    draft = read_sent(transaction.now, command, raw)
    if isinstance(draft, EntryResult):
        return draft
    receipt = transaction.receipts.get(draft.entry_id)
    if receipt is not None:
        return answer_again(draft, receipt)
    summary = transaction.summaries[session_id]
    check = check_of(transaction, summary, draft, command.author)
    verdict, draft = _judged(transaction, check, draft, command.permitted_kinds)
    if verdict.refusals:
        return EntryResult(str(draft.entry_id), EntryOutcome.REFUSED, problems=tuple(verdict.refusals))
    if draft.sent_effective_at is not None and draft.sent_effective_at - transaction.now > FAR_AHEAD:
        verdict.questions.append(Problem("effective_at", "more than a day ahead of the server", "24 h"))
    questions = tuple(one for one in verdict.questions if one.field not in draft.confirmed)
    if questions and draft.source is Source.HAND:
        return EntryResult(str(draft.entry_id), EntryOutcome.CONFIRMATION_NEEDED, problems=questions)
    if check.content is draft.content:
        draft = replace(draft, content=with_server_facts(check, command.author))
    return append_entry(transaction, summary, draft, command.author, questions)


def check_of(transaction: WriteTransaction, summary: SessionSummary, draft: Draft, author: Author) -> Check:
    """What the draft is checked with."""
    return Check(
        summary, draft.session_content(), draft.source, draft.effective_at, transaction.now, author.account_id,
        surroundings_of(transaction, summary), transaction.rules,
    )  # fmt: skip


def _judged(
    transaction: WriteTransaction, check: Check, draft: Draft, permitted_kinds: frozenset[str] | None
) -> tuple[Verdict, Draft]:
    """The verdict, and the draft with the content that an amendment brings about."""
    verdict = check_entry(check)
    verdict.refusals.extend(refuse_reference(transaction, check, permitted_kinds))
    if verdict.refusals or not isinstance(check.content, Amendment):
        return verdict, draft
    amended, verdict_of_content = amended_content(transaction, check)
    return verdict_of_content, replace(draft, content=amended or draft.content)


def append_entry(
    transaction: WriteTransaction,
    summary: SessionSummary,
    draft: Draft,
    author: Author,
    warnings: tuple[Problem, ...] = (),
) -> EntryResult:
    """Fold, judge, number and gather one entry that nothing speaks against any more."""
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
        content=draft.session_content(),
        is_late=transaction.now - draft.effective_at > LATE_AFTER,
        confirmed=draft.confirmed,
        sent_effective_at=draft.sent_effective_at,
    )
    history = transaction.history(summary.session_id)
    summary, facts = fold_in(summary, entry, transaction.judgement(), history)
    transaction.replace_summary(summary)
    number = transaction.add_change(summary, entry, facts, author.account_id)
    result = EntryResult(str(entry.entry_id), EntryOutcome.RECORDED, number, warnings, tuple(facts))
    keep_receipt(transaction, summary.session_id, draft, entry.seq, result)
    return result


def keep_receipt(
    transaction: WriteTransaction, session_id: UUID | None, draft: Draft, seq: int, result: EntryResult
) -> None:
    """Gather the receipt by which a resend is answered; `session_id` is None for an entry of the clinic."""
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
            "session_id": session_id,
            "seq": seq,
            "digest": draft.digest,
            "answer": answer,
        },
    )
    transaction.receipts[draft.entry_id] = Receipt(draft.entry_id, session_id, draft.digest, answer)


def answer_again(draft: Draft, receipt: Receipt) -> EntryResult:
    """The stored answer to a resend; the same id with other content is refused."""
    if receipt.digest != draft.digest:
        problem = Problem("entry_id", "this id is on record with other content", None)
        return EntryResult(str(draft.entry_id), EntryOutcome.REFUSED, problems=(problem,))
    answer = decode_json(receipt.answer)
    problems = tuple(Problem(one["field"], one["reason"], one["limit"]) for one in answer["problems"])
    return EntryResult(str(draft.entry_id), EntryOutcome.DUPLICATE, answer["change_number"], problems)
