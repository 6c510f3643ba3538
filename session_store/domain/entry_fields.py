"""Field specifications of entries: one description serves the check of input, the stored form and the tablet's form.

Each field of an entry's dataclass carries a `FieldSpec` in its metadata. Reading turns what was sent into a typed
value or a `Problem`; writing turns the value back into plain JSON types.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any
from uuid import UUID

from session_store.domain.limits import Limits, Zone


class FieldType(StrEnum):
    """How a field is read and shown."""

    NUMBER = "number"
    INTEGER = "integer"
    TEXT = "text"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    UUID = "uuid"
    TIME = "time"
    REASONS = "reasons"
    CHANNELS = "channels"
    DATE = "date"
    CHOICES = "choices"
    FIELDS = "fields"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """What one field may hold."""

    type: FieldType
    required: bool = False
    limits: Limits | None = None
    choices: tuple[str, ...] = ()
    max_length: int = 200
    max_decimals: int | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something was refused or is asked about: which field, the reason in words, the limit."""

    field: str
    reason: str
    limit: str | None = None

    def as_json(self) -> dict[str, str | None]:
        """Plain form for the HTTP interface."""
        return {"field": self.field, "reason": self.reason, "limit": self.limit}


class FieldRefused(Exception):
    """Raised while reading one field: the value cannot be a fact."""

    def __init__(self, reason: str, limit: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.limit = limit


def number(
    limits: Limits, *, required: bool = False, whole: bool = False, max_decimals: int | None = None, label: str = ""
) -> Any:
    """A dataclass field holding a `Decimal`, bounded by `limits`, None when not given."""
    kind = FieldType.INTEGER if whole else FieldType.NUMBER
    return _field(FieldSpec(kind, required, limits, max_decimals=max_decimals, label=label))


def text(*, required: bool = False, max_length: int = 200, label: str = "") -> Any:
    """A dataclass field holding a text of limited length, None when not given."""
    return _field(FieldSpec(FieldType.TEXT, required, max_length=max_length, label=label))


def choice(options: type[StrEnum], *, required: bool = False, label: str = "") -> Any:
    """A dataclass field holding one of the values of an enumeration, None when not given."""
    return _field(FieldSpec(FieldType.CHOICE, required, choices=tuple(options), label=label))


def boolean(*, required: bool = False, label: str = "") -> Any:
    """A dataclass field holding yes or no; None is neither."""
    return _field(FieldSpec(FieldType.BOOLEAN, required, label=label))


def identifier(*, required: bool = False, label: str = "") -> Any:
    """A dataclass field holding a UUID."""
    return _field(FieldSpec(FieldType.UUID, required, label=label))


def reasons() -> Any:
    """A dataclass field holding `{field: reason}` for what could not be measured."""
    return field(default_factory=dict, metadata={"spec": FieldSpec(FieldType.REASONS)})


def channels() -> Any:
    """A dataclass field holding `{channel: text}` exactly as a device sent it."""
    return field(default_factory=dict, metadata={"spec": FieldSpec(FieldType.CHANNELS)})


def instant(*, required: bool = False, label: str = "") -> Any:
    """A dataclass field holding an aware UTC time, None when not given."""
    return _field(FieldSpec(FieldType.TIME, required, label=label))


def calendar_date(*, required: bool = False, label: str = "") -> Any:
    """A dataclass field holding a calendar date, None when not given."""
    return _field(FieldSpec(FieldType.DATE, required, label=label))


def several(options: type[StrEnum], *, label: str = "") -> Any:
    """A dataclass field holding any number of values of an enumeration; empty when nothing was said."""
    return field(default=(), metadata={"spec": FieldSpec(FieldType.CHOICES, choices=tuple(options), label=label)})


def content_fields(*, label: str = "Changes") -> Any:
    """A dataclass field holding `{name: value}` as sent: fields of another entry's kind, or limits of rules; each value
    is read where it is known what the name may hold."""
    return field(default_factory=dict, metadata={"spec": FieldSpec(FieldType.FIELDS, label=label)})


def _field(spec: FieldSpec) -> Any:
    return field(default=None, metadata={"spec": spec})


def read_value(spec: FieldSpec, raw: object) -> Any:
    """The typed value of what was sent; None for nothing. Raises `FieldRefused`."""
    if raw is None or raw == "":
        return _EMPTY[spec.type]() if spec.type in _EMPTY else None
    return _READERS[spec.type](spec, raw)


_SHORT = 10**9


def _within(spec: FieldSpec, value: Decimal) -> Decimal:
    if spec.limits is not None and spec.limits.zone(value) is Zone.IMPOSSIBLE:
        raise FieldRefused(f"{value} is outside what can be recorded", spec.limits.absolute_text())
    return value


def _read_number(spec: FieldSpec, raw: object) -> Decimal:
    if type(raw) is int and abs(raw) < _SHORT:
        # What most numbers of a chart are: none of the questions about digits is one here.
        return _within(spec, Decimal(raw))
    if isinstance(raw, bool) or not isinstance(raw, int | str | float | Decimal):
        raise FieldRefused("not a number")
    try:
        value = Decimal(str(raw).strip())
    except InvalidOperation:
        raise FieldRefused("not a number") from None
    if not value.is_finite():
        raise FieldRefused("not a number")
    value = _within(spec, value)
    exponent = value.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    if spec.max_decimals is not None and decimals > spec.max_decimals:
        raise FieldRefused(f"more than {spec.max_decimals} decimals", f"{spec.max_decimals} decimals")
    if len(value.as_tuple().digits) > 15 or decimals > 9:
        raise FieldRefused("too many digits", "15 digits, 9 decimals")
    if isinstance(exponent, int) and exponent > 0:
        # "1E+2" is written as 100, so that both engines give back the same digits.
        value = value.quantize(Decimal(1))
    return abs(value) if value == 0 else value


def _read_integer(spec: FieldSpec, raw: object) -> Decimal:
    value = _read_number(spec, raw)
    if value != value.to_integral_value():
        raise FieldRefused("not a whole number")
    return value


def _read_text(spec: FieldSpec, raw: object) -> str:
    if not isinstance(raw, str):
        raise FieldRefused("not a text")
    value = raw.strip()
    if len(value) > spec.max_length:
        raise FieldRefused("too long", f"{spec.max_length} characters")
    if any(ord(letter) < 32 and letter not in "\n\t" for letter in value):
        raise FieldRefused("has control characters")
    return value


def _read_choice(spec: FieldSpec, raw: object) -> str:
    if not isinstance(raw, str) or raw not in spec.choices:
        raise FieldRefused("not one of the choices", ", ".join(spec.choices))
    return raw


def _read_boolean(_spec: FieldSpec, raw: object) -> bool:
    if not isinstance(raw, bool):
        raise FieldRefused("neither true nor false")
    return raw


def _read_uuid(_spec: FieldSpec, raw: object) -> UUID:
    try:
        return UUID(str(raw))
    except ValueError:
        raise FieldRefused("not an identifier") from None


def _read_time(_spec: FieldSpec, raw: object) -> datetime:
    return read_time(raw)


def _read_mapping(spec: FieldSpec, raw: object) -> dict[str, str]:
    if not isinstance(raw, dict):
        raise FieldRefused("not an object of texts")
    plain: dict[str, str] = {}
    for name, value in raw.items():
        if not isinstance(name, str) or isinstance(value, bool | dict | list):
            raise FieldRefused("not an object of texts")
        plain[name[:80]] = "" if value is None else str(value)[: spec.max_length]
    if len(plain) > 60:
        raise FieldRefused("too many items", "60")
    return plain


def _read_date(_spec: FieldSpec, raw: object) -> date:
    try:
        value = date.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        value = None
    if value is None or not 2000 <= value.year <= 2200:
        raise FieldRefused("not a date", "YYYY-MM-DD, years 2000 to 2200")
    return value


def _read_choices(spec: FieldSpec, raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list | tuple) or len(raw) > len(spec.choices):
        raise FieldRefused("not a list of choices", ", ".join(spec.choices))
    return tuple(dict.fromkeys(_read_choice(spec, one) for one in raw))


def _read_fields(_spec: FieldSpec, raw: object) -> dict[str, Any]:
    if not isinstance(raw, dict) or not all(isinstance(name, str) for name in raw):
        raise FieldRefused("not an object of fields")
    if len(raw) > 60:
        raise FieldRefused("too many items", "60")
    return dict(raw)


_EMPTY: dict[FieldType, Callable[[], Any]] = {
    FieldType.REASONS: dict, FieldType.CHANNELS: dict, FieldType.FIELDS: dict, FieldType.CHOICES: tuple,
}  # fmt: skip
_READERS = {
    FieldType.NUMBER: _read_number,
    FieldType.INTEGER: _read_integer,
    FieldType.TEXT: _read_text,
    FieldType.CHOICE: _read_choice,
    FieldType.BOOLEAN: _read_boolean,
    FieldType.UUID: _read_uuid,
    FieldType.TIME: _read_time,
    FieldType.REASONS: _read_mapping,
    FieldType.CHANNELS: _read_mapping,
    FieldType.DATE: _read_date,
    FieldType.CHOICES: _read_choices,
    FieldType.FIELDS: _read_fields,
}


def read_time(raw: object) -> datetime:
    """An RFC 3339 time with offset, as aware UTC. Raises `FieldRefused`, also for a naive time."""
    if not isinstance(raw, str):
        raise FieldRefused("not a time", "RFC 3339 with offset")
    try:
        value = datetime.fromisoformat(raw)
    except ValueError:
        raise FieldRefused("not a time", "RFC 3339 with offset") from None
    if value.tzinfo is None:
        raise FieldRefused("a time without offset", "RFC 3339 with offset")
    try:
        value = value.astimezone(UTC)
    except OverflowError:
        raise FieldRefused("not a time", "RFC 3339 with offset") from None
    if not 2000 <= value.year <= 2200:
        raise FieldRefused("not a time", "years 2000 to 2200")
    return value


def plain_value(value: Any) -> Any:
    """The value in JSON types: exact text for decimals, RFC 3339 for times."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return value
