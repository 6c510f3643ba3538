"""Server-sent events as the live stream has them: chunks of bytes in, events out."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import msgspec


class Event(NamedTuple):
    """One event: its name and its data, a line of JSON."""

    name: str
    data: bytes


class SeenEntry(msgspec.Struct):
    """What a viewer's clock needs of an entry."""

    effective_at: datetime | None = None
    source: str | None = None


class SeenChange(msgspec.Struct):
    """What is counted of a change; all else that it carries is skipped."""

    change_number: int
    recorded_at: datetime
    entry: SeenEntry | None = None


class Heartbeat(msgspec.Struct):
    """The newest number that the stream has told; None in the first one."""

    change_number: int | None


decode_change = msgspec.json.Decoder(SeenChange).decode
decode_heartbeat = msgspec.json.Decoder(Heartbeat).decode


class EventReader:
    """Puts events together out of chunks that end anywhere."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that this chunk completes."""
        *blocks, self._rest = (self._rest + chunk).split(b"\n\n")
        for block in blocks:
            fields = dict(_field(line) for line in block.split(b"\n") if line)
            if b"data" in fields:
                yield Event(fields.get(b"event", b"message").decode(), fields[b"data"])


def _field(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b":")
    return name, value.removeprefix(b" ")
