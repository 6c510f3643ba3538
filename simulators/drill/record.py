"""What the record says while a drill runs: steps of alerts and entries by people, read from the server's changes."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
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
    """One entry by a person of the team; `about` is the alert that it answers, or the entry that it withdraws."""

    number: int
    recorded_at: datetime
    entry_id: str
    kind: str
    by: str
    about: str | None = None
    action: str | None = None


@dataclass(frozen=True, slots=True)
class WatchedRecord:
    """All that was read of one session."""

    steps: tuple[AlertStep, ...] = ()
    entries: tuple[HandEntry, ...] = ()


def watched(changes: Iterable[Mapping[str, Any]], own_ids: Collection[str]) -> WatchedRecord:
    """Changes of one session; entries whose id is in `own_ids` are the simulator's and nobody's of the team."""
    steps: list[AlertStep] = []
    entries: list[HandEntry] = []
    for change in changes:
        steps += _steps(change)
        entry = change.get("entry")
        if entry is not None and entry["source"] in _BY_PEOPLE and entry["entry_id"] not in own_ids:
            entries.append(_hand_entry(change, entry))
    return WatchedRecord(tuple(steps), tuple(entries))


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


def _hand_entry(change: Mapping[str, Any], entry: Mapping[str, Any]) -> HandEntry:
    return HandEntry(
        change["change_number"],
        datetime.fromisoformat(change["recorded_at"]),
        entry["entry_id"],
        entry["kind"],
        entry["author_name"],
        entry.get("alert_id") or entry.get("withdrawn_entry_id"),
        entry.get("action"),
    )
