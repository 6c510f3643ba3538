"""The one door: an ASGI middleware around everything, Dash's own routes and streams included.

It finds out who acts (session cookie or bearer token), asks the permission table, and puts the acting account on the
request. Unknown paths are a 404 here, because Dash's catch-all would answer 200 to any of them.
"""

import json
import time
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.access.permissions import HOME_PAGES, callback_roles, roles_for
from dashboard.components.plain_page import message_page
from session_store.accounts import AccountBook
from session_store.errors import StoreUnavailable
from session_store.storage.account_table import AccountRow

COOKIE = "infusion_session"
# A page names the account that it shows: the cookie is shared by all tabs, and another tab may have signed in since.
SHOWN_ACCOUNT = "X-Infusion-Account"
_SHOWN_ACCOUNT_BYTES = SHOWN_ACCOUNT.lower().encode()
# Whoever they show, these are right: one begins anew, the other wants nobody signed in here.
ANY_ACCOUNT_PATHS = frozenset({"/api/v1/login", "/api/v1/welcome", "/api/v1/logout"})
LARGEST_BODY_BYTES = 2_000_000
# How long a looked-up sign-in is believed without asking the database again; signing out forgets it at once.
REMEMBER_SECONDS = 5.0


class Gate:
    """Who may pass. `forget` is called at sign-out."""

    def __init__(self, inner: ASGIApp, accounts: AccountBook) -> None:
        self._inner = inner
        self._accounts = accounts
        self._known: dict[tuple[str, str], tuple[float, AccountRow]] = {}

    def forget(self, token: str) -> None:
        """Do not believe this token any longer."""
        self._known.pop(("session", token), None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass, redirect or refuse one request."""
        if scope["type"] == "lifespan":
            await self._inner(scope, receive, send)
            return
        if scope["type"] != "http":
            # Dash's WebSocket callbacks stay off; no other socket exists.
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            account = await self._account(scope)
        except StoreUnavailable:
            await _unavailable(scope["path"])(scope, receive, send)
            return
        refusal = _refusal(scope, account)
        if refusal is None and scope["path"] == "/_dash-update-component":
            receive, refusal = await _check_callback(scope, receive, account)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        scope.setdefault("state", {})["account"] = account
        await self._inner(scope, receive, send)

    async def _account(self, scope: Scope) -> AccountRow | None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        bearer = headers.get(b"authorization", "")
        if bearer.lower().startswith("bearer "):
            return await self._look_up("device", bearer[7:].strip(), self._accounts.device)
        token = _cookie(headers.get(b"cookie", ""))
        return await self._look_up("session", token, self._accounts.signed_in) if token else None

    async def _look_up(self, kind: str, token: str, find: Callable[[str], AccountRow | None]) -> AccountRow | None:
        known = self._known.get((kind, token))
        now = time.monotonic()
        if known is not None and now - known[0] < REMEMBER_SECONDS:
            return known[1]
        found = await run_in_threadpool(find, token)
        if len(self._known) > 1000:
            self._known.clear()
        if found is None:
            self._known.pop((kind, token), None)
        else:
            self._known[(kind, token)] = (now, found)
        return found


def _cookie(header: str) -> str | None:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(header)
    except CookieError:
        return None
    return jar[COOKIE].value if COOKIE in jar else None


def _refusal(scope: Scope, account: AccountRow | None) -> Response | None:
    path, method = scope["path"], scope["method"]
    role = account.role if account else "nobody"
    roles = roles_for(method, path)
    is_api = path.startswith(("/api/", "/_dash"))
    if roles is None:
        return _plain(is_api, 404, "no such path", "There is no such page.")
    if not roles:
        return _plain(True, 405, "method not allowed", "")
    if role not in roles:
        if account is None:
            return _sign_in_first(path, is_api)
        # Before the role: that of the other person is not what was wrong.
        return _other_person(scope, account) or _plain(
            is_api, 403, f"not permitted for the role {role}", f"Your role ({role}) has no access to this page."
        )
    if method == "POST":
        return _bad_post(scope) or (_other_person(scope, account) if account is not None else None)
    if path == "/":
        return RedirectResponse(HOME_PAGES[role], 303)
    return None


def _unavailable(path: str) -> Response:
    words = "The record cannot be read at present. Try again in a moment."
    return _plain(path.startswith(("/api/", "/_dash")), 503, "the record is not available", words)


def _sign_in_first(path: str, is_api: bool) -> Response:
    if is_api:
        return _problem(401, "not signed in")
    return RedirectResponse(f"/login?next={quote(path)}", 303)


def _other_person(scope: Scope, account: AccountRow) -> Response | None:
    """Nobody acts under another name than the page shows. Programs that show no page send no such header."""
    if scope["method"] != "POST" or scope["path"] in ANY_ACCOUNT_PATHS:
        return None
    shown = next((value.decode("latin-1") for name, value in scope["headers"] if name == _SHOWN_ACCOUNT_BYTES), None)
    if shown is None or shown.strip().lower() == str(account.account_id):
        return None
    words = f"{account.display_name} is signed in now, and this page shows another account; reload it"
    return _problem(409, words, field="account")


def _bad_post(scope: Scope) -> Response | None:
    """A foreign page cannot post: JSON only, and from this origin where a browser says so."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    if not headers.get(b"content-type", "").startswith("application/json"):
        return _problem(415, "send application/json")
    origin = headers.get(b"origin")
    if origin and urlsplit(origin).netloc != headers.get(b"host", ""):
        return _problem(403, "posted from another site")
    length = headers.get(b"content-length", "0")
    if not length.isdigit() or int(length) > LARGEST_BODY_BYTES:
        return _problem(413, "too large", f"{LARGEST_BODY_BYTES} bytes")
    return None


def _plain(is_api: bool, status: int, reason: str, words: str) -> Response:
    return _problem(status, reason) if is_api else HTMLResponse(message_page(words), status)


def _problem(status: int, reason: str, limit: str | None = None, field: str = "") -> Response:
    return JSONResponse({"problems": [{"field": field, "reason": reason, "limit": limit}]}, status)


async def _check_callback(
    scope: Scope, receive: Receive, account: AccountRow | None
) -> tuple[Receive, Response | None]:
    """Read a Dash callback's body, ask the table by page, and hand the body on."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY_BYTES:
            return receive, _problem(413, "too large")
        if not message.get("more_body"):
            break
    role = account.role if account else "nobody"
    try:
        output, pathname = _callback_target(json.loads(body))
    except (ValueError, TypeError, KeyError, AttributeError):
        return receive, _problem(422, "unreadable callback")
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again, None if role in callback_roles(output, pathname) else _problem(403, "not permitted")


def _callback_target(body: dict[str, Any]) -> tuple[str, str | None]:
    pathname = None
    for item in body.get("inputs", []):
        if isinstance(item, dict) and item.get("property") == "pathname":
            pathname = item.get("value")
    return str(body["output"]), pathname
