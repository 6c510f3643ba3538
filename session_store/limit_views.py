"""Limits as they hold in one session: of the clinic, of this patient, and the faint band of a figure."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from session_store.domain.alert import Level
from session_store.domain.gate_checks import PATIENT_LIMIT_KINDS
from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.model import SIGN_WORDS, AlertRule
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session_summary import OwnLimit, SessionSummary
from session_store.domain.vital_sign_limits import is_switched_off, limit_of
from session_store.storage.row_mapping import number_or_none

# The signs whose rows in the figure carry a band.
BAND_SIGNS = ("systolic_mmhg", "heart_rate_per_min", "spo2_percent", "respiratory_rate_per_min")


def own_limits_view(summary: SessionSummary) -> list[dict[str, Any]]:
    """The limits that a physician has set for this patient, in words, with who, when and why."""
    rules = DELIVERED.with_limits(summary.limits_of_patient()).by_id
    return [
        _own_view(rules[rule_id], own, is_switched_off(summary, rules[rule_id]))
        for rule_id, own in sorted(summary.own_limits.items())
        if rule_id in rules
    ]


def _own_view(rule: AlertRule, own: OwnLimit, is_off: bool) -> dict[str, Any]:
    return {
        "rule_id": rule.rule_id,
        "level": rule.level.word,
        "words": limit_words(rule),
        "limit": number_or_none(own.limit),
        "unit": rule.unit,
        "by": own.by,
        "at": own.at.isoformat(),
        "reason": own.reason,
        "is_off": is_off,
    }


def limit_words(rule: AlertRule) -> str:
    """What a rule says with its limit; some rows name theirs only in the text of an alert."""
    return rule.plain_words() if "{limit}" in rule.words else f"over {rule.limit:f} {rule.unit}, {rule.plain_words()}"


def limits_view(summary: SessionSummary, clinic_rules: RuleSet) -> list[dict[str, Any]]:
    """Every limit that a physician may set for this patient, as it stands now. `is_off`: it does not count in this
    session, because the baseline crosses it already or it belongs to another oxygen target."""
    rules = clinic_rules.with_limits(summary.limits_of_patient())
    return [
        {
            "rule_id": rule.rule_id,
            "sign": rule.sign,
            "sign_name": SIGN_WORDS[rule.sign].name if rule.sign in SIGN_WORDS else None,
            "level": rule.level.word,
            "words": limit_words(rule),
            "limit": number_or_none(rule.limit),
            "unit": rule.unit,
            "clinic_limit": number_or_none(clinic_rules.rule(rule.rule_id).limit),
            "is_own": rule.rule_id in summary.own_limits,
            "is_off": is_switched_off(summary, rule),
        }
        for rule in rules.of_kind(*PATIENT_LIMIT_KINDS)
        if rule.limit is not None
    ]


def bands_view(summary: SessionSummary, clinic_rules: RuleSet) -> dict[str, list[float | int | None]]:
    """By sign the [low, high] between which no plain warning stands for this patient, None where there is no line."""
    rules = clinic_rules.with_limits(summary.limits_of_patient())
    return {sign: [number_or_none(one) for one in warning_band(summary, rules, sign)] for sign in BAND_SIGNS}


def warning_band(summary: SessionSummary, rules: RuleSet, sign: str) -> tuple[Decimal | None, Decimal | None]:
    """The tightest warning limits of a sign in its unit, low and high: absolute, and against the baseline once it is
    known. Lines that need more than the value (symptoms, sedation) are no part of it."""
    lines = list(_warning_lines(summary, rules, sign))
    low = [limit for rule, limit in lines if rule.is_low_side]
    high = [limit for rule, limit in lines if not rule.is_low_side]
    return max(low, default=None), min(high, default=None)


def _warning_lines(summary: SessionSummary, rules: RuleSet, sign: str) -> Iterator[tuple[AlertRule, Decimal]]:
    for row in (rule for rows in rules.by_sign.get(sign, {}).values() for rule in rows):
        limit = limit_of(summary, row) if _is_plain_warning(row) and not is_switched_off(summary, row) else None
        if limit is not None:
            yield row, limit if row.only_from is None else max(limit, row.only_from)


def _is_plain_warning(rule: AlertRule) -> bool:
    company = rule.with_symptoms or rule.with_sedation or rule.percent_under_baseline_too is not None
    return rule.level is Level.WARNING and not company
