"""`python -m tests.crash --kills N --seed S`: long runs of kills and power losses; `make crash N=500`.

Kills a writing process on SQLite and on PostgreSQL N times each and all of PostgreSQL's processes N times, and checks
10 x N disks that a loss of power may leave. Prints a table; the exit code is 1 when anything was lost or corrupt.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.crash.killing import HEADINGS, Tally, kill_client, kill_servers
from tests.crash.logged_record import Log
from tests.crash.power_loss import Images, cut_and_check, record_run, sum_of
from tests.crash.preloading import missing
from tests.postgresql import Cluster

KILLS_A_DATABASE = 5
IMAGES_A_KILL = 10
# Each run is recorded anew: another order of writes, another place of the checkpoints.
IMAGES_A_RUN = 1000
ENTRIES_A_RUN = 120
MOST_FAULTS = 20


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="kills of each kind")
    parser.add_argument("--seed", type=int, default=1, help="the first of the seeds, one a kill")
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}\n{'':<42}" + "".join(f"{one:>14}" for one in HEADINGS), flush=True)
    with tempfile.TemporaryDirectory(prefix="infusion-crash-") as folder:
        faults = [*_sqlite(chosen, Path(folder)), *_postgresql(chosen), *_power(chosen, Path(folder))]
    for fault in faults[:MOST_FAULTS]:
        print(fault)
    return 1 if faults else 0


def _sqlite(chosen: argparse.Namespace, folder: Path) -> list[str]:
    return _many(
        Tally("SQLite, process killed"),
        chosen,
        lambda number: f"sqlite:///{folder / str(number)}.sqlite",
        kill_client,
    )


def _postgresql(chosen: argparse.Namespace) -> list[str]:
    cluster = Cluster()
    try:
        cluster.start()
        faults = _many(Tally("PostgreSQL, process killed"), chosen, lambda _number: cluster.new_database(), kill_client)
        faults += _many(
            Tally("PostgreSQL, all of its processes killed"),
            chosen,
            lambda _number: cluster.new_database(),
            lambda url, seed, log, tally: kill_servers(cluster, url, seed, log, tally),
        )
    finally:
        cluster.close()
    return faults


def _many(
    tally: Tally,
    chosen: argparse.Namespace,
    database: Callable[[int], str],
    kill: Callable[[str, int, Log, Tally], None],
) -> list[str]:
    url, log = "", Log()
    for number in range(chosen.kills):
        if number % KILLS_A_DATABASE == 0:
            url, log = database(number), Log()
        kill(url, chosen.seed + number, log, tally)
    print(tally.row(), flush=True)
    return tally.faults


def _power(chosen: argparse.Namespace, folder: Path) -> list[str]:
    if missing() is not None:
        print(f"power loss: not tried, {missing()}")
        return []
    parts: list[Images] = []
    left = chosen.kills * IMAGES_A_KILL
    while left > 0:
        with tempfile.TemporaryDirectory(dir=folder) as run:
            journal = record_run(Path(run), ENTRIES_A_RUN)
            images = min(left, IMAGES_A_RUN)
            parts.append(cut_and_check(journal, images, chosen.seed + len(parts), Path(run)))
            left -= images
    total = sum_of(parts)
    counted = (total.images, total.acknowledged, total.with_loss, total.corrupt, "")
    print(f"{'SQLite, power lost (images)':<42}" + "".join(f"{one:>14}" for one in counted), flush=True)
    return total.faults


if __name__ == "__main__":
    sys.exit(main())
