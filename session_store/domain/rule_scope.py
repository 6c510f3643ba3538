"""What the rules can judge in a session and what not, and what a start still needs; in words for the screens."""

from datetime import datetime
from decimal import Decimal

from session_store.domain.alert_rules import RULES_BY_SIGN, SIGN_WORDS
from session_store.domain.entries import SCHEDULED_SIGNS
from session_store.domain.entry_choices import Drug
from session_store.domain.session_summary import BASELINE_WINDOW, SessionSummary

ADULT_AGE_YEARS = 18


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
        missing = [SIGN_WORDS[sign][0] for sign in RULES_BY_SIGN if sign not in summary.baseline]
        if missing:
            notes.append(f"limits against baseline not judged: no baseline ({', '.join(missing)})")
    if summary.infusion.is_delivering and summary.weight_kg is None:
        notes.append("rate per kg not judged: no weight")
    return notes


def start_missing(summary: SessionSummary, at: datetime) -> list[str]:
    """What a start at `at` needs and this session does not have, in words; a baseline set counts for 30 min."""
    missing = [] if summary.weight_kg is not None else ["weight"]
    if summary.setting is None:
        missing.append("setting attested (monitored or not)")
    absent = [SIGN_WORDS[sign][0] for sign in SCHEDULED_SIGNS if not _has_baseline(summary, sign, at)]
    if absent:
        missing.append(f"baseline {', '.join(absent)}")
    if not any(score.score_tenths is not None for score in summary.pain_scores):
        missing.append("baseline pain score")
    return missing


def _has_baseline(summary: SessionSummary, sign: str, at: datetime) -> bool:
    if sign in summary.baseline:
        return True
    standing = summary.signs.get(sign)
    if standing is None or standing.value is None or standing.effective_at is None:
        return False
    return at - standing.effective_at <= BASELINE_WINDOW
