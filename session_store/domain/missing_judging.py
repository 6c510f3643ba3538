"""Judges what did not come: a sign that is overdue, or absent at the patient.

"Overdue" ends by a value of its sign that is believed, "not found at the patient" by a hand that finds it, and both by
nothing else.
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
from session_store.domain.entries import VITAL_SIGN_FIELDS, Entry
from session_store.domain.entry_choices import Source
from session_store.domain.limits import is_extreme
from session_store.domain.observation_schedule import SEDATION, ScheduleContext, due_at, overdue_at
from session_store.domain.rules.model import SIGN_WORDS, AlertRule
from session_store.domain.session_summary import SessionSummary, scheduled_signs
from session_store.domain.signal_judging import end_lost_signal, end_silence, end_unused_capnography

# What a reason of "could not measure" says when the sign itself is absent at the patient: an emergency, not a gap.
ABSENT_REASONS = frozenset({"not_found", "no_breathing"})


def judge_absent(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """A person looked for a sign and did not find it; listed as past where a person has found it since."""
    content: Any = entry.content
    rule = judgement.rules.find("sign.absent.critical")
    for sign, reason in content.not_measured.items():
        if rule is None or reason not in ABSENT_REASONS or entry.source is not Source.HAND:
            continue
        found = as_found(rule, f"sign.absent:{sign}", f"{SIGN_WORDS[sign].name} {rule.plain_words()}")
        found_at = summary.signs[sign].by_hand_at
        if found_at is not None and entry.effective_at < found_at:
            yield from list_past(summary, judgement, replace(found, condition=f"{found.condition}:past"), entry)
            continue
        summary.not_found[sign] = max(summary.not_found.get(sign, entry.effective_at), entry.effective_at)
        yield from raise_unless_open(summary, judgement, found, entry.effective_at, entry.entry_id)


def end_absent(summary: SessionSummary, sign: str, entry: Entry) -> Iterator[AlertFact]:
    """What a hand did not find only a hand finds again, whatever a monitor has sent meanwhile; not by a value from
    before that."""
    since = summary.not_found.get(sign)
    if since is None or entry.source is not Source.HAND or entry.effective_at < since:
        return
    del summary.not_found[sign]
    yield from clear_conditions(summary, entry, f"sign.absent:{sign}")


def end_waiting_for(summary: SessionSummary, sign: str, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """A believed value ends "overdue" and "no signal" of its sign; nothing else does, and no value from before "could
    not measure"."""
    if summary.signs[sign].not_measured_at is None:
        yield from clear_conditions(summary, entry, f"overdue.sign:{sign}")
    yield from end_lost_signal(summary, sign, entry, judgement)


def end_waiting(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """What an entry ends of that for which only the clock waits, where it made the session be folded again; a monitor's
    extreme, of which the next value decides, ends nothing."""
    content: Any = entry.content
    if content.kind == "sedation":
        yield from end_waiting_for_sedation(summary, entry)
    elif content.kind == "vital_signs":
        yield from end_silence(summary, entry, judgement)
        yield from end_unused_capnography(summary, entry)
        for sign in VITAL_SIGN_FIELDS:
            value = getattr(content, sign)
            is_newest = value is not None and summary.signs[sign].entry_id == entry.entry_id
            if is_newest and not (entry.source is Source.MONITOR and is_extreme(sign, value)):
                yield from end_waiting_for(summary, sign, entry, judgement)


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
