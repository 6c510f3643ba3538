"""Corrections through the real recorder: what an amendment does to the fold, the alerts, the lists and the audit."""

from typing import Any
from uuid import UUID

import pytest
import uuid_utils.compat

from session_store.commands import EntryOutcome
from session_store.reader import Reader
from tests.record_building import NURSE, PHYSICIAN, SETTING, TestRecord, sent


def amend(record: TestRecord, session_id: UUID, entry_id: Any, /, reason: str = "mistyped", **changes: Any) -> Any:
    return record.chart(session_id, "amendment", amended_entry_id=str(entry_id), reason=reason, changes=changes)


def entry_of(reader: Reader, session_id: UUID, entry_id: Any) -> dict[str, Any]:
    found = [one for one in reader.timeline(session_id)["entries"] if one["entry_id"] == str(entry_id)]
    assert len(found) == 1
    return found[0]


def test_a_corrected_value_is_the_value_everywhere_and_the_first_one_stays_readable(
    record: TestRecord, reader: Reader
) -> None:
    session_id = record.running()
    record.clock.forward(minutes=5)
    wrong = record.chart(session_id, "vital_signs", heart_rate_per_min=142, spo2_percent=97)
    assert [one.rule_id for one in wrong.alert_facts if one.fact == "raised"] == ["hr.high.critical"]
    corrected = amend(record, session_id, wrong.entry_id, "read the wrong line", heart_rate_per_min=82)
    assert [one.fact for one in corrected.alert_facts] == ["cleared"]
    shown = entry_of(reader, session_id, wrong.entry_id)
    assert shown["heart_rate_per_min"] == 82 and shown["spo2_percent"] == 97
    before = shown["amendments"][0]
    assert before["before"]["heart_rate_per_min"] == 142 and before["reason"] == "read the wrong line"
    assert before["author_name"] == NURSE.display_name and before["changes"] == {"heart_rate_per_min": 82}
    tile = reader.timeline(session_id)["session"]
    assert tile["signs"]["heart_rate_per_min"]["value"] == 82
    first = next(one for one in reader.audit_trail(session_id) if one["entry_id"] == str(wrong.entry_id))
    assert first["heart_rate_per_min"] == 142
    trend = reader.panel(record.clock.now(), 60)[1][0]["trend"]["heart_rate_per_min"]
    assert [value for _, value in trend][-1] == 82.0


def test_a_corrected_rate_changes_the_dose_from_its_own_time_on(record: TestRecord, reader: Reader) -> None:
    session_id = record.running(pump_rate_ml_per_h=20)
    record.clock.forward(minutes=10)
    rate = record.chart(session_id, "rate_changed", pump_rate_ml_per_h=300, concentration_mg_per_ml=1)
    record.clock.forward(minutes=30)
    amend(record, session_id, rate.entry_id, pump_rate_ml_per_h=30)
    dose = reader.timeline(session_id, record.clock.now())["dose"]
    assert dose["delivered_mg"] == pytest.approx(20 * 10 / 60 + 30 * 30 / 60, abs=0.001)
    assert entry_of(reader, session_id, rate.entry_id)["programmed_rate_mg_per_h"] == 30


def test_a_time_is_corrected_and_an_amendment_can_be_withdrawn(record: TestRecord, reader: Reader) -> None:
    session_id = record.running(pump_rate_ml_per_h=60)
    record.clock.forward(minutes=30)
    ended = record.chart(session_id, "infusion_ended")
    earlier = record.clock.now().replace(minute=11).isoformat()
    moved = record.chart(
        session_id, "amendment", amended_entry_id=str(ended.entry_id), reason="ended before", changes={},
        corrected_effective_at=earlier,
    )  # fmt: skip
    assert moved.outcome is EntryOutcome.RECORDED
    assert reader.timeline(session_id, record.clock.now())["dose"]["delivered_mg"] == 10
    record.chart(session_id, "entered_in_error", withdrawn_entry_id=str(moved.entry_id), reason="it was right")
    assert reader.timeline(session_id, record.clock.now())["dose"]["delivered_mg"] == 30
    assert entry_of(reader, session_id, ended.entry_id)["amendments"] == []


