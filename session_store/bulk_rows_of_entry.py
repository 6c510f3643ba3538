"""The three rows that come with every entry of a history: entry, receipt and change, each as the bytes that the chain
hashes (`chain.row_bytes`) and as the values that the driver takes.

Written out by hand, column by column, because this is most of what an import does: a test holds every row against
`chain.row_bytes` of the row as the recorder makes it.
"""

from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from session_store.domain.entries import FIELD_SPECS, VITAL_SIGN_FIELDS, Entry, plain_content
from session_store.domain.entry_fields import plain_value
from session_store.storage.bulk_rows import RowShaper, Shape, Values, microseconds
from session_store.storage.row_mapping import encode_json

_json = msgspec.json.Encoder().encode
_NO_SIGNS = b"".join(b'["%b",null],' % name.encode() for name in VITAL_SIGN_FIELDS)
_COMMON = ("clinic_id", "session_id", "seq", "entry_id", "kind", "effective_at", "recorded_at", "source", "author_id",
           "author_name", "is_simulated", "is_late")  # fmt: skip
_BESIDE_SIGNS = tuple(name for name in FIELD_SPECS["vital_signs"] if name not in VITAL_SIGN_FIELDS)
# What was not said (`plain_content`).
_NOTHING: tuple[Any, ...] = (None, {}, ())
_ANSWER_HEAD = '{"change_number":'
_CHANGE: Shape = ("change", (
    "clinic_id", "change_number", "recorded_at", "session_id", "entry_seq", "actor_id", "row_digests", "hash",
))  # fmt: skip
_CHANGE_WITH_FACTS: Shape = ("change", (
    "clinic_id", "change_number", "recorded_at", "session_id", "entry_seq", "first_fact_seq", "last_fact_seq",
    "actor_id", "row_digests", "hash",
))  # fmt: skip
RECEIPT: Shape = ("entry_receipt", ("clinic_id", "entry_id", "session_id", "seq", "digest", "answer"))


class StoredContent(NamedTuple):
    """The content of an entry as its columns hold it: the JSON text (None: nothing), that text as JSON, the signs."""

    text: str | None
    encoded: bytes
    signs: tuple[tuple[str, Decimal], ...]
    signs_encoded: bytes


class EntryRow(NamedTuple):
    """The row of an entry, its digest, and change and receipt around the change number that is still to come."""

    row: Values
    digest: bytes
    change_bytes: tuple[bytes, bytes]
    change_shape: Shape
    change_values: tuple[Any, ...]
    receipt_bytes: tuple[bytes, bytes]
    receipt_values: tuple[Any, ...]
    answer_tail: str


def stored_content(content: Any) -> StoredContent:
    """What the row of an entry holds of its content (`row_mapping.entry_row`)."""
    if content.kind == "vital_signs":
        plain = {
            name: plain_value(value) for name in _BESIDE_SIGNS if (value := getattr(content, name)) not in _NOTHING
        }
        signs = tuple([(name, value) for name in VITAL_SIGN_FIELDS if (value := getattr(content, name)) is not None])
        encoded = b"".join([_sign(name, getattr(content, name)) for name in VITAL_SIGN_FIELDS])
    else:
        plain, signs, encoded = plain_content(content), (), _NO_SIGNS
    text = encode_json(plain) if plain else None
    return StoredContent(text, b"null" if text is None else _json(text), signs, encoded)


def _sign(name: str, value: Decimal | None) -> bytes:
    if value is None:
        return b'["%b",null],' % name.encode()
    return b'["%b","%b"],' % (name.encode(), format(value, "f").encode())


def _answer_tail(alerts: list[Any]) -> tuple[str, bytes]:
    """What follows the change number in an answer: as text, and as it stands in the JSON of the receipt."""
    tail = encode_json({"problems": [], "alerts": alerts})[1:]
    return f",{tail}", b"," + _json(tail)[1:] + b"]]"


_NO_ALERTS = _answer_tail([])


