"""Cuts the power at random points of one recorded run and checks the record on each disk that may be found."""

import logging
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from session_store.errors import SessionStoreError
from session_store.opening import open_record
from session_store.settings import Settings
from session_store.storage.engine import open_engines
from tests.crash.checking import LOST, Findings, compare, damage, stored_entries
from tests.crash.disk_replay import Disk, read_journal
from tests.crash.logged_record import Log
from tests.crash.preloading import build
from tests.server_process import ROOT

# Small, so that the log file starts anew many times in a short run; ours is SQLite's own 1000.
CHECKPOINT = "wal_autocheckpoint=60"
PROJECTIONS_EVERY = 10


@dataclass(slots=True)
class Images:
    """What a row of images came to."""

    images: int = 0
    acknowledged: int = 0
    with_loss: int = 0
    most_lost: int = 0
    corrupt: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def damage(self) -> list[str]:
        """What was wrong besides entries that are missing."""
        return [one for one in self.faults if LOST not in one]

    def count(self, found: Findings, acknowledged: int) -> None:
        self.images += 1
        self.acknowledged = max(self.acknowledged, acknowledged)
        self.with_loss += bool(found.lost)
        self.most_lost = max(self.most_lost, len(found.lost))
        self.corrupt += bool(found.changed or found.doubled or found.damaged)
        self.faults += found.faults


def record_run(folder: Path, entries: int, *pragmas: str) -> Path:
    """The journal of one run in an empty folder, from the first opening to the last close."""
    written, journal = folder / "run", folder / "journal"
    written.mkdir()
    watch = {
        "LD_PRELOAD": str(build("record_writes", folder)),
        "RECORD_FOLDER": str(written),
        "RECORD_JOURNAL": str(journal),
    }
    command = [sys.executable, "-m", "tests.crash.recorded_run", str(written), str(entries), CHECKPOINT, *pragmas]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | watch, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return journal


def cut_and_check(journal: Path, images: int, seed: int, folder: Path) -> Images:
    """The same number of images in each of two processes; a seed gives the same images again."""
    context = multiprocessing.get_context("forkserver")
    halves = [folder / "left", folder / "right"]
    with ProcessPoolExecutor(len(halves), mp_context=context) as pool:
        shares = [images - images // 2, images // 2]
        done = [
            pool.submit(_cut_and_check, journal, share, f"{seed}/{half.name}", half)
            for half, share in zip(halves, shares, strict=True)
        ]
        return sum_of([one.result() for one in done])


def sum_of(parts: Iterable[Images]) -> Images:
    """Rows of images put together."""
    total = Images()
    for part in parts:
        total.images += part.images
        total.acknowledged = max(total.acknowledged, part.acknowledged)
        total.with_loss += part.with_loss
        total.most_lost = max(total.most_lost, part.most_lost)
        total.corrupt += part.corrupt
        total.faults += part.faults
    return total


def _cut_and_check(journal: Path, images: int, seed: str, folder: Path) -> Images:
    """Replay the run once, stop at random operations, and check one found disk at each stop."""
    logging.disable(logging.CRITICAL)
    operations = list(read_journal(journal))
    rng = random.Random(seed)
    stops = sorted(rng.randrange(1, len(operations) + 1) for _ in range(images))
    disk, done, result, checker = Disk(), 0, Images(), ImageChecker(folder)
    for stop in stops:
        for operation in operations[done:stop]:
            disk.do(operation)
        done = stop
        log = _told(disk)
        # The fold of all sessions is the slow part of the check: of each image it would leave time for few.
        found = checker.check(disk.after_power_loss(rng), log, projections=result.images % PROJECTIONS_EVERY == 0)
        found.lost = [f"seed {seed}, cut at operation {stop}: {one}" for one in found.lost]
        found.damaged = [f"seed {seed}, cut at operation {stop}: {one}" for one in found.damaged]
        result.count(found, len(log.acknowledged))
    return result


def _told(disk: Disk) -> Log:
    log = Log()
    for line in bytes(disk.told).splitlines(keepends=True):
        log.add_line(line)
    return log


class ImageChecker:
    """Puts one image after the other into a folder, opens each as the program would, and checks it.

    What is read after the opening goes through engines that stay: SQLAlchemy compiles each statement once for an
    engine, which would take most of the time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._url = f"sqlite:///{folder / 'record.sqlite'}"
        self._engines = open_engines(self._url)

    def check(self, files: Mapping[str, bytes], log: Log, *, projections: bool = True) -> Findings:
        """Build one image, open it, check it."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        for name, content in files.items():
            (self._folder / name).write_bytes(content)
        found = Findings()
        try:
            open_record(Settings(database_url=self._url)).dispose()
            compare(log, stored_entries(self._engines.reader), found)
            found.damaged += damage(self._engines, projections=projections)
        except SessionStoreError as refused:
            found.damaged.append(f"does not open: {refused}")
        except Exception as failure:
            # Whatever a damaged file does to its reader is a finding.
            found.damaged.append(f"cannot be read: {failure!r}")
        finally:
            self._engines.dispose()
        return found
