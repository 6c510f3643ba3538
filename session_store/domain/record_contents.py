"""What speaks about other entries and alerts, or is free text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from session_store.domain import limits
from session_store.domain.entry_choices import AcknowledgementAction, MessageTo, SeenLevel
from session_store.domain.entry_fields import choice, content_fields, identifier, instant, number, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Free text."""

    kind: ClassVar[str] = "note"
    text: str = text(required=True, max_length=1000, label="Note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A word between desk and bedside."""

    kind: ClassVar[str] = "message"
    to: str = choice(MessageTo, required=True, label="To")
    text: str = text(required=True, max_length=400, label="Message")


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """Corrects another entry of the same session: `changes` are the fields as they should have been, null for none;
    the server adds `corrected`, the whole content that follows. What was recorded first stays readable."""

    kind: ClassVar[str] = "amendment"
    amended_entry_id: UUID = identifier(required=True, label="Corrected entry")
    reason: str = text(required=True, max_length=400, label="Reason")
    changes: Mapping[str, Any] = content_fields()
    corrected: Mapping[str, Any] = content_fields()
    corrected_effective_at: datetime | None = instant(label="Corrected time")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredInError:
    """Withdraws another entry of the same session; the withdrawn one stays readable."""

    kind: ClassVar[str] = "entered_in_error"
    withdrawn_entry_id: UUID = identifier(required=True)
    reason: str = text(required=True, max_length=400, label="Reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """A named person has seen an alert and chosen an action. `seen_level`: the worst level that the alert had reached
    as the person saw it (its `peak_level`); a level that it has reached since is not answered by this."""

    kind: ClassVar[str] = "acknowledgement"
    alert_id: UUID = identifier(required=True)
    action: str = choice(AcknowledgementAction, required=True, label="Action")
    deadline_min: Decimal | None = number(limits.PROMISE, whole=True, label="Within")
    remark: str | None = text(max_length=400, label="Remark")
    seen_level: str | None = choice(SeenLevel, label="Level seen")


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTheChair:
    """Somebody stands at the chair because of an alert; it does not silence the physician. The server adds the role:
    only a physician keeps the promise "physician at chair"."""

    kind: ClassVar[str] = "at_the_chair"
    alert_id: UUID = identifier(required=True)
    role: str | None = text(max_length=40, label="Role")


@dataclass(frozen=True, slots=True, kw_only=True)
class TabletSilent:
    """Recorded by the server alone: no bedside tablet of the session is heard any more."""

    kind: ClassVar[str] = "tablet_silent"
    last_heard_at: datetime | None = instant(required=True, label="Last heard")
    account_name: str | None = text(max_length=80, label="Signed in")


@dataclass(frozen=True, slots=True, kw_only=True)
class TabletHeardAgain:
    """Recorded by the server alone: a bedside tablet of the session is heard again."""

    kind: ClassVar[str] = "tablet_heard_again"
    account_name: str | None = text(max_length=80, label="Signed in")
