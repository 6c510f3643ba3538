"""NEWS2: every cell of chart 1 (RCP 2017, clinical.md 2.5) with its borders, what is not known, values between two
printed ones, the risk, and the score of a session. The tables here are copied from the chart, not from the code.
"""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_store.domain.care_standing import Answer
from session_store.domain.entry_choices import Acvpu, Source
from session_store.domain.news2 import ClinicalRisk, News2Score, score_news2
from session_store.domain.news2_reading import (
    NEWS2_NOTE,
    NEWS2_VALUE_HOLDS,
    NEWS2_WITHOUT_NOTE,
    news2_of,
    news2_words,
)
from session_store.domain.session_summary import SessionSummary, SignStanding

# Every observation in its zero band, on scale 1 and air.
ZERO: dict[str, Any] = {
    "respiratory_rate_per_min": 16,
    "spo2_percent": 98,
    "spo2_scale": 1,
    "supplemental_oxygen": False,
    "systolic_mmhg": 120,
    "pulse_per_min": 70,
    "consciousness": "alert",
    "temperature_celsius": "37.0",
}
SCORED = [name for name in ZERO if name != "spo2_scale"]

# Observation, lowest and highest printed value of the cell (an open cell: a far value), points.
CELLS = [
    ("respiratory_rate_per_min", "0", "8", 3),
    ("respiratory_rate_per_min", "9", "11", 1),
    ("respiratory_rate_per_min", "12", "20", 0),
    ("respiratory_rate_per_min", "21", "24", 2),
    ("respiratory_rate_per_min", "25", "80", 3),
    ("systolic_mmhg", "30", "90", 3),
    ("systolic_mmhg", "91", "100", 2),
    ("systolic_mmhg", "101", "110", 1),
    ("systolic_mmhg", "111", "219", 0),
    ("systolic_mmhg", "220", "300", 3),
    ("pulse_per_min", "10", "40", 3),
    ("pulse_per_min", "41", "50", 1),
    ("pulse_per_min", "51", "90", 0),
    ("pulse_per_min", "91", "110", 1),
    ("pulse_per_min", "111", "130", 2),
    ("pulse_per_min", "131", "300", 3),
    ("temperature_celsius", "26.0", "35.0", 3),
    ("temperature_celsius", "35.1", "36.0", 1),
    ("temperature_celsius", "36.1", "38.0", 0),
    ("temperature_celsius", "38.1", "39.0", 1),
    ("temperature_celsius", "39.1", "45.0", 2),
]

# Scale, on oxygen, lowest and highest printed value of the cell, points.
SPO2_CELLS = [
    *[
        (1, on_oxygen, low, high, points)
        for on_oxygen in (False, True)
        for low, high, points in ((30, 91, 3), (92, 93, 2), (94, 95, 1), (96, 100, 0))
    ],
    (2, False, 30, 83, 3),
    (2, False, 84, 85, 2),
    (2, False, 86, 87, 1),
    (2, False, 88, 92, 0),
    (2, False, 93, 100, 0),
    (2, True, 30, 83, 3),
    (2, True, 84, 85, 2),
    (2, True, 86, 87, 1),
    (2, True, 88, 92, 0),
    (2, True, 93, 94, 1),
    (2, True, 95, 96, 2),
    (2, True, 97, 100, 3),
]

NUMBERS = {
    "respiratory_rate_per_min": st.decimals(0, 80, places=1),
    "spo2_percent": st.decimals(30, 100, places=1),
    "systolic_mmhg": st.decimals(30, 300, places=1),
    "pulse_per_min": st.decimals(10, 300, places=1),
    "temperature_celsius": st.decimals(26, 45, places=2),
}
KNOWN: dict[str, st.SearchStrategy[Any]] = {
    **NUMBERS,
    "spo2_scale": st.sampled_from([1, 2]),
    "supplemental_oxygen": st.booleans(),
    "consciousness": st.sampled_from(list(Acvpu)),
}
SETS = st.fixed_dictionaries({name: st.none() | known for name, known in KNOWN.items()})
FULL_SETS = st.fixed_dictionaries(KNOWN)


