"""The highest values of the last minutes, kept small: of all values of the window only those that nothing since has
reached again. Whatever the order in which values come, the same ones remain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

# Our proposal: a fall is looked for over the last 15 min before the newest value.
FALL_WINDOW = timedelta(minutes=15)


@dataclass(slots=True)
class RecentHigh:
    """A value that no later one has reached."""

    value: Decimal
    at: datetime


def with_value(highs: Sequence[RecentHigh], value: Decimal, at: datetime) -> list[RecentHigh]:
    """The highs with one more value, which may be a late one; in the order of time."""
    known = sorted([*highs, RecentHigh(value, at)], key=lambda one: (one.at, one.value))
    newest = known[-1].at
    kept: list[RecentHigh] = []
    for one in reversed(known):
        if newest - one.at <= FALL_WINDOW and (not kept or one.value > kept[-1].value):
            kept.append(one)
    return kept[::-1]
