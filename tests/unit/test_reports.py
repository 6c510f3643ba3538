"""The responder rate: who is in the denominator, and the Wilson intervals printed in clinical.md 4.7."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from scipy.stats import binomtest

from session_store.reports import Reports, ResponderReport, day_range, responder_rate

FROM, TO = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
CLINIC = 1


def outcome(patient: str, day: int, **changes: Any) -> dict[str, Any]:
    """One outcome row: NRS 7 to 3, a responder, unless `changes` say otherwise."""
    row: dict[str, Any] = {
        "session_id": f"{patient}-{day}", "patient_id": patient, "patient_label": patient, "condition": "CRPS",
        "drug": "racemic_ketamine", "first_drug_at": FROM + timedelta(days=day), "status": "discharged",
        "delivered_mg": None, "delivered_mg_per_kg": None, "peak_rate_mg_per_kg_per_h": None, "instrument": "nrs",
        "recall": "now", "circumstance": "rest", "baseline_tenths": 70, "followup_tenths": 30, "best_tenths": 20,
        "reduction_tenths_percent": 571, "is_evaluable": True, "not_evaluable_reason": None,
        "followup_missing_reason": None, "stopped_for_adverse_effect": False, "responder_30": True,
        "responder_50": True, "alerts_by_level": {}, "adverse_effects": 0, "is_simulated": False,
    }  # fmt: skip
    return row | changes


def non_responder(patient: str, day: int, **changes: Any) -> dict[str, Any]:
    flat = {"followup_tenths": 70, "reduction_tenths_percent": 0, "responder_30": False, "responder_50": False}
    return outcome(patient, day, **(flat | changes))


def missing(patient: str, day: int, **changes: Any) -> dict[str, Any]:
    gone = {"followup_tenths": None, "reduction_tenths_percent": None, "followup_missing_reason": "asleep"}
    return non_responder(patient, day, **(gone | changes))


def not_evaluable(patient: str, day: int) -> dict[str, Any]:
    return missing(patient, day, baseline_tenths=0, is_evaluable=False, not_evaluable_reason="baseline 0")


def report(rows: list[dict[str, Any]]) -> ResponderReport:
    return Reports(lambda *_: rows).responders(CLINIC, FROM, TO)


# Responders, denominator, percent, Wilson 95 % low and high: printed in clinical.md 4.7.
WILSON = [
    (0, 12, 0.0, 0.0, 24.2),
    (3, 10, 30.0, 10.8, 60.3),
    (10, 10, 100.0, 72.2, 100.0),
    (18, 30, 60.0, 42.3, 75.4),
    (30, 50, 60.0, 46.2, 72.4),
    (120, 200, 60.0, 53.1, 66.5),
]


@pytest.mark.parametrize(("responders", "denominator", "percent", "low", "high"), WILSON)
def test_wilson_interval(responders: int, denominator: int, percent: float, low: float, high: float) -> None:
    rate = responder_rate(responders, denominator)
    assert (rate.percent_tenths, rate.interval_low_tenths, rate.interval_high_tenths) == (
        round(percent * 10), round(low * 10), round(high * 10),
    )  # fmt: skip
    assert rate.words() == (
        f"{responders} of {denominator} patients ({percent:.1f} %, 95 % interval {low:.1f} to {high:.1f} %)"
    )


@pytest.mark.parametrize("denominator", [5, 17, 400])
def test_the_interval_is_that_of_scipy(denominator: int) -> None:
    for responders in range(denominator + 1):
        expected = binomtest(responders, denominator).proportion_ci(confidence_level=0.95, method="wilson")
        rate = responder_rate(responders, denominator)
        assert rate.interval_low_tenths == pytest.approx(expected.low * 1000, abs=0.51)
        assert rate.interval_high_tenths == pytest.approx(expected.high * 1000, abs=0.51)


@pytest.mark.parametrize(("denominator", "words"), [(0, "0 of 0 patients"), (4, "4 of 4 patients")])
def test_under_five_there_are_counts_and_no_percentage(denominator: int, words: str) -> None:
    rate = responder_rate(denominator, denominator)
    assert rate.percent_tenths is None
    assert rate.words() == words


def test_headline_has_one_row_a_patient_the_first_treated_session() -> None:
    rows = [non_responder("A", 9), outcome("A", 3), outcome("B", 5), non_responder("B", 1)]
    result = report(rows)
    assert (result.headline_30.responders, result.headline_30.denominator) == (1, 2)
    assert (result.sessions.treated, result.sessions.responders_30) == (4, 2)


def test_missing_counts_as_non_responder_in_the_headline_and_is_left_out_of_observed_only() -> None:
    result = report([outcome(str(n), n) for n in range(4)] + [missing("M", 5)])
    assert (result.headline_30.responders, result.headline_30.denominator) == (4, 5)
    assert result.headline_30.percent_tenths == 800
    assert (result.observed_30.responders, result.observed_30.denominator) == (4, 4)
    assert result.observed_30.percent_tenths is None
    assert result.patients.missing_reasons == {"asleep": 1}


def test_not_evaluable_is_outside_the_denominator_and_counted() -> None:
    result = report([outcome("A", 1), not_evaluable("B", 2)])
    assert result.headline_30.denominator == 1
    assert result.patients.not_evaluable == 1
    assert result.patients.not_evaluable_reasons == {"baseline 0": 1}


def test_a_patient_whose_first_session_is_not_evaluable_is_not_replaced_by_a_later_one() -> None:
    result = report([not_evaluable("A", 1), outcome("A", 8)])
    assert (result.headline_30.denominator, result.patients.not_evaluable) == (0, 1)


def test_stopped_for_an_adverse_effect_is_counted_once_and_as_non_responder() -> None:
    stopped = {"stopped_for_adverse_effect": True, "responder_30": False, "responder_50": False}
    result = report([outcome("A", 1, **stopped), missing("B", 2, stopped_for_adverse_effect=True)])
    assert result.headline_30.responders == 0
    assert result.patients.stopped_for_adverse_effect == 2
    assert result.patients.missing_followup == 0
    assert result.observed_30.denominator == 1


def test_sessions_without_drug_are_no_treatment_and_counted() -> None:
    result = report([outcome("A", 1), outcome("A", 0, first_drug_at=None, status="cancelled")])
    assert (result.not_treated, result.sessions.treated, result.headline_30.responders) == (1, 1, 1)


def test_worse_is_counted() -> None:
    assert report([non_responder("A", 1, reduction_tenths_percent=-143)]).patients.worse == 1


def test_simulated_sessions_never_mix_with_real_ones() -> None:
    mixed = report([outcome("A", 1), outcome("B", 2, is_simulated=True)])
    assert (mixed.patients.treated, mixed.simulated_left_out, mixed.is_simulated) == (1, 1, False)
    alone = report([outcome("B", 2, is_simulated=True)])
    assert (alone.patients.treated, alone.simulated_left_out, alone.is_simulated) == (1, 0, True)


def test_an_empty_period_says_so_in_numbers() -> None:
    result = report([])
    assert result.headline_30.words() == "0 of 0 patients"
    assert result.denominator_words().startswith("Denominator: 0 patients")


def test_denominators_are_told_in_words() -> None:
    stopped = non_responder("S", 6, stopped_for_adverse_effect=True)
    result = report([outcome("A", 1), missing("M", 5), stopped, not_evaluable("B", 2)])
    assert result.denominator_words() == (
        "Denominator: 3 patients, each by the first treated session of the period. 1 of them without a comparable "
        "score afterwards counts as non-responder (asleep: 1). 1 stopped for an adverse effect counts as "
        "non-responder. 1 more patient not evaluable and outside it (baseline 0: 1)."
    )
    assert result.observed_words() == "Observed only: the 2 patients with a comparable score before and after."


def test_the_json_form_is_plain_and_complete() -> None:
    plain = json.loads(json.dumps(report([outcome("A", 1)]).as_json()))
    assert plain["headline_30"]["responders"] == 1
    assert plain["label"] == "Same-day response, not the guideline's positive response"
    assert "no placebo" in plain["caveat"]
    assert "regression to the mean" in plain["caveat"]


def test_the_loader_is_asked_for_this_clinic_and_period() -> None:
    asked: list[tuple[int, datetime, datetime]] = []

    def load(clinic_id: int, from_at: datetime, to_at: datetime) -> list[dict[str, Any]]:
        asked.append((clinic_id, from_at, to_at))
        return [outcome("A", 1), outcome("B", 9)]

    frame = Reports(load).sessions(CLINIC, FROM, TO)
    assert asked == [(CLINIC, FROM, TO)]
    assert list(frame["patient_label"]) == ["B", "A"]
    assert list(Reports(load).headline_sessions(CLINIC, FROM, TO)["patient_label"]) == ["A", "B"]


def test_days_are_the_clinics_days() -> None:
    start, end = day_range(date(2026, 3, 29), date(2026, 3, 29), ZoneInfo("Europe/Berlin"))
    assert (start, end) == (datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC))
    assert day_range(None, None, UTC) == (datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
