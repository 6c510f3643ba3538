"""What a load run is: how many of what, how often, for how long, and on which server."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """One run. Rates are per session, openings of all together; `minutes` is the measured time after the last opening.

    `run_label` stands in every patient's label and is another for each run, so that no run meets the patients of an
    earlier one. `is_kept`: the sessions stay open at the end.
    """

    sessions: int
    viewers: int
    minutes: float
    readings_per_min: float
    hand_entries_per_min: float
    openings_per_min: float
    resend_share: float
    processes: int
    seed: int
    run_label: str
    is_kept: bool = False

    @property
    def reading_interval_s(self) -> float:
        """Between two readings of one monitor."""
        return 60 / self.readings_per_min

    def opening_s(self, number: int) -> float:
        """When the session with this number is opened, counted from the first one."""
        return number * 60 / self.openings_per_min

    @property
    def viewer_processes(self) -> int:
        """Half of all processes, as far as there are viewers for them."""
        return min(self.processes // 2, self.viewers)

    @property
    def sender_processes(self) -> int:
        """All processes that no viewer needs, as far as there are sessions for them."""
        return min(self.processes - self.viewer_processes, self.sessions)


def share(count: int, parts: int, part: int) -> range:
    """Which of `count` numbered things the part numbered `part` of `parts` has: every `parts`-th."""
    return range(part, count, parts)
