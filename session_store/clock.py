"""The only reader of the time; handed in everywhere else."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Protocol

# Two servers of one record differ by less as long as their clocks are kept synchronised.
MOST_BEHIND = timedelta(minutes=1)
_log = logging.getLogger(__name__)


class Clock(Protocol):
    """Tells the time as aware UTC."""

    def now(self) -> datetime:
        """The present instant."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware UTC, to the microsecond."""
        return datetime.now(UTC)


def in_order(now: datetime, last: datetime | None) -> datetime:
    """The time of a change that follows one recorded at `last`: never before it, so that two servers' clocks keep the
    order. A clock that is far off is a fault that must show: then the own clock counts."""
    if last is None or now >= last:
        return now
    if last - now > MOST_BEHIND:
        _log.error("the clock is %s behind the last change: synchronise the clocks of all servers", last - now)
        return now
    return last
