"""The predicted band of a session: what the record says now, and no band where it says too little."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from session_store.domain.entries import Entry
from session_store.domain.entry_choices import Drug
from session_store.domain.refolding import standing_entries
from session_store.domain.session_summary import SessionSummary
from session_store.pharmacology.linear_model import BolusDose, RateStep
from session_store.pharmacology.predicted_band import predicted_band
from session_store.predicted_concentration import (
    MIXING_MIN,
    MOST_SAMPLES,
    DrugGiven,
    predicted_concentration,
    predicted_concentration_view,
    sample_times_min,
)
from session_store.reader import Reader
from tests.hand_made_sessions import PLAN as HAND_MADE_PLAN
from tests.hand_made_sessions import HandMadeSession
from tests.record_building import TestRecord

RACEMIC = Drug.RACEMIC_KETAMINE
MONITOR_ROWS = 3


def band_of(record: TestRecord, reader: Reader, session_id: UUID) -> dict[str, Any]:
    return reader.predicted_concentration(session_id, record.clock.now())


def is_band_of(
    found: dict[str, Any],
    rates_mg_per_h: dict[float, float],
    boluses_mg: dict[float, float] | None = None,
    weight_kg: float = 70.0,
    drug: Drug = RACEMIC,
) -> None:
    """The band is that of this schedule, made by hand: rate and dose by minute after the first drug."""
    assert found["unavailable"] is None
    steps = [RateStep(at, rate / 60) for at, rate in rates_mg_per_h.items()]
    doses = [BolusDose(at, dose) for at, dose in (boluses_mg or {}).items()]
    wanted = predicted_band(steps, doses, weight_kg, drug, found["minutes"])
    assert found["low_ng_per_ml"] == pytest.approx(wanted.low_ng_per_ml, rel=1e-3, abs=0.02)
    assert found["high_ng_per_ml"] == pytest.approx(wanted.high_ng_per_ml, rel=1e-3, abs=0.02)
    assert max(found["high_ng_per_ml"]) > 10


def test_the_band_is_that_of_the_recorded_rates_in_mg(record: TestRecord, reader: Reader) -> None:
    session_id = record.running(pump_rate_ml_per_h=20)
    started_at = record.clock.now()
    record.clock.forward(minutes=10)
    record.chart(session_id, "rate_changed", rate_mg_per_kg_per_h=0.5, rate_mg_per_h=35)
    record.clock.forward(minutes=5)
    record.chart(session_id, "bolus", dose_mg=10)
    record.clock.forward(minutes=5)
    record.chart(session_id, "infusion_paused")
    record.clock.forward(minutes=5)
    record.chart(session_id, "infusion_resumed")
    record.clock.forward(minutes=15)
    record.chart(session_id, "infusion_ended")
    record.clock.forward(minutes=60)
    found = band_of(record, reader, session_id)
    is_band_of(found, {0: 20, 10: 35, 20: 0, 25: 35, 40: 0}, {15: 10})
    assert found["is_model"] is True and found["site"] == "venous"
    assert [one["name"] for one in found["models"]] == ["truth", "domino", "clements", "fanta"]
    assert "not measured" in found["words"] and "not for dosing" in found["words"] and "4 " in found["words"]
    assert found["first_drug_at"] == started_at.isoformat()
    assert found["until_at"] == record.clock.now().isoformat() and found["minutes"][-1] == 100
    assert {10, 20, 25, 40} <= set(found["minutes"])
    assert not [one for one in found["minutes"] if 15 <= one < 15 + MIXING_MIN]


def test_an_amended_rate_moves_the_band_from_its_own_time_on(record: TestRecord, reader: Reader) -> None:
    session_id = record.running(pump_rate_ml_per_h=20)
    record.clock.forward(minutes=10)
    rate = record.chart(session_id, "rate_changed", pump_rate_ml_per_h=300, concentration_mg_per_ml=1)
    record.clock.forward(minutes=30)
    is_band_of(band_of(record, reader, session_id), {0: 20, 10: 300})
    record.chart(
        session_id, "amendment", amended_entry_id=str(rate.entry_id), reason="ten-fold",
        changes={"pump_rate_ml_per_h": 30},
    )  # fmt: skip
    is_band_of(band_of(record, reader, session_id), {0: 20, 10: 30})


def test_a_withdrawn_bolus_was_never_given_and_a_withdrawn_amendment_never_said(
    record: TestRecord, reader: Reader
) -> None:
    session_id = record.running(pump_rate_ml_per_h=20)
    record.clock.forward(minutes=10)
    bolus = record.chart(session_id, "bolus", dose_mg=10)
    record.clock.forward(minutes=10)
    amendment = record.chart(
        session_id, "amendment", amended_entry_id=str(bolus.entry_id), reason="misread", changes={"dose_mg": 20}
    )
    is_band_of(band_of(record, reader, session_id), {0: 20}, {10: 20})
    record.chart(session_id, "entered_in_error", withdrawn_entry_id=str(amendment.entry_id), reason="was right")
    is_band_of(band_of(record, reader, session_id), {0: 20}, {10: 10})
    record.chart(session_id, "entered_in_error", withdrawn_entry_id=str(bolus.entry_id), reason="other patient")
    is_band_of(band_of(record, reader, session_id), {0: 20})


def test_a_corrected_weight_moves_the_band(record: TestRecord, reader: Reader) -> None:
    session_id = record.running(pump_rate_ml_per_h=20)
    record.clock.forward(minutes=30)
    record.chart(session_id, "weight", weight_kg=140, basis="measured")
    is_band_of(band_of(record, reader, session_id), {0: 20}, weight_kg=140)


def test_esketamine_has_the_two_models_that_know_it(record: TestRecord, reader: Reader) -> None:
    session_id = record.running(drug="esketamine")
    record.clock.forward(minutes=30)
    found = band_of(record, reader, session_id)
    assert [one["name"] for one in found["models"]] == ["truth", "fanta"]
    is_band_of(found, {0: 20}, drug=Drug.ESKETAMINE)


def test_nothing_is_predicted_beyond_now_or_the_closing(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.clock.forward(minutes=20)
    assert band_of(record, reader, session_id)["minutes"][-1] == 20
    record.chart(session_id, "session_aborted")
    closed_at = record.clock.now()
    record.clock.forward(hours=5)
    found = band_of(record, reader, session_id)
    assert (found["minutes"][-1], found["until_at"]) == (20, closed_at.isoformat())


def test_a_bolus_before_the_pump_runs_is_the_first_drug(record: TestRecord, reader: Reader) -> None:
    session_id = record.ready()
    record.chart(session_id, "bolus", dose_mg=10)
    record.clock.forward(minutes=10)
    record.override_start(session_id)
    record.chart(session_id, "infusion_started", pump_rate_ml_per_h=20, concentration_mg_per_ml=1)
    record.clock.forward(minutes=10)
    found = band_of(record, reader, session_id)
    is_band_of(found, {10: 20}, {0: 10})
    assert found["minutes"][0] == MIXING_MIN and found["minutes"][-1] == 20


# ---------------------------------------------------------------------- no band
def reason_of(session: HandMadeSession, **minutes: float) -> str | None:
    summary = SessionSummary(session.session_id, session.session_id, False)
    for entry in standing_entries(session.entries):
        summary.apply(entry)
    found = predicted_concentration(summary, session.entries, session.now + timedelta(**(minutes or {"minutes": 30})))
    view = predicted_concentration_view(found)
    if view["unavailable"] is None:
        return None
    assert view["minutes"] == view["low_ng_per_ml"] == view["models"] == [] and view["words"] is None
    return str(view["unavailable"]["reason"])


def planned(*, weight_kg: float | None = 70, **plan: Any) -> HandMadeSession:
    session = HandMadeSession()
    session.happens("session_planned", **(HAND_MADE_PLAN | plan))
    if weight_kg is not None:
        session.happens("weight", weight_kg=weight_kg, basis="measured")
    session.happens("session_ready")
    return session


def started(session: HandMadeSession, **rate: Any) -> HandMadeSession:
    session.happens("infusion_started", **(rate or {"rate_mg_per_h": 20, "rate_mg_per_kg_per_h": 0.3}))
    return session


@pytest.mark.parametrize(
    ("session", "words"),
    [
        (planned(), "no ketamine given yet"),
        (started(planned(weight_kg=None)), "no weight recorded"),
        (started(planned(age_years=17)), "adult models only: the patient is under 18"),
        (started(planned(), pump_rate_ml_per_h=20), "a recorded rate is not known in mg/h"),
    ],
)
def test_without_a_band_it_says_why(session: HandMadeSession, words: str) -> None:
    assert reason_of(session) == words


def test_there_is_a_band_from_the_first_whole_minute_on() -> None:
    session = started(planned())
    assert reason_of(session, seconds=59) == "given for less than a minute"
    assert reason_of(session, seconds=61) is None


def test_weights_and_drugs_outside_the_models_are_refused_in_words() -> None:
    session = started(planned())
    summary = SessionSummary(session.session_id, session.session_id, False)
    for entry in standing_entries(session.entries):
        summary.apply(entry)
    later = session.now + timedelta(minutes=30)
    summary.weight_kg = Decimal("12.5")
    view = predicted_concentration_view(predicted_concentration(summary, session.entries, later))
    assert view["unavailable"] == {"reason": "models for 20 to 350 kg only: 12.5 kg recorded"}
    summary.plan["drug"] = "something_else"
    view = predicted_concentration_view(predicted_concentration(summary, session.entries, later))
    assert view["unavailable"] == {"reason": "no model for this drug"}


def test_a_rate_said_to_be_zero_is_known() -> None:
    session = started(planned())
    session.happens("rate_changed", after_min=5, rate_mg_per_h=0, pump_rate_ml_per_h=0)
    assert reason_of(session) is None


# ---------------------------------------------------------------------- sampling and numbers
def test_a_long_and_busy_session_stays_within_the_samples() -> None:
    begins = HandMadeSession().now
    busy = DrugGiven(begins, tuple(RateStep(float(at), 0.5) for at in range(500)), (BolusDose(3.0, 5.0),))
    few = DrugGiven(begins, (RateStep(0.0, 0.5), RateStep(7.25, 0.0)), ())
    for given in (busy, few):
        for length_min in (1.0, 45.0, 40_000.0):
            times = sample_times_min(given, length_min)
            assert 0 < len(times) <= MOST_SAMPLES and times == sorted(times) and times[-1] == length_min
    assert 7.25 in sample_times_min(few, 45.0)
    assert sample_times_min(few, 0.99) == []


def test_only_what_the_band_rests_on_is_read(
    record: TestRecord, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A monitor's rows are many: they are not read for a band."""
    session_id = record.running()
    for _ in range(MONITOR_ROWS):
        record.clock.forward(minutes=5)
        record.chart(session_id, "vital_signs", heart_rate_per_min=72)
    seen: list[str] = []

    def noted(summary: SessionSummary, entries: Sequence[Entry], now: datetime) -> Any:
        seen.extend(entry.content.kind for entry in entries)
        return predicted_concentration(summary, entries, now)

    monkeypatch.setattr("session_store.reader.predicted_concentration", noted)
    is_band_of(band_of(record, reader, session_id), {0: 20})
    assert seen == ["session_planned", "weight", "infusion_started"]
