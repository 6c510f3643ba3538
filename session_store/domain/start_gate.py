"""What holds a start through the app, and what is only cautioned: one item a row of the start table.

A start that has happened is never held (clinical-decisions 1): it is recorded, and what was missing is an open alert.
Whatever has no answer counts as missing, never as fine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from session_store.domain.alert import Level
from session_store.domain.entries import SCHEDULED_SIGNS
from session_store.domain.entry_choices import Drug
from session_store.domain.readiness import unclear_items
from session_store.domain.rules.model import AlertRule, RuleKind
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session_summary import BASELINE_WINDOW, SessionSummary
from session_store.domain.vital_sign_limits import BEYOND

_HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class GateItem:
    """One item that a gate finds: by which rule, in words, and whether it holds the act or only cautions."""

    rule_id: str
    words: str
    is_held: bool
    citation: str

    def as_json(self) -> dict[str, str | bool]:
        """Plain form for the HTTP interface."""
        return {"rule_id": self.rule_id, "words": self.words, "is_held": self.is_held, "citation": self.citation}


def item_of(rule: AlertRule) -> GateItem:
    """The item that a row of a gate's table stands for."""
    return GateItem(rule.rule_id, rule.plain_words(), rule.level >= Level.WARNING, rule.source())


def start_gate(summary: SessionSummary, rules: RuleSet, at: datetime) -> list[GateItem]:
    """Everything that a start at `at` is held for or cautioned about, in the order of the table."""
    found = set(_found(summary, rules, at))
    return [item_of(rule) for rule in rules.of_kind(RuleKind.START_GATE) if rule.rule_id in found]


def held_by(items: list[GateItem], overridden: list[str]) -> list[GateItem]:
    """The items that hold the act and that no physician has overridden."""
    return [item for item in items if item.is_held and item.rule_id not in overridden]


def _found(summary: SessionSummary, rules: RuleSet, at: datetime) -> Iterator[str]:
    yield from _outside(summary, rules)
    yield from _about_weight(summary, rules, at)
    yield from _about_people(summary)
    if summary.care.consent is None or not summary.care.consent.value.startswith("given"):
        yield "start.consent.held"
    answers = {item: answer.value for item, answer in summary.care.readiness.items()}
    yield from (f"start.{item}.held" for item in unclear_items(answers))
    yield from _about_baseline(summary, rules, at)
    if not any(score.score_tenths is not None for score in summary.pain_scores):
        yield "start.pain.held"


def _outside(summary: SessionSummary, rules: RuleSet) -> Iterator[str]:
    adult = rules.by_id.get("start.age.held")
    if adult is not None and adult.limit is not None and Decimal(summary.plan.get("age_years", "0")) < adult.limit:
        yield adult.rule_id
    if summary.plan.get("drug") == Drug.ESKETAMINE:
        yield "start.esketamine.held"


def _about_weight(summary: SessionSummary, rules: RuleSet, at: datetime) -> Iterator[str]:
    old = rules.by_id.get("start.weight_old.held")
    if summary.weight_kg is None or summary.weight_at is None:
        yield "start.weight_missing.held"
        return
    age_seconds = Decimal((at - summary.weight_at).total_seconds())
    if old is not None and old.limit is not None and age_seconds > old.limit * _HOUR_SECONDS:
        yield old.rule_id


def _about_people(summary: SessionSummary) -> Iterator[str]:
    setting = summary.setting
    if setting is None:
        yield "start.setting.held"
        return
    if not setting.names_clinicians:
        yield "start.personnel.held"
    elif setting.lacking_credentials:
        yield "start.credentials.held"


def _about_baseline(summary: SessionSummary, rules: RuleSet, at: datetime) -> Iterator[str]:
    for rule in rules.of_kind(RuleKind.START_GATE):
        if rule.sign is None:
            continue
        if rule.limit is None or rule.comparison is None:
            if rule.sign in SCHEDULED_SIGNS and _baseline(summary, rule.sign, at) is None:
                yield rule.rule_id
            continue
        value = _newest(summary, rule.sign, at)
        if value is not None and BEYOND[rule.comparison](value, rule.limit):
            yield rule.rule_id


def _baseline(summary: SessionSummary, sign: str, at: datetime) -> Decimal | None:
    """The sign's value before any session drug, in a set that is at most 30 min old at the start."""
    if summary.first_drug_at is None:
        return _newest(summary, sign, at)
    known = summary.baseline.get(sign)
    return known.value if known is not None and at - known.effective_at <= BASELINE_WINDOW else None


def _newest(summary: SessionSummary, sign: str, at: datetime) -> Decimal | None:
    """The sign's newest value of the last 30 min: after a premedication it is not the baseline, and counts all the
    same for whether the start is safe."""
    standing = summary.signs.get(sign)
    if standing is None or standing.value is None or standing.effective_at is None:
        return None
    return standing.value if at - standing.effective_at <= BASELINE_WINDOW else None
