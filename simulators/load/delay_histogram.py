"""Delays counted in narrow classes: bounded memory however many there are, and sums of several processes."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

# Classes grow by 1 %, so that a percentile is at most 1 % too high; what is shorter than the first counts as it.
_RATIO = 1.01
_FIRST_MS = 0.01
_LOG_RATIO = math.log(_RATIO)


@dataclass(slots=True)
class DelayHistogram:
    """How often each delay occurred, in milliseconds. A delay under zero (two clocks) counts as the shortest."""

    counts: Counter[int] = field(default_factory=Counter)
    longest_ms: float = 0.0

    def add(self, delay_ms: float) -> None:
        """One delay."""
        number = 0 if delay_ms <= _FIRST_MS else math.ceil(math.log(delay_ms / _FIRST_MS) / _LOG_RATIO)
        self.counts[number] += 1
        self.longest_ms = max(self.longest_ms, delay_ms)

    @property
    def total(self) -> int:
        """How many delays."""
        return self.counts.total()

    def percentile_ms(self, percent: float) -> float | None:
        """The delay that `percent` of all do not exceed (nearest rank), up to 1 % too high; None without any."""
        if not self.total:
            return None
        rank = max(math.ceil(self.total * percent / 100), 1)
        for number in sorted(self.counts):
            rank -= self.counts[number]
            if rank <= 0:
                return min(_FIRST_MS * _RATIO**number, self.longest_ms)
        return self.longest_ms


def merged(histograms: Iterable[DelayHistogram]) -> DelayHistogram:
    """All delays of several histograms."""
    together = DelayHistogram()
    for one in histograms:
        together.counts.update(one.counts)
        together.longest_ms = max(together.longest_ms, one.longest_ms)
    return together
