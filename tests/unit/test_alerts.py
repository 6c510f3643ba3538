"""What raises, escalates, clears and closes an alert, through the recorder on a real file."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from session_store.reader import Reader
from tests.record_building import BASELINE, MONITOR, PHYSICIAN, TestRecord, sent


def alerts(reader: Reader, session_id: UUID) -> list[dict[str, Any]]:
    return reader.timeline(session_id)["alerts"]  # type: ignore[no-any-return]


def standing(reader: Reader, session_id: UUID) -> list[tuple[str, str]]:
    tile = reader.timeline(session_id)["session"]
    return sorted((one["condition"], one["level"]) for one in tile["alerts"] if one["cleared_at"] is None)


def monitor(record: TestRecord, session_id: UUID, **fields: Any) -> None:
    record.record(session_id, sent("vital_signs", source="monitor", **fields), author=MONITOR)


@pytest.mark.parametrize(
    ("sign", "value", "condition", "level"),
    [
        ("spo2_percent", 95, None, None),
        ("spo2_percent", 94, "spo2.low", "advisory"),
        ("spo2_percent", 93, "spo2.low", "warning"),  # five points under the baseline of 98
        ("spo2_percent", 91, "spo2.low", "warning"),
        ("spo2_percent", 89, "spo2.low", "critical"),
        ("respiratory_rate_per_min", 12, None, None),
        ("respiratory_rate_per_min", 11, "rr.low", "advisory"),
        ("respiratory_rate_per_min", 9, "rr.low", "warning"),
        ("respiratory_rate_per_min", 8, "rr.low", "critical"),
        ("respiratory_rate_per_min", 21, "rr.high", "advisory"),
        ("respiratory_rate_per_min", 25, "rr.high", "warning"),
        ("respiratory_rate_per_min", 31, "rr.high", "critical"),
        ("heart_rate_per_min", 110, None, None),
        ("heart_rate_per_min", 111, "hr.high", "advisory"),
        ("heart_rate_per_min", 121, "hr.high", "warning"),
        ("heart_rate_per_min", 131, "hr.high", "critical"),
        ("heart_rate_per_min", 57, None, None),  # under 60 but not 20 % under the baseline of 70
        ("heart_rate_per_min", 56, "hr.low", "advisory"),
        ("heart_rate_per_min", 49, "hr.low", "warning"),
        ("heart_rate_per_min", 40, "hr.low", "critical"),
        ("systolic_mmhg", 144, None, None),
        ("systolic_mmhg", 145, "sbp.high", "advisory"),
        ("systolic_mmhg", 157, "sbp.high", "warning"),  # over 30 % above the baseline of 120
        ("systolic_mmhg", 160, "sbp.high", "warning"),
        ("systolic_mmhg", 180, "sbp.high", "warning"),
        ("systolic_mmhg", 181, "sbp.high", "critical"),
        ("systolic_mmhg", 100, "sbp.low", "advisory"),
        ("systolic_mmhg", 89, "sbp.low", "warning"),
        ("systolic_mmhg", 80, "sbp.low", "critical"),
        ("diastolic_mmhg", 89, None, None),
        ("diastolic_mmhg", 90, "dbp.high", "advisory"),
        ("diastolic_mmhg", 100, "dbp.high", "warning"),
        ("diastolic_mmhg", 110, "dbp.high", "critical"),
    ],
)
def test_each_limit_of_the_table_by_a_hand_value(
    record: TestRecord, reader: Reader, sign: str, value: int, condition: str | None, level: str | None
) -> None:
    session_id = record.running()
    fields: dict[str, Any] = {sign: value}
    record.chart(session_id, "vital_signs", **fields)
    expected = [] if condition is None else [(condition, level)]
    assert standing(reader, session_id) == expected


def test_without_a_baseline_relative_rules_are_not_judged_and_say_so(record: TestRecord, reader: Reader) -> None:
    session_id = record.ready()
    record.clock.forward(minutes=40)  # the set is older than 30 min at the start
    running: dict[str, Any] = {"pump_rate_ml_per_h": 20, "concentration_mg_per_ml": 1, "has_happened": True}
    record.chart(session_id, "infusion_started", **running)
    record.chart(session_id, "vital_signs", systolic_mmhg=150)
    assert standing(reader, session_id) == [("start.missing", "warning")]
    notes = reader.timeline(session_id)["session"]["not_judged"]
    assert any("no baseline" in note for note in notes)


def test_a_line_that_the_baseline_crosses_is_off_and_the_relative_one_stands(
    record: TestRecord, reader: Reader
) -> None:
    session_id = record.ready()
    record.chart(session_id, "vital_signs", **(BASELINE | {"systolic_mmhg": 165, "diastolic_mmhg": 88}))
    record.override_start(session_id)
    record.clock.forward(minutes=1)
    record.chart(session_id, "infusion_started", pump_rate_ml_per_h=20, concentration_mg_per_ml=1)
    assert ("sbp.high", "warning") in standing(reader, session_id)
    record.clock.forward(minutes=5)
    record.chart(session_id, "vital_signs", systolic_mmhg=168, diastolic_mmhg=88)
    record.clock.forward(minutes=5)
    record.chart(session_id, "vital_signs", systolic_mmhg=168, diastolic_mmhg=88)
    assert standing(reader, session_id) == []
    record.chart(session_id, "vital_signs", systolic_mmhg=200, diastolic_mmhg=88)
    assert ("sbp.high", "critical") in standing(reader, session_id)


def test_one_alert_a_condition_escalates_lowers_and_clears_with_hysteresis(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    for value in (94, 91, 89, 89, 91, 93, 97):
        record.clock.forward(minutes=1)
        record.chart(session_id, "vital_signs", spo2_percent=value)
    assert [fact.split(":")[0] for fact in record.facts] == ["raised", "escalated", "escalated", "lowered", "cleared"]
    (alert,) = alerts(reader, session_id)
    assert alert["peak_level"] == "critical" and alert["cleared_at"] is not None


def test_a_missing_value_never_clears(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", spo2_percent=88)
    record.chart(session_id, "vital_signs", not_measured={"spo2_percent": "movement"})
    assert standing(reader, session_id) == [("spo2.low", "critical")]


def test_over_but_unseen_stays_until_acknowledged(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", spo2_percent=88)
    record.chart(session_id, "vital_signs", spo2_percent=98)
    tile = reader.timeline(session_id)["session"]
    assert [one["cleared_at"] is not None for one in tile["alerts"]] == [True]
    acknowledge = {"alert_id": tile["alerts"][0]["alert_id"], "action": "drug_given"}
    record.chart(session_id, "acknowledgement", author=PHYSICIAN, **acknowledge)
    assert reader.timeline(session_id)["session"]["alerts"] == []
    assert alerts(reader, session_id)[0]["acknowledged"]["by"] == PHYSICIAN.display_name


def test_a_higher_level_is_not_muted_by_an_earlier_acknowledgement(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", spo2_percent=91)
    alert_id = alerts(reader, session_id)[0]["alert_id"]
    record.chart(session_id, "acknowledgement", alert_id=alert_id, action="remeasure", deadline_min=5)
    record.chart(session_id, "vital_signs", spo2_percent=87)
    alert = alerts(reader, session_id)[0]
    assert alert["level"] == "critical" and alert["acknowledged"] is None and alert["sounded_at"] is not None


def test_a_critical_cannot_be_answered_as_expected_effect(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", systolic_mmhg=185)
    alert_id = alerts(reader, session_id)[0]["alert_id"]
    refused = record.chart(session_id, "acknowledgement", alert_id=alert_id, action="expected_effect")
    assert refused.outcome.value == "refused" and refused.problems[0].field == "action"


def test_a_lone_warning_is_silent_for_its_window_then_sounds(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", systolic_mmhg=165)
    record.tick()
    assert alerts(reader, session_id)[0]["sounded_at"] is None
    record.clock.forward(minutes=3, seconds=1)
    record.tick()
    assert alerts(reader, session_id)[0]["sounded_at"] is not None


def test_a_second_sign_in_warning_ends_the_silence(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", systolic_mmhg=165)
    record.chart(session_id, "vital_signs", heart_rate_per_min=125)
    record.tick()
    assert all(one["sounded_at"] is not None for one in alerts(reader, session_id))


def test_an_unanswered_critical_goes_beyond_the_panel_after_60_s_and_again(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", spo2_percent=85)
    times = []
    for _ in range(4):
        record.clock.forward(seconds=61)
        record.tick()
        times.append(alerts(reader, session_id)[0]["unanswered_at"])
    assert times[0] is not None and times[1] != times[0] and times[2:] == [times[1]] * 2


def test_an_unanswered_critical_goes_beyond_the_panel_also_when_the_session_is_closed(
    record: TestRecord, reader: Reader
) -> None:
    session_id = record.running()
    record.chart(session_id, "serious_event")
    record.clock.forward(seconds=20)
    record.chart(session_id, "transferred", destination="hospital")
    record.clock.forward(seconds=41)
    record.tick()
    assert alerts(reader, session_id)[0]["unanswered_at"] is not None


def test_a_broken_promise_returns_naming_the_promiser_and_a_kept_one_does_not(
    record: TestRecord, reader: Reader
) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", systolic_mmhg=165)
    alert_id = alerts(reader, session_id)[0]["alert_id"]
    promise = {"alert_id": alert_id, "action": "remeasure", "deadline_min": 2}
    record.chart(session_id, "acknowledgement", author=PHYSICIAN, **promise)
    record.clock.forward(minutes=1)
    record.chart(session_id, "vital_signs", systolic_mmhg=166)
    record.clock.forward(minutes=2)
    record.tick()
    assert alerts(reader, session_id)[0]["acknowledged"] is not None
    record.chart(session_id, "acknowledgement", author=PHYSICIAN, **promise)
    record.clock.forward(minutes=2, seconds=1)
    record.tick()
    alert = alerts(reader, session_id)[0]
    assert alert["acknowledged"] is None and PHYSICIAN.display_name in alert["text"]


def test_exactly_one_mg_per_kg_per_h_does_not_exceed_and_more_does(record: TestRecord, reader: Reader) -> None:
    session_id = record.running(is_monitored=False, weight_kg=80, pump_rate_ml_per_h=80)
    assert standing(reader, session_id) == []
    record.chart(session_id, "rate_changed", pump_rate_ml_per_h="80.1", concentration_mg_per_ml=1)
    assert standing(reader, session_id) == [("rate.setting", "warning")]
    assert "grade A, low certainty" in alerts(reader, session_id)[0]["citation"]
    record.chart(session_id, "rate_changed", pump_rate_ml_per_h=161, concentration_mg_per_ml=1)
    assert ("rate.setting", "critical") in standing(reader, session_id)
    record.chart(session_id, "infusion_paused")
    assert standing(reader, session_id) == []


def test_attestation_counts_from_its_own_time_and_erases_nothing(record: TestRecord, reader: Reader) -> None:
    session_id = record.running(is_monitored=False, pump_rate_ml_per_h=100)
    record.clock.forward(minutes=5)
    record.chart(session_id, "setting_attested", is_monitored=True, attested_by="Test Physician 1")
    (alert,) = alerts(reader, session_id)
    assert alert["cleared_at"] is not None and alert["acknowledged"] is None
    assert reader.timeline(session_id)["session"]["alerts"] != []


def test_over_seven_is_critical_anywhere(record: TestRecord, reader: Reader) -> None:
    session_id = record.running(is_monitored=True, pump_rate_ml_per_h=500)
    assert standing(reader, session_id) == [("rate.range", "critical")]


def test_a_corrected_weight_judges_all_rates_again(record: TestRecord, reader: Reader) -> None:
    session_id = record.running(is_monitored=False, weight_kg=132, pump_rate_ml_per_h=100)
    assert standing(reader, session_id) == []
    record.clock.forward(minutes=10)
    record.chart(session_id, "rate_changed", pump_rate_ml_per_h=20, concentration_mg_per_ml=1)
    record.clock.forward(minutes=10)
    record.chart(session_id, "weight", weight_kg=60, basis="measured")
    assert standing(reader, session_id) == []
    (past,) = alerts(reader, session_id)
    assert past["is_past"] and past["level"] == "warning" and "1.67 mg/kg/h" in past["text"]


def test_an_entry_in_error_closes_its_alert_and_the_alert_stays_in_the_record(
    record: TestRecord, reader: Reader
) -> None:
    session_id = record.running()
    wrong = record.chart(session_id, "vital_signs", systolic_mmhg=185)
    record.clock.forward(minutes=1)
    record.chart(session_id, "entered_in_error", withdrawn_entry_id=wrong.entry_id, reason="other patient")
    (alert,) = alerts(reader, session_id)
    assert alert["withdrawn_at"] is not None and "entry withdrawn" in alert["text"]
    tile = reader.timeline(session_id)["session"]
    assert tile["alerts"] == [] and tile["signs"]["systolic_mmhg"]["value"] == 120
    entry = next(one for one in reader.timeline(session_id)["entries"] if one["entry_id"] == wrong.entry_id)
    assert entry["withdrawn"]["reason"] == "other patient"


def test_withdrawing_the_value_that_cleared_raises_again(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", spo2_percent=87)
    record.clock.forward(minutes=1)
    cleared = record.chart(session_id, "vital_signs", spo2_percent=98)
    record.clock.forward(minutes=1)
    record.chart(session_id, "entered_in_error", withdrawn_entry_id=cleared.entry_id, reason="probe off")
    assert standing(reader, session_id) == [("spo2.low", "critical")]


def test_an_acknowledged_event_is_not_raised_again_by_folding(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "serious_event")
    record.chart(
        session_id, "acknowledgement", alert_id=alerts(reader, session_id)[0]["alert_id"], action="physician_at_chair"
    )
    note = record.chart(session_id, "note", text="wrong note")
    record.chart(session_id, "entered_in_error", withdrawn_entry_id=note.entry_id, reason="typo")
    assert len(alerts(reader, session_id)) == 1 and standing(reader, session_id) == []


def test_a_late_value_still_newest_of_its_sign_rings_and_a_superseded_one_is_past(
    record: TestRecord, reader: Reader
) -> None:
    session_id = record.running()
    record.clock.forward(minutes=20)
    now = record.clock.now()
    record.record(session_id, sent("vital_signs", heart_rate_per_min=80, effective_at=now.isoformat()))
    early = (now - timedelta(minutes=10)).isoformat()
    record.record(session_id, sent("vital_signs", spo2_percent=89, effective_at=early))
    assert standing(reader, session_id) == [("spo2.low", "critical")]
    record.record(session_id, sent("vital_signs", heart_rate_per_min=135, effective_at=early))
    past = [one for one in alerts(reader, session_id) if one["is_past"]]
    assert [(one["level"], one["sounded_at"]) for one in past] == [("critical", None)]
    assert reader.timeline(session_id)["session"]["signs"]["heart_rate_per_min"]["value"] == 80


def test_monitor_values_persist_before_they_alert(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    monitor(record, session_id, spo2_percent=88)
    assert standing(reader, session_id) == []
    record.clock.forward(seconds=10)
    monitor(record, session_id, spo2_percent=88)
    assert standing(reader, session_id) == [("spo2.low", "critical")]


def test_a_monitor_warning_needs_60_s(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    for _ in range(6):
        monitor(record, session_id, heart_rate_per_min=122)
        record.clock.forward(seconds=10)
    assert standing(reader, session_id) == []
    monitor(record, session_id, heart_rate_per_min=122)
    assert standing(reader, session_id) == [("hr.high", "warning")]


def test_a_lone_extreme_asks_to_verify_and_the_next_value_or_a_person_decides(
    record: TestRecord, reader: Reader
) -> None:
    session_id = record.running()
    monitor(record, session_id, heart_rate_per_min="11.5")
    assert standing(reader, session_id) == [("sign.verify:heart_rate_per_min", "advisory")]
    monitor(record, session_id, not_measured={"heart_rate_per_min": "no signal"})
    assert standing(reader, session_id) == [("sign.verify:heart_rate_per_min", "advisory")]
    monitor(record, session_id, heart_rate_per_min=70)
    assert standing(reader, session_id) == []
    monitor(record, session_id, heart_rate_per_min="11.5")
    record.chart(session_id, "vital_signs", heart_rate_per_min=32)
    assert standing(reader, session_id) == [("hr.low", "critical")]


def test_two_extremes_in_a_row_are_believed(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    monitor(record, session_id, respiratory_rate_per_min=2)
    monitor(record, session_id, respiratory_rate_per_min=2)
    assert ("rr.low", "critical") in standing(reader, session_id)


def test_each_sign_is_overdue_by_its_own_clock(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.clock.forward(minutes=5)
    record.chart(session_id, "vital_signs", heart_rate_per_min=75)
    record.clock.forward(minutes=2)
    record.tick()
    overdue = [condition.removeprefix("overdue.sign:") for condition, _ in standing(reader, session_id)]
    assert overdue == ["respiratory_rate_per_min", "spo2_percent", "systolic_mmhg"]
    record.clock.forward(minutes=1)
    record.tick()
    assert {level for _, level in standing(reader, session_id)} == {"warning"}
    record.chart(session_id, "vital_signs", spo2_percent=98)
    assert "overdue.sign:spo2_percent" not in [condition for condition, _ in standing(reader, session_id)]


def test_could_not_measure_buys_one_interval_once(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    rest = {name: value for name, value in BASELINE.items() if name != "spo2_percent"}
    for minute in (4, 8, 12):
        record.clock.time = record.clock.time.replace(minute=1 + minute)
        record.chart(session_id, "vital_signs", **rest, not_measured={"spo2_percent": "movement"})
        record.tick()
    assert [condition for condition, _ in standing(reader, session_id)] == ["overdue.sign:spo2_percent"]


def test_a_silent_monitor_is_an_alert_of_its_own_and_its_return_clears_it(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    monitor(record, session_id, heart_rate_per_min=70)
    record.clock.forward(minutes=2, seconds=1)
    record.tick()
    assert ("monitor.silent", "warning") in standing(reader, session_id)
    monitor(record, session_id, heart_rate_per_min=70)
    assert ("monitor.silent", "warning") not in standing(reader, session_id)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"term": "nausea", "ctcae_grade": 2}, []),
        ({"term": "nausea", "ctcae_grade": 3}, ["warning"]),
        ({"term": "vomiting", "ctcae_grade": 4}, ["critical"]),
        ({"term": "seizure"}, ["critical"]),
        ({"term": "nausea", "ctcae_grade": 1, "regulatory_serious": True}, []),
    ],
)
def test_adverse_effects_by_emergency_and_grade(
    record: TestRecord, reader: Reader, fields: dict[str, Any], expected: list[str]
) -> None:
    session_id = record.running()
    record.chart(session_id, "adverse_effect", **fields)
    assert [level for _, level in standing(reader, session_id)] == expected


def test_symptoms_make_a_standing_pressure_critical(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", systolic_mmhg=165)
    record.clock.forward(minutes=3)
    record.chart(session_id, "adverse_effect", term="severe_headache")
    assert ("sbp.high", "critical") in standing(reader, session_id)


def test_sedation_makes_a_standing_spo2_of_91_critical(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", spo2_percent=91)
    record.chart(session_id, "sedation", scale="rass", level=-2)
    assert standing(reader, session_id) == [("sedation.deep", "warning"), ("spo2.low", "critical")]


def test_nothing_found_at_the_patient_is_critical_and_not_a_number(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", not_measured={"respiratory_rate_per_min": "not_found"})
    assert standing(reader, session_id) == [("sign.absent:respiratory_rate_per_min", "critical")]


def test_bolus_over_the_guideline_warns_until_seen(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "bolus", dose_mg="24.5")
    assert standing(reader, session_id) == []
    record.chart(session_id, "bolus", dose_mg="24.6")
    assert [level for _, level in standing(reader, session_id)] == ["warning"]


def test_a_failing_rule_raises_its_own_alert_and_keeps_the_entry(
    record: TestRecord, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = record.running()

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("session_store.domain.alert_evaluation._JUDGES", {"vital_signs": (fail,)})
    result = record.chart(session_id, "vital_signs", heart_rate_per_min=70)
    assert result.outcome.value == "recorded"
    assert standing(reader, session_id) == [("rule.failed:vital_signs", "warning")]


def test_closing_a_session_ends_its_conditions_and_what_nobody_saw_stays_listed(
    record: TestRecord, reader: Reader
) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", spo2_percent=88, diastolic_mmhg=92, systolic_mmhg=125)
    record.clock.forward(minutes=10)
    record.chart(session_id, "transferred", destination="ward")
    left = reader.timeline(session_id)["session"]["alerts"]
    assert [(one["condition"], one["cleared_at"] is not None) for one in left] == [("spo2.low", True)]
    assert all(one["cleared_at"] for one in alerts(reader, session_id))


def test_a_superseded_lone_extreme_of_a_monitor_still_asks_to_verify(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.clock.forward(minutes=10)
    earlier = (record.clock.now() - timedelta(minutes=5)).isoformat()
    monitor(record, session_id, heart_rate_per_min=70)
    monitor(record, session_id, heart_rate_per_min="11.5", effective_at=earlier)
    (asked,) = alerts(reader, session_id)
    assert (asked["rule_id"], asked["is_past"], asked["sounded_at"]) == ("sign.verify.advisory", True, None)
    assert standing(reader, session_id) == []
