"""Kills a writing process (or its database) at a random moment, opens the record again and checks it."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from session_store.clock import SystemClock
from session_store.opening import open_record
from session_store.recorder import Recorder
from session_store.settings import Settings
from session_store.storage.engine import Engines
from tests.crash.checking import Findings, compare, compare_after_sending_again, damage, send_again, stored_entries
from tests.crash.logged_record import Log
from tests.crash.writing_process import Writing, writing_process
from tests.postgresql import Cluster

LONGEST_LIFE_S = 0.35
STARTS_WITHIN_S = 30.0
# By then the sessions have been made.
BUSY_AFTER = 24
HEADINGS = ("kills", "acknowledged", "lost", "corrupt", "surplus kills")


@dataclass(slots=True)
class Tally:
    """What a row of kills came to. After a surplus kill something was on record that nobody had been answered for."""

    name: str
    kills: int = 0
    acknowledged: int = 0
    surplus_kills: int = 0
    findings: list[Findings] = field(default_factory=list)

    def count(self, acknowledged: int) -> None:
        """One more kill, after so many answers."""
        self.kills += 1
        self.acknowledged += acknowledged

    def row(self) -> str:
        """One line of the table."""
        counted = (self.kills, self.acknowledged, self.lost, self.corrupt, self.surplus_kills)
        return f"{self.name:<42}" + "".join(f"{one:>14}" for one in counted)

    @property
    def lost(self) -> int:
        return sum(len(one.lost) for one in self.findings)

    @property
    def corrupt(self) -> int:
        return sum(len(one.changed) + len(one.doubled) + len(one.damaged) for one in self.findings)

    @property
    def faults(self) -> list[str]:
        return [fault for one in self.findings for fault in one.faults]


def kill_client(database_url: str, seed: int, log: Log, tally: Tally) -> None:
    """One process that writes, killed with SIGKILL; then the check."""
    before = len(log.acknowledged)
    kill_while_writing(database_url, seed, log, None)
    tally.count(len(log.acknowledged) - before)
    check_reopened(database_url, log, tally)


def kill_servers(cluster: Cluster, database_url: str, seed: int, log: Log, tally: Tally) -> None:
    """Every process of the database killed under a process that writes, and that one too; then the check."""
    before = len(log.acknowledged)
    kill_while_writing(database_url, seed, log, cluster.kill)
    cluster.start()
    tally.count(len(log.acknowledged) - before)
    check_reopened(database_url, log, tally)


def kill_while_writing(database_url: str, seed: int, log: Log, strike: Callable[[], None] | None) -> None:
    """Let a process write for a random while, strike (at its database), kill it; `log` takes what it said."""
    rng = random.Random(seed)
    life_s = rng.uniform(0, LONGEST_LIFE_S)
    with writing_process(Writing(database_url, seed)) as (process, told):
        reading = _Reading(told, log)
        if rng.random() < 0.8:
            # Else the kill may meet the process while it is opening the record, or making its sessions.
            assert reading.is_busy.wait(STARTS_WITHIN_S), "the process never wrote"
        time.sleep(life_s)
        if strike is not None:
            strike()
        process.kill()
        process.join(10)
        reading.finish()
        # Where the database went first, it may have ended in good order.
        expected = (-signal.SIGKILL,) if strike is None else (-signal.SIGKILL, 0)
        assert process.exitcode in expected, f"the process ended by itself: {process.exitcode}"


class _Reading:
    """Empties the pipe while the process writes, so that it never waits for us."""

    def __init__(self, told: Connection, log: Log) -> None:
        self.is_busy = threading.Event()
        self._told, self._log = told, log
        self._busy_from = len(log.acknowledged) + BUSY_AFTER
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        rest = b""
        while piece := os.read(self._told.fileno(), 1 << 20):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                self._log.add_line(line + b"\n")
            if len(self._log.acknowledged) >= self._busy_from:
                self.is_busy.set()

    def finish(self) -> None:
        """Read what is left; the pipe ends with the process that wrote to it."""
        self._thread.join(20)
        assert not self._thread.is_alive(), "the pipe never ended"


def check_reopened(database_url: str, log: Log, tally: Tally) -> None:
    """All checks on the record as it is found; all that was sent is sent again."""
    found = Findings()
    engines = open_record(Settings(database_url=database_url))
    try:
        _check(engines, log, found)
    finally:
        engines.dispose()
    tally.surplus_kills += found.surplus > 0
    tally.findings.append(found)


def _check(engines: Engines, log: Log, found: Findings) -> None:
    compare(log, stored_entries(engines.reader), found)
    found.damaged += damage(engines)
    recorder = Recorder(engines.writer, 1, SystemClock())
    send_again(log, recorder, found)
    recorder.close()
    compare_after_sending_again(log, stored_entries(engines.reader), found)
