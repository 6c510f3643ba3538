"""Marks every page that leaves a drill's server, whoever made it: Dash, the sign-in, a message, the interface's page.

Done at the door and not by the pages, so that no page, today's or a later one, can leave without the watermark.
"""

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.components.drill_mark import TITLE_PREFIX, drill_mark

_BODY = re.compile(rb"<body[^>]*>", re.IGNORECASE)
_TITLE = re.compile(rb"<title>", re.IGNORECASE)


class DrillMarking:
    """ASGI middleware around everything; used only where `INFUSION_DRILL_NAME` is set."""

    def __init__(self, inner: ASGIApp, drill_name: str) -> None:
        self._inner = inner
        self._mark = drill_mark(drill_name).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; pages with the mark in them."""
        if scope["type"] != "http" or scope["method"] == "HEAD":
            await self._inner(scope, receive, send)
            return
        # Only what is not compressed can be marked.
        headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await self._inner({**scope, "headers": headers}, receive, _MarkedAnswer(send, self._mark))


class _MarkedAnswer:
    """Holds a page back until it is whole; anything else goes out as it comes."""

    def __init__(self, send: Send, mark: bytes) -> None:
        self._send = send
        self._mark = mark
        self._start: Message | None = None
        self._page = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._page += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_page(self._start)

    async def _send_page(self, start: Message) -> None:
        page = _BODY.sub(lambda found: found[0] + self._mark, self._page, count=1)
        page = _TITLE.sub(lambda found: found[0] + TITLE_PREFIX.encode(), page, count=1)
        MutableHeaders(raw=start["headers"])["content-length"] = str(len(page))
        self._start = None
        await self._send(start)
        await self._send({"type": "http.response.body", "body": page})


def _is_page(start: Message) -> bool:
    return MutableHeaders(raw=start["headers"]).get("content-type", "").startswith("text/html")
