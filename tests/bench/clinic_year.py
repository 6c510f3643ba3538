"""A year of a small clinic: 2,000 sessions are loaded, verified, dropped and rebuilt, and verified again.

The baseline copies the same rows of the record into an empty file of the same schema, in one transaction without any
check: what the disk and the driver need at the least. No aim but the last column: nothing may be broken or differ.
"""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from session_store.opening import open_record
from session_store.rebuilding import rebuild
from session_store.settings import Settings
from session_store.storage.engine import Engines
from session_store.storage.sqlite import safe_library
from session_store.verifying import VerifyReport, verify
from simulators.history.plan import HistoryPlan
from simulators.history.running import write_history
from tests.bench.measuring import Report, Row, count_row

SESSIONS = 2000
SEED = 20261120
UNTIL = datetime(2026, 11, 20, tzinfo=UTC)
TABLES = (
    "clinic", "patient", "infusion_session", "entry", "clinic_entry", "entry_receipt", "alert_fact", "change",
    "session_summary", "session_outcome",
)  # fmt: skip


def run(report: Report, sessions: int = SESSIONS) -> None:
    """Adds the rows of this part."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'year.sqlite'}"
        load_s = _timed(lambda: write_history(url, HistoryPlan(seed=SEED, until=UNTIL, sessions=sessions)))
        copy_s = _timed(lambda: _copy(Path(folder) / "year.sqlite", Path(folder) / "copy.sqlite"))
        engines = open_record(Settings(database_url=url, is_simulated=True))
        try:
            _check(report, engines, sessions, load_s, copy_s)
        finally:
            engines.dispose()


def _check(report: Report, engines: Engines, sessions: int, load_s: float, copy_s: float) -> None:
    loaded, verify_s = _verified(engines)
    rebuild_s = _timed(lambda: rebuild(engines.writer))
    again, _ = _verified(engines)
    rows = sum(one.rows for one in loaded.clinics)
    for name, seconds in (("load", load_s), ("verify with projections", verify_s), ("rebuild", rebuild_s)):
        said = f"{seconds:.1f} s, {rows / seconds:,.0f} rows/s"
        baseline = f"plain copy {copy_s:.1f} s"
        report.rows.append(Row(f"year: {name}, {sessions} sessions", said, baseline, seconds / copy_s, "-", None))
    for when, found in (("as loaded", loaded), ("after dropping and rebuilding", again)):
        faults = len(found.broken) + len(found.to_rebuild)
        report.rows.append(count_row(f"year: verify {when}", f"{faults} faults in {rows:,} rows", "none", faults))
    report.notes.append(
        f"Year: {sessions} simulated sessions of the clinic history, {rows:,} rows of the record. Load makes them "
        "up in one process and goes through every check, fold, alert rule and the chain; "
        "the plain copy inserts the finished rows."
    )


def _timed(work: object) -> float:
    assert callable(work)
    begins = time.perf_counter()
    work()
    return time.perf_counter() - begins


def _verified(engines: Engines) -> tuple[VerifyReport, float]:
    begins = time.perf_counter()
    found = verify(engines.reader)
    return found, time.perf_counter() - begins


def _copy(source: Path, target: Path) -> None:
    """The same rows into the same schema, durably, in one transaction."""
    open_record(Settings(database_url=f"sqlite:///{target}", is_simulated=True)).dispose()
    connection = safe_library().connect(str(target), isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"ATTACH '{source}' AS source")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("DELETE FROM clinic")
    for table in TABLES:
        width = len(connection.execute(f"SELECT * FROM source.{table} LIMIT 0").description)
        rows = connection.execute(f"SELECT * FROM source.{table}").fetchall()
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * width)})", rows)
    connection.execute("COMMIT")
    connection.close()
