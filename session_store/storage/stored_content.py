"""The content of an entry from its stored form: typed again, not checked again.

It was checked when it was recorded; the limits of a later version do not make what is on record unreadable. How each
field is read is worked out once for each kind, because a timeline has hundreds of entries.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from session_store.domain.entries import CONTENT_CLASSES, FIELD_SPECS
from session_store.domain.entry_fields import FieldType, read_time

_Read = Callable[[Any], Any]


def _as_it_is(value: Any) -> Any:
    return value


_READERS: dict[FieldType, _Read] = {
    FieldType.NUMBER: Decimal,
    FieldType.INTEGER: Decimal,
    FieldType.UUID: UUID,
    FieldType.TIME: read_time,
    FieldType.DATE: date.fromisoformat,
    FieldType.CHOICES: tuple,
    FieldType.TEXT: _as_it_is,
    FieldType.CHOICE: _as_it_is,
    FieldType.BOOLEAN: _as_it_is,
    FieldType.REASONS: _as_it_is,
    FieldType.CHANNELS: _as_it_is,
    FieldType.FIELDS: _as_it_is,
}
_BY_KIND: dict[str, dict[str, _Read]] = {
    kind: {name: _READERS[spec.type] for name, spec in specs.items()} for kind, specs in FIELD_SPECS.items()
}


def stored_content(kind: str, plain: Mapping[str, Any]) -> Any:
    """The content of its stored fields; those that are not there have their empty value."""
    readers = _BY_KIND[kind]
    values = {name: readers[name](value) for name, value in plain.items() if name in readers and value is not None}
    return CONTENT_CLASSES[kind](**values)
