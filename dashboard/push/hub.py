"""Tells every viewer what has changed: one bounded queue per viewer, fed after COMMIT, never waited for.

`publish` may be called from any thread, all else on the event loop. A viewer whose queue is full is cut off and told
so: it opens the stream again after the last number it has and is given what it missed (S1), while the others and the
recorder's writer go on.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from dashboard.push.messages import change_event, cut_off_event, heartbeat_event

logger = logging.getLogger(__name__)

# About 40 s of a busy panel (24 chairs, a change each every 2 s, and heartbeats): longer is not "slow" but gone.
QUEUE_LIMIT = 512
HEARTBEAT_S = 2.0


class Message(NamedTuple):
    """Framed bytes; `change_number` is None for what carries no change; after `is_last` the stream ends."""

    payload: bytes
    change_number: int | None = None
    is_last: bool = False


@dataclass(eq=False)
class Viewer:
    """One open stream and what still has to be sent on it."""

    queue: asyncio.Queue[Message] = field(default_factory=lambda: asyncio.Queue(QUEUE_LIMIT))

    async def take(self) -> list[Message]:
        """Waits for the next message and takes all that are there, oldest first."""
        messages = [await self.queue.get()]
        with suppress(asyncio.QueueEmpty):
            while True:
                messages.append(self.queue.get_nowait())
        return messages

    def cut_off(self, reason: str) -> None:
        """Drops what waits and leaves the last word; the viewer reads the rest from the record when it comes back."""
        with suppress(asyncio.QueueEmpty):
            while True:
                self.queue.get_nowait()
        self.queue.put_nowait(Message(cut_off_event(reason), is_last=True))


class Hub:
    """The viewers of one clinic in this process. `now` gives the server's aware time for the heartbeat, `notifier` how
    its runs ended, where there is one."""

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        heartbeat_s: float = HEARTBEAT_S,
        notifier: Callable[[], Mapping[str, Any]] | None = None,
    ) -> None:
        self._now = now
        self._notifier = notifier
        self._heartbeat_s = heartbeat_s
        self._viewers: set[Viewer] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._change_number: int | None = None
        self._is_closed = False

    def start(self, change_number: int | None = None) -> None:
        """Binds the hub to the running event loop; `change_number` is the newest in the record."""
        self._loop = asyncio.get_running_loop()
        self._change_number = change_number
        self._is_closed = False
        self._beat()

    def close(self) -> None:
        """Ends every stream at once; called before the server waits for its connections to end."""
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._drop_all("the server stops")

    def subscribe(self) -> Viewer:
        """A viewer that gets everything published from now on."""
        viewer = Viewer()
        if self._is_closed:
            viewer.cut_off("the server stops")
        else:
            self._viewers.add(viewer)
        return viewer

    def unsubscribe(self, viewer: Viewer) -> None:
        """Forgets a viewer; one that was cut off is already forgotten."""
        self._viewers.discard(viewer)

    @property
    def is_closed(self) -> bool:
        """The server stops: no stream should begin another piece of work."""
        return self._is_closed

    @property
    def viewer_count(self) -> int:
        """How many streams are open."""
        return len(self._viewers)

    def first_heartbeat(self) -> bytes:
        """The proof of the path for a new stream. It names no number: what was missed is still to come."""
        return self._heartbeat(None)

    def _heartbeat(self, change_number: int | None) -> bytes:
        return heartbeat_event(self._now(), change_number, self._notifier() if self._notifier else None)

    def publish(self, change_json: Mapping[str, Any]) -> None:
        """Hands one committed change to every viewer. From any thread; returns at once.

        Before `start` and after the end there is nobody to tell: viewers read such changes from the record.
        """
        if self._loop is None or self._is_closed:
            return
        with suppress(RuntimeError):  # the loop was closed between the check and the call
            self._loop.call_soon_threadsafe(self._deliver, change_json)

    def _deliver(self, change: Mapping[str, Any]) -> None:
        number = int(change["change_number"])
        self._change_number = max(number, self._change_number or 0)
        if not self._viewers:
            return
        try:
            message = Message(change_event(change), number)
        except (TypeError, ValueError):
            # A viewer that silently missed a change would look current and not be (S2).
            logger.exception("change %s cannot be put on the wire", number)
            self._drop_all("a change could not be sent")
            return
        self._send_to_all(message)

    def _send_to_all(self, message: Message) -> None:
        for viewer in tuple(self._viewers):
            try:
                viewer.queue.put_nowait(message)
            except asyncio.QueueFull:
                self._drop(viewer, "this viewer was too slow")

    def _drop_all(self, reason: str) -> None:
        for viewer in tuple(self._viewers):
            self._drop(viewer, reason)

    def _drop(self, viewer: Viewer, reason: str) -> None:
        self._viewers.discard(viewer)
        viewer.cut_off(reason)

    def _beat(self) -> None:
        if self._loop is None or self._is_closed:
            return
        self._send_to_all(Message(self._heartbeat(self._change_number)))
        self._timer = self._loop.call_later(self._heartbeat_s, self._beat)
