"""Judges a monitor that says nothing, as a whole or about one of its signs.

A monitor that sends nothing is one alert, ended by its next row. A sign that it has sent and that is gone for two
minutes, though rows come, is an alert of its own, ended by a value of that sign which is believed.
"""

from collections.abc import Iterator
from typing import Any

from session_store.domain.alert import AlertFact
from session_store.domain.alert_standing import Judgement, as_found, clear_conditions, raise_unless_open
from session_store.domain.entries import Entry
from session_store.domain.entry_choices import Source
from session_store.domain.rules.model import SIGN_WORDS
from session_store.domain.session_summary import SessionSummary, scheduled_signs

MONITOR_SILENT = "monitor.silent"
NO_SIGNAL = "sign.no_signal"
WAVEFORM = "etco2.waveform"
_CO2 = "end_tidal_co2_mmhg"
# Signs that a monitor measures all the time: a cuff comes in cycles and a temperature now and then, and a pressure that
# does not come is overdue.
CONTINUOUS_SIGNS = ("heart_rate_per_min", "spo2_percent", "respiratory_rate_per_min", _CO2)


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


def note_signals(summary: SessionSummary, entry: Entry) -> None:
    """Which signs a row of the monitor has; as with its silence, it counts when the row came."""
    if entry.source is not Source.MONITOR:
        return
    for sign in CONTINUOUS_SIGNS:
        if getattr(entry.content, sign) is not None:
            known = summary.monitor_signals.get(sign, entry.recorded_at)
            summary.monitor_signals[sign] = max(known, entry.recorded_at)


def judge_lost_signals(summary: SessionSummary, judgement: Judgement) -> Iterator[AlertFact]:
    """Each sign by itself; not while the monitor as a whole is silent, which is the one alert then, nor where "waveform
    absent" says it already."""
    rule = judgement.rules.find("sign.no_signal.warning")
    is_watched = bool(scheduled_signs(summary)) and not summary.is_catching_up(judgement.now)
    if rule is None or not is_watched or _is_silent(summary, judgement):
        return
    for sign in summary.monitor_signals:
        is_told = sign == _CO2 and summary.open_alert(WAVEFORM) is not None
        if _is_lost(summary, sign, judgement) and not is_told:
            found = as_found(rule, f"{NO_SIGNAL}:{sign}", f"{SIGN_WORDS[sign].name} {rule.plain_words()}")
            yield from raise_unless_open(summary, judgement, found, judgement.now, None)


def _is_lost(summary: SessionSummary, sign: str, judgement: Judgement) -> bool:
    last = summary.monitor_signals.get(sign)
    limit = judgement.rules.find_limit("sign.no_signal.warning")
    return last is not None and limit is not None and (judgement.now - last).total_seconds() > limit


def end_lost_signal(summary: SessionSummary, sign: str, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """A value of the sign that is believed. A hand that measures a sign which the monitor has lost takes it over: it is
    watched by its schedule from then on, until the monitor has it again."""
    if entry.source is Source.MONITOR:
        if summary.signs[sign].not_measured_at is not None:
            return
    elif _is_lost(summary, sign, judgement):
        del summary.monitor_signals[sign]
    yield from clear_conditions(summary, entry, f"{NO_SIGNAL}:{sign}")


def end_unused_capnography(summary: SessionSummary, entry: Entry) -> Iterator[AlertFact]:
    """Capnography that is charted as no longer in use gives no signal and is not lost."""
    content: Any = entry.content
    in_use = summary.care.answers.get("is_capnography_in_use")
    if in_use is None or in_use.value == "True" or content.kind != "vital_signs":
        return
    summary.monitor_signals.pop(_CO2, None)
    yield from clear_conditions(summary, entry, f"{NO_SIGNAL}:{_CO2}")
