"""The clinic's own record over HTTP: credentials, chairs, vial stock and counts."""

import asyncio

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from dashboard.api import answers
from dashboard.api.problems import PlainJson
from dashboard.api.sent_bodies import (
    SentClinicEntries,
    author_of,
    is_simulated,
    permitted_kinds,
    results_answer,
    sent_at,
)
from dashboard.services import Services
from session_store.commands import RecordClinicEntries


def clinic_router(services: Services) -> APIRouter:
    """Routes of what is recorded of the clinic itself."""
    router = APIRouter(prefix="/api/v1/clinic", tags=["clinic"])

    @router.post("/entries", responses=answers.ok(answers.EntryResults))
    async def record_clinic_entries(body: SentClinicEntries, request: Request) -> JSONResponse:
        """Append entries about the clinic itself, each judged alone."""
        command = RecordClinicEntries(
            author_of(request), tuple(body.entries), sent_at(body), is_simulated(services, body),
            permitted_kinds(request),
        )  # fmt: skip
        return results_answer(services, await asyncio.wrap_future(services.recorder.submit(command)))

    @router.get("", responses=answers.ok(answers.ClinicRecord))
    async def clinic_record() -> JSONResponse:
        """The clinic's own entries, and what they say now of credentials and stock."""
        return PlainJson(await run_in_threadpool(services.reader.clinic_record))

    @router.get("/due", responses=answers.ok(answers.DueList))
    async def due_list() -> JSONResponse:
        """Wastes and stock entries that still need a second person, oldest first."""
        return PlainJson(await run_in_threadpool(services.reader.due_list, services.clock.now()))

    return router
