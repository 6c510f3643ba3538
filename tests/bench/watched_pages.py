"""The servers of the live rows and the pages that are watched on them: ours, the bare page, the stock page.

Each knows how to write one value (and later say when its COMMIT returned) and how to open its page with the probe.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import httpx
import uuid_utils.compat
from playwright.sync_api import Browser, Page

from tests.bench.plain_record import CHAIRS
from tests.browser.journeys import DESKTOP, sign_in
from tests.record_building import BASELINE, PAIN, PLAN, sent
from tests.server_process import ROOT, ServerProcess, free_port

PROBE = Path(__file__).parent / "painted.js"
SEED_STEP = timedelta(seconds=10)


@dataclass(slots=True)
class Written:
    """One value on its way: which chair, what text, its time, and when COMMIT returned (epoch seconds)."""

    chair: int
    text: str
    ms: int
    committed_at: float = 0.0


class Target(Protocol):
    """A server whose page is watched."""

    def write(self, chair: int, text: str, ms: int) -> Written: ...
    def settle(self, written: list[Written]) -> None: ...


@dataclass
class BaselineServer:
    """The bare or the stock page in a process of its own."""

    module: str
    folder: Path
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator["BaselineServer"]:
        file = self.folder / f"{self.module.rsplit('.', 1)[-1]}.sqlite"
        process = subprocess.Popen([sys.executable, "-m", self.module, str(self.port), str(file)], cwd=ROOT)
        self._client = httpx.Client(base_url=self.url, timeout=20)
        try:
            _wait_for(self.url)
            yield self
        finally:
            self._client.close()
            process.terminate()
            process.wait(10)

    def write(self, chair: int, text: str, ms: int) -> Written:
        answer = self._client.post("/entries", json={"chair": chair, "value": text, "ms": ms}).json()
        return Written(chair, text, ms, answer["committed_at"])

    def settle(self, written: list[Written]) -> None:
        """The answer told already when COMMIT returned."""


def _wait_for(url: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            httpx.get(url, timeout=2)
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} never answered")


@dataclass
class OurServer(ServerProcess):
    """The real server with stamps; eight running sessions with history."""

    sessions: list[str] = field(default_factory=list)
    device: httpx.Client | None = None
    _numbers: list[tuple[int, Written]] = field(default_factory=list)

    @property
    def stamps(self) -> Path:
        return self.folder / "stamps.txt"

    def start(self) -> "OurServer":
        """Like its parent, but the server stamps its commits."""
        environment = os.environ | {
            "INFUSION_DATABASE_URL": self.database_url,
            "INFUSION_PORT": str(self.port),
            "INFUSION_IS_SIMULATED": "false",
            "BENCH_STAMPS": str(self.stamps),
        }
        command = [sys.executable, "-m", "tests.bench.stamping_server"]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        _wait_for(f"{self.url}/healthz")
        return self

    def begin(self, points: list[int]) -> None:
        """Accounts, server, and one session a chair with so many sets of vital signs behind it."""
        self.add_accounts("nurse", "physician")
        self.start()
        self.device = httpx.Client(
            base_url=self.url, timeout=20, headers={"Authorization": f"Bearer {self.device_token}"}
        )
        with self.client("nurse") as nurse, self.client("physician") as physician:
            self.sessions = [self._seed(nurse, physician, chair, count) for chair, count in enumerate(points)]

    def _seed(self, nurse: httpx.Client, physician: httpx.Client, chair: int, count: int) -> str:
        now = datetime.now(UTC)
        first = now - count * SEED_STEP
        planned = (first - timedelta(minutes=2)).isoformat()
        session_id = str(uuid_utils.compat.uuid7())
        plan = PLAN | {"patient_label": f"TP-{chair + 1:03}", "chair_label": str(chair + 1)}
        entries = [
            sent("session_planned", effective_at=planned, **plan),
            sent("weight", effective_at=planned, weight_kg=70, basis="measured"),
            sent("setting_attested", effective_at=planned, is_monitored=True, attested_by="Test Physician 1"),
            sent("vital_signs", effective_at=planned, **BASELINE),
            sent("pain_score", effective_at=planned, **PAIN),
            sent("session_ready", effective_at=planned),
        ]
        _insist(nurse.post("/api/v1/sessions", json={"session_id": session_id, "entries": entries}))
        at = (first - timedelta(minutes=1)).isoformat()
        # Without check list and credentials: let through, so that no alert stands on the tile that is measured.
        let_through = sent("start_override", effective_at=at, reason="a bench")
        _insist(physician.post(f"/api/v1/sessions/{session_id}/entries", json={"entries": [let_through]}))
        start = sent("infusion_started", effective_at=at, pump_rate_ml_per_h=20, concentration_mg_per_ml=1)
        _insist(nurse.post(f"/api/v1/sessions/{session_id}/entries", json={"entries": [start]}))
        history = [_vitals(70 + at % 7, first + at * SEED_STEP) for at in range(count)]
        _insist(self._send(f"/api/v1/sessions/{session_id}/entries", json={"entries": history}))
        return session_id

    def stop(self) -> None:
        if self.device is not None:
            self.device.close()
        super().stop()

    def write(self, chair: int, text: str, ms: int) -> Written:
        return self.write_many([Written(chair, text, ms)])[0]

    def write_many(self, values: list[Written]) -> list[Written]:
        """Values of one chair in one request."""
        entries = [_vitals(float(one.text), datetime.fromtimestamp(one.ms / 1000, UTC)) for one in values]
        path = f"/api/v1/sessions/{self.sessions[values[0].chair]}/entries"
        results = _insist(self._send(path, json={"entries": entries}))
        self._numbers += [(one["change_number"], value) for one, value in zip(results, values, strict=True)]
        return values

    def _send(self, path: str, json: dict[str, Any]) -> httpx.Response:
        assert self.device is not None, "begin comes first"
        return self.device.post(path, json=json)

    def settle(self, written: list[Written]) -> None:
        """Read from the stamps when each COMMIT returned."""
        lines = self.stamps.read_text().splitlines()
        stamps = {int(number): float(at) for number, at in (line.split() for line in lines)}
        for number, value in self._numbers:
            value.committed_at = stamps[number]
        self._numbers.clear()


def _vitals(heart_rate: float, at: datetime) -> dict[str, Any]:
    signs = BASELINE | {"heart_rate_per_min": heart_rate}
    return sent("vital_signs", effective_at=at.isoformat(timespec="milliseconds"), source="monitor", **signs)


def _insist(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    refused = [one for one in results if one["outcome"] != "recorded"]
    assert not refused, refused[:2]
    return results


# ------------------------------------------------------------------------------------------------------------ pages


@contextmanager
def probed_page(browser: Browser) -> Iterator[Page]:
    """A page of a context of its own, with the probe in it."""
    context = browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    context.add_init_script(path=str(PROBE))
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


def open_bare(page: Page, server: BaselineServer) -> None:
    page.goto(server.url)
    page.wait_for_selector("body[data-open]")
    _watch_texts(page)


def open_stock(page: Page, server: BaselineServer) -> None:
    page.goto(server.url)
    page.wait_for_function("document.querySelectorAll('.js-plotly-plot .scatterlayer').length === 8")
    _watch_texts(page)


def _watch_texts(page: Page) -> None:
    page.evaluate(f"for (let at = 0; at < {CHAIRS}; at++) bench.watchText('number ' + at, '#value-' + at)")


def open_panel(page: Page, server: OurServer) -> None:
    sign_in(page, server.url, "physician")
    page.goto(f"{server.url}/panel")
    drawn = f"[...document.querySelectorAll('{HEART_PLOT}')].filter((one) => one.dataset.lastMs).length === {CHAIRS}"
    page.wait_for_function(drawn)
    for chair, session_id in enumerate(server.sessions):
        tile = f"[data-session='{session_id}']"
        number = f'{tile} [data-sign="heart_rate_per_min"]'
        page.evaluate("([name, at]) => bench.watchText(name, at)", [f"number {chair}", number])
        page.evaluate("([name, at]) => bench.watchPlot(name, at)", [f"plot {chair}", f"{tile} {HEART_PLOT}"])


HEART_PLOT = '[data-plot="heart_rate_per_min"]'
SESSION_PLOT = "#session--plot"


def open_session(page: Page, server: OurServer, chair: int) -> None:
    sign_in(page, server.url, "physician")
    page.goto(f"{server.url}/sessions/{server.sessions[chair]}")
    page.wait_for_selector(f"{SESSION_PLOT}[data-last-ms]")
    number = '[data-session-value="heart_rate_per_min"]'
    page.evaluate("([name, at]) => bench.watchText(name, at)", [f"number {chair}", number])
    page.evaluate("([name, at]) => bench.watchPlot(name, at)", [f"plot {chair}", SESSION_PLOT])
