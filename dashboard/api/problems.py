"""Every 4xx of the HTTP interface is `{"problems": [{"field", "reason", "limit"}]}`."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from session_store.errors import CommandRefused, StoreUnavailable, UnknownSession


def problem(status: int, field: str, reason: str, limit: str | None = None) -> JSONResponse:
    """One problem as an answer."""
    return JSONResponse({"problems": [{"field": field, "reason": reason, "limit": limit}]}, status)


def add_problem_handlers(api: FastAPI) -> None:
    """Faults and refusals become answers with structure."""

    @api.exception_handler(RequestValidationError)
    async def _unreadable(_request: Request, fault: RequestValidationError) -> JSONResponse:
        problems = [
            {"field": ".".join(str(part) for part in one["loc"][1:]), "reason": one["msg"], "limit": None}
            for one in fault.errors()[:20]
        ]
        return JSONResponse({"problems": problems}, 422)

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
        return problem(503, "", "the record is not available; nothing was written")
