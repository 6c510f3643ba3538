"""What patients tell after a course, 24 h, 1, 4 and 12 weeks later, as long as they can be reached.

Loss to follow-up is about 8 % a month (240 of 256 patients left after the start, 93 at 12 months: Corriger 2022), and
those who do not respond leave 1.5 times as often; pain by the lasting relief and the placebo process. The rest is ours.
"""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

from numpy.random import Generator

from session_store.bulk_reading import HistoryEntry
from session_store.commands import Author
from session_store.pharmacology.lasting_analgesia import RESPONDER_SHARE
from simulators.history.calendar import Visit
from simulators.history.pain import lasting_share, said_score, true_points
from simulators.history.plan import ClinicPlan
from simulators.identifiers import seeded_uuid7

POINTS = (("24_hours", 1), ("1_week", 7), ("4_weeks", 28), ("12_weeks", 84))
_LOST_A_MONTH, _DAYS_A_MONTH, _NON_RESPONDERS_LEAVE = 0.08, 30.4, 1.5
_DECLINED_SHARE = 0.2
_SATURDAY = 5
# Name, lowest, highest, whether higher is better; by condition.
_MEASURES: dict[str, tuple[str, float, float, bool]] = {
    "CRPS": ("BPI interference", 0, 10, False), "Neuropathic pain": ("BPI interference", 0, 10, False),
    "Fibromyalgia": ("FIQR", 0, 100, False), "Headache": ("HIT-6", 36, 78, False),
    "Low back pain": ("ODI", 0, 100, False),
}  # fmt: skip
_HOME_OPIOID_MG = 60.0
_BLADDER_SHARE, _MOOD_SHARE, _SLEEP_SHARE = 0.01, 0.03, 0.04
_CHANGES = ((0.5, "very_much_improved"), (0.3, "much_improved"), (0.15, "minimally_improved"), (-0.05, "no_change"))


def follow_ups(
    plan: ClinicPlan, visit: Visit, nurse: Author, physician: Author, generator: Generator
) -> Iterator[HistoryEntry]:
    """After the last session of a course, the four of them; after one of a weekly course the first alone."""
    if not visit.is_last and visit.regimen.interval_days < 7:
        return
    lost_after_days = _lost_after(visit, generator)
    for point, days in POINTS if visit.is_last else POINTS[:1]:
        at = _called_at(visit.opened_at + timedelta(minutes=visit.regimen.duration_min), days, generator)
        if at >= plan.until:
            return
        if days > lost_after_days:
            reached = "declined" if generator.random() < _DECLINED_SHARE else "not_reached"
            yield _entry(nurse, generator, at, "follow_up", {"point": point, "reached": reached})
            return
        relief, told = _told(visit, float(days), generator)
        yield _entry(nurse, generator, at, "follow_up", {"point": point, "reached": "yes", **told})
        if point == "4_weeks":
            goes_on = relief >= 0.3
            decision = {"decision": "continue" if goes_on else "stop",
                        "reason": "Relief lasts" if goes_on else "No lasting relief at four weeks"}  # fmt: skip
            yield _entry(physician, generator, at + timedelta(minutes=20), "course_decision", decision)


def _lost_after(visit: Visit, generator: Generator) -> float:
    """Days until a patient cannot be reached any more, exponential; 8 % a month of all."""
    hazard = -math.log(1 - _LOST_A_MONTH) / _DAYS_A_MONTH
    of_responders = hazard / (RESPONDER_SHARE + _NON_RESPONDERS_LEAVE * (1 - RESPONDER_SHARE))
    own = of_responders if visit.persona.is_responder else of_responders * _NON_RESPONDERS_LEAVE
    return float(generator.exponential(1 / own))


def _called_at(ended_at: datetime, days: int, generator: Generator) -> datetime:
    """The time of the call: in the middle of the day, on a weekday, never sooner than due."""
    day = (ended_at + timedelta(days=days)).date()
    if days > 1:
        while day.weekday() >= _SATURDAY:
            day += timedelta(days=1)
    minutes = int(generator.integers(0, 150))
    return datetime.combine(day, time(14), UTC) + timedelta(minutes=minutes)


def _told(visit: Visit, days: float, generator: Generator) -> tuple[float, dict[str, Any]]:
    """The share of the pain before treatment that is gone, and the answers."""
    me = visit.persona
    points = true_points(visit, days, lasting_share(visit, days, with_this_dose=True))
    relief = (me.pain_points - points) / me.pain_points if me.pain_points > 0 else 0.0
    relief += float(generator.normal(0.0, 0.08))
    told = {
        "instrument": me.pain_instrument, **said_score(me.pain_instrument, points, generator),
        "recall": "average_24h", "circumstance": "rest", "satisfaction": _satisfaction(relief),
        "global_change": next((word for least, word in _CHANGES if relief >= least), "minimally_worse"),
        "sleep_points": _points(points - 1, generator), "mood_points": _points(points - 2, generator),
        "follow_on_drug": "none", **_function(me.condition, points, generator),
    }  # fmt: skip
    if me.is_opioid_user:
        told["opioid_mg_morphine_per_day"] = round(_HOME_OPIOID_MG * (1 - max(relief, 0.0) / 2))
    if days >= 7:
        told["late_effects"] = _late_effects(generator)
    return relief, told


def _satisfaction(relief: float) -> str:
    if relief >= 0.5:
        return "very_satisfied"
    return "satisfied" if relief >= 0.25 else "neither" if relief >= 0.05 else "dissatisfied"


def _points(value: float, generator: Generator) -> int:
    return round(min(max(value + float(generator.normal(0.0, 1.0)), 0.0), 10.0))


def _function(condition: str, points: float, generator: Generator) -> dict[str, Any]:
    name, low, high, is_higher_better = _MEASURES[condition]
    share = min(max(points / 10 + float(generator.normal(0.0, 0.08)), 0.0), 1.0)
    return {
        "function_measure": name, "function_score": round(low + share * (high - low)), "function_low": low,
        "function_high": high, "is_higher_better": is_higher_better,
    }  # fmt: skip


def _late_effects(generator: Generator) -> list[str]:
    chances = generator.random(3).tolist()
    shares = (("bladder", _BLADDER_SHARE), ("mood", _MOOD_SHARE), ("sleep", _SLEEP_SHARE))
    found = [name for (name, share), chance in zip(shares, chances, strict=True) if chance < share]
    return found or ["none"]


def _entry(author: Author, generator: Generator, at: datetime, kind: str, content: dict[str, Any]) -> HistoryEntry:
    return HistoryEntry(author, seeded_uuid7(generator, at), kind, at, content)
