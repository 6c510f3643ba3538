"""NEWS2, the National Early Warning Score: seven observations, 0 to 3 points each, 0 to 20 in all.

Source: Royal College of Physicians. National Early Warning Score (NEWS) 2. Updated report of a working party. London:
RCP, 2017, chart 1 (points) and chart 2 (clinical risk); reproduced with acknowledgement (clinical.md 2.5).

What it cannot do here:

- It is blind to the pressure rise of ketamine: a systolic pressure of 111 to 219 mmHg scores 0. It is no rule for high
  blood pressure.
- A dissociated patient who is charted as newly confused scores 3 by that alone.
- It is a ward score for acute illness in adults, not validated in infusion clinics. It is displayed and never raises
  an alert (clinical-decisions 4).

Values between two printed ones, our proposal: the chart prints whole numbers, temperature in tenths. A value between
two printed values gets the points of the worse of these two neighbours: 38.05 Cel lies between 38.0 (0) and 38.1 (1)
and scores 1; 36.05 lies between 36.0 (1) and 36.1 (0) and scores 1; 90.5 mmHg scores 3. Rounding half up would score
36.05 as 36.1, thus 0. This rule never scores lower than any rounding of the value to the chart would, up or down; the
price is at most one step too many.

What is not known is not scored, and never as normal: the score is then partial, its total a lower bound.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from session_store.domain.entry_choices import Acvpu

MEDIUM_FROM_POINTS = 5
HIGH_FROM_POINTS = 7
# The chart's letters; C is new confusion.
_LETTERS = {
    "a": Acvpu.ALERT,
    "c": Acvpu.NEW_CONFUSION,
    "v": Acvpu.VOICE,
    "p": Acvpu.PAIN,
    "u": Acvpu.UNRESPONSIVE,
}
_PERCENT_HIGHEST = Decimal(100)


class ClinicalRisk(StrEnum):
    """The chart's clinical risk: 0 to 4 low, any single 3 low to medium, 5 to 6 medium, 7 and more high."""

    LOW = "low"
    LOW_MEDIUM = "low_medium"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class News2Score:
    """Points per observation, None where it could not be scored. All else follows from them."""

    points: Mapping[str, int | None]

    @property
    def total(self) -> int:
        """Sum of the points that are known; a lower bound while the score is partial."""
        return sum(self._known())

    @property
    def has_single_three(self) -> bool:
        """Whether any observation alone has 3 points, the chart's "red score"."""
        return 3 in self._known()

    @property
    def is_partial(self) -> bool:
        """Whether any of the seven could not be scored."""
        return bool(self.not_scored)

    @property
    def not_scored(self) -> tuple[str, ...]:
        """The observations without points, in the chart's order."""
        return tuple(name for name, points in self.points.items() if points is None)

    @property
    def clinical_risk(self) -> ClinicalRisk | None:
        """The chart's risk; of a partial score "at least" this, because what is missing can only add points.

        A partial score is never low: below a single 3 and below 5 points its risk is None, not known. It does say low
        to medium, medium or high once the known points reach it: hiding a red score would be worse.
        """
        if self.total >= HIGH_FROM_POINTS:
            return ClinicalRisk.HIGH
        if self.total >= MEDIUM_FROM_POINTS:
            return ClinicalRisk.MEDIUM
        if self.has_single_three:
            return ClinicalRisk.LOW_MEDIUM
        return None if self.is_partial else ClinicalRisk.LOW

    def _known(self) -> list[int]:
        return [points for points in self.points.values() if points is not None]


@dataclass(frozen=True, slots=True)
class _Bands:
    """One row of the chart: the highest printed value of each band with its points, and the points above them all."""

    highest: tuple[tuple[Decimal, int], ...]
    points_above: int
    step: Decimal

    def points(self, value: Decimal) -> int:
        """Points of the worse of the two printed neighbours; of the value itself when it is printed."""
        return max(self._of_neighbour_below(value), self._of_neighbour_above(value))

    def _of_neighbour_below(self, value: Decimal) -> int:
        return next((points for highest, points in self.highest if value < highest + self.step), self.points_above)

    def _of_neighbour_above(self, value: Decimal) -> int:
        return next((points for highest, points in self.highest if value <= highest), self.points_above)


def _bands(*highest: tuple[str, int], above: int, step: str = "1") -> _Bands:
    return _Bands(tuple((Decimal(value), points) for value, points in highest), above, Decimal(step))


