"""Who sends to the server for a simulated clinic: three people who sign in, and the monitors with their token."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx

from simulators.outgoing import Door, Outgoing
from simulators.server_client import ServerClient, SignIn, refusals_of
from simulators.staff import Staff, credential_entries
from simulators.target import ADMINISTRATOR, NURSE, PHYSICIAN, Target

_LOG = logging.getLogger(__name__)


class CredentialsRefused(Exception):
    """The credentials of the staff could not be recorded; without them every start is held."""


@dataclass(frozen=True, slots=True)
class Senders:
    """One client each."""

    nurse: ServerClient
    physician: ServerClient
    administrator: ServerClient
    device: ServerClient

    def at(self, door: Door) -> ServerClient:
        """Who sends through a door."""
        return {Door.NURSE: self.nurse, Door.PHYSICIAN: self.physician, Door.DEVICE: self.device}[door]

    def post(self, session_id: UUID, run: Sequence[Outgoing]) -> list[dict[str, Any]]:
        """Sends what leaves together from one sender, by his clock; a person whom the server asks says yes.

        One result each; raises what `ServerClient` raises.
        """
        door = run[0].door
        return self.at(door).post_entries(
            session_id, [one.entry for one in run], confirms=door is not Door.DEVICE, clock_ahead=run[0].clock_ahead
        )

    def sign_on(self, now: datetime) -> Staff:
        """Who supervises and who administers; the administrator records what credentials of theirs are missing.

        Raises `CredentialsRefused`, and what `ServerClient` raises.
        """
        staff = Staff(self.physician.account_id(), self.nurse.account_id())
        missing = credential_entries(staff, now, now, self.administrator.credentials())
        if missing:
            refusals = refusals_of(self.administrator.post_clinic_entries(missing))
            if refusals:
                raise CredentialsRefused("; ".join(refusals))
            _LOG.info("%d credentials of the staff recorded", len(missing))
        return staff


def senders_of(target: Target, patience_s: float, pause: Callable[[float], None] = time.sleep) -> Senders:
    """The demonstration's people and its device token on a server; each request is tried again for `patience_s`."""

    def client(*, sign_in: SignIn | None = None, token: str | None = None) -> ServerClient:
        # A transport of its own keeps a proxy of the environment out of the way.
        return ServerClient(
            target.url,
            token=token,
            sign_in=sign_in,
            patience_s=patience_s,
            transport=httpx.HTTPTransport(),
            pause=pause,
        )

    nurse, physician, administrator = (
        client(sign_in=target.sign_in(username)) for username in (NURSE, PHYSICIAN, ADMINISTRATOR)
    )
    return Senders(nurse, physician, administrator, client(token=target.device_token))
