"""Accounts over HTTP, for administrators: list, add, make a one-time link."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from dashboard.api import answers
from dashboard.api.problems import PlainJson, problem
from dashboard.services import Services
from session_store.accounts import NewAccount, Role
from session_store.storage.account_table import AccountRow

# A character that a database cannot hold is no part of a name.
PlainText = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]


class SentAccount(BaseModel):
    """A person or device to add."""

    username: PlainText
    display_name: PlainText
    role: PlainText


def accounts_router(services: Services) -> APIRouter:
    """Routes for administrators."""
    router = APIRouter(prefix="/api/v1/accounts", tags=["accounts"])
    book = services.accounts

    @router.get("", responses=answers.ok(answers.Accounts))
    async def list_accounts() -> JSONResponse:
        """All accounts."""
        found = await run_in_threadpool(book.all)
        return PlainJson({"accounts": [_account_view(one) for one in found]})

    @router.post("", responses=answers.ok(answers.NewAccount))
    async def add_account(body: SentAccount, request: Request) -> JSONResponse:
        """Add a person, who gets a one-time link, or a device, which gets a token."""
        new = NewAccount(body.username.strip(), body.display_name.strip(), body.role)
        if new.role == Role.DEVICE:
            return PlainJson({"device_token": await run_in_threadpool(book.add_device, new)})
        account_id = await run_in_threadpool(book.add, new, request.state.account.account_id)
        token = await run_in_threadpool(book.one_time_link_token, account_id)
        return PlainJson({"account_id": str(account_id), "link": f"/welcome?link={token}"})

    @router.post("/{account_id}/links", responses=answers.ok(answers.OneTimeLink))
    async def new_link(account_id: UUID, body: dict[str, Any]) -> JSONResponse:
        """A fresh one-time link for an account."""
        if not any(one.account_id == account_id for one in await run_in_threadpool(book.all)):
            return problem(404, "account_id", "no such account")
        token = await run_in_threadpool(book.one_time_link_token, account_id)
        return PlainJson({"account_id": str(account_id), "link": f"/welcome?link={token}"})

    return router


def _account_view(account: AccountRow) -> dict[str, Any]:
    return {
        "account_id": str(account.account_id),
        "username": account.username,
        "display_name": account.display_name,
        "role": account.role,
        "has_password": account.password_hash is not None,
        "is_active": account.is_active,
    }
