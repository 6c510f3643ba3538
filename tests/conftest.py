"""Fixtures: a record with a clock that tests move, on a real SQLite file; on PostgreSQL where a test asks for it by
`ON_BOTH_ENGINES` or `ON_POSTGRESQL` of `tests.postgresql`."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from session_store.opening import open_record
from session_store.reader import Reader
from session_store.recorder import Recorder
from session_store.settings import Settings
from session_store.storage.engine import Engines, open_engines
from session_store.storage.migrating import migrate
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


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file without a clinic, copied for each test: migrating costs more than most tests."""
    file = tmp_path_factory.mktemp("template") / "migrated.sqlite"
    engines = open_engines(f"sqlite:///{file}")
    migrate(engines.writer)
    engines.dispose()
    return file


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """The engine under test; SQLite unless the test names others."""
    return getattr(request, "param", "sqlite")


@pytest.fixture
def database_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    if database_kind == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "record.sqlite")
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`make check` leaves out what is slow: crashes, generated requests, recordings, scenarios, drills,
    histories, PostgreSQL."""
    slow_folders = (
        "tests/crash/", "tests/replay/", "tests/api/test_generated_requests", "tests/scenarios/test_scenarios",
        "tests/api/test_drill", "tests/storage/test_bulk_history",
    )  # fmt: skip
    for item in items:
        kind = getattr(item, "callspec", None)
        on_postgresql = kind is not None and kind.params.get("database_kind") == "postgresql"
        if item.nodeid.startswith(slow_folders) or on_postgresql or "postgresql" in getattr(item, "fixturenames", ()):
            item.add_marker("slow")
    # The long files first, so that no worker is left alone with one at the end; within that the order stays random.
    items.sort(
        key=lambda item: not item.nodeid.startswith(("tests/crash/", "tests/api/", "tests/replay/", "tests/scenarios/"))
    )
