"""Two real servers on one PostgreSQL database: one raises what is due by the clock; killed, the other follows it."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.small_record import plan, record
from tests.postgresql import Cluster
from tests.record_building import sent
from tests.server_process import ServerProcess

LEADS = "this server leads for clinic 1"


@pytest.fixture
def servers(postgresql: Cluster, tmp_path: Path) -> Iterator[list[ServerProcess]]:
    database = postgresql.new_database()
    both = [ServerProcess(tmp_path / name, database=database) for name in ("here", "there")]
    for server in both:
        server.folder.mkdir()
    both[0].add_accounts("nurse")
    try:
        yield [server.start() for server in both]
    finally:
        for server in both:
            server.stop()
        postgresql.drop_database(database)


def leading(servers: list[ServerProcess]) -> ServerProcess:
    """The server that says that it leads; a server says so when it takes the lead."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found = [server for server in servers if LEADS in server.output]
        if found:
            (leader,) = found
            return leader
        time.sleep(0.1)
    raise AssertionError("nobody leads")


def start_an_hour_ago(nurse: httpx.Client) -> str:
    """A session whose signs are overdue as soon as a server looks at the clock."""
    at = datetime.now(UTC) - timedelta(hours=1)
    session_id = plan(nurse, at=at)
    begun = {"effective_at": at.isoformat(), "pump_rate_ml_per_h": 20, "concentration_mg_per_ml": 1}
    raw = sent("infusion_started", **begun)
    assert record(nurse, session_id, raw)[0]["outcome"] == "recorded"
    return session_id


def raised_by_the_clock(nurse: httpx.Client, session_id: str) -> Counter[str]:
    """How often each condition was raised by a change without an entry."""
    changes: list[dict[str, Any]] = nurse.get("/api/v1/changes?after=0&limit=1000").json()["changes"]
    ours = [one for one in changes if one["session_id"] == session_id and one["entry"] is None]
    facts = [fact for one in ours for fact in one["alert_facts"]]
    return Counter(fact["condition"] for fact in facts if fact["fact"] == "raised")


def wait_for_overdue(nurse: httpx.Client, session_id: str) -> Counter[str]:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        raised = raised_by_the_clock(nurse, session_id)
        if any(condition.startswith("overdue") for condition in raised):
            return raised
        time.sleep(0.2)
    raise AssertionError("nothing was found overdue")


def test_a_killed_leader_is_followed_and_what_is_due_is_raised_once(servers: list[ServerProcess]) -> None:
    leader = leading(servers)
    (other,) = (server for server in servers if server is not leader)
    with other.client("nurse") as nurse:
        before = start_an_hour_ago(nurse)
        wait_for_overdue(nurse, before)
        assert LEADS not in other.output
        leader.kill()
        after = start_an_hour_ago(nurse)
        wait_for_overdue(nurse, after)
        assert LEADS in other.output
        for session_id in (before, after):
            assert set(raised_by_the_clock(nurse, session_id).values()) == {1}
