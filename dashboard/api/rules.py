"""The alert rules over HTTP: those in force with every change, and what a change would have done to past sessions.

A change itself is an entry of the clinic: `alert_limits_changed` and `alert_limits_signed` at
`POST /api/v1/clinic/entries`.
"""

import asyncio
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from dashboard.api import answers
from dashboard.api.problems import PlainJson
from dashboard.components.rule_list import rule_book_view, second_person_views
from dashboard.services import Services
from session_store.reader import Reader
from session_store.rule_changing import ReadChange, read_change
from session_store.rule_replay import replay_rules

# Enough to show a burden, few enough to be waited for: our proposal.
MOST_SESSIONS = 200
_MOST_CHANGES = 60
_MOST_DIFFERENCES = 10


class TriedChange(BaseModel):
    """Limits and choices by rule id, in the form in which they are changed."""

    limits: dict[str, Any] = Field(default_factory=dict, max_length=_MOST_CHANGES)
    choices: dict[str, Any] = Field(default_factory=dict, max_length=_MOST_CHANGES)


def rules_router(services: Services) -> APIRouter:
    """Routes of the alert rules."""
    router = APIRouter(prefix="/api/v1/rules", tags=["rules"])
    # One replay at a time: it takes a processor, which the record needs as well.
    one_at_a_time = asyncio.Lock()

    @router.get("", responses=answers.ok(answers.AlertRules))
    async def rules() -> JSONResponse:
        """Every alert rule in force, with its source and limit, and every change of limits."""
        return PlainJson(rule_book_view(await run_in_threadpool(services.reader.rule_book)))

    @router.post("/replay", responses=answers.ok(answers.RuleReplay))
    async def replay(tried: TriedChange) -> JSONResponse:
        """What changed limits would have done to the newest finished sessions; nothing is written."""
        in_force = await run_in_threadpool(services.reader.rules)
        change = read_change(in_force, tried.limits, tried.choices)
        if change.problems:
            return PlainJson({"problems": [one.as_json() for one in change.problems]}, 422)
        async with one_at_a_time:
            return PlainJson(await run_in_threadpool(replayed, services.reader, change))

    return router


def replayed(reader: Reader, change: ReadChange) -> dict[str, Any]:
    """Both sets of rules on the same sessions, and who has to sign the change."""
    sessions = reader.newest_sessions(MOST_SESSIONS)
    comparison = replay_rules(sessions, change.changed(), change.rules)
    plain = comparison.as_json()
    return {
        **plain,
        "differences": plain["differences"][:_MOST_DIFFERENCES],
        "sessions": comparison.after.sessions,
        "sessions_found": sessions.found,
        "most_sessions": MOST_SESSIONS,
        "simulated_left_out": sessions.simulated_left_out,
        "needs_second_person": second_person_views(change.rules, change.loosened()),
    }
