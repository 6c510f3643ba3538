"""While a tablet hands in what it could not send, the clock finds nothing: what ends it may be on the way."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from session_store.reader import Reader
from tests.record_building import PLAN, START, SetClock, TestRecord, sent

LATE: dict[str, Any] = {"pump_rate_ml_per_h": 60, "concentration_mg_per_ml": 1}


def offline(record: TestRecord, clock: SetClock) -> UUID:
    """A ready session of which nothing was heard for three hours: 20 mg over 25 min were planned."""
    clock.time = START - timedelta(hours=3)
    session_id, _ = record.plan(
        sent("session_planned", **PLAN, planned_total_mg=20, planned_duration_min=25),
        sent("weight", weight_kg=70, basis="measured"),
        sent("session_ready"),
    )
    clock.time = START
    return session_id


def hand_in(record: TestRecord, session_id: UUID, kind: str, minutes_ago: float, **fields: Any) -> None:
    at = record.clock.now() - timedelta(minutes=minutes_ago)
    result = record.chart(session_id, kind, effective_at=at.isoformat(), **fields)
    assert result.outcome.value == "recorded", result


def dose_rules(reader: Reader, session_id: UUID) -> set[str]:
    alerts = reader.timeline(session_id)["alerts"]
    return {one["rule_id"] for one in alerts if one["rule_id"].startswith("dose.")}


def test_an_infusion_that_had_ended_long_ago_never_ran_over(
    record: TestRecord, clock: SetClock, reader: Reader
) -> None:
    session_id = offline(record, clock)
    hand_in(record, session_id, "infusion_started", 150, **LATE)
    clock.forward(seconds=5)
    record.tick()
    hand_in(record, session_id, "infusion_ended", 130)
    clock.forward(minutes=2)
    record.tick()
    assert dose_rules(reader, session_id) == set()


def test_an_infusion_whose_end_never_comes_is_found_soon_after(
    record: TestRecord, clock: SetClock, reader: Reader
) -> None:
    session_id = offline(record, clock)
    hand_in(record, session_id, "infusion_started", 150, **LATE)
    clock.forward(seconds=5)
    record.tick()
    assert dose_rules(reader, session_id) == set()
    clock.forward(seconds=10)
    record.tick()
    assert dose_rules(reader, session_id) == {"dose.plan.warning", "dose.duration.warning"}
