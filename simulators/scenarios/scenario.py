"""A scenario: a chair's plan with the alerts that it must and must not raise. Pure data.

The same scenarios are the end-to-end tests (`tests/scenarios`), the demonstration's chairs and the drills.
"""

from dataclasses import dataclass

from simulators.scenarios.plan import ChairPlan


@dataclass(frozen=True, slots=True)
class ExpectedAlert:
    """This rule's alert is raised between two minutes, counted from the session's opening."""

    rule: str
    from_min: float
    to_min: float


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
    # Ids of rules, or a beginning of ids that ends with a dot.
    must_not_raise: tuple[str, ...]
    # Minute at which the trouble begins: a drill plays what lies before it at once.
    trouble_min: float
    # Entries by hand of which the first after the alert counts as "acted" in a drill.
    answering_kinds: tuple[str, ...]
