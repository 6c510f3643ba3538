"""One small load run against a real server on a simulated database, on each engine."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgresql import ON_BOTH_ENGINES
from tests.server_process import PASSWORD, ROOT, ServerProcess

pytestmark = [pytest.mark.slow, ON_BOTH_ENGINES]


@pytest.fixture
def simulated_server(empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServerProcess]:
    server = ServerProcess(tmp_path, environment={"INFUSION_IS_SIMULATED": "true"}, database=empty_url)
    # Also for the accounts, which are made before the server starts.
    monkeypatch.setenv("INFUSION_IS_SIMULATED", "true")
    server.add_accounts("administrator", "nurse", "physician")
    server.start()
    yield server
    server.stop()


def test_a_small_run_loses_nothing_and_closes_its_sessions(simulated_server: ServerProcess, tmp_path: Path) -> None:
    server, table = simulated_server, tmp_path / "table.json"
    assert server.process is not None
    words = (
        "--sessions 4 --viewers 2 --minutes 0.06 --readings-per-minute 60 --hand-entries-per-minute 12"
        f" --resend-share 0.3 --processes 2 --server-pid {server.process.pid} --output {table}"
    )
    run = subprocess.run(
        [sys.executable, "-m", "simulators", "load", *words.split()],
        cwd=ROOT,
        env=os.environ
        | {
            "INFUSION_SERVER_URL": server.url,
            "INFUSION_DEVICE_TOKEN": server.device_token,
            "INFUSION_DEMO_PASSWORD": PASSWORD,
        },
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    content = json.loads(table.read_text())
    counts, delays = content["counts"], content["delays_ms"]
    assert content["is_sound"] and content["refused_by_reason"] == {}
    assert counts["sessions opened"] == counts["sessions started"] == counts["sessions closed at the end"] == 4
    assert counts["entries sent"] == counts["entries acknowledged"] > 4 * 25
    assert counts["duplicate answers in all"] == counts["entries sent again on purpose"] > 0
    # Every viewer saw at least a change for each entry, and no number was left out.
    assert counts["changes seen by all viewers"] >= 2 * counts["entries sent"]
    assert (
        counts["changes MISSED by viewers (numbers left out)"]
        == counts["entries LOST (acknowledged, not in the audit trail)"]
        == 0
    )
    assert delays["a reading: due -> viewer"]["n"] > 0 and delays["opening a session: sent -> answered"]["n"] == 4
    assert content["server_cpu_percent"] is not None and content["server_highest_mib"] > 10
    assert "| entries sent " in run.stdout
    assert "load: 100%" in run.stderr
    with server.client("physician") as client:
        assert client.get("/api/v1/sessions?status=open").json()["sessions"] == []
        finished = client.get("/api/v1/sessions?status=finished").json()["sessions"]
    assert len(finished) == 4 and all(tile["is_simulated"] for tile in finished)
