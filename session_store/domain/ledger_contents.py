"""The drug ledger of a session: drawn, wasted, returned, witnessed. Infused and bolus are computed."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from session_store.domain import limits
from session_store.domain.entry_fields import identifier, number, text


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugDrawn:
    """Drug taken out of the stock for this session."""

    kind: ClassVar[str] = "drug_drawn"
    amount_mg: Decimal = number(limits.LEDGER_AMOUNT, required=True, label="Drawn")
    vial_lot: str | None = text(max_length=40, label="Lot")
    vial_strength_mg_per_ml: Decimal | None = number(limits.CONCENTRATION, label="Vial strength")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugWasted:
    """Drug that was discarded. Another person witnesses it by an entry of their own; nobody at hand: a reason."""

    kind: ClassVar[str] = "drug_wasted"
    amount_mg: Decimal = number(limits.LEDGER_AMOUNT, required=True, label="Wasted")
    reason: str | None = text(max_length=200, label="Reason")
    single_handed_reason: str | None = text(max_length=200, label="No witness, because")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugReturned:
    """Drug that went back to the stock unused."""

    kind: ClassVar[str] = "drug_returned"
    amount_mg: Decimal = number(limits.LEDGER_AMOUNT, required=True, label="Returned")
    returned_to: str | None = text(max_length=80, label="To")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerWitnessed:
    """A second person saw what a ledger entry says; never the person who made that entry."""

    kind: ClassVar[str] = "ledger_witnessed"
    witnessed_entry_id: UUID = identifier(required=True, label="Witnessed")
