"""Reads one sent entry: its envelope, its two times, its source, its typed content. What cannot be read is refused.

The digest of what was sent makes a resend the same entry; what was confirmed is not part of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

import msgspec

from session_store.commands import Author, EntryOutcome, EntryResult, Sender
from session_store.domain.device_profiles import decode
from session_store.domain.entries import CONTENT_CLASSES, SERVER_KINDS, ClinicContent, Content, read_content
from session_store.domain.entry_choices import Source
from session_store.domain.entry_fields import FieldRefused, Problem, read_time
from session_store.domain.identifiers import parse_uuid7

ENVELOPE_FIELDS = frozenset({"entry_id", "kind", "effective_at", "source", "confirmed", "is_simulated"})
# Nobody else speaks as the server.
SENT_SOURCES = tuple(one.value for one in Source if one is not Source.SERVER)
SKEW_IGNORED = timedelta(seconds=2)
_digest_encoder = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True, slots=True)
class Draft:
    """One sent entry after reading, before checking."""

    entry_id: UUID
    digest: bytes
    content: Content | ClinicContent
    source: Source
    effective_at: datetime
    sent_effective_at: datetime | None
    confirmed: tuple[str, ...]
    is_simulated: bool

    def session_content(self) -> Content:
        """The content of a session's entry; a clinic kind among them is refused by the checks."""
        return cast(Content, self.content)


def id_text(raw: Mapping[str, Any]) -> str | None:
    """The id as sent, where it is a text."""
    text = raw.get("entry_id")
    return text if isinstance(text, str) else None


def content_fields(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What belongs to the kind, without the envelope."""
    return {name: value for name, value in raw.items() if name not in ENVELOPE_FIELDS}


def read_sent(now: datetime, command: Sender, raw: Mapping[str, Any]) -> Draft | EntryResult:
    """The typed draft of a sent entry, or its refusal."""
    entry_id = parse_uuid7(raw.get("entry_id"))
    digest = digest_of(raw)
    if digest is None:
        problem = Problem("entry_id", "the entry has characters that cannot be stored", None)
        return EntryResult(None, EntryOutcome.REFUSED, problems=(problem,))
    refused = _refuse_kind(command, raw)
    if refused is not None:
        return EntryResult(id_text(raw), EntryOutcome.REFUSED, problems=(refused,))
    problems = [] if entry_id else [Problem("entry_id", "not a UUID version 7", None)]
    source = _read_source(raw, command.author, problems)
    confirmed = _read_confirmed(raw, problems)
    effective_at, sent = _read_effective_at(now, command.sent_at, raw, problems)
    fields = content_fields(raw)
    if source is not Source.HAND and isinstance(fields.get("channels"), dict) and fields.get("device_profile"):
        problems += _decode_channels(fields)
    content, found = read_content(str(raw.get("kind")), fields)
    problems += _explain_zeros(fields, found)
    if problems or content is None or entry_id is None or effective_at is None or source is None:
        return EntryResult(id_text(raw), EntryOutcome.REFUSED, problems=tuple(problems))
    simulated = raw.get("is_simulated") is True or command.is_simulated
    return Draft(entry_id, digest, content, source, effective_at, sent, confirmed, simulated)


def _refuse_kind(command: Sender, raw: Mapping[str, Any]) -> Problem | None:
    """Why the author may not record this kind; a kind that does not exist is refused as such."""
    kind, permitted = str(raw.get("kind")), command.permitted_kinds
    if kind in SERVER_KINDS:
        return Problem("kind", "only the server itself records this", None)
    if permitted is None or kind in permitted or kind not in CONTENT_CLASSES:
        return None
    return Problem("kind", f"the role {command.author.role} may not record this", None)


def digest_of(raw: Mapping[str, Any]) -> bytes | None:
    """What makes a resend the same entry: everything but what was confirmed. None for half a surrogate pair."""
    try:
        return sha256(
            _digest_encoder.encode({name: value for name, value in raw.items() if name != "confirmed"})
        ).digest()
    except UnicodeEncodeError:
        return None


def _read_source(raw: Mapping[str, Any], author: Author, problems: list[Problem]) -> Source | None:
    text = raw.get("source", "monitor" if author.is_device else "hand")
    if not isinstance(text, str) or text not in SENT_SOURCES:
        problems.append(Problem("source", "unknown source", ", ".join(SENT_SOURCES)))
        return None
    source = Source(text)
    if source in (Source.MONITOR, Source.PUMP) and not author.is_device:
        problems.append(Problem("source", "only a device sends monitor and pump facts", None))
    if source is Source.HAND and author.is_device:
        problems.append(Problem("source", "a device cannot enter by hand", "monitor, pump"))
    return source


def _read_confirmed(raw: Mapping[str, Any], problems: list[Problem]) -> tuple[str, ...]:
    sent = raw.get("confirmed", [])
    if not isinstance(sent, list) or len(sent) > 40 or not all(isinstance(one, str) and one.isascii() for one in sent):
        problems.append(Problem("confirmed", "not a list of field names", None))
        return ()
    return tuple(one[:80] for one in sent)


def _read_effective_at(
    now: datetime, sent_at: datetime | None, raw: Mapping[str, Any], problems: list[Problem]
) -> tuple[datetime | None, datetime | None]:
    """The corrected time and, where it was corrected, the time as sent. No entry is refused for clock skew."""
    if raw.get("effective_at") is None:
        return now, None
    try:
        sent = read_time(raw["effective_at"])
    except FieldRefused as refused:
        problems.append(Problem("effective_at", refused.reason, refused.limit))
        return None, None
    offset = now - sent_at if sent_at is not None else timedelta(0)
    corrected = sent + offset if abs(offset) > SKEW_IGNORED else sent
    corrected = min(corrected, now)
    return corrected, (None if corrected == sent else sent)


def _decode_channels(fields: dict[str, Any]) -> list[Problem]:
    channels = {str(name): "" if value is None else str(value) for name, value in fields["channels"].items()}
    values, problems = decode(str(fields["device_profile"]), channels)
    fields.update(values)
    return problems


def _explain_zeros(fields: Mapping[str, Any], problems: list[Problem]) -> list[Problem]:
    """A typed zero is never charted as a measurement: say what to do instead."""
    explained = []
    for problem in problems:
        if _is_zero(fields.get(problem.field)) and problem.limit is not None and problem.field.endswith(_ZERO_SIGNS):
            reason = "0 is not charted. Nothing found at the patient? Use 'could not measure: not found' (critical)"
            problem = Problem(problem.field, reason, problem.limit)
        explained.append(problem)
    return explained


_ZERO_SIGNS = ("_per_min", "_mmhg", "spo2_percent")


def _is_zero(value: object) -> bool:
    try:
        return value is not None and not isinstance(value, bool | dict) and Decimal(str(value)) == 0
    except InvalidOperation:
        return False
