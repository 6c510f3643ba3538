"""Who works in a simulated clinic, and the credentials that a start asks for (Cohen 2018, 17 and 18)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from session_store.domain.entry_choices import Credential
from simulators.identifiers import named_uuid7

ADMINISTRATOR = "Demo Administrator 1"
PHYSICIAN = "Demo Physician 1"
NURSE = "Demo Nurse 1"
_HIRED_AT = datetime(2020, 1, 6, tzinfo=UTC)
# How long each is valid beyond the last day of a history, or from today on; none runs out during a demonstration.
_VALID_FOR: dict[Credential, timedelta] = {
    Credential.KETAMINE_EXPERIENCE: timedelta(days=730),
    Credential.ACLS: timedelta(days=300),
    Credential.MODERATE_SEDATION: timedelta(days=420),
}


@dataclass(frozen=True, slots=True)
class Staff:
    """The accounts of the physician who supervises and of the nurse who administers."""

    physician_id: UUID
    nurse_id: UUID

    def needed(self) -> Iterator[tuple[UUID, Credential]]:
        """Whose credentials of which kind must be on record before a start."""
        yield from ((self.physician_id, credential) for credential in _VALID_FOR)
        yield self.nurse_id, Credential.MODERATE_SEDATION


# Where no server and no database says who works there.
SIMULATED_STAFF = Staff(named_uuid7(PHYSICIAN, _HIRED_AT), named_uuid7(NURSE, _HIRED_AT))


def credential_entries(
    staff: Staff, at: datetime, needed_until: datetime, on_record: Mapping[str, Mapping[str, str]] | None = None
) -> list[dict[str, Any]]:
    """Entries of the clinic, made at `at`, for what is missing or runs out within a day of `needed_until`.

    `on_record`: by account, the expiry of each credential as the server tells it (`2027-01-31`). The same arguments
    give the same ids.
    """
    day_after = (needed_until + timedelta(days=1)).date().isoformat()
    held = on_record or {}
    return [
        _entry(account_id, credential, at, needed_until + _VALID_FOR[credential])
        for account_id, credential in staff.needed()
        if held.get(str(account_id), {}).get(credential, "") < day_after
    ]


def _entry(account_id: UUID, credential: Credential, at: datetime, valid_until: datetime) -> dict[str, Any]:
    return {
        "entry_id": str(named_uuid7(f"{account_id} {credential} {valid_until.isoformat()}", at)),
        "kind": "staff_credential",
        "effective_at": at.isoformat(),
        "source": "hand",
        "is_simulated": True,
        "account_id": str(account_id),
        "credential": credential.value,
        "valid_until": valid_until.date().isoformat(),
    }
