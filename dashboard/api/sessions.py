"""The record over HTTP: sessions, entries, timelines, courses, acknowledgements, changes, the panel's first load."""

import asyncio
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from dashboard.api import answers
from dashboard.api.problems import PlainJson, problem
from dashboard.api.sent_bodies import (
    SentEntries,
    SentSession,
    author_of,
    is_simulated,
    permitted_kinds,
    result_view,
    results_answer,
    sent_at,
)
from dashboard.push.endpoint import LAST_NUMBER
from dashboard.services import Services
from session_store.commands import PlanSession, RecordEntries, TabletHeard
from session_store.domain.identifiers import parse_uuid7


class SentAcknowledgement(BaseModel):
    """What the acting person does about an alert."""

    entry_id: str
    action: str
    deadline_min: int | None = None
    remark: str | None = None
    seen_level: str | None = Field(
        None, description="`peak_level` of the alert as it was shown to the person; no level reached since is answered"
    )


class SentTablet(BaseModel):
    """A bedside tablet says that it has the session open, or leaves it."""

    tablet_id: UUID = Field(description="made by the tablet once; the same as long as it keeps its storage")
    is_leaving: bool = Field(False, description="the tablet turns to something else and is not missed")


def sessions_router(services: Services) -> APIRouter:
    """Routes of the record."""
    router = APIRouter(prefix="/api/v1", tags=["record"])
    _add_writing(router, services)
    _add_lists(router, services)
    _add_single(router, services)
    _add_live(router, services)
    return router


def _add_writing(router: APIRouter, services: Services) -> None:
    @router.post("/sessions", responses=answers.ok(answers.PlannedSession))
    async def plan_session(body: SentSession, request: Request) -> JSONResponse:
        """Make a session with its first entries; all are written or none."""
        session_id = parse_uuid7(body.session_id)
        if session_id is None:
            return problem(422, "session_id", "not a UUID version 7")
        command = PlanSession(
            session_id, author_of(request), tuple(body.entries), sent_at(body), is_simulated(services, body),
            permitted_kinds(request),
        )  # fmt: skip
        results = await asyncio.wrap_future(services.recorder.submit(command))
        return results_answer(services, results, session_id=body.session_id)

    @router.post("/sessions/{session_id}/entries", responses=answers.ok(answers.EntryResults))
    async def record_entries(session_id: UUID, body: SentEntries, request: Request) -> JSONResponse:
        """Append entries to a session, each judged alone; a resend of the same entry answers `duplicate`."""
        if not await run_in_threadpool(services.reader.knows, session_id):
            return problem(404, "session_id", "no such session")
        command = RecordEntries(
            session_id, author_of(request), tuple(body.entries), sent_at(body), is_simulated(services, body),
            permitted_kinds(request),
        )  # fmt: skip
        return results_answer(services, await asyncio.wrap_future(services.recorder.submit(command)))

    @router.post("/sessions/{session_id}/tablets", responses=answers.ok(answers.TabletHeard))
    async def hear_tablet(session_id: UUID, body: SentTablet, request: Request) -> JSONResponse:
        """Say every 20 s that a bedside tablet has this session open; while it is treated, 90 s of silence alert."""
        heard_at = services.clock.now()
        if not await run_in_threadpool(services.reader.knows, session_id):
            return problem(404, "session_id", "no such session")
        command = TabletHeard(session_id, body.tablet_id, author_of(request), body.is_leaving)
        await asyncio.wrap_future(services.recorder.submit(command))
        return PlainJson({"heard_at": heard_at.isoformat()})

    @router.post("/alerts/{alert_id}/acknowledgements", responses=answers.ok(answers.Acknowledged))
    async def acknowledge(alert_id: UUID, body: SentAcknowledgement, request: Request) -> JSONResponse:
        """Answer for an alert with an action; the acting account stands on it."""
        session_id = await run_in_threadpool(services.reader.session_of_alert, alert_id)
        if session_id is None:
            return problem(404, "alert_id", "no such open alert")
        entry = {**body.model_dump(exclude_none=True), "kind": "acknowledgement", "alert_id": str(alert_id)}
        command = RecordEntries(session_id, author_of(request), (entry,), permitted_kinds=permitted_kinds(request))
        results = await asyncio.wrap_future(services.recorder.submit(command))
        return PlainJson({**result_view(results[0]), "server_time": services.clock.now().isoformat()})