def scored(**changes: Any) -> News2Score:
    """The zero set with these changes; numbers in text are decimals."""
    values = {**ZERO, **changes}
    for name in NUMBERS:
        if isinstance(values[name], str):
            values[name] = Decimal(values[name])
    return score_news2(**values)


def test_the_zero_set_scores_nothing_and_is_low() -> None:
    score = scored()
    assert dict(score.points) == dict.fromkeys(SCORED, 0)
    assert (score.total, score.is_partial, score.has_single_three, score.clinical_risk) == (0, False, False, "low")


@pytest.mark.parametrize(("name", "low", "high", "points"), CELLS)
def test_each_cell_at_both_borders(name: str, low: str, high: str, points: int) -> None:
    for value in (low, high):
        score = scored(**{name: value})
        assert dict(score.points) == {**dict.fromkeys(SCORED, 0), name: points}
        assert score.total == points


@pytest.mark.parametrize(("name", "low", "high", "points"), CELLS)
def test_float_and_whole_numbers_score_like_decimals(name: str, low: str, high: str, points: int) -> None:
    for text in (low, high):
        numbers: list[float] = [float(text)] if "." in text else [float(text), int(text)]
        for number in numbers:
            assert scored(**{name: number}).points[name] == points


@pytest.mark.parametrize("name", ["respiratory_rate_per_min", "systolic_mmhg", "pulse_per_min", "temperature_celsius"])
def test_the_cells_leave_no_printed_value_out(name: str) -> None:
    step = Decimal("0.1") if name == "temperature_celsius" else Decimal(1)
    cells = [(Decimal(low), Decimal(high), points) for one, low, high, points in CELLS if one == name]
    value = cells[0][0]
    while value <= cells[-1][1]:
        (expected,) = [points for low, high, points in cells if low <= value <= high]
        assert scored(**{name: value}).points[name] == expected, value
        value += step


@pytest.mark.parametrize(("scale", "on_oxygen", "low", "high", "points"), SPO2_CELLS)
def test_spo2_on_both_scales_on_air_and_oxygen(scale: int, on_oxygen: bool, low: int, high: int, points: int) -> None:
    for percent in range(low, high + 1):
        score = scored(spo2_percent=percent, spo2_scale=scale, supplemental_oxygen=on_oxygen)
        assert score.points["spo2_percent"] == points
        assert score.points["supplemental_oxygen"] == (2 if on_oxygen else 0)
        assert score.total == points + (2 if on_oxygen else 0)


def test_92_to_95_percent_is_not_one_band() -> None:
    """A web calculator prints it as one band of 1 point."""
    assert [scored(spo2_percent=percent).points["spo2_percent"] for percent in (92, 93, 94, 95)] == [2, 2, 1, 1]


@pytest.mark.parametrize(
    ("written", "points"),
    [
        ("alert", 0), ("new_confusion", 3), ("voice", 3), ("pain", 3), ("unresponsive", 3),
        ("A", 0), ("C", 3), ("V", 3), ("P", 3), ("U", 3), ("a", 0), ("c", 3), ("v", 3), ("p", 3), ("u", 3),
        ("Alert", 0), ("VOICE", 3), (Acvpu.ALERT, 0), (Acvpu.NEW_CONFUSION, 3),
    ],
)  # fmt: skip
def test_consciousness(written: str, points: int) -> None:
    assert scored(consciousness=written).points["consciousness"] == points


def test_a_pressure_rise_by_ketamine_is_not_seen() -> None:
    assert scored(systolic_mmhg=219).total == scored(systolic_mmhg=111).total == 0


def test_a_dissociated_patient_charted_as_confused_has_a_red_score() -> None:
    score = scored(consciousness="new_confusion")
    assert (score.total, score.has_single_three, score.clinical_risk) == (3, True, ClinicalRisk.LOW_MEDIUM)


# What is not known.


