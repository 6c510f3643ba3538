"""What is asked before a start: each item in words, how long an answer holds, and which answers clear it.

A table of data. Contraindications and tests after Cohen 2018 (recommendations 7 to 10, 14, 15); hypersensitivity after
clinical-decisions 7; the validities are our proposal. What the start does with an item that is not clear is judged
elsewhere; here it is only said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from session_store.domain.entry_choices import ReadinessAnswer, ReadinessItem


class Validity(StrEnum):
    """How long an answer holds."""

    DAY = "day"
    COURSE = "course"
    QUARTER = "quarter"


LASTS: Mapping[Validity, timedelta] = {
    Validity.DAY: timedelta(hours=24),
    Validity.COURSE: timedelta(days=365),
    Validity.QUARTER: timedelta(days=90),
}
_CLEAR_YES = frozenset({ReadinessAnswer.YES, ReadinessAnswer.NOT_APPLICABLE})
_CLEAR_NO = frozenset({ReadinessAnswer.NO, ReadinessAnswer.NOT_APPLICABLE})
_ANY = frozenset({ReadinessAnswer.YES, ReadinessAnswer.NO, ReadinessAnswer.NOT_APPLICABLE})


@dataclass(frozen=True, slots=True)
class ReadinessRule:
    """One item: its words, its validity, the answers that clear it, and where it comes from."""

    words: str
    validity: Validity
    clear_answers: frozenset[ReadinessAnswer]
    citation: str


_COHEN = "Cohen 2018, recommendation"
_OURS = "our proposal, needs the medical director"
_I = ReadinessItem

READINESS_RULES: dict[ReadinessItem, ReadinessRule] = {
    _I.IDENTITY_CHECKED: ReadinessRule("Identity checked by two identifiers", Validity.DAY, _CLEAR_YES, _OURS),
    _I.ESCORT_NAMED: ReadinessRule("Escort named", Validity.DAY, _CLEAR_YES, _OURS),
    _I.FASTING_KEPT: ReadinessRule("Fasting kept", Validity.DAY, _CLEAR_YES, _OURS),
    _I.ALLERGIES_CHECKED: ReadinessRule("Allergies checked", Validity.DAY, _CLEAR_YES, _OURS),
    _I.PREGNANCY: ReadinessRule("Pregnant", Validity.DAY, _CLEAR_NO, f"{_COHEN} 7 (B, low)"),
    _I.KETAMINE_HYPERSENSITIVITY: ReadinessRule("Hypersensitive to ketamine", Validity.COURSE, _CLEAR_NO, _OURS),
    _I.UNCONTROLLED_CARDIOVASCULAR_DISEASE: ReadinessRule(
        "Poorly controlled cardiovascular disease", Validity.DAY, _CLEAR_NO, f"{_COHEN} 7 (B, low)"
    ),
    _I.ACTIVE_PSYCHOSIS: ReadinessRule("Active psychosis", Validity.DAY, _CLEAR_NO, f"{_COHEN} 7 (B, low)"),
    _I.SEVERE_LIVER_DISEASE: ReadinessRule("Severe liver disease", Validity.QUARTER, _CLEAR_NO, f"{_COHEN} 8 (C, low)"),
    _I.MODERATE_LIVER_DISEASE: ReadinessRule(
        "Moderate liver disease", Validity.QUARTER, _CLEAR_NO, f"{_COHEN} 8 (C, low)"
    ),
    _I.RAISED_INTRACRANIAL_PRESSURE: ReadinessRule(
        "Raised intracranial pressure", Validity.QUARTER, _CLEAR_NO, f"{_COHEN} 9 (C, low)"
    ),
    _I.RAISED_INTRAOCULAR_PRESSURE: ReadinessRule(
        "Raised intraocular pressure", Validity.QUARTER, _CLEAR_NO, f"{_COHEN} 9 (C, low)"
    ),
    _I.ACTIVE_SUBSTANCE_ABUSE: ReadinessRule(
        "Active substance abuse", Validity.COURSE, _CLEAR_NO, f"{_COHEN} 10 (C, low)"
    ),
    _I.ECG_INDICATED: ReadinessRule("ECG needed (heart disease)", Validity.COURSE, _ANY, f"{_COHEN} 14 (C, low)"),
    _I.ECG_DONE: ReadinessRule("ECG done and read", Validity.QUARTER, _CLEAR_YES, f"{_COHEN} 14 (C, low)"),
    _I.LIVER_TESTS_INDICATED: ReadinessRule(
        "Liver tests needed (liver risk, high doses)", Validity.COURSE, _ANY, f"{_COHEN} 15 (C, low)"
    ),
    _I.LIVER_TESTS_DONE: ReadinessRule(
        "Liver tests done and read", Validity.QUARTER, _CLEAR_YES, f"{_COHEN} 15 (C, low)"
    ),
}


def unclear_items(answers: Mapping[str, str]) -> list[ReadinessItem]:
    """The items that have no answer or one that does not clear them; tests only where they are needed."""
    unclear = []
    for item, rule in READINESS_RULES.items():
        indicated = _INDICATED_BY.get(item)
        if indicated is not None and answers.get(indicated) != ReadinessAnswer.YES:
            continue
        if answers.get(item) not in rule.clear_answers:
            unclear.append(item)
    return unclear


_INDICATED_BY = {_I.ECG_DONE: _I.ECG_INDICATED, _I.LIVER_TESTS_DONE: _I.LIVER_TESTS_INDICATED}
