"""Rows (c): what a long session costs. Recording into one with 10,000 entries, and reading the timeline of 300 sets."""

import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from session_store.commands import RecordEntries
from session_store.opening import open_record
from session_store.reader import Reader
from session_store.recorder import Recorder
from session_store.settings import Settings
from session_store.storage.engine import Engines
from session_store.storage.sqlite import safe_library
from tests.bench.measuring import Report, Spread, at_most, ratio_row
from tests.record_building import NURSE, SetClock, TestRecord, sent

SHORT, LONG = 10, 10_000
SETS = 300
ROUNDS, PAIRS_A_ROUND, READS_A_ROUND = 4, 250, 40
BATCH = 100
_RAW_QUERY = "SELECT * FROM entry WHERE clinic_id = ? AND session_id = ? ORDER BY seq"


@dataclass(frozen=True, slots=True)
class Bed:
    """One record with its clock."""

    engines: Engines
    record: TestRecord
    clock: SetClock
    file: Path

    def running(self, chair: int, entries: int, make: Callable[[int], dict[str, Any]]) -> UUID:
        """A running session with so many entries, recorded in the order of time."""
        session_id = self.record.ready(patient_label=f"TP-{chair}", chair_label=str(chair))
        self.record.override_start(session_id)
        self.record.chart(session_id, "infusion_started", pump_rate_ml_per_h=20, concentration_mg_per_ml=1)
        done = self._count(session_id)
        while done < entries:
            batch = []
            for number in range(done, min(entries, done + BATCH)):
                self.clock.forward(seconds=1)
                batch.append(make(number) | {"effective_at": self.clock.now().isoformat()})
            results = self.record.record(session_id, *batch)
            assert all(one.outcome.value == "recorded" for one in results), results
            done += len(batch)
        assert self._count(session_id) == max(entries, done)
        return session_id

    def _count(self, session_id: UUID) -> int:
        return len(Reader(self.engines.reader, 1).session_record(session_id).entries)


def run(report: Report) -> None:
    """Measure both and add their rows."""
    with tempfile.TemporaryDirectory(prefix="infusion-bench-") as folder:
        file = Path(folder) / "record.sqlite"
        engines, clock = open_record(Settings(database_url=f"sqlite:///{file}")), SetClock()
        recorder = Recorder(engines.writer, 1, clock)
        bed = Bed(engines, TestRecord(recorder, clock), clock, file)
        try:
            _add_recording(report, bed)
            _add_reading(report, bed)
        finally:
            recorder.close()
            engines.dispose()


def _add_recording(report: Report, bed: Bed) -> None:
    long, short = bed.running(1, LONG, _long_session), bed.running(2, SHORT, _vital_signs)
    ratios: list[float] = []
    waits: dict[UUID, list[float]] = {long: [], short: []}
    for _ in range(ROUNDS):
        sample: dict[UUID, list[float]] = {long: [], short: []}
        for pair in range(PAIRS_A_ROUND):
            for session_id in (long, short) if pair % 2 else (short, long):
                sample[session_id].append(_record_ms(bed, session_id, pair))
        ratios.append(Spread.of(sample[long]).p50 / Spread.of(sample[short]).p50)
        for session_id, sampled in sample.items():
            waits[session_id] += sampled
    name = f"recording into {LONG:,} entries against {SHORT}"
    report.rows.append(ratio_row(name, str(Spread.of(waits[long])), str(Spread.of(waits[short])), ratios, at_most(1.2)))


def _record_ms(bed: Bed, session_id: UUID, number: int) -> float:
    bed.clock.forward(seconds=1)
    raw = _vital_signs(number) | {"effective_at": bed.clock.now().isoformat()}
    command = RecordEntries(session_id, NURSE, (raw,))
    before = time.perf_counter()
    result = bed.record.recorder.submit(command).result()[0]
    wait_ms = (time.perf_counter() - before) * 1000
    assert result.outcome.value == "recorded", result
    return wait_ms


def _add_reading(report: Report, bed: Bed) -> None:
    session_id = bed.running(3, SETS + 8, _vital_signs)
    reader = Reader(bed.engines.reader, 1)
    raw = safe_library().connect(str(bed.file))
    key = (1, session_id.bytes)
    ours: list[float] = []
    plain: list[float] = []
    ratios = []
    for _ in range(ROUNDS):
        pairs = [(_ms(lambda: reader.session_record(session_id)), _ms(lambda: raw.execute(_RAW_QUERY, key).fetchall()))
                 for _ in range(READS_A_ROUND)]  # fmt: skip
        ratios.append(Spread.of([one for one, _ in pairs]).p50 / Spread.of([one for _, one in pairs]).p50)
        ours += [one for one, _ in pairs]
        plain += [one for _, one in pairs]
    raw.close()
    name = f"reading a timeline of {SETS} sets"
    report.rows.append(ratio_row(name, str(Spread.of(ours)), str(Spread.of(plain)), ratios, at_most(12)))


def _ms(action: Callable[[], object]) -> float:
    before = time.perf_counter()
    action()
    return (time.perf_counter() - before) * 1000


def _vital_signs(number: int) -> dict[str, Any]:
    rng = random.Random(number)
    return sent(
        "vital_signs", heart_rate_per_min=rng.randint(62, 88), systolic_mmhg=rng.randint(108, 132),
        diastolic_mmhg=rng.randint(62, 78), spo2_percent=rng.randint(96, 100),
        respiratory_rate_per_min=rng.randint(12, 18),
    )  # fmt: skip


def _long_session(number: int) -> dict[str, Any]:
    """Mostly signs, as from a monitor; what people add in hours is among them."""
    if number % 200 == 0:
        return sent("pain_score", instrument="nrs", score_points=number % 7, recall="now", circumstance="rest")
    if number % 200 == 50:
        return sent("sedation", scale="rass", level=0)
    if number % 200 == 100:
        return sent("note", text="comfortable")
    if number % 1000 == 150:
        return sent("rate_changed", pump_rate_ml_per_h=20 + number % 3, concentration_mg_per_ml=1)
    return _vital_signs(number)
