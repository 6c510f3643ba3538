"""The record over HTTP: sessions, entries, timelines, acknowledgements, changes, the panel's first load."""

import asyncio
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from dashboard.access.permissions import may_record
from dashboard.api.problems import problem
from dashboard.services import Services
from session_store.commands import Author, EntryOutcome, EntryResult, PlanSession, RecordEntries
from session_store.domain.entry_fields import FieldRefused, Problem, read_time
from session_store.domain.identifiers import parse_uuid7
from session_store.plain_views import fact_view


class SentEntries(BaseModel):
    """Entries for one session; each has `entry_id`, `kind`, `effective_at`, `source` and the fields of its kind."""

    entries: list[dict[str, Any]] = Field(min_length=1, max_length=500)
    sent_at: str | None = Field(None, description="the sender's clock at sending, RFC 3339")
    is_simulated: bool = False


class SentSession(SentEntries):
    """A new session: its first entry is `session_planned`; all entries are written or none."""

    session_id: str


class SentAcknowledgement(BaseModel):
    """What the acting person does about an alert."""

    entry_id: str
    action: str
    deadline_min: int | None = None
    remark: str | None = None


def author_of(request: Request) -> Author:
    """The acting account that the gate put on the request."""
    account = request.state.account
    return Author(account.account_id, account.display_name, account.role)


def result_view(result: EntryResult) -> dict[str, Any]:
    """The answer to one entry."""
    return {
        "entry_id": result.entry_id,
        "outcome": result.outcome.value,
        "change_number": result.change_number,
        "problems": [one.as_json() for one in result.problems],
        "alerts": [fact_view(fact) for fact in result.alert_facts],
    }


def sessions_router(services: Services) -> APIRouter:
    """Routes of the record."""
    router = APIRouter(prefix="/api/v1", tags=["record"])

    @router.post("/sessions")
    async def plan_session(body: SentSession, request: Request) -> JSONResponse:
        session_id = parse_uuid7(body.session_id)
        if session_id is None:
            return problem(422, "session_id", "not a UUID version 7")
        command = PlanSession(
            session_id, author_of(request), tuple(body.entries), _sent_at(body), _simulated(services, body)
        )
        results = await asyncio.wrap_future(services.recorder.submit(command))
        return _answer(services, results, {"session_id": body.session_id})

    @router.post("/sessions/{session_id}/entries")
    async def record_entries(session_id: UUID, body: SentEntries, request: Request) -> JSONResponse:
        author = author_of(request)
        is_permitted = [may_record(author.role, str(raw.get("kind"))) for raw in body.entries]
        if not await run_in_threadpool(services.reader.knows, session_id):
            return problem(404, "session_id", "no such session")
        permitted = tuple(raw for raw, passes in zip(body.entries, is_permitted, strict=True) if passes)
        results: list[EntryResult] = []
        if permitted:
            command = RecordEntries(session_id, author, permitted, _sent_at(body), _simulated(services, body))
            results = await asyncio.wrap_future(services.recorder.submit(command))
        answers = iter(results)
        in_sent_order = [
            next(answers) if passes else _not_permitted(raw, author)
            for raw, passes in zip(body.entries, is_permitted, strict=True)
        ]
        return _answer(services, in_sent_order, {})

    @router.post("/alerts/{alert_id}/acknowledgements")
    async def acknowledge(alert_id: UUID, body: SentAcknowledgement, request: Request) -> JSONResponse:
        session_id = await run_in_threadpool(services.reader.session_of_alert, alert_id)
        if session_id is None:
            return problem(404, "alert_id", "no such open alert")
        entry = {**body.model_dump(exclude_none=True), "kind": "acknowledgement", "alert_id": str(alert_id)}
        command = RecordEntries(session_id, author_of(request), (entry,))
        results = await asyncio.wrap_future(services.recorder.submit(command))
        return JSONResponse({**result_view(results[0]), "server_time": services.clock.now().isoformat()})

    @router.get("/sessions")
    async def list_sessions(
        status: Literal["open", "running", "finished", "planned"] = "open",
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> dict[str, Any]:
        return {"sessions": await run_in_threadpool(services.reader.sessions, status, limit), "next": None}

    @router.get("/sessions/{session_id}/timeline")
    async def timeline(session_id: UUID) -> dict[str, Any]:
        return await run_in_threadpool(services.reader.timeline, session_id, services.clock.now())

    @router.get("/panel")
    async def panel(minutes: Annotated[int, Query(ge=1, le=1440)] = 60) -> dict[str, Any]:
        now = services.clock.now()
        number, tiles = await run_in_threadpool(services.reader.panel, now, minutes)
        return {
            "server_time": now.isoformat(),
            "change_number": number,
            "clinic_time_zone": services.settings.clinic_time_zone,
            "is_simulated": services.settings.is_simulated,
            "tiles": tiles,
        }

    @router.get("/changes")
    async def changes(
        after: Annotated[int, Query(ge=0)] = 0, limit: Annotated[int, Query(ge=1, le=1000)] = 500
    ) -> dict[str, Any]:
        found = await run_in_threadpool(services.reader.changes_after, after, limit)
        return {"changes": found, "change_number": found[-1]["change_number"] if found else after}

    return router


def _sent_at(body: SentEntries) -> Any:
    if body.sent_at is None:
        return None
    try:
        return read_time(body.sent_at)
    except FieldRefused:
        return None


def _simulated(services: Services, body: SentEntries) -> bool:
    """Everything in a simulated database is simulated; in a real one the sender marks what it simulates."""
    return services.settings.is_simulated or body.is_simulated


def _not_permitted(raw: dict[str, Any], author: Author) -> EntryResult:
    text = raw.get("entry_id")
    refusal = Problem("kind", f"the role {author.role} may not record this", None)
    return EntryResult(text if isinstance(text, str) else None, EntryOutcome.REFUSED, problems=(refusal,))


def _answer(services: Services, results: list[EntryResult], more: dict[str, Any]) -> JSONResponse:
    views = [result_view(one) for one in results]
    return JSONResponse({**more, "results": views, "server_time": services.clock.now().isoformat()})
