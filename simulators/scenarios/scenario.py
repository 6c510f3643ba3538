"""A scenario: a chair's plan with the alerts that it must and must not raise. Pure data.

The same scenarios are the end-to-end tests (`tests/scenarios`), the demonstration's chairs and the drills.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from simulators.scenarios.plan import ChairPlan

# What no scenario may raise: each has all that a start and a discharge home need, and no rule may fail.
NEVER = ("start.missing.*", "discharge.unmet.*", "rule.failed.*")
# Every sign within its limits; for where the story is about something else.
CALM_SIGNS = tuple(
    f"{condition}.{level}*"
    for condition in (
        "spo2.low",
        "rr.low",
        "rr.high",
        "hr.low",
        "hr.high",
        "sbp.low",
        "sbp.high",
        "dbp.high",
        "map.low",
    )
    for level in ("warning", "critical")
)
# Everything that calls somebody to the chair.
ALL_WARNINGS = ("*.warning", "*.warning.*", "*.critical", "*.critical.*")


@dataclass(frozen=True, slots=True)
class ExpectedAlert:
    """This rule's alert comes up between two minutes, counted from the session's opening: raised, or become as bad.

    `rule` is the id of a rule; `*` stands for any part of it.
    """

    rule: str
    from_min: float
    to_min: float

    def is_met_by(self, rule_id: str, minute: float) -> bool:
        """Whether an alert of this rule at this minute is the one expected."""
        return fnmatchcase(rule_id, self.rule) and self.from_min <= minute <= self.to_min


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One named scenario."""

    # Lower case with hyphens, as one types it.
    name: str
    # What happens, and what a team should do, in a few words.
    story: str
    plan: ChairPlan
    seed: int
    must_raise: tuple[ExpectedAlert, ...]
    # Ids of rules, `*` for any part: what would be a false alarm in this story.
    must_not_raise: tuple[str, ...]
    # Minute at which the trouble begins: a drill plays what lies before it at once.
    trouble_min: float
    # Entries by hand of which the first after the alert counts as "acted" in a drill.
    answering_kinds: tuple[str, ...]
    # Where a drug answers, which: names or classes (`treating_drugs.py`). Empty: any drug.
    treating_drugs: tuple[str, ...] = ()

    @property
    def live_plan(self) -> ChairPlan:
        """The plan for people who watch: live from a minute before the trouble on."""
        return replace(self.plan, seed_min=min(self.plan.seed_min, self.trouble_min - 1))

    def forbids(self, rule_id: str) -> bool:
        """Whether an alert of this rule is a false alarm here."""
        return is_named(rule_id, (*self.must_not_raise, *NEVER))


def is_named(rule_id: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns means this rule."""
    return any(fnmatchcase(rule_id, pattern) for pattern in patterns)
