"""THE review path: the same-day responder rate of a period, and its sessions, as pandas frames.

Works on one outcome row a finished session (never on live observations) and follows clinical-decisions 8: the
headline has one row a patient, the first treated session of the period; a missing follow-up and a stop for an adverse
effect are non-responses; a baseline of 0 or none is outside the denominator and counted. It must never word a rate as
efficacy: the sessions are uncontrolled.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from math import sqrt
from statistics import NormalDist
from typing import Any

import pandas as pd

# Under five patients a percentage says more than is known: counts only (clinical.md 4.7).
FEWEST_FOR_A_PERCENTAGE = 5
LABEL = "Same-day response, not the guideline's positive response"
CAVEAT = (
    "Uncontrolled: no comparison group, no placebo, and scores that start high tend to fall by themselves (regression "
    "to the mean). This is a count of what was recorded here, not a measure of what the infusion does."
)

OUTCOME_COLUMNS = (
    "session_id", "patient_id", "patient_label", "condition", "drug", "first_drug_at", "status", "delivered_mg",
    "delivered_mg_per_kg", "peak_rate_mg_per_kg_per_h", "instrument", "recall", "circumstance", "baseline_tenths",
    "followup_tenths", "best_tenths", "reduction_tenths_percent", "is_evaluable", "not_evaluable_reason",
    "followup_missing_reason", "stopped_for_adverse_effect", "responder_30", "responder_50", "alerts_by_level",
    "adverse_effects", "is_simulated",
)  # fmt: skip

OutcomeLoader = Callable[[int, datetime, datetime], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class ResponderRate:
    """Responders among a denominator; percentages in tenths, None where the denominator is too small for one."""

    responders: int
    denominator: int
    percent_tenths: int | None = None
    interval_low_tenths: int | None = None
    interval_high_tenths: int | None = None

    def words(self, noun: str = "patients") -> str:
        """ "18 of 30 patients (60.0 %, 95 % interval 42.3 to 75.4 %)", or counts alone."""
        counts = f"{self.responders} of {self.denominator} {noun}"
        if self.percent_tenths is None or self.interval_low_tenths is None or self.interval_high_tenths is None:
            return counts
        low, high = self.interval_low_tenths / 10, self.interval_high_tenths / 10
        return f"{counts} ({self.percent_tenths / 10:.1f} %, 95 % interval {low:.1f} to {high:.1f} %)"


@dataclass(frozen=True, slots=True)
class ResponderCounts:
    """How the rows of one denominator divide; `not_evaluable` is the only group outside it."""

    treated: int
    evaluable: int
    observed: int
    responders_30: int
    responders_50: int
    worse: int
    missing_followup: int
    stopped_for_adverse_effect: int
    not_evaluable: int
    missing_reasons: dict[str, int] = field(default_factory=dict)
    not_evaluable_reasons: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponderReport:
    """The responder rate of one period: headline and observed-only by patient, counts by session."""

    from_at: datetime
    to_at: datetime
    is_simulated: bool
    simulated_left_out: int
    not_treated: int
    by_status: dict[str, int]
    patients: ResponderCounts
    sessions: ResponderCounts
    headline_30: ResponderRate
    headline_50: ResponderRate
    observed_30: ResponderRate
    observed_50: ResponderRate
    label: str = LABEL
    caveat: str = CAVEAT

    def denominator_words(self) -> str:
        """Who is in the headline's denominator, who is not, and why."""
        count = self.patients
        parts = [f"Denominator: {_some(count.evaluable, 'patient')}, each by the first treated session of the period"]
        if count.missing_followup:
            why = _reasons(count.missing_reasons)
            verb = _count_as(count.missing_followup)
            parts.append(f"{count.missing_followup} of them without a comparable score afterwards {verb} ({why})")
        if count.stopped_for_adverse_effect:
            verb = _count_as(count.stopped_for_adverse_effect)
            parts.append(f"{count.stopped_for_adverse_effect} stopped for an adverse effect {verb}")
        if count.not_evaluable:
            why = _reasons(count.not_evaluable_reasons)
            parts.append(f"{_some(count.not_evaluable, 'more patient')} not evaluable and outside it ({why})")
        return ". ".join(parts) + "."

    def observed_words(self) -> str:
        """Who is in the denominator of the observed-only rate."""
        return (
            f"Observed only: the {_some(self.patients.observed, 'patient')} with a comparable score before and after."
        )

    def as_json(self) -> dict[str, Any]:
        """Plain form for the HTTP interface."""
        plain = asdict(self)
        plain["from_at"], plain["to_at"] = self.from_at.isoformat(), self.to_at.isoformat()
        plain["denominator"] = self.denominator_words()
        plain["observed_denominator"] = self.observed_words()
        return plain


def day_range(first: date | None, last: date | None, zone: tzinfo) -> tuple[datetime, datetime]:
    """From the first day's start to the end of the last day in the clinic's zone, as aware UTC; None = all."""
    start = datetime.combine(first, time.min, zone) if first else datetime(2000, 1, 1, tzinfo=UTC)
    end = datetime.combine(last + timedelta(days=1), time.min, zone) if last else datetime(2200, 1, 1, tzinfo=UTC)
    return start.astimezone(UTC), end.astimezone(UTC)


def responder_rate(responders: int, denominator: int) -> ResponderRate:
    """The rate with its Wilson 95 % interval; counts alone under `FEWEST_FOR_A_PERCENTAGE`."""
    if denominator < FEWEST_FOR_A_PERCENTAGE:
        return ResponderRate(responders, denominator)
    low, high = _wilson_interval(responders / denominator, denominator)
    percent_tenths = (2000 * responders + denominator) // (2 * denominator)
    return ResponderRate(responders, denominator, percent_tenths, round(low * 1000), round(high * 1000))


