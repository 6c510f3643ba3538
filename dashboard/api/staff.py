"""Who may treat patients, with the credentials on record: what the tablet offers where a person is named."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from dashboard.access.permissions import BEDSIDE_ROLES
from dashboard.api import answers
from dashboard.api.problems import PlainJson
from dashboard.services import Services
from session_store.storage.account_table import AccountRow


def staff_router(services: Services) -> APIRouter:
    """The route of the staff list."""
    router = APIRouter(prefix="/api/v1", tags=["accounts"])

    @router.get("/staff", responses=answers.ok(answers.Staff))
    async def staff() -> JSONResponse:
        """Active people with a clinical role, by name, each with credentials and whether they hold today."""
        accounts = await run_in_threadpool(services.accounts.all)
        credentials = await run_in_threadpool(services.reader.credentials)
        today = services.clock.now().date()
        clinical = [one for one in accounts if one.is_active and one.role in BEDSIDE_ROLES]
        clinical.sort(key=lambda one: one.display_name)
        return PlainJson({"staff": [_member(one, credentials.get(one.account_id, {}), today) for one in clinical]})

    return router


def _member(account: AccountRow, held: Mapping[str, date], today: date) -> dict[str, Any]:
    return {
        "account_id": str(account.account_id),
        "display_name": account.display_name,
        "role": account.role,
        "credentials": [
            {"credential": name, "valid_until": until.isoformat(), "is_valid": until >= today}
            for name, until in sorted(held.items())
        ],
    }
