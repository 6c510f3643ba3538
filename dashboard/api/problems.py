"""Every 4xx of the HTTP interface is `{"problems": [{"field", "reason", "limit"}]}`."""

import json
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from session_store.errors import CommandRefused, StoreUnavailable, UnknownSession


class PlainJson(JSONResponse):
    """JSON in ASCII alone: what was sent can be named in an answer even where it is half of a surrogate pair."""

    def render(self, content: Any) -> bytes:
        """The bytes of the answer."""
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode("ascii")


def problem(status: int, field: str, reason: str, limit: str | None = None) -> JSONResponse:
    """One problem as an answer."""
    return PlainJson({"problems": [{"field": field, "reason": reason, "limit": limit}]}, status)


def add_problem_handlers(api: FastAPI) -> None:
    """Faults and refusals become answers with structure."""

    @api.exception_handler(RequestValidationError)
    async def _unreadable(_request: Request, fault: RequestValidationError) -> JSONResponse:
        problems = [{"field": _field(one), "reason": one["msg"], "limit": None} for one in fault.errors()[:20]]
        return PlainJson({"problems": problems}, 422)

    @api.exception_handler(HTTPException)
    async def _http(_request: Request, fault: HTTPException) -> JSONResponse:
        return problem(fault.status_code, "", str(fault.detail))

    @api.exception_handler(UnknownSession)
    async def _unknown(_request: Request, _fault: UnknownSession) -> JSONResponse:
        return problem(404, "session_id", "no such session")

    @api.exception_handler(CommandRefused)
    async def _refused(_request: Request, fault: CommandRefused) -> JSONResponse:
        return problem(422, fault.field, fault.reason, fault.limit)

    @api.exception_handler(StoreUnavailable)
    async def _unavailable(_request: Request, _fault: StoreUnavailable) -> JSONResponse:
        return problem(503, "", "the record is not available; what is sent again is recorded once")


def _field(fault: dict[str, Any]) -> str:
    """The field that could not be read; the whole body where it is no JSON."""
    return "" if fault["type"] == "json_invalid" else ".".join(str(part) for part in fault["loc"][1:])
