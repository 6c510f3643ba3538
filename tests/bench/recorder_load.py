"""One measuring process of the recorder rows; run by `recorder_rate`, which may slow its syncs. Prints JSON.

`python -m tests.bench.recorder_load --clients 64 --seconds 1.5 --rounds 3`: each round first inserts raw, then records.
"""

import argparse
import json
import logging
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import uuid_utils.compat

from session_store.change_feed import ChangeFeed
from session_store.clock import SystemClock
from session_store.commands import EntryOutcome, RecordEntries
from session_store.opening import open_record
from session_store.recorder import Recorder
from session_store.settings import Settings
from session_store.storage.sqlite import safe_library
from tests.record_building import NURSE, PLAN, TestRecord, sent

VITALS = {
    "heart_rate_per_min": 72, "systolic_mmhg": 122, "diastolic_mmhg": 74, "spo2_percent": 98,
    "respiratory_rate_per_min": 14,
}  # fmt: skip
_RAW_TABLE = """CREATE TABLE observation (clinic_id INTEGER, session_id BLOB, seq INTEGER, occurred_at INTEGER,
    recorded_at INTEGER, kind TEXT, hr INTEGER, sbp INTEGER, dbp INTEGER, spo2 INTEGER, rr INTEGER, author TEXT,
    PRIMARY KEY (clinic_id, session_id, seq)) WITHOUT ROWID"""


@dataclass
class Load:
    """What one round did: entries acknowledged, how long it took, the wait of each entry."""

    seconds: float
    waits_ms: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.waits_ms) / self.seconds


class RawInserts:
    """The baseline: the plain driver, one row per transaction, the same durability (WAL, synchronous=FULL)."""

    def __init__(self, file: Path) -> None:
        self._connection = safe_library().connect(str(file), isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute(_RAW_TABLE)
        self._session_id = uuid_utils.compat.uuid7().bytes
        self._seq = 0

    def insert(self) -> None:
        self._seq += 1
        now_us = time.time_ns() // 1000
        row = (1, self._session_id, self._seq, now_us, now_us, "vital_signs", *VITALS.values(), "Test Nurse 1")
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("INSERT INTO observation VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", row)
        self._connection.execute("COMMIT")


class Recorded:
    """The candidate: the recorder as the server runs it, change feed included, one running session a client."""

    def __init__(self, folder: Path, clients: int) -> None:
        self._engines = open_record(Settings(database_url=f"sqlite:///{folder / 'recorder.sqlite'}"))
        feed = ChangeFeed()
        feed.listen(lambda _change: None)
        self.recorder = Recorder(self._engines.writer, 1, SystemClock(), feed.ring)
        self.sessions = [self._running(chair) for chair in range(clients)]

    def _running(self, chair: int) -> UUID:
        record = TestRecord(self.recorder, SystemClock())  # type: ignore[arg-type]
        label = PLAN["patient_label"] + f"-{chair}"
        session_id = record.ready(patient_label=label, chair_label=str(chair))
        record.override_start(session_id)
        started = record.chart(session_id, "infusion_started", pump_rate_ml_per_h=20, concentration_mg_per_ml=1)
        assert started.outcome is EntryOutcome.RECORDED, started
        return session_id

    def record(self, session_id: UUID) -> None:
        """One set of vital signs, waited for until it is on the disk."""
        entry: dict[str, Any] = sent("vital_signs", effective_at=datetime.now(UTC).isoformat(), **VITALS)
        result = self.recorder.submit(RecordEntries(session_id, NURSE, (entry,))).result()[0]
        assert result.outcome is EntryOutcome.RECORDED, result

    def close(self) -> None:
        self.recorder.close()
        self._engines.dispose()


def run_clients(actions: Sequence[Callable[[], None]], seconds: float) -> Load:
    """Every client repeats its action until the time is over; each in a thread of its own."""
    waits: list[list[float]] = [[] for _ in actions]
    began = time.perf_counter()
    until = began + seconds

    def client(at: int) -> None:
        while (before := time.perf_counter()) < until:
            actions[at]()
            waits[at].append((time.perf_counter() - before) * 1000)

    threads = [threading.Thread(target=client, args=(at,)) for at in range(1, len(actions))]
    for thread in threads:
        thread.start()
    client(0)
    for thread in threads:
        thread.join()
    return Load(time.perf_counter() - began, [wait for one in waits for wait in one])


def measure(folder: Path, clients: int, seconds: float, rounds: int) -> dict[str, Any]:
    """Raw and recorded in turns, so that a busy neighbour hits both."""
    raw = RawInserts(folder / "raw.sqlite")
    recorded = Recorded(folder, clients)
    actions = [partial(recorded.record, one) for one in recorded.sessions]
    run_clients(actions, min(0.3, seconds))
    found: dict[str, Any] = {"raw_per_s": [], "recorded_per_s": [], "raw_waits_ms": [], "recorded_waits_ms": []}
    for _ in range(rounds):
        for name, load in (("raw", run_clients([raw.insert], seconds)), ("recorded", run_clients(actions, seconds))):
            found[f"{name}_per_s"].append(load.per_second)
            found[f"{name}_waits_ms"] += load.waits_ms
    recorded.close()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory(prefix="infusion-bench-") as folder:
        json.dump(measure(Path(folder), chosen.clients, chosen.seconds, chosen.rounds), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
