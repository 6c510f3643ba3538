"""Checks of one entry against its session: what cannot be a fact is refused, what is unusual asks to confirm.

Nothing that has happened is held back (clinical-decisions 1): a contradiction or an extreme asks, and once confirmed
it is recorded. Only the start through the app and the discharge home can be held.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from session_store.domain import limits
from session_store.domain.alert import Level
from session_store.domain.entries import VITAL_SIGN_FIELDS, Content, Source, unusual_fields
from session_store.domain.entry_fields import Problem
from session_store.domain.infusion import exceeds_per_kg
from session_store.domain.rule_scope import outside_rule_set, start_missing
from session_store.domain.session import next_status
from session_store.domain.session_summary import SessionSummary

PUMP_DISPLAY_HALF_STEP_ML_PER_H = Decimal("0.05")
TOLERANCE = Decimal("0.02")
FAR_OFF = timedelta(hours=24)
AFTER_CLOSE_KINDS = frozenset({"note", "acknowledgement", "at_the_chair", "entered_in_error"})


@dataclass(frozen=True, slots=True)
class Check:
    """What one entry is checked with."""

    summary: SessionSummary
    content: Content
    source: Source
    effective_at: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """Refusals first; questions to a person; a device's questions become warnings."""

    refusals: list[Problem]
    questions: list[Problem]


def check_entry(check: Check) -> Verdict:
    """All that is wrong or unusual about one entry in its session."""
    refusals = [*_refusals_of_status(check), *_REFUSALS.get(check.content.kind, _nothing)(check)]
    if refusals:
        return Verdict(refusals, [])
    questions = unusual_fields(check.content)
    questions += _QUESTIONS.get(check.content.kind, _nothing)(check)
    if abs(check.effective_at - check.now) > FAR_OFF and check.source is Source.HAND:
        questions.append(Problem("effective_at", "more than a day away from now", "24 h"))
    return Verdict([], _first_per_field(questions))


def _first_per_field(problems: list[Problem]) -> list[Problem]:
    seen: dict[str, Problem] = {}
    for problem in problems:
        seen.setdefault(problem.field, problem)
    return list(seen.values())


def _nothing(_check: Check) -> Iterator[Problem]:
    return iter(())


def _refusals_of_status(check: Check) -> Iterator[Problem]:
    summary, kind = check.summary, check.content.kind
    if kind == "session_planned":
        yield Problem("kind", "a session is planned only once", None)
    if summary.closed_at is not None and check.effective_at > summary.closed_at and kind not in AFTER_CLOSE_KINDS:
        yield Problem("kind", f"the session is {summary.status.replace('_', ' ')}", "only what happened before that")
    elif next_status(summary.status, kind) is None and not _belongs_earlier(check):
        yield Problem("kind", f"{kind.replace('_', ' ')} cannot follow while the session is {summary.status}", None)


def _belongs_earlier(check: Check) -> bool:
    """A late infusion entry is judged by folding the session again, not by the status of now."""
    since = check.summary.status_since
    return since is not None and check.effective_at < since


def _refuse_vitals(check: Check) -> Iterator[Problem]:
    content: Any = check.content
    given = [name for name in VITAL_SIGN_FIELDS if getattr(content, name) is not None]
    is_device_row = check.source is Source.MONITOR and bool(content.channels)
    if not (given or content.not_measured or content.supplemental_oxygen is not None or is_device_row):
        yield Problem("vital_signs", "nothing was entered", "one sign or one reason")
    for name, reason in content.not_measured.items():
        if name not in VITAL_SIGN_FIELDS:
            yield Problem(f"not_measured.{name}", "not a vital sign", ", ".join(VITAL_SIGN_FIELDS))
        elif name in given:
            yield Problem(name, "has a value and a reason for having none", None)
        elif not reason.strip():
            yield Problem(name, "could not measure: the reason is missing", None)
    systolic, diastolic = content.systolic_mmhg, content.diastolic_mmhg
    if systolic is not None and diastolic is not None and diastolic >= systolic:
        yield Problem("diastolic_mmhg", f"{diastolic} is not below the systolic {systolic}", "below systolic")