@pytest.mark.parametrize("name", SCORED)
def test_a_missing_value_is_not_scored_as_normal(name: str) -> None:
    score = scored(**{name: None})
    assert score.points[name] is None
    assert score.not_scored == (name,)
    assert score.is_partial
    assert score.clinical_risk is None


def test_nothing_known() -> None:
    score = score_news2(None, None, None, None, None, None, None, None)
    assert dict(score.points) == dict.fromkeys(SCORED)
    assert (score.total, score.is_partial, score.has_single_three, score.clinical_risk) == (0, True, False, None)


@pytest.mark.parametrize("percent", [80, 90, 95, 100])
def test_without_a_scale_spo2_is_not_scored(percent: int) -> None:
    score = scored(spo2_percent=percent, spo2_scale=None)
    assert score.not_scored == ("spo2_percent",)


def test_a_scale_alone_makes_no_score_partial_or_whole() -> None:
    assert scored(spo2_percent=None, spo2_scale=None).not_scored == ("spo2_percent",)
    assert scored(spo2_percent=None, spo2_scale=2).not_scored == ("spo2_percent",)


@pytest.mark.parametrize(
    ("percent", "points"),
    [("83", 3), ("84", 2), ("86", 1), ("88", 0), ("92", 0), ("92.1", None), ("93", None), ("97", None), ("100", None)],
)
def test_scale_2_above_92_percent_needs_air_or_oxygen(percent: str, points: int | None) -> None:
    score = scored(spo2_percent=percent, spo2_scale=2, supplemental_oxygen=None)
    assert score.points["spo2_percent"] == points
    assert score.points["supplemental_oxygen"] is None


def test_scale_1_does_not_need_air_or_oxygen() -> None:
    assert scored(spo2_percent=94, supplemental_oxygen=None).points["spo2_percent"] == 1


# Values between two printed ones.


@pytest.mark.parametrize(
    ("name", "value", "points"),
    [
        ("temperature_celsius", "35.04", 3), ("temperature_celsius", "35.05", 3), ("temperature_celsius", "35.09", 3),
        ("temperature_celsius", "36.01", 1), ("temperature_celsius", "36.05", 1), ("temperature_celsius", "36.10", 0),
        ("temperature_celsius", "37.95", 0), ("temperature_celsius", "38.00", 0), ("temperature_celsius", "38.04", 1),
        ("temperature_celsius", "38.05", 1), ("temperature_celsius", "39.05", 2),
        ("respiratory_rate_per_min", "8.4", 3), ("respiratory_rate_per_min", "8.6", 3),
        ("respiratory_rate_per_min", "11.5", 1), ("respiratory_rate_per_min", "20.5", 2),
        ("respiratory_rate_per_min", "24.1", 3),
        ("systolic_mmhg", "90.5", 3), ("systolic_mmhg", "110.9", 1), ("systolic_mmhg", "219.1", 3),
        ("pulse_per_min", "40.5", 3), ("pulse_per_min", "50.5", 1), ("pulse_per_min", "90.4", 1),
        ("pulse_per_min", "130.5", 3),
        ("spo2_percent", "91.9", 3), ("spo2_percent", "93.5", 2), ("spo2_percent", "95.9", 1),
    ],
)  # fmt: skip
def test_between_two_printed_values_the_worse_counts(name: str, value: str, points: int) -> None:
    assert scored(**{name: value}).points[name] == points
    assert scored(**{name: float(value)}).points[name] == points


@pytest.mark.parametrize(("percent", "on_air", "on_oxygen"), [("87.5", 1, 1), ("92.5", 0, 1), ("94.5", 0, 2)])
def test_between_two_printed_values_of_scale_2(percent: str, on_air: int, on_oxygen: int) -> None:
    for oxygen, points in ((False, on_air), (True, on_oxygen)):
        score = scored(spo2_percent=percent, spo2_scale=2, supplemental_oxygen=oxygen)
        assert score.points["spo2_percent"] == points


def test_the_noise_of_float_arithmetic_is_not_between() -> None:
    assert scored(temperature_celsius=38.00000000000001).points["temperature_celsius"] == 0
    assert scored(temperature_celsius=36.099999999999994).points["temperature_celsius"] == 0


