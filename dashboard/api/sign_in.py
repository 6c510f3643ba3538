"""Signing in and out, the one-time link, and who am I."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse

from dashboard.access.gate import COOKIE
from dashboard.access.permissions import pages_of
from dashboard.api import answers
from dashboard.api.accounts import PlainText
from dashboard.api.problems import PlainJson, problem
from dashboard.components.plain_page import login_page, welcome_page
from dashboard.services import Services
from session_store.accounts import SIGN_IN_LASTS
from session_store.storage.account_table import AccountRow


class Credentials(BaseModel):
    """User name and password."""

    username: PlainText
    password: str = Field(max_length=1000)


class FirstPassword(BaseModel):
    """A one-time link's token and the password its owner chose."""

    link: PlainText
    password: str = Field(max_length=1000)


def sign_in_router(services: Services, forget: Callable[[str], None]) -> APIRouter:
    """Routes around signing in."""
    router = APIRouter(tags=["sign-in"])
    accounts = services.accounts

    @router.post("/api/v1/login", responses=answers.ok(answers.Person))
    async def login(body: Credentials) -> JSONResponse:
        """Sign in; the answer sets the session cookie."""
        found = await run_in_threadpool(accounts.sign_in, body.username.strip(), body.password)
        if found is None:
            return problem(401, "password", "user name and password do not fit")
        return _with_cookie(*found)

    @router.post("/api/v1/welcome", responses=answers.ok(answers.Person))
    async def welcome(body: FirstPassword) -> JSONResponse:
        """Set the first password by a one-time link, and sign in."""
        owner = await run_in_threadpool(accounts.use_link, body.link, body.password)
        found = await run_in_threadpool(accounts.sign_in, owner.username, body.password)
        return problem(401, "link", "not usable") if found is None else _with_cookie(*found)

    @router.post("/api/v1/logout", responses=answers.ok(answers.Nothing))
    async def logout(request: Request) -> JSONResponse:
        """End the session at once."""
        token = request.cookies.get(COOKIE)
        if token:
            await run_in_threadpool(accounts.sign_out, token)
            forget(token)
        answer = JSONResponse({})
        answer.delete_cookie(COOKIE)
        return answer

    @router.get("/api/v1/me", responses=answers.ok(answers.Me))
    async def me(request: Request) -> JSONResponse:
        """Who is signed in."""
        account = request.state.account
        return PlainJson(
            {
                **_account_view(account),
                "pages": pages_of(account.role),
                "server_time": services.clock.now().isoformat(),
                "clinic_time_zone": services.settings.clinic_time_zone,
                "is_simulated": services.settings.is_simulated,
                "drill_name": services.settings.drill_name or None,
            }
        )

    @router.get("/login", include_in_schema=False)
    async def show_login() -> HTMLResponse:
        return HTMLResponse(login_page(is_simulated=services.settings.is_simulated))

    @router.get("/welcome", include_in_schema=False)
    async def show_welcome(link: str = "") -> HTMLResponse:
        owner = await run_in_threadpool(accounts.link_owner, link)
        name = owner.display_name if owner else None
        return HTMLResponse(welcome_page(name, is_simulated=services.settings.is_simulated))

    return router


def _account_view(account: AccountRow) -> dict[str, Any]:
    return {
        "account_id": str(account.account_id),
        "username": account.username,
        "display_name": account.display_name,
        "role": account.role,
    }


def _with_cookie(account: AccountRow, token: str) -> JSONResponse:
    answer = JSONResponse(_account_view(account))
    answer.set_cookie(COOKIE, token, max_age=int(SIGN_IN_LASTS.total_seconds()), httponly=True, samesite="strict")
    return answer
