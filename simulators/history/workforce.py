"""Who works in a clinic of a history: physicians and nurses with their credentials, the same accounts every time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from session_store.accounts import Role
from session_store.commands import Author
from simulators.history.plan import ClinicPlan
from simulators.identifiers import named_uuid7
from simulators.staff import Staff, credential_entries

_HIRED_AT = datetime(2000, 1, 3, tzinfo=UTC)
_ADMINISTRATOR = "Demo Administrator 1"
_MONITOR = "Demo Monitor"


@dataclass(frozen=True, slots=True)
class Workforce:
    """The people of one clinic, and the monitor at its chairs."""

    administrator: Author
    physicians: tuple[Author, ...]
    nurses: tuple[Author, ...]
    monitor: Author

    def physician(self, chair: int, day: date) -> Author:
        """Who supervises a chair on a day."""
        return self.physicians[(chair + day.toordinal()) % len(self.physicians)]

    def nurse(self, chair: int, day: date, *, shift: int = 0) -> Author:
        """Who nurses at a chair on a day; with `shift` 1 the colleague beside."""
        return self.nurses[(chair + day.toordinal() + shift) % len(self.nurses)]

    def credential_entries(self, at: datetime, until: datetime) -> list[dict[str, Any]]:
        """Entries of the clinic, made at `at`, that hold beyond `until`."""
        entries = {}
        for place, nurse in enumerate(self.nurses):
            physician = self.physicians[place % len(self.physicians)]
            for entry in credential_entries(Staff(physician.account_id, nurse.account_id), at, until):
                entries[entry["entry_id"]] = entry
        return list(entries.values())


def workforce_of(plan: ClinicPlan, known: Mapping[str, UUID]) -> Workforce:
    """One physician and, for every two chairs, one more; a nurse more than chairs. `known`: accounts by the name that
    they display; who has none is named by clinic and name."""

    def person(name: str, role: Role) -> Author:
        account_id = known.get(name) or named_uuid7(f"clinic {plan.clinic_id}: {name}", _HIRED_AT)
        return Author(account_id, name, role)

    return Workforce(
        person(_ADMINISTRATOR, Role.ADMINISTRATOR),
        tuple(person(f"Demo Physician {at}", Role.PHYSICIAN) for at in range(1, 2 + (plan.chairs + 1) // 2)),
        tuple(person(f"Demo Nurse {at}", Role.NURSE) for at in range(1, plan.chairs + 2)),
        person(_MONITOR, Role.DEVICE),
    )


def credentials_by_account(entries: list[dict[str, Any]]) -> dict[UUID, dict[str, date]]:
    """By account: the expiry of each credential."""
    held: dict[UUID, dict[str, date]] = {}
    for entry in entries:
        of_person = held.setdefault(UUID(entry["account_id"]), {})
        of_person[entry["credential"]] = date.fromisoformat(entry["valid_until"])
    return held
