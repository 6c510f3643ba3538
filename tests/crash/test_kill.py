"""kill -9 while entries are acknowledged: what was answered for is there, whole and once."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.killing import Tally, kill_client, kill_servers
from tests.crash.logged_record import Log
from tests.postgresql import Cluster

SQLITE_KILLS, KILLS_A_DATABASE = 20, 4
CLIENT_KILLS = SERVER_KILLS = 10


@pytest.fixture(scope="module")
def killed_cluster() -> Iterator[Cluster]:
    """A cluster of its own: the one of the other tests is not to be killed."""
    cluster = Cluster()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
def seed() -> int:
    """Shown with the output of a failed test; `python -m tests.crash --seed` begins with it."""
    chosen = random.SystemRandom().randrange(1_000_000)
    print(f"seed {chosen}")
    return chosen


def passed(tally: Tally, kills: int) -> bool:
    print(tally.row())
    return tally.kills == kills and tally.faults == [] and tally.acknowledged > kills


def test_a_killed_process_loses_nothing_on_sqlite(tmp_path: Path, seed: int) -> None:
    tally, log = Tally("SQLite, process killed"), Log()
    for kill in range(SQLITE_KILLS):
        if kill % KILLS_A_DATABASE == 0:
            log = Log()
        kill_client(f"sqlite:///{tmp_path / str(kill // KILLS_A_DATABASE)}.sqlite", seed + kill, log, tally)
    assert passed(tally, SQLITE_KILLS), tally.faults


def test_a_killed_process_loses_nothing_on_postgresql(killed_cluster: Cluster, seed: int) -> None:
    tally, log, url = Tally("PostgreSQL, process killed"), Log(), ""
    for kill in range(CLIENT_KILLS):
        if kill % KILLS_A_DATABASE == 0:
            log, url = Log(), killed_cluster.new_database()
        kill_client(url, seed + kill, log, tally)
    assert passed(tally, CLIENT_KILLS), tally.faults


def test_a_killed_postgresql_loses_nothing(killed_cluster: Cluster, seed: int) -> None:
    tally, log, url = Tally("PostgreSQL, all of its processes killed"), Log(), ""
    for kill in range(SERVER_KILLS):
        if kill % KILLS_A_DATABASE == 0:
            log, url = Log(), killed_cluster.new_database()
        kill_servers(killed_cluster, url, seed + kill, log, tally)
    assert passed(tally, SERVER_KILLS), tally.faults
