"""An answer counts for what was seen, and a promise is kept by the person it names: through the recorder."""

from typing import Any
from uuid import UUID

import pytest

from session_store.commands import Author, EntryOutcome, EntryResult
from session_store.reader import Reader
from tests.record_building import NURSE, PHYSICIAN, TestRecord, sent


def alert_of(reader: Reader, session_id: UUID) -> dict[str, Any]:
    """The only alert of the session."""
    (alert,) = reader.timeline(session_id)["alerts"]
    return alert  # type: ignore[no-any-return]


def answered(record: TestRecord, session_id: UUID, alert: dict[str, Any], **more: Any) -> EntryResult:
    content = {"alert_id": alert["alert_id"], "action": "drug_given"} | more
    return record.chart(session_id, "acknowledgement", author=PHYSICIAN, **content)


def warned(record: TestRecord, reader: Reader, value: int = 91) -> tuple[UUID, dict[str, Any]]:
    """A session with an alert on SpO2, as the panel shows it."""
    session_id = record.running()
    record.clock.forward(minutes=1)
    record.chart(session_id, "vital_signs", spo2_percent=value)
    return session_id, alert_of(reader, session_id)


def test_an_answer_to_a_warning_that_arrives_after_it_became_critical_leaves_the_critical_open(
    record: TestRecord, reader: Reader
) -> None:
    session_id, seen = warned(record, reader)
    record.clock.forward(seconds=30)
    record.chart(session_id, "vital_signs", spo2_percent=85)
    record.clock.forward(seconds=5)
    late = answered(record, session_id, seen, seen_level=seen["peak_level"])
    assert late.outcome is EntryOutcome.REFUSED
    (problem,) = late.problems
    assert problem.field == "seen_level" and "has become critical since" in problem.reason
    record.clock.forward(seconds=60)
    record.tick()
    alert = alert_of(reader, session_id)
    assert alert["acknowledged"] is None and alert["unanswered_times"] == 1
    assert answered(record, session_id, alert, seen_level="critical").outcome is EntryOutcome.RECORDED
    assert alert_of(reader, session_id)["acknowledged"]["by"] == PHYSICIAN.display_name


def test_a_critical_that_is_milder_again_or_over_was_not_seen_by_who_saw_the_warning(
    record: TestRecord, reader: Reader
) -> None:
    session_id, seen = warned(record, reader)
    for value in (85, 91, 91):
        record.clock.forward(seconds=30)
        record.chart(session_id, "vital_signs", spo2_percent=value)
    assert alert_of(reader, session_id)["level"] == "warning"
    assert answered(record, session_id, seen, seen_level="warning").outcome is EntryOutcome.REFUSED
    for value in (97, 98):
        record.clock.forward(seconds=30)
        record.chart(session_id, "vital_signs", spo2_percent=value)
    assert answered(record, session_id, seen, seen_level="warning").outcome is EntryOutcome.REFUSED
    assert alert_of(reader, session_id)["acknowledged"] is None
    assert answered(record, session_id, seen, seen_level="critical").outcome is EntryOutcome.RECORDED


@pytest.mark.parametrize(("seen_level", "value"), [("warning", 91), ("critical", 91), ("critical", 85)])
def test_an_answer_to_the_level_that_stands_is_recorded(
    record: TestRecord, reader: Reader, seen_level: str, value: int
) -> None:
    session_id, seen = warned(record, reader, value)
    assert answered(record, session_id, seen, seen_level=seen_level).outcome is EntryOutcome.RECORDED


def test_an_answer_that_does_not_say_what_was_seen_counts_by_its_time(record: TestRecord, reader: Reader) -> None:
    session_id, seen = warned(record, reader)
    tapped_at = record.clock.now().isoformat()
    record.clock.forward(seconds=30)
    record.chart(session_id, "vital_signs", spo2_percent=85)
    late = answered(record, session_id, seen, effective_at=tapped_at)
    assert late.outcome is EntryOutcome.REFUSED and late.problems[0].field == "effective_at"
    assert answered(record, session_id, seen).outcome is EntryOutcome.RECORDED


def test_the_time_of_a_rise_is_when_it_could_be_seen(record: TestRecord, reader: Reader) -> None:
    """A value charted late makes the alert critical: nobody could see that at the time of the value."""
    session_id, seen = warned(record, reader)
    measured_at = record.clock.forward(minutes=2).isoformat()
    tapped_at = record.clock.forward(minutes=1).isoformat()
    record.clock.forward(minutes=1)
    record.chart(session_id, "vital_signs", spo2_percent=85, effective_at=measured_at)
    assert answered(record, session_id, seen, effective_at=tapped_at).outcome is EntryOutcome.REFUSED


def test_a_resend_of_an_answer_is_the_same_answer_whatever_became_of_the_alert(
    record: TestRecord, reader: Reader
) -> None:
    session_id, seen = warned(record, reader)
    raw = sent("acknowledgement", alert_id=seen["alert_id"], action="drug_given", seen_level="warning")
    assert record.record(session_id, raw, author=PHYSICIAN)[0].outcome is EntryOutcome.RECORDED
    record.chart(session_id, "vital_signs", spo2_percent=85)
    assert record.record(session_id, raw, author=PHYSICIAN)[0].outcome is EntryOutcome.DUPLICATE
    assert alert_of(reader, session_id)["acknowledged"] is None


# ---------------------------------------------------------------------------------------- who keeps the promise


ASSISTANT = Author(NURSE.account_id, "Test Assistant 1", "physician_assistant")


def at_the_chair(record: TestRecord, session_id: UUID, alert: dict[str, Any], by: Author, **more: Any) -> None:
    result = record.chart(session_id, "at_the_chair", author=by, alert_id=alert["alert_id"], **more)
    assert result.outcome is EntryOutcome.RECORDED


def promised(record: TestRecord, reader: Reader) -> tuple[UUID, dict[str, Any]]:
    """A critical alert to which a physician has promised to come within two minutes."""
    session_id, alert = warned(record, reader, 85)
    promise = {"action": "physician_at_chair", "deadline_min": 2, "seen_level": "critical"}
    assert answered(record, session_id, alert, **promise).outcome is EntryOutcome.RECORDED
    record.clock.forward(minutes=1)
    return session_id, alert


@pytest.mark.parametrize("by", [NURSE, ASSISTANT])
def test_another_person_at_the_chair_does_not_keep_the_promise_of_a_physician(
    record: TestRecord, reader: Reader, by: Author
) -> None:
    session_id, alert = promised(record, reader)
    at_the_chair(record, session_id, alert, by, role="physician")  # what the server itself says cannot be sent
    record.clock.forward(minutes=2)
    record.tick()
    alert = alert_of(reader, session_id)
    assert alert["acknowledged"] is None and alert["broken_promise"]["by"] == PHYSICIAN.display_name
    assert alert["at_the_chair"]["by"] == by.display_name


@pytest.mark.parametrize("comes_first", [True, False])
def test_a_physician_at_the_chair_keeps_it_whoever_else_is_there(
    record: TestRecord, reader: Reader, comes_first: bool
) -> None:
    session_id, alert = promised(record, reader)
    for by in (PHYSICIAN, NURSE) if comes_first else (NURSE, PHYSICIAN):
        at_the_chair(record, session_id, alert, by)
    record.clock.forward(minutes=2)
    record.tick()
    assert alert_of(reader, session_id)["acknowledged"]["by"] == PHYSICIAN.display_name
