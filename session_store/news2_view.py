"""NEWS2 of a session for the screens: small enough to travel with every tile. Displayed only; never coloured."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from session_store.domain.news2 import score_news2
from session_store.domain.news2_reading import NEWS2_VALUE_HOLDS, News2Inputs, news2_inputs, news2_words
from session_store.domain.session_summary import SessionSummary

# What the score reads, in the chart's order, by its name in a session: a sign, or an answer of a set of vital signs.
_PARTS = (
    "respiratory_rate_per_min", "spo2_percent", "supplemental_oxygen", "systolic_mmhg", "heart_rate_per_min", "acvpu",
    "temperature_celsius",
)  # fmt: skip
_ANSWERS = frozenset({"supplemental_oxygen", "acvpu"})


def news2_view(summary: SessionSummary) -> dict[str, Any] | None:
    """The score as of the newest value that it reads; None before the first.

    `points` stand in the chart's order. From `holds_until` on one of the scored values is too old to count: a viewer
    then says that the score is old, because nothing new may arrive that would compute it again (S2).
    """
    as_of = max(_told_at(summary), default=None)
    if as_of is None:
        return None
    said = _said(news2_inputs(summary, as_of))
    oldest = min(_scored_at(summary, said["points"]), default=None)
    holds_until = None if oldest is None else (oldest + NEWS2_VALUE_HOLDS).isoformat()
    return {**said, "as_of": as_of.isoformat(), "holds_until": holds_until}


@lru_cache(maxsize=4096)
def _said(inputs: News2Inputs) -> dict[str, Any]:
    """What follows from the values alone; kept, because a tile is made at every change and few of them change these.
    Not to be changed by whoever gets it."""
    score = score_news2(*inputs)
    return {
        "total": score.total,
        "is_partial": score.is_partial,
        "risk": score.clinical_risk,
        "points": list(score.points.values()),
        "words": news2_words(score),
    }


def _told_at(summary: SessionSummary) -> Iterator[datetime]:
    """When each input was last measured, or tried and not measured."""
    for name in _PARTS:
        if name in _ANSWERS:
            answer = summary.care.answers.get(name)
            if answer is not None:
                yield answer.at
        elif (sign := summary.signs.get(name)) is not None:
            yield from (at for at in (sign.effective_at, sign.not_measured_at) if at is not None)


def _scored_at(summary: SessionSummary, points: Sequence[int | None]) -> Iterator[datetime]:
    """The times of the values that have points."""
    for name, one in zip(_PARTS, points, strict=True):
        if one is None:
            continue
        at = summary.care.answers[name].at if name in _ANSWERS else summary.signs[name].effective_at
        if at is not None:
            yield at
