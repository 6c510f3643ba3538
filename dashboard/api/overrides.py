"""A physician lets a held start or discharge through at the chair, on the tablet of whoever is signed in there.

Name and password go with the request and are checked like a sign-in; nobody is signed in or out by it. The entry is
the physician's.
"""

import asyncio
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from dashboard.access.permissions import recordable_kinds
from dashboard.api import answers
from dashboard.api.accounts import PlainText
from dashboard.api.problems import PlainJson, problem
from dashboard.api.sent_bodies import result_view
from dashboard.services import Services
from session_store.commands import Author, RecordEntries


class SentOverride(BaseModel):
    """Who overrides, what, and why; the server adds what held at that moment."""

    entry_id: str
    kind: Literal["start_override", "discharge_override"]
    reason: str
    username: PlainText
    password: str = Field(max_length=1000)


def overrides_router(services: Services) -> APIRouter:
    """The route of overrides at the chair."""
    router = APIRouter(prefix="/api/v1", tags=["record"])

    @router.post("/sessions/{session_id}/overrides", responses=answers.ok(answers.Overridden))
    async def override(session_id: UUID, body: SentOverride) -> JSONResponse:
        """Override what holds the start or the discharge by a physician's name and password; nobody is signed out."""
        if not await run_in_threadpool(services.reader.knows, session_id):
            return problem(404, "session_id", "no such session")
        found = await run_in_threadpool(services.accounts.confirmed, body.username.strip(), body.password)
        if found is None:
            return problem(401, "password", "user name and password do not fit")
        permitted = recordable_kinds(found.role)
        if body.kind not in permitted:
            return problem(403, "username", f"only a physician overrides, not the role {found.role}", "a physician")
        author = Author(found.account_id, found.display_name, found.role)
        entry = {"entry_id": body.entry_id, "kind": body.kind, "reason": body.reason}
        command = RecordEntries(
            session_id, author, (entry,), is_simulated=services.settings.is_simulated, permitted_kinds=permitted
        )
        results = await asyncio.wrap_future(services.recorder.submit(command))
        now = services.clock.now().isoformat()
        return PlainJson({**result_view(results[0]), "author_name": author.display_name, "server_time": now})

    return router