@given(FULL_SETS, st.sampled_from([ROUND_FLOOR, ROUND_CEILING, ROUND_HALF_UP, ROUND_HALF_EVEN]))
def test_no_rounding_to_the_chart_scores_higher(values: dict[str, Any], rounding: str) -> None:
    rounded = dict(values)
    for name in NUMBERS:
        step = Decimal("0.1") if name == "temperature_celsius" else Decimal(1)
        rounded[name] = values[name].quantize(step, rounding)
    exact, by_rounding = score_news2(**values), score_news2(**rounded)
    assert all(exact.points[name] >= by_rounding.points[name] for name in SCORED)  # type: ignore[operator]


@given(FULL_SETS)
def test_a_value_between_has_the_points_of_one_of_its_neighbours(values: dict[str, Any]) -> None:
    exact = score_news2(**values)
    for name in NUMBERS:
        step = Decimal("0.1") if name == "temperature_celsius" else Decimal(1)
        neighbours = {
            score_news2(**{**values, name: values[name].quantize(step, rounding)}).points[name]
            for rounding in (ROUND_FLOOR, ROUND_CEILING)
        }
        assert exact.points[name] in neighbours


# Risk.


@pytest.mark.parametrize(
    ("changes", "total", "risk"),
    [
        ({}, 0, "low"),
        ({"temperature_celsius": "38.1"}, 1, "low"),
        ({"supplemental_oxygen": True, "systolic_mmhg": 100}, 4, "low"),
        ({"systolic_mmhg": 90}, 3, "low_medium"),
        ({"pulse_per_min": 91, "systolic_mmhg": 90}, 4, "low_medium"),
        ({"supplemental_oxygen": True, "systolic_mmhg": 100, "pulse_per_min": 91}, 5, "medium"),
        ({"supplemental_oxygen": True, "systolic_mmhg": 90}, 5, "medium"),
        ({"systolic_mmhg": 90, "pulse_per_min": 131}, 6, "medium"),
        ({"systolic_mmhg": 90, "pulse_per_min": 131, "temperature_celsius": "36.0"}, 7, "high"),
    ],
)
def test_risk_of_a_whole_score(changes: dict[str, Any], total: int, risk: str) -> None:
    score = scored(**changes)
    assert (score.total, score.clinical_risk) == (total, risk)


@pytest.mark.parametrize(
    ("changes", "risk"),
    [
        ({}, None),
        ({"supplemental_oxygen": True, "systolic_mmhg": 100}, None),
        ({"systolic_mmhg": 90}, "low_medium"),
        ({"supplemental_oxygen": True, "systolic_mmhg": 90}, "medium"),
        ({"supplemental_oxygen": True, "systolic_mmhg": 90, "pulse_per_min": 120}, "high"),
    ],
)
def test_risk_of_a_partial_score_is_at_least_what_is_known(changes: dict[str, Any], risk: str | None) -> None:
    assert scored(**changes, temperature_celsius=None).clinical_risk == risk


def test_the_highest_score_is_20() -> None:
    score = score_news2(25, 91, 1, True, 220, 131, "U", 35)
    assert (score.total, score.clinical_risk) == (20, "high")


@given(SETS)
def test_the_total_is_the_sum_of_what_is_known_within_the_bounds_of_the_chart(values: dict[str, Any]) -> None:
    score = score_news2(**values)
    known = [points for points in score.points.values() if points is not None]
    assert list(score.points) == SCORED
    assert all(points in (0, 1, 2, 3) for points in known)
    assert score.points["supplemental_oxygen"] in (None, 0, 2)
    assert score.points["consciousness"] in (None, 0, 3)
    assert score.total == sum(known) <= 20
    assert score.has_single_three is (3 in known)


