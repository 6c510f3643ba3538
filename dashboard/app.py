"""Composition root: the only module that constructs things. `python -m dashboard.app` serves; see the Makefile."""

import asyncio
import logging
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from dash import Dash, html, page_container
from dash.backends._fastapi import FastAPIDashServer
from fastapi import FastAPI
from pydantic import ValidationError
from starlette.types import ASGIApp

from dashboard.access.gate import Gate
from dashboard.api.accounts import accounts_router
from dashboard.api.clinic import clinic_router
from dashboard.api.docs import docs_router
from dashboard.api.health import health_router
from dashboard.api.openapi import describe_completely
from dashboard.api.overrides import overrides_router
from dashboard.api.problems import add_problem_handlers
from dashboard.api.reports import reports_router
from dashboard.api.rules import rules_router
from dashboard.api.sessions import sessions_router
from dashboard.api.sign_in import sign_in_router
from dashboard.api.staff import staff_router
from dashboard.drill_marking import DrillMarking
from dashboard.notifying import Notifier, notifying
from dashboard.pages import administration, bedside, panel, review, rules, session
from dashboard.push.endpoint import change_stream_router
from dashboard.push.hub import Hub
from dashboard.services import Services
from session_store.accounts import AccountBook, NewAccount, Role
from session_store.change_feed import ChangeFeed
from session_store.clock import SystemClock
from session_store.commands import JudgeTime
from session_store.errors import SessionStoreError
from session_store.leading import Leadership
from session_store.listening import listening
from session_store.opening import open_record
from session_store.reader import Reader
from session_store.recorder import Recorder
from session_store.reports import Reports
from session_store.settings import Settings
from session_store.storage.engine import Engines

JUDGE_EVERY_SECONDS = 1.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Application:
    """The ASGI application with what must be closed at the end."""

    asgi: ASGIApp
    services: Services
    engines: Engines


def build(settings: Settings) -> Application:
    """Open the record and put server, pages and routes together. Raises `SessionStoreError` when it cannot."""
    engines = open_record(settings)
    services = _services(settings, engines)
    api = FastAPI(
        title="Infusion session monitor", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json",
        lifespan=_lifespan(services, engines),
    )  # fmt: skip
    gate = Gate(api, services.accounts)
    _add_routes(api, services, gate)
    _add_pages(api, services)
    asgi = DrillMarking(gate, settings.drill_name) if settings.drill_name else gate
    return Application(asgi, services, engines)


def _services(settings: Settings, engines: Engines) -> Services:
    clock = SystemClock()
    feed = ChangeFeed()
    reader = Reader(engines.reader, settings.clinic_id)
    command = settings.notifier_command
    notifier = Notifier(command, clock.now, reader.summary) if command else None
    hub = Hub(clock.now, notifier=notifier.standing if notifier else None)
    if not engines.is_shared:
        feed.listen(hub.publish)
    return Services(
        settings=settings,
        clock=clock,
        recorder=Recorder(engines.writer, settings.clinic_id, clock, feed.ring),
        reader=reader,
        reports=Reports(reader.outcomes),
        accounts=AccountBook(engines.writer, engines.reader, settings.clinic_id, clock),
        hub=hub,
        notifier=notifier,
    )


def _lifespan(services: Services, engines: Engines) -> Any:
    @asynccontextmanager
    async def lifespan(api: FastAPI) -> AsyncIterator[None]:
        number = services.reader.change_number()
        services.hub.start(number)
        await _wake_dash(api)
        leadership = Leadership(engines, services.settings.clinic_id)
        judging = asyncio.create_task(_judge_time(services, leadership))
        with (
            listening(engines, services.reader, services.settings.clinic_id, number, services.hub.publish),
            notifying(services.notifier, services.recorder),
        ):
            yield
        judging.cancel()
        with suppress(asyncio.CancelledError):
            await judging
        await asyncio.to_thread(leadership.give_up)
        services.hub.close()
        await asyncio.to_thread(services.recorder.close)
        engines.dispose()

    return lifespan


