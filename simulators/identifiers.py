"""UUIDv7 made from a seeded source and the time of the entry: the same seed makes the same ids (RFC 9562).

A library's generator takes the time and the chance of the moment, so a repeated run could not resend the same id.
"""

from datetime import datetime
from uuid import UUID

from numpy.random import Generator

from session_store.domain.identifiers import named_uuid7 as named_uuid7
from session_store.domain.identifiers import uuid7_of


def seeded_uuid7(generator: Generator, at: datetime) -> UUID:
    """A UUIDv7 with the time `at` (ms) and 74 bits from `generator`."""
    return uuid7_of(int.from_bytes(generator.bytes(10), "big"), at)
