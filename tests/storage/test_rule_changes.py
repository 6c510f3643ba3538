"""Alert limits that the clinic changes: judged by from then on, by every server, and found again by a rebuild."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import uuid_utils.compat
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from session_store.bulk_import import ImportedSession, write_sessions
from session_store.commands import Author, EntryOutcome, EntryResult, RecordClinicEntries
from session_store.domain.rules.delivered import DELIVERED
from session_store.opening import open_record
from session_store.reader import Reader
from session_store.rebuilding import rebuild
from session_store.recorder import Recorder
from session_store.settings import Settings
from session_store.storage.engine import Engines
from session_store.verifying import verify
from tests.postgresql import ON_BOTH_ENGINES, ON_POSTGRESQL
from tests.properties.test_record_properties import LATE_STEPS, Clinic, Step
from tests.record_building import BASELINE, NURSE, PAIN, PHYSICIAN, PLAN, SetClock, TestRecord, sent
from tests.storage.test_rebuild import ANSWERS, BURSTS, TICKS, clinic_on, drop_projections, happen, stored

ADMINISTRATOR = Author(uuid_utils.compat.uuid7(), "Test Administrator 1", "administrator")


def of_clinic(record: TestRecord, kind: str, author: Author = PHYSICIAN, **fields: Any) -> EntryResult:
    command = RecordClinicEntries(author, (sent(kind, **fields),))
    return record.recorder.submit(command).result()[0]


def change(record: TestRecord, version: int, author: Author = PHYSICIAN, **fields: Any) -> EntryResult:
    more = {"reason": "tried here"} | fields
    return of_clinic(record, "alert_limits_changed", author, based_on_version=version, **more)


def change_now(record: TestRecord, reader: Reader, **limits: str) -> EntryResult:
    """A change that takes effect; `sbp_high_warning` is the rule `sbp.high.warning`."""
    named = {name.replace("_", "."): limit for name, limit in limits.items()}
    result = change(record, reader.rules().version, limits=named)
    assert result.outcome is EntryOutcome.RECORDED, result
    return result


def sign(record: TestRecord, entry_id: str | None, author: Author = ADMINISTRATOR) -> EntryResult:
    return of_clinic(record, "alert_limits_signed", author, signed_entry_id=entry_id)


def alerts(reader: Reader, session_id: UUID) -> dict[str, tuple[str, bool, int]]:
    """By condition: level, whether it is over, version of the rules."""
    summary = reader.summary(session_id)
    return {one.condition: (one.level.word, one.is_over, one.rule_version) for one in summary.alerts}


def assert_intact(engines: Engines) -> None:
    """The record verifies, and what is dropped and rebuilt is what the recorder kept."""
    report = verify(engines.reader)
    assert report.broken == [] and report.to_rebuild == []
    kept = stored(engines)
    drop_projections(engines)
    assert rebuild(engines.writer).judged_otherwise == 0
    assert stored(engines) == kept


@ON_BOTH_ENGINES
class TestRuleChanges:
    def test_the_next_value_is_judged_by_the_changed_limit_and_its_alert_says_so(
        self, record: TestRecord, reader: Reader, engines: Engines
    ) -> None:
        session_id = record.running()
        assert record.chart(session_id, "vital_signs", end_tidal_co2_mmhg=47).alert_facts == ()
        change_now(record, reader, etco2_high_warning="45")
        (fact,) = record.chart(session_id, "vital_signs", end_tidal_co2_mmhg=48).alert_facts
        assert (fact.rule_id, fact.rule_version) == ("etco2.high.warning", DELIVERED.version + 1)
        assert "over 45" in fact.text
        assert reader.rules().limit("etco2.high.warning") == 45
        assert_intact(engines)

    def test_entries_of_one_batch_are_judged_by_what_came_before_them(self, record: TestRecord, reader: Reader) -> None:
        session_id = record.running()
        version = DELIVERED.version
        sent_together = [
            record.recorder.submit(RecordClinicEntries(PHYSICIAN, (raw,)))
            for raw in (
                sent("alert_limits_changed", based_on_version=version, limits={"hr.high.warning": "115"}, reason="x"),
                sent("alert_limits_changed", based_on_version=version, limits={"hr.high.warning": "114"}, reason="x"),
            )
        ]
        outcomes = [one.result()[0].outcome.value for one in sent_together]
        assert outcomes == ["recorded", "refused"]
        (fact,) = record.chart(session_id, "vital_signs", heart_rate_per_min=117).alert_facts
        assert fact.rule_id == "hr.high.warning" and reader.rules().version == version + 1

    def test_a_loosened_critical_limit_waits_and_holds_once_another_person_has_signed(
        self, record: TestRecord, reader: Reader, engines: Engines
    ) -> None:
        session_id = record.running()
        waiting = change(record, DELIVERED.version, limits={"sbp.high.critical": "200"})
        assert waiting.outcome is EntryOutcome.RECORDED
        assert [one.field for one in waiting.problems] == ["needs_second_person"]
        facts = record.chart(session_id, "vital_signs", systolic_mmhg=190, diastolic_mmhg=70).alert_facts
        assert [one.rule_id for one in facts] == ["sbp.high.critical"]
        assert sign(record, waiting.entry_id, PHYSICIAN).problems[0].limit == "a second person"
        assert sign(record, waiting.entry_id, NURSE).outcome is EntryOutcome.REFUSED
        assert sign(record, waiting.entry_id).outcome is EntryOutcome.RECORDED
        assert sign(record, waiting.entry_id).outcome is EntryOutcome.REFUSED
        assert reader.rules().limit("sbp.high.critical") == 200
        (known,) = reader.rule_changes()
        assert known.signed is not None and known.signed.author_name == "Test Administrator 1"
        assert_intact(engines)

    def test_what_is_refused_leaves_nothing_behind(self, record: TestRecord, reader: Reader) -> None:
        before = reader.change_number()
        refused = [
            change(record, DELIVERED.version + 1, limits={"hr.high.warning": "115"}),
            change(record, DELIVERED.version, limits={"hr.high.warning": "180"}),
            change(record, DELIVERED.version, limits={}),
            change(record, DELIVERED.version, limits={"no.such": "1"}),
            change(record, DELIVERED.version, limits={"hr.high.warning": "115"}, reason=""),
            change(record, DELIVERED.version, NURSE, limits={"hr.high.warning": "115"}),
            sign(record, str(uuid_utils.compat.uuid7())),
        ]
        assert {one.outcome for one in refused} == {EntryOutcome.REFUSED}
        assert all(one.problems for one in refused)
        assert reader.change_number() == before and reader.rules() is DELIVERED

    def test_a_change_that_took_effect_is_changed_back_and_not_withdrawn(
        self, record: TestRecord, reader: Reader
    ) -> None:
        done = change_now(record, reader, hr_high_warning="115")
        error = {"withdrawn_entry_id": done.entry_id, "reason": "mistyped"}
        refusal = of_clinic(record, "clinic_entered_in_error", **error)
        assert refusal.outcome is EntryOutcome.REFUSED and "change the limits back" in refusal.problems[0].reason
        waiting = change(record, reader.rules().version, limits={"spo2.low.critical": "85"})
        error["withdrawn_entry_id"] = waiting.entry_id
        assert of_clinic(record, "clinic_entered_in_error", **error).outcome is EntryOutcome.RECORDED
        assert sign(record, waiting.entry_id).outcome is EntryOutcome.REFUSED
        change_now(record, reader, hr_high_warning="120")
        assert reader.rules().limit("hr.high.warning") == 120 and reader.rules().version == DELIVERED.version + 2

    def test_a_resent_change_is_answered_as_before(self, record: TestRecord) -> None:
        raw = sent(
            "alert_limits_changed", based_on_version=DELIVERED.version, limits={"spo2.low.critical": 88}, reason="x"
        )
        command = RecordClinicEntries(PHYSICIAN, (raw,))
        first, again = (record.recorder.submit(command).result()[0] for _ in range(2))
        assert (first.outcome, again.outcome) == (EntryOutcome.RECORDED, EntryOutcome.DUPLICATE)
        assert first.problems == again.problems and first.change_number == again.change_number

    def test_standing_values_are_judged_by_the_new_limits_at_the_next_tick(
        self, record: TestRecord, reader: Reader, engines: Engines
    ) -> None:
        tightened, loosened, calm = record.running(), record.running(chair_label="2"), record.running(chair_label="3")
        evidence = record.chart(tightened, "vital_signs", end_tidal_co2_mmhg=47).entry_id
        record.chart(loosened, "vital_signs", heart_rate_per_min=122)
        change_now(record, reader, etco2_high_warning="45", hr_high_warning="128")
        assert alerts(reader, tightened) == {} and alerts(reader, loosened)["hr.high"][:2] == ("warning", False)
        record.clock.forward(seconds=1)
        before = reader.change_number()
        record.tick()
        version = DELIVERED.version + 1
        assert alerts(reader, tightened) == {"etco2.high": ("warning", False, version)}
        assert str(reader.summary(tightened).alerts[0].evidence_entry_id) == evidence
        assert alerts(reader, loosened) == {"hr.high": ("advisory", False, version)}
        assert sorted(len(one["alert_facts"]) for one in reader.changes_after(before)) == [0, 1, 1]
        after = reader.change_number()
        record.clock.forward(seconds=1)
        record.tick()
        assert reader.change_number() == after
        assert reader.summary(calm).limit_changes_judged == 1
        assert_intact(engines)

    def test_a_loosened_limit_ends_what_is_now_well_inside_it(
        self, record: TestRecord, reader: Reader, engines: Engines
    ) -> None:
        session_id = record.running(is_monitored=False, pump_rate_ml_per_h=100)
        record.chart(session_id, "vital_signs", heart_rate_per_min=121)
        assert not any(over for _, over, _ in alerts(reader, session_id).values())
        change_now(record, reader, hr_high_warning="130", hr_high_advisory="129", rate_setting_warning="1.9")
        record.clock.forward(seconds=1)
        record.tick()
        assert all(over for _, over, _ in alerts(reader, session_id).values())
        assert set(alerts(reader, session_id)) >= {"hr.high", "rate.setting"}
        assert_intact(engines)

    def test_an_entry_between_change_and_tick_keeps_the_rebuild_exact(
        self, record: TestRecord, reader: Reader, engines: Engines
    ) -> None:
        session_id = record.running()
        record.chart(session_id, "vital_signs", systolic_mmhg=152, diastolic_mmhg=70, heart_rate_per_min=112)
        change_now(record, reader, sbp_high_warning="150", hr_high_advisory="105")
        record.chart(session_id, "vital_signs", heart_rate_per_min=107)
        record.clock.forward(seconds=2)
        record.tick()
        assert set(alerts(reader, session_id)) == {"sbp.high", "hr.high"}
        record.chart(session_id, "note", text="goes on")
        change_now(record, reader, sbp_high_warning="155")
        record.clock.forward(seconds=400)
        record.tick()
        assert_intact(engines)

    def test_a_correction_makes_no_alert_of_the_past_out_of_a_later_limit(
        self, record: TestRecord, reader: Reader, engines: Engines
    ) -> None:
        session_id = record.running()
        record.chart(session_id, "vital_signs", end_tidal_co2_mmhg=47)
        record.clock.forward(minutes=5)
        record.chart(session_id, "vital_signs", end_tidal_co2_mmhg=40)
        record.clock.forward(minutes=1)
        standing = record.chart(session_id, "vital_signs", heart_rate_per_min=108)
        change_now(record, reader, etco2_high_warning="45", hr_high_advisory="105")
        record.clock.forward(seconds=1)
        record.tick()
        assert set(alerts(reader, session_id)) == {"hr.high"}
        wrong = record.chart(session_id, "note", text="of another patient")
        record.chart(session_id, "entered_in_error", withdrawn_entry_id=wrong.entry_id, reason="another patient")
        assert alerts(reader, session_id) == {"hr.high": ("advisory", False, DELIVERED.version + 1)}
        record.chart(session_id, "entered_in_error", withdrawn_entry_id=standing.entry_id, reason="another patient")
        assert alerts(reader, session_id) == {}
        assert_intact(engines)

    def test_history_is_imported_by_the_rules_in_force(
        self, record: TestRecord, reader: Reader, engines: Engines
    ) -> None:
        change_now(record, reader, sbp_high_warning="150")
        at = {"effective_at": record.clock.now().isoformat()}
        session = ImportedSession(
            uuid_utils.compat.uuid7(),
            [sent("session_planned", **PLAN) | at, sent("weight", weight_kg=70, basis="measured") | at,
             sent("pain_score", **PAIN) | at, sent("vital_signs", **(BASELINE | {"systolic_mmhg": 152})) | at],
        )  # fmt: skip
        write_sessions(engines.writer, 1, NURSE, [session], is_simulated=True)
        assert alerts(reader, session.session_id)["sbp.high"] == ("warning", False, DELIVERED.version + 1)
        assert_intact(engines)

    def test_two_servers_see_each_others_changes(
        self, record: TestRecord, reader: Reader, database_url: str, engines: Engines
    ) -> None:
        session_id = record.running()
        with another_server(database_url, record.clock) as (other, other_reader):
            there = TestRecord(other, record.clock)
            change_now(record, reader, sbp_high_warning="150")
            (fact,) = there.chart(session_id, "vital_signs", systolic_mmhg=152, diastolic_mmhg=70).alert_facts
            assert fact.rule_version == DELIVERED.version + 1
            assert other_reader.rules().limit("sbp.high.warning") == 150
            assert change(there, DELIVERED.version, limits={"hr.high.warning": "115"}).outcome is EntryOutcome.REFUSED
            change_now(there, other_reader, hr_high_warning="115")
            facts = record.chart(session_id, "vital_signs", heart_rate_per_min=117).alert_facts
            assert [(one.rule_id, one.rule_version) for one in facts] == [("hr.high.warning", DELIVERED.version + 2)]
            record.clock.forward(seconds=1)
            there.tick()
            record.tick()
        assert_intact(engines)

    def test_nothing_is_read_of_the_rules_while_nothing_changed(self, record: TestRecord, engines: Engines) -> None:
        session_id = record.running()
        change(record, DELIVERED.version, limits={"hr.high.warning": "115"})
        record.chart(session_id, "note", text="before")
        asked: list[str] = []
        event.listen(engines.writer, "before_cursor_execute", lambda *of: asked.append(of[2]))
        record.chart(session_id, "vital_signs", heart_rate_per_min=117)
        assert not [one for one in asked if "clinic_entry" in one]


# Two limits of each rule that make sense beside the delivered ones; the one that is not in force is taken.
TOGGLED = {
    "etco2.high.warning": ("40", "55"),
    "hr.high.advisory": ("80", "112"),
    "hr.high.warning": ("115", "128"),
    "sbp.high.warning": ("141", "175"),
    "spo2.low.critical": ("80", "91"),
    "rate.setting.warning": ("0.2", "1.8"),
    "bolus.dose.warning": ("0.05", "0.35"),
}
LIMIT_STEPS = st.builds(Step, st.sampled_from([0, 1, 200]), st.sampled_from(sorted(TOGGLED)))
CHANGING = st.lists(
    st.one_of(LATE_STEPS, LATE_STEPS, LIMIT_STEPS, LIMIT_STEPS, ANSWERS, TICKS, BURSTS), min_size=4, max_size=18
)


@pytest.fixture(scope="module")
def changing_clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    yield from clinic_on(f"sqlite:///{tmp_path_factory.mktemp('rules') / 'record.sqlite'}")


@settings(max_examples=15, deadline=None, derandomize=True)
@given(history=CHANGING, is_monitored=st.booleans())
def test_whatever_is_changed_between_steps_is_found_again_by_a_rebuild(
    changing_clinic: Clinic, history: list[Step], is_monitored: bool
) -> None:
    chair = changing_clinic.running(is_monitored=is_monitored)
    reader = Reader(changing_clinic.engines.reader, 1)
    for step in history:
        if step.kind in TOGGLED:
            chair.record.clock.forward(seconds=step.after_s)
            toggle(chair.record, reader, step.kind)
        else:
            happen(chair, step)
    assert_intact(changing_clinic.engines)


def toggle(record: TestRecord, reader: Reader, rule_id: str) -> None:
    rules = reader.rules()
    limit = next(one for one in TOGGLED[rule_id] if rules.limit(rule_id) != Decimal(one))
    result = change(record, rules.version, limits={rule_id: limit})
    assert result.outcome is EntryOutcome.RECORDED, result
    if result.problems:
        assert sign(record, result.entry_id).outcome is EntryOutcome.RECORDED
    assert reader.rules().limit(rule_id) == Decimal(limit)


@contextmanager
def another_server(url: str, clock: SetClock) -> Iterator[tuple[Recorder, Reader]]:
    engines = open_record(Settings(database_url=url))
    with closing(Recorder(engines.writer, 1, clock)) as recorder:
        yield recorder, Reader(engines.reader, 1)
    engines.dispose()


@ON_POSTGRESQL
def test_a_server_that_waited_for_the_lock_judges_by_what_the_other_changed(
    record: TestRecord, reader: Reader, database_url: str, engines: Engines
) -> None:
    session_id = record.running()
    with another_server(database_url, record.clock) as (other, _):
        with engines.writer.begin() as connection:
            connection.execute(text("SELECT 1 FROM clinic WHERE clinic_id = 1 FOR NO KEY UPDATE"))
            changing = record.recorder.submit(
                RecordClinicEntries(PHYSICIAN, (
                    sent("alert_limits_changed", based_on_version=DELIVERED.version, reason="x",
                         limits={"sbp.high.warning": "150"}),))
            )  # fmt: skip
            there = TestRecord(other, record.clock)
            assert not changing.done()
        assert changing.result()[0].outcome is EntryOutcome.RECORDED
        (fact,) = there.chart(session_id, "vital_signs", systolic_mmhg=152, diastolic_mmhg=70).alert_facts
    assert fact.rule_version == reader.rules().version == DELIVERED.version + 1


@pytest.mark.parametrize("seconds", [0, 1])
def test_the_rules_outlast_a_restart(record: TestRecord, reader: Reader, engines: Engines, seconds: int) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", systolic_mmhg=152, diastolic_mmhg=70)
    change_now(record, reader, sbp_high_warning="150")
    record.clock.forward(seconds=seconds)
    with closing(Recorder(engines.writer, 1, record.clock)) as after:
        TestRecord(after, record.clock).tick()
    assert alerts(reader, session_id)["sbp.high"][0] == "warning"
    assert_intact(engines)
