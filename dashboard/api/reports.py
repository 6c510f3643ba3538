"""Reports over HTTP."""

from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from dashboard.api import answers
from dashboard.api.problems import problem
from dashboard.services import Services
from session_store.reports import day_range

# The record's own years; beyond them no day can be counted in the clinic's zone.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2200, 12, 31)


def reports_router(services: Services) -> APIRouter:
    """Routes of the review."""
    router = APIRouter(prefix="/api/v1/reports", tags=["reports"])
    zone = ZoneInfo(services.settings.clinic_time_zone)

    @router.get("/responders", responses=answers.ok(answers.Responders))
    async def responders(
        first: Annotated[date | None, Query(alias="from", ge=FIRST_DAY, le=LAST_DAY)] = None,
        last: Annotated[date | None, Query(alias="to", ge=FIRST_DAY, le=LAST_DAY)] = None,
    ) -> JSONResponse:
        """The review's numbers of a period; days in the clinic's zone."""
        if first is not None and last is not None and last < first:
            return problem(422, "to", "lies before from", str(first))
        since, until = day_range(first, last, zone)
        report = await run_in_threadpool(services.reports.responders, services.settings.clinic_id, since, until)
        plain: dict[str, Any] = report.as_json()
        return JSONResponse(plain)

    return router
