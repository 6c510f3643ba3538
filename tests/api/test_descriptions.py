"""The OpenAPI description says of each entry kind what the record's field specifications say, and nothing that the
record then refuses for its form."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from dashboard.api.entry_schemas import UUID7_PATTERN
from session_store.domain.entries import CLINIC_KINDS, FIELD_SPECS, SERVER_KINDS, SESSION_KINDS, read_content
from session_store.domain.entry_fields import FieldSpec, FieldType
from session_store.domain.typed_units import TYPED_UNITS
from tests.api.entry_generation import ENVELOPE, SCHEMAS, fields_of
from tests.server_process import ServerProcess

KINDS = [*SESSION_KINDS, *CLINIC_KINDS]
TYPES = {
    FieldType.NUMBER: "number", FieldType.INTEGER: "integer", FieldType.TEXT: "string", FieldType.CHOICE: "string",
    FieldType.BOOLEAN: "boolean", FieldType.UUID: "string", FieldType.TIME: "string", FieldType.DATE: "string",
    FieldType.CHOICES: "array", FieldType.REASONS: "object", FieldType.CHANNELS: "object", FieldType.FIELDS: "object",
}  # fmt: skip
FORMATS = {FieldType.UUID: "uuid", FieldType.TIME: "date-time", FieldType.DATE: "date"}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_described_as_its_fields_are_specified(kind: str) -> None:
    schema, specs = SCHEMAS[kind], FIELD_SPECS[kind]
    assert schema["properties"].keys() == ENVELOPE | specs.keys() and schema["additionalProperties"] is False
    assert schema["properties"]["kind"] == {"const": kind} and schema["description"]
    assert set(schema["required"]) == {"entry_id", "kind"} | {name for name, spec in specs.items() if spec.required}
    for name, spec in specs.items():
        _agrees(schema["properties"][name], spec)


def _agrees(field: dict[str, Any], spec: FieldSpec) -> None:
    wanted = TYPES[spec.type]
    assert field["type"] == (wanted if spec.required or wanted in ("object", "array") else [wanted, "null"])
    assert field.get("format") == FORMATS.get(spec.type)
    if spec.limits is not None:
        limits = spec.limits
        bounds = [Decimal(str(field[name])) for name in ("minimum", "maximum")]
        assert bounds == [limits.absolute_low, limits.absolute_high]
        assert limits.unit in field["description"] and field["x-unit"] == limits.unit
        is_asked = limits.recommended_text() != limits.absolute_text()
        assert (limits.recommended_text() in field["description"]) is is_asked
    if spec.type is FieldType.TEXT:
        assert field["maxLength"] == spec.max_length
    if spec.choices:
        choices = field["items"]["enum"] if wanted == "array" else field["enum"]
        assert [one for one in choices if one is not None] == list(spec.choices)


def test_the_unions_name_every_kind_once() -> None:
    sent = [kind for kind in SESSION_KINDS if kind not in SERVER_KINDS]
    own = [kind for kind in SESSION_KINDS if kind in SERVER_KINDS]
    for union, kinds in (("session_entry", sent), ("server_entry", own), ("clinic_entry", list(CLINIC_KINDS))):
        assert list(SCHEMAS[union]["discriminator"]["mapping"]) == kinds
        assert [one["$ref"].rsplit("/", 1)[1] for one in SCHEMAS[union]["oneOf"]] == kinds


@pytest.mark.parametrize("kind", KINDS)
def test_what_fits_the_schema_is_never_refused_for_its_form(kind: str) -> None:
    @settings(max_examples=25, deadline=None, database=None, derandomize=True)
    @given(fields_of(kind))
    def fits(fields: dict[str, Any]) -> None:
        assert read_content(kind, fields)[1] == []

    fits()


@pytest.mark.parametrize("unit", TYPED_UNITS, ids=lambda unit: unit.typed)
def test_other_units_are_described_so_that_their_bounds_can_be_stored(unit: Any) -> None:
    field = SCHEMAS[unit.kind]["properties"][unit.typed]
    for bound in (field["minimum"], field["maximum"]):
        basis = {"basis": "measured"} if unit.kind == "weight" else {}
        problems = read_content(unit.kind, {unit.typed: bound, **basis})[1]
        assert problems == [], problems


def test_the_description_is_served_whole(server: ServerProcess) -> None:
    with server.client() as client:
        described = client.get("/api/openapi.json").json()
        page = client.get("/api/docs").text
    schemas = described["components"]["schemas"]
    assert schemas.keys() >= set(KINDS) and "HTTPValidationError" not in schemas
    assert {name: schemas[name] for name in KINDS} == {name: SCHEMAS[name] for name in KINDS}
    assert schemas["SentEntries"]["properties"]["entries"]["items"] == {"$ref": "#/components/schemas/session_entry"}
    first, *_ = schemas["SentSession"]["properties"]["entries"]["prefixItems"]
    assert first == {"$ref": "#/components/schemas/session_planned"}
    assert schemas["SentSession"]["properties"]["session_id"]["pattern"] == UUID7_PATTERN
    for path, methods in described["paths"].items():
        for route in methods.values():
            assert all("content" in answer for answer in route["responses"].values()), path
    assert all(f"<code>{kind}</code>" in page for kind in KINDS)
    assert "30 to 100 %" in page and "Systolic in mmHg; outside 80 to 200 mmHg a person confirms" in page
