"""All processes of a run together: start them, wait for them, tell them, end them."""

import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from typing import Any

from simulators.load.child_process import ChildProcess, ProcessFailed, Work, start_process
from simulators.load.orders import Order

_LOOK_EVERY_S = 0.5


class Crew:
    """The senders and the viewers of one run. `interrupted` ends every wait for readiness early."""

    def __init__(self, interrupted: threading.Event) -> None:
        self.senders: list[ChildProcess] = []
        self.viewers: list[ChildProcess] = []
        self._interrupted = interrupted
        self._failed: list[ChildProcess] = []

    @property
    def everybody(self) -> list[ChildProcess]:
        """All processes that have not failed."""
        return [one for one in (*self.senders, *self.viewers) if one not in self._failed]

    def start_senders(self, count: int, work: Work, arguments: Callable[[int], tuple[Any, ...]]) -> None:
        """Starts `count` processes of senders; `arguments` by their number."""
        self.senders = [start_process(f"senders {part + 1}", work, *arguments(part)) for part in range(count)]

    def start_viewers(self, count: int, work: Work, arguments: Callable[[int], tuple[Any, ...]]) -> None:
        """Starts `count` processes of viewers; `arguments` by their number."""
        self.viewers = [start_process(f"viewers {part + 1}", work, *arguments(part)) for part in range(count)]

    def tell(self, processes: Sequence[ChildProcess], order: Order, value: Any = None) -> None:
        """Gives an order to each."""
        for one in processes:
            one.tell(order, value)

    def await_ready(self, limit_s: float) -> None:
        """Until every process is ready or the run is interrupted. Raises `ProcessFailed`."""
        self._listen(limit_s, lambda: self._interrupted.is_set() or all(one.is_ready for one in self.everybody))

    def await_results(self, processes: Sequence[ChildProcess], limit_s: float) -> list[Any]:
        """The results of all. Raises `ProcessFailed`."""
        self._listen(limit_s, lambda: all(one.result is not None for one in processes))
        return [one.result for one in processes]

    def listen(self, seconds: float) -> None:
        """Hears for a while whether somebody fails. Raises `ProcessFailed`."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self._interrupted.is_set():
            self._hear(min(left, _LOOK_EVERY_S))

    def end(self) -> None:
        """Ends every process, also those that have failed."""
        for one in (*self.senders, *self.viewers):
            one.end()

    def _listen(self, limit_s: float, is_done: Callable[[], bool]) -> None:
        until = time.monotonic() + limit_s
        while not is_done():
            if time.monotonic() > until:
                raise ProcessFailed(f"the load did not get further within {limit_s:.0f} s")
            self._hear(_LOOK_EVERY_S)

    def _hear(self, seconds: float) -> None:
        speakers = {one.pipe: one for one in self.everybody if one.result is None}
        if not speakers:
            time.sleep(seconds)
            return
        for pipe in wait(list(speakers), seconds):
            speaker = speakers[pipe]  # type: ignore[index]
            try:
                speaker.hear()
            except ProcessFailed:
                self._failed.append(speaker)
                raise