def test_the_newest_correction_holds_and_each_version_is_kept(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    score = record.chart(session_id, "vital_signs", systolic_mmhg=118, diastolic_mmhg=70)
    amend(record, session_id, score.entry_id, "first", systolic_mmhg=128)
    amend(record, session_id, score.entry_id, "second", diastolic_mmhg=80)
    shown = entry_of(reader, session_id, score.entry_id)
    assert (shown["systolic_mmhg"], shown["diastolic_mmhg"]) == (128, 80)
    assert [one["before"]["systolic_mmhg"] for one in shown["amendments"]] == [118, 128]


def test_a_value_replaces_its_reason_and_the_other_way_round(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    empty = record.chart(session_id, "vital_signs", heart_rate_per_min=70, not_measured={"spo2_percent": "movement"})
    amend(record, session_id, empty.entry_id, spo2_percent=96)
    shown = entry_of(reader, session_id, empty.entry_id)
    assert shown["spo2_percent"] == 96 and "not_measured" not in shown
    amend(record, session_id, empty.entry_id, spo2_percent=None, not_measured={"spo2_percent": "movement"})
    assert "spo2_percent" not in entry_of(reader, session_id, empty.entry_id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"heart_rate_per_min": 900}, "changes.heart_rate_per_min"),
        ({"diastolic_mmhg": 150}, "changes.diastolic_mmhg"),
        ({"colour": "blue"}, "changes.colour"),
        ({"systolic_mmhg": 120}, "changes"),
        ({}, "changes"),
    ],
)
def test_a_bad_correction_is_refused_and_names_the_field(
    record: TestRecord, reader: Reader, changes: dict[str, Any], field: str
) -> None:
    session_id = record.running()
    good = record.chart(session_id, "vital_signs", systolic_mmhg=120, diastolic_mmhg=70)
    raw = sent("amendment", amended_entry_id=str(good.entry_id), reason="x", changes=changes)
    refused = record.record(session_id, raw)[0]
    assert refused.outcome is EntryOutcome.REFUSED and refused.problems[0].field == field
    assert entry_of(reader, session_id, good.entry_id)["amendments"] == []


def test_an_unusual_correction_asks(record: TestRecord) -> None:
    session_id = record.running()
    good = record.chart(session_id, "vital_signs", systolic_mmhg=120, diastolic_mmhg=70)
    raw = sent("amendment", amended_entry_id=str(good.entry_id), reason="x", changes={"systolic_mmhg": 210})
    asked = record.record(session_id, raw)[0]
    assert asked.outcome is EntryOutcome.CONFIRMATION_NEEDED
    assert [one.field for one in asked.problems] == ["changes.systolic_mmhg"]
    raw["confirmed"] = ["changes.systolic_mmhg"]
    assert record.record(session_id, raw)[0].outcome is EntryOutcome.RECORDED


def test_identity_and_answers_to_alerts_are_not_amended(record: TestRecord, reader: Reader) -> None:
    session_id = record.ready()
    plan = reader.timeline(session_id)["entries"][0]
    refused = amend(record, session_id, plan["entry_id"], patient_label="TP-002")
    assert refused.outcome is EntryOutcome.REFUSED and "cancel it and plan it" in refused.problems[0].reason
    moved = amend(record, session_id, plan["entry_id"], chair_label="4")
    assert moved.outcome is EntryOutcome.RECORDED
    assert reader.timeline(session_id)["session"]["chair_label"] == "4"
    twice = amend(record, session_id, moved.entry_id, reason="x")
    assert "cannot be amended" in twice.problems[0].reason


def test_a_withdrawn_entry_and_one_of_another_session_are_not_amended(record: TestRecord) -> None:
    first, second = record.running(chair_label="1"), record.running(chair_label="2", patient_label="TP-002")
    entry = record.chart(first, "note", text="one")
    assert amend(record, second, entry.entry_id, text="two").problems[0].field == "amended_entry_id"
    record.chart(first, "entered_in_error", withdrawn_entry_id=str(entry.entry_id), reason="x")
    assert amend(record, first, entry.entry_id, text="two").problems[0].reason == "is withdrawn"


def test_a_corrected_weight_judges_all_rates_again(record: TestRecord, reader: Reader) -> None:
    session_id = record.ready(is_monitored=False, weight_kg=90)
    weight = next(one for one in reader.timeline(session_id)["entries"] if one["kind"] == "weight")
    record.override_start(session_id)
    record.chart(session_id, "infusion_started", pump_rate_ml_per_h=80, concentration_mg_per_ml=1)
    record.clock.forward(minutes=10)
    corrected = amend(record, session_id, weight["entry_id"], weight_kg=60)
    assert ("raised", "rate.setting.warning") in [(one.fact, one.rule_id) for one in corrected.alert_facts]


def test_a_bag_with_another_concentration_changes_the_rate_and_a_corrected_bag_changes_it_back(
    record: TestRecord, reader: Reader
) -> None:
    session_id = record.ready()
    record.override_start(session_id)
    bag = {"volume_ml": 100, "prepared_by": "Test Pharmacist 1", "checked_by": "Test Nurse 2"}
    record.chart(session_id, "bag_dispensed", concentration_mg_per_ml=1, **bag)
    started = record.chart(session_id, "infusion_started", pump_rate_ml_per_h=30)
    assert started.outcome is EntryOutcome.RECORDED
    record.clock.forward(minutes=20)
    changed = record.chart(session_id, "bag_changed", concentration_mg_per_ml=2, **bag)
    assert reader.timeline(session_id)["session"]["infusion"]["rate_mg_per_h"] == 60
    record.clock.forward(minutes=10)
    amend(record, session_id, changed.entry_id, concentration_mg_per_ml=1)
    assert reader.timeline(session_id)["session"]["infusion"]["rate_mg_per_h"] == 30


