"""A set of vital signs is read: value by value, then what company changes, then the limits of one patient."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from session_store.domain.alert import Level
from session_store.domain.entries import VITAL_SIGN_FIELDS, Entry
from session_store.domain.rules.model import AlertRule
from tests.reference.bedside import Bedside
from tests.reference.moments import Seen
from tests.reference.patient import COMPANY, is_outside_rule_set, newest_statement, newest_symptom_at, newest_value
from tests.reference.record import is_extreme, is_superseded, value_of
from tests.reference.vital_signs import (
    are_milder_long_enough,
    established_level,
    is_beyond,
    margin_level,
    shown_level,
)

ABSENT_REASONS = ("not_found", "no_breathing")


def rows_of(bedside: Bedside, sign: str) -> dict[str, list[AlertRule]]:
    """The rows by which values of a sign are judged, by condition."""
    conditions = bedside.rules.by_sign.get(sign, {})
    return {condition: list(rows) for condition, rows in conditions.items()}


def read_vital_signs(bedside: Bedside, entry: Entry, now: datetime) -> None:
    """What was not found at the patient, then each value that no newer one has superseded."""
    content: Any = entry.content
    for sign, reason in content.not_measured.items():
        is_absent = reason in ABSENT_REASONS and entry.source == "hand"
        if is_absent and not is_superseded(entry, sign, bedside.standing):
            bedside.worsen(f"sign.absent:{sign}", Level.CRITICAL, entry.entry_id)
    for sign in VITAL_SIGN_FIELDS:
        value = value_of(entry, sign)
        if value is None or is_superseded(entry, sign, bedside.standing):
            continue
        if newest_statement(bedside.read, sign) is entry:
            bedside.bring(f"overdue.sign:{sign}", None, None)
            bedside.bring(f"sign.absent:{sign}", None, None)
        if not is_outside_rule_set(bedside.read):
            _read_value(bedside, _Value(sign, value, entry, now))


@dataclass(frozen=True)
class _Value:
    """One value of a set, when it is read."""

    sign: str
    value: Decimal
    entry: Entry
    now: datetime

    @property
    def is_of_monitor(self) -> bool:
        return self.entry.source == "monitor"


def _read_value(bedside: Bedside, one: _Value) -> None:
    """A lone extreme of a monitor is to be verified; a second one in a row is believed at once."""
    is_doubtful = one.is_of_monitor and is_extreme(one.sign, one.value)
    is_second = is_doubtful and bedside.is_last_doubtful.get(one.sign, False)
    bedside.is_last_doubtful[one.sign] = is_doubtful
    if is_doubtful and not is_second:
        bedside.worsen(f"sign.verify:{one.sign}", Level.ADVISORY, one.entry.entry_id)
        return
    bedside.bring(f"sign.verify:{one.sign}", None, None)
    for condition, rows in rows_of(bedside, one.sign).items():
        level = _level_after(bedside, condition, rows, one, is_believed=is_second)
        bedside.bring(condition, level, one.entry.entry_id)


def _level_after(
    bedside: Bedside, condition: str, rows: list[AlertRule], one: _Value, *, is_believed: bool
) -> Level | None:
    """The level of a condition after one more value."""
    standing = bedside.level(condition)
    shown = shown_level(bedside.read, bedside.rules, rows, one.value, one.now)
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
    """A symptom gives the newest systolic pressure of the last 15 min another weight."""
    newest = newest_value(bedside.read, "systolic_mmhg")
    if newest is None or newest_symptom_at(bedside.read) != entry.effective_at:
        return
    if entry.effective_at - newest.effective_at <= COMPANY:
        _weigh_again(bedside, "systolic_mmhg", lambda row: row.with_symptoms, entry, now)


def read_sedation_for_saturation(bedside: Bedside, entry: Entry, now: datetime) -> None:
    """A sedation level gives the newest SpO2 another weight."""
    _weigh_again(bedside, "spo2_percent", lambda row: row.with_sedation, entry, now)


def _weigh_again(
    bedside: Bedside, sign: str, is_meant: Callable[[AlertRule], bool], entry: Entry, now: datetime
) -> None:
    newest = newest_value(bedside.read, sign)
    if newest is None or is_outside_rule_set(bedside.read):
        return
    for condition, rows in rows_of(bedside, sign).items():
        meant = [row for row in rows if is_meant(row)]
        level = shown_level(bedside.read, bedside.rules, meant, value_of(newest, sign), now)
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
            levels = [row.level for row in rows if is_beyond(bedside.read, bedside.rules, row, value, now)]
            kept = None if standing is None else margin_level(bedside.read, rows, value, standing)
            level = max([*levels, *([kept] if kept is not None else [])], default=None)
            bedside.bring(condition, level, entry.entry_id)
