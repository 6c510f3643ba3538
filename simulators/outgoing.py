"""What leaves a chair for the server: one entry, the door it goes through, and when it leaves."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

JsonEntry = dict[str, Any]

FIRST_TABLET = 1


class Door(StrEnum):
    """Who sends an entry: a person who signed in, or a device with its token."""

    NURSE = "nurse"
    PHYSICIAN = "physician"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One entry and the door it goes through."""

    door: Door
    entry: JsonEntry
    # When it leaves, in true time: late where it was charted later, kept by a tablet or overtaken on the wire.
    sent_at: datetime
    # How far the sender's clock is ahead; the times in the entry are read from that clock.
    clock_ahead: timedelta = timedelta(0)
    # The tablet of the session on which a person charted it.
    tablet: int = FIRST_TABLET

    @property
    def sender_clock(self) -> datetime:
        """What the sender's clock shows at sending: the `sent_at` of the request."""
        return self.sent_at + self.clock_ahead

    @property
    def sender(self) -> tuple[Door, int, timedelta]:
        """Entries of one sender can go in one request."""
        return self.door, self.tablet, self.clock_ahead


class Departures:
    """What is made and has not left, in the order of leaving; at one moment in the order of charting."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, datetime, int, Outgoing]] = []
        self._added = 0

    def __iter__(self) -> Iterator[Outgoing]:
        return (outgoing for *_, outgoing in self._waiting)

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, outgoing: Outgoing, charted_at: datetime) -> None:
        """Keeps one until it leaves; `charted_at` is when it was put down."""
        heapq.heappush(self._waiting, (outgoing.sent_at, charted_at, self._added, outgoing))
        self._added += 1

    def leaving(self, until: datetime) -> Iterator[Outgoing]:
        """Gives out what leaves up to and including `until`."""
        while self._waiting and self._waiting[0][0] <= until:
            yield heapq.heappop(self._waiting)[-1]
