"""Infusions and boluses as one writes them: "0min:60mg/h, 20min:0" and "0min:10mg, 0.5h:0.1mg/kg"."""

import argparse
import itertools
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from session_store.pharmacology.linear_model import BolusDose, RateStep
from session_store.pharmacology.prediction import Schedule

MAX_TIME_MIN = 43_200.0
_MAX_AMOUNT = 1e6
_MAX_PIECES = 1000

_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_PIECE = re.compile(
    rf"\s*(?P<time>{_NUMBER})\s*(?P<time_unit>min|h)\s*:\s*(?P<amount>{_NUMBER})\s*(?P<unit>\S*)\s*", re.ASCII
)
_MINUTES = {"min": 1.0, "h": 60.0}


@dataclass(frozen=True, slots=True)
class _Unit:
    """What 1 of the unit is in mg (doses) or mg/min (rates), for each kg of weight or as it is."""

    factor: float
    is_per_kg: bool

    def amount(self, value: float, weight_kg: float) -> float:
        return value * self.factor * (weight_kg if self.is_per_kg else 1.0)


_RATE_UNITS = {
    "mg/h": _Unit(1 / 60, False),
    "mg/kg/h": _Unit(1 / 60, True),
    "mg/min": _Unit(1.0, False),
    "ug/kg/min": _Unit(1 / 1000, True),
}
_DOSE_UNITS = {"mg": _Unit(1.0, False), "mg/kg": _Unit(1.0, True)}


@dataclass(frozen=True, slots=True)
class WrittenAmount:
    """A rate from, or a dose at, a time, in the unit in which it was written."""

    at_min: float
    value: float
    unit: _Unit


def infusion(text: str) -> tuple[WrittenAmount, ...]:
    """Rates with the times from which they run, each later than the one before, for argparse. 0 needs no unit."""
    read = _pieces(text, _RATE_UNITS, _RATE_UNITS | {"": _Unit(0.0, False)})
    if any(after.at_min <= before.at_min for before, after in itertools.pairwise(read)):
        raise argparse.ArgumentTypeError(f"{text!r}: times must be in order, each once")
    return read


def boluses(text: str) -> tuple[WrittenAmount, ...]:
    """Doses with their times, for argparse, none earlier than the one before."""
    read = _pieces(text, _DOSE_UNITS, _DOSE_UNITS)
    if any(after.at_min < before.at_min for before, after in itertools.pairwise(read)):
        raise argparse.ArgumentTypeError(f"{text!r}: times must be in order")
    return read


def schedule(
    rates: tuple[WrittenAmount, ...] | None, doses: tuple[WrittenAmount, ...] | None, weight_kg: float
) -> Schedule:
    """Both in mg/min and mg for a person of this weight."""
    return Schedule(
        tuple(RateStep(one.at_min, one.unit.amount(one.value, weight_kg)) for one in rates or ()),
        tuple(BolusDose(one.at_min, one.unit.amount(one.value, weight_kg)) for one in doses or ()),
    )


def _pieces(text: str, named: Mapping[str, _Unit], accepted: Mapping[str, _Unit]) -> tuple[WrittenAmount, ...]:
    pieces = text.split(",")
    if len(pieces) > _MAX_PIECES:
        raise argparse.ArgumentTypeError(f"{len(pieces)} entries, at most {_MAX_PIECES}")
    return tuple(_piece(piece, named, accepted) for piece in pieces)


def _piece(piece: str, named: Mapping[str, _Unit], accepted: Mapping[str, _Unit]) -> WrittenAmount:
    match = _PIECE.fullmatch(piece)
    units = ", ".join(named)
    if match is None:
        raise argparse.ArgumentTypeError(f"{piece.strip()!r} is not like 20min:60{next(iter(named))} (units: {units})")
    value, at_min = float(match["amount"]), float(match["time"]) * _MINUTES[match["time_unit"]]
    unit = accepted.get(match["unit"].replace("\N{MICRO SIGN}", "u").replace("\N{GREEK SMALL LETTER MU}", "u"))
    if unit is None or (not match["unit"] and value != 0):
        raise argparse.ArgumentTypeError(f"{piece.strip()!r}: the unit is one of {units}")
    if not 0 <= at_min <= MAX_TIME_MIN:
        raise argparse.ArgumentTypeError(f"{piece.strip()!r}: the time is outside 0 to {MAX_TIME_MIN:g} min")
    if not (math.isfinite(value) and 0 <= value <= _MAX_AMOUNT):
        raise argparse.ArgumentTypeError(f"{piece.strip()!r}: the amount is outside 0 to {_MAX_AMOUNT:g}")
    return WrittenAmount(at_min, value, unit)
