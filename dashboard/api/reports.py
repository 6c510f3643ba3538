"""Reports over HTTP."""

from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from dashboard.api.problems import problem
from dashboard.services import Services
from session_store.reports import day_range


def reports_router(services: Services) -> APIRouter:
    """Routes of the review."""
    router = APIRouter(prefix="/api/v1/reports", tags=["reports"])
    zone = ZoneInfo(services.settings.clinic_time_zone)

    @router.get("/responders")
    async def responders(
        first: Annotated[date | None, Query(alias="from")] = None,
        last: Annotated[date | None, Query(alias="to")] = None,
    ) -> JSONResponse:
        if first is not None and last is not None and last < first:
            return problem(422, "to", "lies before from", str(first))
        since, until = day_range(first, last, zone)
        report = await run_in_threadpool(services.reports.responders, services.settings.clinic_id, since, until)
        plain: dict[str, Any] = report.as_json()
        return JSONResponse(plain)

    return router