def _add_lists(router: APIRouter, services: Services) -> None:
    @router.get("/sessions", responses=answers.ok(answers.SessionList))
    async def list_sessions(
        status: Literal["open", "running", "finished", "planned"] = "open",
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
        after: Annotated[str | None, Query(max_length=200, description="`next` of the page before")] = None,
    ) -> JSONResponse:
        """Tiles of the sessions in a group of statuses, newest start first; `next` leads to the next page."""
        tiles, following = await run_in_threadpool(services.reader.sessions_page, status, limit, after)
        return PlainJson({"sessions": tiles, "next": following})

    @router.get("/courses/{course_id}", responses=answers.ok(answers.Course))
    async def course(course_id: UUID) -> JSONResponse:
        """The sessions of a course with the cumulative dose and the last decision."""
        found = await run_in_threadpool(services.reader.course, course_id, services.clock.now())
        return PlainJson(found) if found["sessions"] else problem(404, "course_id", "no such course")


def _add_single(router: APIRouter, services: Services) -> None:
    @router.get("/sessions/{session_id}/timeline", responses=answers.ok(answers.Timeline))
    async def timeline(session_id: UUID) -> JSONResponse:
        """One session whole: tile, dose as of now, entries as they read after corrections, alerts with their life."""
        return PlainJson(await run_in_threadpool(services.reader.timeline, session_id, services.clock.now()))

    @router.get("/sessions/{session_id}/predicted-concentration", responses=answers.ok(answers.PredictedConcentration))
    async def predicted_concentration(session_id: UUID) -> JSONResponse:
        """The band of predicted plasma ketamine from the first drug to now: models, not measured, not for dosing."""
        now = services.clock.now()
        return PlainJson(await run_in_threadpool(services.reader.predicted_concentration, session_id, now))

    @router.get("/sessions/{session_id}/gates", responses=answers.ok(answers.Gates))
    async def gates(session_id: UUID) -> JSONResponse:
        """What holds the start (until it) or the discharge home (in recovery) as of now, and what is only cautioned."""
        return PlainJson(await run_in_threadpool(services.reader.gates, session_id, services.clock.now()))

    @router.get("/sessions/{session_id}/audit", responses=answers.ok(answers.AuditTrail))
    async def audit_trail(session_id: UUID) -> JSONResponse:
        """Every entry as it was first recorded, in the order of recording, with who withdrew or amended it."""
        return PlainJson({"entries": await run_in_threadpool(services.reader.audit_trail, session_id)})


def _add_live(router: APIRouter, services: Services) -> None:
    @router.get("/panel", responses=answers.ok(answers.Panel))
    async def panel(minutes: Annotated[int, Query(ge=1, le=1440)] = 60) -> JSONResponse:
        """The panel's first load: tiles of open sessions with the points of their plots."""
        now = services.clock.now()
        number, tiles = await run_in_threadpool(services.reader.panel, now, minutes)
        return PlainJson(
            {
                "server_time": now.isoformat(),
                "change_number": number,
                "clinic_time_zone": services.settings.clinic_time_zone,
                "is_simulated": services.settings.is_simulated,
                "tiles": tiles,
            }
        )

    @router.get("/changes", responses=answers.ok(answers.Changes))
    async def changes(
        after: Annotated[int, Query(ge=0, le=LAST_NUMBER)] = 0, limit: Annotated[int, Query(ge=1, le=1000)] = 500
    ) -> JSONResponse:
        """Changes numbered above `after`, in the order of commit."""
        found = await run_in_threadpool(services.reader.changes_after, after, limit)
        return PlainJson({"changes": found, "change_number": found[-1]["change_number"] if found else after})
