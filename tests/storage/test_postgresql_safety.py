"""A server that is too old, or may lose what it has acknowledged, is refused with a sentence that says what to set."""

from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from session_store.errors import StoreUnavailable
from session_store.opening import open_record
from session_store.settings import Settings
from session_store.storage.postgresql import check_server
from tests.postgresql import Cluster


class SaidServer:
    """A driver's connection to a server with these settings."""

    def __init__(self, version: int = 150018, **settings: str) -> None:
        self.info = SimpleNamespace(server_version=version)
        self.settings = {"synchronous_commit": "on", "fsync": "on", "full_page_writes": "on"} | settings

    def execute(self, query: str) -> Any:
        names = [part.split("'")[1] for part in query.split(",")]
        return SimpleNamespace(fetchone=lambda: tuple(self.settings[name] for name in names))

    def rollback(self) -> None:
        pass


@pytest.mark.parametrize("version", [150000, 160004, 180001])
def test_a_safe_server_is_taken(version: int) -> None:
    check_server(SaidServer(version))
    check_server(SaidServer(version, synchronous_commit="remote_apply"))


def test_an_old_server_is_refused() -> None:
    with pytest.raises(StoreUnavailable, match="PostgreSQL 14 is too old: 15 or newer"):
        check_server(SaidServer(140011))


@pytest.mark.parametrize("name", ["synchronous_commit", "fsync", "full_page_writes"])
def test_a_server_that_may_lose_entries_is_refused(name: str) -> None:
    with pytest.raises(StoreUnavailable, match=f"{name} = off.*set {name} = on"):
        check_server(SaidServer(**{name: "off"}))


def test_a_real_database_that_does_not_wait_for_the_disk_is_refused(postgresql: Cluster) -> None:
    url = postgresql.new_database()
    name = make_url(url).database
    with psycopg.connect(postgresql.url("postgres"), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")  # type: ignore[call-overload]
    with pytest.raises(StoreUnavailable, match="synchronous_commit = off"):
        open_record(Settings(database_url=url))
    postgresql.drop_database(url)


def test_a_server_that_is_not_there_is_said_in_one_sentence(postgresql: Cluster) -> None:
    with pytest.raises(StoreUnavailable):
        open_record(Settings(database_url=postgresql.url("no_such_database")))
    with pytest.raises(StoreUnavailable):
        open_record(Settings(database_url="postgresql://infusion@/record?host=/tmp/no-such-folder"))
