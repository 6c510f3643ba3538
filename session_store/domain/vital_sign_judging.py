"""Judges measured vital signs, and again when symptoms or sedation give a standing value another weight.

A value that is the newest of its sign is judged as current, whenever it comes; one already superseded is recorded as
past. A missing value never clears.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from session_store.domain.alert import AlertFact, Level, OpenAlert
from session_store.domain.alert_standing import (
    Finding,
    Judgement,
    Remeasured,
    as_found,
    bring_to,
    bring_to_by_time,
    clear_conditions,
    list_past,
    raise_unless_open,
)
from session_store.domain.entries import SCHEDULED_SIGNS, VITAL_SIGN_FIELDS, Entry
from session_store.domain.entry_choices import SYMPTOM_TERMS, Source
from session_store.domain.limits import is_extreme
from session_store.domain.missing_judging import end_absent, end_waiting_for, judge_absent
from session_store.domain.persistence import confirmed_level, end_calm, is_calm_long_enough, is_second_critical
from session_store.domain.rule_scope import outside_rule_set
from session_store.domain.rules.model import AlertRule
from session_store.domain.session import SessionStatus
from session_store.domain.session_summary import ConditionStanding, ObservedSet, SessionSummary
from session_store.domain.signal_judging import end_silence, end_unused_capnography, note_signals
from session_store.domain.vital_sign_limits import (
    is_calm,
    is_held,
    is_switched_off,
    limit_words,
    matches,
    value_words,
)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One measured value on its way through the rules of its sign."""

    sign: str
    value: Decimal
    entry: Entry
    judgement: Judgement


