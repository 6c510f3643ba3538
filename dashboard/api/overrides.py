"""A physician lets a held start or discharge through at the chair, on the tablet of whoever is signed in there.

Name and password go with the request and are checked like a sign-in; nobody is signed in or out by it. The entry is
the physician's, also in the answer to a resend: it names who is on record, never who has typed a password now.
"""

import asyncio
from dataclasses import replace
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from dashboard.access.permissions import recordable_kinds
from dashboard.api import answers
from dashboard.api.accounts import PlainText
from dashboard.api.problems import PlainJson, problem
from dashboard.api.sent_bodies import result_view
from dashboard.services import Services
from session_store.commands import Author, EntryOutcome, EntryResult, RecordEntries
from session_store.domain.entry_fields import Problem
from session_store.domain.identifiers import parse_uuid7
from session_store.storage.account_table import AccountRow

RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)+$", max_length=60)]


class SentOverride(BaseModel):
    """Who overrides, what, and why. Where other items hold by then than were read it is refused with those."""

    entry_id: str
    kind: Literal["start_override", "discharge_override"]
    overridden: list[RuleId] = Field(min_length=1, max_length=60, description="the items that were read, by their rule")
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
        (result,) = await asyncio.wrap_future(services.recorder.submit(_command(services, session_id, body, found)))
        author_name = found.display_name
        if result.outcome is EntryOutcome.DUPLICATE:
            result, author_name = await run_in_threadpool(_again, services, session_id, result, found)
        now = services.clock.now().isoformat()
        return PlainJson({**result_view(result), "author_name": author_name, "server_time": now})

    return router


def _command(services: Services, session_id: UUID, body: SentOverride, physician: AccountRow) -> RecordEntries:
    entry = {
        "entry_id": body.entry_id, "kind": body.kind, "reason": body.reason, "overridden": " ".join(body.overridden),
    }  # fmt: skip
    return RecordEntries(
        session_id,
        Author(physician.account_id, physician.display_name, physician.role),
        (entry,),
        is_simulated=services.settings.is_simulated,
        permitted_kinds=recordable_kinds(physician.role),
    )


def _again(services: Services, session_id: UUID, result: EntryResult, physician: AccountRow) -> tuple[EntryResult, str]:
    """The answer to an id that is on record: by whom it was overridden; somebody else adds nothing and is told so."""
    entry_id = parse_uuid7(result.entry_id)
    recorded = None if entry_id is None else services.reader.author_of(session_id, entry_id)
    if recorded is None:
        refused = Problem("entry_id", "this id is on record in another session", None)
        return replace(result, outcome=EntryOutcome.REFUSED, problems=(refused,)), physician.display_name
    account_id, name = recorded
    if account_id != physician.account_id:
        reason = f"{name} has overridden this already; nothing is added in the name of {physician.display_name}"
        result = replace(result, problems=(Problem("username", reason, None),))
    return result, name
