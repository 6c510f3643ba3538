"""Levels of sedation, agitation and consciousness, and a capnography waveform that is gone."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from session_store.domain.alert import Level
from session_store.domain.entries import Entry
from tests.reference.bedside import Bedside
from tests.reference.patient import is_missing_in, newest_answer, newest_statement, scale_level
from tests.reference.record import by_time, value_of
from tests.reference.values import read_sedation_for_saturation

EXPLAINED_FOR = timedelta(minutes=30)
BREATHS_COUNT_FOR = timedelta(minutes=2)
FALL_WINDOW = timedelta(minutes=15)
_CO2, _RR, _SPO2 = "end_tidal_co2_mmhg", "respiratory_rate_per_min", "spo2_percent"


def read_sedation(bedside: Bedside, entry: Entry, now: datetime) -> None:
    """A charted level ends "sedation overdue"; the newest says how deep and how agitated the patient is."""
    bedside.bring("overdue.sedation:sedation", None, None)
    if newest_answer(bedside.read, "sedation", "level") is not entry:
        return
    for condition in ("sedation.deep", "sedation.agitated"):
        bedside.bring(condition, scale_level(entry.content, condition, bedside.rules), entry.entry_id)
    read_sedation_for_saturation(bedside, entry, now)


def read_acvpu(bedside: Bedside, entry: Entry, _now: datetime) -> None:
    """The newest answer; a new confusion that charted dissociation explains does not alert."""
    newest = newest_answer(bedside.read, "vital_signs", "acvpu")
    content: Any = entry.content
    if content.acvpu is None or newest is not entry:
        return
    rows = bedside.rules.by_condition.get("acvpu.reduced", ())
    level = max((row.level for row in rows if content.acvpu in row.levels), default=None)
    is_explained = content.acvpu == "new_confusion" and _is_dissociated(bedside.read, entry.effective_at)
    bedside.bring("acvpu.reduced", None if is_explained else level, entry.entry_id)


def _is_dissociated(read: list[Entry], at: datetime) -> bool:
    rated = newest_answer(read, "dissociation", "score")
    content: Any = None if rated is None else rated.content
    if rated is not None and content.score > 0 and at - rated.effective_at <= EXPLAINED_FOR:
        return True
    effects = [one for one in read if getattr(one.content, "term", None) == "dissociation"]
    return any(at - one.effective_at <= EXPLAINED_FOR for one in effects)


def read_waveform(bedside: Bedside, entry: Entry, now: datetime) -> None:
    """An absent EtCO2 waveform; over by a measured EtCO2, or where capnography is no longer used."""
    read = bedside.read
    told, in_use = newest_statement(read, _CO2), newest_answer(read, "vital_signs", "is_capnography_in_use")
    content: Any = None if in_use is None else in_use.content
    is_unused = content is not None and not content.is_capnography_in_use
    if is_unused or (told is not None and value_of(told, _CO2) is not None):
        bedside.bring("etco2.waveform", None, None)
    elif told is not None and _reason(told, _CO2) == "no_waveform":
        level = Level.CRITICAL if _is_breathing_in_doubt(bedside, entry, now) else Level.WARNING
        bedside.bring("etco2.waveform", level, entry.entry_id)


def _reason(entry: Entry, sign: str) -> str | None:
    content: Any = entry.content
    return content.not_measured.get(sign)  # type: ignore[no-any-return]


def _is_breathing_in_doubt(bedside: Bedside, entry: Entry, now: datetime) -> bool:
    """Breaths are missing, or SpO2 falls."""
    fall = bedside.rules.by_id["etco2.waveform.critical"].limit
    return _are_breaths_missing(bedside.read, entry, now) or (fall is not None and _has_fallen_by(bedside.read) >= fall)


def _are_breaths_missing(read: list[Entry], entry: Entry, now: datetime) -> bool:
    """No respiratory rate, or a reason why there is none, or one that is neither of this set nor of the last 2 min."""
    told = newest_statement(read, _RR)
    if told is None or is_missing_in(told, _RR):
        return True
    return told is not entry and now - told.effective_at > BREATHS_COUNT_FOR


def _has_fallen_by(read: list[Entry]) -> Decimal:
    """How far the newest SpO2 is below the highest of the last 15 min before it, or below the value before it."""
    told = [one for one in by_time(read) if value_of(one, _SPO2) is not None]
    if not told:
        return Decimal(0)
    newest = told[-1]
    recent = [one for one in told if newest.effective_at - one.effective_at <= FALL_WINDOW]
    return max(value_of(one, _SPO2) for one in [*recent, *told[-2:]]) - value_of(newest, _SPO2)
