"""What a start lacks, row by row of the start table (clinical-decisions 1, 7; clinical.md 1.1, 2.4, 6)."""

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from session_store.domain.alert import Level
from session_store.domain.entries import SCHEDULED_SIGNS, Entry
from session_store.domain.readiness import READINESS_RULES
from session_store.domain.rules.model import AlertRule, RuleKind
from session_store.domain.rules.rule_set import RuleSet
from tests.reference.patient import attestation_of, contents_of, newest_value, plan_of, weight_of
from tests.reference.record import FIRST_DRUG_KINDS, HALF_AN_HOUR, baseline_entry, value_of
from tests.reference.vital_signs import compares

_TESTS = {"ecg_done": "ecg_indicated", "liver_tests_done": "liver_tests_indicated"}


def missing_at_start(read: list[Entry], rules: RuleSet, at: datetime) -> list[str]:
    """The rows that would have held the start at `at` and that no physician has overridden."""
    overridden: set[str] = set()
    for content in contents_of(read, "start_override"):
        overridden |= set((content.overridden or "").split())
    held = [row for row in rules.of_kind(RuleKind.START_GATE) if row.level >= Level.WARNING]
    return [row.rule_id for row in held if row.rule_id not in overridden and _is_missing(read, row, at)]


def _is_missing(read: list[Entry], row: AlertRule, at: datetime) -> bool:
    item = row.rule_id.split(".")[1]
    if item in READINESS_RULES:
        return _is_unclear(read, item)
    if row.sign is not None:
        return _is_sign_missing(read, row, row.sign, at)
    return item in _missing_of_patient(read, row, at) + _missing_of_team(read)


def _missing_of_patient(read: list[Entry], row: AlertRule, at: datetime) -> list[str]:
    missing, plan, weight = [], plan_of(read), weight_of(read)
    if row.rule_id == "start.age.held" and plan.age_years < (row.limit or 0):
        missing.append("age")
    if plan.drug == "esketamine":
        missing.append("esketamine")
    if weight is None:
        missing.append("weight_missing")
    elif at - weight.effective_at > timedelta(hours=float(row.limit or 24)):
        missing.append("weight_old")
    scores = contents_of(read, "pain_score")
    if all(score.score_points is None and score.score_mm is None for score in scores):
        missing.append("pain")
    return missing


def _missing_of_team(read: list[Entry]) -> list[str]:
    missing, attested, consents = [], attestation_of(read), contents_of(read, "consent")
    if attested is None:
        missing.append("setting")
    elif attested.supervising_account_id is None or attested.administering_account_id is None:
        missing.append("personnel")
    elif attested.lacking_credentials:
        missing.append("credentials")
    if not consents or not consents[-1].is_given:
        missing.append("consent")
    return missing


def _is_unclear(read: list[Entry], item: str) -> bool:
    """No answer, or one that does not clear; a test only where it is needed."""
    answers: dict[str, Any] = {content.item: content.answer for content in contents_of(read, "readiness_item")}
    if item in _TESTS and answers.get(_TESTS[item]) != "yes":
        return False
    clear = {answer.value for rule_item, rule in READINESS_RULES.items() if rule_item == item
             for answer in rule.clear_answers}  # fmt: skip
    return answers.get(item) not in clear


def _is_sign_missing(read: list[Entry], row: AlertRule, sign: str, at: datetime) -> bool:
    """A baseline that there is not, or one beyond the row's limit."""
    if row.limit is None:
        return sign in SCHEDULED_SIGNS and not _has_baseline(read, sign, at)
    value = _newest_before(read, sign, at)
    return value is not None and compares(row, Fraction(value), Fraction(row.limit))


def _has_baseline(read: list[Entry], sign: str, at: datetime) -> bool:
    """One before any drug, not older than 30 min at the start."""
    if all(entry.content.kind not in FIRST_DRUG_KINDS for entry in read):
        return _newest_before(read, sign, at) is not None
    entry = baseline_entry(read, sign)
    return entry is not None and at - entry.effective_at <= HALF_AN_HOUR


def _newest_before(read: list[Entry], sign: str, at: datetime) -> Decimal | None:
    """The newest value of the last 30 min."""
    newest = newest_value(read, sign)
    is_recent = newest is not None and at - newest.effective_at <= HALF_AN_HOUR
    return value_of(newest, sign) if newest is not None and is_recent else None
