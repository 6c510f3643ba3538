"""Identifiers: every id but the clinic's is a UUID version 7 made where the thing was first written down."""

from uuid import UUID

ClinicId = int
SessionId = UUID
EntryId = UUID
AlertId = UUID
AccountId = UUID


def parse_uuid7(text: object) -> UUID | None:
    """The UUIDv7 in `text`, or None when it is not one (RFC 9562: version 7, variant 10)."""
    if not isinstance(text, str):
        return None
    try:
        value = UUID(text)
    except ValueError:
        return None
    return value if value.version == 7 else None
