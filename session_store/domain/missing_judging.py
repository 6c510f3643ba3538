"""Judges what did not come: a sign that is overdue or absent at the patient, a monitor that says nothing.

Each ends by a value (of its sign, from the monitor) and by nothing else.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from session_store.domain.alert import AlertFact
from session_store.domain.alert_rules import MONITOR_SILENT_SECONDS, SIGN_WORDS, SITUATION_RULES
from session_store.domain.alert_standing import (
    Judgement,
    as_found,
    clear_conditions,
    escalate,
    raise_alert,
    raise_unless_open,
)
from session_store.domain.entries import Entry
from session_store.domain.entry_choices import Source
from session_store.domain.observation_schedule import due_at, overdue_at
from session_store.domain.session_summary import SessionSummary, scheduled_signs

# What a reason of "could not measure" says when the sign itself is absent at the patient: an emergency, not a gap.
ABSENT_REASONS = frozenset({"not_found", "no_breathing"})
MONITOR_SILENT = "monitor.silent"


def judge_absent(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """A person looked for a sign and did not find it."""
    content: Any = entry.content
    for sign, reason in content.not_measured.items():
        if reason in ABSENT_REASONS and entry.source is Source.HAND:
            rule = SITUATION_RULES["sign.absent.critical"]
            found = as_found(rule, f"sign.absent:{sign}", f"{SIGN_WORDS[sign][0]} {rule.text}")
            yield from raise_unless_open(summary, judgement, found, entry.effective_at, entry.entry_id)


def end_waiting_for(summary: SessionSummary, sign: str, entry: Entry) -> Iterator[AlertFact]:
    """A measured value ends "overdue" and "not found" of its sign; nothing else does."""
    return clear_conditions(summary, entry, f"overdue:{sign}", f"sign.absent:{sign}")


def judge_overdue(summary: SessionSummary, judgement: Judgement) -> Iterator[AlertFact]:
    """Each sign by its own clock; while a sender is handing in late entries, nothing is called overdue."""
    if summary.is_catching_up(judgement.now):
        return
    context = summary.schedule_context()
    for sign in scheduled_signs(summary):
        last = summary.set_counts_from(sign)
        if last is None:
            continue
        flag, warning = overdue_at(last, due_at(last, context))
        if judgement.now >= flag:
            yield from _overdue(summary, judgement, sign, is_warning=judgement.now >= warning)


def _overdue(summary: SessionSummary, judgement: Judgement, sign: str, *, is_warning: bool) -> Iterator[AlertFact]:
    rule = SITUATION_RULES["overdue.warning" if is_warning else "overdue.advisory"]
    found = as_found(rule, f"overdue:{sign}", f"{SIGN_WORDS[sign][0]} {rule.text}")
    alert = summary.open_alert(found.condition)
    if alert is None:
        yield raise_alert(summary, judgement, found, judgement.now, None)
    elif alert.level < rule.level:
        yield escalate(summary, judgement, alert, found, judgement.now, alert.evidence_entry_id)


def judge_monitor_silent(summary: SessionSummary, judgement: Judgement) -> Iterator[AlertFact]:
    """A monitor that was sending in an open session has sent nothing for two minutes."""
    if summary.is_open and _is_silent(summary, judgement.now):
        rule = SITUATION_RULES["monitor.silent.warning"]
        found = as_found(rule, MONITOR_SILENT, rule.text)
        yield from raise_unless_open(summary, judgement, found, judgement.now, None)


def end_silence(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """A row from the monitor ends its silence."""
    if entry.source is Source.MONITOR and not _is_silent(summary, judgement.now):
        yield from clear_conditions(summary, entry, MONITOR_SILENT)


def _is_silent(summary: SessionSummary, now: datetime) -> bool:
    """No row came for two minutes; rows that come late do come, and their values show their own age."""
    last = summary.monitor_last_recorded_at
    return last is not None and (now - last).total_seconds() > MONITOR_SILENT_SECONDS
