"""Rows (history): finished sessions by the bulk import against the same sessions through the recorder, one by one.

Ours is all that `python -m simulators history` does: drawing, charting, checking, folding, judging, chain, insertion,
with as many processes as the machine has cores. The baseline is handed the entries ready made and records each by a
command and a transaction of its own, as a tablet would have. Each is measured in a process of its own, so that the
rows with slowed syncs can preload their library.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from session_store.bulk_import import HistoryImport
from session_store.bulk_preparing import RECORDED_AFTER, HistorySession
from session_store.commands import PlanSession, RecordEntries
from session_store.opening import open_record
from session_store.recorder import Recorder
from session_store.settings import Settings
from simulators.history.calendar import Calendar
from simulators.history.outcome_chart import chart_block
from simulators.history.plan import ClinicPlan, HistoryPlan
from simulators.history.running import write_history
from simulators.history.workforce import Workforce, workforce_of
from tests.bench.measuring import Report, at_least, ratio_row
from tests.bench.recorder_rate import SLOWED_BY_US, build_slow_sync
from tests.server_process import ROOT

SESSIONS, ROUNDS = 800, 3
PLAN = HistoryPlan(seed=20261120, until=datetime(2026, 11, 20, tzinfo=UTC), sessions=SESSIONS)


@dataclass(frozen=True, slots=True)
class Case:
    """One row; the baseline records so many of the sessions."""

    name: str
    recorded: int
    is_slowed: bool


CASES = (
    Case("history, bulk import", 25, False),
    Case("history, bulk import, each sync +8 ms", 8, True),
)


def run(report: Report) -> None:
    """Adds the rows of this part."""
    with tempfile.TemporaryDirectory(prefix="infusion-bench-") as folder:
        library = build_slow_sync(Path(folder))
        for case in CASES:
            if case.is_slowed and library is None:
                report.notes.append(f"{case.name}: skipped, no gcc here to build the library that slows syncs.")
                continue
            _add(report, case, library if case.is_slowed else None)
    report.notes.append(
        f"History: {SESSIONS} sessions in the outcome detail with {os.cpu_count()} processes, starting them included; "
        f"the baseline records {' or '.join(str(case.recorded) for case in CASES)} of them entry by entry."
    )


def _add(report: Report, case: Case, library: Path | None) -> None:
    ours, baseline = [], []
    for _ in range(ROUNDS):
        baseline.append(_per_s("recorded", case.recorded, library))
        ours.append(_per_s("written", SESSIONS, library))
    by_round = [fast / slow for fast, slow in zip(ours, baseline, strict=True)]
    said, base = f"{_middle(ours):.0f} sessions/s", f"{_middle(baseline):.1f} sessions/s"
    report.rows.append(ratio_row(case.name, said, base, by_round, at_least(20)))


def _per_s(what: str, count: int, library: Path | None) -> float:
    slow = {"LD_PRELOAD": str(library), "SLOW_SYNC_US": str(SLOWED_BY_US)} if library else {}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.history_cost", what, str(count)],
        cwd=ROOT, env=os.environ | slow, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"history: {done.stderr[-2000:]}")
    return float(done.stdout)


def _written_per_s(plan: HistoryPlan) -> float:
    with tempfile.TemporaryDirectory(prefix="infusion-bench-") as folder:
        begins = time.perf_counter()
        (clinic,) = write_history(_url(folder), plan, os.cpu_count() or 1)
        return clinic.written / (time.perf_counter() - begins)


def _recorded_per_s(plan: HistoryPlan, count: int) -> float:
    (clinic,) = plan.clinic_plans()
    workforce = workforce_of(clinic, {})
    sessions = list(islice(_sessions(clinic, workforce), count))
    with tempfile.TemporaryDirectory(prefix="infusion-bench-") as folder, _recorder(folder, clinic, workforce) as taken:
        recorder, clock = taken
        begins = time.perf_counter()
        record(recorder, clock, sessions)
        return count / (time.perf_counter() - begins)


def _sessions(clinic: ClinicPlan, workforce: Workforce) -> Iterator[HistorySession]:
    for number, visits in Calendar(clinic).blocks():
        yield from chart_block(clinic, workforce, number, visits)


class MovedClock:
    """Says what it was told."""

    def __init__(self) -> None:
        self.at = datetime(2000, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@contextmanager
def _recorder(folder: str, clinic: ClinicPlan, workforce: Workforce) -> Iterator[tuple[Recorder, MovedClock]]:
    engines, clock = open_record(Settings(database_url=_url(folder), is_simulated=True)), MovedClock()
    with HistoryImport(engines, clinic.clinic_id) as history:
        before = (clinic.begins(0) - timedelta(days=1)).astimezone(UTC)
        history.write_credentials(workforce.administrator, workforce.credential_entries(before, clinic.until))
    recorder = Recorder(engines.writer, clinic.clinic_id, clock)
    try:
        yield recorder, clock
    finally:
        recorder.close()
        engines.dispose()


def record(recorder: Recorder, clock: MovedClock, sessions: Sequence[HistorySession]) -> None:
    """Each entry by a command of its own, in the order of time."""
    entries = [(one.at, session, one) for session in sessions for one in session.entries]
    for at, session, one in sorted(entries, key=lambda entry: entry[0]):
        clock.at = at + RECORDED_AFTER
        kind = PlanSession if one.kind == "session_planned" else RecordEntries
        recorder.submit(kind(session.session_id, one.author, (one.raw,), None, True)).result()


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _url(folder: str) -> str:
    return f"sqlite:///{Path(folder) / 'history.sqlite'}"


if __name__ == "__main__":
    measured = _written_per_s(PLAN) if sys.argv[1] == "written" else _recorded_per_s(PLAN, int(sys.argv[2]))
    print(measured)
