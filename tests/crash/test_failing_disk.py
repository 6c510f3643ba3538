"""A disk that is full, read-only or failing: a clear refusal, nothing half-written, and service again afterwards."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uuid_utils.compat

from tests.crash.failing_run import SYNCS, WRITES
from tests.crash.preloading import build, missing
from tests.record_building import BASELINE, PLAN, sent
from tests.server_process import ROOT, ServerProcess

pytestmark = pytest.mark.skipif(missing() is not None, reason=str(missing()))
UNAVAILABLE = "unavailable: nothing was written"
SMALL_DISK_MB = 2
SCENES_OF_A_SHIM = ("full", "nth", "creating", "readonly")
Seen = dict[str, Any]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("failing_disk", tmp_path_factory.mktemp("library"))


def fault_environment(library: Path, folder: Path) -> dict[str, str]:
    return {"LD_PRELOAD": str(library), "FAULT_FOLDER": str(folder / "disk"), "FAULT_FLAG": str(folder / "flag")}


def watched(folder: Path, environment: dict[str, str], *scenes: str) -> Seen:
    command = [sys.executable, "-m", "tests.crash.failing_run", str(folder), *scenes]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found: Seen = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def seen(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """All scenes in one process, by name."""
    folder = tmp_path_factory.mktemp("failing")
    for scene in SCENES_OF_A_SHIM:
        (folder / "disk" / scene).mkdir(parents=True)
    return watched(folder, fault_environment(library, folder), *SCENES_OF_A_SHIM)


def test_a_full_disk_refuses_and_takes_the_same_entries_when_there_is_space(seen: Seen) -> None:
    found = seen["full"]
    assert found["refused"] == [UNAVAILABLE] * 5
    assert found["while_full"] == [] and found["readable"] == found["recorded_before"]
    assert found["after"] == ["recorded"] * 5 and found["again"] == ["duplicate"] * 5
    assert found["stored"] == 5 and found["faults"] == []


def test_any_write_and_any_sync_may_fail(seen: Seen) -> None:
    found = seen["nth"]
    assert found["faults"] == []
    assert found["came"]["writes"] == WRITES and found["came"]["syncs"] > SYNCS // 2
    assert found["unavailable"] >= WRITES // 2


def test_any_write_of_making_a_record_may_fail(seen: Seen) -> None:
    found = seen["creating"]
    assert found["faults"] == [] and found["refused"] > 0


def test_a_disk_that_may_not_be_written_is_said_so(seen: Seen) -> None:
    found = seen["readonly"]
    for start in ("new", "new_folder", "existing"):
        assert "cannot be opened: the file may not be written" in found[start], start
    assert found["running"] == UNAVAILABLE and found["after"] == "recorded" and found["faults"] == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_MB}m", "tmpfs", str(disk)]
    try:
        mounted = subprocess.run(words, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if mounted.returncode != 0:
        pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.usefixtures("small_disk")
def test_a_disk_that_really_is_full(tmp_path: Path) -> None:
    found = watched(tmp_path, {}, "small")["small"]
    assert UNAVAILABLE in found["refused"] and found["refused"][-1] == UNAVAILABLE
    assert set(found["after"]) <= {"recorded", "duplicate"}
    assert found["stored"] == 5 and found["faults"] == []


def test_a_server_on_a_failing_disk_answers_503_and_goes_on(library: Path, tmp_path: Path) -> None:
    disk, flag = tmp_path / "disk", tmp_path / "flag"
    disk.mkdir()
    server = ServerProcess(disk, environment=fault_environment(library, tmp_path), is_started_anew=True)
    server.add_accounts("nurse")
    try:
        server.start()
        with server.client("nurse") as nurse:
            plan = {"session_id": str(uuid_utils.compat.uuid7()), "entries": [sent("session_planned", **PLAN)]}
            assert nurse.post("/api/v1/sessions", json=plan).status_code == 200
            entries = {"entries": [sent("vital_signs", **BASELINE)]}
            path = f"/api/v1/sessions/{plan['session_id']}/entries"
            for state in ("full", "readonly"):
                flag.write_text(state)
                refused = nurse.post(path, json=entries)
                assert refused.status_code == 503 and refused.json()["problems"][0]["reason"], refused.text
                assert nurse.get(f"/api/v1/sessions/{plan['session_id']}/timeline").status_code == 200
                flag.unlink()
            outcomes = [nurse.post(path, json=entries).json()["results"][0]["outcome"] for _ in range(2)]
            assert outcomes == ["recorded", "duplicate"]
    finally:
        server.stop()
