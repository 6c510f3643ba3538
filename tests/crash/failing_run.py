"""What a process on a failing disk does: `python -m tests.crash.failing_run <folder> <scene> ...`.

Runs with `failing_disk.c` preloaded. Prints what it saw, by scene, as JSON. The folder's `disk/` is the disk that
fails, each scene has a folder of its own on it; the flag lies beside it.
"""

import ctypes
import json
import logging
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from session_store.clock import SystemClock
from session_store.commands import RecordEntries
from session_store.errors import StoreUnavailable
from session_store.opening import open_record
from session_store.recorder import Recorder
from session_store.settings import Settings
from session_store.storage.engine import Engines, open_engines
from tests.crash.checking import Findings, compare, damage, send_again, stored_entries
from tests.crash.logged_record import Log, LoggedRecord
from tests.record_building import NURSE, sent

Seen = dict[str, Any]
WRITES, SYNCS = 60, 12
# So many that the last of these writes is among theirs.
ENTRIES_A_FAULT = 8


def full(folder: Path) -> Seen:
    """Records, meets a full disk, is asked again when there is space."""
    seen: Seen = {"refused": [], "after": []}
    entries = [sent("vital_signs", heart_rate_per_min=70 + one) for one in range(5)]
    with _recording(folder / "disk" / "full" / "record.sqlite") as (engines, recorder, log):
        session_id = _running(recorder, log)
        with _disk(folder, "full"):
            seen["refused"] = [_outcome(recorder, session_id, one) for one in entries]
            seen["readable"] = len(stored_entries(engines.reader))
            seen["while_full"] = damage(engines)
        seen["recorded_before"] = len(log.acknowledged)
        seen["after"] = [_outcome(recorder, session_id, one) for one in entries]
        seen["again"] = [_outcome(recorder, session_id, one) for one in entries]
        seen["stored"] = sum(one.content.kind == "vital_signs" for one in stored_entries(engines.reader)) - 1
    seen["faults"] = _faults_after_opening(folder / "disk" / "full" / "record.sqlite", log)
    return seen


def small(folder: Path) -> Seen:
    """The disk really is small, and something else fills it; then that goes away."""
    disk = folder / "disk"
    entries = [sent("note", text="x" * 900) for _ in range(5)]
    with _recording(disk / "record.sqlite") as (engines, recorder, log):
        session_id = _running(recorder, log)
        _fill(disk / "something-else")
        refused = [_outcome(recorder, session_id, one) for one in entries]
        (disk / "something-else").unlink()
        after = [_outcome(recorder, session_id, one) for one in entries]
        stored = sum(one.content.kind == "note" for one in stored_entries(engines.reader))
    faults = _faults_after_opening(disk / "record.sqlite", log)
    return {"refused": refused, "after": after, "stored": stored, "faults": faults}


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(512))
        except OSError:
            return


def readonly(folder: Path) -> Seen:
    """The start on a disk that cannot be written: a new record, one that exists; then a running one."""
    seen: Seen = {}
    with _disk(folder, "readonly"):
        seen["new"] = _start(folder / "disk" / "readonly" / "record.sqlite")
        seen["new_folder"] = _start(folder / "disk" / "readonly" / "deeper" / "record.sqlite")
    with _recording(folder / "disk" / "readonly" / "record.sqlite") as (_, recorder, log):
        session_id = _running(recorder, log)
        with _disk(folder, "readonly"):
            seen["running"] = _outcome(recorder, session_id, sent("note", text="one"))
        seen["after"] = _outcome(recorder, session_id, sent("note", text="two"))
    with _disk(folder, "readonly"):
        seen["existing"] = _start(folder / "disk" / "readonly" / "record.sqlite")
    seen["faults"] = _faults_after_opening(folder / "disk" / "readonly" / "record.sqlite", log)
    return seen


def nth(folder: Path) -> Seen:
    """The n-th write (then the n-th sync) since the opening fails once; each time on a copy of one small record."""
    template = folder / "disk" / "nth" / "template.sqlite"
    with _recording(template) as (_, recorder, log):
        session_id = _running(recorder, log)
    seen: Seen = {"unavailable": 0, "came": {"writes": 0, "syncs": 0}, "faults": []}
    for of_syncs, most in ((0, WRITES), (1, SYNCS)):
        for n in range(1, most + 1):
            file = _copied(template)
            one = Log(list(log.sent), list(log.acknowledged))
            _record_with_fault(file, one, session_id, n, of_syncs, seen)
            name = "sync" if of_syncs else "write"
            seen["faults"] += [
                f"{name} {n}: {fault}" for fault in _faults_after_opening(file, one, projections=n % 10 == 0)
            ]
    return seen


