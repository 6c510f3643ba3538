"""The write path on both engines: idempotent, all-or-none plans, confirmed questions, exact numbers."""

from decimal import Decimal

import pytest
import uuid_utils.compat
from sqlalchemy import text

from session_store.commands import EntryOutcome, RecordEntries
from session_store.reader import Reader
from session_store.storage.engine import Engines
from session_store.storage.projections import load_summary
from tests.postgresql import ON_BOTH_ENGINES
from tests.record_building import BASELINE, MONITOR, NURSE, PAIN, PLAN, TestRecord, sent

pytestmark = ON_BOTH_ENGINES
UNKNOWN_ID = str(uuid_utils.compat.uuid7())


def test_a_resent_entry_answers_the_same_and_is_recorded_once(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    raw = sent("vital_signs", heart_rate_per_min=88, spo2_percent=97)
    first, again = record.record(session_id, raw)[0], record.record(session_id, raw)[0]
    assert (first.outcome, again.outcome) == (EntryOutcome.RECORDED, EntryOutcome.DUPLICATE)
    assert again.change_number == first.change_number
    entries = reader.timeline(session_id)["entries"]
    assert len([one for one in entries if one["entry_id"] == raw["entry_id"]]) == 1


def test_the_same_id_with_other_content_is_refused(record: TestRecord) -> None:
    session_id = record.running()
    raw = sent("vital_signs", heart_rate_per_min=88)
    record.record(session_id, raw)
    result = record.record(session_id, raw | {"heart_rate_per_min": 89})[0]
    assert result.outcome is EntryOutcome.REFUSED
    assert result.problems[0].field == "entry_id"


def test_confirming_resends_the_same_content_and_only_then_occupies_the_id(record: TestRecord) -> None:
    session_id = record.running()
    raw = sent("vital_signs", heart_rate_per_min=160)
    asked = record.record(session_id, raw)[0]
    assert asked.outcome is EntryOutcome.CONFIRMATION_NEEDED
    assert asked.problems[0].limit == "40 to 150 /min"
    corrected = record.record(session_id, raw | {"heart_rate_per_min": 106})[0]
    assert corrected.outcome is EntryOutcome.RECORDED


def test_a_device_is_not_asked_but_warned(record: TestRecord) -> None:
    session_id = record.running()
    raw = sent("vital_signs", source="monitor", heart_rate_per_min=160)
    result = record.record(session_id, raw, author=MONITOR)[0]
    assert result.outcome is EntryOutcome.RECORDED
    assert [one.field for one in result.problems] == ["heart_rate_per_min"]


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        ("vital_signs", {"heart_rate_per_min": "fast"}, "heart_rate_per_min"),
        ("vital_signs", {"heart_rate_per_min": -4}, "heart_rate_per_min"),
        ("vital_signs", {"heart_rate_per_min": 0}, "heart_rate_per_min"),
        ("vital_signs", {"heart_rate_per_min": float("nan")}, "heart_rate_per_min"),
        ("vital_signs", {"spo2_percent": 101}, "spo2_percent"),
        ("vital_signs", {"systolic_mmhg": 80, "diastolic_mmhg": 90}, "diastolic_mmhg"),
        ("vital_signs", {}, "vital_signs"),
        ("vital_signs", {"pulse": 70}, "pulse"),
        ("pain_score", PAIN | {"score_points": 7.5}, "score_points"),
        ("pain_score", PAIN | {"score_points": 11}, "score_points"),
        ("pain_score", PAIN | {"score_points": None}, "score_points"),
        ("pain_score", PAIN | {"score_mm": 70}, "score_mm"),
        ("adverse_effect", {"term": "other"}, "description"),
        ("adverse_effect", {"term": "nausea", "ctcae_grade": 6}, "ctcae_grade"),
        ("rate_changed", {"pump_rate_ml_per_h": 10}, "concentration_mg_per_ml"),
        ("bolus", {"dose_mg": True}, "dose_mg"),
        ("sedation", {"scale": "poss", "level": 0}, "level"),
        ("entered_in_error", {"withdrawn_entry_id": UNKNOWN_ID, "reason": "x"}, "withdrawn_entry_id"),
        ("teleport", {}, "kind"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_fact_is_refused_by_field_and_nothing_is_written(
    record: TestRecord, reader: Reader, kind: str, fields: dict[str, object], field: str
) -> None:
    session_id = record.running()
    before = reader.change_number()
    result = record.record(session_id, sent(kind, **fields))[0]
    assert result.outcome is EntryOutcome.REFUSED
    assert field in [one.field for one in result.problems]
    assert reader.change_number() == before


def test_a_plan_is_written_whole_or_not_at_all(record: TestRecord, reader: Reader) -> None:
    before = reader.change_number()
    entries = (sent("session_planned", **PLAN), sent("vital_signs", **(BASELINE | {"spo2_percent": 300})))
    session_id, results = record.plan(*entries)
    assert [one.outcome.value for one in results] == ["confirmation_needed", "refused"]
    assert reader.change_number() == before and not reader.knows(session_id)
    entries[1]["spo2_percent"] = 99
    again, results = record.plan(*entries)
    assert [one.outcome.value for one in results] == ["recorded", "recorded"]
    assert reader.knows(again)


def test_a_known_label_with_another_second_identifier_asks(record: TestRecord) -> None:
    record.plan(sent("session_planned", **PLAN))
    _, results = record.plan(sent("session_planned", **(PLAN | {"second_identifier": "1980-02-02"})))
    assert results[0].outcome is EntryOutcome.CONFIRMATION_NEEDED
    assert results[0].problems[0].field == "second_identifier"


def test_a_contradicting_rate_asks_and_names_what_to_read_again(record: TestRecord) -> None:
    session_id = record.running()
    raw = sent("rate_changed", pump_rate_ml_per_h=10, concentration_mg_per_ml=2, rate_mg_per_h=25)
    asked = record.record(session_id, raw)[0]
    assert asked.outcome is EntryOutcome.CONFIRMATION_NEEDED
    assert "10 mL/h x 2 mg/mL = 20 mg/h" in asked.problems[0].reason
    confirmed = record.record(session_id, raw | {"confirmed": ["rate_mg_per_h"]})[0]
    assert confirmed.outcome is EntryOutcome.RECORDED


@pytest.mark.parametrize(("told", "asks"), [(2.4, False), (2.5, False), (2.45, False), (2.6, True)])
def test_both_neighbours_of_the_pump_display_stand_for_the_computed_rate(
    record: TestRecord, told: float, asks: bool
) -> None:
    session_id = record.running()
    raw = sent("rate_changed", pump_rate_ml_per_h="2.45", concentration_mg_per_ml=1, rate_mg_per_h=told)
    outcome = record.record(session_id, raw)[0].outcome
    assert (outcome is EntryOutcome.CONFIRMATION_NEEDED) is asks


def test_a_start_that_misses_something_is_held_and_one_that_has_happened_is_an_open_alert(record: TestRecord) -> None:
    session_id, _ = record.plan(sent("session_planned", **PLAN), sent("weight", weight_kg=70, basis="stated"))
    raw = sent("infusion_started", pump_rate_ml_per_h=20, concentration_mg_per_ml=1)
    held = record.record(session_id, raw)[0]
    assert held.outcome is EntryOutcome.REFUSED
    fields = [one.field for one in held.problems]
    assert {"start.pain.held", "start.consent.held", "start.setting.held", "start.baseline_spo2.held"} <= set(fields)
    assert "start.weight_missing.held" not in fields
    assert record.record(session_id, raw | {"has_happened": True})[0].outcome is EntryOutcome.RECORDED
    assert record.facts == ["raised:start.missing.warning"]


def test_esketamine_is_held_until_a_physician_lets_it_through(record: TestRecord, reader: Reader) -> None:
    session_id = record.ready(drug="esketamine")
    fields = {"pump_rate_ml_per_h": 200, "concentration_mg_per_ml": 1}
    held = record.record(session_id, sent("infusion_started", **fields))[0]
    assert (held.outcome, held.problems[0].field) == (EntryOutcome.REFUSED, "start.esketamine.held")
    record.override_start(session_id)
    assert record.chart(session_id, "infusion_started", **fields).outcome is EntryOutcome.RECORDED
    assert any("outside this rule set" in note for note in reader.timeline(session_id)["session"]["not_judged"])


def test_decimals_are_kept_as_sent(record: TestRecord, engines: Engines) -> None:
    session_id = record.running()
    record.record(session_id, sent("vital_signs", source="monitor", heart_rate_per_min="62.80"), author=MONITOR)
    with engines.reader.connect() as connection:
        stored = connection.execute(text("SELECT heart_rate_per_min FROM entry ORDER BY seq DESC LIMIT 1")).scalar_one()
    assert str(stored) == "62.80"


def test_the_delivered_dose_is_exact_over_pauses_and_boluses(record: TestRecord, engines: Engines) -> None:
    session_id = record.running(pump_rate_ml_per_h=21)
    record.clock.forward(minutes=10)
    record.chart(session_id, "infusion_paused")
    record.clock.forward(minutes=7)
    record.chart(session_id, "infusion_resumed")
    record.clock.forward(minutes=20)
    record.chart(session_id, "bolus", dose_mg="7.5")
    record.chart(session_id, "infusion_ended")
    with engines.reader.connect() as connection:
        summary = load_summary(connection, 1, session_id)
    assert summary is not None
    assert summary.infusion.delivered_mg(record.clock.now()) == Decimal(21) * 30 / 60 + Decimal("7.5")


def test_a_clock_ahead_is_corrected_marked_and_never_refused(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    now = record.clock.now()
    ahead = record.clock.time.replace(minute=59)
    raw = sent("note", text="from a tablet whose clock is ahead", effective_at=ahead.isoformat())
    assert record.record(session_id, raw, sent_at=ahead)[0].outcome is EntryOutcome.RECORDED
    entry = reader.timeline(session_id)["entries"][-1]
    assert entry["effective_at"] == now.isoformat() and entry["sent_effective_at"] == ahead.isoformat()


def test_after_closing_only_what_happened_before_can_be_added(record: TestRecord) -> None:
    session_id = record.running()
    record.clock.forward(minutes=20)
    record.chart(session_id, "infusion_ended")
    record.clock.forward(minutes=60)
    record.chart(session_id, "discharged", has_happened=True)
    closed_at = record.clock.now()
    record.clock.forward(minutes=5)
    assert record.chart(session_id, "vital_signs", heart_rate_per_min=70).outcome is EntryOutcome.REFUSED
    late = sent("vital_signs", heart_rate_per_min=70, effective_at=closed_at.isoformat())
    assert record.record(session_id, late)[0].outcome is EntryOutcome.RECORDED


def test_an_asker_who_goes_away_takes_nothing_with_him(record: TestRecord) -> None:
    session_id = record.running()
    left = record.recorder.submit(RecordEntries(session_id, NURSE, (sent("note", text="asked and gone"),)))
    assert not left.cancel(), "what was handed in is recorded"
    assert left.result()[0].outcome is EntryOutcome.RECORDED
    assert record.chart(session_id, "note", text="the recorder goes on").outcome is EntryOutcome.RECORDED
