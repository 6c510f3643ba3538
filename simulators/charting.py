"""How the nurse charts: at once or later, with a slip now and then, on a tablet that may have lost its Wi-Fi.

It takes the entries of what she did, true and in order, and says which entries leave when. Late and mistyped are sets
of rounds alone, as a plan's `ChartingHabits` have it: before the start and on the way home she stands at the tablet
and reads again what she has typed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from numpy.random import Generator

from simulators.identifiers import named_uuid7
from simulators.outgoing import FIRST_TABLET, Door, JsonEntry, Outgoing
from simulators.planned_corrections import ChartedSoFar
from simulators.scenarios.plan import ChartingHabits
from simulators.tablet import Tablet
from simulators.typing_slips import Slip, asked_about, draw_slip, is_taken

# What only a physician decides, and so enters.
PHYSICIAN_KINDS = frozenset({"start_override"})
# What could be held when it is sent; kept in an outbox meanwhile, it has happened, and says so.
_HELD_KINDS = frozenset({"infusion_started", "discharged"})


@dataclass(frozen=True, slots=True)
class Act:
    """One thing done and charted: at which minute of the session, what kind, which fields."""

    minute: float
    kind: str
    content: Mapping[str, Any]
    # Part of the set of a round, which may be charted later or with a slip.
    is_of_round: bool = False
    tablet: int = FIRST_TABLET


@dataclass(frozen=True, slots=True)
class Charted:
    """Something on its way out, and when it was put down."""

    outgoing: Outgoing
    at: datetime


class Charting:
    """One nurse's way of charting one session."""

    def __init__(self, habits: ChartingHabits, tablets: Mapping[int, Tablet], generator: Generator) -> None:
        self._habits = habits
        self._tablets = tablets
        self._generator = generator
        self._so_far = ChartedSoFar()

    def chart(self, done: Sequence[tuple[Act, JsonEntry]]) -> Iterator[Charted]:
        """What leaves of the acts of one moment."""
        is_late = is_mistyped = False
        for act, entry in done:
            if act.is_of_round and act.kind == "vital_signs":
                is_late = self._generator.random() < self._habits.late_share
                is_mistyped = self._generator.random() < self._habits.mistyped_share
            entry = self._so_far.take(entry, act.tablet)
            at = datetime.fromisoformat(entry["effective_at"])
            if act.is_of_round and is_late:
                at += timedelta(minutes=self._habits.late_by_min)
            if act.is_of_round and is_mistyped and act.kind == "vital_signs":
                yield from self._mistyped(act, entry, at)
            else:
                yield self._charted(act, entry, at)

    def _mistyped(self, act: Act, entry: JsonEntry, at: datetime) -> Iterator[Charted]:
        """The set with its slip, and the amendment; a slip that the tablet refuses she sees at once."""
        slip = draw_slip(act.content, self._generator)
        if slip is None or not is_taken({**act.content, slip.sign: slip.typed}):
            yield self._charted(act, entry, at)
            return
        typed = {**entry, slip.sign: slip.typed}
        yield self._charted(act, _confirmed(typed, asked_about(typed)), at)
        amended_at = at + timedelta(minutes=self._habits.amended_after_min)
        yield self._charted(act, _amendment(entry, slip, amended_at), amended_at)

    def _charted(self, act: Act, entry: JsonEntry, at: datetime) -> Charted:
        if act.kind in PHYSICIAN_KINDS:
            return Charted(Outgoing(Door.PHYSICIAN, entry, at), at)
        leaves_at = self._tablets[act.tablet].leaves_at(at)
        if leaves_at > at and act.kind in _HELD_KINDS:
            entry = {**entry, "has_happened": True}
        return Charted(Outgoing(Door.NURSE, entry, leaves_at, tablet=act.tablet), at)


def _amendment(entry: JsonEntry, slip: Slip, at: datetime) -> JsonEntry:
    """What corrects a set that was typed with a slip; `entry` is the set as it was meant."""
    amendment = {
        "entry_id": str(named_uuid7(f"amends {entry['entry_id']}", at)),
        "kind": "amendment",
        "effective_at": at.isoformat(),
        "source": "hand",
        "is_simulated": True,
        "amended_entry_id": entry["entry_id"],
        "changes": {slip.sign: slip.meant},
        "reason": f"Typing slip: {slip.typed} for {slip.meant}",
    }
    return _confirmed(amendment, [f"changes.{name}" for name in asked_about(entry) if name == slip.sign])


def _confirmed(entry: JsonEntry, asked: Sequence[str]) -> JsonEntry:
    return {**entry, "confirmed": list(asked)} if asked else entry