def _question_vitals(check: Check) -> Iterator[Problem]:
    content: Any = check.content
    systolic, diastolic = content.systolic_mmhg, content.diastolic_mmhg
    if systolic is not None and diastolic is not None and not 15 <= systolic - diastolic <= 120:
        yield Problem("diastolic_mmhg", f"pulse pressure {systolic - diastolic} mmHg is unusual", "15 to 120 mmHg")


def _refuse_pain(check: Check) -> Iterator[Problem]:
    content: Any = check.content
    wanted, other = ("score_points", "score_mm") if content.instrument == "nrs" else ("score_mm", "score_points")
    value = getattr(content, wanted)
    if getattr(content, other) is not None:
        yield Problem(other, f"belongs to another scale than {content.instrument.upper()}", None)
    if value is None and content.no_score is None:
        yield Problem(wanted, "is missing", "a score, or asleep, declined, unable")
    if value is not None and content.no_score is not None:
        yield Problem("no_score", "has a score and a reason for having none", None)


def _question_pain(check: Check) -> Iterator[Problem]:
    content: Any = check.content
    before = check.summary.pain_scores[-1] if check.summary.pain_scores else None
    if before is None or before.score_tenths is None:
        return
    if content.instrument == "vas" and before.instrument == "nrs" and (content.score_mm or 100) <= 10:
        yield Problem("score_mm", f"{content.score_mm} mm right after NRS: is it millimetres of 100?", "0 to 100 mm")
    recent = timedelta(0) <= check.effective_at - before.effective_at <= timedelta(minutes=15)
    same = content.instrument == "nrs" == before.instrument and content.score_points is not None
    if recent and same and abs(content.score_points * 10 - before.score_tenths) >= 60:
        yield Problem(
            "score_points", f"{content.score_points} after {before.score_tenths // 10} within 15 min", "change of 6"
        )


def _refuse_effect(check: Check) -> Iterator[Problem]:
    content: Any = check.content
    if content.term == "other" and not content.description:
        yield Problem("description", "is missing", "words for the other effect")


def _refuse_sedation(check: Check) -> Iterator[Problem]:
    content: Any = check.content
    low, high = {"rass": (-5, 4), "poss": (1, 4), "moaas": (0, 5), "ramsay": (1, 6)}[content.scale]
    if not low <= content.level <= high:
        yield Problem("level", f"{content.level} is not a level of {content.scale.upper()}", f"{low} to {high}")


def _refuse_start(check: Check) -> Iterator[Problem]:
    """The start through the app is held outside the rule set until a physician overrides it."""
    outside = outside_rule_set(check.summary)
    if outside is not None and check.summary.start_override_by is None and check.source is Source.HAND:
        yield Problem("start_override", f"a physician's override is needed: {outside}", None)


def _question_start(check: Check) -> Iterator[Problem]:
    missing = start_missing(check.summary, check.effective_at)
    if missing and check.summary.start_override_by is None:
        yield Problem("start_missing", f"still missing: {', '.join(missing)}", "recorded, or start anyway")
    yield from _question_rate(check)


def _question_rate(check: Check) -> Iterator[Problem]:
    content: Any = check.content
    rate = content.pump_rate_ml_per_h * content.concentration_mg_per_ml
    half_step = PUMP_DISPLAY_HALF_STEP_ML_PER_H * content.concentration_mg_per_ml
    pump = f"{content.pump_rate_ml_per_h} mL/h x {content.concentration_mg_per_ml} mg/mL"
    if content.rate_mg_per_h is not None and _contradicts(content.rate_mg_per_h, rate, half_step):
        yield Problem("rate_mg_per_h", f"contradicts {pump} = {rate:f} mg/h: read pump and bag again", "2 %")
    weight = check.summary.weight_kg
    if weight is None:
        return
    per_kg, per_kg_step = rate / weight, half_step / weight
    told = content.rate_mg_per_kg_per_h
    if told is not None and _contradicts(told, per_kg, per_kg_step):
        yield Problem("rate_mg_per_kg_per_h", f"contradicts {pump} / {weight} kg = {per_kg:.3f}: read again", "2 %")
    yield from _question_level(check, rate, weight)


def _contradicts(told: Decimal, computed: Decimal, half_step: Decimal) -> bool:
    """Tolerance: the larger of 2 % and half a step of the pump's display (clinical-decisions 4)."""
    return abs(told - computed) > max(TOLERANCE * max(told, computed), half_step)