def judge_vital_signs(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """What one set of vital signs brings about, sign by sign."""
    content: Any = entry.content
    yield from end_silence(summary, entry, judgement)
    yield from judge_absent(summary, entry, judgement)
    _note_set(summary, entry, judgement)
    note_signals(summary, entry)
    is_judged = outside_rule_set(summary) is None
    for sign in VITAL_SIGN_FIELDS:
        value = getattr(content, sign)
        if value is not None and not _is_quiet(summary, sign, value, entry, judgement):
            yield from end_absent(summary, sign, entry)
            yield from _judge_value(summary, _Reading(sign, value, entry, judgement), is_judged=is_judged)
    yield from end_unused_capnography(summary, entry)


def _is_quiet(summary: SessionSummary, sign: str, value: Decimal, entry: Entry, judgement: Judgement) -> bool:
    """Whether a hand's newest value is calm and nothing waits for it or stands: then it brings about nothing. What was
    remembered of its conditions is forgotten, as all that follows would do. Most values of a session are such."""
    if summary.alerts or entry.source is Source.MONITOR or sign in summary.not_found or sign in summary.monitor_signals:
        return False
    if summary.signs[sign].entry_id != entry.entry_id or (entry.entry_id, sign) in judgement.superseded:
        return False
    if not is_calm(summary, judgement.rules, sign, value):
        return False
    summary.extremes.pop(sign, None)
    for condition in judgement.rules.by_sign.get(sign, ()):
        summary.conditions.pop(condition, None)
    return True


def _judge_value(summary: SessionSummary, reading: _Reading, *, is_judged: bool) -> Iterator[AlertFact]:
    """One value: past, doubted or believed. Outside the rule set (`is_judged` false) it only ends what waits for it."""
    entry, sign = reading.entry, reading.sign
    if summary.signs[sign].entry_id != entry.entry_id or (entry.entry_id, sign) in reading.judgement.superseded:
        if is_judged:
            yield from _judge_past(summary, reading)
        return
    is_doubtful = entry.source is Source.MONITOR and is_extreme(sign, reading.value)
    is_second_extreme = _note_extreme(summary, reading, is_doubtful=is_doubtful)
    if is_doubtful and not is_second_extreme and not (is_judged and _is_second_critical(summary, reading)):
        if is_judged:
            yield from _doubt(summary, reading)
        return
    yield from end_waiting_for(summary, sign, entry, reading.judgement)
    if is_judged:
        yield from _judge_current(summary, reading, is_believed=is_second_extreme)


def _note_extreme(summary: SessionSummary, reading: _Reading, *, is_doubtful: bool) -> bool:
    """Remembers the last extreme of a monitor; whether this is the second in a row."""
    if not is_doubtful:
        summary.extremes.pop(reading.sign, None)
        return False
    is_second = reading.sign in summary.extremes
    summary.extremes[reading.sign] = reading.value
    return is_second


def _is_second_critical(summary: SessionSummary, reading: _Reading) -> bool:
    """Whether the value before was critical on the same side: two in a row are believed, extreme or not."""
    for condition, matching in _matching(summary, reading):
        if is_second_critical(summary.conditions.get(condition), _worst(matching)):
            return True
    return False


def _matching(summary: SessionSummary, reading: _Reading) -> Iterator[tuple[str, list[AlertRule]]]:
    """The rules of each condition that one value matches."""
    known, at = reading.judgement.rules, reading.entry.effective_at
    for condition, rules in known.by_sign.get(reading.sign, {}).items():
        yield condition, [rule for rule in rules if matches(summary, known, rule, reading.value, at)]


def _worst(matching: list[AlertRule]) -> Level | None:
    return max((rule.level for rule in matching), default=None)


def _note_set(summary: SessionSummary, entry: Entry, judgement: Judgement) -> None:
    """A set in recovery: the discharge gate counts the stable ones at the end, in the order in which they were true. A
    part of a set is never stable; from a monitor, which loses its probes, it does not count against it either."""
    content: Any = entry.content
    if summary.status is not SessionStatus.RECOVERY:
        return
    is_stable = outside_rule_set(summary) is None and not any(
        rule.level >= Level.WARNING and matches(summary, judgement.rules, rule, value, entry.effective_at)
        for sign, value in _values(content)
        if not is_calm(summary, judgement.rules, sign, value)
        for rules in judgement.rules.by_sign.get(sign, {}).values()
        for rule in rules
    )
    is_part = any(getattr(content, one) is None for one in SCHEDULED_SIGNS)
    if is_part and (is_stable or entry.source is Source.MONITOR):
        return
    sets = sorted([*summary.recovery_sets, ObservedSet(entry.effective_at, is_stable)], key=lambda one: one.at)
    unstable = [one for one in sets if not one.is_stable][-1:]
    run = [one for one in sets if one.is_stable and (not unstable or one.at > unstable[0].at)]
    # The first stable set of the run stays: a monitor sends many, and what counts is how far they are apart.
    summary.recovery_sets = [*unstable, *run[:1], *run[1:][-3:]]


def _values(content: Any) -> list[tuple[str, Decimal]]:
    return [(name, getattr(content, name)) for name in VITAL_SIGN_FIELDS if getattr(content, name) is not None]


def judge_again(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """Other limits hold for this patient from now on: the newest values are judged by them."""
    for condition, found, _ in _standing_findings(summary, judgement):
        yield from bring_to(summary, judgement, condition, found, entry.effective_at, entry.entry_id)


def judge_standing_values(summary: SessionSummary, judgement: Judgement) -> Iterator[AlertFact]:
    """The same where the clinic's limits have changed: no entry of the session came with that."""
    for condition, found, evidence in _standing_findings(summary, judgement):
        yield from bring_to_by_time(summary, judgement, condition, found, evidence)


def _standing_findings(
    summary: SessionSummary, judgement: Judgement
) -> Iterator[tuple[str, Finding | None, UUID | None]]:
    """What the newest value of each sign shows, and the entry that it came with. What a monitor has not confirmed is
    not raised by this."""
    if outside_rule_set(summary) is not None:
        return
    for sign, conditions in judgement.rules.by_sign.items():
        standing = summary.signs.get(sign)
        if standing is None or standing.value is None:
            continue
        for condition, rules in conditions.items():
            alert = summary.open_alert(condition)
            if alert is not None or standing.source is not Source.MONITOR:
                yield condition, _standing_finding(summary, judgement, sign, rules, alert), standing.entry_id


def _standing_finding(
    summary: SessionSummary,
    judgement: Judgement,
    sign: str,
    rules: tuple[AlertRule, ...],
    alert: OpenAlert | None,
) -> Finding | None:
    value, at = summary.signs[sign].value, summary.signs[sign].effective_at
    if value is None or at is None:
        return None
    matching = [rule for rule in rules if matches(summary, judgement.rules, rule, value, at)]
    held = [rule for rule in rules if alert and rule.level <= alert.level and is_held(summary, rule, value)]
    rule = max([*matching, *held], key=_level, default=None)
    if rule is None:
        return None
    why = limit_words(summary, rule) if rule in matching else "not yet settled"
    window = rule.window_seconds if rule.level is Level.WARNING else 0
    text = f"{value_words(sign, value)}, {why}"
    return Finding(rule.rule_id, rule.condition, rule.level, text, rule.source(), window_seconds=window)


def _judge_current(summary: SessionSummary, reading: _Reading, *, is_believed: bool) -> Iterator[AlertFact]:
    sign, entry = reading.sign, reading.entry
    yield from clear_conditions(summary, entry, f"sign.verify:{sign}")
    for condition, matching in _matching(summary, reading):
        found = _found(summary, condition, matching, reading, is_believed=is_believed)
        yield from bring_to(summary, reading.judgement, condition, found, entry.effective_at, entry.entry_id)


def _doubt(summary: SessionSummary, reading: _Reading) -> Iterator[AlertFact]:
    """A lone extreme from a monitor is neither believed nor forgotten: it is to be verified, and it is the first of two
    critical values in a row."""
    entry, found = reading.entry, _to_verify(reading, f"sign.verify:{reading.sign}")
    if found is not None:
        yield from raise_unless_open(summary, reading.judgement, found, entry.effective_at, entry.entry_id)
    for condition, matching in _matching(summary, reading):
        if matching:
            standing = summary.conditions.setdefault(condition, ConditionStanding())
            confirmed_level(standing, _worst(matching), reading.sign, entry)
            end_calm(standing)


def _to_verify(reading: _Reading, condition: str) -> Finding | None:
    rule = reading.judgement.rules.find("sign.verify.advisory")
    if rule is None:
        return None
    return as_found(rule, condition, f"{value_words(reading.sign, reading.value)}: {rule.plain_words()}")


def _judge_past(summary: SessionSummary, reading: _Reading) -> Iterator[AlertFact]:
    """A value already superseded by a newer one of its sign is recorded as past: listed, never sounding.

    Of a monitor's past values only a lone extreme is listed, as one to verify: the others cannot be confirmed any more.
    """
    entry = reading.entry
    if entry.source is Source.MONITOR:
        past = _to_verify(reading, f"sign.verify:{reading.sign}:past")
        if past is not None and is_extreme(reading.sign, reading.value):
            yield from list_past(summary, reading.judgement, past, entry)
        return
    for condition, matching in _matching(summary, reading):
        worst = max(matching, key=_level, default=None)
        if worst is None or worst.level is Level.ADVISORY:
            continue
        text = f"{value_words(reading.sign, reading.value)}, {limit_words(summary, worst)} (charted late)"
        found = Finding(worst.rule_id, f"{condition}:past", worst.level, text, worst.source())
        yield from list_past(summary, reading.judgement, found, entry)


def _found(
    summary: SessionSummary, condition: str, matching: list[AlertRule], reading: _Reading, *, is_believed: bool
) -> Finding | None:
    """What one value shows for one condition; `is_believed` when a second extreme has confirmed the first."""
    rules = reading.judgement.rules.by_condition[condition]
    alert = summary.open_alert(condition)
    if not matching and alert is None:
        # Nothing shows and nothing is open: there is nothing to remember either, which keeps the summary small.
        summary.conditions.pop(condition, None)
        return None
    standing = summary.conditions.setdefault(condition, ConditionStanding())
    worst = _worst(matching)
    confirmed = confirmed_level(standing, worst, reading.sign, reading.entry)
    held = _held_level(summary, standing, rules, worst, reading, alert.level if alert else None)
    level = max(filter(None, (worst if is_believed else confirmed, held)), default=None)
    return None if level is None else _finding(summary, condition, rules, matching, reading, level)


def _finding(
    summary: SessionSummary,
    condition: str,
    rules: tuple[AlertRule, ...],
    matching: list[AlertRule],
    reading: _Reading,
    level: Level,
) -> Finding:
    """Rule and source are of the level found; where the value itself is milder, the words say that of it."""
    beyond = max((rule for rule in matching if rule.level <= level), key=_level, default=None)
    is_reached = beyond is not None and beyond.level is level
    rule = beyond if beyond is not None and is_reached else _rule_that_holds(summary, rules, level, reading.value)
    why = "not yet settled" if beyond is None else limit_words(summary, beyond)
    window = max((one.window_seconds for one in rules if one.level is level is Level.WARNING), default=0)
    text = f"{value_words(reading.sign, reading.value)}, {why}"
    remeasured = None
    if reading.entry.source is not Source.MONITOR:
        # A value that shows no more than a milder level is milder, though the alert is held at the level before.
        remeasured = Remeasured.AGAIN if is_reached else Remeasured.MILDER
    return Finding(rule.rule_id, condition, level, text, rule.source(), window_seconds=window, remeasured=remeasured)


def _rule_that_holds(summary: SessionSummary, rules: tuple[AlertRule, ...], level: Level, value: Decimal) -> AlertRule:
    """The row of a level that is held: by its hysteresis, else one that counts for this patient, without company."""
    of_level = [rule for rule in rules if rule.level is level]
    held = [one for one in of_level if is_held(summary, one, value)]
    plain = [one for one in of_level if not (one.with_symptoms or one.with_sedation or is_switched_off(summary, one))]
    return next(iter([*held, *plain, *of_level, *rules]))


def _level(rule: AlertRule) -> Level:
    return rule.level


def _held_level(
    summary: SessionSummary,
    standing: ConditionStanding,
    rules: tuple[AlertRule, ...],
    worst: Level | None,
    reading: _Reading,
    open_level: Level | None,
) -> Level | None:
    """The level at which an open alert stays: until the value is well inside, or calm long enough."""
    if open_level is None or (worst is not None and worst >= open_level):
        end_calm(standing)
        return open_level
    if is_calm_long_enough(standing, reading.entry):
        return worst
    held = [rule.level for rule in rules if rule.level <= open_level and is_held(summary, rule, reading.value)]
    return max([*held, *([worst] if worst else [])], default=None)


def judge_symptoms(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """A symptom makes a standing pressure of its time count as "with symptoms"."""
    content: Any = entry.content
    if content.term in SYMPTOM_TERMS:
        yield from _judge_in_company(summary, "systolic_mmhg", lambda rule: rule.with_symptoms, entry, judgement)


def judge_saturation_of_sedated(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """Sedation now makes a standing SpO2 of 91 or less critical."""
    yield from _judge_in_company(summary, "spo2_percent", lambda rule: rule.with_sedation, entry, judgement)


def _judge_in_company(
    summary: SessionSummary, sign: str, is_meant: Callable[[AlertRule], bool], entry: Entry, judgement: Judgement
) -> Iterator[AlertFact]:
    """The standing value of one sign against the rules that need the company which has just come; never milder."""
    standing = summary.signs.get(sign)
    if standing is None or standing.value is None or standing.effective_at is None:
        return
    known, value, at = judgement.rules, standing.value, standing.effective_at
    if outside_rule_set(summary) is not None:
        return
    for condition, rules in known.by_sign.get(sign, {}).items():
        meant = [rule for rule in rules if is_meant(rule) and matches(summary, known, rule, value, at)]
        alert = summary.open_alert(condition)
        if meant and (alert is None or alert.level < meant[0].level):
            text = f"{value_words(sign, value)}, {limit_words(summary, meant[0])}"
            found = Finding(meant[0].rule_id, condition, meant[0].level, text, meant[0].source())
            yield from bring_to(summary, judgement, condition, found, entry.effective_at, entry.entry_id)
