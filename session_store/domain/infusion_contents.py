"""What is recorded of the infusion: bag, rate, bolus, pause and end, and who ordered it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from session_store.domain import limits
from session_store.domain.entry_choices import EndReason, OrderForm
from session_store.domain.entry_fields import boolean, choice, instant, number, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """Who ordered a dose, and how; a verbal order is read back."""

    ordered_by: str | None = text(max_length=80, label="Ordered by")
    order_form: str | None = choice(OrderForm, label="Order")
    is_read_back: bool | None = boolean(label="Read back")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """A bag or syringe as dispensed."""

    lot: str | None = text(max_length=40, label="Lot")
    concentration_mg_per_ml: Decimal = number(limits.CONCENTRATION, required=True, label="Concentration")
    volume_ml: Decimal = number(limits.BAG_VOLUME, required=True, label="Volume")
    prepared_by: str = text(required=True, max_length=80, label="Prepared by")
    checked_by: str = text(required=True, max_length=80, label="Checked by")
    use_by: datetime | None = instant(label="Use by")


@dataclass(frozen=True, slots=True, kw_only=True)
class BagDispensed(Bag):
    """The bag that the infusion starts with."""

    kind: ClassVar[str] = "bag_dispensed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BagChanged(Bag):
    """Another bag; the rate is to be confirmed where its concentration differs."""

    kind: ClassVar[str] = "bag_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpSetting(Ordered):
    """What the pump is set to, by any two routes; all that are given must agree.

    mg/h follows from mL/h and mg/mL (of the entry, else of the bag on record), else it is as typed.
    """

    pump_rate_ml_per_h: Decimal | None = number(limits.PUMP_RATE, label="Pump rate")
    concentration_mg_per_ml: Decimal | None = number(limits.CONCENTRATION, label="Concentration")
    rate_mg_per_h: Decimal | None = number(limits.INFUSION_RATE, label="Rate")
    rate_mg_per_kg_per_h: Decimal | None = number(limits.INFUSION_RATE_PER_KG, label="Rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionStarted(PumpSetting):
    """The pump runs. `has_happened`: it runs already, so that nothing holds the record of it."""

    kind: ClassVar[str] = "infusion_started"
    has_happened: bool | None = boolean(label="It is running already")


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChanged(PumpSetting):
    """The pump runs at another rate from now on; the same fields as at the start."""

    kind: ClassVar[str] = "rate_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionPaused:
    """The pump stands still; one tap, no fields."""

    kind: ClassVar[str] = "infusion_paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionResumed:
    """The pump runs again at the rate last recorded."""

    kind: ClassVar[str] = "infusion_resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionEnded:
    """The infusion is over; the session goes on in recovery. One tap: the reason may follow."""

    kind: ClassVar[str] = "infusion_ended"
    reason: str | None = choice(EndReason, label="Reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bolus(Ordered):
    """A single dose of the infused drug."""

    kind: ClassVar[str] = "bolus"
    dose_mg: Decimal = number(limits.BOLUS_DOSE, required=True, label="Bolus")
    # Said by the server: the role of the person who charts it.
    given_by_role: str | None = text(max_length=30, label="Role")


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpVolume:
    """What the pump says it has infused so far; compared with what the record computes."""

    kind: ClassVar[str] = "pump_volume"
    volume_infused_ml: Decimal = number(limits.INFUSED_VOLUME, required=True, label="Volume infused")