def test_supervision_handed_over_lapses_the_attestation_and_the_rate_is_judged_again(record: TestRecord) -> None:
    session_id = record.running(is_monitored=True, pump_rate_ml_per_h=80)
    handed = record.chart(session_id, "supervision_handover", taken_over_by="Test Physician 2", author=PHYSICIAN)
    assert [one.rule_id for one in handed.alert_facts] == ["rate.setting.warning"]
    again = record.chart(session_id, "setting_attested", is_monitored=True, attested_by="Test Physician 2")
    assert [one.fact for one in again.alert_facts] == ["cleared"]


# ------------------------------------------------------------------------------- what the server itself says


def attested(record: TestRecord) -> tuple[UUID, Any]:
    """A session whose two clinicians hold their credentials."""
    record.record_credentials()
    session_id = record.ready()
    setting = record.chart(session_id, "setting_attested", author=PHYSICIAN, **SETTING)
    assert setting.outcome is EntryOutcome.RECORDED
    return session_id, setting.entry_id


def credential_items(reader: Reader, record: TestRecord, session_id: UUID) -> list[str]:
    held: list[str] = reader.gates(session_id, record.clock.now())["start_held"]
    return [one for one in held if "credential" in one]


def test_credentials_are_judged_anew_when_another_person_is_named(record: TestRecord, reader: Reader) -> None:
    session_id, setting_id = attested(record)
    assert credential_items(reader, record, session_id) == []
    nobody = str(uuid_utils.compat.uuid7())
    assert amend(record, session_id, setting_id, administering_account_id=nobody).outcome is EntryOutcome.RECORDED
    assert credential_items(reader, record, session_id) != []
    assert "administering_account_id" in entry_of(reader, session_id, setting_id)["lacking_credentials"]
    back = amend(record, session_id, setting_id, administering_account_id=str(NURSE.account_id))
    assert back.outcome is EntryOutcome.RECORDED
    assert credential_items(reader, record, session_id) == []


def test_credentials_are_judged_anew_for_another_day(record: TestRecord, reader: Reader) -> None:
    """Valid for a year from now: what was attested two years ahead of that was not covered."""
    session_id, setting_id = attested(record)
    record.clock.forward(days=400)
    content = {"amended_entry_id": str(setting_id), "reason": "x", "changes": {}}
    moved = record.chart(
        session_id, "amendment", **content, corrected_effective_at=record.clock.now().isoformat()
    )  # fmt: skip
    assert moved.outcome is EntryOutcome.RECORDED
    assert entry_of(reader, session_id, setting_id)["lacking_credentials"] is not None


def test_what_the_record_said_of_credentials_stays_when_something_else_is_corrected(
    record: TestRecord, reader: Reader
) -> None:
    session_id = record.ready()
    setting = record.chart(session_id, "setting_attested", author=PHYSICIAN, **SETTING)
    lacking = entry_of(reader, session_id, setting.entry_id)["lacking_credentials"]
    assert lacking
    record.record_credentials()
    assert amend(record, session_id, setting.entry_id, is_monitored=False).outcome is EntryOutcome.RECORDED
    assert entry_of(reader, session_id, setting.entry_id)["lacking_credentials"] == lacking


@pytest.mark.parametrize("said", [None, "", "nothing"])
def test_what_only_the_server_says_is_not_amended(record: TestRecord, reader: Reader, said: str | None) -> None:
    session_id = record.ready()
    setting = record.chart(session_id, "setting_attested", author=PHYSICIAN, **SETTING)
    bolus = record.chart(session_id, "bolus", dose_mg=10)
    for entry_id, name in ((setting.entry_id, "lacking_credentials"), (bolus.entry_id, "given_by_role")):
        for more in ({}, {"is_monitored": False}, {"dose_mg": 12}):
            refused = amend(record, session_id, entry_id, **{name: said}, **more)
            assert refused.outcome is EntryOutcome.REFUSED
            assert refused.problems[0].field == f"changes.{name}"
    assert credential_items(reader, record, session_id) != []


def test_who_gave_a_bolus_stays_whoever_corrects_it(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    bolus = record.chart(session_id, "bolus", dose_mg=10)
    raw = sent("amendment", amended_entry_id=str(bolus.entry_id), reason="x", changes={"dose_mg": 12})
    assert record.record(session_id, raw, author=PHYSICIAN)[0].outcome is EntryOutcome.RECORDED
    assert entry_of(reader, session_id, bolus.entry_id)["given_by_role"] == "nurse"
