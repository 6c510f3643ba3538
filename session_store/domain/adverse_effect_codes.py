"""Codes of adverse effects: SNOMED CT where the meaning was confirmed in a public source (clinical.md 3.1), else local.

An identifier that only passes its check digit is not shipped: a valid digit proves nothing about the meaning.
"""

from dataclasses import dataclass

from session_store.domain.entry_choices import AdverseEffectTerm as Term

SNOMED_CT = "http://snomed.info/sct"
LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Code:
    """A code with the system that it belongs to."""

    system: str
    code: str


_CONFIRMED: dict[Term, str] = {
    Term.NAUSEA: "422587007",
    Term.VOMITING: "422400008",
    Term.DIZZINESS: "404640003",
    Term.HEADACHE: "25064002",
    Term.HALLUCINATION: "7011001",
    Term.ELEVATED_BLOOD_PRESSURE: "24184005",
    Term.PALPITATIONS: "80313002",
    Term.NEAR_SYNCOPE: "427461000",
    Term.LOW_OXYGEN: "389087006",
    Term.FATIGUE: "84229001",
}


def code_of(term: str) -> Code:
    """The code of a term of the pick-list."""
    known = _CONFIRMED.get(Term(term))
    return Code(LOCAL, term) if known is None else Code(SNOMED_CT, known)
