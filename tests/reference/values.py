"""A set of vital signs is read: value by value, then what company changes, then the limits of one patient."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from session_store.domain.alert import Level
from session_store.domain.entries import VITAL_SIGN_FIELDS, Entry
from session_store.domain.entry_choices import SYMPTOM_TERMS
from session_store.domain.rules.model import AlertRule
from tests.reference.bedside import Bedside
from tests.reference.clock_findings import end_waiting_for
from tests.reference.moments import Seen
from tests.reference.patient import is_outside_rule_set, newest_value
from tests.reference.record import is_extreme, is_superseded, value_of
from tests.reference.vital_signs import (
    are_milder_long_enough,
    established_level,
    is_beyond,
    is_second_critical,
    margin_level,
    shown_level,
)

ABSENT_REASONS = ("not_found", "no_breathing")


def rows_of(bedside: Bedside, sign: str) -> dict[str, list[AlertRule]]:
    """The rows by which values of a sign are judged, by condition."""
    conditions = bedside.rules.by_sign.get(sign, {})
    return {condition: list(rows) for condition, rows in conditions.items()}


def read_vital_signs(bedside: Bedside, entry: Entry, now: datetime) -> None:
    """What was not found at the patient or was found again, then each value that no newer one has superseded."""
    for sign in VITAL_SIGN_FIELDS:
        if entry.source == "hand":
            _look_for(bedside, sign, entry)
        value = value_of(entry, sign)
        if value is not None and not is_superseded(entry, sign, bedside.standing):
            _read_value(bedside, _Value(sign, value, entry))


def _look_for(bedside: Bedside, sign: str, entry: Entry) -> None:
    """A hand did not find a sign, and no hand found it since; or a hand found it, and none missed it since."""
    by_hand = [one for one in bedside.standing if one.source == "hand" and one.effective_at > entry.effective_at]
    if _is_absent(entry, sign):
        if not any(value_of(one, sign) is not None and one.seq < entry.seq for one in by_hand):
            bedside.worsen(f"sign.absent:{sign}", Level.CRITICAL, entry.entry_id)
    elif value_of(entry, sign) is not None and not any(_is_absent(one, sign) for one in by_hand if one in bedside.read):
        bedside.bring(f"sign.absent:{sign}", None, None)


def _is_absent(entry: Entry, sign: str) -> bool:
    content: Any = entry.content
    return content.kind == "vital_signs" and content.not_measured.get(sign) in ABSENT_REASONS


@dataclass(frozen=True)
class _Value:
    """One value of a set, when it is read."""

    sign: str
    value: Decimal
    entry: Entry

    @property
    def is_of_monitor(self) -> bool:
        return self.entry.source == "monitor"

    @property
    def is_doubtful(self) -> bool:
        return self.is_of_monitor and is_extreme(self.sign, self.value)


def _read_value(bedside: Bedside, one: _Value) -> None:
    """A lone extreme of a monitor is to be verified. It is believed at once after another, and where the value before
    it was critical on the same side."""
    rows = {} if is_outside_rule_set(bedside.read) else rows_of(bedside, one.sign)
    is_second = one.is_doubtful and bedside.is_last_doubtful.get(one.sign, False)
    bedside.is_last_doubtful[one.sign] = one.is_doubtful
    shown = {name: _shown(bedside, condition_rows, one) for name, condition_rows in rows.items()}
    is_in_row = any(is_second_critical(bedside.seen.get(name, []), level) for name, level in shown.items())
    if one.is_doubtful and not is_second and not is_in_row:
        if not is_outside_rule_set(bedside.read):
            bedside.worsen(f"sign.verify:{one.sign}", Level.ADVISORY, one.entry.entry_id)
        for name, level in shown.items():
            if level is not None:
                bedside.seen.setdefault(name, []).append(Seen(one.entry.effective_at, True, level, is_milder=False))
        return
    end_waiting_for(bedside, one.sign, one.entry)
    bedside.bring(f"sign.verify:{one.sign}", None, None)
    for name, condition_rows in rows.items():
        level = _level_after(bedside, name, condition_rows, one, is_believed=is_second)
        bedside.bring(name, level, one.entry.entry_id)


def _shown(bedside: Bedside, rows: list[AlertRule], one: _Value) -> Level | None:
    return shown_level(bedside.read, bedside.rules, rows, one.value, one.entry.effective_at)


def _level_after(
    bedside: Bedside, condition: str, rows: list[AlertRule], one: _Value, *, is_believed: bool
) -> Level | None:
    """The level of a condition after one more value."""
    standing = bedside.level(condition)
    shown = _shown(bedside, rows, one)
    is_milder = standing is not None and (shown is None or shown < standing)
    seen = bedside.seen.setdefault(condition, [])
    seen.append(Seen(one.entry.effective_at, one.is_of_monitor, shown, is_milder))
    proven = shown if is_believed else established_level(seen, one.sign)
    if standing is None or not is_milder:
        return max((level for level in (standing, proven) if level is not None), default=None)
    if are_milder_long_enough(seen):
        seen[-1] = replace(seen[-1], has_settled=True)
        return shown
    kept = margin_level(bedside.read, rows, one.value, standing)
    return max((level for level in (kept, shown) if level is not None), default=None)


def read_symptom(bedside: Bedside, entry: Entry, now: datetime) -> None:
    """A symptom gives the newest systolic pressure another weight."""
    content: Any = entry.content
    if content.term in SYMPTOM_TERMS:
        _weigh_again(bedside, "systolic_mmhg", lambda row: row.with_symptoms, entry)


def read_sedation_for_saturation(bedside: Bedside, entry: Entry, now: datetime) -> None:
    """A sedation level gives the newest SpO2 another weight."""
    _weigh_again(bedside, "spo2_percent", lambda row: row.with_sedation, entry)


def _weigh_again(bedside: Bedside, sign: str, is_meant: Callable[[AlertRule], bool], entry: Entry) -> None:
    newest = newest_value(bedside.read, sign)
    if newest is None or is_outside_rule_set(bedside.read):
        return
    for condition, rows in rows_of(bedside, sign).items():
        meant = [row for row in rows if is_meant(row)]
        level = shown_level(bedside.read, bedside.rules, meant, value_of(newest, sign), newest.effective_at)
        if level is not None:
            bedside.worsen(condition, level, entry.entry_id)


def read_other_limits(bedside: Bedside, entry: Entry, now: datetime) -> None:
    """Other limits hold: the newest values are judged by them. What only a monitor has shown opens nothing by this."""
    for sign in VITAL_SIGN_FIELDS:
        newest = newest_value(bedside.read, sign)
        if newest is None or is_outside_rule_set(bedside.read):
            continue
        for condition, rows in rows_of(bedside, sign).items():
            standing, value = bedside.level(condition), value_of(newest, sign)
            if standing is None and newest.source == "monitor":
                continue
            at = newest.effective_at
            levels = [row.level for row in rows if is_beyond(bedside.read, bedside.rules, row, value, at)]
            kept = None if standing is None else margin_level(bedside.read, rows, value, standing)
            level = max([*levels, *([kept] if kept is not None else [])], default=None)
            bedside.bring(condition, level, entry.entry_id)
