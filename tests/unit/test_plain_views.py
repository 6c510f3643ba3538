"""What tile and timeline say beside the numbers: limits of one patient, NEWS2, sedation, broken promises, notes."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.session_summary import BaselineValue, SessionSummary
from session_store.limit_views import warning_band
from session_store.reader import Reader
from tests.record_building import NURSE, PHYSICIAN, START, TestRecord, uuid_utils

WHOLE_SET: dict[str, Any] = {
    "heart_rate_per_min": 72, "systolic_mmhg": 124, "diastolic_mmhg": 74, "spo2_percent": 97,
    "respiratory_rate_per_min": 14, "temperature_celsius": 36.8, "acvpu": "alert", "supplemental_oxygen": False,
}  # fmt: skip


def tile_of(reader: Reader, session_id: Any) -> dict[str, Any]:
    return reader.timeline(session_id)["session"]  # type: ignore[no-any-return]


# ---------------------------------------------------------------------- limits of this patient
def test_a_limit_of_this_patient_is_on_the_tile_with_who_and_why(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(
        session_id, "patient_limit", author=PHYSICIAN, rule_id="spo2.low.warning", limit=90.5, reason="known COPD"
    )
    (own,) = tile_of(reader, session_id)["own_limits"]
    assert own["words"] == "SpO2 below 90.5 %" and own["limit"] == 90.5 and own["level"] == "warning"
    assert (own["by"], own["reason"]) == ("Test Physician 1", "known COPD")


def test_the_limits_in_force_name_the_clinics_and_the_patients(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "patient_limit", author=PHYSICIAN, rule_id="hr.high.warning", limit=125, reason="athlete")
    limits = {one["rule_id"]: one for one in reader.timeline(session_id)["limits"]}
    own, other = limits["hr.high.warning"], limits["hr.high.critical"]
    assert (own["limit"], own["clinic_limit"], own["is_own"]) == (125, 120, True)
    assert (other["limit"], other["clinic_limit"], other["is_own"]) == (131, 131, False)
    assert limits["spo2.low.warning.target"]["is_off"] and not limits["spo2.low.warning"]["is_off"]


def test_every_limit_that_is_offered_can_be_set_again(record: TestRecord, reader: Reader) -> None:
    """What the form offers is never refused for being no limit of a patient."""
    session_id = record.running()
    for one in reader.timeline(session_id)["limits"]:
        again = record.chart(
            session_id, "patient_limit", author=PHYSICIAN,
            rule_id=one["rule_id"], limit=one["limit"], reason="as before",
        )  # fmt: skip
        assert again.outcome.value == "recorded", (one, again)


def test_target_and_overrides_say_their_reason(record: TestRecord, reader: Reader) -> None:
    session_id = record.ready()
    record.chart(session_id, "oxygen_target", author=PHYSICIAN, target="target_88_92", reason="hypercapnia")
    record.chart(session_id, "start_override", author=PHYSICIAN, reason="consent on paper")
    tile = tile_of(reader, session_id)
    assert tile["oxygen_target"] == {"target": "target_88_92", "by": "Test Physician 1", "reason": "hypercapnia"}
    assert (tile["start_override_by"], tile["start_override_reason"]) == ("Test Physician 1", "consent on paper")
    assert tile["discharge_override_by"] is None and tile["own_limits"] == []


# ---------------------------------------------------------------------- the band of the figure
def summary_with(**baseline: int) -> SessionSummary:
    summary = SessionSummary(uuid_utils.compat.uuid7(), uuid_utils.compat.uuid7(), True)
    summary.baseline = {name: BaselineValue(Decimal(value), START) for name, value in baseline.items()}
    return summary


@pytest.mark.parametrize(
    ("sign", "band"),
    [
        ("heart_rate_per_min", (50, 120)),
        ("systolic_mmhg", (90, 160)),
        ("spo2_percent", (92, None)),
        ("respiratory_rate_per_min", (10, 25)),
        ("no_such_sign", (None, None)),
    ],
)
def test_without_a_baseline_the_band_is_that_of_the_absolute_warnings(sign: str, band: tuple[Any, Any]) -> None:
    assert warning_band(summary_with(), DELIVERED, sign) == band


def test_the_band_takes_the_tighter_of_absolute_and_relative_limits() -> None:
    summary = summary_with(systolic_mmhg=110, spo2_percent=99)
    assert warning_band(summary, DELIVERED, "systolic_mmhg") == (90, 143)
    assert warning_band(summary, DELIVERED, "spo2_percent") == (95, None)
    assert warning_band(summary_with(systolic_mmhg=90), DELIVERED, "systolic_mmhg") == (90, 140)


def test_a_line_that_the_baseline_crosses_is_no_part_of_the_band() -> None:
    summary = summary_with(systolic_mmhg=165)
    assert warning_band(summary, DELIVERED, "systolic_mmhg") == (Decimal("115.5"), Decimal("214.5"))


def test_own_limit_and_oxygen_target_move_the_band(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    assert reader.timeline(session_id)["bands"]["spo2_percent"] == [94, None]
    record.chart(session_id, "oxygen_target", author=PHYSICIAN, target="target_88_92", reason="hypercapnia")
    record.chart(session_id, "patient_limit", author=PHYSICIAN, rule_id="hr.low.warning", limit=45, reason="athlete")
    bands = reader.timeline(session_id)["bands"]
    assert bands["spo2_percent"] == [88, None] and bands["heart_rate_per_min"] == [45, 120]


# ---------------------------------------------------------------------- NEWS2
def test_news2_travels_with_the_tile_and_says_until_when_it_holds(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", **WHOLE_SET)
    news2 = tile_of(reader, session_id)["news2"]
    assert news2["total"] == 0 and news2["is_partial"] is False and news2["risk"] == "low"
    assert news2["points"] == [0] * 7
    assert news2["as_of"] == record.clock.time.isoformat()
    assert news2["holds_until"] == (record.clock.time + timedelta(minutes=30)).isoformat()


def test_a_partial_news2_says_so_and_holds_as_long_as_its_oldest_value(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    measured_at = record.clock.time
    record.chart(session_id, "vital_signs", **{name: WHOLE_SET[name] for name in ("spo2_percent", "systolic_mmhg")})
    record.clock.forward(minutes=20)
    record.chart(session_id, "vital_signs", heart_rate_per_min=95)
    news2 = tile_of(reader, session_id)["news2"]
    assert news2["is_partial"] and news2["risk"] is None and news2["words"].startswith("NEWS2 at least 1")
    # The breaths of the baseline were measured a minute before the start and are the oldest value that still counts.
    assert news2["holds_until"] == (measured_at - timedelta(minutes=1) + timedelta(minutes=30)).isoformat()


def test_without_any_value_there_is_no_news2(record: TestRecord, reader: Reader) -> None:
    session_id, _ = record.plan({**_plan(), "entry_id": str(uuid_utils.compat.uuid7())}, author=NURSE)
    assert tile_of(reader, session_id)["news2"] is None


def _plan() -> dict[str, Any]:
    return {
        "kind": "session_planned", "patient_label": "TP-009", "second_identifier": "1970-01-01", "age_years": 50,
        "chair_label": "1", "drug": "racemic_ketamine", "condition": "CRPS", "supervising_physician": "P",
    }  # fmt: skip


def test_a_sign_that_could_not_be_measured_takes_its_points_away(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", **WHOLE_SET)
    record.clock.forward(minutes=1)
    tried = record.chart(session_id, "vital_signs", not_measured={"respiratory_rate_per_min": "movement"})
    assert tried.outcome.value == "recorded"
    news2 = tile_of(reader, session_id)["news2"]
    assert news2["points"][0] is None and news2["as_of"] == record.clock.time.isoformat()


# ---------------------------------------------------------------------- sedation, promises, notes
def test_sedation_has_the_name_of_its_scale_and_its_own_clock(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    assert tile_of(reader, session_id)["sedation"] is None
    record.chart(session_id, "sedation", scale="rass", level=-1)
    at = record.clock.time
    assert tile_of(reader, session_id)["sedation"] == {
        "scale": "rass", "level": -1, "at": at.isoformat(), "due_at": (at + timedelta(minutes=15)).isoformat(),
    }  # fmt: skip


def test_a_broken_promise_names_the_promiser_until_somebody_answers_again(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", spo2_percent=91)
    (alert,) = tile_of(reader, session_id)["alerts"]
    answer = {"alert_id": alert["alert_id"], "action": "rate_lowered", "deadline_min": 1}
    record.chart(session_id, "acknowledgement", author=PHYSICIAN, **answer)
    record.clock.forward(minutes=2)
    record.tick()
    # A newer value brings its own words; who has promised is not lost by them.
    record.chart(session_id, "vital_signs", spo2_percent=91)
    (broken,) = tile_of(reader, session_id)["alerts"]
    assert broken["acknowledged"] is None
    assert (broken["broken_promise"]["by"], broken["broken_promise"]["action"]) == ("Test Physician 1", "rate_lowered")
    record.chart(session_id, "acknowledgement", author=PHYSICIAN, alert_id=alert["alert_id"], action="drug_given")
    (answered,) = tile_of(reader, session_id)["alerts"]
    assert answered["broken_promise"] is None and answered["acknowledged"]["action"] == "drug_given"


def test_an_unanswered_critical_counts_how_often_it_was_passed_on(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "serious_event")
    for times in (0, 1, 2):
        (alert,) = tile_of(reader, session_id)["alerts"]
        assert alert["unanswered_times"] == times
        record.clock.forward(seconds=60)
        record.tick()


def test_total_and_duration_under_the_guidelines_are_notes_of_the_end(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    assert reader.timeline(session_id)["notes_at_end"] == []
    record.clock.forward(minutes=30)
    record.chart(session_id, "infusion_ended", reason="completed")
    total, duration = reader.timeline(session_id)["notes_at_end"]
    assert "80 mg" in total and "10 mg" in total and "120 min" in duration and "30 min" in duration
