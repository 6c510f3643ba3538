"""Accounts over HTTP, for administrators: list, add, make a one-time link."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from dashboard.services import Services
from session_store.accounts import NewAccount, Role
from session_store.errors import CommandRefused


class SentAccount(BaseModel):
    """A person or device to add."""

    username: str = Field(max_length=200)
    display_name: str = Field(max_length=200)
    role: str = Field(max_length=40)


def accounts_router(services: Services) -> APIRouter:
    """Routes for administrators."""
    router = APIRouter(prefix="/api/v1/accounts", tags=["accounts"])
    book = services.accounts

    @router.get("")
    async def list_accounts() -> dict[str, Any]:
        found = await run_in_threadpool(book.all)
        return {
            "accounts": [
                {
                    "account_id": str(one.account_id),
                    "username": one.username,
                    "display_name": one.display_name,
                    "role": one.role,
                    "has_password": one.password_hash is not None,
                    "is_active": one.is_active,
                }
                for one in found
            ]
        }

    @router.post("")
    async def add_account(body: SentAccount, request: Request) -> dict[str, Any]:
        new = NewAccount(body.username.strip(), body.display_name.strip(), body.role)
        if new.role == Role.DEVICE:
            return {"device_token": await run_in_threadpool(book.add_device, new)}
        account_id = await run_in_threadpool(book.add, new, request.state.account.account_id)
        token = await run_in_threadpool(book.one_time_link_token, account_id)
        return {"account_id": str(account_id), "link": f"/welcome?link={token}"}

    @router.post("/{account_id}/links")
    async def new_link(account_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
        if not any(one.account_id == account_id for one in await run_in_threadpool(book.all)):
            raise CommandRefused("account_id", "no such account")
        token = await run_in_threadpool(book.one_time_link_token, account_id)
        return {"account_id": str(account_id), "link": f"/welcome?link={token}"}

    return router
