"""One of several servers raises what is due by the clock: who leads, and who follows when the leader is gone."""

import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from session_store.leading import Leadership
from session_store.opening import open_record
from session_store.settings import Settings
from session_store.storage import clinic_lead
from session_store.storage.engine import Engines
from tests.postgresql import ON_POSTGRESQL, Cluster
from tests.storage.test_lost_connection import terminate_everybody


@pytest.fixture
def pair(engines: Engines, database_url: str) -> Iterator[list[Leadership]]:
    """Two servers' leaderships of one clinic; the first leads where only one can."""
    other = open_record(Settings(database_url=database_url))
    both = [Leadership(engines, 1), Leadership(other, 1)]
    both[0].leads()
    yield both
    for one in both:
        one.give_up()
    other.dispose()


def until_somebody_leads(servers: list[Leadership]) -> list[bool]:
    """Ask in turns, as servers do each second; the database needs a moment to end a connection."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        found = [one.leads() for one in servers]
        if any(found):
            return found
        time.sleep(0.05)
    raise AssertionError("nobody leads")


def test_a_server_that_has_its_database_for_itself_leads(engines: Engines) -> None:
    assert Leadership(engines, 1).leads()


@ON_POSTGRESQL
def test_one_of_two_leads_until_it_gives_up(pair: list[Leadership]) -> None:
    for _ in range(3):
        assert [one.leads() for one in pair] == [True, False]
    pair[0].give_up()
    assert until_somebody_leads(pair) == [False, True]
    assert [one.leads() for one in pair] == [False, True]


@ON_POSTGRESQL
def test_each_clinic_of_one_database_has_a_leader_of_its_own(engines: Engines, pair: list[Leadership]) -> None:
    other_clinic = Leadership(engines, 2)
    assert other_clinic.leads() and pair[0].leads() and not pair[1].leads()
    other_clinic.give_up()


@ON_POSTGRESQL
def test_a_leader_notices_that_its_connection_is_lost_before_it_judges_again(
    pair: list[Leadership], postgresql: Cluster, database_url: str
) -> None:
    assert terminate_everybody(postgresql, database_url) >= 1
    assert not pair[0].leads()
    assert sum(until_somebody_leads(pair)) == 1
    assert sum(one.leads() for one in pair) == 1


@ON_POSTGRESQL
def test_a_leader_that_hangs_is_followed_and_knows_it_when_it_goes_on(
    pair: list[Leadership], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [one.leads() for one in pair] == [True, False]
    with monkeypatch.context() as patient:
        patient.setattr(clinic_lead, "SILENT_LEADER_S", 0)
        until_somebody_leads(pair[1:])
    assert [one.leads() for one in pair] == [False, True]


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """One that a test may kill."""
    cluster = Cluster()
    with closing(cluster):
        cluster.start()
        yield cluster


def test_without_a_database_nobody_leads_and_nothing_is_raised(own_cluster: Cluster) -> None:
    engines = open_record(Settings(database_url=own_cluster.new_database()))
    servers = [Leadership(engines, 1), Leadership(engines, 1)]
    assert [one.leads() for one in servers] == [True, False]
    own_cluster.kill()
    for _ in range(2):
        assert [one.leads() for one in servers] == [False, False]
    own_cluster.start()
    assert sum(until_somebody_leads(servers)) == 1
    for one in servers:
        one.give_up()
    engines.dispose()
