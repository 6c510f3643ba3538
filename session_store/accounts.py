"""Who may act: accounts of staff and devices, sign-ins kept on the server, one-time links. Tokens are stored hashed."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

import uuid_utils.compat
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, Engine

from session_store.clock import Clock
from session_store.errors import CommandRefused
from session_store.storage import account_table
from session_store.storage.account_table import AccountRow
from session_store.storage.faults import reading, writing

SIGN_IN_LASTS = timedelta(hours=14)
LINK_LASTS = timedelta(days=7)
SHORTEST_PASSWORD = 10


class Role(StrEnum):
    """Roles of accounts."""

    ADMINISTRATOR = "administrator"
    NURSE = "nurse"
    PHYSICIAN_ASSISTANT = "physician_assistant"
    PHYSICIAN = "physician"
    PHARMACIST = "pharmacist"
    REVIEWER = "reviewer"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What an administrator types to add somebody."""

    username: str
    display_name: str
    role: str


class AccountBook:
    """Accounts of one clinic."""

    def __init__(self, writer: Engine, reader: Engine, clinic_id: int, clock: Clock) -> None:
        self._writer = writer
        self._reader = reader
        self._clinic_id = clinic_id
        self._clock = clock
        self._hasher = PasswordHasher()
        # Verified against when the username is unknown, so that both answers take the same time.
        self._nobody = self._hasher.hash(secrets.token_hex(8))

    def all(self) -> list[AccountRow]:
        """All accounts by username."""
        with reading(self._reader) as connection:
            return account_table.accounts(connection, self._clinic_id)

    def add(self, new: NewAccount, created_by: UUID | None = None, *, password: str | None = None) -> UUID:
        """Add an account. Raises `CommandRefused` for a taken username or bad fields."""
        _check_new(new)
        with writing(self._writer) as connection:
            if account_table.account_by_username(connection, self._clinic_id, new.username) is not None:
                raise CommandRefused("username", "is taken")
            account_id = uuid_utils.compat.uuid7()
            account_table.add_account(connection, self._values(new, account_id, created_by, password))
        return account_id

    def add_device(self, new: NewAccount) -> str:
        """Add a device account (or give a known one a name of its own) and return its bearer token, shown once."""
        token = secrets.token_urlsafe(32)
        with writing(self._writer) as connection:
            values = self._values(new, uuid_utils.compat.uuid7(), None, None)
            account_table.add_account(connection, values | {"device_token_hash": _hash(token)})
        return token

    def one_time_link_token(self, account_id: UUID) -> str:
        """A token with which the account's owner sets a password, once, within a week."""
        return self._new_token(account_id, "set_password", LINK_LASTS)

    def link_owner(self, token: str) -> AccountRow | None:
        """Whose one-time link this is, or None when it is used up, expired or unknown."""
        with reading(self._reader) as connection:
            return self._owner(connection, token, "set_password")

    def use_link(self, token: str, password: str) -> AccountRow:
        """Set the password by a one-time link. Raises `CommandRefused`."""
        if len(password) < SHORTEST_PASSWORD:
            raise CommandRefused("password", "too short", f"at least {SHORTEST_PASSWORD} characters")
        if len(password) > 200:
            raise CommandRefused("password", "too long", "at most 200 characters")
        hashed = self._hasher.hash(password)
        with writing(self._writer) as connection:
            owner = self._owner(connection, token, "set_password")
            if owner is None:
                raise CommandRefused("link", "is used up, expired or unknown")
            account_table.set_password(connection, self._clinic_id, owner.account_id, hashed)
            account_table.end_sign_in(connection, self._clinic_id, _hash(token), self._clock.now())
        return owner

    def sign_in(self, username: str, password: str) -> tuple[AccountRow, str] | None:
        """The account and a fresh session token, or None when username and password do not fit."""
        found = self.confirmed(username, password)
        return None if found is None else (found, self._new_token(found.account_id, "session", SIGN_IN_LASTS))

    def confirmed(self, username: str, password: str) -> AccountRow | None:
        """The active account of a username and password that fit, without signing anybody in; None tells not which."""
        with reading(self._reader) as connection:
            found = account_table.account_by_username(connection, self._clinic_id, username)
        known = found is not None and found.is_active and found.password_hash is not None
        hashed = found.password_hash if known and found is not None else self._nobody
        return found if self._verifies(hashed or self._nobody, password) and known else None

    def signed_in(self, token: str) -> AccountRow | None:
        """Whose session token this is, or None."""
        with reading(self._reader) as connection:
            return self._owner(connection, token, "session")

    def device(self, token: str) -> AccountRow | None:
        """The device of a bearer token, or None."""
        with reading(self._reader) as connection:
            found = account_table.account_by_device_token(connection, self._clinic_id, _hash(token))
        return found if found is not None and found.is_active else None

    def sign_out(self, token: str) -> None:
        """End a session."""
        with writing(self._writer) as connection:
            account_table.end_sign_in(connection, self._clinic_id, _hash(token), self._clock.now())

    def _owner(self, connection: Connection, token: str, purpose: str) -> AccountRow | None:
        return account_table.sign_in_account(connection, self._clinic_id, _hash(token), purpose, self._clock.now())

    def _new_token(self, account_id: UUID, purpose: str, lasts: timedelta) -> str:
        token = secrets.token_urlsafe(32)
        now = self._clock.now()
        with writing(self._writer) as connection:
            account_table.add_sign_in(
                connection,
                {
                    "clinic_id": self._clinic_id,
                    "token_hash": _hash(token),
                    "account_id": account_id,
                    "purpose": purpose,
                    "created_at": now,
                    "expires_at": now + lasts,
                },
            )
        return token

    def _values(
        self, new: NewAccount, account_id: UUID, created_by: UUID | None, password: str | None
    ) -> dict[str, Any]:
        return {
            "clinic_id": self._clinic_id,
            "account_id": account_id,
            "username": new.username,
            "display_name": new.display_name,
            "role": new.role,
            "password_hash": self._hasher.hash(password) if password else None,
            "is_active": True,
            "created_at": self._clock.now(),
            "created_by": created_by,
        }

    def _verifies(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password[:1000])
        except (VerifyMismatchError, InvalidHashError):
            return False


def _check_new(new: NewAccount) -> None:
    if (
        not 2 <= len(new.username) <= 60
        or not new.username.replace("-", "").replace(".", "").replace("_", "").isalnum()
    ):
        raise CommandRefused("username", "letters, digits, dot, dash and underscore only", "2 to 60 characters")
    if not 2 <= len(new.display_name.strip()) <= 80:
        raise CommandRefused("display_name", "is missing or too long", "2 to 80 characters")
    if new.role not in {role.value for role in Role}:
        raise CommandRefused("role", "unknown role", ", ".join(Role))


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
