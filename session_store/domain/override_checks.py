"""What a physician's override covers, and when there is nothing to override.

An override covers what was read and holds, no more: `overridden` as sent names the items that the physician has read.
Where other items hold by then it is refused with all that hold now. Without `overridden` (a record brought in whole)
it covers what holds at its time.
"""

from collections.abc import Iterator
from typing import Any

from session_store.domain.checking import Check
from session_store.domain.discharge_gate import discharge_gate
from session_store.domain.entry_fields import Problem
from session_store.domain.session import SessionStatus
from session_store.domain.session_contents import DischargeOverride, StartOverride
from session_store.domain.start_gate import GateItem, held_by, start_gate

BEFORE_START = frozenset({SessionStatus.PLANNED, SessionStatus.READY})
# An escort may be named with the discharge itself; until then it holds, whether it was read or not.
MET_BY_THE_ACT = frozenset({"discharge.escort.held"})


def refuse_override(check: Check) -> Iterator[Problem]:
    """An override outside its status, of nothing, or of a list that has grown since it was read."""
    if not isinstance(check.content, StartOverride | DischargeOverride):
        return
    late = _refuse_status(check)
    yield from late
    if late:
        return
    if _unread(check):
        yield Problem("overridden", "other items hold than were read", "what holds now")
        yield from (Problem(one.rule_id, f"held: {one.words}", "read before it is overridden") for one in _held(check))
    elif not covered_items(check):
        yield Problem("overridden", f"nothing is held{_by_whom(check)}", "an item that holds now")


def covered_items(check: Check) -> list[GateItem]:
    """What the override lets through: held now, overridden by nobody yet and, where it says what was read, read."""
    read = _read(check)
    return [one for one in _held(check) if read is None or one.rule_id in read]


def _refuse_status(check: Check) -> list[Problem]:
    status = check.summary.status
    words = status.replace("_", " ")
    if check.content.kind == StartOverride.kind and status not in BEFORE_START:
        return [Problem("kind", f"no start is to come: the session is {words}", "before the infusion has started")]
    if check.content.kind == DischargeOverride.kind and status is not SessionStatus.RECOVERY:
        return [Problem("kind", f"no discharge home is to come: the session is {words}", "in recovery")]
    return []


def _held(check: Check) -> list[GateItem]:
    summary, at = check.summary, check.effective_at
    if check.content.kind == StartOverride.kind:
        return held_by(start_gate(summary, check.rules, at), summary.start_overridden)
    return held_by(discharge_gate(summary, check.rules, at), summary.discharge_overridden)


def _read(check: Check) -> frozenset[str] | None:
    content: Any = check.content
    return None if content.overridden is None else frozenset(content.overridden.split())


def _unread(check: Check) -> list[GateItem]:
    read = _read(check)
    if read is None:
        return []
    return [one for one in _held(check) if one.rule_id not in read | MET_BY_THE_ACT]


def _by_whom(check: Check) -> str:
    summary = check.summary
    is_start = check.content.kind == StartOverride.kind
    by = summary.start_override_by if is_start else summary.discharge_override_by
    return "" if by is None else f" any more: {by} has overridden"