@given(SETS, FULL_SETS)
def test_more_knowledge_never_lowers_total_or_risk(values: dict[str, Any], full: dict[str, Any]) -> None:
    severity = [None, ClinicalRisk.LOW, ClinicalRisk.LOW_MEDIUM, ClinicalRisk.MEDIUM, ClinicalRisk.HIGH]
    before = score_news2(**values)
    for name in [name for name, value in values.items() if value is None]:
        values = {**values, name: full[name]}
        after = score_news2(**values)
        assert after.total >= before.total
        assert severity.index(after.clinical_risk) >= severity.index(before.clinical_risk)
        assert set(after.not_scored) <= set(before.not_scored)
        before = after
    assert not before.is_partial


@given(SETS)
def test_a_partial_score_is_never_low(values: dict[str, Any]) -> None:
    score = score_news2(**values)
    assert score.is_partial is any(values[name] is None for name in SCORED) or score.points["spo2_percent"] is None
    if score.is_partial:
        assert score.clinical_risk is not ClinicalRisk.LOW


# What is refused.


@pytest.mark.parametrize("name", list(NUMBERS))
@pytest.mark.parametrize(
    "value",
    [-1, -0.1, Decimal("-0.1"), float("nan"), float("inf"), float("-inf"), Decimal("NaN"), Decimal("sNaN"),
     Decimal("Infinity"), True],
)  # fmt: skip
def test_a_number_that_cannot_be_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        scored(**{name: value})


def test_text_is_no_number() -> None:
    with pytest.raises(ValueError, match="pulse_per_min"):
        score_news2(16, 98, 1, False, 120, "70", "A", 37)  # type: ignore[arg-type]


def test_numbers_of_any_size_are_scored_or_refused() -> None:
    assert scored(pulse_per_min=10**40).points["pulse_per_min"] == 3
    assert scored(pulse_per_min=Decimal("1e-40")).points["pulse_per_min"] == 3


@pytest.mark.parametrize("percent", [101, 100.1, Decimal("100.01")])
def test_spo2_above_100_is_refused(percent: Any) -> None:
    with pytest.raises(ValueError, match="spo2_percent"):
        scored(spo2_percent=percent)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("spo2_scale", 0), ("spo2_scale", 3), ("spo2_scale", True), ("spo2_scale", "2"),
        ("supplemental_oxygen", "False"), ("supplemental_oxygen", 0), ("supplemental_oxygen", 2),
        ("consciousness", ""), ("consciousness", "drowsy"), ("consciousness", "x"), ("consciousness", 0),
    ],
)  # fmt: skip
def test_another_word_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"cannot be|is not a valid"):
        scored(**{name: value})


def test_a_score_cannot_be_changed() -> None:
    score = scored()
    with pytest.raises(FrozenInstanceError):
        score.points = {}  # type: ignore[misc]
    with pytest.raises(TypeError):
        score.points["pulse_per_min"] = 3  # type: ignore[index]


# The score of a session.

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SIGNS = {
    "respiratory_rate_per_min": "16",
    "spo2_percent": "94",
    "systolic_mmhg": "150",
    "heart_rate_per_min": "95",
    "temperature_celsius": "37.0",
}


def session(minutes_ago: float = 5, *, acvpu: str = "alert", oxygen: str = "False") -> SessionSummary:
    """All seven observations at the same age: SpO2 94 and pulse 95 have a point each."""
    at = NOW - timedelta(minutes=minutes_ago)
    summary = SessionSummary(UUID(int=1), UUID(int=2), False)
    for name, value in SIGNS.items():
        summary.signs[name] = SignStanding(Decimal(value), at, Source.HAND, UUID(int=3))
    summary.care.answers["acvpu"] = Answer(acvpu, at, UUID(int=3))
    summary.care.answers["supplemental_oxygen"] = Answer(oxygen, at, UUID(int=3))
    return summary


def test_a_session_is_scored_from_its_newest_values() -> None:
    score = news2_of(session(acvpu="voice", oxygen="True"), NOW)
    assert dict(score.points) == {
        "respiratory_rate_per_min": 0,
        "spo2_percent": 1,
        "supplemental_oxygen": 2,
        "systolic_mmhg": 0,
        "pulse_per_min": 1,
        "consciousness": 3,
        "temperature_celsius": 0,
    }
    assert score.total == 7


