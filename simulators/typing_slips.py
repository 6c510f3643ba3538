"""A slip on the number pad: two digits the wrong way round, one left out, or the key beside the right one.

Kinds of slip and their equal shares are our calibration.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from numpy.random import Generator

from session_store.domain.checking import Check
from session_store.domain.entries import FIELD_SPECS, read_content
from session_store.domain.entry_checks import check_questions, check_refusals
from session_store.domain.entry_choices import Source
from session_store.domain.session_summary import SessionSummary
from simulators.bedside_observation import COMPLETE_SIGNS

_BESIDE = {"1": "24", "2": "135", "3": "26", "4": "157", "5": "2468", "6": "359", "7": "48", "8": "579", "9": "68"}
_NO_SESSION = SessionSummary(UUID(int=0), UUID(int=0), True)
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Slip:
    """One sign of a set, as it was typed and as it should have been."""

    sign: str
    typed: int
    meant: int


def draw_slip(content: Mapping[str, Any], generator: Generator) -> Slip | None:
    """A slip in one sign of a set of vital signs; None for a set in which none is possible."""
    possible = [
        [Slip(sign, int(typed), int(content[sign])) for typed in sorted(set(slips_of(str(content[sign]))))]
        for sign in COMPLETE_SIGNS
        if sign in content
    ]
    possible = [slips for slips in possible if slips]
    if not possible:
        return None
    of_sign = possible[int(generator.integers(len(possible)))]
    return of_sign[int(generator.integers(len(of_sign)))]


def slips_of(text: str) -> Iterator[str]:
    """What may be typed instead of a whole number of two digits or more."""
    if len(text) < 2:
        return
    for place in range(len(text)):
        before, digit, after = text[:place], text[place], text[place + 1 :]
        yield before + after
        yield from (before + wrong + after for wrong in _BESIDE.get(digit, ""))
        if after and after[0] != digit:
            yield before + after[0] + digit + after[1:]


def is_taken(content: Mapping[str, Any]) -> bool:
    """Whether the server takes a set of vital signs, asked about or not; what cannot be, it refuses."""
    check = _checked(content)
    return check is not None and not check_refusals(check)


def asked_about(content: Mapping[str, Any]) -> list[str]:
    """The fields of a set of vital signs that the server asks a person about."""
    check = _checked(content)
    return [] if check is None else sorted({problem.field for problem in check_questions(check)})


def _checked(content: Mapping[str, Any]) -> Check | None:
    fields = {name: value for name, value in content.items() if name in FIELD_SPECS["vital_signs"]}
    read, problems = read_content("vital_signs", fields)
    if problems or read is None:
        return None
    return Check(_NO_SESSION, read, Source.HAND, _NO_TIME, _NO_TIME)
