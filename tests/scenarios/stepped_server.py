"""A server whose clock stands still until a test sets it, and that judges the time when it is told to.

`python -m tests.scenarios.stepped_server`: the real server with two more routes, PUT /test/clock and POST
/test/judging. Hours of sessions pass in seconds, and the same steps give the same alerts.
"""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard import app
from session_store.leading import Leadership
from session_store.settings import Settings
from tests.server_process import ServerProcess

CLOCK_PATH, JUDGING_PATH = "/test/clock", "/test/judging"
# Long before any scenario: the first thing a test does is to set the clock.
_NOT_SET = datetime(2026, 1, 1, tzinfo=UTC)


class SetClock:
    """The server's clock: it shows what it was last set to."""

    shown = _NOT_SET

    def now(self) -> datetime:
        """The present instant of the test."""
        return SetClock.shown


@dataclass
class Judging:
    """Has the time judged when asked, by the server's own step, in place of once a second."""

    asked: "asyncio.Queue[asyncio.Future[None]]" = field(default_factory=asyncio.Queue)

    async def loop(self, services: app.Services, leadership: Leadership) -> None:
        """Stands for the server's loop: one round a request."""
        leads_since: datetime | None = None
        while True:
            done = await self.asked.get()
            try:
                leads_since = await app._judge_once(services, leadership, leads_since)
                done.set_result(None)
            except Exception as fault:
                done.set_exception(fault)

    async def once(self) -> None:
        """One round; returns when what it found is on record."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self.asked.put(done)
        await done


@dataclass
class _WithTestRoutes:
    """The application with the two routes in front of it."""

    asgi: ASGIApp
    judging: Judging

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path")
        if path == CLOCK_PATH:
            SetClock.shown = datetime.fromisoformat(json.loads(await Request(scope, receive).body())["now"])
        elif path == JUDGING_PATH:
            await self.judging.once()
        else:
            await self.asgi(scope, receive, send)
            return
        await Response(status_code=204)(scope, receive, send)


@dataclass
class SteppedServer(ServerProcess):
    """The process, and the hand on its clock."""

    module: str = "tests.scenarios.stepped_server"
    _hand: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30))

    def set_clock(self, now: datetime) -> None:
        """From now on it is `now`."""
        self._hand.put(f"{self.url}{CLOCK_PATH}", json={"now": now.isoformat()}).raise_for_status()

    def judge(self) -> None:
        """Have everything found that is due by the clock."""
        self._hand.post(f"{self.url}{JUDGING_PATH}").raise_for_status()

    def stop(self) -> None:
        """The end."""
        self._hand.close()
        super().stop()


def _main() -> int:
    judging, build = Judging(), app.build

    def build_with_test_routes(settings: Settings) -> app.Application:
        made = build(settings)
        asgi: Any = _WithTestRoutes(made.asgi, judging)
        return app.Application(asgi, made.services, made.engines)

    app.SystemClock = SetClock  # type: ignore[misc,assignment]
    app._judge_time = judging.loop  # type: ignore[assignment]
    app.build = build_with_test_routes
    return app.main()


if __name__ == "__main__":
    sys.exit(_main())
