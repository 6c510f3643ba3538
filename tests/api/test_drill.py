"""A whole drill against a real server: the marked pages, a team that answers, the report."""

import argparse
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulators.drill import plan as drill_planning
from simulators.drill.command import run_drill
from simulators.scenarios.plan import ChairPlan, PlannedAct
from simulators.scenarios.scenario import ExpectedAlert, Scenario
from simulators.target import Target
from tests.api.small_record import chart
from tests.record_building import sent
from tests.server_process import PASSWORD, ROOT, ServerProcess

pytestmark = pytest.mark.slow

# Ten minutes after the opening, of which all but a second are past, a rate goes above what the setting allows.
TROUBLE_MIN = 10.0
SCENARIO = Scenario(
    name="rate-too-high",
    story="a rate above the setting",
    plan=ChairPlan(
        name="rate too high",
        story="a rate above the setting",
        rate_mg_per_kg_per_h=0.5,
        duration_min=60,
        is_monitored=False,
        acts=(
            PlannedAct(TROUBLE_MIN, "rate_changed", {"rate_mg_per_kg_per_h": 1.3}),
            PlannedAct(TROUBLE_MIN + 0.01, "adverse_effect", {"term": "dizziness", "ctcae_grade": 1}),
            PlannedAct(TROUBLE_MIN + 0.02, "infusion_paused"),
        ),
    ),
    seed=5,
    must_raise=(ExpectedAlert("rate.setting.warning", 9, 11), ExpectedAlert("sbp.high.critical", 10, 10.01)),
    must_not_raise=(),
    trouble_min=TROUBLE_MIN,
    answering_kinds=("infusion_paused", "rate_changed"),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    environment = {"INFUSION_IS_SIMULATED": "true", "INFUSION_DRILL_NAME": "rate-too-high"}
    process = ServerProcess(tmp_path_factory.mktemp("drill"), environment=environment)
    with pytest.MonkeyPatch.context() as patch:
        # Also for the accounts, which are made before the server starts.
        patch.setenv("INFUSION_IS_SIMULATED", "true")
        process.add_accounts("administrator", "nurse", "physician")
    process.start()
    yield process
    process.stop()


def test_every_page_of_a_drills_server_is_marked(server: ServerProcess) -> None:
    with server.client("physician") as physician:
        physician.headers["Accept-Encoding"] = "gzip"
        paths = ("/panel", "/bedside", "/bedside/x", "/sessions/x", "/review", "/rules", "/login", "/welcome?link=x")
        for path in (*paths, "/api/docs", "/administration", "/no-such-page"):
            page = physician.get(path).text
            assert '<div class="drill"' in page and "<title>DRILL · " in page, path
        assert physician.get("/api/v1/me").json()["drill_name"] == "rate-too-high"
    assert httpx.get(f"{server.url}/assets/drill.css").status_code == 200


class Team(threading.Thread):
    """A physician who acknowledges, then a nurse who lowers the rate, and pauses."""

    def __init__(self, server: ServerProcess) -> None:
        super().__init__()
        self._server = server
        self.tile: dict[str, Any] = {}

    def run(self) -> None:
        with self._server.client("physician") as physician, self._server.client("nurse") as nurse:
            tile, alert = self._alert(physician)
            body = sent("acknowledgement", action="infusion_paused", deadline_min=5, seen_level=alert["peak_level"])
            physician.post(f"/api/v1/alerts/{alert['alert_id']}/acknowledgements", json=body).raise_for_status()
            # Longer than the drill takes between two looks at the record, so that it knows the rate before.
            time.sleep(0.7)
            chart(nurse, tile["session_id"], "rate_changed", rate_mg_per_kg_per_h=1.2)
            chart(nurse, tile["session_id"], "infusion_paused")
            self.tile = tile

    def _alert(self, physician: httpx.Client) -> tuple[dict[str, Any], dict[str, Any]]:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            for tile in physician.get("/api/v1/sessions").json()["sessions"]:
                for alert in tile["alerts"]:
                    if alert["rule_id"] == "rate.setting.warning":
                        return tile, alert
            time.sleep(0.1)
        raise AssertionError("no alert came")


def test_a_team_is_timed_from_the_alert_to_its_answers(
    server: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(drill_planning, "LEAD_MIN", 0.02)
    options = argparse.Namespace(
        scenario=SCENARIO, seed=None, speed=None, minutes=0.07, output=tmp_path / "report.md", check=False
    )
    team = Team(server)
    team.start()
    assert run_drill(options, lambda: Target(server.url, server.device_token, PASSWORD)) == 0
    team.join(30)
    assert team.tile["patient_label"] == "DRILL-1"
    text = (tmp_path / "report.md").read_text()
    (row,) = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in text.splitlines()
        if line.startswith("| ") and "warning" in line
    ]
    seen, acknowledged, acted = (row[at].removesuffix(" s") for at in (3, 4, 6))
    assert 0 <= int(seen) <= int(acknowledged) <= int(acted) <= 20
    assert row[5] == "Test Physician 1, infusion paused" and row[7] == "Test Nurse 1, rate changed"
    assert "ended at" in text and "by the limit of time" in text
    assert "not measured: sbp.high.critical." in text and "rate.setting" not in text
    said = capsys.readouterr().out
    assert said.endswith(text)
    assert "THE TROUBLE BEGINS" in said and "Test Nurse 1: infusion paused" in said
    with server.client("physician") as physician:
        entries = physician.get(f"/api/v1/sessions/{team.tile['session_id']}/audit").json()["entries"]
    # The last three are the team's, and the simulated nurse charted nothing after the trouble.
    assert [one["kind"] for one in entries if one["source"] == "hand"][-4:] == [
        "rate_changed",
        "acknowledgement",
        "rate_changed",
        "infusion_paused",
    ]


def test_a_server_that_marks_no_drill_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = {"is_simulated": True, "drill_name": None, "clinic_time_zone": "UTC"}
    monkeypatch.setattr("simulators.server_client.ServerClient.me", lambda _self: answers)
    options = argparse.Namespace(scenario=SCENARIO, seed=None, speed=None, minutes=1, output=None, check=False)
    target = Target("http://127.0.0.1:9", "token", PASSWORD)
    assert run_drill(options, lambda: target) == 2
    assert "INFUSION_DRILL_NAME" in capsys.readouterr().err
    answers["is_simulated"] = False
    assert run_drill(options, lambda: target) == 2
    assert "not on a simulated database" in capsys.readouterr().err


def test_an_unknown_scenario_starts_nothing(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-m", "dashboard.drill", "nonsense"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 2
    assert "unknown scenario 'nonsense'" in run.stderr and run.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