class EntryRows:
    """Makes the rows of the entries of one session, in the order of the schema's columns."""

    def __init__(self, shaper: RowShaper, clinic_id: int, session_id: UUID) -> None:
        self._shaper = shaper
        self._clinic_id = clinic_id
        self._session = shaper.identifier(session_id)
        self._session_text = str(session_id).encode()
        self._change_head = b'["change",["clinic_id",%d],["change_number",' % clinic_id
        self._yes, self._no = shaper.flag(True), shaper.flag(False)
        self._new_identifier = shaper.new_identifier
        self._authors: dict[UUID, tuple[bytes, Any]] = {}
        self._names: dict[str, bytes] = {}

    def rows(
        self,
        entry: Entry,
        stored: StoredContent,
        sent: tuple[bytes, bytes],
        facts: tuple[int, int] | None,
        alerts: list[Any],
    ) -> EntryRow:
        """The rows of one entry; `sent`: its id as text and the digest of what was sent; `alerts`: for its receipt."""
        recorded, (entry_text, digest), fact_seqs = microseconds(entry.recorded_at), sent, facts
        entry_id = self._new_identifier(entry.entry_id)
        author_text, author = self._author(entry.author_id)
        hashed, row = self._entry(entry, stored, (recorded, entry_text, entry_id))
        first, last = (b"null", b"null") if fact_seqs is None else (b"%d" % fact_seqs[0], b"%d" % fact_seqs[1])
        change_tail = (
            b'],["recorded_at",%d],["session_id","%b"],["entry_seq",%d],["first_fact_seq",%b],["last_fact_seq",%b],'
            b'["actor_id","%b"]]'
        ) % (recorded, self._session_text, entry.seq, first, last, author_text)
        tail, tail_encoded = _answer_tail(alerts) if alerts else _NO_ALERTS
        receipt_head = (
            b'["entry_receipt",["clinic_id",%d],["entry_id","%b"],["session_id","%b"],["seq",%d],["digest","%b"],'
            b'["answer","{\\"change_number\\":'
        ) % (self._clinic_id, entry_text, self._session_text, entry.seq, digest.hex().encode())
        return EntryRow(
            row, sha256(hashed).digest(), (self._change_head, change_tail),
            _CHANGE if fact_seqs is None else _CHANGE_WITH_FACTS,
            (self._clinic_id, recorded, self._session, entry.seq, *(fact_seqs or ()), author),
            (receipt_head, tail_encoded),
            (self._clinic_id, entry_id, self._session, entry.seq, bytearray(digest)), tail,
        )  # fmt: skip

    def _entry(self, entry: Entry, stored: StoredContent, made: tuple[int, bytes, Any]) -> tuple[bytes, Values]:
        """What the chain hashes of the entry's row, and the row; `made`: recorded at, the id as text, as a value."""
        kind, source = entry.content.kind, entry.source.value
        recorded, entry_text, entry_id = made
        effective = microseconds(entry.effective_at)
        author_text, author = self._author(entry.author_id)
        name = self._names.get(entry.author_name) or self._names.setdefault(entry.author_name, _json(entry.author_name))
        confirmed = encode_json(entry.confirmed) if entry.confirmed else None
        hashed = (
            b'["entry",["clinic_id",%d],["session_id","%b"],["seq",%d],["entry_id","%b"],["kind","%b"],'
            b'["effective_at",%d],["recorded_at",%d],["sent_effective_at",null],["source","%b"],["author_id","%b"],'
            b'["author_name",%b],["is_simulated",true],["is_late",false],["confirmed",%b],%b["content",%b]]'
        ) % (
            self._clinic_id, self._session_text, entry.seq, entry_text, kind.encode(), effective, recorded,
            source.encode(), author_text, name, b"null" if confirmed is None else _json(confirmed),
            stored.signs_encoded, stored.encoded,
        )  # fmt: skip
        values: tuple[Any, ...] = (
            self._clinic_id, self._session, entry.seq, entry_id, kind, effective, recorded, source, author,
            entry.author_name, self._yes, self._no,
        )  # fmt: skip
        columns: tuple[str, ...] = _COMMON
        if confirmed is not None:
            columns, values = (*columns, "confirmed"), (*values, confirmed)
        if stored.signs:
            columns = (*columns, *[name for name, _ in stored.signs])
            values = (*values, *[self._shaper.decimal(value) for _, value in stored.signs])
        if stored.text is not None:
            columns, values = (*columns, "content"), (*values, stored.text)
        return hashed, (("entry", columns), values)

    def _author(self, author_id: UUID) -> tuple[bytes, Any]:
        known = self._authors.get(author_id)
        if known is None:
            known = self._authors[author_id] = (str(author_id).encode(), self._shaper.identifier(author_id))
        return known


def numbered_change(rows: EntryRow, number: int, row_digests: bytes, link: bytes) -> Values:
    """The row of the change once its number and its place in the chain are known."""
    clinic_id, *rest = rows.change_values
    return rows.change_shape, (clinic_id, number, *rest, bytearray(row_digests), bytearray(link))


def numbered_receipt(rows: EntryRow, number: int) -> Values:
    """The receipt once the number that it answers is known."""
    return RECEIPT, (*rows.receipt_values, f"{_ANSWER_HEAD}{number}{rows.answer_tail}")
