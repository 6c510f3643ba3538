"""What has happened to the patient: effects, a serious event, a start without what it needs."""

from datetime import datetime
from typing import Any

from session_store.domain.alert import Level
from session_store.domain.entries import Entry
from session_store.domain.entry_choices import EMERGENCY_TERMS, MIRRORED_TERMS
from tests.reference.bedside import Bedside
from tests.reference.patient import contents_of
from tests.reference.start_items import missing_at_start
from tests.reference.values import read_symptom


def read_effect(bedside: Bedside, entry: Entry, now: datetime) -> None:
    """An emergency is critical at once; else the grade decides, by the newest word about it."""
    content: Any = entry.content
    if content.term in EMERGENCY_TERMS:
        level = bedside.level_of_rule("effect.emergency.critical")
        bedside.bring(f"effect.emergency:{entry.entry_id}", level, entry.entry_id)
    else:
        grade = _grade_told_before(bedside.read, entry) or content.ctcae_grade
        bedside.bring(f"effect.grade:{entry.entry_id}", _level_of_grade(bedside, content.term, grade), entry.entry_id)
    read_symptom(bedside, entry, now)


def _grade_told_before(read: list[Entry], effect: Entry) -> Any:
    """The grade of an update that was true before the effect itself, where the effect was charted late."""
    updates = [one for one in contents_of(read, "adverse_effect_update") if one.effect_entry_id == effect.entry_id]
    grades = [one.ctcae_grade for one in updates if one.ctcae_grade is not None]
    return grades[-1] if grades else None


def _level_of_grade(bedside: Bedside, term: str, grade: Any) -> Level | None:
    """Grade 3 is a warning, 4 and 5 critical; effects that mirror a vital sign are judged by its values."""
    if grade is None or grade < 3 or term in MIRRORED_TERMS:
        return None
    return bedside.level_of_rule("effect.grade.critical" if grade >= 4 else "effect.grade.warning")


def read_effect_update(bedside: Bedside, entry: Entry, _now: datetime) -> None:
    """An effect that has become grade 3 or worse; a milder grade takes nothing back."""
    content: Any = entry.content
    effects: list[Any] = [one.content for one in bedside.read if one.entry_id == content.effect_entry_id]
    level = _level_of_grade(bedside, effects[0].term, content.ctcae_grade) if effects else None
    if level is not None:
        bedside.bring(f"effect.grade:{content.effect_entry_id}", level, entry.entry_id)


def read_serious_event(bedside: Bedside, entry: Entry, _now: datetime) -> None:
    level = bedside.level_of_rule("event.serious.critical")
    bedside.bring(f"event.serious:{entry.entry_id}", level, entry.entry_id)


def read_start(bedside: Bedside, entry: Entry, _now: datetime) -> None:
    """What a start lacked that has happened."""
    if missing_at_start(bedside.read, bedside.rules, entry.effective_at) and "start.missing" not in bedside.open:
        bedside.bring("start.missing", bedside.level_of_rule("start.missing.warning"), entry.entry_id)
