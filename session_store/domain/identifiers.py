"""Identifiers: every id but the clinic's is a UUID version 7 made where the thing was first written down."""

from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

ClinicId = int
SessionId = UUID
EntryId = UUID
AlertId = UUID
AccountId = UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_uuid7(text: object) -> UUID | None:
    """The UUIDv7 in `text`, or None when it is not one (RFC 9562: version 7, variant 10)."""
    if not isinstance(text, str):
        return None
    try:
        value = UUID(text)
    except ValueError:
        return None
    return value if value.version == 7 else None


def named_uuid7(name: str, at: datetime) -> UUID:
    """A UUIDv7 with the time `at` (ms) and 74 bits of the name's hash: the same name makes the same id."""
    return uuid7_of(int.from_bytes(sha256(name.encode()).digest()[:10], "big"), at)


def uuid7_of(chance_bits: int, at: datetime) -> UUID:
    """A UUIDv7 with the time `at` (ms) and the lowest 74 of these bits (RFC 9562)."""
    delta = at - _EPOCH
    milliseconds = (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000
    version, variant = 7, 0b10
    high_chance, low_chance = (chance_bits >> 62) & 0xFFF, chance_bits & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | (version << 76) | (high_chance << 64) | (variant << 62) | low_chance)
