"""The form of each entry kind as JSON Schema, made from the record's own field specifications.

Only a description: what is sent is checked by the record, entry by entry, so that one bad field refuses one entry.
"""

from collections.abc import Callable, Iterable
from inspect import getdoc
from typing import Any

from session_store.domain.entries import (
    CLINIC_KINDS,
    CONTENT_CLASSES,
    FIELD_SPECS,
    SERVER_KINDS,
    SESSION_KINDS,
    VITAL_SIGN_FIELDS,
)
from session_store.domain.entry_choices import Source
from session_store.domain.entry_fields import FieldSpec, FieldType
from session_store.sent_entries import SENT_SOURCES

Schema = dict[str, Any]
UUID7_PATTERN = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
_TEXT_PATTERN = r"^[^\u0000-\u0008\u000b-\u001f]*$"
_SOME_TEXT_PATTERN = r"^[^\u0000-\u0020\u007f-\u00a0][^\u0000-\u0008\u000b-\u001f]*$"
_REFERENCE = "#/components/schemas/"
# Made by the server: what is sent in its place is refused or replaced.
_SERVER_MADE = frozenset(
    {
        ("amendment", "corrected"),
        ("alert_limits_changed", "old_limits"),
        ("alert_limits_changed", "old_choices"),
    }
)


def component_schemas() -> dict[str, Schema]:
    """One schema for each kind, by the name of the kind, and the three unions of them."""
    schemas = {kind: entry_schema(kind) for kind in CONTENT_CLASSES}
    sent, own = _sent_and_own()
    schemas["session_entry"] = _union("Any entry of a session that can be sent.", sent)
    schemas["server_entry"] = _union("Any entry that the server itself records in a session; never sent.", own)
    schemas["clinic_entry"] = _union("Any entry about the clinic itself.", CLINIC_KINDS)
    return schemas


def _sent_and_own() -> tuple[list[str], list[str]]:
    """The kinds of a session that people and devices send, and those that only the server records."""
    sent = [kind for kind in SESSION_KINDS if kind not in SERVER_KINDS]
    return sent, [kind for kind in SESSION_KINDS if kind in SERVER_KINDS]


def reference(name: str) -> Schema:
    """A reference to one of the schemas."""
    return {"$ref": _REFERENCE + name}


def _union(description: str, kinds: Iterable[str]) -> Schema:
    names = list(kinds)
    return {
        "description": description,
        "oneOf": [reference(kind) for kind in names],
        "discriminator": {"propertyName": "kind", "mapping": {kind: _REFERENCE + kind for kind in names}},
    }


def entry_schema(kind: str) -> Schema:
    """Envelope and fields of one kind."""
    specs = FIELD_SPECS[kind]
    fields = {name: field_schema(name, spec) for name, spec in specs.items()}
    for name in fields:
        if (kind, name) in _SERVER_MADE:
            fields[name] |= {"readOnly": True, "maxProperties": 0}
    return {
        "type": "object",
        "description": getdoc(CONTENT_CLASSES[kind]),
        "required": ["entry_id", "kind", *(name for name, spec in specs.items() if spec.required)],
        "properties": {**_envelope(kind), **fields},
        "additionalProperties": False,
    }


def _envelope(kind: str) -> Schema:
    return {
        "entry_id": {
            "type": "string",
            "pattern": UUID7_PATTERN,
            "description": "UUID version 7, made where the entry was written down",
        },
        "kind": {"const": kind},
        "effective_at": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "when it was true, RFC 3339 with offset; without it: when the server learns it",
        },
        "source": {
            "type": "string",
            "enum": [Source.SERVER.value] if kind in SERVER_KINDS else list(SENT_SOURCES),
            "description": "monitor and pump by devices alone; hand by persons alone",
        },
        "confirmed": {
            "type": "array",
            "maxItems": 40,
            "items": {"type": "string", "pattern": "^[ -~]*$"},
            "description": "fields whose question a person has confirmed",
        },
        "is_simulated": {"type": "boolean"},
    }


def field_schema(name: str, spec: FieldSpec) -> Schema:
    """One field; an optional one may be null, which says nothing."""
    schema = _MAKERS[spec.type](spec)
    if not spec.required and "type" in schema and schema["type"] not in ("object", "array"):
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    words = _words(name, spec)
    return schema | {"description": words} if words else schema


def _words(name: str, spec: FieldSpec) -> str:
    parts = [spec.label or name.replace("_", " ")]
    limits = spec.limits
    if limits is not None:
        if limits.unit:
            parts[0] += f" in {limits.unit}"
        if (limits.recommended_low, limits.recommended_high) != (limits.absolute_low, limits.absolute_high):
            parts.append(f"outside {limits.recommended_text()} a person confirms")
    if spec.max_decimals is not None:
        parts.append(f"at most {spec.max_decimals} decimals")
    return "; ".join(parts)


def _number(spec: FieldSpec) -> Schema:
    schema: Schema = {"type": "integer" if spec.type is FieldType.INTEGER else "number"}
    limits = spec.limits
    if limits is not None:
        schema["minimum"], schema["maximum"] = _plain(limits.absolute_low), _plain(limits.absolute_high)
        schema["x-unit"] = limits.unit
        schema["x-recommended-minimum"] = _plain(limits.recommended_low)
        schema["x-recommended-maximum"] = _plain(limits.recommended_high)
    if spec.max_decimals is not None:
        schema["x-max-decimals"] = spec.max_decimals
    return schema


def _plain(bound: Any) -> int | float:
    return int(bound) if bound == bound.to_integral_value() else float(bound)


def _text(spec: FieldSpec) -> Schema:
    if spec.required:
        return {"type": "string", "minLength": 1, "maxLength": spec.max_length, "pattern": _SOME_TEXT_PATTERN}
    return {"type": "string", "maxLength": spec.max_length, "pattern": _TEXT_PATTERN}


def _choice(spec: FieldSpec) -> Schema:
    return {"type": "string", "enum": [str(one) for one in spec.choices]}


def _choices(spec: FieldSpec) -> Schema:
    items = {"type": "string", "enum": [str(one) for one in spec.choices]}
    return {"type": "array", "items": items, "uniqueItems": True, "maxItems": len(spec.choices)}


def _reasons(spec: FieldSpec) -> Schema:
    reason = {"type": "string", "maxLength": spec.max_length}
    return {"type": "object", "properties": dict.fromkeys(VITAL_SIGN_FIELDS, reason), "additionalProperties": False}


def _channels(_spec: FieldSpec) -> Schema:
    return {"type": "object", "maxProperties": 60, "additionalProperties": {"type": ["string", "number", "null"]}}


def _formatted(form: str) -> Callable[[FieldSpec], Schema]:
    return lambda _spec: {"type": "string", "format": form}


_MAKERS: dict[FieldType, Callable[[FieldSpec], Schema]] = {
    FieldType.NUMBER: _number,
    FieldType.INTEGER: _number,
    FieldType.TEXT: _text,
    FieldType.CHOICE: _choice,
    FieldType.CHOICES: _choices,
    FieldType.BOOLEAN: lambda _spec: {"type": "boolean"},
    FieldType.UUID: _formatted("uuid"),
    FieldType.TIME: _formatted("date-time"),
    FieldType.DATE: _formatted("date"),
    FieldType.REASONS: _reasons,
    FieldType.CHANNELS: _channels,
    FieldType.FIELDS: lambda _spec: {"type": "object", "maxProperties": 60},
}
