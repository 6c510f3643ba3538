"""Judges what did not come: a sign that is overdue or absent at the patient, a monitor that says nothing.

Each ends by a value (of its sign, from the monitor) and by nothing else.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from session_store.domain.alert import AlertFact
from session_store.domain.alert_standing import (
    Judgement,
    as_found,
    clear_conditions,
    escalate,
    list_past,
    raise_alert,
    raise_unless_open,
)
from session_store.domain.entries import Entry
from session_store.domain.entry_choices import Source
from session_store.domain.observation_schedule import SEDATION, ScheduleContext, due_at, overdue_at
from session_store.domain.rules.model import SIGN_WORDS, AlertRule
from session_store.domain.session_summary import SessionSummary, scheduled_signs

# What a reason of "could not measure" says when the sign itself is absent at the patient: an emergency, not a gap.
ABSENT_REASONS = frozenset({"not_found", "no_breathing"})
MONITOR_SILENT = "monitor.silent"


def judge_absent(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """A person looked for a sign and did not find it; listed as past where a newer value shows it again."""
    content: Any = entry.content
    rule = judgement.rules.find("sign.absent.critical")
    for sign, reason in content.not_measured.items():
        if rule is None or reason not in ABSENT_REASONS or entry.source is not Source.HAND:
            continue
        found = as_found(rule, f"sign.absent:{sign}", f"{SIGN_WORDS[sign].name} {rule.plain_words()}")
        if _is_superseded(summary, sign, entry, judgement):
            yield from list_past(summary, judgement, replace(found, condition=f"{found.condition}:past"), entry)
        else:
            yield from raise_unless_open(summary, judgement, found, entry.effective_at, entry.entry_id)


def _is_superseded(summary: SessionSummary, sign: str, entry: Entry, judgement: Judgement) -> bool:
    measured_at = summary.signs[sign].effective_at
    is_older = measured_at is not None and entry.effective_at < measured_at
    return is_older or (entry.entry_id, sign) in judgement.superseded


def end_waiting_for(summary: SessionSummary, sign: str, entry: Entry) -> Iterator[AlertFact]:
    """A measured value ends "overdue" and "not found" of its sign; nothing else does, and no value from before that."""
    if summary.signs[sign].not_measured_at is None:
        yield from clear_conditions(summary, entry, f"overdue.sign:{sign}", f"sign.absent:{sign}")


def end_waiting(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """What an entry ends of that for which only the clock waits, where it made the session be folded again."""
    content: Any = entry.content
    if content.kind == "sedation":
        yield from end_waiting_for_sedation(summary, entry)
    elif content.kind == "vital_signs":
        yield from end_silence(summary, entry, judgement)
        for sign in scheduled_signs(summary):
            if sign in summary.signs and summary.signs[sign].entry_id == entry.entry_id:
                yield from end_waiting_for(summary, sign, entry)


def judge_overdue(summary: SessionSummary, judgement: Judgement) -> Iterator[AlertFact]:
    """Each sign by its own clock; while a sender is handing in late entries, nothing is called overdue."""
    if summary.is_catching_up(judgement.now):
        return
    context, rules = summary.schedule_context(), judgement.rules
    flag_min, factor = rules.find_limit("overdue.sign.advisory"), rules.find_limit("overdue.sign.warning")
    for sign in scheduled_signs(summary):
        last = summary.set_counts_from(sign)
        if last is None or flag_min is None:
            continue
        flag_after = timedelta(minutes=float(flag_min))
        flag, warning = overdue_at(last, context, sign, flag_after, float(factor or 0))
        if judgement.now >= flag:
            is_warning = factor is not None and judgement.now >= warning
            rule_id = "overdue.sign.warning" if is_warning else "overdue.sign.advisory"
            yield from _overdue(summary, judgement, rules.rule(rule_id), sign)
    yield from _judge_sedation_overdue(summary, judgement, context)


def _judge_sedation_overdue(
    summary: SessionSummary, judgement: Judgement, context: ScheduleContext
) -> Iterator[AlertFact]:
    """The sedation level has a clock of its own; it stays an advisory."""
    last, rule = summary.sedation_counts_from(), judgement.rules.find("overdue.sedation.advisory")
    if last is None or rule is None or rule.limit is None or not scheduled_signs(summary):
        return
    if judgement.now >= due_at(last, context, SEDATION) + timedelta(minutes=float(rule.limit)):
        yield from _overdue(summary, judgement, rule, SEDATION)


def end_waiting_for_sedation(summary: SessionSummary, entry: Entry) -> Iterator[AlertFact]:
    """A charted level ends "sedation overdue"."""
    return clear_conditions(summary, entry, f"overdue.sedation:{SEDATION}")


def _overdue(summary: SessionSummary, judgement: Judgement, rule: AlertRule, sign: str) -> Iterator[AlertFact]:
    found = as_found(rule, f"{rule.condition}:{sign}", f"{SIGN_WORDS[sign].name} {rule.plain_words()}")
    alert = summary.open_alert(found.condition)
    if alert is None:
        yield raise_alert(summary, judgement, found, judgement.now, None)
    elif alert.level < rule.level:
        yield escalate(summary, judgement, alert, found, judgement.now, alert.evidence_entry_id)


def judge_monitor_silent(summary: SessionSummary, judgement: Judgement) -> Iterator[AlertFact]:
    """A monitor that was sending in an open session has sent nothing for two minutes."""
    rule = judgement.rules.find("monitor.silent.warning")
    if rule is not None and summary.is_open and _is_silent(summary, judgement):
        found = as_found(rule, MONITOR_SILENT, rule.plain_words())
        yield from raise_unless_open(summary, judgement, found, judgement.now, None)


def end_silence(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """A row from the monitor ends its silence."""
    if entry.source is Source.MONITOR and not _is_silent(summary, judgement):
        yield from clear_conditions(summary, entry, MONITOR_SILENT)


def _is_silent(summary: SessionSummary, judgement: Judgement) -> bool:
    """No row came for two minutes; rows that come late do come, and their values show their own age."""
    last = summary.monitor_last_recorded_at
    limit = judgement.rules.find_limit("monitor.silent.warning")
    return last is not None and limit is not None and (judgement.now - last).total_seconds() > limit
