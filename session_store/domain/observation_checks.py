"""Checks of what is observed at the patient: vital signs, pain, sedation, dissociation, adverse effects."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from session_store.domain.checking import Check
from session_store.domain.entries import VITAL_SIGN_FIELDS
from session_store.domain.entry_choices import Source
from session_store.domain.entry_fields import Problem

_SET_ANSWERS = (
    "supplemental_oxygen", "oxygen_flow_l_per_min", "acvpu", "ecg_rhythm", "is_capnography_in_use",
)  # fmt: skip
_SEDATION_LEVELS = {"rass": (-5, 4), "poss": (1, 4), "moaas": (0, 5), "ramsay": (1, 6)}
_DISSOCIATION_HIGH = {"cadss": 92, "cadss_6": 24, "rating_0_10": 10}


def refuse_vitals(check: Check) -> Iterator[Problem]:
    """An empty set, a sign with value and reason, pressures that contradict each other."""
    content: Any = check.content
    given = [name for name in VITAL_SIGN_FIELDS if getattr(content, name) is not None]
    answered = any(getattr(content, name) is not None for name in _SET_ANSWERS)
    is_device_row = check.source is Source.MONITOR and bool(content.channels)
    if not (given or content.not_measured or answered or is_device_row):
        yield Problem("vital_signs", "nothing was entered", "one sign or one reason")
    for name, reason in content.not_measured.items():
        if name not in VITAL_SIGN_FIELDS:
            yield Problem(f"not_measured.{name}", "not a vital sign", ", ".join(VITAL_SIGN_FIELDS))
        elif name in given:
            yield Problem(name, "has a value and a reason for having none", None)
        elif not reason.strip():
            yield Problem(name, "could not measure: the reason is missing", None)
    yield from _refuse_pressures(content)


def _refuse_pressures(content: Any) -> Iterator[Problem]:
    systolic, diastolic, mean = content.systolic_mmhg, content.diastolic_mmhg, content.mean_arterial_mmhg
    if systolic is not None and diastolic is not None and diastolic >= systolic:
        yield Problem("diastolic_mmhg", f"{diastolic} is not below the systolic {systolic}", "below systolic")
    elif mean is not None and systolic is not None and mean > systolic:
        yield Problem("mean_arterial_mmhg", f"{mean} is above the systolic {systolic}", "between both pressures")
    elif mean is not None and diastolic is not None and mean < diastolic:
        yield Problem("mean_arterial_mmhg", f"{mean} is below the diastolic {diastolic}", "between both pressures")


def question_vitals(check: Check) -> Iterator[Problem]:
    """Pressures that are possible together but unusual."""
    content: Any = check.content
    systolic, diastolic, mean = content.systolic_mmhg, content.diastolic_mmhg, content.mean_arterial_mmhg
    if systolic is None or diastolic is None:
        return
    if not 15 <= systolic - diastolic <= 120:
        yield Problem("diastolic_mmhg", f"pulse pressure {systolic - diastolic} mmHg is unusual", "15 to 120 mmHg")
    if mean is not None and abs(3 * mean - (systolic + 2 * diastolic)) > 30:
        expected = (systolic + 2 * diastolic) / 3
        yield Problem("mean_arterial_mmhg", f"{mean} where {expected:.0f} is expected: read again", "10 mmHg")


def refuse_score(check: Check) -> Iterator[Problem]:
    """A score on the wrong scale, none at all, or one beside a reason for having none."""
    content: Any = check.content
    wanted, other = ("score_points", "score_mm") if content.instrument == "nrs" else ("score_mm", "score_points")
    value = getattr(content, wanted)
    if getattr(content, other) is not None:
        yield Problem(other, f"belongs to another scale than {content.instrument.upper()}", None)
    if value is None and content.no_score is None:
        yield Problem(wanted, "is missing", "a score, or asleep, declined, unable")
    if value is not None and content.no_score is not None:
        yield Problem("no_score", "has a score and a reason for having none", None)


def question_score(check: Check) -> Iterator[Problem]:
    """Mixed scales, and a change of six points within a quarter of an hour."""
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


def refuse_sedation(check: Check) -> Iterator[Problem]:
    """A level that its scale does not have."""
    content: Any = check.content
    low, high = _SEDATION_LEVELS[content.scale]
    if not low <= content.level <= high:
        yield Problem("level", f"{content.level} is not a level of {content.scale.upper()}", f"{low} to {high}")


def refuse_dissociation(check: Check) -> Iterator[Problem]:
    """A score that its scale does not have."""
    content: Any = check.content
    high = _DISSOCIATION_HIGH[content.scale]
    if content.score > high:
        yield Problem("score", f"{content.score} is not a score of this scale", f"0 to {high}")


def refuse_effect(check: Check) -> Iterator[Problem]:
    """ "Other" needs words; an effect does not begin after it was recorded."""
    content: Any = check.content
    if content.term == "other" and not content.description:
        yield Problem("description", "is missing", "words for the other effect")
    if content.onset_at is not None and content.onset_at > check.now + timedelta(minutes=2):
        yield Problem("onset_at", "lies in the future", "not after now")


def refuse_effect_update(check: Check) -> Iterator[Problem]:
    """An update of an effect that is not on record, or that says nothing."""
    content: Any = check.content
    if str(content.effect_entry_id) not in check.summary.care.effects:
        yield Problem("effect_entry_id", "no such adverse effect in this session", None)
    said = ("ctcae_grade", "regulatory_serious", "action_taken", "outcome", "resolved_at", "description")
    if all(getattr(content, name) is None for name in said):
        yield Problem("outcome", "nothing was entered", "one of the fields")
