"""What a correction or a witness refers to: found in the record, checked, and for an amendment turned into the whole
corrected content, which passes the same checks as if it had been typed so in the first place."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from session_store.domain.amendment import (
    IDENTITY_FIELDS,
    NOT_AMENDABLE,
    corrected_fields,
    current_versions,
    withdrawn_entry_ids,
)
from session_store.domain.checking import Check, Verdict
from session_store.domain.entries import FIELD_SPECS, SERVER_KINDS, Entry, plain_content, read_content
from session_store.domain.entry_checks import check_questions, check_refusals
from session_store.domain.entry_fields import Problem
from session_store.domain.record_contents import Amendment, EnteredInError
from session_store.server_facts import SERVER_FIELDS, with_amended_facts
from session_store.write_transaction import WriteTransaction

_NOT_WITHDRAWABLE = SERVER_KINDS | {"session_planned", "entered_in_error", "acknowledgement", "at_the_chair"}


def refuse_reference(
    transaction: WriteTransaction, check: Check, permitted_kinds: frozenset[str] | None = None
) -> list[Problem]:
    """What is wrong with the entry that a withdrawal or an amendment names; nobody corrects what is not theirs to
    record."""
    if isinstance(check.content, EnteredInError):
        named = ("withdrawn_entry_id", check.content.withdrawn_entry_id)
        problems = _refuse_withdrawal(transaction, check, check.content)
    elif isinstance(check.content, Amendment):
        named = ("amended_entry_id", check.content.amended_entry_id)
        problems = _refuse_amendment(transaction, check, check.content)
    else:
        return []
    foreign = _foreign_kind(transaction.all_entries(check.summary.session_id), named[1], permitted_kinds)
    if foreign is not None:
        return [Problem(named[0], f"your role may not correct this: {foreign.replace('_', ' ')}", None)]
    return list(problems)


def _foreign_kind(entries: Sequence[Entry], entry_id: UUID, permitted_kinds: frozenset[str] | None) -> str | None:
    """The kind that is corrected, where it is not permitted; to withdraw an amendment corrects what it amended."""
    target = next((one for one in entries if one.entry_id == entry_id), None)
    if target is None or permitted_kinds is None:
        return None
    if isinstance(target.content, Amendment):
        return _foreign_kind(entries, target.content.amended_entry_id, permitted_kinds)
    kind = target.content.kind
    return None if kind in permitted_kinds else kind


def _refuse_withdrawal(transaction: WriteTransaction, check: Check, content: EnteredInError) -> Iterator[Problem]:
    everything = transaction.all_entries(check.summary.session_id)
    target = next((one for one in everything if one.entry_id == content.withdrawn_entry_id), None)
    if target is None:
        yield Problem("withdrawn_entry_id", "no such entry in this session", None)
    elif target.content.kind in _NOT_WITHDRAWABLE:
        kind = target.content.kind.replace("_", " ")
        yield Problem("withdrawn_entry_id", f"{kind} cannot be entered in error", None)
    elif target.entry_id in withdrawn_entry_ids(everything):
        yield Problem("withdrawn_entry_id", "is withdrawn already", None)


def _refuse_amendment(transaction: WriteTransaction, check: Check, content: Amendment) -> Iterator[Problem]:
    if content.corrected:
        yield Problem("corrected", "is computed by the server", "send changes")
    target = _target(transaction, check, content)
    everything = transaction.all_entries(check.summary.session_id)
    if target is None:
        yield Problem("amended_entry_id", "no such entry in this session", None)
    elif target.content.kind in NOT_AMENDABLE:
        yield Problem("amended_entry_id", f"{target.content.kind.replace('_', ' ')} cannot be amended", None)
    elif target.entry_id in withdrawn_entry_ids(everything):
        yield Problem("amended_entry_id", "is withdrawn", None)
    elif target.content.kind == "session_planned" and IDENTITY_FIELDS & content.changes.keys():
        reason = "whose session it is cannot be amended: cancel it and plan it for the right patient"
        yield Problem("changes.patient_label", reason, None)
    elif "overridden" in content.changes and "overridden" in FIELD_SPECS[target.content.kind]:
        reason = "what was overridden stands: withdraw the override and override anew"
        yield Problem("changes.overridden", reason, None)
    elif SERVER_FIELDS.get(target.content.kind) in content.changes:
        reason = "is found by the server: correct what it follows from"
        yield Problem(f"changes.{SERVER_FIELDS[target.content.kind]}", reason, None)
    elif not content.changes and content.corrected_effective_at is None:
        yield Problem("changes", "nothing is corrected", "one field, or the time")


def _target(transaction: WriteTransaction, check: Check, content: Amendment) -> Entry | None:
    """The entry that is corrected, as it reads now."""
    everything = current_versions(transaction.all_entries(check.summary.session_id))
    return next((one for one in everything if one.entry_id == content.amended_entry_id), None)


def amended_content(transaction: WriteTransaction, check: Check) -> tuple[Amendment | None, Verdict]:
    """The amendment with the whole corrected content, and the verdict about that content; problems name the field
    below `changes`."""
    content: Any = check.content
    target = _target(transaction, check, content)
    if target is None:
        return None, Verdict([], [])
    corrected, problems = read_content(target.content.kind, corrected_fields(target.content, content.changes))
    if problems:
        return None, Verdict([_below_changes(one) for one in problems], [])
    at = content.corrected_effective_at or target.effective_at
    inner = replace(check, content=corrected, source=target.source, effective_at=at, author_id=target.author_id)
    refusals = check_refusals(inner)
    if corrected == target.content and at == target.effective_at:
        refusals.append(Problem("changes", "is what the record says already", None))
    if refusals:
        return None, Verdict([_below_changes(one) for one in refusals], [])
    questions = [_below_changes(one) for one in check_questions(inner) if one.field in content.changes]
    said = with_amended_facts(inner, target)
    return replace(content, corrected=plain_content(said)), Verdict([], questions)


def _below_changes(problem: Problem) -> Problem:
    if problem.field.startswith("changes"):
        return problem
    return Problem(f"changes.{problem.field}", problem.reason, problem.limit)
