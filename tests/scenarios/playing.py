"""Plays all scenarios at once through a real server, as the simulated clinic plays them, and reads back what came.

The clinic's own loop runs; where it would wait, the server judges the time and its clock goes on by one step.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest

from simulators import clinic, tablet_presence
from simulators.bedside_staff import CLOSING_KINDS
from simulators.chair import ChairSession
from simulators.scenarios.scenario import Scenario
from simulators.senders import Senders
from simulators.server_client import ServerClient, SignIn
from simulators.simulated_clock import SimulatedClock
from tests.scenarios.stepped_server import SteppedServer
from tests.server_process import PASSWORD

BEGIN = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
# Half a minute between two rows of a monitor, so that fourteen sessions of two hours are played within a minute.
MONITOR_EVERY_S = 30.0
# Still before a tablet counts as silent.
BEAT_EVERY = timedelta(seconds=60)
# Steps are short while things go wrong, and long before and after.
TROUBLE = (timedelta(minutes=13), timedelta(minutes=49))
STEP, LONG_STEP = timedelta(seconds=30), timedelta(seconds=80)
LONGEST = timedelta(hours=3)
MOST_CHANGES_A_PAGE = 1000

Json = dict[str, Any]


class AllClosed(Exception):
    """Every session has ended."""


@dataclass
class Wire:
    """What went over HTTP for each session: entries in the order of sending, and the server's answers to them."""

    sent: dict[str, list[Json]] = field(default_factory=dict)
    results: dict[str, list[Json]] = field(default_factory=dict)
    session_of_chair: dict[str, str] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)

    def take(self, path: str, body: Json, answer: Json) -> None:
        """One request with entries of a session, and its answer."""
        session_id = str(body.get("session_id") or path.split("/")[4])
        for entry, result in zip(body["entries"], answer["results"], strict=True):
            self.sent.setdefault(session_id, []).append(entry)
            self.results.setdefault(session_id, []).append(result)
            if entry["kind"] == "session_planned":
                self.session_of_chair[entry["chair_label"]] = session_id
            if entry["kind"] in CLOSING_KINDS and result["outcome"] == "recorded":
                self.closed.add(session_id)


class TappedTransport(httpx.BaseTransport):
    """Keeps what goes over the wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._http = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._http.handle_request(request)
        path = request.url.path
        if request.method == "POST" and path.startswith("/api/v1/sessions") and not path.endswith("/tablets"):
            response.read()
            if response.status_code == 200:
                self._wire.take(path, json.loads(request.content), response.json())
        return response

    def close(self) -> None:
        self._http.close()


@dataclass(frozen=True, slots=True)
class Raised:
    """One alert that came up or became worse: by which rule, and when the server knew, in minutes of the session."""

    rule_id: str
    minute: float
    alert_id: str
    is_past: bool


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one scenario, read over HTTP."""

    raised: tuple[Raised, ...]
    alerts: tuple[Json, ...]
    # Those that still stand on the tile.
    standing: tuple[Json, ...]
    audit: tuple[Json, ...]
    sent: tuple[Json, ...]
    results: tuple[Json, ...]
    status: str

    def of_kind(self, kind: str) -> list[Json]:
        """The entries of one kind on record, in the order of recording."""
        return [entry for entry in self.audit if entry["kind"] == kind]


class Playing:
    """One pass over all scenarios, each on a chair of its own."""

    def __init__(self, server: SteppedServer, scenarios: Sequence[Scenario]) -> None:
        self._server = server
        self._scenarios = [replace(one, plan=replace(one.plan, seed_min=0.0)) for one in scenarios]
        self._wire = Wire()
        self._now = BEGIN

    def play(self) -> dict[str, Played]:
        """Plays to the end of the last session; what came of each, by the scenario's name."""
        self._server.set_clock(self._now)
        with pytest.MonkeyPatch.context() as patch:
            # Nobody sits down after a scenario.
            patch.setattr(clinic, "CHAIR_GAP", timedelta(days=1))
            patch.setattr(tablet_presence, "BEAT_EVERY", BEAT_EVERY)
            patch.setattr(clinic, "ChairSession", partial(ChairSession, step_s=MONITOR_EVERY_S))
            self._run()
        return dict(self._read_back())

    def _run(self) -> None:
        senders = Senders(*(self._client(role) for role in ("nurse", "physician", "administrator")), self._device())
        playing = clinic.Clinic(
            len(self._scenarios),
            seed=1,
            senders=senders,
            staff=senders.sign_on(self._now),
            make_clock=lambda behind, speed: SimulatedClock(behind, speed, wall=lambda: self._now),
            pause=self._go_on,
            scenarios=self._scenarios,
        )
        with pytest.raises(AllClosed):
            playing.run()
        for client in (senders.nurse, senders.physician, senders.administrator, senders.device):
            client.close()
        assert playing.refusals() == []

    def _client(self, role: str) -> ServerClient:
        return ServerClient(
            self._server.url,
            sign_in=SignIn(role, PASSWORD),
            transport=TappedTransport(self._wire),
            now=lambda: self._now,
            patience_s=20,
        )

    def _device(self) -> ServerClient:
        return ServerClient(
            self._server.url,
            token=self._server.device_token,
            transport=TappedTransport(self._wire),
            now=lambda: self._now,
            patience_s=20,
        )

    def _go_on(self, _seconds: float) -> None:
        self._server.judge()
        if len(self._wire.closed) == len(self._scenarios):
            raise AllClosed
        self._now += STEP if TROUBLE[0] <= self._now - BEGIN < TROUBLE[1] else LONG_STEP
        assert self._now < BEGIN + LONGEST, f"still open: {set(self._wire.sent) - self._wire.closed}"
        self._server.set_clock(self._now)

    def _read_back(self) -> Iterator[tuple[str, Played]]:
        with self._server.client("physician") as client:
            changes = list(_changes(client))
            for number, scenario in enumerate(self._scenarios, start=1):
                session_id = self._wire.session_of_chair[str(number)]
                opened_at = datetime.fromisoformat(self._wire.sent[session_id][0]["effective_at"])
                timeline = client.get(f"/api/v1/sessions/{session_id}/timeline").raise_for_status().json()
                audit = client.get(f"/api/v1/sessions/{session_id}/audit").raise_for_status().json()
                yield (
                    scenario.name,
                    Played(
                        tuple(_raised([one for one in changes if one["session_id"] == session_id], opened_at)),
                        tuple(timeline["alerts"]),
                        tuple(timeline["session"]["alerts"]),
                        tuple(audit["entries"]),
                        tuple(self._wire.sent[session_id]),
                        tuple(self._wire.results[session_id]),
                        timeline["session"]["status"],
                    ),
                )


def _changes(client: httpx.Client) -> Iterator[Mapping[str, Any]]:
    after = 0
    while True:
        query = {"after": after, "limit": MOST_CHANGES_A_PAGE}
        page = client.get("/api/v1/changes", params=query).raise_for_status().json()
        if not page["changes"]:
            return
        yield from page["changes"]
        after = page["change_number"]


def _raised(changes: Sequence[Mapping[str, Any]], opened_at: datetime) -> Iterator[Raised]:
    for change in changes:
        minute = (datetime.fromisoformat(change["recorded_at"]) - opened_at).total_seconds() / 60
        for fact in change["alert_facts"]:
            if fact["fact"] in ("raised", "escalated"):
                yield Raised(fact["rule_id"], minute, fact["alert_id"], fact["is_past"])
