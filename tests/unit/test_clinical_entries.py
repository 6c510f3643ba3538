"""The kinds beside infusion and vital signs, through the real recorder: what is accepted, asked, refused, and shown."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import uuid_utils.compat

from session_store.commands import Author, EntryOutcome, RecordClinicEntries
from session_store.domain.adverse_effect_codes import SNOMED_CT, code_of
from session_store.domain.entries import CLINIC_KINDS, FIELD_SPECS, SESSION_KINDS, read_content
from session_store.domain.entry_choices import AdverseEffectTerm
from session_store.domain.readiness import READINESS_RULES, unclear_items
from session_store.domain.session import TRANSITION_KINDS
from session_store.reader import Reader
from session_store.storage.row_mapping import number_or_none
from tests.record_building import NURSE, PHYSICIAN, PLAN, TestRecord, sent

PHARMACIST = Author(uuid_utils.compat.uuid7(), "Test Pharmacist 1", "pharmacist")
ONE_MG_PER_ML: dict[str, Any] = {"concentration_mg_per_ml": 1}


def asked_about(record: TestRecord, session_id: UUID, kind: str, **fields: Any) -> list[str]:
    """The fields that are asked about or refused when the entry is sent as it is."""
    return [one.field for one in record.record(session_id, sent(kind, **fields))[0].problems]


def test_every_kind_fits_its_column_and_every_number_has_limits() -> None:
    assert not set(SESSION_KINDS) & set(CLINIC_KINDS)
    assert max(len(kind) for kind in FIELD_SPECS) <= 30
    for kind, specs in FIELD_SPECS.items():
        for name, spec in specs.items():
            assert spec.limits is not None or spec.type not in ("number", "integer"), (kind, name)
    assert set(SESSION_KINDS) >= TRANSITION_KINDS


@pytest.mark.parametrize(
    ("kind", "typed", "stored", "value"),
    [
        ("vital_signs", {"temperature_fahrenheit": "98.6"}, "temperature_celsius", 37),
        ("vital_signs", {"end_tidal_co2_kpa": "5.3"}, "end_tidal_co2_mmhg", 39.8),
        ("weight", {"weight_lb": "154.3", "basis": "measured"}, "weight_kg", 69.99),
    ],
)
def test_units_as_typed_are_kept_beside_the_stored_ones(
    record: TestRecord, reader: Reader, kind: str, typed: dict[str, str], stored: str, value: float
) -> None:
    session_id = record.ready()
    result = record.chart(session_id, kind, **typed)
    assert result.outcome is EntryOutcome.RECORDED
    entry = reader.timeline(session_id)["entries"][-1]
    name = next(iter(typed))
    assert entry[stored] == value and entry[name] == float(typed[name])


def test_a_unit_that_contradicts_and_a_fahrenheit_number_typed_as_celsius_are_refused(record: TestRecord) -> None:
    session_id = record.ready()
    both = record.record(session_id, sent("vital_signs", temperature_celsius="36.5", temperature_fahrenheit="99.9"))[0]
    assert both.outcome is EntryOutcome.REFUSED and both.problems[0].field == "temperature_fahrenheit"
    slip = record.record(session_id, sent("vital_signs", temperature_celsius="98.6"))[0]
    assert "looks like Fahrenheit" in slip.problems[0].reason


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"pump_rate_ml_per_h": 20}, ["concentration_mg_per_ml"]),
        ({"rate_mg_per_h": 20}, ["pump_rate_ml_per_h"]),
        ({"rate_mg_per_h": 35, "rate_mg_per_kg_per_h": "0.5"}, []),
        # 2.45 mL/h: the pump shows 2.4 or 2.5
        ({"pump_rate_ml_per_h": "2.4", "concentration_mg_per_ml": 10, "rate_mg_per_h": "24.5"}, []),
        ({"pump_rate_ml_per_h": "2.5", "concentration_mg_per_ml": 10, "rate_mg_per_h": "24.5"}, []),
        (
            ONE_MG_PER_ML | {"pump_rate_ml_per_h": 35, "rate_mg_per_h": 35, "rate_mg_per_kg_per_h": "1.1"},
            ["rate_mg_per_kg_per_h"],
        ),
        (
            ONE_MG_PER_ML | {"pump_rate_ml_per_h": "3.5", "rate_mg_per_h": 35, "rate_mg_per_kg_per_h": "0.5"},
            ["pump_rate_ml_per_h"],
        ),
        ({"pump_rate_ml_per_h": 35, "concentration_mg_per_ml": 1, "order_form": "verbal"}, ["is_read_back"]),
        ({"pump_rate_ml_per_h": 35, "concentration_mg_per_ml": 1, "order_form": "verbal", "is_read_back": True}, []),
    ],
)  # fmt: skip
def test_rate_routes_ask_and_name_the_number_to_read_again(
    record: TestRecord, fields: dict[str, Any], expected: list[str]
) -> None:
    session_id = record.running(pump_rate_ml_per_h=20, weight_kg=70)
    assert asked_about(record, session_id, "rate_changed", **fields) == expected


def test_pounds_for_kilograms_and_a_shifted_point_are_called_by_name(record: TestRecord) -> None:
    session_id = record.running(weight_kg=70)
    pounds = record.record(session_id, sent("rate_changed", rate_mg_per_h="77.2", rate_mg_per_kg_per_h="0.5"))[0]
    assert "kg or lb?" in pounds.problems[0].reason
    tenfold = record.record(session_id, sent("rate_changed", rate_mg_per_h="350", rate_mg_per_kg_per_h="0.5"))[0]
    assert "ten-fold" in tenfold.problems[0].reason
    weight = record.record(session_id, sent("weight", weight_kg="154.3", basis="measured"))[0]
    assert "kg or lb?" in weight.problems[0].reason


def test_the_weight_of_the_last_session_asks_when_this_one_is_far_off(record: TestRecord) -> None:
    record.ready(weight_kg=70)
    _, results = record.plan(
        sent("session_planned", **(PLAN | {"chair_label": "2"})), sent("weight", weight_kg=50, basis="stated")
    )
    assert [one.outcome for one in results] == [EntryOutcome.CONFIRMATION_NEEDED] * 2
    assert "after 70 kg" in results[1].problems[0].reason


def test_the_bag_on_record_contradicts_and_its_use_by_time_asks(record: TestRecord) -> None:
    session_id = record.ready()
    record.override_start(session_id)
    use_by = (record.clock.now() + timedelta(hours=1)).isoformat()
    bag = {"concentration_mg_per_ml": 2, "volume_ml": 100, "prepared_by": "A", "checked_by": "B", "use_by": use_by}
    record.chart(session_id, "bag_dispensed", **bag)
    rate = {"pump_rate_ml_per_h": 10, "concentration_mg_per_ml": 1}
    assert asked_about(record, session_id, "infusion_started", **rate) == ["concentration_mg_per_ml"]
    record.clock.forward(hours=2)
    late = {"pump_rate_ml_per_h": 10, "has_happened": True}
    assert "concentration_mg_per_ml" in asked_about(record, session_id, "infusion_started", **late)
    assert asked_about(record, session_id, "bag_dispensed", **(bag | {"checked_by": "a"})) == ["checked_by", "use_by"]


def test_a_pump_that_infused_something_else_than_the_record_computes_asks(record: TestRecord) -> None:
    session_id = record.running(pump_rate_ml_per_h=60)
    record.clock.forward(minutes=30)
    assert asked_about(record, session_id, "pump_volume", volume_infused_ml="30.4") == []
    assert asked_about(record, session_id, "pump_volume", volume_infused_ml=25) == ["volume_infused_ml"]


def test_the_ledger_balances_and_a_waste_is_witnessed_by_another_person(record: TestRecord, reader: Reader) -> None:
    session_id = record.running(pump_rate_ml_per_h=60)
    record.chart(session_id, "drug_drawn", amount_mg=100, vial_lot="L1")
    record.clock.forward(minutes=60)
    record.chart(session_id, "bolus", dose_mg=10)
    record.chart(session_id, "infusion_ended")
    assert asked_about(record, session_id, "drug_wasted", amount_mg=45) == ["amount_mg"]
    wasted = record.chart(session_id, "drug_wasted", amount_mg=20)
    record.chart(session_id, "drug_returned", amount_mg=10)
    ledger = reader.timeline(session_id, record.clock.now())["dose"]["ledger"]
    assert ledger == {
        "drawn_mg": 100, "infused_mg": 60, "bolus_mg": 10, "wasted_mg": 20, "returned_mg": 10, "difference_mg": 0,
        "unwitnessed": [str(wasted.entry_id)],
    }  # fmt: skip
    record.clock.forward(hours=25)
    due = reader.due_list(record.clock.now())["wastes"]
    assert [(one["amount_mg"], one["is_overdue"]) for one in due] == [(20, True)]
    own = record.chart(session_id, "ledger_witnessed", witnessed_entry_id=str(wasted.entry_id))
    assert own.outcome is EntryOutcome.REFUSED and own.problems[0].limit == "a second person"
    other = record.chart(session_id, "ledger_witnessed", author=PHYSICIAN, witnessed_entry_id=str(wasted.entry_id))
    assert other.outcome is EntryOutcome.RECORDED
    assert reader.timeline(session_id, record.clock.now())["dose"]["ledger"]["unwitnessed"] == []
    assert reader.due_list(record.clock.now())["wastes"] == []


def test_readiness_is_answered_item_by_item_and_repeated_as_unchanged(record: TestRecord, reader: Reader) -> None:
    first = record.ready()
    answer = record.chart(first, "readiness_item", item="severe_liver_disease", answer="no")
    second = record.ready(chair_label="2")
    same = {"item": "severe_liver_disease", "answer": "no", "unchanged_from_entry_id": str(answer.entry_id)}
    assert record.chart(second, "readiness_item", **same).outcome is EntryOutcome.RECORDED
    other_answer = record.chart(second, "readiness_item", **(same | {"answer": "yes"}))
    assert other_answer.problems[0].reason == "says something else than the entry named"
    stranger = record.ready(chair_label="3", patient_label="TP-009")
    assert record.chart(stranger, "readiness_item", **same).problems[0].reason == "no such entry of this patient"
    record.clock.forward(days=100)
    third = record.ready(chair_label="4")
    assert "too old" in record.chart(third, "readiness_item", **same).problems[0].reason
    unclear = reader.timeline(second)["session"]["care"]["readiness_unclear"]
    assert "severe_liver_disease" not in unclear and "escort_named" in unclear


def test_every_readiness_item_has_a_rule_and_tests_are_asked_only_where_indicated() -> None:
    assert set(unclear_items({})) == set(READINESS_RULES) - {"ecg_done", "liver_tests_done"}
    clear = {item.value: next(iter(rule.clear_answers)).value for item, rule in READINESS_RULES.items()}
    assert unclear_items(clear | {"ecg_indicated": "yes", "ecg_done": "no"}) == ["ecg_done"]
    assert unclear_items({item.value: "unknown" for item in READINESS_RULES} | {"ecg_indicated": "no"})


def test_an_effect_goes_on_record_by_updates_and_a_worse_grade_alerts(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    nausea = record.chart(session_id, "adverse_effect", term="nausea", ctcae_grade=1, outcome="ongoing")
    entry = reader.timeline(session_id)["entries"][-1]
    assert (entry["code_system"], entry["code"]) == (SNOMED_CT, "422587007")
    worse = record.chart(
        session_id, "adverse_effect_update", effect_entry_id=str(nausea.entry_id), ctcae_grade=3, outcome="ongoing"
    )
    assert [one.rule_id for one in worse.alert_facts] == ["effect.grade.warning"]
    nothing = record.chart(session_id, "adverse_effect_update", effect_entry_id=str(nausea.entry_id))
    assert nothing.problems[0].reason == "nothing was entered"
    unknown = record.chart(session_id, "adverse_effect_update", effect_entry_id=str(session_id), outcome="resolved")
    assert unknown.problems[0].field == "effect_entry_id"


def test_only_confirmed_codes_are_shipped() -> None:
    coded = {term for term in AdverseEffectTerm if code_of(term).system == SNOMED_CT}
    assert len(coded) == 10 and AdverseEffectTerm.CHEST_PAIN not in coded


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        ("dissociation", {"scale": "rating_0_10", "score": 11}, "score"),
        ("vital_signs", {"systolic_mmhg": 120, "diastolic_mmhg": 80, "mean_arterial_mmhg": 130}, "mean_arterial_mmhg"),
        ("vital_signs", {"systolic_mmhg": 120, "diastolic_mmhg": 80, "mean_arterial_mmhg": 70}, "mean_arterial_mmhg"),
        ("discharge_assessment", {"score": "padss", "aldrete_activity": 2}, "aldrete_activity"),
        ("discharge_assessment", {"score": "padss"}, "padss_vital_signs"),
        ("follow_up", {"point": "1_week", "reached": "not_reached", "satisfaction": "satisfied"}, "satisfaction"),
        ("follow_up", {"point": "1_week", "reached": "yes", "score_points": 3}, "instrument"),
        ("follow_up", {"point": "1_week", "reached": "yes", "late_effects": ["none", "mood"]}, "late_effects"),
        ("follow_up", {"point": "1_week", "reached": "yes", "function_score": 30}, "function_measure"),
        ("follow_up", {"point": "2_weeks", "reached": "yes"}, "point"),
        ("patient_history", {}, "takes_home_opioids"),
        ("vial_stock", {"movement": "received", "vial_content_mg": 500, "vials": 10}, "kind"),
    ],
)
def test_what_cannot_be_a_fact_is_refused_by_field(
    record: TestRecord, kind: str, fields: dict[str, Any], field: str
) -> None:
    refused = record.record(record.running(), sent(kind, **fields))[0]
    assert refused.outcome is EntryOutcome.REFUSED and field in [one.field for one in refused.problems]


def test_a_follow_up_is_recorded_after_the_session_and_a_set_is_not(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "infusion_ended")
    assessment = record.chart(
        session_id, "discharge_assessment", score="padss", padss_vital_signs=2, padss_ambulation=2, padss_nausea=2,
        padss_pain=1, padss_iv_site=2,
    )  # fmt: skip
    assert assessment.outcome is EntryOutcome.RECORDED
    assert reader.timeline(session_id)["entries"][-1]["total"] == 9
    record.chart(session_id, "discharged", escort="sister", has_happened=True)
    record.clock.forward(days=7)
    week = record.chart(
        session_id, "follow_up", point="1_week", reached="yes", instrument="nrs", score_points="2.5", recall="now",
        circumstance="rest", satisfaction="satisfied", late_effects=["none"], follow_on_drug="none",
    )  # fmt: skip
    assert week.outcome is EntryOutcome.RECORDED
    assert record.chart(session_id, "vital_signs", heart_rate_per_min=70).outcome is EntryOutcome.REFUSED


def test_home_opioids_tighten_the_schedule_and_block_nothing(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.clock.forward(minutes=30)
    record.chart(session_id, "vital_signs", heart_rate_per_min=70)
    usual = reader.timeline(session_id)["session"]["signs"]["heart_rate_per_min"]["due_at"]
    record.chart(session_id, "patient_history", takes_home_opioids=True)
    tighter = reader.timeline(session_id)["session"]["signs"]["heart_rate_per_min"]["due_at"]
    assert tighter < usual


def test_a_course_adds_up_and_belongs_to_one_patient(record: TestRecord, reader: Reader) -> None:
    course = str(uuid_utils.compat.uuid7())
    plan = {"course_id": course, "course_session_count": 3}
    for number in (1, 2):
        session_id = record.running(pump_rate_ml_per_h=60, course_session_number=number, **plan)
        record.clock.forward(minutes=60)
        record.chart(session_id, "infusion_ended")
        record.chart(session_id, "course_decision", decision="continue", reason="went well")
        record.chart(session_id, "discharged", has_happened=True)
        record.clock.forward(days=7)
    seen = reader.course(UUID(course), record.clock.now())
    assert [one["cumulative_mg"] for one in seen["sessions"]] == [60, 120] and seen["last_decision"] == "continue"
    other = sent("session_planned", **(PLAN | {"patient_label": "TP-007"} | plan))
    assert record.plan(other)[1][0].problems[0].field == "course_id"


# ------------------------------------------------------------------------------------------------- the clinic itself


def clinic_record(record: TestRecord, kind: str, author: Author = NURSE, **fields: Any) -> Any:
    command = RecordClinicEntries(author, (sent(kind, **fields),))
    return record.recorder.submit(command).result()[0]


def test_vial_stock_counts_and_witness(record: TestRecord, reader: Reader) -> None:
    clinic_record(record, "vial_stock", PHARMACIST, movement="received", vial_content_mg=500, vials=20, lot="A")
    clinic_record(record, "vial_stock", movement="issued", vial_content_mg=500, vials=3)
    count = clinic_record(record, "shift_count", vial_content_mg=500, vials=16)
    assert clinic_record(record, "stock_witnessed", witnessed_entry_id=str(count.entry_id)).problems
    seen = clinic_record(record, "stock_witnessed", PHARMACIST, witnessed_entry_id=str(count.entry_id))
    assert seen.outcome is EntryOutcome.RECORDED
    clinic = reader.clinic_record()
    line = clinic["vial_stock_by_content_mg"]["500"]
    assert (line["vials"], line["counted"], line["difference"]) == (17, 16, -1)
    assert str(count.entry_id) not in clinic["unwitnessed"] and len(clinic["unwitnessed"]) == 2
    changes = reader.changes_after(0)
    assert [one["change_number"] for one in changes] == [1, 2, 3, 4]
    assert all(one["session_id"] is None and one["tile"] is None for one in changes)


def test_credentials_expire_and_are_asked_about_when_the_setting_is_attested(record: TestRecord) -> None:
    session_id = record.ready()
    person = PHYSICIAN.account_id
    attested = {"is_monitored": True, "attested_by": "Test Physician 1", "supervising_account_id": str(person)}
    assert asked_about(record, session_id, "setting_attested", **attested) == ["supervising_account_id"]
    for credential in ("ketamine_experience", "acls", "moderate_sedation"):
        clinic_record(
            record, "staff_credential", account_id=str(person), credential=credential, valid_until="2026-12-31"
        )
    assert asked_about(record, session_id, "setting_attested", **attested) == []
    record.clock.forward(days=60)
    late = record.ready(chair_label="2")
    assert asked_about(record, late, "setting_attested", **attested) == ["supervising_account_id"]


def test_a_clinic_entry_is_idempotent_withdrawn_and_refused_in_a_session(record: TestRecord, reader: Reader) -> None:
    raw = sent("chair_description", chair_label="1", can_be_monitored=True)
    command = RecordClinicEntries(NURSE, (raw,))
    first = record.recorder.submit(command).result()[0]
    again = record.recorder.submit(command).result()[0]
    assert (first.outcome, again.outcome) == (EntryOutcome.RECORDED, EntryOutcome.DUPLICATE)
    changed = RecordClinicEntries(NURSE, (raw | {"chair_label": "2"},))
    assert record.recorder.submit(changed).result()[0].outcome is EntryOutcome.REFUSED
    clinic_record(record, "clinic_entered_in_error", withdrawn_entry_id=raw["entry_id"], reason="no such chair")
    assert reader.clinic_record()["entries"][0]["withdrawn"]["reason"] == "no such chair"
    assert clinic_record(record, "note", text="a note belongs to a session").outcome is EntryOutcome.REFUSED


@pytest.mark.parametrize("value", ["NaN", "Infinity"])
def test_what_is_no_number_never_becomes_nothing(value: str) -> None:
    with pytest.raises(ValueError, match="no number"):
        number_or_none(Decimal(value))


def test_a_date_and_a_list_are_read_or_refused() -> None:
    content, problems = read_content("staff_credential", {"account_id": "x", "valid_until": "31.12.2026"})
    assert content is None and {one.field for one in problems} == {"account_id", "credential", "valid_until"}
    assert {one.reason for one in problems} == {"not an identifier", "is missing", "not a date"}