def test_air_is_no_oxygen() -> None:
    """The summary holds the answer as text, and the text "False" is true."""
    assert news2_of(session(oxygen="False"), NOW).points["supplemental_oxygen"] == 0


def test_a_session_without_values_is_not_scored() -> None:
    score = news2_of(SessionSummary(UUID(int=1), UUID(int=2), False), NOW)
    assert set(score.points.values()) == {None}


def test_values_hold_for_30_minutes_and_not_longer() -> None:
    assert timedelta(minutes=30) == NEWS2_VALUE_HOLDS
    assert not news2_of(session(30), NOW).is_partial
    assert set(news2_of(session(30.02), NOW).points.values()) == {None}


def test_a_value_from_far_ahead_is_not_of_now() -> None:
    assert not news2_of(session(-1), NOW).is_partial
    assert set(news2_of(session(-31), NOW).points.values()) == {None}


@pytest.mark.parametrize("sign", SIGNS)
def test_one_old_sign_is_missing(sign: str) -> None:
    summary = session()
    summary.signs[sign].effective_at = NOW - timedelta(minutes=31)
    name = "pulse_per_min" if sign == "heart_rate_per_min" else sign
    assert news2_of(summary, NOW).not_scored == (name,)


@pytest.mark.parametrize(("answer", "name"), [("acvpu", "consciousness"), ("supplemental_oxygen",) * 2])
def test_one_old_answer_is_missing(answer: str, name: str) -> None:
    summary = session()
    summary.care.answers[answer].at = NOW - timedelta(minutes=31)
    assert news2_of(summary, NOW).not_scored == (name,)


def test_a_sign_that_could_not_be_measured_since_is_missing() -> None:
    summary = session()
    breathing = summary.signs["respiratory_rate_per_min"]
    breathing.not_measured_reason, breathing.not_measured_at = "no_breathing", NOW - timedelta(minutes=1)
    assert news2_of(summary, NOW).not_scored == ("respiratory_rate_per_min",)


@pytest.mark.parametrize(("target", "points"), [(None, 1), ("usual", 1), ("target_88_92", 0)])
def test_scale_2_only_with_a_prescribed_target(target: str | None, points: int) -> None:
    summary = session()
    summary.oxygen_target = target
    assert news2_of(summary, NOW).points["spo2_percent"] == points


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "NEWS2 0, low risk"),
        ({"consciousness": "C"}, "NEWS2 3, low-medium risk; 3 points for consciousness"),
        ({"temperature_celsius": None}, "NEWS2 at least 0; partial, without temperature"),
        (
            {"spo2_percent": 95, "spo2_scale": 2, "supplemental_oxygen": None},
            "NEWS2 at least 0; partial, without SpO2, air or oxygen",
        ),
        (
            {"temperature_celsius": None, "supplemental_oxygen": True, "systolic_mmhg": 90},
            "NEWS2 at least 5, at least medium risk; partial, without temperature; 3 points for systolic pressure",
        ),
        (
            {"temperature_celsius": None, "systolic_mmhg": 90, "pulse_per_min": 131, "spo2_percent": 94},
            "NEWS2 at least 7, high risk; partial, without temperature; 3 points for systolic pressure, pulse",
        ),
    ],
)
def test_words(changes: dict[str, Any], words: str) -> None:
    assert news2_words(scored(**changes)) == words


def test_words_of_nothing_do_not_say_zero() -> None:
    words = news2_words(score_news2(None, None, 1, None, None, None, None, None))
    assert words.startswith("NEWS2 not scored; partial, without respiratory rate, SpO2, ")
    assert "0" not in words


def test_notes_say_what_the_score_cannot_see() -> None:
    assert NEWS2_NOTE == "NEWS2 does not see a pressure rise up to 219 mmHg"
    assert f"{NEWS2_VALUE_HOLDS.seconds // 60} min" in NEWS2_WITHOUT_NOTE
