"""Plays a random session step by step and lays what the product has open beside what the reference says."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from session_store.domain.alert import Level
from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.rule_set import RuleSet
from tests.reference.evaluator import open_after_each
from tests.reference.moments import Moment
from tests.reference.played import Played
from tests.reference.steps import Beginning, Step

# Judged by the discharge gate, which the reference does not have; see README.md.
LEFT_OUT = ("discharge.unmet",)
Open = dict[str, tuple[Level, Level]]


@dataclass
class Watched:
    """A session with what was open after each of its moments: condition, level and peak."""

    played: Played
    open: list[Open] = field(default_factory=list)

    def play(self, beginning: Beginning, steps: Sequence[Step]) -> "Watched":
        self.open = [self._open_now()]
        for step in (*beginning.steps(), *steps):
            if self.played.take(step):
                self.open.append(self._open_now())
        return self

    def _open_now(self) -> Open:
        return {name: levels for name, levels in self.played.open_conditions().items() if name not in LEFT_OUT}

    def by_reference(self, rules: RuleSet = DELIVERED) -> list[Open]:
        """The same by the reference, from the moments alone."""
        after_each = open_after_each(self.played.moments, rules)
        return [{name: (one.level, one.peak) for name, one in found.items()} for found in after_each]

    def differs(self, rules: RuleSet = DELIVERED) -> bool:
        return self.open != self.by_reference(rules)


def assert_same(watched: Watched) -> None:
    """After every single moment; the first difference is named."""
    expected = watched.by_reference()
    assert len(expected) == len(watched.open)
    for number, (ours, reference) in enumerate(zip(watched.open, expected, strict=True)):
        differing = {name: (ours.get(name), reference.get(name)) for name in ours.keys() | reference.keys()}
        differing = {name: levels for name, levels in differing.items() if levels[0] != levels[1]}
        assert not differing, f"after moment {number}, ours and the reference's: {differing}\n{told(watched, number)}"


def told(watched: Watched, number: int) -> str:
    """The session up to a moment, for whoever has to find out: when, when it was true, from where, what."""
    return "\n".join(_line(moment) for moment in watched.played.moments[: number + 1])


def _line(moment: Moment) -> str:
    entry = moment.entry
    if entry is None:
        return f"{moment.at:%H:%M:%S} the clock"
    return f"{moment.at:%H:%M:%S} true {entry.effective_at:%H:%M:%S} {entry.source} {entry.content}"
