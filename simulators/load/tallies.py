"""What was counted by senders and by viewers; several tallies add up to one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import reduce
from operator import add
from typing import Any, Self

from simulators.load.delay_histogram import DelayHistogram, merged


@dataclass(slots=True)
class _Tally:
    """Numbers and counters add up, delays are thrown together, `longest_...` keeps the longest."""

    @classmethod
    def sum_of(cls, tallies: Sequence[Self]) -> Self:
        """One tally for several."""
        return cls(**{one.name: _sum(one.name, [getattr(tally, one.name) for tally in tallies]) for one in fields(cls)})


def _sum(name: str, values: list[Any]) -> Any:
    if not values:
        return DelayHistogram() if name.endswith("_delays") else Counter() if name == "refused" else 0
    if isinstance(values[0], DelayHistogram):
        return merged(values)
    return max(values) if name.startswith("longest_") else reduce(add, values)


@dataclass(slots=True)
class SendTally(_Tally):
    """What the senders sent and what became of it; counts are entries unless the name says otherwise.

    `opening_delays`: a whole session's first entries in one request. `lateness_delays`: from when a reading was due to
    when it was sent, which shows a generator or a server that cannot keep up.
    """

    sessions_opened: int = 0
    sessions_started: int = 0
    sessions_closed: int = 0
    sent: int = 0
    acknowledged: int = 0
    acknowledged_in_time: int = 0
    lost: int = 0
    recorded_twice: int = 0
    sessions_not_read_back: int = 0
    unanswered: int = 0
    unanswered_on_record: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    resent: int = 0
    resent_not_duplicate: int = 0
    duplicate_answers: int = 0
    retried_requests: int = 0
    opening_delays: DelayHistogram = field(default_factory=DelayHistogram)
    reading_delays: DelayHistogram = field(default_factory=DelayHistogram)
    hand_delays: DelayHistogram = field(default_factory=DelayHistogram)
    lateness_delays: DelayHistogram = field(default_factory=DelayHistogram)


@dataclass(slots=True)
class ViewTally(_Tally):
    """What the viewers saw.

    `recorded_delays`: from a change's `recorded_at` to its arrival. `reading_delays`: from the moment of a monitor's
    reading to its arrival. `missed`: numbers that a stream left out; `not_arrived`: those that had not come `DRAIN_S`
    after the end. `panel_delays`: the panel's first load.
    """

    viewers: int = 0
    changes: int = 0
    missed: int = 0
    not_arrived: int = 0
    repeated: int = 0
    reopened: int = 0
    cut_off: int = 0
    longest_silence_s: float = 0.0
    panel_delays: DelayHistogram = field(default_factory=DelayHistogram)
    recorded_delays: DelayHistogram = field(default_factory=DelayHistogram)
    reading_delays: DelayHistogram = field(default_factory=DelayHistogram)
