"""Checks of plan, readiness, consent, setting, discharge and follow-up, and of the drug ledger."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from session_store.domain.checking import Check
from session_store.domain.discharge import SCORE_ITEMS, foreign_items
from session_store.domain.entries import FIELD_SPECS
from session_store.domain.entry_choices import Credential, LateEffect, Reached, ReadinessItem
from session_store.domain.entry_fields import Problem
from session_store.domain.readiness import LASTS, READINESS_RULES, Validity
from session_store.domain.session import SessionStatus

_LEDGER_KINDS = frozenset({"drug_drawn", "drug_wasted", "drug_returned"})
# What each of the two clinicians must hold (Cohen 2018, recommendations 17 and 18).
NEEDED_CREDENTIALS = {
    "supervising_account_id": (Credential.KETAMINE_EXPERIENCE, Credential.ACLS, Credential.MODERATE_SEDATION),
    "administering_account_id": (Credential.MODERATE_SEDATION,),
}


def refuse_plan(check: Check) -> Iterator[Problem]:
    """A course that belongs to another patient."""
    content: Any = check.content
    if content.course_id is not None:
        owner = check.surroundings.course_patient(content.course_id)
        if owner is not None and owner != check.summary.patient_id:
            yield Problem("course_id", "this course belongs to another patient", None)


def question_plan(check: Check) -> Iterator[Problem]:
    """A session beyond the number that was planned for the course."""
    content: Any = check.content
    number, count = content.course_session_number, content.course_session_count
    if number is not None and count is not None and number > count:
        yield Problem("course_session_number", f"session {number} of {count} planned", f"1 to {count}")


def refuse_history(check: Check) -> Iterator[Problem]:
    """Nothing answered."""
    content: Any = check.content
    if all(getattr(content, name) is None for name in FIELD_SPECS[content.kind]):
        yield Problem("takes_home_opioids", "nothing was entered", "one of the fields")


def refuse_readiness(check: Check) -> Iterator[Problem]:
    """ "Unchanged" names an earlier answer to the same item of the same patient, and says the same."""
    content: Any = check.content
    yield from _refuse_unchanged(check, ("item", "answer"), READINESS_RULES[ReadinessItem(content.item)].validity)


def refuse_consent(check: Check) -> Iterator[Problem]:
    """ "Unchanged" names an earlier consent for the course of the same patient, and says the same."""
    yield from _refuse_unchanged(check, ("is_given", "scope"), Validity.COURSE)


def _refuse_unchanged(check: Check, same: tuple[str, ...], validity: Validity) -> Iterator[Problem]:
    content: Any = check.content
    name = "unchanged_from_entry_id"
    if content.unchanged_from_entry_id is None:
        return
    before = check.surroundings.patient_entry(content.unchanged_from_entry_id)
    if before is None or before.content.kind != content.kind:
        yield Problem(name, "no such entry of this patient", None)
    elif any(getattr(before.content, field) != getattr(content, field) for field in same):
        yield Problem(name, "says something else than the entry named", None)
    elif content.kind == "consent" and content.scope == "session":
        yield Problem(name, "a consent for one session is given anew", None)
    elif validity is not Validity.DAY and check.effective_at - before.effective_at > LASTS[validity]:
        yield Problem(name, f"the entry named is too old: it holds for a {validity}", f"{LASTS[validity].days} days")


def question_setting(check: Check) -> Iterator[Problem]:
    """Credentials that are missing or expired on the day."""
    for name, lacking in lacking_credentials(check).items():
        words = ", ".join(one.replace("_", " ") for one in lacking)
        yield Problem(name, f"credential missing or expired: {words}", check.effective_at.date().isoformat())


def lacking_credentials(check: Check) -> dict[str, list[str]]:
    """By the field that names a person: the credentials that are missing or expired on the day (Cohen 2018, 17, 18)."""
    content: Any = check.content
    today, lacking = check.effective_at.date(), {}
    for name, needed in NEEDED_CREDENTIALS.items():
        account_id = getattr(content, name)
        if account_id is not None:
            held = check.surroundings.credentials(account_id)
            lacking[name] = [one.value for one in needed if one not in held or held[one] < today]
    return {name: missing for name, missing in lacking.items() if missing}


def refuse_assessment(check: Check) -> Iterator[Problem]:
    """Items of another score, or no item at all."""
    content: Any = check.content
    for name in foreign_items(content):
        yield Problem(name, f"does not belong to {content.score.upper()}", ", ".join(SCORE_ITEMS[content.score]))
    if all(getattr(content, name) is None for name in SCORE_ITEMS[content.score]):
        yield Problem(SCORE_ITEMS[content.score][0], "nothing was entered", "one item of the score")


def question_assessment(check: Check) -> Iterator[Problem]:
    """Items that are open: the total stays open, too, and the score is not met."""
    content: Any = check.content
    open_items = [name for name in SCORE_ITEMS[content.score] if getattr(content, name) is None]
    if open_items:
        words = ", ".join(name.split("_", 1)[1].replace("_", " ") for name in open_items)
        yield Problem(open_items[0], f"not answered: {words}; the score stays open", None)


def refuse_follow_up(check: Check) -> Iterator[Problem]:
    """Answers of somebody who was not reached, half a score, half a functional measure."""
    content: Any = check.content
    said = [name for name in FIELD_SPECS[content.kind] if getattr(content, name) not in (None, ())]
    answers = [name for name in said if name not in ("point", "reached", "remark")]
    if content.reached != Reached.YES and answers:
        yield Problem(answers[0], "an answer, but the patient was not reached or declined", None)
    yield from _refuse_follow_up_score(content)
    if content.function_score is not None:
        for name in ("function_measure", "function_low", "function_high", "is_higher_better"):
            if getattr(content, name) is None:
                yield Problem(name, "is missing", "name, range and direction of the measure")
    if LateEffect.NONE in content.late_effects and len(content.late_effects) > 1:
        yield Problem("late_effects", "none, and something else", None)


def _refuse_follow_up_score(content: Any) -> Iterator[Problem]:
    if content.instrument is None:
        for name in ("score_points", "score_mm"):
            if getattr(content, name) is not None:
                yield Problem("instrument", "is missing", "nrs or vas")
        return
    wanted, other = ("score_points", "score_mm") if content.instrument == "nrs" else ("score_mm", "score_points")
    if getattr(content, other) is not None:
        yield Problem(other, f"belongs to another scale than {content.instrument.upper()}", None)
    for name in (wanted, "recall", "circumstance"):
        if getattr(content, name) is None:
            yield Problem(name, "is missing", None)


def question_follow_up(check: Check) -> Iterator[Problem]:
    """A follow-up of a session that still runs, or a functional score outside its own range."""
    content: Any = check.content
    if check.summary.status in (SessionStatus.PLANNED, SessionStatus.READY, SessionStatus.RUNNING):
        yield Problem("point", f"the session is {check.summary.status}", "after the session")
    score, low, high = content.function_score, content.function_low, content.function_high
    if None not in (score, low, high) and not low <= score <= high:
        yield Problem("function_score", f"{score} is outside {low} to {high}", f"{low} to {high}")


def question_ledger(check: Check) -> Iterator[Problem]:
    """More wasted or returned than is left of what was drawn."""
    content: Any = check.content
    infusion, ledger = check.summary.infusion, check.summary.care.ledger
    left = ledger.difference_mg(infusion.delivered_mg(check.effective_at))
    if content.amount_mg > left + 1:
        yield Problem("amount_mg", f"{content.amount_mg} mg where {left:.1f} mg are left", "drawn - given")


def refuse_witness(check: Check) -> Iterator[Problem]:
    """The witness is another person than the one who made the entry."""
    content: Any = check.content
    seen = next(
        (one for one in check.surroundings.session_entries() if one.entry_id == content.witnessed_entry_id), None
    )
    if seen is None or seen.content.kind not in _LEDGER_KINDS:
        yield Problem("witnessed_entry_id", "no such ledger entry in this session", None)
    elif seen.author_id == check.author_id:
        yield Problem("witnessed_entry_id", "the witness is the person who recorded it", "a second person")


def refuse_future_time(check: Check) -> Iterator[Problem]:
    """A corrected time that has not come yet."""
    content: Any = check.content
    at = content.corrected_effective_at
    if at is not None and at > check.now + timedelta(minutes=2):
        yield Problem("corrected_effective_at", "lies in the future", "not after now")
