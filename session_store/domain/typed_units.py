"""Units as typed: a value in another unit is converted into the stored one, and both are kept in the entry.

Nothing is converted silently: the typed field has a name of its own. A number that only makes sense in another unit
is refused with a word about that unit.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from session_store.domain import limits
from session_store.domain.entry_fields import Problem
from session_store.domain.limits import Limits, Zone


@dataclass(frozen=True, slots=True)
class TypedUnit:
    """A field in another unit: into which field it is converted, how, and how far both may differ when both came."""

    kind: str
    typed: str
    stored: str
    convert: Callable[[Decimal], Decimal]
    tolerance: Decimal
    limits: Limits


TYPED_UNITS = (
    TypedUnit(
        "vital_signs", "temperature_fahrenheit", "temperature_celsius",
        lambda typed: ((typed - 32) * 5 / 9).quantize(Decimal("0.01")), Decimal("0.06"), limits.TEMPERATURE,
    ),
    TypedUnit(
        # 1 kPa = 7.50062 mmHg
        "vital_signs", "end_tidal_co2_kpa", "end_tidal_co2_mmhg",
        lambda typed: (typed * Decimal("7.50062")).quantize(Decimal("0.1")), Decimal("0.5"), limits.END_TIDAL_CO2,
    ),
    TypedUnit(
        # 1 lb = 0.45359237 kg, by definition
        "weight", "weight_lb", "weight_kg",
        lambda typed: (typed * Decimal("0.45359237")).quantize(Decimal("0.01")), Decimal("0.06"), limits.WEIGHT,
    ),
)  # fmt: skip


def convert_typed_units(kind: str, values: dict[str, Any]) -> Iterator[Problem]:
    """Fill the stored fields from those typed in another unit; yields what contradicts or cannot be a fact."""
    for unit in TYPED_UNITS:
        typed = values.get(unit.typed)
        if unit.kind != kind or typed is None:
            continue
        converted, stored = unit.convert(typed), values.get(unit.stored)
        if stored is not None and abs(stored - converted) > unit.tolerance:
            yield Problem(unit.typed, f"{typed} contradicts {stored} {unit.limits.unit}: read the display again", None)
        elif unit.limits.zone(converted) is Zone.IMPOSSIBLE:
            yield Problem(unit.typed, f"{typed} is outside what can be recorded", unit.limits.absolute_text())
        elif stored is None:
            values[unit.stored] = converted


# A body temperature that only Fahrenheit can mean (clinical.md 9: 80 to 115).
_LOOKS_LIKE_FAHRENHEIT = (Decimal(80), Decimal(115))


def explained(problem: Problem, raw: object) -> Problem:
    """A refusal with a word about the unit, where the number looks like one of another unit."""
    try:
        value = Decimal(str(raw))
    except InvalidOperation:
        return problem
    low, high = _LOOKS_LIKE_FAHRENHEIT
    if problem.field == "temperature_celsius" and value.is_finite() and low <= value <= high:
        reason = f"{value} looks like Fahrenheit: give it as temperature_fahrenheit"
        return Problem(problem.field, reason, problem.limit)
    return problem
