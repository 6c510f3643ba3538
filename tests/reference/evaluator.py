"""The reference: which conditions are open at which level after each moment of a session, computed from the beginning.

Slow and plain on purpose. It keeps the entries read so far and the open conditions; whatever else it needs to know it
works out anew from all those entries, by loops over lists in the order of time. It knows the rules as data and nothing
of the modules that judge. What it leaves out, and what it takes as given, stands in README.md.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from session_store.domain.alert import Level
from session_store.domain.entries import Entry
from session_store.domain.rules.rule_set import RuleSet
from tests.reference.bedside import Bedside
from tests.reference.clock_findings import CLOCK_CONDITIONS, clock_acts, end_waiting
from tests.reference.consciousness import read_acvpu, read_sedation, read_waveform
from tests.reference.dose import (
    RATE_KINDS,
    is_rate_unknown,
    read_bolus,
    read_contradiction,
    read_pump_volume,
    read_rate,
)
from tests.reference.events import read_effect, read_effect_update, read_serious_event, read_start
from tests.reference.moments import Moment, Standing
from tests.reference.record import needs_new_reading, read_anew, standing_entries, withdrawn_ids
from tests.reference.values import read_other_limits, read_vital_signs

_Reader = Callable[[Bedside, Entry, datetime], None]
_READERS: dict[str, tuple[_Reader, ...]] = {
    "vital_signs": (end_waiting, read_vital_signs, read_acvpu, read_waveform),
    "bolus": (read_bolus,),
    "adverse_effect": (read_effect,),
    "adverse_effect_update": (read_effect_update,),
    "sedation": (read_sedation,),
    "serious_event": (read_serious_event,),
    "infusion_started": (read_start, read_contradiction),
    "rate_changed": (read_contradiction,),
    "pump_volume": (read_pump_volume,),
    "patient_limit": (read_other_limits,),
    "oxygen_target": (read_other_limits,),
}


def open_conditions(moments: Iterable[Moment], rules: RuleSet) -> dict[str, Standing]:
    """What is open at the last of these moments."""
    return [{}, *open_after_each(moments, rules)][-1]


def open_after_each(moments: Iterable[Moment], rules: RuleSet) -> Iterator[dict[str, Standing]]:
    """What is open after each moment, by condition."""
    reference = _Reference(rules)
    for moment in moments:
        reference.take(moment)
        yield {condition: replace(one) for condition, one in reference.bedside.open.items()}


@dataclass
class _Answered:
    """An event that somebody has acknowledged: its condition, its worst level, and the entries that had shown it."""

    condition: str
    level: Level
    shown_by: list[UUID | None]


class _Reference:
    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules
        self._recorded: list[Entry] = []
        self._answered: list[_Answered] = []
        self.bedside = Bedside(rules)

    def take(self, moment: Moment) -> None:
        entry = moment.entry
        if entry is None:
            clock_acts(self.bedside, self._recorded, moment.at)
            return
        needs_all = needs_new_reading(self.bedside.read, entry, self._planned_at(entry))
        self._recorded.append(entry)
        if moment.answered is not None:
            self._answer(moment.answered)
        if needs_all:
            self._read_anew(entry, moment.at)
        else:
            self.bedside.standing.append(entry)
            read_entry(self.bedside, entry, moment.at)

    def _planned_at(self, entry: Entry) -> datetime:
        return self._recorded[0].recorded_at if self._recorded else entry.recorded_at

    def _answer(self, condition: str) -> None:
        """What has happened is over once somebody has seen it; what is the case goes on."""
        if is_event(self._rules, condition) and condition in self.bedside.open:
            standing = self.bedside.open.pop(condition)
            self._answered.append(_Answered(condition, standing.peak, standing.shown_by))

    def _read_anew(self, cause: Entry, now: datetime) -> None:
        before = self.bedside.open
        after = Bedside(self._rules, standing_entries(self._recorded))
        for entry in read_anew(after.standing):
            read_entry(after, entry, entry.recorded_at)
        found, after.open = after.open, {}
        withdrawn = withdrawn_ids(self._recorded)
        for condition, standing in before.items():
            if standing.evidence in withdrawn:
                continue
            if _stays(condition, after):
                after.open[condition] = standing
            elif condition in found:
                after.open[condition] = standing
                after.bring(condition, found[condition].level, found[condition].evidence)
        for condition, standing in found.items():
            if condition not in after.open and not self._is_answered(condition, standing):
                # What it was at worst before, and by which entries, is past.
                after.open[condition] = Standing(standing.level, standing.level, [standing.evidence])
        end_waiting(after, cause, now)
        end_with_session(after)
        self.bedside = after

    def _is_answered(self, condition: str, standing: Standing) -> bool:
        """Answered as bad as it is, or worse."""
        return any(
            one.condition == condition and one.level >= standing.level and standing.evidence in one.shown_by
            for one in self._answered
        )


def _stays(condition: str, after: Bedside) -> bool:
    """What no reading finds or ends: the clock's findings, and a dose per kg without a weight."""
    is_per_kg = condition.startswith(("rate.setting", "rate.range"))
    return condition.split(":")[0] in CLOCK_CONDITIONS or (is_per_kg and is_rate_unknown(after.read))


def read_entry(bedside: Bedside, entry: Entry, now: datetime) -> None:
    """One entry, in the order of reading."""
    bedside.read.append(entry)
    kind = entry.content.kind
    for reader in _READERS.get(kind, ()):
        reader(bedside, entry, now)
    if kind in RATE_KINDS:
        read_rate(bedside, entry, now)
    end_with_session(bedside)


def end_with_session(bedside: Bedside) -> None:
    """In a closed session nothing is measured any more: only what has happened stays open until it is seen."""
    if bedside.is_closed:
        bedside.open = {name: one for name, one in bedside.open.items() if is_event(bedside.table, name)}


def is_event(rules: RuleSet, condition: str) -> bool:
    """Whether a condition is over once somebody has acknowledged it."""
    rows: Any = rules.by_condition.get(condition.split(":")[0], ())
    return any(row.clears_on_acknowledgement for row in rows)
