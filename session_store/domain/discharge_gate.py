"""What holds a discharge home through the app: one item a row of the discharge table (clinical-decisions 6).

Fails closed: what is missing, stale or unknown holds. Transfer and leaving against advice are never held.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from session_store.domain.alert import Level
from session_store.domain.entry_choices import ReadinessAnswer, ReadinessItem
from session_store.domain.rules.delivered import SIGN_OF_CONDITION
from session_store.domain.rules.model import RuleKind
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session import SessionStatus
from session_store.domain.session_summary import ObservedSet, SessionSummary
from session_store.domain.start_gate import GateItem, item_of


def discharge_gate(summary: SessionSummary, rules: RuleSet, at: datetime, escort: str | None = None) -> list[GateItem]:
    """Everything that a discharge home at `at` is held for; `escort` as named with the discharge itself."""
    met = set(_met(summary, rules, at, escort))
    return [item_of(rule) for rule in rules.of_kind(RuleKind.DISCHARGE_GATE) if rule.rule_id not in met]


def _met(summary: SessionSummary, rules: RuleSet, at: datetime, escort: str | None) -> Iterator[str]:
    """What is shown to be so; nothing else counts."""
    if summary.status is SessionStatus.RECOVERY and summary.ended_at is not None:
        yield "discharge.ended.held"
    yield from _by_assessment(summary, rules, at)
    yield from _by_sets(summary, rules, at)
    yield from _by_time(summary, rules, at)
    named = summary.care.readiness.get(ReadinessItem.ESCORT_NAMED)
    if escort or (named is not None and named.value == ReadinessAnswer.YES):
        yield "discharge.escort.held"


def _by_assessment(summary: SessionSummary, rules: RuleSet, at: datetime) -> Iterator[str]:
    """The newest assessment after the infusion, by the score that the clinic has chosen."""
    assessment, rule = summary.care.assessment, rules.find("discharge.score.held")
    if assessment is None or summary.ended_at is None or assessment.at < summary.ended_at:
        return
    if rule is not None and assessment.score in rule.choices and _reaches(assessment.total, rule.limit):
        yield rule.rule_id
    if at - assessment.at <= _minutes(rules, "discharge.score_fresh.held"):
        yield "discharge.score_fresh.held"
    answers = {
        "discharge.oriented.held": assessment.is_oriented,
        "discharge.walks.held": assessment.walks_safely,
        "discharge.instructions.held": assessment.understands_instructions,
    }
    yield from (rule_id for rule_id, answer in answers.items() if answer is True)


def _reaches(total: int | None, limit: Decimal | None) -> bool:
    return total is not None and limit is not None and total >= limit


def _by_sets(summary: SessionSummary, rules: RuleSet, at: datetime) -> Iterator[str]:
    wanted = int(rules.find_limit("discharge.stable_sets.held") or 1)
    since = summary.ended_at
    sets = [one for one in summary.recovery_sets if since is not None and one.at >= since]
    if not sets:
        return
    if at - sets[-1].at <= _minutes(rules, "discharge.set_fresh.held"):
        yield "discharge.set_fresh.held"
    run = _stable_run(sets)
    if len(run) >= wanted and not _has_standing_warning(summary):
        yield "discharge.stable_sets.held"
        if run[-1].at - run[0].at >= _minutes(rules, "discharge.sets_apart.held"):
            yield "discharge.sets_apart.held"


def _has_standing_warning(summary: SessionSummary) -> bool:
    """Whether a vital sign still alerts at warning or worse: whatever the sets show, that is not stable."""
    return any(
        alert.condition in SIGN_OF_CONDITION and alert.level >= Level.WARNING and not alert.is_over
        for alert in summary.alerts
    )


def _stable_run(sets: list[ObservedSet]) -> list[ObservedSet]:
    """The stable sets at the end, back to the last one that was not."""
    run: list[ObservedSet] = []
    for one in reversed(sets):
        if not one.is_stable:
            break
        run.insert(0, one)
    return run


def _by_time(summary: SessionSummary, rules: RuleSet, at: datetime) -> Iterator[str]:
    observed_from, reversed_from = observed_until(summary, rules), reversed_until(summary, rules)
    if observed_from is not None and at >= observed_from:
        yield "discharge.observed.held"
    if reversed_from is None or at >= reversed_from:
        yield "discharge.reversed.held"


def observed_until(summary: SessionSummary, rules: RuleSet) -> datetime | None:
    """Until when the patient is observed after ketamine or a sedative; None before the infusion has ended."""
    if summary.ended_at is None:
        return None
    last = [one for one in (summary.ended_at, summary.last_bolus_at, summary.benzodiazepine_at) if one is not None]
    return max(last) + _minutes(rules, "discharge.observed.held")


def reversed_until(summary: SessionSummary, rules: RuleSet) -> datetime | None:
    """Until when the patient is observed after a reversal drug; None where none was given."""
    at = summary.reversal_at
    return None if at is None else at + _minutes(rules, "discharge.reversed.held")


def sets_apart_from(summary: SessionSummary, rules: RuleSet) -> datetime | None:
    """From when on one more stable set is far enough from the first of the stable ones; None while there is none."""
    since = summary.ended_at
    run = _stable_run([one for one in summary.recovery_sets if since is not None and one.at >= since])
    return run[0].at + _minutes(rules, "discharge.sets_apart.held") if run else None


def _minutes(rules: RuleSet, rule_id: str) -> timedelta:
    """The limit of a row; what the set does not have holds nothing, so that its length does not matter."""
    return timedelta(minutes=float(rules.find_limit(rule_id) or 0))
