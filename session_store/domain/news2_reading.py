"""NEWS2 of a session as it stands now, and its words for a display. Displayed only: it never raises an alert."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from session_store.domain.entry_choices import OxygenTarget
from session_store.domain.news2 import ClinicalRisk, News2Score, score_news2
from session_store.domain.session_summary import SessionSummary

# Our proposal, needs the medical director: an older value says little about now and counts as missing. 30 min is two
# intervals of the usual outpatient schedule.
NEWS2_VALUE_HOLDS = timedelta(minutes=30)
# To be shown wherever the score is.
NEWS2_NOTE = "NEWS2 does not see a pressure rise up to 219 mmHg"
NEWS2_WITHOUT_NOTE = "without: no usable value in the last 30 min"
NEWS2_ACKNOWLEDGEMENT = "NEWS2: Royal College of Physicians, 2017"

_OXYGEN_ANSWERS = {"True": True, "False": False}
NEWS2_PART_WORDS = {
    "respiratory_rate_per_min": "respiratory rate",
    "spo2_percent": "SpO2",
    "supplemental_oxygen": "air or oxygen",
    "systolic_mmhg": "systolic pressure",
    "pulse_per_min": "pulse",
    "consciousness": "consciousness",
    "temperature_celsius": "temperature",
}


def news2_of(summary: SessionSummary, now: datetime) -> News2Score:
    """The score of the newest values that are at most `NEWS2_VALUE_HOLDS` old; the rest is missing.

    A sign that was tried after its last value and could not be measured is missing too: the value before it may be
    from a patient who still breathed. SpO2 is read on scale 2 only with a prescribed target of 88-92 %.
    """
    return score_news2(*news2_inputs(summary, now))


class News2Inputs(NamedTuple):
    """What the score reads, in the order of `score_news2`."""

    respiratory_rate_per_min: Decimal | None
    spo2_percent: Decimal | None
    spo2_scale: int
    supplemental_oxygen: bool | None
    systolic_mmhg: Decimal | None
    pulse_per_min: Decimal | None
    consciousness: str | None
    temperature_celsius: Decimal | None


def news2_inputs(summary: SessionSummary, now: datetime) -> News2Inputs:
    """The newest values as `news2_of` reads them."""
    oxygen = _recent_answer(summary, "supplemental_oxygen", now)
    return News2Inputs(
        respiratory_rate_per_min=_recent_value(summary, "respiratory_rate_per_min", now),
        spo2_percent=_recent_value(summary, "spo2_percent", now),
        spo2_scale=2 if summary.oxygen_target == OxygenTarget.TARGET_88_92 else 1,
        supplemental_oxygen=None if oxygen is None else _OXYGEN_ANSWERS.get(oxygen),
        systolic_mmhg=_recent_value(summary, "systolic_mmhg", now),
        pulse_per_min=_recent_value(summary, "heart_rate_per_min", now),
        consciousness=_recent_answer(summary, "acvpu", now),
        temperature_celsius=_recent_value(summary, "temperature_celsius", now),
    )


def news2_words(score: News2Score) -> str:
    """One line: total, risk, what it is without, what has 3 points by itself. The notes above belong beside it.

    "Without" covers missing, old, not measurable, and an SpO2 that cannot be read before air or oxygen is known.
    """
    parts = [_total_words(score)]
    if score.is_partial:
        parts.append(f"partial, without {_names(score.not_scored)}")
    if score.has_single_three:
        parts.append(f"3 points for {_names([name for name, points in score.points.items() if points == 3])}")
    return "; ".join(parts)


def _total_words(score: News2Score) -> str:
    if len(score.not_scored) == len(score.points):
        return "NEWS2 not scored"
    least = "at least " if score.is_partial else ""
    return f"NEWS2 {least}{score.total}{_risk_words(score.clinical_risk, least)}"


def _risk_words(risk: ClinicalRisk | None, least: str) -> str:
    if risk is None:
        return ""
    if risk is ClinicalRisk.HIGH:
        return ", high risk"
    return f", {least}{risk.replace('_', '-')} risk"


def _names(names: Sequence[str]) -> str:
    return ", ".join(NEWS2_PART_WORDS[name] for name in names)


def _recent_value(summary: SessionSummary, name: str, now: datetime) -> Decimal | None:
    sign = summary.signs.get(name)
    if sign is None or sign.effective_at is None or sign.not_measured_at is not None:
        return None
    return sign.value if _is_recent(sign.effective_at, now) else None


def _recent_answer(summary: SessionSummary, name: str, now: datetime) -> str | None:
    answer = summary.care.answers.get(name)
    return answer.value if answer is not None and _is_recent(answer.at, now) else None


def _is_recent(at: datetime, now: datetime) -> bool:
    """Old or, by a wrong clock, far ahead: neither is a value of now."""
    return abs(now - at) <= NEWS2_VALUE_HOLDS
