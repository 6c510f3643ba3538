"""What the record says while a drill runs: steps of alerts and entries by people, read from the server's changes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

_BY_PEOPLE = frozenset({"hand"})


@dataclass(frozen=True, slots=True)
class AlertStep:
    """One step in the life of an alert; `recorded_at` by the server's clock, `number` in the order of commit."""

    number: int
    recorded_at: datetime
    fact: str
    alert_id: str
    rule_id: str
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class HandEntry:
    """One entry by a person of the team; `about` is the alert that it answers, or the entry that it withdraws.

    `effective_at` is when it was true: before `recorded_at` where it was charted late, or kept by a tablet without
    Wi-Fi. `lowers_rate`: the pump was set to more until then. `content` is the entry as the server shows it.
    """

    number: int
    recorded_at: datetime
    effective_at: datetime
    entry_id: str
    kind: str
    by: str
    about: str | None = None
    action: str | None = None
    lowers_rate: bool = False
    content: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class WatchedRecord:
    """All that was read of one session."""

    steps: tuple[AlertStep, ...] = ()
    entries: tuple[HandEntry, ...] = ()

    def with_more(self, later: "WatchedRecord") -> "WatchedRecord":
        """This and what was read after it."""
        return WatchedRecord(self.steps + later.steps, self.entries + later.entries)


class RecordReader:
    """Reads changes of one session in the order of commit; knows what the pump was last set to.

    Entries whose id is in `own_ids`, also one that is added later, are the simulator's and nobody's of the team.
    """

    def __init__(self, own_ids: Collection[str]) -> None:
        self._own_ids = own_ids
        self._programmed_mg_per_h: float | None = None

    def read(self, changes: Sequence[Mapping[str, Any]]) -> WatchedRecord:
        """The next changes, as they were read together: each shows what the pump is set to after the last of them."""
        before = self._programmed_mg_per_h
        steps: list[AlertStep] = []
        entries: list[HandEntry] = []
        for change in changes:
            steps += _steps(change)
            now, entry = _programmed_mg_per_h(change), change.get("entry")
            if entry is not None and entry["source"] in _BY_PEOPLE and entry["entry_id"] not in self._own_ids:
                lowers_rate = before is not None and now is not None and now < before
                entries.append(_hand_entry(change, entry, lowers_rate=lowers_rate))
            self._programmed_mg_per_h = self._programmed_mg_per_h if now is None else now
        return WatchedRecord(tuple(steps), tuple(entries))


def _programmed_mg_per_h(change: Mapping[str, Any]) -> float | None:
    """What the pump is set to, by whatever fields the rate was given; None where the change does not say. A rate that
    was withdrawn or amended shows in the tile alone, when it runs."""
    programmed = (change.get("entry") or {}).get("programmed_rate_mg_per_h")
    infusion = (change.get("tile") or {}).get("infusion") or {}
    if programmed is None and infusion.get("is_delivering"):
        programmed = infusion.get("rate_mg_per_h")
    return None if programmed is None else float(programmed)


def _steps(change: Mapping[str, Any]) -> Iterator[AlertStep]:
    for fact in change["alert_facts"]:
        yield AlertStep(
            change["change_number"],
            datetime.fromisoformat(change["recorded_at"]),
            fact["fact"],
            fact["alert_id"],
            fact["rule_id"],
            fact["level"],
            fact["text"],
        )


def _hand_entry(change: Mapping[str, Any], entry: Mapping[str, Any], *, lowers_rate: bool) -> HandEntry:
    return HandEntry(
        change["change_number"],
        datetime.fromisoformat(change["recorded_at"]),
        datetime.fromisoformat(entry["effective_at"]),
        entry["entry_id"],
        entry["kind"],
        entry["author_name"],
        entry.get("alert_id") or entry.get("withdrawn_entry_id"),
        entry.get("action"),
        lowers_rate,
        entry,
    )
