"""Real servers on PostgreSQL: the whole program, two servers on one database, a database that goes away and returns."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.test_http import plan, record
from tests.postgresql import Cluster
from tests.record_building import sent
from tests.server_process import ServerProcess


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """One that a test may kill."""
    cluster = Cluster()
    with closing(cluster):
        cluster.start()
        yield cluster


@pytest.fixture(scope="module")
def servers(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[ServerProcess]]:
    """Two servers on one database."""
    database = cluster.new_database()
    both = [ServerProcess(_folder(tmp_path_factory), database=database) for _ in range(2)]
    both[0].add_accounts("nurse", "physician", "reviewer")
    try:
        for server in both:
            server.start()
        yield both
    finally:
        for server in both:
            server.stop()


def _folder(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("server")


class Viewer(threading.Thread):
    """Follows the change stream of one server until it has seen a note with these words."""

    def __init__(self, client: httpx.Client, after: int, last_words: str) -> None:
        super().__init__(daemon=True)
        self.client, self.after, self.last_words = client, after, last_words
        self.changes: list[dict[str, Any]] = []

    def run(self) -> None:
        with self.client.stream("GET", f"/api/v1/changes/stream?after={self.after}") as answer:
            for line in answer.iter_lines():
                if line.startswith("data:") and "entry" in (data := json.loads(line[5:])):
                    self.changes.append(data)
                    if (data["entry"] or {}).get("text") == self.last_words:
                        return


def test_viewers_of_either_server_see_what_both_record_in_order_once(servers: list[ServerProcess]) -> None:
    here, there = servers
    with here.client("nurse") as nurse, there.client("nurse") as other_nurse:
        session_id = plan(nurse)
        after = nurse.get("/api/v1/panel").json()["change_number"]
        with here.client("physician") as one, there.client("physician") as other:
            viewers = [Viewer(one, after, "the last"), Viewer(other, after, "the last")]
            for viewer in viewers:
                viewer.start()
            for number in range(8):
                record(nurse, session_id, sent("note", text=f"here {number}"))
                record(other_nurse, session_id, sent("note", text=f"there {number}"))
            last = record(nurse, session_id, sent("note", text="the last"))[0]["change_number"]
            for viewer in viewers:
                viewer.join(15)
    for viewer in viewers:
        assert [one["change_number"] for one in viewer.changes] == list(range(after + 1, last + 1))


def test_a_session_is_charted_to_its_end_and_counted(servers: list[ServerProcess]) -> None:
    with servers[0].client("nurse") as nurse:
        session_id = plan(nurse)
        start = {"pump_rate_ml_per_h": 20, "concentration_mg_per_ml": 1, "has_happened": True}
        assert record(nurse, session_id, sent("infusion_started", **start))[0]["outcome"] == "recorded"
        assert record(nurse, session_id, sent("vital_signs", systolic_mmhg=171))[0]["alerts"]
        assert record(nurse, session_id, sent("infusion_ended"))[0]["outcome"] == "recorded"
        timeline = nurse.get(f"/api/v1/sessions/{session_id}/timeline").json()
        assert [one["seq"] for one in timeline["entries"]] == list(range(1, len(timeline["entries"]) + 1))
        assert nurse.get("/panel").status_code == 200
    with servers[1].client("reviewer") as reviewer:
        assert reviewer.get("/api/v1/reports/responders").status_code == 200


def test_without_its_database_a_server_answers_503_and_goes_on_when_it_is_back(
    servers: list[ServerProcess], cluster: Cluster
) -> None:
    server = servers[0]
    with server.client("nurse") as nurse:
        session_id = plan(nurse)
        cluster.kill()
        raw = sent("note", text="while the database is away")
        refused = nurse.post(f"/api/v1/sessions/{session_id}/entries", json={"entries": [raw]})
        unread = nurse.get("/api/v1/panel")
        time.sleep(5.2)  # until the sign-in is looked up again
        unknown = nurse.get("/api/v1/me")
        for answer in (refused, unread, unknown):
            assert answer.status_code == 503 and answer.json()["problems"], answer.text
        assert httpx.get(f"{server.url}/readyz").status_code == 503
        assert httpx.get(f"{server.url}/healthz").status_code == 200
        cluster.start()
        assert record(nurse, session_id, raw)[0]["outcome"] == "recorded"
        assert httpx.get(f"{server.url}/readyz").status_code == 200
