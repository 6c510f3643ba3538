"""Stored contents read without checking are what reading with all checks gives, for every field of every kind."""

from decimal import Decimal
from typing import Any

import pytest
import uuid_utils.compat

from session_store.domain.amendment import content_from_plain
from session_store.domain.entries import CONTENT_CLASSES, FIELD_SPECS, plain_content
from session_store.domain.entry_fields import FieldSpec, FieldType
from session_store.storage.row_mapping import decode_json, encode_json
from session_store.storage.stored_content import stored_content


def plain(spec: FieldSpec) -> Any:
    samples: dict[FieldType, Any] = {
        FieldType.TEXT: "öé ' \" text", FieldType.BOOLEAN: False, FieldType.UUID: str(uuid_utils.compat.uuid7()),
        FieldType.TIME: "2026-11-20T09:00:00.000001+00:00", FieldType.DATE: "2026-11-20",
        FieldType.REASONS: {"spo2_percent": "movement"}, FieldType.CHANNELS: {"HR": "72"},
        FieldType.CHOICES: list(spec.choices[:2]), FieldType.FIELDS: {"heart_rate_per_min": "72"},
    }  # fmt: skip
    if spec.type in (FieldType.NUMBER, FieldType.INTEGER):
        return str(spec.limits.absolute_low if spec.limits is not None else Decimal("1"))
    return spec.choices[0] if spec.type is FieldType.CHOICE else samples[spec.type]


@pytest.mark.parametrize("kind", sorted(CONTENT_CLASSES))
def test_reading_without_checks_gives_the_same(kind: str) -> None:
    everything = {name: plain(spec) for name, spec in FIELD_SPECS[kind].items()}
    for stored in ({}, everything, *({name: value} for name, value in everything.items())):
        checked = content_from_plain(kind, stored)
        assert stored_content(kind, stored) == checked
        again = decode_json(encode_json(plain_content(checked)))
        assert stored_content(kind, again) == checked


def test_a_value_outside_the_limits_of_today_and_a_field_of_another_version_stay_readable() -> None:
    content = stored_content("vital_signs", {"spo2_percent": "198", "a_field_of_later": 1})
    assert content.spo2_percent == Decimal(198)
