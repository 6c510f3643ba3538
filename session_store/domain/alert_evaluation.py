"""Judges one entry, or the passing of time, against the rules; incremental, pure, the same on every worker.

`judge_entry` is called after the entry was folded into the summary. It changes the summary's standing of alerts and
returns the facts to append. This module is the front door: which judge sees what, and what happens when one fails.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from session_store.domain.alert import AlertFact, Fact
from session_store.domain.alert_answers import (
    judge_acknowledgement,
    judge_chair_visit,
    judge_promises,
    judge_sounds,
    judge_unanswered,
)
from session_store.domain.alert_standing import Judgement, as_found, count_raised, drop_settled, raise_unless_open
from session_store.domain.closing_judging import judge_closing
from session_store.domain.consciousness_judging import judge_consciousness, judge_sedation, judge_waveform
from session_store.domain.dose_judging import (
    RATE_KINDS,
    judge_bolus,
    judge_contradiction,
    judge_duration,
    judge_hour,
    judge_plan,
    judge_pump_volume,
    judge_rate,
    judge_standing_rate,
)
from session_store.domain.entries import Entry
from session_store.domain.event_judging import (
    judge_discharge,
    judge_effect,
    judge_effect_update,
    judge_serious_event,
    judge_start,
)
from session_store.domain.missing_judging import end_waiting_for_sedation, judge_overdue
from session_store.domain.rules.delivered import DELIVERED, clinic_changes
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session_summary import SessionSummary
from session_store.domain.signal_judging import judge_lost_signals, judge_monitor_silent
from session_store.domain.tablet_judging import judge_tablet_heard_again, judge_tablet_silent
from session_store.domain.vital_sign_judging import judge_again, judge_standing_values, judge_vital_signs


def _end_waiting_for_sedation(summary: SessionSummary, entry: Entry, _judgement: Judgement) -> Iterator[AlertFact]:
    return end_waiting_for_sedation(summary, entry)


_Judge = Callable[[SessionSummary, Entry, Judgement], Iterator[AlertFact]]
_JUDGES: dict[str, tuple[_Judge, ...]] = {
    "vital_signs": (judge_vital_signs, judge_consciousness, judge_waveform),
    "bolus": (judge_bolus,),
    "adverse_effect": (judge_effect,),
    "adverse_effect_update": (judge_effect_update,),
    "sedation": (_end_waiting_for_sedation, judge_sedation),
    "serious_event": (judge_serious_event,),
    "infusion_started": (judge_start, judge_contradiction),
    "rate_changed": (judge_contradiction,),
    "pump_volume": (judge_pump_volume,),
    "discharged": (judge_discharge,),
    "patient_limit": (judge_again,),
    "oxygen_target": (judge_again,),
    "acknowledgement": (judge_acknowledgement,),
    "at_the_chair": (judge_chair_visit,),
    "tablet_silent": (judge_tablet_silent,),
    "tablet_heard_again": (judge_tablet_heard_again,),
}
_TimeJudges = dict[str, Callable[[SessionSummary, Judgement], Iterator[AlertFact]]]
_WATCHING: _TimeJudges = {
    "overdue": judge_overdue,
    "monitor silent": judge_monitor_silent,
    "lost signals": judge_lost_signals,
    "dose of an hour": judge_hour,
    "planned total": judge_plan,
    "planned end": judge_duration,
}
_BY_OTHER_LIMITS: _TimeJudges = {"changed limits": judge_standing_values, "rate by changed limits": judge_standing_rate}
_ANSWERING: _TimeJudges = {"promises": judge_promises, "sounds": judge_sounds, "unanswered": judge_unanswered}


def judge_entry(summary: SessionSummary, entry: Entry, judgement: Judgement) -> list[AlertFact]:
    """The alert facts that one entry brings about. A rule that fails raises an alert of its own."""
    kind = entry.content.kind
    if kind not in _JUDGES and kind not in RATE_KINDS and not summary.is_closed:
        # Most of what is charted before a start: nobody judges it.
        return []
    judgement = _for_patient(summary, judgement)
    facts: list[AlertFact] = []
    for judge in _JUDGES.get(kind, ()):
        _guarded(summary, judgement, facts, lambda judge=judge: judge(summary, entry, judgement), kind)  # type: ignore[misc]
    if kind in RATE_KINDS:
        _guarded(summary, judgement, facts, lambda: judge_rate(summary, entry, judgement), "rate")
    if summary.is_closed:
        _guarded(summary, judgement, facts, lambda: judge_closing(summary, entry), "closing")
    return _settled(summary, facts)


def judge_time(summary: SessionSummary, judgement: Judgement) -> list[AlertFact]:
    """The alert facts that the passing of time brings about: overdue, silent, sounding, unanswered, broken promise; and
    what the standing values show where the clinic's limits have changed."""
    judges = _ANSWERING if summary.is_closed else _WATCHING | _ANSWERING
    if is_judged_by_other_limits(summary, judgement.rules):
        judges = _BY_OTHER_LIMITS | judges
        summary.limit_changes_judged = clinic_changes(judgement.rules.version)
    return _judged_by_time(summary, judgement, judges)


def is_judged_by_other_limits(summary: SessionSummary, rules: RuleSet) -> bool:
    """Whether the standing values of an open session have been judged by other limits than the clinic's of now."""
    return summary.is_open and summary.limit_changes_judged != clinic_changes(rules.version)


def judge_by_other_limits(summary: SessionSummary, judgement: Judgement) -> list[AlertFact]:
    """The alert facts that the standing values of an open session bring about by these limits."""
    return _judged_by_time(summary, judgement, _BY_OTHER_LIMITS if summary.is_open else {})


def _judged_by_time(summary: SessionSummary, judgement: Judgement, judges: _TimeJudges) -> list[AlertFact]:
    facts: list[AlertFact] = []
    judgement = _for_patient(summary, judgement)
    for name, judge in judges.items():
        _guarded(summary, judgement, facts, lambda judge=judge: judge(summary, judgement), name)  # type: ignore[misc]
    return _settled(summary, facts)


def _for_patient(summary: SessionSummary, judgement: Judgement) -> Judgement:
    """The rules with the limits that a physician has set for this patient."""
    if not summary.own_limits:
        return judgement
    return replace(judgement, rules=judgement.rules.with_limits(summary.limits_of_patient()))


def _guarded(
    summary: SessionSummary,
    judgement: Judgement,
    facts: list[AlertFact],
    judge: Callable[[], Iterator[AlertFact]],
    name: str,
) -> None:
    """A failing rule must lose neither the entry nor the failure."""
    try:
        facts.extend(judge())
    except Exception as failure:
        rule = DELIVERED.rule("rule.failed.warning")
        text = f"{rule.plain_words()} ({name}: {type(failure).__name__}). Watch this session by hand."
        found = as_found(rule, f"rule.failed:{name}", text)
        facts.extend(raise_unless_open(summary, judgement, found, judgement.now, None))


def _settled(summary: SessionSummary, facts: list[AlertFact]) -> list[AlertFact]:
    for fact in facts:
        if fact.fact is Fact.RAISED:
            count_raised(summary, fact.level)
    drop_settled(summary)
    return facts


__all__ = ["Judgement", "is_judged_by_other_limits", "judge_by_other_limits", "judge_entry", "judge_time"]
