"""A correction to a worse level tells somebody: whatever was answered, cleared or told before, at a milder level."""

from typing import Any
from uuid import UUID

import pytest

from session_store.commands import EntryOutcome
from session_store.reader import Reader
from tests.record_building import PHYSICIAN, TestRecord


def amend(record: TestRecord, session_id: UUID, entry_id: Any, **changes: Any) -> list[tuple[str, str]]:
    """Correct an entry; the alert facts that come of it."""
    content = {"amended_entry_id": str(entry_id), "reason": "mistyped", "changes": changes}
    result = record.chart(session_id, "amendment", **content)
    assert result.outcome is EntryOutcome.RECORDED, result.problems
    return [(one.fact.value, one.level.word) for one in result.alert_facts]


def acknowledge_all(record: TestRecord, reader: Reader, session_id: UUID) -> None:
    for alert in standing(reader, session_id):
        content = {"alert_id": alert["alert_id"], "action": "drug_given"}
        assert record.chart(session_id, "acknowledgement", author=PHYSICIAN, **content).outcome is EntryOutcome.RECORDED


def standing(reader: Reader, session_id: UUID) -> list[dict[str, Any]]:
    return reader.timeline(session_id)["session"]["alerts"]  # type: ignore[no-any-return]


EVENTS = {
    "an effect": ("adverse_effect", {"term": "nausea", "ctcae_grade": 3}, {"ctcae_grade": 4}, {"ctcae_grade": 3}),
    "a bolus": ("bolus", {"dose_mg": 25}, {"dose_mg": 350}, {"dose_mg": 26}),
}


@pytest.mark.parametrize("kind", EVENTS)
def test_an_answered_event_that_was_worse_is_raised_anew(record: TestRecord, reader: Reader, kind: str) -> None:
    name, content, worse, milder = EVENTS[kind]
    session_id = record.running()
    event = record.chart(session_id, name, **content)
    assert [one["level"] for one in standing(reader, session_id)] == ["warning"]
    acknowledge_all(record, reader, session_id)
    assert amend(record, session_id, event.entry_id, **worse) == [("raised", "critical")]
    (alert,) = standing(reader, session_id)
    assert alert["level"] == "critical" and alert["acknowledged"] is None and alert["sounded_at"] is not None
    acknowledge_all(record, reader, session_id)
    # Both levels have been answered now.
    assert amend(record, session_id, event.entry_id, **milder) == []
    assert amend(record, session_id, event.entry_id, **worse) == []


def test_an_effect_that_was_answered_at_its_worse_update_stays_answered(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    effect = record.chart(session_id, "adverse_effect", term="nausea", ctcae_grade=3)
    record.clock.forward(minutes=1)
    record.chart(session_id, "adverse_effect_update", effect_entry_id=str(effect.entry_id), ctcae_grade=4)
    acknowledge_all(record, reader, session_id)
    assert amend(record, session_id, effect.entry_id, ctcae_grade=4) == []


def charted(record: TestRecord, session_id: UUID, *values: int) -> list[Any]:
    """SpO2 by hand, one a minute: the ids of the entries."""
    made = []
    for value in values:
        record.clock.forward(minutes=1)
        made.append(record.chart(session_id, "vital_signs", spo2_percent=value).entry_id)
    return made


@pytest.mark.parametrize(
    ("values", "corrected", "to"),
    [
        ((94, 98, 98), 0, 84),  # told as an advisory, over; it was critical
        ((98, 94, 98, 98), 1, 84),
        ((94, 94, 98, 98), 1, 84),  # raised as an advisory, and became critical before it was over
        ((91, 91, 91), 0, 84),  # still a warning; it was critical
    ],
)
def test_a_worse_level_in_the_past_that_nobody_was_told_of_is_listed(
    record: TestRecord, reader: Reader, values: tuple[int, ...], corrected: int, to: int
) -> None:
    session_id = record.running()
    entry_id = charted(record, session_id, *values)[corrected]
    before = [alert["condition"] for alert in standing(reader, session_id)]
    assert amend(record, session_id, entry_id, spo2_percent=to) == [("raised", "critical"), ("cleared", "critical")]
    past = [alert for alert in standing(reader, session_id) if alert["is_past"]]
    (listed,) = past
    assert (listed["condition"], listed["level"], listed["sounded_at"]) == ("spo2.low:past", "critical", None)
    assert [one["condition"] for one in standing(reader, session_id) if not one["is_past"]] == before
    # Told once: a milder correction and the next reading of all entries say nothing of it again.
    assert amend(record, session_id, entry_id, spo2_percent=85) == []
    note = record.chart(session_id, "note", text="for another patient")
    again = record.chart(session_id, "entered_in_error", withdrawn_entry_id=str(note.entry_id), reason="x")
    assert again.alert_facts == ()


def test_what_was_told_at_that_level_is_not_listed_again(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    entry_id = charted(record, session_id, 88, 98, 98)[0]
    assert amend(record, session_id, entry_id, spo2_percent=84) == []
