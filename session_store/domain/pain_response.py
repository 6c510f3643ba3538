"""Same-day pain response of one infusion session (clinical-decisions 8): not the guideline's positive response.

All arithmetic is in integers. A score is held in tenths of its instrument's own unit: NRS 7 points = 70, VAS 70 mm
= 700; instruments are never converted into each other. A percentage is held in tenths of a percent: 29.6 % = 296.
Floating point is kept out because `(7.0 - 4.9) / 7.0 >= 0.3` is False, though it is exactly 30 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

RESPONDER_PERCENT_TENTHS = 300
SUBSTANTIAL_PERCENT_TENTHS = 500
# Trials usually require a baseline of at least 4 of 10 to enter; below it one point is already a "response".
LOW_BASELINE_TENTHS = {"nrs": 40, "vas": 400}

NO_DRUG = "no drug was given"
NO_BASELINE = "no score before the first drug"
BASELINE_NOT_AWAKE = "scored before the first drug only while not awake"
BASELINE_ZERO = "score before the first drug is 0"
NOT_ENDED = "end of the infusion not recorded"
NO_FOLLOW_UP = "no score after the infusion and before leaving"
FOLLOW_UP_NOT_AWAKE = "scored after the infusion only while not awake"
FOLLOW_UP_NOT_COMPARABLE = "scored after the infusion only in another way: not comparable"


class Outcome(StrEnum):
    """What one treated session says about the response."""

    EVALUABLE = "evaluable"
    NOT_EVALUABLE = "not_evaluable"
    MISSING_FOLLOW_UP = "missing_follow_up"
    STOPPED_FOR_ADVERSE_EFFECT = "stopped_for_adverse_effect"


@dataclass(frozen=True, slots=True)
class ScoreReading:
    """One answer to a pain question; `score_tenths` is None when `no_score` ("asleep", ...) says why.

    `awake` is what was known about the patient at that time: RASS >= -1 or equivalent.
    """

    instrument: str
    recall: str
    circumstance: str
    score_tenths: int | None
    no_score: str | None
    effective_at: datetime
    awake: bool

    @property
    def key(self) -> tuple[str, str, str]:
        """What two scores must share to be compared: instrument, recall, rest or movement."""
        return (self.instrument, self.recall, self.circumstance)

    @property
    def counts(self) -> bool:
        """A score, given by a patient who was awake."""
        return self.score_tenths is not None and self.awake


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The same-day response of one session. `best` is shown beside it and never used."""

    outcome: Outcome
    baseline: ScoreReading | None = None
    follow_up: ScoreReading | None = None
    best: ScoreReading | None = None
    reduction_percent_tenths: int | None = None
    not_evaluable_reason: str | None = None
    followup_missing_reason: str | None = None
    responder_30: bool = False
    responder_50: bool = False

    @property
    def is_evaluable(self) -> bool:
        """Counts in the headline's denominator; a missing follow-up does, as a non-responder."""
        return self.outcome is not Outcome.NOT_EVALUABLE

    @property
    def is_low_baseline(self) -> bool:
        """Evaluable, but so low that one point is a response already."""
        if self.baseline is None or self.baseline.score_tenths is None:
            return False
        return self.baseline.score_tenths < LOW_BASELINE_TENTHS.get(self.baseline.instrument, 0)


def is_responder(baseline_tenths: int, followup_tenths: int) -> bool:
    """At least 30 % less pain; a baseline of 0 or less has no answer and raises."""
    _refuse_zero(baseline_tenths)
    return 10 * (baseline_tenths - followup_tenths) >= 3 * baseline_tenths


def is_substantial_responder(baseline_tenths: int, followup_tenths: int) -> bool:
    """At least 50 % less pain; a baseline of 0 or less has no answer and raises."""
    _refuse_zero(baseline_tenths)
    return 2 * (baseline_tenths - followup_tenths) >= baseline_tenths


def percent_reduction_tenths(baseline_tenths: int, followup_tenths: int) -> int:
    """Reduction in tenths of a percent, nearest (half up); worse is negative.

    Rounding never lifts a value onto 30.0 or 50.0 that lies below it: what reads "30.0" is a responder.
    """
    _refuse_zero(baseline_tenths)
    doubled = 2000 * (baseline_tenths - followup_tenths)
    rounded = (doubled + baseline_tenths) // (2 * baseline_tenths)
    for line in (RESPONDER_PERCENT_TENTHS, SUBSTANTIAL_PERCENT_TENTHS):
        if rounded == line and doubled < 2 * line * baseline_tenths:
            return line - 1
    return rounded


def percent_text(percent_tenths: int) -> str:
    """Always one decimal, so that 29.6 is never read as 30: "29.6", "-14.3"."""
    sign = "-" if percent_tenths < 0 else ""
    whole, tenth = divmod(abs(percent_tenths), 10)
    return f"{sign}{whole}.{tenth}"


