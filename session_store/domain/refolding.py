"""Folding a whole session again: for late infusion entries, corrected weights, amendments and entries entered in
error.

The entries that still stand are folded in the order of their effective time, judged as if for the first time, and the
alerts so found are reconciled with those already in the record: nothing in the record is taken back, what is missing
is raised now, what lost its evidence is withdrawn.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from session_store.domain.alert import AlertFact, Fact, Level, OpenAlert, alert_opened_by
from session_store.domain.alert_evaluation import judge_by_other_limits, judge_entry
from session_store.domain.alert_history import AlertsTold
from session_store.domain.alert_standing import (
    Finding,
    Judgement,
    clear,
    count_raised,
    drop_settled,
    escalate,
    fact_of,
    lower,
    withdraw,
)
from session_store.domain.amendment import current_versions, withdrawn_entry_ids
from session_store.domain.closing_judging import judge_closing
from session_store.domain.dose_judging import RATE_CONDITIONS, is_rate_unknown
from session_store.domain.entries import VITAL_SIGN_FIELDS, Entry
from session_store.domain.missing_judging import end_waiting
from session_store.domain.observation_contents import VitalSigns
from session_store.domain.record_contents import Acknowledgement
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session_summary import SessionSummary

# Alerts by the clock, and of a rule that failed, are not found again by folding; they stay until what ends them.
_NOT_FOUND_BY_FOLDING = (
    "overdue.", "monitor.silent", "sign.no_signal", "rule.failed", "dose.hour", "dose.plan", "dose.duration",
)  # fmt: skip


def standing_entries(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that count, as amended, in the order of their effective time (then of recording).

    The plan comes first. The weight last recorded holds from the beginning: a corrected weight judges all rates again.
    """
    everything = list(entries)
    withdrawn = withdrawn_entry_ids(everything)
    standing = [entry for entry in current_versions(everything) if entry.entry_id not in withdrawn]
    plans = [entry for entry in standing if entry.content.kind == "session_planned"]
    weights = [entry for entry in standing if entry.content.kind == "weight"]
    others = [entry for entry in standing if entry.content.kind not in ("session_planned", "weight")]
    others.sort(key=lambda entry: (entry.effective_at, entry.seq))
    return [*plans, *max_by_seq(weights), *others]


def max_by_seq(entries: list[Entry]) -> list[Entry]:
    """The entry recorded last, as a list of one; empty for none."""
    return [max(entries, key=lambda entry: entry.seq)] if entries else []


def superseded_signs(standing: Iterable[Entry]) -> frozenset[tuple[UUID, str]]:
    """The signs of entries that were past when they were recorded, because a newer value was there (clinical-decisions
    2): folded in the order of time, they must not be taken for values that somebody was told of in time."""
    newest: dict[str, datetime] = {}
    superseded: set[tuple[UUID, str]] = set()
    for entry in sorted(standing, key=lambda one: one.seq):
        content, at = entry.content, entry.effective_at
        if not isinstance(content, VitalSigns):
            continue
        told = {name for name in VITAL_SIGN_FIELDS if getattr(content, name) is not None}
        superseded |= {(entry.entry_id, name) for name in told | set(content.not_measured) if newest.get(name, at) > at}
        newest |= {name: max(at, newest.get(name, at)) for name in told}
    return frozenset(superseded)


def fold_again(
    fresh: SessionSummary,
    entries: Iterable[Entry],
    judgement: Judgement,
    rules_at: Callable[[datetime], RuleSet] | None = None,
) -> tuple[SessionSummary, list[tuple[AlertFact, ...]]]:
    """The summary of the standing entries folded into a fresh one, with the facts found along the way.

    Each entry is judged by the rules in force when it was recorded, what stands at the end by those of now: a limit
    that the clinic has changed since makes no alert of the past.
    """
    found: list[tuple[AlertFact, ...]] = []
    were_changed = False
    standing = standing_entries(entries)
    judgement = replace(judgement, superseded=superseded_signs(standing))
    for entry in standing:
        fresh.apply(entry)
        rules = judgement.rules if rules_at is None else rules_at(entry.recorded_at)
        were_changed = were_changed or rules is not judgement.rules
        found.append(tuple(judge_entry(fresh, entry, replace(judgement, now=entry.recorded_at, rules=rules))))
    if were_changed:
        found.append(tuple(judge_by_other_limits(fresh, judgement)))
    return fresh, found


