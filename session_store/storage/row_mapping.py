"""Between rows and domain objects, both ways; round trips are tested."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from session_store.domain.alert import AlertFact, Fact, Level
from session_store.domain.entries import VITAL_SIGN_FIELDS, ClinicEntry, Entry, RecordedEntry, plain_content
from session_store.domain.entry_choices import Source
from session_store.domain.session_summary import SessionSummary
from session_store.storage.stored_content import stored_content

_encoder = msgspec.json.Encoder(decimal_format="string")
_summary_decoder = msgspec.json.Decoder(SessionSummary)


def encode_json(value: Any) -> str:
    """Compact JSON text; decimals as exact text."""
    return _encoder.encode(value).decode()


def decode_json(text: str) -> Any:
    """Plain value of stored JSON text."""
    return msgspec.json.decode(text)


def encode_summary(summary: SessionSummary) -> str:
    """The stored form of a summary."""
    return _encoder.encode(summary).decode()


def decode_summary(text: str) -> SessionSummary:
    """The summary of its stored form."""
    return _summary_decoder.decode(text)


def entry_row(clinic_id: int, entry: Entry) -> dict[str, Any]:
    """The row of one entry. Vital signs go to columns, everything else to JSON."""
    content = plain_content(entry.content)
    row: dict[str, Any] = dict.fromkeys(VITAL_SIGN_FIELDS)
    if entry.content.kind == "vital_signs":
        for name in VITAL_SIGN_FIELDS:
            row[name] = getattr(entry.content, name)
            content.pop(name, None)
    row.update(_envelope_row(clinic_id, entry, entry.content.kind, content))
    row["session_id"] = entry.session_id
    return row


def clinic_entry_row(clinic_id: int, entry: ClinicEntry) -> dict[str, Any]:
    """The row of one entry of the clinic itself."""
    return _envelope_row(clinic_id, entry, entry.content.kind, plain_content(entry.content))


def _envelope_row(clinic_id: int, entry: RecordedEntry, kind: str, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "clinic_id": clinic_id,
        "seq": entry.seq,
        "entry_id": entry.entry_id,
        "kind": kind,
        "effective_at": entry.effective_at,
        "recorded_at": entry.recorded_at,
        "sent_effective_at": entry.sent_effective_at,
        "source": entry.source.value,
        "author_id": entry.author_id,
        "author_name": entry.author_name,
        "is_simulated": entry.is_simulated,
        "is_late": entry.is_late,
        "confirmed": encode_json(entry.confirmed) if entry.confirmed else None,
        "content": encode_json(content) if content else None,
    }


def entry_from_row(row: Mapping[str, Any]) -> Entry:
    """The entry of a row."""
    kind = row["kind"]
    raw: dict[str, Any] = decode_json(row["content"]) if row["content"] else {}
    if kind == "vital_signs":
        raw.update({name: row[name] for name in VITAL_SIGN_FIELDS if row[name] is not None})
    return Entry(session_id=row["session_id"], content=stored_content(kind, raw), **_envelope(row))


def clinic_entry_from_row(row: Mapping[str, Any]) -> ClinicEntry:
    """The entry of the clinic itself of a row."""
    raw: dict[str, Any] = decode_json(row["content"]) if row["content"] else {}
    return ClinicEntry(content=stored_content(row["kind"], raw), **_envelope(row))


def _envelope(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "entry_id": row["entry_id"],
        "seq": row["seq"],
        "effective_at": row["effective_at"],
        "recorded_at": row["recorded_at"],
        "source": Source(row["source"]),
        "author_id": row["author_id"],
        "author_name": row["author_name"],
        "is_simulated": row["is_simulated"],
        "is_late": row["is_late"],
        "confirmed": tuple(decode_json(row["confirmed"])) if row["confirmed"] else (),
        "sent_effective_at": row["sent_effective_at"],
    }


def fact_row(clinic_id: int, session_id: UUID, fact_seq: int, fact: AlertFact, recorded_at: datetime) -> dict[str, Any]:
    """The row of one alert fact."""
    return {
        "clinic_id": clinic_id,
        "session_id": session_id,
        "fact_seq": fact_seq,
        "alert_id": fact.alert_id,
        "fact": fact.fact.value,
        "rule_id": fact.rule_id,
        "rule_version": fact.rule_version,
        "condition": fact.condition,
        "level": int(fact.level),
        "at": fact.at,
        "recorded_at": recorded_at,
        "text": fact.text,
        "citation": fact.citation,
        "evidence_entry_id": fact.evidence_entry_id,
        "is_past": fact.is_past,
    }


def fact_from_row(row: Mapping[str, Any]) -> AlertFact:
    """The alert fact of a row."""
    return AlertFact(
        Fact(row["fact"]), row["alert_id"], row["rule_id"], row["rule_version"], row["condition"], Level(row["level"]),
        row["at"], row["text"], row["citation"], row["evidence_entry_id"], row["is_past"],
    )  # fmt: skip


def number_or_none(value: Decimal | None) -> float | int | None:
    """A JSON number for a decimal: whole numbers without a point, others as the shortest decimal that is equal.

    Raises `ValueError` for what is no number: it must never reach a viewer as "nothing".
    """
    if value is None:
        return None
    if not value.is_finite():
        raise ValueError(f"{value} is no number")
    return int(value) if value == value.to_integral_value() else float(value)