async def _wake_dash(api: FastAPI) -> None:
    """Dash 4.4.1 sets itself up at the first request to "/" or "/_dash-*" only; a first visitor who opens /panel
    would get a page without styles and scripts. This request, which never leaves the process, comes first."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=api), base_url="http://dash") as client:
        (await client.get("/_dash-layout")).raise_for_status()


async def _judge_time(services: Services, leadership: Leadership) -> None:
    """Time-driven findings are raised by the server's clock, whether or not a page is open, and by one server alone."""
    leads_since: datetime | None = None
    while True:
        try:
            leads_since = await _judge_once(services, leadership, leads_since)
        except Exception:
            leads_since = None
            _log.exception("time could not be judged; tried again in a second")
        await asyncio.sleep(JUDGE_EVERY_SECONDS)


async def _judge_once(services: Services, leadership: Leadership, leads_since: datetime | None) -> datetime | None:
    """Since when this server has led without a break, None while it does not: tablets may have spoken to a server that
    is gone, and need some time to find this one."""
    if not await asyncio.to_thread(leadership.leads):
        return None
    leads_since = leads_since or services.clock.now()
    # Shielded: at the end of the server the recorder finishes what it has been given.
    await asyncio.shield(asyncio.wrap_future(services.recorder.submit(JudgeTime(leads_since))))
    return leads_since


def _add_routes(api: FastAPI, services: Services, gate: Gate) -> None:
    add_problem_handlers(api)
    describe_completely(api)
    for router in (
        sign_in_router(services, gate.forget),
        sessions_router(services),
        overrides_router(services),
        staff_router(services),
        clinic_router(services),
        accounts_router(services),
        reports_router(services),
        rules_router(services),
        health_router(services),
        docs_router(api),
        change_stream_router(services.hub, services.reader),
    ):
        api.include_router(router)


def _add_pages(api: FastAPI, services: Services) -> None:
    # Dash's WebSocket callbacks replay nothing after a restart and would be a second door: off. (Dash 4.4.1 has no
    # public switch; `websocket_callbacks=False` alone still registers the socket.)
    FastAPIDashServer.websocket_capability = False
    dash = Dash(
        "dashboard", server=api, use_pages=True, pages_folder="", assets_folder=str(Path(__file__).parent / "assets"),
        suppress_callback_exceptions=True, title="Infusion sessions", update_title="", compress=True,
    )  # fmt: skip
    for page in (panel, bedside, session, review, rules, administration):
        page.register(services)
    dash.layout = html.Div(page_container)


def open_first_door(services: Services, base_url: str) -> None:
    """As long as nobody can sign in: make the administrator, once, and print a one-time link."""
    accounts = services.accounts
    known = accounts.all()
    if any(account.password_hash is not None for account in known):
        return
    first = next((account.account_id for account in known if account.role == Role.ADMINISTRATOR), None)
    account_id = first or accounts.add(NewAccount("administrator", "Administrator", Role.ADMINISTRATOR))
    link = f"{base_url}/welcome?link={accounts.one_time_link_token(account_id)}"
    print(f"First start. Set the administrator's password (once, within a week):\n  {link}", flush=True)


def main() -> int:
    """Serve until Ctrl-C. Exit code 2 with one line when the settings or the record do not allow it."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        settings = Settings()
        application = build(settings)
    except (SessionStoreError, ValidationError) as fault:
        print(f"cannot start: {fault}", file=sys.stderr)
        return 2
    base_url = f"http://{settings.host}:{settings.port}"
    if not settings.is_simulated:
        open_first_door(application.services, base_url)
    print(f"Infusion session monitor on {base_url}  (Ctrl-C ends)", flush=True)
    config = uvicorn.Config(
        application.asgi, host=settings.host, port=settings.port, log_level="warning", lifespan="on",
        timeout_graceful_shutdown=3, access_log=False,
    )  # fmt: skip
    # uvicorn raises the signal again after it has shut down in good order.
    with suppress(KeyboardInterrupt):
        _Server(config, application.services.hub).run()
    return 0


class _Server(uvicorn.Server):
    """Ends live streams first, so that the server does not wait for viewers at Ctrl-C."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then shut down as usual."""
        self._hub.close()
        await super().shutdown(sockets)


if __name__ == "__main__":
    sys.exit(main())
