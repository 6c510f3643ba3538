"""Fixtures: a record on a real SQLite file, with a clock that tests move."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from session_store.opening import open_record
from session_store.reader import Reader
from session_store.recorder import Recorder
from session_store.settings import Settings
from session_store.storage.engine import Engines
from tests.record_building import SetClock, TestRecord


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'record.sqlite'}"


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
