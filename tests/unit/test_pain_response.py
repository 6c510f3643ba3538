"""Same-day response: the table of clinical.md 4.2 and the definitions of clinical-decisions 8, case by case."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from session_store.domain import pain_response
from session_store.domain.pain_response import (
    Outcome,
    Response,
    ScoreReading,
    is_responder,
    is_substantial_responder,
    percent_reduction_tenths,
    percent_text,
    same_day_response,
)

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
END = START + timedelta(hours=2)
CLOSED = END + timedelta(hours=1)


def nrs(
    points: int | None, minutes: int, *, circumstance: str = "rest", no_score: str | None = None, awake: bool = True
) -> ScoreReading:
    """An NRS answer "now", `minutes` after the start of the infusion (negative = before)."""
    tenths = None if points is None else points * 10
    return ScoreReading("nrs", "now", circumstance, tenths, no_score, START + timedelta(minutes=minutes), awake)


def respond(
    scores: Sequence[ScoreReading],
    *,
    ended_at: datetime | None = END,
    closed_at: datetime | None = CLOSED,
    stopped: bool = False,
) -> Response:
    return same_day_response(scores, START, ended_at, closed_at, stopped_for_adverse_effect=stopped)


# Baseline NRS, highest follow-up that is still a responder, its percent, highest follow-up for at least 50 %.
HIGHEST_RESPONDING_FOLLOW_UP = [
    (1, 0, "100.0", 0),
    (2, 1, "50.0", 1),
    (3, 2, "33.3", 1),
    (4, 2, "50.0", 2),
    (5, 3, "40.0", 2),
    (6, 4, "33.3", 3),
    (7, 4, "42.9", 3),
    (8, 5, "37.5", 4),
    (9, 6, "33.3", 4),
    (10, 7, "30.0", 5),
]


@pytest.mark.parametrize(("baseline", "highest", "percent", "highest_50"), HIGHEST_RESPONDING_FOLLOW_UP)
def test_nrs_table(baseline: int, highest: int, percent: str, highest_50: int) -> None:
    tenths = baseline * 10
    responders = [after for after in range(11) if is_responder(tenths, after * 10)]
    substantial = [after for after in range(11) if is_substantial_responder(tenths, after * 10)]
    assert max(responders) == highest
    assert max(substantial) == highest_50
    assert percent_text(percent_reduction_tenths(tenths, highest * 10)) == percent


@pytest.mark.parametrize(("before", "after"), [(700, 490), (300, 210), (600, 420), (1000, 700)])
def test_exactly_thirty_percent_is_a_responder_where_floating_point_says_no(before: int, after: int) -> None:
    assert is_responder(before, after)
    assert percent_text(percent_reduction_tenths(before, after)) == "30.0"


def test_vas_70_mm_to_49_mm_responds_through_the_whole_calculation() -> None:
    scores = [
        ScoreReading("vas", "now", "rest", 700, None, START - timedelta(minutes=5), True),
        ScoreReading("vas", "now", "rest", 490, None, END + timedelta(minutes=30), True),
    ]
    response = respond(scores)
    assert response.outcome is Outcome.EVALUABLE
    assert response.reduction_percent_tenths == 300
    assert response.responder_30
    assert not response.responder_50


def test_29_6_percent_reads_29_6_and_is_no_responder() -> None:
    assert percent_text(percent_reduction_tenths(540, 380)) == "29.6"
    assert not is_responder(540, 380)


@pytest.mark.parametrize(("before", "after", "percent"), [(997, 698, "29.9"), (999, 500, "49.9")])
def test_rounding_never_lifts_a_value_onto_the_line(before: int, after: int, percent: str) -> None:
    assert percent_text(percent_reduction_tenths(before, after)) == percent


@pytest.mark.parametrize(
    ("before", "after", "percent"), [(70, 80, "-14.3"), (10, 100, "-900.0"), (50, 50, "0.0"), (1000, 1001, "-0.1")]
)
def test_worse_keeps_its_sign(before: int, after: int, percent: str) -> None:
    assert percent_text(percent_reduction_tenths(before, after)) == percent
    assert not is_responder(before, after)


@pytest.mark.parametrize("judge", [is_responder, is_substantial_responder, percent_reduction_tenths])
def test_a_baseline_of_zero_has_no_percentage(judge: object) -> None:
    assert callable(judge)
    with pytest.raises(ValueError, match="baseline above 0"):
        judge(0, 0)


def test_last_score_after_the_end_against_last_score_before_the_first_drug() -> None:
    scores = [nrs(9, -40), nrs(7, -5), nrs(2, 60), nrs(6, 130), nrs(4, 170), nrs(1, 200)]
    response = respond(scores)
    assert response.baseline == nrs(7, -5)
    assert response.follow_up == nrs(4, 170)
    assert response.reduction_percent_tenths == 429
    assert response.responder_30
    assert response.followup_missing_reason is None


def test_order_of_arrival_does_not_matter() -> None:
    scores = [nrs(9, -40), nrs(7, -5), nrs(2, 60), nrs(6, 130), nrs(4, 170)]
    assert respond(scores) == respond(list(reversed(scores)))


def test_best_score_is_shown_and_never_used() -> None:
    response = respond([nrs(8, -5), nrs(0, 60), nrs(8, 150)])
    assert response.best == nrs(0, 60)
    assert response.reduction_percent_tenths == 0
    assert not response.responder_30


def test_a_score_at_the_moment_of_the_first_drug_is_no_baseline_and_at_the_end_no_follow_up() -> None:
    assert respond([nrs(7, 0), nrs(3, 150)]).outcome is Outcome.NOT_EVALUABLE
    assert respond([nrs(7, -1), nrs(3, 120)]).outcome is Outcome.MISSING_FOLLOW_UP
    assert respond([nrs(7, -1), nrs(3, 180)]).outcome is Outcome.EVALUABLE


def test_a_session_still_in_recovery_takes_the_scores_so_far() -> None:
    assert respond([nrs(7, -1), nrs(3, 900)], closed_at=None).responder_30


def test_the_last_baseline_whose_key_has_a_follow_up_is_taken() -> None:
    scores = [nrs(6, -20), nrs(8, -10, circumstance="movement"), nrs(3, 150)]
    response = respond(scores)
    assert response.baseline == nrs(6, -20)
    assert response.follow_up == nrs(3, 150)


def test_of_two_complete_pairs_the_later_baseline_is_taken() -> None:
    scores = [nrs(6, -20), nrs(8, -10, circumstance="movement"), nrs(7, 140, circumstance="movement"), nrs(1, 150)]
    assert respond(scores).baseline == nrs(8, -10, circumstance="movement")


def test_other_instrument_recall_or_circumstance_is_not_comparable() -> None:
    baseline = nrs(7, -5)
    others = [
        replace(nrs(2, 150), instrument="vas"),
        replace(nrs(2, 150), recall="average_24h"),
        replace(nrs(2, 150), circumstance="movement"),
    ]
    for other in others:
        response = respond([baseline, other])
        assert response.outcome is Outcome.MISSING_FOLLOW_UP
        assert response.followup_missing_reason == pain_response.FOLLOW_UP_NOT_COMPARABLE
        assert response.baseline == baseline
        assert response.reduction_percent_tenths is None


MISSING_FOLLOW_UPS = [
    ([], END, pain_response.NO_FOLLOW_UP),
    ([nrs(3, 60)], END, pain_response.NO_FOLLOW_UP),
    ([nrs(3, 300)], END, pain_response.NO_FOLLOW_UP),
    ([nrs(None, 150, no_score="asleep")], END, "asleep after the infusion"),
    ([nrs(None, 150, no_score="asleep"), nrs(None, 160, no_score="declined")], END, "declined after the infusion"),
    ([nrs(3, 150, awake=False)], END, pain_response.FOLLOW_UP_NOT_AWAKE),
    ([nrs(3, 150)], None, pain_response.NOT_ENDED),
]


@pytest.mark.parametrize(("after", "ended_at", "reason"), MISSING_FOLLOW_UPS)
def test_missing_follow_up_counts_as_non_responder_and_says_why(
    after: list[ScoreReading], ended_at: datetime | None, reason: str
) -> None:
    response = respond([nrs(7, -5), *after], ended_at=ended_at)
    assert response.outcome is Outcome.MISSING_FOLLOW_UP
    assert response.is_evaluable
    assert not response.responder_30
    assert response.followup_missing_reason == reason


def test_asleep_at_the_end_leaves_the_last_awake_score_standing() -> None:
    response = respond([nrs(7, -5), nrs(4, 140), nrs(2, 150, awake=False), nrs(None, 160, no_score="asleep")])
    assert response.follow_up == nrs(4, 140)


NOT_EVALUABLE = [
    ([nrs(3, 150)], pain_response.NO_BASELINE),
    ([nrs(None, -5, no_score="unable"), nrs(3, 150)], pain_response.NO_BASELINE),
    ([nrs(7, -5, awake=False), nrs(3, 150)], pain_response.BASELINE_NOT_AWAKE),
    ([nrs(0, -5), nrs(0, 150)], pain_response.BASELINE_ZERO),
    ([nrs(0, -5)], pain_response.BASELINE_ZERO),
]


@pytest.mark.parametrize("stopped", [False, True])
@pytest.mark.parametrize(("scores", "reason"), NOT_EVALUABLE)
def test_baseline_zero_or_missing_is_not_evaluable(scores: list[ScoreReading], reason: str, stopped: bool) -> None:
    response = respond(scores, stopped=stopped)
    assert response.outcome is Outcome.NOT_EVALUABLE
    assert response.not_evaluable_reason == reason
    assert not response.is_evaluable
    assert not response.responder_30
    assert response.reduction_percent_tenths is None


def test_no_drug_is_not_evaluable() -> None:
    response = same_day_response([nrs(7, -5)], None, None, CLOSED, stopped_for_adverse_effect=False)
    assert response.not_evaluable_reason == pain_response.NO_DRUG


def test_stopped_for_an_adverse_effect_is_a_non_responder_with_its_numbers_shown() -> None:
    response = respond([nrs(8, -5), nrs(1, 150)], stopped=True)
    assert response.outcome is Outcome.STOPPED_FOR_ADVERSE_EFFECT
    assert response.is_evaluable
    assert response.reduction_percent_tenths == 875
    assert not response.responder_30
    assert not response.responder_50


@pytest.mark.parametrize(("points", "is_low"), [(3, True), (4, False)])
def test_low_baseline_is_evaluable_and_flagged(points: int, is_low: bool) -> None:
    response = respond([nrs(points, -5), nrs(1, 150)])
    assert response.is_evaluable
    assert response.is_low_baseline is is_low


def test_without_a_baseline_there_is_no_low_baseline() -> None:
    assert not respond([]).is_low_baseline
