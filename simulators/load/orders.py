"""What the run tells its processes, and what they tell back, over one pipe each."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from multiprocessing.connection import Connection
from typing import Any

# How long a viewer may take for the last changes once nothing more is sent.
DRAIN_S = 20.0


class Say(StrEnum):
    """What a process tells the run."""

    READY = "ready"
    RESULT = "result"
    FAILED = "failed"


class Order(StrEnum):
    """What the run tells a process."""

    MEASURE = "measure"
    STOP = "stop"
    LAST_NUMBER = "last_number"


@dataclass(slots=True)
class Orders:
    """The orders so far; times are epoch seconds of this machine's clock. Written by one thread, read by many."""

    measured_from: float = float("inf")
    measured_until: float = float("inf")
    last_number: int | None = None
    drain_until: float = float("inf")
    is_stopped: threading.Event = field(default_factory=threading.Event)

    def is_measured(self, at: float) -> bool:
        """Whether a moment lies in the measured time."""
        return self.measured_from <= at < self.measured_until

    def obey(self, order: Order, value: Any) -> None:
        """Takes one order."""
        if order is Order.MEASURE:
            self.measured_from, self.measured_until = value
        elif order is Order.LAST_NUMBER:
            self.last_number = value
            self.drain_until = time.time() + (DRAIN_S if value is not None else 0.0)
            self.is_stopped.set()
        else:
            self.measured_until = min(self.measured_until, time.time())
            self.is_stopped.set()

    def follow(self, pipe: "Connection[Any, Any]") -> None:
        """Takes orders in a thread until the run ends; a run that was killed stops its processes."""
        threading.Thread(target=self._follow, args=(pipe,), daemon=True).start()

    def _follow(self, pipe: "Connection[Any, Any]") -> None:
        with suppress(EOFError, OSError):
            while True:
                self.obey(*pipe.recv())
        self.obey(Order.STOP, None)
        self.obey(Order.LAST_NUMBER, None)
