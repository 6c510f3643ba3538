"""The OpenAPI description: what FastAPI knows of the routes, with the entry kinds, the refusals and the doors."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from dashboard.access.gate import ANY_ACCOUNT_PATHS, COOKIE, SHOWN_ACCOUNT
from dashboard.api.answers import Problems
from dashboard.api.entry_schemas import UUID7_PATTERN, component_schemas, reference

WORDS = f"""The record of infusion sessions. People sign in with `POST /api/v1/login` and hold a session cookie, devices
send a bearer token. Times are RFC 3339 with an offset. A decimal may also be sent as text. What an entry says is
checked by the record, one outcome an entry; every refusal is `{{"problems": [{{"field", "reason", "limit"}}]}}`.
A POST may name in the header `{SHOWN_ACCOUNT}` the account (its id) whose act it is, as every page does: it is refused
with 409 and the field `account` while somebody else is signed in. Without the header nothing is compared."""
_OPEN_PATHS = frozenset({"/api/v1/login", "/api/v1/welcome"})
_REFUSALS = {
    "400": "the body cannot be read",
    "401": "not signed in",
    "403": "not permitted for the role, or posted from another site",
    "404": "no such thing",
    "409": "the header names another account than the one signed in; nothing was written",
    "413": "too large",
    "415": "not application/json",
    "422": "cannot be read, or refused",
    "503": "the record is not available; nothing was written",
}


def describe_completely(api: FastAPI) -> None:
    """Have `api.openapi()` give the completed description."""

    def description() -> dict[str, Any]:
        if api.openapi_schema is None:
            plain = get_openapi(title=api.title, version=api.version, description=WORDS, routes=api.routes)
            api.openapi_schema = complete(plain)
        return api.openapi_schema

    api.openapi = description  # type: ignore[method-assign]


def complete(plain: dict[str, Any]) -> dict[str, Any]:
    """The description with the schemas of entries, of refusals and of who may call."""
    schemas = plain["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas |= component_schemas()
    parts = Problems.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= parts.pop("$defs")
    schemas["Problems"] = parts
    _say_what_is_sent(schemas)
    for path, method, route in _routes(plain):
        _say_who_may_call(path, route)
        for status in _possible_refusals(path, method, route):
            route["responses"][status] = {
                "description": _REFUSALS[status],
                "content": {"application/json": {"schema": reference("Problems")}},
            }
    plain["components"]["securitySchemes"] = {
        "session_cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE},
        "device_token": {"type": "http", "scheme": "bearer"},
    }
    return plain


def _routes(plain: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in plain["paths"].items():
        for method, route in methods.items():
            yield path, method, route


def _say_what_is_sent(schemas: dict[str, Any]) -> None:
    schemas["SentEntries"]["properties"]["entries"]["items"] = reference("session_entry")
    schemas["SentClinicEntries"]["properties"]["entries"]["items"] = reference("clinic_entry")
    session = schemas["SentSession"]["properties"]
    session["entries"] |= {"prefixItems": [reference("session_planned")], "items": reference("session_entry")}
    session["session_id"]["pattern"] = UUID7_PATTERN


def _say_who_may_call(path: str, route: dict[str, Any]) -> None:
    is_open = path in _OPEN_PATHS or not path.startswith("/api/")
    route["security"] = [] if is_open else [{"session_cookie": []}, {"device_token": []}]


def _possible_refusals(path: str, method: str, route: dict[str, Any]) -> Iterator[str]:
    if not path.startswith("/api/"):
        return
    yield from ("401", "403", "503")
    if "{" in path:
        yield "404"
    if method == "post":
        yield from ("400", "413", "415")
    if method == "post" and path not in ANY_ACCOUNT_PATHS:
        yield "409"
    if "requestBody" in route or "parameters" in route:
        yield "422"
