"""Delivered dose as a fold over start, rate change, pause, resume, bolus and end. Exact: no division before display.

The infused amount is kept as the sum of `rate in mg/h x microseconds`; both factors are finite decimals, so the sum
is exact and one division by 3.6e9 gives mg.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, localcontext

MICROSECONDS_PER_HOUR = Decimal(3_600_000_000)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(slots=True)
class InfusionStanding:
    """Where the infusion stands after the entries folded so far."""

    pump_rate_ml_per_h: Decimal | None = None
    concentration_mg_per_ml: Decimal | None = None
    is_delivering: bool = False
    segment_from: datetime | None = None
    infused_mg_per_h_us: Decimal = Decimal(0)
    bolus_mg: Decimal = Decimal(0)

    def rate_mg_per_h(self) -> Decimal:
        """What runs now, in mg/h; zero when nothing is delivered."""
        if not self.is_delivering:
            return Decimal(0)
        return self.programmed_rate_mg_per_h()

    def programmed_rate_mg_per_h(self) -> Decimal:
        """What the pump is set to, in mg/h, whether or not it runs."""
        if self.pump_rate_ml_per_h is None or self.concentration_mg_per_ml is None:
            return Decimal(0)
        return self.pump_rate_ml_per_h * self.concentration_mg_per_ml

    def set_rate(self, at: datetime, pump_rate_ml_per_h: Decimal, concentration_mg_per_ml: Decimal) -> None:
        """A new rate from `at` on."""
        self._close_segment(at)
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

    def give_bolus(self, dose_mg: Decimal) -> None:
        """A single dose on top."""
        self.bolus_mg += dose_mg

    def delivered_mg(self, at: datetime) -> Decimal:
        """Infused plus bolus up to `at`, in mg."""
        with localcontext() as context:
            context.prec = 50
            return (self.infused_mg_per_h_us + self._running_product(at)) / MICROSECONDS_PER_HOUR + self.bolus_mg

    def _close_segment(self, at: datetime) -> None:
        with localcontext() as context:
            context.prec = 50
            self.infused_mg_per_h_us += self._running_product(at)
        self.segment_from = at

    def _running_product(self, at: datetime) -> Decimal:
        if not self.is_delivering or self.segment_from is None or at <= self.segment_from:
            return Decimal(0)
        return self.programmed_rate_mg_per_h() * ((at - self.segment_from) // _MICROSECOND)


def exceeds_per_kg(amount_mg: Decimal, limit_mg_per_kg: Decimal, weight_kg: Decimal) -> bool:
    """Whether `amount / weight > limit`, without dividing: exactly 1.000 mg/kg/h does not exceed 1."""
    return amount_mg > limit_mg_per_kg * weight_kg


def per_kg(amount_mg: Decimal, weight_kg: Decimal) -> Decimal:
    """`amount / weight` for display, to 28 digits."""
    return amount_mg / weight_kg
