"""Reads the entries of a history. Most of what a clinic charts is the same from session to session (a check list, a
level of sedation): what was read once is not read again. What a device sends goes through the recorder's reading."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from session_store.bulk_rows_of_entry import StoredContent, stored_content
from session_store.commands import Author, EntryResult, SentEntries
from session_store.domain.entries import CONTENT_CLASSES, FIELD_SPECS, read_content
from session_store.domain.entry_choices import Source
from session_store.domain.entry_fields import FieldRefused, read_value
from session_store.errors import CommandRefused
from session_store.sent_entries import Draft, read_sent

# Kinds whose content differs from session to session.
_SELDOM_REPEATED = frozenset({"vital_signs", "session_planned", "weight", "follow_up", "bag_dispensed", "drug_drawn",
                              "drug_wasted", "ledger_witnessed", "acknowledgement"})  # fmt: skip
_KEPT = 20_000
_NO_SESSION = UUID(int=0)
_PLACE = "@ a place @"
_sorted_json = msgspec.json.Encoder(order="sorted").encode
_json = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One entry of a history: who enters it, when it was true (aware UTC), its fields as in the HTTP interface."""

    author: Author
    entry_id: UUID
    kind: str
    at: datetime
    fields: Mapping[str, Any]
    source: str = "hand"

    @property
    def raw(self) -> dict[str, Any]:
        """As it would be sent over HTTP."""
        return {"entry_id": str(self.entry_id), "effective_at": self.at.isoformat(), **self.common()}

    def common(self) -> dict[str, Any]:
        """What is sent beside id and time."""
        return {"kind": self.kind, "source": self.source, "is_simulated": True, **self.fields}


class ReadEntry(NamedTuple):
    """The draft of an entry, its id as text, its content as the row holds it. `is_shared`: the content is kept, and may
    be that of other entries, too."""

    draft: Draft
    id_text: bytes
    stored: StoredContent
    is_shared: bool


class _Content(NamedTuple):
    value: Any
    stored: StoredContent
    # What a resend is recognised by (`sent_entries.digest_of`), with places for time and id, which sort in this order.
    sent: bytes


def read_entry(one: HistoryEntry, recorded_after: timedelta) -> ReadEntry:
    """One entry that is recorded so long after it was true. Raises `CommandRefused` for what cannot be a fact."""
    id_text = str(one.entry_id).encode()
    if one.source != "hand" or one.author.is_device:
        draft = _read_as_sent(one, recorded_after)
        return ReadEntry(draft, id_text, stored_content(draft.content), False)
    is_shared = one.kind not in _SELDOM_REPEATED
    # By the exact JSON, so that 5 and 5.0 stay two things.
    content = _read_before(one.kind, _json(one.fields)) if is_shared else _read(one.kind, one.fields)
    digest = sha256(content.sent % (one.at.isoformat().encode(), id_text)).digest()
    draft = Draft(one.entry_id, digest, content.value, Source.HAND, one.at, None, (), True)
    return ReadEntry(draft, id_text, content.stored, is_shared)


def _read_as_sent(one: HistoryEntry, recorded_after: timedelta) -> Draft:
    draft = read_sent(one.at + recorded_after, SentEntries(_NO_SESSION, one.author, (), is_simulated=True), one.raw)
    if isinstance(draft, EntryResult):
        raise CommandRefused(one.kind, f"not recorded: {draft.problems[0]}")
    return draft


@lru_cache(_KEPT)
def _read_before(kind: str, fields: bytes) -> _Content:
    return _read(kind, msgspec.json.decode(fields))


def _read(kind: str, fields: Mapping[str, Any]) -> _Content:
    value = _read_signs(fields) if kind == "vital_signs" else None
    if value is None:
        value, problems = read_content(kind, fields)
        if problems:
            raise CommandRefused(kind, f"not recorded: {problems[0]}")
    common = {"kind": kind, "source": "hand", "is_simulated": True, **fields}
    sent = _sorted_json({"entry_id": _PLACE, "effective_at": _PLACE, **common})
    return _Content(value, stored_content(value), sent.replace(b"%", b"%%").replace(_PLACE.encode(), b"%b"))


def _read_signs(fields: Mapping[str, Any]) -> Any | None:
    """A set of whole numbers alone; None for any other."""
    if not all(type(value) is int for value in fields.values()):
        return None
    try:
        return CONTENT_CLASSES["vital_signs"](**{name: _sign(name, value) for name, value in fields.items()})
    except (FieldRefused, KeyError):
        # Said by the reading of everything else.
        return None


@lru_cache(_KEPT)
def _sign(name: str, value: int) -> Any:
    return read_value(FIELD_SPECS["vital_signs"][name], value)
