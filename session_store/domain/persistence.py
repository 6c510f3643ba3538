"""How long a value must last: before it raises (by its source), and before an open alert is lowered or over.

Hand values count at once. Of monitor values a critical needs two in a row and a milder level 60 s; a cuff value counts
at once up to warning (our proposal), because the next one may be minutes away.
"""

from datetime import datetime

from session_store.domain.alert import Level
from session_store.domain.entries import CUFF_SIGNS, Entry
from session_store.domain.entry_choices import Source
from session_store.domain.session_summary import ConditionStanding

# A monitor's critical counts after two in a row or 15 s, a milder level after 60 s (clinical-decisions 4).
MONITOR_CRITICAL_SAMPLES = 2
MONITOR_CRITICAL_SECONDS = 15
MONITOR_WARNING_SECONDS = 60


def confirmed_level(standing: ConditionStanding, worst: Level | None, sign: str, entry: Entry) -> Level | None:
    """The worst level that a value establishes by the persistence rule of its source; it shows `worst`."""
    confirmed: Level | None = None
    for level in Level:
        key = int(level)
        if worst is None or worst < level:
            standing.pending_since.pop(key, None)
            standing.pending_count.pop(key, None)
            continue
        since = standing.pending_since.setdefault(key, entry.effective_at)
        standing.pending_count[key] = standing.pending_count.get(key, 0) + 1
        if _persists(level, sign, entry, since, standing.pending_count[key]):
            confirmed = level
    return confirmed


def _persists(level: Level, sign: str, entry: Entry, since: datetime, count: int) -> bool:
    if entry.source is not Source.MONITOR:
        return True
    if level is Level.CRITICAL:
        return count >= MONITOR_CRITICAL_SAMPLES or _lasts(since, entry, MONITOR_CRITICAL_SECONDS)
    return sign in CUFF_SIGNS or _lasts(since, entry, MONITOR_WARNING_SECONDS)


def is_second_critical(standing: ConditionStanding | None, worst: Level | None) -> bool:
    """Whether the value that shows `worst` is critical and not the first in a row, of which the standing tells."""
    count = 0 if standing is None else standing.pending_count.get(int(Level.CRITICAL), 0)
    return worst is Level.CRITICAL and count + 1 >= MONITOR_CRITICAL_SAMPLES


def is_calm_long_enough(standing: ConditionStanding, entry: Entry) -> bool:
    """Counts one more milder value: two by hand in a row, or 60 s of a monitor's (the 60 s are our proposal)."""
    standing.calm_since = standing.calm_since or entry.effective_at
    standing.calm_count += 1
    is_calm = (
        _lasts(standing.calm_since, entry, MONITOR_WARNING_SECONDS)
        if entry.source is Source.MONITOR
        else standing.calm_count >= 2
    )
    if is_calm:
        end_calm(standing)
    return is_calm


def end_calm(standing: ConditionStanding) -> None:
    """The alert is over, or a value showed its level again: the counting starts anew."""
    standing.calm_since, standing.calm_count = None, 0


def _lasts(since: datetime, entry: Entry, seconds: int) -> bool:
    return (entry.effective_at - since).total_seconds() >= seconds