def _question_level(check: Check, rate: Decimal, weight: Decimal) -> Iterator[Problem]:
    name, words = "pump_rate_ml_per_h", f"{rate / weight:.2f} mg/kg/h"
    monitored = check.summary.setting is not None and check.summary.setting.is_monitored
    before = check.summary.infusion.programmed_rate_mg_per_h()
    if exceeds_per_kg(rate, limits.RATE_CRITICAL_MG_PER_KG_PER_H, weight):
        yield Problem(name, f"{words} is over 7: type it again if it is what runs", "7 mg/kg/h")
    elif exceeds_per_kg(rate, limits.RATE_USUAL_HIGH_MG_PER_KG_PER_H, weight):
        yield Problem(name, f"{words} is over the guideline's range", "2 mg/kg/h")
    elif exceeds_per_kg(rate, Decimal(1), weight) and not monitored:
        yield Problem(name, f"{words} needs a monitored setting, which is not attested", "1 mg/kg/h")
    elif before > 0 and rate >= 5 * before:
        yield Problem(name, f"{words} is {rate / before:.0f} times the rate before: ten-fold slip?", "5 times")


def _question_bolus(check: Check) -> Iterator[Problem]:
    content: Any = check.content
    weight = check.summary.weight_kg
    if weight is None:
        return
    words = f"{content.dose_mg / weight:.2f} mg/kg"
    if exceeds_per_kg(content.dose_mg, limits.BOLUS_CRITICAL_MG_PER_KG, weight):
        yield Problem("dose_mg", f"{words} is over 4.5: type it again if it was given", "4.5 mg/kg")
    elif exceeds_per_kg(content.dose_mg, limits.BOLUS_USUAL_HIGH_MG_PER_KG, weight):
        yield Problem("dose_mg", f"{words} is over the guideline's 0.35", "0.35 mg/kg")


def _question_weight(check: Check) -> Iterator[Problem]:
    content: Any = check.content
    before = check.summary.weight_kg
    if before is not None and abs(content.weight_kg - before) * 10 > before:
        yield Problem("weight_kg", f"{content.weight_kg} kg after {before} kg: kg or lb?", "10 %")


def _refuse_acknowledgement(check: Check) -> Iterator[Problem]:
    content: Any = check.content
    alert = next((one for one in check.summary.alerts if one.alert_id == content.alert_id), None)
    if alert is None:
        yield Problem("alert_id", "no open alert of this session", None)
        return
    if content.action == "expected_effect" and alert.level is Level.CRITICAL:
        yield Problem("action", "a critical alert cannot be answered as expected effect", None)
    if content.action == "other" and not content.remark:
        yield Problem("remark", "is missing", "words for the other action")
    if content.action == "remeasure" and content.deadline_min is None:
        yield Problem("deadline_min", "is missing", limits.PROMISE.absolute_text())


def _refuse_cancelling(check: Check) -> Iterator[Problem]:
    """Also a late one: a running session must not leave the panel because a tablet was offline."""
    if check.summary.started_at is not None:
        yield Problem("kind", "the infusion was started: end, transfer or abort the session", None)


def _refuse_chair_visit(check: Check) -> Iterator[Problem]:
    content: Any = check.content
    if not any(alert.alert_id == content.alert_id for alert in check.summary.alerts):
        yield Problem("alert_id", "no open alert of this session", None)


_REFUSALS: dict[str, Callable[[Check], Iterator[Problem]]] = {
    "vital_signs": _refuse_vitals,
    "pain_score": _refuse_pain,
    "adverse_effect": _refuse_effect,
    "sedation": _refuse_sedation,
    "infusion_started": _refuse_start,
    "acknowledgement": _refuse_acknowledgement,
    "at_the_chair": _refuse_chair_visit,
    "session_cancelled": _refuse_cancelling,
}
_QUESTIONS: dict[str, Callable[[Check], Iterator[Problem]]] = {
    "vital_signs": _question_vitals,
    "pain_score": _question_pain,
    "infusion_started": _question_start,
    "rate_changed": _question_rate,
    "bolus": _question_bolus,
    "weight": _question_weight,
}