def same_day_response(
    scores: Sequence[ScoreReading],
    first_drug_at: datetime | None,
    infusion_ended_at: datetime | None,
    closed_at: datetime | None,
    *,
    stopped_for_adverse_effect: bool,
) -> Response:
    """The response of one session; `closed_at` None takes the scores so far of a session still in recovery.

    Baseline: the last score before the first drug (premedication included) whose key has a valid follow-up, else the
    last score before it. Follow-up: the last one after the end of the infusion, at the latest when the session is
    closed. A baseline of 0 or none is not evaluable even where the infusion was stopped for an adverse effect: who
    is left out is decided by what was known before the treatment, never by how it went.
    """
    in_time = sorted(scores, key=lambda score: score.effective_at)
    baseline_scores, reason = _baseline_scores(in_time, first_drug_at)
    if not baseline_scores or first_drug_at is None:
        return Response(outcome=Outcome.NOT_EVALUABLE, not_evaluable_reason=reason)
    later = [score for score in in_time if score.effective_at > first_drug_at and _is_before(score, closed_at)]
    after_end = [score for score in later if infusion_ended_at is not None and score.effective_at > infusion_ended_at]
    baseline, follow_up = _pair(baseline_scores, [score for score in after_end if score.counts])
    missing = None
    if follow_up is None:
        missing = NOT_ENDED if infusion_ended_at is None else _missing_reason(after_end)
    return _judge(baseline, follow_up, _best(baseline, later), missing, stopped_for_adverse_effect)


def _refuse_zero(baseline_tenths: int) -> None:
    if baseline_tenths <= 0:
        raise ValueError("a percent reduction needs a baseline above 0")


def _is_before(score: ScoreReading, closed_at: datetime | None) -> bool:
    return closed_at is None or score.effective_at <= closed_at


def _baseline_scores(
    in_time: Sequence[ScoreReading], first_drug_at: datetime | None
) -> tuple[list[ScoreReading], str | None]:
    if first_drug_at is None:
        return [], NO_DRUG
    before = [score for score in in_time if score.effective_at < first_drug_at]
    counting = [score for score in before if score.counts]
    given = any(score.score_tenths is not None for score in before)
    return counting, BASELINE_NOT_AWAKE if given else NO_BASELINE


def _pair(
    baseline_scores: Sequence[ScoreReading], follow_ups: Sequence[ScoreReading]
) -> tuple[ScoreReading, ScoreReading | None]:
    last_by_key = {score.key: score for score in follow_ups}
    for baseline in reversed(baseline_scores):
        if baseline.key in last_by_key:
            return baseline, last_by_key[baseline.key]
    return baseline_scores[-1], None


def _missing_reason(after_end: Sequence[ScoreReading]) -> str:
    """Why none of the answers after the end is a follow-up."""
    if any(score.counts for score in after_end):
        return FOLLOW_UP_NOT_COMPARABLE
    if any(score.score_tenths is not None for score in after_end):
        return FOLLOW_UP_NOT_AWAKE
    answers = [score.no_score for score in after_end if score.no_score]
    return f"{answers[-1]} after the infusion" if answers else NO_FOLLOW_UP


def _best(baseline: ScoreReading, later: Sequence[ScoreReading]) -> ScoreReading | None:
    """The lowest score of the same key after the first drug."""
    scored = [(score.score_tenths, score) for score in later if score.key == baseline.key]
    lowest = min((pair for pair in scored if pair[0] is not None), key=lambda pair: pair[0] or 0, default=None)
    return lowest[1] if lowest else None


def _judge(
    baseline: ScoreReading,
    follow_up: ScoreReading | None,
    best: ScoreReading | None,
    missing: str | None,
    stopped: bool,
) -> Response:
    before = baseline.score_tenths or 0
    if before <= 0:
        return Response(
            outcome=Outcome.NOT_EVALUABLE,
            baseline=baseline,
            follow_up=follow_up,
            best=best,
            not_evaluable_reason=BASELINE_ZERO,
            followup_missing_reason=missing,
        )
    after = follow_up.score_tenths if follow_up else None
    return Response(
        outcome=_outcome(after, stopped),
        baseline=baseline,
        follow_up=follow_up,
        best=best,
        reduction_percent_tenths=None if after is None else percent_reduction_tenths(before, after),
        followup_missing_reason=missing,
        responder_30=after is not None and not stopped and is_responder(before, after),
        responder_50=after is not None and not stopped and is_substantial_responder(before, after),
    )


def _outcome(followup_tenths: int | None, stopped: bool) -> Outcome:
    if stopped:
        return Outcome.STOPPED_FOR_ADVERSE_EFFECT
    return Outcome.MISSING_FOLLOW_UP if followup_tenths is None else Outcome.EVALUABLE
