"""Bodies that carry entries, and the answers to them: the same for sessions and for the clinic's own record."""

from datetime import datetime
from typing import Any

from fastapi import Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from dashboard.access.permissions import recordable_kinds
from dashboard.api.problems import PlainJson
from dashboard.services import Services
from session_store.commands import Author, EntryResult
from session_store.domain.entry_fields import FieldRefused, read_time
from session_store.plain_views import fact_view


class SentEntries(BaseModel):
    """Entries for one session, each judged alone; the fields of each kind stand in the schema of that name."""

    entries: list[dict[str, Any]] = Field(min_length=1, max_length=500)
    sent_at: str | None = Field(None, description="the sender's clock at sending, RFC 3339")
    is_simulated: bool = False


class SentSession(SentEntries):
    """A new session: its first entry is `session_planned`; all entries are written or none."""

    session_id: str = Field(description="UUID version 7, made by the sender")


class SentClinicEntries(SentEntries):
    """Entries about the clinic itself, each judged alone."""


def author_of(request: Request) -> Author:
    """The acting account that the gate put on the request."""
    account = request.state.account
    return Author(account.account_id, account.display_name, account.role)


def permitted_kinds(request: Request) -> frozenset[str]:
    """What the acting account may record."""
    return recordable_kinds(request.state.account.role)


def sent_at(body: SentEntries) -> datetime | None:
    """The sender's clock, where it can be read: an entry is not held back because of a wrong clock."""
    if body.sent_at is None:
        return None
    try:
        return read_time(body.sent_at)
    except FieldRefused:
        return None


def is_simulated(services: Services, body: SentEntries) -> bool:
    """Everything in a simulated database is simulated; in a real one the sender marks what it simulates."""
    return services.settings.is_simulated or body.is_simulated


def result_view(result: EntryResult) -> dict[str, Any]:
    """The answer to one entry."""
    return {
        "entry_id": result.entry_id,
        "outcome": result.outcome.value,
        "change_number": result.change_number,
        "problems": [one.as_json() for one in result.problems],
        "alerts": [fact_view(fact) for fact in result.alert_facts],
    }


def results_answer(services: Services, results: list[EntryResult], **more: Any) -> JSONResponse:
    """One outcome an entry, in the order sent."""
    views = [result_view(one) for one in results]
    return PlainJson({**more, "results": views, "server_time": services.clock.now().isoformat()})
