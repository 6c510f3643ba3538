"""Entries made from nothing but the described schema of their kind."""

import re
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from hypothesis import strategies as st

from dashboard.api.entry_schemas import component_schemas
from session_store.domain.typed_units import TYPED_UNITS

SCHEMAS = component_schemas()
ENVELOPE = {"entry_id", "kind", "effective_at", "source", "confirmed", "is_simulated"}
# Two units of one thing contradict each other: a cross-check, which no schema can say.
OTHER_UNITS = {unit.typed for unit in TYPED_UNITS}


@cache
def fields_of(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """Fields of one kind, made from nothing but its schema."""
    schema = SCHEMAS[kind]
    fields = {key: _value(field) for key, field in schema["properties"].items() if key not in ENVELOPE | OTHER_UNITS}
    required = {key: fields[key] for key in fields if key in schema["required"]}
    return st.fixed_dictionaries(required, optional={key: fields[key] for key in fields if key not in required})


def _value(field: dict[str, Any]) -> st.SearchStrategy[Any]:
    kinds = field["type"] if isinstance(field["type"], list) else [field["type"]]
    values = _FORMATTED[field["format"]] if "format" in field else _MAKERS[kinds[0]](field)
    return values | st.none() if "null" in kinds else values


def _text(field: dict[str, Any]) -> st.SearchStrategy[str]:
    if "enum" in field:
        return st.sampled_from([one for one in field["enum"] if one is not None])
    low, high, pattern = field.get("minLength", 0), field["maxLength"], field.get("pattern", "")
    letters = st.characters(codec="utf-8")
    return st.text(letters, min_size=low, max_size=high).filter(lambda text: re.search(pattern, text) is not None)


def _number(field: dict[str, Any]) -> st.SearchStrategy[float]:
    places = min(field.get("x-max-decimals", 4), 4)
    step = 10**places
    low, high = field["minimum"], field["maximum"]
    return st.one_of(
        st.sampled_from([low, high]),
        st.integers(int(low * step) + 1, int(high * step) - 1).map(lambda steps: steps / step),
    )


def _object(field: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    if "properties" in field:
        return st.fixed_dictionaries({}, optional={name: _text(one) for name, one in field["properties"].items()})
    values = st.text(max_size=20) | st.integers() | st.none() if "additionalProperties" in field else st.booleans()
    return st.dictionaries(st.text(max_size=20), values, max_size=field["maxProperties"] and 5)


_MAKERS = {
    "string": _text, "number": _number, "object": _object, "boolean": lambda _field: st.booleans(),
    "integer": lambda field: st.integers(field["minimum"], field["maximum"]),
    "array": lambda field: st.lists(st.sampled_from(field["items"]["enum"]), unique=True, max_size=field["maxItems"]),
}  # fmt: skip
_FORMATTED = {
    "uuid": st.uuids().map(str),
    "date": st.dates(date(2000, 1, 1), date(2200, 12, 31)).map(date.isoformat),
    "date-time": st.datetimes(datetime(2000, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC)).map(
        datetime.isoformat
    ),
}
