"""The process that is killed: opens the real record and records as fast as it can from several threads.

`write` runs in a process forked from a server that has imported everything already, so that a kill costs no start of
Python. What it sends and what was acknowledged goes to a pipe, one write a line (see `logged_record`).
"""

import contextlib
import logging
import multiprocessing
import os
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any
from uuid import UUID

from session_store.clock import SystemClock
from session_store.commands import EntryOutcome
from session_store.errors import StoreUnavailable
from session_store.opening import open_record
from session_store.recorder import Recorder
from session_store.settings import Settings
from tests.crash.logged_record import LoggedRecord

LONGEST_LINE = 4096  # One write of this size is whole or not there (PIPE_BUF).


@dataclass(frozen=True, slots=True)
class Writing:
    """What to write where. Without `entries` the process goes on until it is killed."""

    database_url: str
    seed: int
    threads: int = 4
    sessions: int = 3
    entries: int | None = None


def write(writing: Writing, told: Connection) -> None:
    """Record until killed, or until the record is gone."""
    logging.disable(logging.CRITICAL)
    threading.excepthook = _end_at_once
    lock = threading.Lock()

    def tell(line: bytes) -> None:
        assert len(line) <= LONGEST_LINE, line
        with lock:
            os.write(told.fileno(), line)

    # The record that is gone is what some tests want; what was acknowledged has been told.
    with contextlib.suppress(StoreUnavailable):
        write_and_tell(writing, tell)


def _end_at_once(fault: threading.ExceptHookArgs) -> None:
    """A thread that meets what it must not (an entry refused) is not to go unnoticed: the exit code says so."""
    threading.__excepthook__(fault)
    os._exit(3)


def write_and_tell(writing: Writing, tell: Callable[[bytes], None]) -> None:
    """Open, keep several sessions, record in several threads, close."""
    engines = open_record(Settings(database_url=writing.database_url))
    recorder = Recorder(engines.writer, 1, SystemClock())
    record = LoggedRecord(recorder, SystemClock(), tell)
    stop = threading.Event()
    sessions = [_running(record, f"{writing.seed}-{number}") for number in range(writing.sessions)]
    share = None if writing.entries is None else writing.entries // writing.threads
    chances = [random.Random(f"{writing.seed}/{at}") for at in range(writing.threads)]
    threads = [threading.Thread(target=_record_many, args=(record, sessions, rng, share, stop)) for rng in chances]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorder.close()
    engines.dispose()


def _running(record: LoggedRecord, name: str) -> UUID:
    session_id = record.ready(patient_label=f"TP-{name}", chair_label=name[:20])
    record.chart(session_id, "infusion_started", pump_rate_ml_per_h=20, concentration_mg_per_ml=1, has_happened=True)
    return session_id


def _record_many(
    record: LoggedRecord, sessions: list[UUID], rng: random.Random, share: int | None, stop: threading.Event
) -> None:
    done = 0
    while not stop.is_set() and (share is None or done < share):
        session_id = rng.choice(sessions)
        kind, fields = _any_entry(rng)
        try:
            result = record.chart(session_id, kind, effective_at=datetime.now(UTC).isoformat(), **fields)
            assert result.outcome is EntryOutcome.RECORDED, f"{kind} {fields}: {result}"
            if rng.random() < 0.02:
                record.tick()
            if rng.random() < 0.03:
                record.chart(session_id, "entered_in_error", withdrawn_entry_id=result.entry_id, reason="wrong patient")
        except StoreUnavailable:
            stop.set()
            return
        done += 1


def _any_entry(rng: random.Random) -> tuple[str, dict[str, Any]]:
    return rng.choices(_ENTRIES, weights=[one[0] for one in _ENTRIES])[0][1](rng)


def _vital_signs(rng: random.Random) -> tuple[str, dict[str, Any]]:
    systolic = rng.randint(85, 185)
    return "vital_signs", {
        "heart_rate_per_min": rng.randint(45, 140), "systolic_mmhg": systolic, "diastolic_mmhg": systolic - 40,
        "spo2_percent": rng.randint(86, 100), "respiratory_rate_per_min": rng.randint(8, 24),
        "temperature_celsius": f"{rng.randint(355, 385) / 10}",
    }  # fmt: skip


def _could_not_measure(rng: random.Random) -> tuple[str, dict[str, Any]]:
    reason = rng.choice(["movement", "probe off"])
    return "vital_signs", {"heart_rate_per_min": rng.randint(60, 90), "not_measured": {"spo2_percent": reason}}


def _pain(rng: random.Random) -> tuple[str, dict[str, Any]]:
    score = {"instrument": "nrs", "score_points": rng.randint(0, 10)}
    return "pain_score", score | {"recall": "now", "circumstance": rng.choice(["rest", "movement"])}


def _sedation(rng: random.Random) -> tuple[str, dict[str, Any]]:
    return "sedation", {"scale": "rass", "level": rng.randint(-2, 1)}


def _effect(rng: random.Random) -> tuple[str, dict[str, Any]]:
    return "adverse_effect", {"term": rng.choice(["nausea", "dizziness", "headache"]), "ctcae_grade": rng.randint(1, 2)}


def _note(rng: random.Random) -> tuple[str, dict[str, Any]]:
    return "note", {"text": f"öé {rng.random()}" + " x" * rng.randint(0, 300)}


def _medication(rng: random.Random) -> tuple[str, dict[str, Any]]:
    given = {"drug_name": "ondansetron", "dose": rng.choice([4, 8]), "dose_unit": "mg", "route": "iv"}
    return "medication_given", given


def _rate(rng: random.Random) -> tuple[str, dict[str, Any]]:
    return "rate_changed", {"pump_rate_ml_per_h": rng.randint(10, 40), "concentration_mg_per_ml": 1}


_ENTRIES = (
    (60, _vital_signs), (5, _could_not_measure), (10, _pain), (5, _sedation), (4, _effect), (8, _note),
    (2, _medication), (2, _rate),
)  # fmt: skip


_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["__main__", "tests.crash.writing_process"])


@contextlib.contextmanager
def writing_process(writing: Writing) -> Iterator[tuple[BaseProcess, Connection]]:
    """The process and the end of the pipe that tells; killed at the end, whatever happened."""
    told, telling = _context.Pipe(duplex=False)
    process = _context.Process(target=write, args=(writing, telling), daemon=True)
    process.start()
    telling.close()
    try:
        yield process, told
    finally:
        process.kill()
        process.join(10)
        told.close()
