"""The live route: `GET /api/v1/changes/stream?after=N`, server-sent events.

The order is what makes it lossless: subscribe first, then read from the record what came after N, then go live.
What arrives twice that way is dropped by its number, never by a clock.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse

from dashboard.push.hub import Hub, Message, Viewer
from dashboard.push.messages import change_event, opening

PAGE_SIZE = 500
# The largest number that a change can have: both engines count in 64 bits.
LAST_NUMBER = 2**63 - 1

# No proxy may hold an event back, and no cache may show an old stream as a new one.
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class ChangeReader(Protocol):
    """Reads committed changes in the order of their numbers; blocking."""

    def changes_after(self, after: int, limit: int) -> list[dict[str, Any]]:
        """At most `limit` changes numbered above `after`."""


def change_stream_router(hub: Hub, reader: ChangeReader) -> APIRouter:
    """The route of the live stream of one clinic. Who may open it is decided by the access middleware."""
    router = APIRouter()

    @router.get(
        "/api/v1/changes/stream",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    )
    async def stream_changes(
        after: Annotated[int | None, Query(ge=0, le=LAST_NUMBER)] = None,
        last_event_id: Annotated[int | None, Header(ge=0, le=LAST_NUMBER)] = None,
    ) -> StreamingResponse:
        """Changes after `after`, or after the Last-Event-ID if that is newer; with neither, from now on."""
        known = [number for number in (after, last_event_id) if number is not None]
        events = changes_then_live(hub, reader, max(known, default=None))
        return StreamingResponse(events, media_type="text/event-stream", headers=HEADERS)

    return router


async def changes_then_live(hub: Hub, reader: ChangeReader, after: int | None) -> AsyncIterator[bytes]:
    """The bytes of one stream, until the viewer leaves, is cut off, or the server stops."""
    viewer = hub.subscribe()
    try:
        yield opening() + hub.first_heartbeat()
        told = after
        if after is not None:
            async for change in _missed_changes(hub, reader, after):
                told = int(change["change_number"])
                yield change_event(change)
        async for payload in _live(viewer, told):
            yield payload
    finally:
        hub.unsubscribe(viewer)


async def _missed_changes(hub: Hub, reader: ChangeReader, after: int) -> AsyncIterator[Mapping[str, Any]]:
    while not hub.is_closed:
        page = await asyncio.to_thread(reader.changes_after, after, PAGE_SIZE)
        for change in page:
            yield change
        if len(page) < PAGE_SIZE:
            return
        after = int(page[-1]["change_number"])


async def _live(viewer: Viewer, told: int | None) -> AsyncIterator[bytes]:
    while True:
        messages = await viewer.take()
        news = [message for message in messages if _is_news(message, told)]
        told = max((message.change_number for message in news if message.change_number is not None), default=told)
        if news:
            # One write for a burst: fewer system calls and one frame on the viewer's screen.
            yield b"".join(message.payload for message in news)
        if messages[-1].is_last:
            return


def _is_news(message: Message, told: int | None) -> bool:
    return message.change_number is None or told is None or message.change_number > told
