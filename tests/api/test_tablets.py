"""Bedside tablets over HTTP: who may say that a tablet is there, what is refused, what outlives a killed server."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uuid_utils.compat

from session_store.commands import JudgeTime
from session_store.opening import open_record
from session_store.reader import Reader
from session_store.recorder import Recorder
from session_store.settings import Settings
from tests.api.conftest import ROLES
from tests.api.small_record import plan, start
from tests.record_building import SetClock
from tests.server_process import ServerProcess

TABLET = str(uuid_utils.compat.uuid7())
BEDSIDE = {"nurse", "physician_assistant", "physician"}


def test_a_tablet_is_heard_and_leaves(server: ServerProcess) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse)
        before = datetime.now(UTC)
        for body in ({"tablet_id": TABLET}, {"tablet_id": TABLET, "is_leaving": True}):
            answer = nurse.post(f"/api/v1/sessions/{session_id}/tablets", json=body)
            assert answer.status_code == 200, answer.text
            assert before <= datetime.fromisoformat(answer.json()["heard_at"]) <= datetime.now(UTC)
        sent_by = {one["source"] for one in nurse.get(f"/api/v1/sessions/{session_id}/timeline").json()["entries"]}
        assert sent_by == {"hand"}


@pytest.mark.parametrize("role", [*ROLES, "device"])
def test_only_the_bedside_speaks_for_a_tablet(server: ServerProcess, role: str) -> None:
    path = f"/api/v1/sessions/{uuid_utils.compat.uuid7()}/tablets"
    with server.client(role) as client:
        answer = client.post(path, json={"tablet_id": TABLET})
    assert answer.status_code == (404 if role in BEDSIDE else 403)
    assert answer.json()["problems"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "tablet_id"),
        ({"tablet_id": None}, "tablet_id"),
        ({"tablet_id": "the one at chair 4"}, "tablet_id"),
        ({"tablet_id": TABLET, "is_leaving": "perhaps"}, "is_leaving"),
        ([], ""),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(server: ServerProcess, body: Any, field: str) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse)
        answer = nurse.post(f"/api/v1/sessions/{session_id}/tablets", json=body)
        assert answer.status_code == 422
        assert [one["field"] for one in answer.json()["problems"]] == [field]
        assert nurse.post("/api/v1/sessions/none/tablets", json={"tablet_id": TABLET}).status_code == 422


def test_the_route_is_described(server: ServerProcess) -> None:
    with server.client() as client:
        described = client.get("/api/openapi.json").json()
    route = described["paths"]["/api/v1/sessions/{session_id}/tablets"]["post"]
    assert {"200", "401", "403", "404", "422", "503"} <= route["responses"].keys()
    assert described["components"]["schemas"]["SentTablet"]["required"] == ["tablet_id"]


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[ServerProcess]:
    """One that a test may kill."""
    server = ServerProcess(tmp_path)
    server.add_accounts("nurse")
    yield server.start()
    server.stop()


def test_what_a_tablet_said_outlives_a_killed_server(own_server: ServerProcess) -> None:
    with own_server.client("nurse") as nurse:
        session_id = plan(nurse)
        start(nurse, session_id)
        answer = nurse.post(f"/api/v1/sessions/{session_id}/tablets", json={"tablet_id": TABLET})
        own_server.kill()
    heard_at = datetime.fromisoformat(answer.json()["heard_at"])
    engines = open_record(Settings(database_url=own_server.database_url))
    with closing(Recorder(engines.writer, 1, SetClock(heard_at + timedelta(seconds=100)))) as recorder:
        for _ in range(2):
            recorder.submit(JudgeTime()).result()
    timeline = Reader(engines.reader, 1).timeline(uuid_utils.compat.UUID(session_id))
    engines.dispose()
    assert [one["kind"] for one in timeline["entries"] if one["source"] == "server"] == ["tablet_silent"]
    assert [one["text"] for one in timeline["alerts"] if one["condition"] == "tablet.silent"] == ["Tablet not heard"]
