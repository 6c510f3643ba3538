"""What the rules can judge in a session and what not; in words for the screens."""

from decimal import Decimal

from session_store.domain.entry_choices import Drug
from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.model import SIGN_WORDS
from session_store.domain.session_summary import SessionSummary

ADULT_AGE_YEARS = 18
_WITH_RELATIVE_LIMITS = tuple(
    sign
    for sign, conditions in DELIVERED.by_sign.items()
    if any(rule.needs_baseline for rules in conditions.values() for rule in rules)
)


def outside_rule_set(summary: SessionSummary) -> str | None:
    """Why the adult racemic limits are not judged for this session, or None (clinical-decisions 7)."""
    if Decimal(summary.plan.get("age_years", "0")) < ADULT_AGE_YEARS:
        return "not judged: outside this rule set (under 18)"
    if summary.plan.get("drug") == Drug.ESKETAMINE:
        return "not judged: outside this rule set (esketamine)"
    return None


def not_judged(summary: SessionSummary) -> list[str]:
    """What the rules cannot judge in this session, in words."""
    outside = outside_rule_set(summary)
    notes = [f"dose and vital-sign limits {outside}"] if outside else []
    if summary.first_drug_at is not None:
        missing = [SIGN_WORDS[sign].name for sign in _WITH_RELATIVE_LIMITS if sign not in summary.baseline]
        if missing:
            notes.append(f"limits against baseline not judged: no baseline ({', '.join(missing)})")
    if summary.infusion.is_delivering and summary.weight_kg is None:
        notes.append("rate per kg not judged: no weight")
    return notes
