"""Accounts, sign-ins and one-time links: the only tables beside projections whose rows change."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select, update

from session_store.storage.schema import account, sign_in


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One person's or device's account."""

    account_id: UUID
    username: str
    display_name: str
    role: str
    password_hash: str | None
    is_active: bool


def _account(row: Row[Any]) -> AccountRow:
    return AccountRow(row.account_id, row.username, row.display_name, row.role, row.password_hash, row.is_active)


def add_account(connection: Connection, values: dict[str, Any]) -> None:
    """Insert one account."""
    connection.execute(insert(account).values(**values))


def accounts(connection: Connection, clinic_id: int) -> list[AccountRow]:
    """All accounts of the clinic by username."""
    query = select(account).where(account.c.clinic_id == clinic_id).order_by(account.c.username)
    return [_account(row) for row in connection.execute(query)]


def account_by_username(connection: Connection, clinic_id: int, username: str) -> AccountRow | None:
    """The account with this username, or None."""
    query = select(account).where(account.c.clinic_id == clinic_id, account.c.username == username)
    row = connection.execute(query).first()
    return None if row is None else _account(row)


def account_by_id(connection: Connection, clinic_id: int, account_id: UUID) -> AccountRow | None:
    """The account with this id, or None."""
    query = select(account).where(account.c.clinic_id == clinic_id, account.c.account_id == account_id)
    row = connection.execute(query).first()
    return None if row is None else _account(row)


def account_by_device_token(connection: Connection, clinic_id: int, token_hash: bytes) -> AccountRow | None:
    """The device account of a bearer token, or None."""
    query = select(account).where(account.c.clinic_id == clinic_id, account.c.device_token_hash == token_hash)
    row = connection.execute(query).first()
    return None if row is None else _account(row)


def set_password(connection: Connection, clinic_id: int, account_id: UUID, password_hash: str) -> None:
    """Store a new password hash."""
    key = (account.c.clinic_id == clinic_id) & (account.c.account_id == account_id)
    connection.execute(update(account).where(key).values(password_hash=password_hash))


def add_sign_in(connection: Connection, values: dict[str, Any]) -> None:
    """Insert a sign-in or a one-time link (`purpose`)."""
    connection.execute(insert(sign_in).values(**values))


def sign_in_account(
    connection: Connection, clinic_id: int, token_hash: bytes, purpose: str, now: datetime
) -> AccountRow | None:
    """The active account of a token that is neither expired nor ended, or None."""
    query = (
        select(account)
        .join(sign_in, (sign_in.c.clinic_id == account.c.clinic_id) & (sign_in.c.account_id == account.c.account_id))
        .where(
            sign_in.c.clinic_id == clinic_id,
            sign_in.c.token_hash == token_hash,
            sign_in.c.purpose == purpose,
            sign_in.c.expires_at > now,
            sign_in.c.ended_at.is_(None),
            account.c.is_active.is_(True),
        )
    )
    row = connection.execute(query).first()
    return None if row is None else _account(row)


def end_sign_in(connection: Connection, clinic_id: int, token_hash: bytes, now: datetime) -> None:
    """End a sign-in or use up a one-time link."""
    key = (sign_in.c.clinic_id == clinic_id) & (sign_in.c.token_hash == token_hash)
    connection.execute(update(sign_in).where(key).values(ended_at=now))
