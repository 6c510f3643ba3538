"""One viewer: signs in as a physician, loads the panel, reads the live stream and notes when each change arrives.

It reopens the stream as the page does: when it breaks, is cut off or falls silent, or when a heartbeat tells of a newer
change than has arrived. A change that comes after a reopening is late, not missed; missed is what a stream leaves out.
"""

import random
import time
from collections.abc import Callable
from contextlib import suppress

import httpx

from simulators.load.event_stream import Event, EventReader, SeenChange, decode_change, decode_heartbeat
from simulators.load.orders import Orders
from simulators.load.record_reader import RecordReader
from simulators.load.tallies import ViewTally

_BACKOFF_S = (0.25, 0.5, 1.0, 2.0, 3.5, 5.0)


class Viewer:
    """One open panel."""

    def __init__(self, reader: RecordReader, orders: Orders, now: Callable[[], float] = time.time) -> None:
        self.tally = ViewTally(viewers=1)
        self._reader = reader
        self._orders = orders
        self._now = now
        self._told = 0
        self._heard_at: float | None = None
        self._attempts = 0

    def open(self) -> None:
        """Signs in and loads the panel. Raises `RequestRefused`, `ServerUnreachable`."""
        self._reader.sign_in()
        began = time.perf_counter()
        self._told = self._reader.panel_number()
        self.tally.panel_delays.add((time.perf_counter() - began) * 1000)

    def watch(self) -> None:
        """Reads the stream until the last number of the run has come or the time for it is over."""
        while not self._is_over():
            with suppress(httpx.TransportError):
                self._read_stream()
            if not self._is_over():
                self._pause_before_reopening()
        if self._orders.last_number is not None:
            self.tally.not_arrived += max(self._orders.last_number - self._told, 0)

    def _read_stream(self) -> None:
        events = EventReader()
        with self._reader.stream(self._told) as chunks:
            for chunk in chunks:
                arrived = self._now()
                self._hear(arrived)
                if not all(self.take(event, arrived) for event in events.feed(chunk)) or self._is_over():
                    return

    def take(self, event: Event, arrived: float) -> bool:
        """Counts one event that arrived at epoch second `arrived`; False when the stream has to be opened anew."""
        if event.name == "change":
            self._see(decode_change(event.data), arrived)
        elif event.name == "heartbeat":
            number = decode_heartbeat(event.data).change_number
            return number is None or number <= self._told
        elif event.name == "cut_off":
            self.tally.cut_off += 1
            return False
        return True

    def _see(self, change: SeenChange, arrived: float) -> None:
        number = change.change_number
        if number <= self._told:
            self.tally.repeated += 1
            return
        self.tally.changes += 1
        self.tally.missed += number - self._told - 1
        self._told = number
        recorded_at = change.recorded_at.timestamp()
        if not self._orders.is_measured(recorded_at):
            return
        self.tally.recorded_delays.add((arrived - recorded_at) * 1000)
        entry = change.entry
        if entry is not None and entry.source == "monitor" and entry.effective_at is not None:
            self.tally.reading_delays.add((arrived - entry.effective_at.timestamp()) * 1000)

    def _hear(self, at: float) -> None:
        before = self._heard_at
        if before is not None and (self._orders.is_measured(before) or self._orders.is_measured(at)):
            self.tally.longest_silence_s = max(self.tally.longest_silence_s, at - before)
        self._heard_at = at
        self._attempts = 0

    def _is_over(self) -> bool:
        last = self._orders.last_number
        return (last is not None and self._told >= last) or self._now() >= self._orders.drain_until

    def _pause_before_reopening(self) -> None:
        self.tally.reopened += 1
        pause_s = _BACKOFF_S[min(self._attempts, len(_BACKOFF_S) - 1)]
        self._attempts += 1
        time.sleep(pause_s * random.uniform(0.8, 1.0))
