"""The stable sets of the discharge gate where a monitor sends many: what counts is how far they are apart."""

from datetime import timedelta
from uuid import UUID

from session_store.reader import Reader
from tests.record_building import BASELINE, MONITOR, TestRecord


def held(reader: Reader, record: TestRecord, session_id: object) -> set[str]:
    return set(reader.gates(session_id, record.clock.now())["discharge_held"])  # type: ignore[arg-type, index]


def test_sets_that_a_monitor_sends_every_minute_come_far_enough_apart(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.clock.forward(minutes=30)
    record.chart(session_id, "infusion_ended")
    for _ in range(12):
        record.clock.forward(minutes=1)
        record.chart(session_id, "vital_signs", author=MONITOR, source="monitor", **BASELINE)
    sets = {"discharge.stable_sets.held", "discharge.sets_apart.held", "discharge.set_fresh.held"}
    assert not sets & held(reader, record, session_id)


def test_one_set_that_is_not_stable_begins_the_run_anew(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.clock.forward(minutes=30)
    record.chart(session_id, "infusion_ended")
    for systolic in (120, 120, 165, 120):
        record.clock.time += timedelta(minutes=6)
        record.chart(session_id, "vital_signs", **(BASELINE | {"systolic_mmhg": systolic}))
    assert {"discharge.stable_sets.held", "discharge.sets_apart.held"} <= held(reader, record, session_id)
    record.clock.forward(minutes=6)
    record.chart(session_id, "vital_signs", **BASELINE)
    assert not {"discharge.stable_sets.held", "discharge.sets_apart.held"} & held(reader, record, session_id)


SETS = {"discharge.stable_sets.held", "discharge.sets_apart.held"}


def recovered(record: TestRecord) -> UUID:
    """A session in recovery with two stable sets some minutes apart."""
    session_id = record.running()
    record.clock.forward(minutes=30)
    record.chart(session_id, "infusion_ended")
    for _ in range(2):
        record.clock.forward(minutes=6)
        record.chart(session_id, "vital_signs", **BASELINE)
    return session_id


def test_a_single_critical_value_by_hand_ends_the_run(record: TestRecord, reader: Reader) -> None:
    session_id = recovered(record)
    assert not SETS & held(reader, record, session_id)
    record.clock.forward(minutes=2)
    record.chart(session_id, "vital_signs", spo2_percent=80)
    assert held(reader, record, session_id) >= SETS


def test_a_late_set_that_was_not_stable_counts_at_its_time(record: TestRecord, reader: Reader) -> None:
    session_id = recovered(record)
    between = record.clock.now() - timedelta(minutes=3)
    record.chart(session_id, "vital_signs", effective_at=between.isoformat(), **(BASELINE | {"systolic_mmhg": 165}))
    assert held(reader, record, session_id) >= SETS


def test_what_a_monitor_has_confirmed_holds_though_its_row_was_no_set(record: TestRecord, reader: Reader) -> None:
    session_id = recovered(record)
    for _ in range(3):
        record.clock.forward(minutes=1)
        record.chart(session_id, "vital_signs", author=MONITOR, source="monitor", spo2_percent=88)
    assert held(reader, record, session_id) >= SETS