_RESPIRATORY_RATE = _bands(("8", 3), ("11", 1), ("20", 0), ("24", 2), above=3)
_SPO2_SCALE_1 = _bands(("91", 3), ("93", 2), ("95", 1), above=0)
_SPO2_SCALE_2_ON_AIR = _bands(("83", 3), ("85", 2), ("87", 1), above=0)
_SPO2_SCALE_2_ON_OXYGEN = _bands(("83", 3), ("85", 2), ("87", 1), ("92", 0), ("94", 1), ("96", 2), above=3)
_SYSTOLIC = _bands(("90", 3), ("100", 2), ("110", 1), ("219", 0), above=3)
_PULSE = _bands(("40", 3), ("50", 1), ("90", 0), ("110", 1), ("130", 2), above=3)
_TEMPERATURE = _bands(("35.0", 3), ("36.0", 1), ("38.0", 0), ("39.0", 1), above=2, step="0.1")


def score_news2(
    respiratory_rate_per_min: int | float | Decimal | None,
    spo2_percent: int | float | Decimal | None,
    spo2_scale: int | None,
    supplemental_oxygen: bool | None,
    systolic_mmhg: int | float | Decimal | None,
    pulse_per_min: int | float | Decimal | None,
    consciousness: str | None,
    temperature_celsius: int | float | Decimal | None,
) -> News2Score:
    """Score one set of observations; None is "not known" and is not scored. See the module for source and limits.

    `spo2_scale` is 1, or 2 for a prescribed target of 88-92 % in confirmed hypercapnic respiratory failure; while it
    is None, SpO2 is not scored. On scale 2 above 92 % the points depend on air or oxygen: while that is not known,
    SpO2 is not scored there. `consciousness` is a value of `Acvpu` or one of the letters A C V P U, in any case.
    ValueError: a number that is negative, infinite or NaN, SpO2 above 100 %, another scale, oxygen that is no bool,
    any other word for consciousness.
    """
    spo2 = _number("spo2_percent", spo2_percent)
    if spo2 is not None and spo2 > _PERCENT_HIGHEST:
        raise ValueError(f"spo2_percent above 100: {spo2_percent}")
    _check_choice("spo2_scale", spo2_scale, int, (1, 2))
    _check_choice("supplemental_oxygen", supplemental_oxygen, bool, (False, True))
    points: dict[str, int | None] = {
        "respiratory_rate_per_min": _banded(
            _RESPIRATORY_RATE, _number("respiratory_rate_per_min", respiratory_rate_per_min)
        ),
        "spo2_percent": _spo2_points(spo2, spo2_scale, supplemental_oxygen),
        "supplemental_oxygen": _oxygen_points(supplemental_oxygen),
        "systolic_mmhg": _banded(_SYSTOLIC, _number("systolic_mmhg", systolic_mmhg)),
        "pulse_per_min": _banded(_PULSE, _number("pulse_per_min", pulse_per_min)),
        "consciousness": _consciousness_points(consciousness),
        "temperature_celsius": _banded(_TEMPERATURE, _number("temperature_celsius", temperature_celsius)),
    }
    return News2Score(MappingProxyType(points))


def _banded(bands: _Bands, value: Decimal | None) -> int | None:
    return None if value is None else bands.points(value)


def _spo2_points(spo2: Decimal | None, scale: int | None, on_oxygen: bool | None) -> int | None:
    if spo2 is None or scale is None:
        return None
    if scale == 1:
        return _SPO2_SCALE_1.points(spo2)
    if on_oxygen is None:
        on_air, with_oxygen = _SPO2_SCALE_2_ON_AIR.points(spo2), _SPO2_SCALE_2_ON_OXYGEN.points(spo2)
        return on_air if on_air == with_oxygen else None
    return (_SPO2_SCALE_2_ON_OXYGEN if on_oxygen else _SPO2_SCALE_2_ON_AIR).points(spo2)


def _oxygen_points(on_oxygen: bool | None) -> int | None:
    if on_oxygen is None:
        return None
    return 2 if on_oxygen else 0


def _consciousness_points(consciousness: str | None) -> int | None:
    if consciousness is None:
        return None
    word = str(consciousness).strip().lower()
    level = _LETTERS.get(word) or Acvpu(word)
    return 0 if level is Acvpu.ALERT else 3


def _number(name: str, value: Any) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(f"{name} is not a number: {value!r}")
    # 12 digits: arithmetic with floats makes 38.00000000000001 of 38.0, and that is not between two printed values.
    number = Decimal(format(value, ".12g")) if isinstance(value, float) else Decimal(value)
    if not number.is_finite() or number < 0:
        raise ValueError(f"{name} cannot be {value}")
    return number


def _check_choice(name: str, value: object, kind: type, choices: tuple[int, ...]) -> None:
    """`True` is no scale, and "False" or 0 no answer about oxygen: the type must be exactly this one."""
    if value is not None and (type(value) is not kind or value not in choices):
        raise ValueError(f"{name} cannot be {value!r}")
