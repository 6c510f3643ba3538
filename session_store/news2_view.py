"""NEWS2 of a session for the screens: small enough to travel with every tile. Displayed only; never coloured."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from session_store.domain.news2 import News2Score
from session_store.domain.news2_reading import NEWS2_VALUE_HOLDS, news2_of, news2_words
from session_store.domain.session_summary import SessionSummary

# What the score reads, by the names of its parts: a sign of the summary, or an answer of a set of vital signs.
_SIGNS = {
    "respiratory_rate_per_min": "respiratory_rate_per_min",
    "spo2_percent": "spo2_percent",
    "systolic_mmhg": "systolic_mmhg",
    "pulse_per_min": "heart_rate_per_min",
    "temperature_celsius": "temperature_celsius",
}
_ANSWERS = {"supplemental_oxygen": "supplemental_oxygen", "consciousness": "acvpu"}


def news2_view(summary: SessionSummary) -> dict[str, Any] | None:
    """The score as of the newest value that it reads; None before the first.

    `points` stand in the chart's order. From `holds_until` on one of the scored values is too old to count: a viewer
    then says that the score is old, because nothing new may arrive that would compute it again (S2).
    """
    as_of = max(_told_at(summary), default=None)
    if as_of is None:
        return None
    score = news2_of(summary, as_of)
    oldest = min(_scored_at(summary, score), default=None)
    return {
        "total": score.total,
        "is_partial": score.is_partial,
        "risk": score.clinical_risk,
        "points": list(score.points.values()),
        "words": news2_words(score),
        "as_of": as_of.isoformat(),
        "holds_until": None if oldest is None else (oldest + NEWS2_VALUE_HOLDS).isoformat(),
    }


def _told_at(summary: SessionSummary) -> Iterator[datetime]:
    """When each input was last measured, or tried and not measured."""
    for name in _SIGNS.values():
        sign = summary.signs.get(name)
        if sign is not None:
            yield from (at for at in (sign.effective_at, sign.not_measured_at) if at is not None)
    yield from (summary.care.answers[name].at for name in _ANSWERS.values() if name in summary.care.answers)


def _scored_at(summary: SessionSummary, score: News2Score) -> Iterator[datetime]:
    """The times of the values that have points."""
    for part, points in score.points.items():
        if points is None:
            continue
        if part in _ANSWERS:
            yield summary.care.answers[_ANSWERS[part]].at
        else:
            at = summary.signs[_SIGNS[part]].effective_at
            if at is not None:
                yield at
