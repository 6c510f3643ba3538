"""The wire format of the live path: what is said to a viewer, and its framing as server-sent events.

Three events exist. `change` carries one change of the record and its number as event id. `heartbeat` proves the path.
`cut_off` is the last word before the server ends the stream; the viewer opens it again after its last number.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

# Raised when a viewer that knows only the old form could misread a change; the viewer then reloads its page.
WIRE_VERSION = 1

# For plain EventSource clients; the project's own client (assets/10_live.js) reopens by its own rules.
RETRY_MS = 1000
_encode = msgspec.json.encode


def change_event(change: Mapping[str, Any]) -> bytes:
    """One change as an event; its id is the change number, so that a reopened stream knows where it stood.

    Raises TypeError where the change holds something that JSON has no form for.
    """
    return _event("change", {"v": WIRE_VERSION, **change}, event_id=int(change["change_number"]))


def heartbeat_event(
    server_time: datetime, change_number: int | None, notifier: Mapping[str, Any] | None = None
) -> bytes:
    """The proof of the path: the server's time (aware) and the newest change number it has told, None if unknown; with
    a notifier, how its runs ended."""
    said: dict[str, Any] = {"server_time": server_time.isoformat(), "change_number": change_number}
    return _event("heartbeat", said if notifier is None else said | {"notifier": notifier})


def cut_off_event(reason: str) -> bytes:
    """Says why the server ends this stream."""
    return _event("cut_off", {"reason": reason})


def opening() -> bytes:
    """The first bytes of a stream: they flush the headers through every buffer on the way."""
    return f"retry: {RETRY_MS}\n\n".encode()


def _event(name: str, data: Mapping[str, Any], event_id: int | None = None) -> bytes:
    # JSON text never holds a bare line break, so one data line is enough.
    number = "" if event_id is None else f"id: {event_id}\n"
    return b"%sevent: %s\ndata: %s\n\n" % (number.encode(), name.encode(), _encode(data))
