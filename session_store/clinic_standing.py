"""What the clinic's own entries say now: chairs, credentials with expiry, vial stock against the last count."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from session_store.domain.clinic_contents import ClinicEnteredInError
from session_store.domain.entries import ClinicEntry
from session_store.domain.entry_choices import StockMovement

_SIGN = {StockMovement.RECEIVED: 1, StockMovement.RETURNED: 1}


def standing_clinic_entries(entries: Iterable[ClinicEntry]) -> list[ClinicEntry]:
    """The entries that are not withdrawn, in the order of their effective time."""
    everything = list(entries)
    withdrawn = {one.content.withdrawn_entry_id for one in everything if isinstance(one.content, ClinicEnteredInError)}
    standing = [one for one in everything if one.entry_id not in withdrawn]
    return sorted(standing, key=lambda one: (one.effective_at, one.seq))


def credentials_of(entries: Iterable[ClinicEntry], account_id: UUID) -> dict[str, date]:
    """The expiry of each credential that a person holds; withdrawn ones are not held."""
    held: dict[str, date] = {}
    for entry in standing_clinic_entries(entries):
        content: Any = entry.content
        if content.kind != "staff_credential" or content.account_id != account_id:
            continue
        if content.is_revoked:
            held.pop(content.credential, None)
        else:
            held[content.credential] = content.valid_until
    return held


def vial_stock(entries: Iterable[ClinicEntry]) -> dict[str, dict[str, Any]]:
    """By content of a vial in mg: vials that should be there, the last count and its difference at that time."""
    stock: dict[str, dict[str, Any]] = {}
    for entry in standing_clinic_entries(entries):
        content: Any = entry.content
        if content.kind not in ("vial_stock", "shift_count"):
            continue
        line = stock.setdefault(f"{content.vial_content_mg:f}", {"vials": 0, "counted": None, "difference": None})
        if content.kind == "vial_stock":
            line["vials"] += _SIGN.get(StockMovement(content.movement), -1) * int(content.vials)
        else:
            line["counted"] = int(content.vials)
            line["counted_at"] = entry.effective_at.isoformat()
            line["difference"] = int(content.vials) - line["vials"]
    return stock


def unwitnessed(entries: Sequence[ClinicEntry]) -> list[ClinicEntry]:
    """Stock entries that still need a second person."""
    standing = standing_clinic_entries(entries)
    seen = {getattr(one.content, "witnessed_entry_id", None) for one in standing}
    return [one for one in standing if one.content.kind in WITNESSED_KINDS and one.entry_id not in seen]


WITNESSED_KINDS = frozenset({"vial_stock", "shift_count"})
