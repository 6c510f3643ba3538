"""The incremental evaluator finds what the slow reference finds, after every moment of random sessions: folded without
storage, and in the recorder's transaction on both engines. That the comparison can fail: `test_reference_faults`."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from session_store.opening import open_record
from session_store.recorder import Recorder
from session_store.settings import Settings
from session_store.storage.engine import Engines
from tests.postgresql import Cluster
from tests.record_building import SetClock, TestRecord
from tests.reference.comparing import Watched, assert_same
from tests.reference.played import FoldedSession, RecordedSession
from tests.reference.steps import BEGINNINGS, STEPS, STEPS_ABOUT_ONE_SIGN, Beginning, Step

WITHOUT_STORAGE = settings(max_examples=150, deadline=None, derandomize=True)
# Not made smaller when it fails: each example costs a second.
ON_A_RECORD = settings(max_examples=12, deadline=None, derandomize=True, phases=[Phase.generate])
ANY_STEPS = st.lists(STEPS, min_size=4, max_size=20)


def folded(beginning: Beginning, steps: list[Step]) -> Watched:
    return Watched(FoldedSession(beginning.plan)).play(beginning, steps)


@WITHOUT_STORAGE
@given(BEGINNINGS, ANY_STEPS)
def test_any_session_is_judged_as_by_the_reference(beginning: Beginning, steps: list[Step]) -> None:
    assert_same(folded(beginning, steps))


@WITHOUT_STORAGE
@given(BEGINNINGS, STEPS_ABOUT_ONE_SIGN)
def test_the_values_of_one_sign_are_judged_as_by_the_reference(beginning: Beginning, steps: list[Step]) -> None:
    assert_same(folded(beginning, steps))


# ----------------------------------------------------------------------------------------------- through the recorder


@dataclass
class Clinic:
    """One record for all examples, one open session at a time."""

    engines: Engines
    record: TestRecord

    def play(self, beginning: Beginning, steps: list[Step]) -> None:
        watched = Watched(RecordedSession(self.record, self.engines, beginning.plan))
        try:
            assert_same(watched.play(beginning, steps))
        finally:
            self._next_day(watched)

    def _next_day(self, watched: Watched) -> None:
        for kind in ("session_aborted", "session_cancelled"):
            watched.played.take(Step(60, kind))
        self.record.clock.forward(hours=12)


def clinic_on(url: str) -> Iterator[Clinic]:
    engines, clock = open_record(Settings(database_url=url)), SetClock()
    recorder = Recorder(engines.writer, 1, clock)
    yield Clinic(engines, TestRecord(recorder, clock))
    recorder.close()
    engines.dispose()


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    yield from clinic_on(f"sqlite:///{tmp_path_factory.mktemp('reference') / 'record.sqlite'}")


@pytest.fixture(scope="module")
def on_postgresql(postgresql: Cluster) -> Iterator[Clinic]:
    yield from clinic_on(postgresql.new_database())


@ON_A_RECORD
@given(BEGINNINGS, ANY_STEPS)
def test_the_recorder_on_sqlite_judges_as_the_reference(
    on_sqlite: Clinic, beginning: Beginning, steps: list[Step]
) -> None:
    on_sqlite.play(beginning, steps)


@ON_A_RECORD
@given(BEGINNINGS, ANY_STEPS)
def test_the_recorder_on_postgresql_judges_as_the_reference(
    on_postgresql: Clinic, beginning: Beginning, steps: list[Step]
) -> None:
    on_postgresql.play(beginning, steps)