def _wilson_interval(share: float, of: int) -> tuple[float, float]:
    """Score interval of 95 % (Wilson 1927), as shares. `scipy.stats` has it too; importing that alone would make each
    start of the server half as long again."""
    z = NormalDist().inv_cdf(0.975)
    middle, half = share + z * z / (2 * of), z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)


class Reports:
    """What a reviewer may ask; reads through the `outcomes` loader, which gives finished sessions only."""

    def __init__(self, outcomes: OutcomeLoader) -> None:
        self._outcomes = outcomes

    def sessions(self, clinic_id: int, from_at: datetime, to_at: datetime) -> pd.DataFrame:
        """One row a finished session, newest first, columns `OUTCOME_COLUMNS`; also those without any drug."""
        return _newest_first(_frame(self._outcomes(clinic_id, from_at, to_at)))

    def headline_sessions(self, clinic_id: int, from_at: datetime, to_at: datetime) -> pd.DataFrame:
        """One row a patient: the first treated session of the period."""
        treated, _, _ = _treated(self.sessions(clinic_id, from_at, to_at))
        return first_session_of_each_patient(treated)

    def responders(self, clinic_id: int, from_at: datetime, to_at: datetime) -> ResponderReport:
        """The responder rate of the sessions whose first drug was given in [from_at, to_at)."""
        return responder_report(self.sessions(clinic_id, from_at, to_at), from_at, to_at)


def responder_report(sessions: pd.DataFrame, from_at: datetime, to_at: datetime) -> ResponderReport:
    """The report of a frame of outcome rows.

    Simulated sessions never mix with real ones: where both are there, the simulated are left out and counted.
    """
    treated, not_treated, simulated_left_out = _treated(sessions)
    headline = first_session_of_each_patient(treated)
    evaluable = headline[headline["is_evaluable"]]
    observed = _observed(headline)
    return ResponderReport(
        from_at=from_at,
        to_at=to_at,
        is_simulated=bool(treated["is_simulated"].any()),
        simulated_left_out=simulated_left_out,
        not_treated=not_treated,
        by_status={str(status): int(count) for status, count in sessions["status"].value_counts().items()},
        patients=_counts(headline),
        sessions=_counts(treated),
        headline_30=_rate(evaluable, "responder_30"),
        headline_50=_rate(evaluable, "responder_50"),
        observed_30=_rate(observed, "responder_30"),
        observed_50=_rate(observed, "responder_50"),
    )


def first_session_of_each_patient(treated: pd.DataFrame) -> pd.DataFrame:
    """The earliest treated session of each patient, by the time of its first drug."""
    in_order = treated.sort_values(["first_drug_at", "session_id"], kind="stable")
    return in_order.drop_duplicates("patient_id", keep="first")


def _frame(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=list(OUTCOME_COLUMNS), dtype=object)
    frame["first_drug_at"] = pd.to_datetime(frame["first_drug_at"], utc=True)
    flags = ("is_evaluable", "stopped_for_adverse_effect", "responder_30", "responder_50", "is_simulated")
    return frame.astype(dict.fromkeys(flags, bool))


def _newest_first(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(["first_drug_at", "session_id"], ascending=False, kind="stable").reset_index(drop=True)


def _treated(sessions: pd.DataFrame) -> tuple[pd.DataFrame, int, int]:
    """The treated sessions that count together, how many had no drug, how many simulated ones are left out."""
    has_drug = sessions["first_drug_at"].notna()
    treated = sessions[has_drug]
    real = treated[~treated["is_simulated"]]
    kept = treated if real.empty else real
    return kept, int((~has_drug).sum()), len(treated) - len(kept)


def _observed(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["is_evaluable"] & rows["followup_tenths"].notna()]


def _rate(rows: pd.DataFrame, flag: str) -> ResponderRate:
    return responder_rate(int(rows[flag].sum()), len(rows))


def _counts(rows: pd.DataFrame) -> ResponderCounts:
    evaluable = rows[rows["is_evaluable"]]
    stopped = evaluable["stopped_for_adverse_effect"]
    missing = evaluable[evaluable["followup_tenths"].isna() & ~stopped]
    left_out = rows[~rows["is_evaluable"]]
    return ResponderCounts(
        treated=len(rows),
        evaluable=len(evaluable),
        observed=len(_observed(rows)),
        responders_30=int(evaluable["responder_30"].sum()),
        responders_50=int(evaluable["responder_50"].sum()),
        worse=sum(1 for tenths in evaluable["reduction_tenths_percent"].dropna() if tenths < 0),
        missing_followup=len(missing),
        stopped_for_adverse_effect=int(stopped.sum()),
        not_evaluable=len(left_out),
        missing_reasons=_by_reason(missing["followup_missing_reason"]),
        not_evaluable_reasons=_by_reason(left_out["not_evaluable_reason"]),
    )


def _by_reason(reasons: "pd.Series[Any]") -> dict[str, int]:
    counted = reasons.fillna("reason not recorded").value_counts()
    return {str(reason): int(count) for reason, count in sorted(counted.items(), key=lambda item: (-item[1], item[0]))}


def _reasons(counted: dict[str, int]) -> str:
    return "; ".join(f"{reason}: {count}" for reason, count in counted.items())


def _some(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _count_as(count: int) -> str:
    return "counts as non-responder" if count == 1 else "count as non-responders"
