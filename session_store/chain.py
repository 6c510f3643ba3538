"""The hash chain over the changes of a clinic: what was recorded can be checked, row by row, long after.

Each change is hashed together with the hash of the change before it, over the rows that came into the record with it:
the change itself, its entry, the entry's receipt, its alert facts and, with a session's first entry, the session and a
new patient. The short digests kept with the change tell which row was altered. Pure: names and values in, bytes out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import msgspec

# The hash before the first change.
NOTHING = bytes(32)
# How much of each row's digest is kept with the change; the hash is made of the full digests.
KEPT_BYTES = 8
# Columns of `change` that are made from the rows and so cannot be among them.
NOT_HASHED = frozenset({"row_digests", "hash"})

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_encode = msgspec.json.Encoder().encode

Row = Mapping[str, Any]


def row_digest(table: str, row: Row) -> bytes:
    """The digest of one row, its columns in the order of the schema."""
    return sha256(row_bytes(table, row)).digest()


def row_bytes(table: str, row: Row) -> bytes:
    """What is hashed of one row.

    The JSON of the table's name and [column, value] pairs: identifiers as text, times as microseconds, decimals as
    plain digits, bytes as hex, so that both engines give the same.
    """
    pairs = [
        (name, value) if (convert := _PLAIN.get(type(value))) is None else (name, convert(value))
        for name, value in row.items()
    ]
    return _encode([table, *pairs])


def link(previous_hash: bytes, rows: Iterable[tuple[str, Row]]) -> tuple[bytes, bytes]:
    """What a change keeps: the short digests of its rows, in order, and its hash on top of the one before."""
    digests = [row_digest(table, row) for table, row in rows]
    return kept(digests), chained(previous_hash, digests)


def kept(digests: Sequence[bytes]) -> bytes:
    """The short digests, joined."""
    return b"".join([one[:KEPT_BYTES] for one in digests])


def chained(previous_hash: bytes, digests: Sequence[bytes]) -> bytes:
    """The hash of a change from the one before it and the full digests of its rows."""
    return sha256(previous_hash + b"".join(digests)).digest()


def _microseconds(value: datetime) -> int:
    return (value - _EPOCH) // _MICROSECOND


def _digits(value: Decimal) -> str:
    return format(value, "f")


# UUIDs, texts, numbers, booleans and None are written by the encoder as they are.
_PLAIN: dict[type, Callable[[Any], Any]] = {
    datetime: _microseconds,
    Decimal: _digits,
    bytes: bytes.hex,
    memoryview: memoryview.hex,
}