def reconcile(
    before: SessionSummary,
    after: SessionSummary,
    found: list[tuple[AlertFact, ...]],
    raised_before: AlertsTold,
    entries: list[Entry],
    judgement: Judgement,
) -> Iterator[AlertFact]:
    """Bring the alerts on record in line with the fold `after`; sets `after.alerts` and yields the new facts. The last
    of the `entries` is the cause.
    """
    cause, withdrawn, seen = entries[-1], withdrawn_entry_ids(entries), _acknowledged_ids(entries)
    kept: list[OpenAlert] = []
    for alert in before.alerts:
        if alert.is_over:
            kept.append(alert)
        elif alert.evidence_entry_id in withdrawn:
            yield withdraw(alert, judgement.now, cause.entry_id)
        else:
            kept.append(alert)
    refolded = list(after.alerts)
    after.alerts = kept
    after.alerts_by_level = dict(before.alerts_by_level)
    for alert in kept:
        yield from _follow(after, alert, refolded, cause, judgement)
    for alert in refolded:
        is_open = not alert.is_over and after.open_alert(alert.condition) is None
        if is_open and not _is_answered(alert, raised_before, seen):
            yield _raise_now(after, alert, cause, judgement)
    yield from _raise_past(after, found, raised_before, cause, judgement)
    yield from end_waiting(after, cause, judgement)
    if after.is_closed:
        yield from judge_closing(after, cause)
    drop_settled(after)


def _acknowledged_ids(entries: Iterable[Entry]) -> set[UUID]:
    """The alerts that somebody has acknowledged."""
    return {entry.content.alert_id for entry in entries if isinstance(entry.content, Acknowledgement)}


def _is_answered(alert: OpenAlert, raised_before: AlertsTold, seen: set[UUID]) -> bool:
    """Whether somebody has acknowledged that this has happened, at this level or a worse one: an answer to a milder one
    does not mute it (clinical-decisions 5)."""
    told = raised_before.get((alert.condition, alert.evidence_entry_id), {})
    return alert.clears_on_acknowledgement and any(
        alert_id in seen and level >= alert.level for alert_id, level in told.items()
    )


def _follow(
    after: SessionSummary, alert: OpenAlert, refolded: list[OpenAlert], cause: Entry, judgement: Judgement
) -> Iterator[AlertFact]:
    """An alert on record takes the level that the fold found; without any finding it is over."""
    if alert.is_over or alert.condition.startswith(_NOT_FOUND_BY_FOLDING):
        return
    again = next((one for one in refolded if one.condition == alert.condition and not one.is_over), None)
    if again is None:
        if not (alert.condition in RATE_CONDITIONS and is_rate_unknown(after)):
            yield clear(alert, judgement.now, cause.entry_id)
        return
    found = Finding(again.rule_id, again.condition, again.level, again.text, again.citation)
    if found.level > alert.level:
        yield escalate(after, judgement, alert, found, judgement.now, again.evidence_entry_id)
    elif found.level < alert.level:
        yield lower(alert, judgement, found, judgement.now, again.evidence_entry_id)


def _raise_now(after: SessionSummary, alert: OpenAlert, cause: Entry, judgement: Judgement) -> AlertFact:
    # What it was at worst before is listed as past.
    alert.recorded_at, alert.peak_level = judgement.now, alert.level
    if alert.level is not Level.ADVISORY:
        alert.sounds_at = alert.sounded_at = judgement.now
    alert.text = f"{alert.text} (found after a correction)"
    after.alerts.append(alert)
    count_raised(after, alert.level)
    return fact_of(Fact.RAISED, alert, judgement.now, alert.evidence_entry_id or cause.entry_id)


def _raise_past(
    after: SessionSummary,
    found: list[tuple[AlertFact, ...]],
    raised_before: AlertsTold,
    cause: Entry,
    judgement: Judgement,
) -> Iterator[AlertFact]:
    """What the corrected record shows to have been at warning or worse, and nobody was told of at that level."""
    for fact in _worst_in_the_past(fact for group in found for fact in group):
        condition = fact.condition.removesuffix(":past")
        told = raised_before.get((condition, fact.evidence_entry_id), {})
        if fact.level is Level.ADVISORY or any(level >= fact.level for level in told.values()):
            continue
        text = f"{fact.text} (found after a correction)"
        past = replace(fact, fact=Fact.RAISED, condition=f"{condition}:past", text=text, is_past=True)
        alert = alert_opened_by(past, judgement.now)
        after.alerts.append(alert)
        count_raised(after, alert.level)
        yield fact_of(Fact.RAISED, alert, judgement.now, fact.evidence_entry_id)
        yield clear(alert, judgement.now, cause.entry_id)


def _worst_in_the_past(facts: Iterable[AlertFact]) -> Iterator[AlertFact]:
    """Of each alert that was over or milder in the end: the fact of its worst level."""
    worst: dict[UUID, AlertFact] = {}
    last: dict[UUID, AlertFact] = {}
    for fact in facts:
        last[fact.alert_id] = fact
        if fact.alert_id not in worst or fact.level > worst[fact.alert_id].level:
            worst[fact.alert_id] = fact
    for alert_id, fact in worst.items():
        if last[alert_id].fact is Fact.CLEARED or last[alert_id].level < fact.level:
            yield fact
