"""Rows (b): entries per second through the whole recorder against raw inserts, on this disk and on a slowed one."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.measuring import Aim, Report, Spread, at_least, ratio_row
from tests.server_process import ROOT

SLOW_SYNC_SOURCE = Path(__file__).parent / "slow_sync.c"
SLOWED_BY_US = 8000


@dataclass(frozen=True, slots=True)
class Case:
    """One measuring process."""

    name: str
    clients: int
    aim: Aim
    is_slowed: bool
    seconds: float
    rounds: int = 3


CASES = (
    Case("recorder, 1 client", 1, at_least(0.06), False, 1.2, rounds=4),
    Case("recorder, 64 clients", 64, at_least(0.10), False, 1.2, rounds=4),
    Case("recorder, 1 client, each sync +8 ms", 1, at_least(0.7), True, 2),
    Case("recorder, 64 clients, each sync +8 ms", 64, at_least(5), True, 2),
)


def run(report: Report) -> None:
    """Measure all cases and add their rows."""
    with tempfile.TemporaryDirectory(prefix="infusion-bench-") as folder:
        library = build_slow_sync(Path(folder))
        for case in CASES:
            if case.is_slowed and library is None:
                report.notes.append(f"{case.name}: skipped, no gcc here to build the library that slows syncs.")
                continue
            _add(report, case, _measure(case, library if case.is_slowed else None))


def build_slow_sync(folder: Path) -> Path | None:
    """The preload library, or None where there is no gcc."""
    compiler = shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        return None
    library = folder / "slow_sync.so"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(SLOW_SYNC_SOURCE), "-ldl"], check=True)
    return library


def _measure(case: Case, library: Path | None) -> dict[str, Any]:
    words = ["--clients", case.clients, "--seconds", case.seconds, "--rounds", case.rounds]
    slow = {"LD_PRELOAD": str(library), "SLOW_SYNC_US": str(SLOWED_BY_US)} if library else {}
    command = [sys.executable, "-m", "tests.bench.recorder_load", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | slow, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{case.name}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _add(report: Report, case: Case, found: dict[str, Any]) -> None:
    by_round = [ours / raw for ours, raw in zip(found["recorded_per_s"], found["raw_per_s"], strict=True)]
    report.rows.append(ratio_row(case.name, _cell(found, "recorded"), _cell(found, "raw"), by_round, case.aim))


def _cell(found: dict[str, Any], name: str) -> str:
    rates = sorted(found[f"{name}_per_s"])
    return f"{rates[len(rates) // 2]:.0f}/s, {Spread.of(found[f'{name}_waits_ms'])}"
