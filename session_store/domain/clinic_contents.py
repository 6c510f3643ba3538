"""What is recorded of the clinic itself, outside any session: chairs, credentials, vial stock, alert limits."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from session_store.domain import limits
from session_store.domain.entry_choices import Credential, StockMovement
from session_store.domain.entry_fields import (
    boolean,
    calendar_date,
    choice,
    content_fields,
    identifier,
    number,
    text,
)
from session_store.domain.limits import RULES_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicDetails:
    """What the clinic is called."""

    kind: ClassVar[str] = "clinic_details"
    clinic_name: str = text(required=True, max_length=80, label="Clinic")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChairDescribed:
    """A chair or bay and what stands there."""

    kind: ClassVar[str] = "chair_description"
    chair_label: str = text(required=True, max_length=20, label="Chair")
    can_be_monitored: bool | None = boolean(label="Monitor at the chair")
    equipment: str | None = text(max_length=200, label="Equipment")
    is_retired: bool | None = boolean(label="No longer used")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCredential:
    """A credential of a person with its expiry (clinical-decisions 7)."""

    kind: ClassVar[str] = "staff_credential"
    account_id: UUID = identifier(required=True, label="Person")
    credential: str = choice(Credential, required=True, label="Credential")
    valid_until: date = calendar_date(required=True, label="Valid until")
    document_reference: str | None = text(max_length=80, label="Document")
    is_revoked: bool | None = boolean(label="Withdrawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class VialStock:
    """Vials that came into or left the stock."""

    kind: ClassVar[str] = "vial_stock"
    movement: str = choice(StockMovement, required=True, label="Movement")
    vial_content_mg: Decimal = number(limits.VIAL_CONTENT, required=True, label="Content of a vial")
    vials: Decimal = number(limits.VIALS, required=True, whole=True, label="Vials")
    lot: str | None = text(max_length=40, label="Lot")
    reference: str | None = text(max_length=80, label="Reference")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftCount:
    """Vials counted at the change of shift; another person witnesses it."""

    kind: ClassVar[str] = "shift_count"
    vial_content_mg: Decimal = number(limits.VIAL_CONTENT, required=True, label="Content of a vial")
    vials: Decimal = number(limits.VIALS, required=True, whole=True, label="Vials counted")
    remark: str | None = text(max_length=200, label="Remark")


@dataclass(frozen=True, slots=True, kw_only=True)
class StockWitnessed:
    """A second person saw a stock movement or a count; never the person who recorded it."""

    kind: ClassVar[str] = "stock_witnessed"
    witnessed_entry_id: UUID = identifier(required=True, label="Witnessed")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLimitsChanged:
    """Other limits of alert rules for the whole clinic, by rule id: a limit as a decimal, or what is chosen as a list.

    It holds from now on. Where it loosens a critical limit it waits until a second person signs (clinical-decisions 1).
    The server adds what it replaces and whether it waits.
    """

    kind: ClassVar[str] = "alert_limits_changed"
    based_on_version: Decimal = number(RULES_VERSION, required=True, whole=True, label="Version of the rules changed")
    limits: dict[str, Any] = content_fields(label="Limits")
    choices: dict[str, Any] = content_fields(label="Choices")
    reason: str = text(required=True, max_length=400, label="Reason")
    # Said by the server, from the rules in force.
    old_limits: dict[str, Any] = content_fields(label="Limits before")
    old_choices: dict[str, Any] = content_fields(label="Choices before")
    needs_second_person: bool | None = boolean(label="Needs a second person")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLimitsSigned:
    """The second person signs a change that loosens a critical limit; it holds from now on."""

    kind: ClassVar[str] = "alert_limits_signed"
    signed_entry_id: UUID = identifier(required=True, label="Signed change")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicEnteredInError:
    """Withdraws another entry of the clinic's own record; the withdrawn one stays readable."""

    kind: ClassVar[str] = "clinic_entered_in_error"
    withdrawn_entry_id: UUID = identifier(required=True)
    reason: str = text(required=True, max_length=400, label="Reason")
