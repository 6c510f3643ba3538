"""Courses over time for plots: the points of a tile, and the rate programmed and delivered after each entry."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from session_store.domain.entries import Entry
from session_store.domain.refolding import standing_entries
from session_store.domain.session_summary import SessionSummary

TREND_SIGNS = ("heart_rate_per_min", "systolic_mmhg", "diastolic_mmhg", "spo2_percent", "respiratory_rate_per_min")
# What the rate in mg/h depends on.
RATE_DEPENDS_ON = frozenset(
    {
        "session_planned", "weight", "bag_dispensed", "bag_changed", "infusion_started", "rate_changed",
        "infusion_paused", "infusion_resumed", "infusion_ended", "transferred", "left_against_advice",
        "session_aborted", "discharged",
    }
)  # fmt: skip


def rates_after(entries: Iterable[Entry]) -> dict[UUID, tuple[datetime, Decimal, Decimal]]:
    """By entry id of what changes the rate: when, the programmed mg/h and the delivered mg/h from then on."""
    folded = SessionSummary(UUID(int=0), UUID(int=0), False)
    rates: dict[UUID, tuple[datetime, Decimal, Decimal]] = {}
    for entry in standing_entries(entries):
        if entry.content.kind not in RATE_DEPENDS_ON:
            continue
        before = (folded.infusion.programmed_rate_mg_per_h(), folded.infusion.rate_mg_per_h())
        folded.apply(entry)
        after = (folded.infusion.programmed_rate_mg_per_h(), folded.infusion.rate_mg_per_h())
        if after != before or entry.content.kind in ("infusion_started", "rate_changed"):
            rates[entry.entry_id] = (entry.effective_at, *after)
    return rates


def tile_trend(entries: list[Entry], summary: SessionSummary, since: datetime) -> dict[str, list[list[Any]]]:
    """Points of the tile's plot, newest window only, corrected ones as corrected, withdrawn ones not at all.

    The delivered rate comes whole: a step before the window reaches into it.
    """
    trend: dict[str, list[list[Any]]] = {name: [] for name in (*TREND_SIGNS, "rate_mg_per_kg_per_h", "pain")}
    weight = summary.weight_kg
    if weight:
        steps = [[_ms(at), float(delivered / weight)] for at, _, delivered in rates_after(entries).values()]
        trend["rate_mg_per_kg_per_h"] = steps
    for entry in standing_entries(entries):
        if entry.effective_at < since:
            continue
        for name in TREND_SIGNS:
            value = getattr(entry.content, name, None)
            if value is not None:
                trend[name].append([_ms(entry.effective_at), float(value)])
    return trend


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
