"""Judges levels of sedation, agitation and consciousness, and a capnography waveform that is gone.

They are judged for every patient: no level of a scale belongs to one drug or age.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from session_store.domain.alert import AlertFact, Level
from session_store.domain.alert_standing import Finding, Judgement, as_found, bring_to, list_past
from session_store.domain.consciousness_levels import rule_for_level
from session_store.domain.entries import Entry
from session_store.domain.rules.model import AlertRule
from session_store.domain.session_summary import SessionSummary
from session_store.domain.vital_sign_judging import judge_saturation_of_sedated

_SCALES = ("sedation.deep", "sedation.agitated")
_SCALE_NAMES = {"rass": "RASS", "poss": "POSS", "moaas": "MOAA/S", "ramsay": "Ramsay", "acvpu": "ACVPU"}
# Our proposal: dissociation charted in the last 30 min explains a new confusion.
EXPLAINED_BY_DISSOCIATION = timedelta(minutes=30)
# Our proposal: without a waveform, a respiratory rate counts for 2 min, and always in the set that gives it.
BREATHS_COUNT_FOR = timedelta(minutes=2)
NO_WAVEFORM = "no_waveform"
_CO2, _RR, _SPO2 = "end_tidal_co2_mmhg", "respiratory_rate_per_min", "spo2_percent"


def judge_sedation(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """The newest level of its scale; it also gives a standing SpO2 another weight. An older one is listed as past."""
    content: Any = entry.content
    is_newest = summary.sedation_at == entry.effective_at
    for condition in _SCALES:
        rule = rule_for_level(judgement.rules.by_condition.get(condition, ()), content.scale, str(int(content.level)))
        found = None if rule is None else _found(rule, condition, f"{_SCALE_NAMES[content.scale]} {content.level}")
        if is_newest:
            yield from bring_to(summary, judgement, condition, found, entry.effective_at, entry.entry_id)
        elif found is not None and found.level is not Level.ADVISORY:
            late = Finding(found.rule_id, f"{condition}:past", found.level, f"{found.text} (late)", found.citation)
            yield from list_past(summary, judgement, late, entry)
    if is_newest:
        yield from judge_saturation_of_sedated(summary, entry, judgement)


def _found(rule: AlertRule, condition: str, said: str) -> Finding:
    return as_found(rule, condition, f"{said}: {rule.plain_words()}")


def judge_consciousness(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """ACVPU of a set, where it is the newest; a new confusion that dissociation explains does not alert."""
    content: Any = entry.content
    newest = summary.care.answers.get("acvpu")
    if content.acvpu is None or newest is None or newest.entry_id != entry.entry_id:
        return
    condition = "acvpu.reduced"
    rule = rule_for_level(judgement.rules.by_condition.get(condition, ()), "acvpu", content.acvpu)
    is_explained = content.acvpu == "new_confusion" and _is_dissociated(summary, entry.effective_at)
    found = None if rule is None or is_explained else _found(rule, condition, content.acvpu.replace("_", " ").title())
    yield from bring_to(summary, judgement, condition, found, entry.effective_at, entry.entry_id)


def _is_dissociated(summary: SessionSummary, at: datetime) -> bool:
    rated = summary.care.answers.get("dissociation")
    is_rated = rated is not None and int(rated.value.split(":")[1]) > 0 and at - rated.at <= EXPLAINED_BY_DISSOCIATION
    charted = summary.dissociation_at
    return is_rated or (charted is not None and at - charted <= EXPLAINED_BY_DISSOCIATION)


def judge_waveform(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """An absent EtCO2 waveform; critical where breaths are missing or SpO2 falls. A measured EtCO2 ends it, or that
    capnography is no longer in use."""
    standing = summary.signs.get(_CO2)
    in_use = summary.care.answers.get("is_capnography_in_use")
    is_used = in_use is None or in_use.value == "True"
    is_absent = standing is not None and standing.not_measured_reason == NO_WAVEFORM and is_used
    is_measured = standing is not None and standing.not_measured_at is None and standing.value is not None
    condition = "etco2.waveform"
    if not is_absent and not is_measured and is_used:
        return
    rule = judgement.rules.find("etco2.waveform.warning")
    if is_absent and _is_breathing_in_doubt(summary, entry, judgement):
        rule = judgement.rules.find("etco2.waveform.critical") or rule
    found = as_found(rule, condition, rule.plain_words()) if is_absent and rule is not None else None
    yield from bring_to(summary, judgement, condition, found, entry.effective_at, entry.entry_id)


def _is_breathing_in_doubt(summary: SessionSummary, entry: Entry, judgement: Judgement) -> bool:
    return _are_breaths_missing(summary, entry, judgement) or _is_saturation_falling(summary, judgement)


def _are_breaths_missing(summary: SessionSummary, entry: Entry, judgement: Judgement) -> bool:
    """No breaths counted that still say something: with this very set, or a moment ago."""
    breaths = summary.signs.get(_RR)
    if breaths is None or breaths.effective_at is None or breaths.not_measured_at is not None:
        return True
    return breaths.entry_id != entry.entry_id and judgement.now - breaths.effective_at > BREATHS_COUNT_FOR


def _is_saturation_falling(summary: SessionSummary, judgement: Judgement) -> bool:
    """The newest SpO2 against the highest of the last minutes, and against the value before it however old that is."""
    saturation, fall = summary.signs.get(_SPO2), judgement.rules.find_limit("etco2.waveform.critical")
    if saturation is None or saturation.value is None or fall is None:
        return False
    before = [one.value for one in summary.spo2_highs]
    if saturation.value_before is not None:
        before.append(saturation.value_before)
    return max(before, default=saturation.value) - saturation.value >= fall
