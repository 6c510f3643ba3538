"""The simulators' time: it starts in the past, runs at a chosen speed, and never runs past the real now."""

from collections.abc import Callable
from datetime import datetime, timedelta

from session_store.clock import SystemClock

_SYSTEM_CLOCK = SystemClock()


def wall_now() -> datetime:
    """The real time, aware UTC; handed in everywhere else in this package."""
    return _SYSTEM_CLOCK.now()


class SimulatedClock:
    """Simulated time that starts `behind` the real time and catches up at `speed` (simulated seconds per real one).

    Having caught up it runs with the real time. `speed` None starts at the real now; a speed of 1 never catches up.
    """

    def __init__(
        self,
        behind: timedelta = timedelta(0),
        speed: float | None = None,
        wall: Callable[[], datetime] = wall_now,
    ) -> None:
        if speed is not None and not 0 < speed < float("inf"):
            raise ValueError(f"speed {speed} is not a positive number")
        if behind < timedelta(0):
            raise ValueError("a simulated clock starts in the past, not in the future")
        self._wall = wall
        self._speed = speed
        self._wall_start = wall()
        self._start = self._wall_start - behind

    def now(self) -> datetime:
        """Simulated time; at most the real now."""
        return self._at(self._wall())

    def _at(self, wall: datetime) -> datetime:
        if self._speed is None:
            return wall
        return min(wall, self._start + (wall - self._wall_start) * self._speed)

    def real_now(self) -> datetime:
        """The real time."""
        return self._wall()

    def is_behind(self) -> bool:
        """True while the simulated time still lies in the past."""
        wall = self._wall()
        return self._at(wall) < wall
