"""The incremental evaluator finds what the slow reference finds, after every moment of random sessions; and where the
reference is given a fault, the two differ."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.rule_set import RuleSet
from session_store.opening import open_record
from session_store.recorder import Recorder
from session_store.settings import Settings
from session_store.storage.engine import Engines
from tests.postgresql import Cluster
from tests.record_building import SetClock, TestRecord
from tests.reference import evaluator, schedule, values, vital_signs
from tests.reference.comparing import Watched, assert_same
from tests.reference.played import FoldedSession, RecordedSession
from tests.reference.steps import BEGINNINGS, STEPS, STEPS_ABOUT_ONE_SIGN, Beginning, Step

WITHOUT_STORAGE = settings(max_examples=150, deadline=None, derandomize=True)
ON_A_RECORD = settings(max_examples=12, deadline=None, derandomize=True)
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


@dataclasses.dataclass
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


# ------------------------------------------------------------------------------------------ the comparison can fail


def assert_a_difference_is_found(steps: st.SearchStrategy[list[Step]], rules: RuleSet = DELIVERED) -> None:
    """Within the first few hundred sessions; raises where all are the same."""
    found = find(
        st.tuples(BEGINNINGS, steps),
        lambda drawn: folded(*drawn).differs(rules),
        settings=settings(max_examples=400, deadline=None, derandomize=True, phases=[Phase.generate]),
    )
    assert folded(*found).differs(rules) and not folded(*found).differs()


@pytest.mark.parametrize(
    ("rule_id", "limit"),
    [
        ("spo2.low.critical", "91"), ("hr.high.warning", "123"), ("sbp.low.warning.baseline", "20"),
        ("temperature.high.advisory", "38.3"), ("rate.setting.warning", "1.01"), ("bolus.dose.warning", "0.9"),
        ("overdue.sign.advisory", "4"), ("dose.hour.warning", "0.7"), ("pump.volume.warning", "60"),
        ("monitor.silent.warning", "600"),
    ],
)  # fmt: skip
def test_another_limit_is_noticed(rule_id: str, limit: str) -> None:
    rules = DELIVERED.with_limits({rule_id: Decimal(limit)})
    assert_a_difference_is_found(st.one_of(STEPS_ABOUT_ONE_SIGN, ANY_STEPS), rules)


def test_lines_without_a_margin_are_noticed() -> None:
    rows = tuple(dataclasses.replace(rule, hysteresis=Decimal(0)) for rule in DELIVERED.rules)
    assert_a_difference_is_found(STEPS_ABOUT_ONE_SIGN, RuleSet(DELIVERED.version, rows))


FAULTS: dict[str, tuple[Any, str, Any, st.SearchStrategy[list[Step]]]] = {
    "a monitor is believed at once": (
        vital_signs, "CONFIRMED_AFTER", dict.fromkeys(vital_signs.CONFIRMED_AFTER, timedelta(0)), STEPS_ABOUT_ONE_SIGN,
    ),
    "one milder value is enough": (vital_signs, "are_milder_long_enough", lambda seen: True, STEPS_ABOUT_ONE_SIGN),
    "milder values are never enough": (vital_signs, "are_milder_long_enough", lambda seen: False, STEPS_ABOUT_ONE_SIGN),
    "the baseline is not known": (vital_signs, "baseline_of", lambda read, sign: None, STEPS_ABOUT_ONE_SIGN),
    "symptoms do not count": (vital_signs, "has_symptoms", lambda read, now: False, STEPS_ABOUT_ONE_SIGN),
    "a superseded value is current": (values, "is_superseded", lambda entry, sign, standing: False, ANY_STEPS),
    "nothing is read anew": (evaluator, "needs_new_reading", lambda read, entry, planned_at: False, ANY_STEPS),
    "a bolus tightens nothing": (schedule, "tightened_at", lambda read: None, ANY_STEPS),
    "alerts outlive the session": (evaluator, "end_with_session", lambda bedside: None, ANY_STEPS),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_reference_is_noticed(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name, replacement, steps = FAULTS[fault]
    monkeypatch.setattr(module, name, replacement)
    for user in (values, evaluator):
        if hasattr(user, name):
            monkeypatch.setattr(user, name, replacement)
    found: list[Watched] = []

    def differs(drawn: tuple[Beginning, list[Step]]) -> bool:
        watched = folded(*drawn)
        if watched.differs():
            found.append(watched)
        return bool(found)

    find(st.tuples(BEGINNINGS, steps), differs, settings=_FIRST_HUNDREDS)
    monkeypatch.undo()
    assert not found[0].differs()


_FIRST_HUNDREDS = settings(max_examples=400, deadline=None, derandomize=True, phases=[Phase.generate])
_UNUSED: Callable[[], None] | None = None