def _copied(template: Path) -> Path:
    """The record under test, in place of the one before."""
    file = template.with_name("one.sqlite")
    for rest in ("-wal", "-shm"):
        file.with_name(file.name + rest).unlink(missing_ok=True)
    return Path(shutil.copy(template, file))


def _record_with_fault(file: Path, log: Log, session_id: UUID, n: int, of_syncs: int, seen: Seen) -> None:
    preloaded = ctypes.CDLL(None)
    preloaded.fail_nth(n, of_syncs)
    try:
        with _recording(file) as (_, recorder, told):
            told.sent, told.acknowledged = log.sent, log.acknowledged
            record = LoggedRecord(recorder, SystemClock(), told.add_line)
            for one in range(ENTRIES_A_FAULT):
                raw = sent("vital_signs", heart_rate_per_min=60 + one)
                try:
                    record.record(session_id, raw)
                except StoreUnavailable:
                    seen["unavailable"] += 1
                    record.record(session_id, raw)
    except StoreUnavailable:
        seen["unavailable"] += 1
    seen["came"]["syncs" if of_syncs else "writes"] += not preloaded.faults_left()
    preloaded.fail_nth(0, 0)


def creating(folder: Path) -> Seen:
    """The n-th write of making a new record fails; the next start makes it."""
    preloaded = ctypes.CDLL(None)
    seen: Seen = {"started": 0, "refused": 0, "faults": []}
    for n in range(1, WRITES, 10):
        file = folder / "disk" / "creating" / f"{n}.sqlite"
        preloaded.fail_nth(n, 0)
        seen["started" if _start(file) == "started" else "refused"] += 1
        preloaded.fail_nth(0, 0)
        with _recording(file) as (_, recorder, log):
            _running(recorder, log)
        seen["faults"] += [f"write {n}: {fault}" for fault in _faults_after_opening(file, log)]
    return seen


# --------------------------------------------------------------------------------------------------------- the parts


@contextmanager
def _recording(file: Path) -> Iterator[tuple[Engines, Recorder, Log]]:
    engines = open_record(Settings(database_url=f"sqlite:///{file}"))
    recorder = Recorder(engines.writer, 1, SystemClock())
    try:
        yield engines, recorder, Log()
    finally:
        recorder.close()
        engines.dispose()


def _running(recorder: Recorder, log: Log) -> UUID:
    record = LoggedRecord(recorder, SystemClock(), log.add_line)
    session_id = record.ready()
    record.chart(session_id, "infusion_started", pump_rate_ml_per_h=20, concentration_mg_per_ml=1, has_happened=True)
    return session_id


@contextmanager
def _disk(folder: Path, state: str) -> Iterator[None]:
    flag = folder / "flag"
    flag.write_text(state)
    try:
        yield
    finally:
        flag.unlink()


def _outcome(recorder: Recorder, session_id: UUID, raw: dict[str, Any]) -> str:
    try:
        result = recorder.submit(RecordEntries(session_id, NURSE, (raw,))).result()[0]
    except StoreUnavailable as unavailable:
        return f"unavailable: {unavailable}"
    return result.outcome.value


def _start(file: Path) -> str:
    try:
        open_record(Settings(database_url=f"sqlite:///{file}")).dispose()
    except StoreUnavailable as unavailable:
        return f"unavailable: {unavailable}"
    return "started"


def _faults_after_opening(file: Path, log: Log, *, projections: bool = True) -> list[str]:
    """Open the record as a start would, then check it and send all again."""
    url = f"sqlite:///{file}"
    open_record(Settings(database_url=url)).dispose()
    found, engines = Findings(), _kept_engines(url)
    recorder = Recorder(engines.writer, 1, SystemClock())
    compare(log, stored_entries(engines.reader), found)
    send_again(log, recorder, found)
    found.damaged += damage(engines, projections=projections)
    recorder.close()
    engines.dispose()
    return found.faults


@cache
def _kept_engines(url: str) -> Engines:
    """SQLAlchemy compiles each statement once for an engine: the same ones serve for many files of one name."""
    return open_engines(url)


SCENES: dict[str, Callable[[Path], Seen]] = {
    one.__name__: one for one in (full, small, readonly, nth, creating)
}  # fmt: skip


def main() -> int:
    logging.disable(logging.CRITICAL)
    folder, scenes = Path(sys.argv[1]), sys.argv[2:]
    json.dump({scene: SCENES[scene](folder) for scene in scenes}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
