"""Delivered dose as a fold over start, rate change, pause, resume, bolus and end. Exact: no division before display.

The infused amount is kept as the sum of `rate in mg/h x microseconds`; both factors are finite decimals, so the sum
is exact and one division by 3.6e9 gives mg.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from typing import Any

MICROSECONDS_PER_HOUR = Decimal(3_600_000_000)
_MICROSECOND = timedelta(microseconds=1)


LAST_HOUR = timedelta(hours=1)


@dataclass(slots=True)
class DeliverySegment:
    """What ran from one instant to another, in mg/h."""

    since: datetime
    until: datetime
    rate_mg_per_h: Decimal


@dataclass(slots=True)
class BolusGiven:
    """One bolus of the last hour."""

    at: datetime
    dose_mg: Decimal


@dataclass(slots=True)
class InfusionStanding:
    """Where the infusion stands after the entries folded so far; `segments` and `boluses` reach back one hour."""

    pump_rate_ml_per_h: Decimal | None = None
    concentration_mg_per_ml: Decimal | None = None
    set_rate_mg_per_h: Decimal = Decimal(0)
    is_delivering: bool = False
    segment_from: datetime | None = None
    infused_mg_per_h_us: Decimal = Decimal(0)
    bolus_mg: Decimal = Decimal(0)
    segments: list[DeliverySegment] = field(default_factory=list)
    boluses: list[BolusGiven] = field(default_factory=list)

    def rate_mg_per_h(self) -> Decimal:
        """What runs now, in mg/h; zero when nothing is delivered."""
        return self.set_rate_mg_per_h if self.is_delivering else Decimal(0)

    def programmed_rate_mg_per_h(self) -> Decimal:
        """What the pump is set to, in mg/h, whether or not it runs."""
        return self.set_rate_mg_per_h

    def set_rate(
        self,
        at: datetime,
        rate_mg_per_h: Decimal,
        pump_rate_ml_per_h: Decimal | None,
        concentration_mg_per_ml: Decimal | None,
    ) -> None:
        """A new rate from `at` on."""
        self._close_segment(at)
        self.set_rate_mg_per_h = rate_mg_per_h
        self.pump_rate_ml_per_h = pump_rate_ml_per_h
        self.concentration_mg_per_ml = concentration_mg_per_ml

    def run(self, at: datetime) -> None:
        """The pump runs from `at` on."""
        self._close_segment(at)
        self.is_delivering = True

    def halt(self, at: datetime) -> None:
        """The pump stands still from `at` on."""
        self._close_segment(at)
        self.is_delivering = False

    def give_bolus(self, at: datetime, dose_mg: Decimal) -> None:
        """A single dose on top."""
        self.bolus_mg += dose_mg
        self.boluses = [one for one in self.boluses if one.at > at - LAST_HOUR]
        self.boluses.append(BolusGiven(at, dose_mg))

    def delivered_mg(self, at: datetime) -> Decimal:
        """Infused plus bolus up to `at`, in mg."""
        with localcontext() as context:
            context.prec = 50
            return (self.infused_mg_per_h_us + self._running_product(at)) / MICROSECONDS_PER_HOUR + self.bolus_mg

    def last_hour_mg(self, at: datetime) -> Decimal:
        """What was infused and given as bolus in the 60 min up to `at`, in mg; `at` is not before the last event."""
        since = at - LAST_HOUR
        running = [*self.segments]
        if self.is_delivering and self.segment_from is not None and at > self.segment_from:
            running.append(DeliverySegment(self.segment_from, at, self.set_rate_mg_per_h))
        with localcontext() as context:
            context.prec = 50
            products = (
                one.rate_mg_per_h * ((min(one.until, at) - max(one.since, since)) // _MICROSECOND)
                for one in running
                if one.until > since
            )
            infused = sum(products, Decimal(0)) / MICROSECONDS_PER_HOUR
            return infused + sum((one.dose_mg for one in self.boluses if one.at > since), Decimal(0))

    def _close_segment(self, at: datetime) -> None:
        if self.is_delivering and self.segment_from is not None and at > self.segment_from:
            self.segments = [one for one in self.segments if one.until > at - LAST_HOUR]
            self.segments.append(DeliverySegment(self.segment_from, at, self.set_rate_mg_per_h))
        with localcontext() as context:
            context.prec = 50
            self.infused_mg_per_h_us += self._running_product(at)
        self.segment_from = at

    def _running_product(self, at: datetime) -> Decimal:
        if not self.is_delivering or self.segment_from is None or at <= self.segment_from:
            return Decimal(0)
        return self.programmed_rate_mg_per_h() * ((at - self.segment_from) // _MICROSECOND)


def rate_routes(content: Any, concentration_mg_per_ml: Decimal | None, weight_kg: Decimal | None) -> dict[str, Decimal]:
    """mg/h by each route that a `PumpSetting` gives, by the field that it rests on; exact products, no division."""
    routes = {}
    if content.pump_rate_ml_per_h is not None and concentration_mg_per_ml is not None:
        routes["pump_rate_ml_per_h"] = content.pump_rate_ml_per_h * concentration_mg_per_ml
    if content.rate_mg_per_h is not None:
        routes["rate_mg_per_h"] = content.rate_mg_per_h
    if content.rate_mg_per_kg_per_h is not None and weight_kg is not None:
        routes["rate_mg_per_kg_per_h"] = content.rate_mg_per_kg_per_h * weight_kg
    return routes


# Half a step of a pump's display: 2.4 and 2.5 mL/h both stand for 2.45 (clinical-decisions 4).
PUMP_DISPLAY_HALF_STEP_ML_PER_H = Decimal("0.05")


def contradicting_routes(
    routes: dict[str, Decimal], concentration_mg_per_ml: Decimal | None, tolerance: Decimal
) -> list[str]:
    """The routes that contradict: the one that stands alone against two others, else all but the first of them.

    Tolerance: the larger of the share `tolerance` and half a step of the pump's display (clinical-decisions 4).
    """
    half_step = PUMP_DISPLAY_HALF_STEP_ML_PER_H * (concentration_mg_per_ml or Decimal(0))
    odd = [
        name
        for name in routes
        if len(routes) > 1
        and all(
            abs(routes[name] - routes[other]) > max(tolerance * max(routes[name], routes[other]), half_step)
            for other in routes
            if other != name
        )
    ]
    return odd if len(odd) == 1 else odd[1:]


def programmed_rate(content: Any, concentration_mg_per_ml: Decimal | None, weight_kg: Decimal | None) -> Decimal:
    """mg/h of a `PumpSetting`: by pump and bag where both are known, else as typed, else by weight; 0 for none."""
    return next(iter(rate_routes(content, concentration_mg_per_ml, weight_kg).values()), Decimal(0))


def exceeds_per_kg(amount_mg: Decimal, limit_mg_per_kg: Decimal, weight_kg: Decimal) -> bool:
    """Whether `amount / weight > limit`, without dividing: exactly 1.000 mg/kg/h does not exceed 1."""
    return amount_mg > limit_mg_per_kg * weight_kg


def per_kg(amount_mg: Decimal, weight_kg: Decimal) -> Decimal:
    """`amount / weight` for display, to 28 digits."""
    return amount_mg / weight_kg
