"""UUIDv7 made from a seeded source and the time of the entry: the same seed makes the same ids (RFC 9562).

A library's generator takes the time and the chance of the moment, so a repeated run could not resend the same id.
"""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

from numpy.random import Generator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seeded_uuid7(generator: Generator, at: datetime) -> UUID:
    """A UUIDv7 with the time `at` (ms) and 74 bits from `generator`."""
    return _uuid7(int.from_bytes(generator.bytes(10), "big"), at)


def named_uuid7(name: str, at: datetime) -> UUID:
    """A UUIDv7 with the time `at` (ms) and 74 bits of the name's hash: the same name makes the same id."""
    return _uuid7(int.from_bytes(hashlib.sha256(name.encode()).digest()[:10], "big"), at)


def _uuid7(chance_bits: int, at: datetime) -> UUID:
    delta = at - _EPOCH
    milliseconds = (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000
    version, variant = 7, 0b10
    high_chance, low_chance = (chance_bits >> 62) & 0xFFF, chance_bits & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | (version << 76) | (high_chance << 64) | (variant << 62) | low_chance)
