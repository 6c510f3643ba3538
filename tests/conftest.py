"""Fixtures: a record with a clock that tests move, on a real SQLite file; on PostgreSQL where a test asks for it by
`ON_BOTH_ENGINES` or `ON_POSTGRESQL` of `tests.postgresql`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from session_store.opening import open_record
from session_store.reader import Reader
from session_store.recorder import Recorder
from session_store.settings import Settings
from session_store.storage.engine import Engines
from tests.postgresql import Cluster
from tests.record_building import SetClock, TestRecord


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """One scratch cluster for all tests, started by the first that needs it."""
    cluster = Cluster()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """The engine under test; SQLite unless the test names others."""
    return getattr(request, "param", "sqlite")


@pytest.fixture
def database_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'record.sqlite'}"
        return
    cluster: Cluster = request.getfixturevalue("postgresql")
    url = cluster.new_database()
    yield url
    cluster.drop_database(url)


@pytest.fixture
def empty_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database without anything in it; `database_url` on PostgreSQL is migrated already."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    cluster: Cluster = request.getfixturevalue("postgresql")
    url = cluster.new_database(is_empty=True)
    yield url
    cluster.drop_database(url)


@pytest.fixture
def engines(database_url: str) -> Iterator[Engines]:
    opened = open_record(Settings(database_url=database_url))
    yield opened
    opened.dispose()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def record(engines: Engines, clock: SetClock) -> Iterator[TestRecord]:
    recorder = Recorder(engines.writer, 1, clock)
    yield TestRecord(recorder, clock)
    recorder.close()


@pytest.fixture
def reader(engines: Engines) -> Reader:
    return Reader(engines.reader, 1)
