"""Plays the rows of a table through the real recorder, and says in the words of the columns what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import pytest
import uuid_utils.compat

from session_store.commands import Author, EntryOutcome, EntryResult, RecordClinicEntries, TabletHeard
from session_store.domain import alert_evaluation
from session_store.domain.alert import AlertFact, Fact
from session_store.domain.discharge_gate import discharge_gate
from session_store.domain.dose_judging import notes_at_end
from session_store.domain.entries import CLINIC_KINDS, FIELD_SPECS
from session_store.domain.entry_fields import FieldType
from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.model import RuleKind
from session_store.domain.start_gate import GateItem, held_by, start_gate
from session_store.reader import Reader
from tests.record_building import BASELINE, MONITOR, NURSE, PHYSICIAN, TestRecord, sent
from tests.spec.specification import PEOPLE, Row, SentEntry, read_entry

TABLET = uuid_utils.compat.uuid7()
AUTHORS = {role: Author(uuid5(TABLET, role), f"Test {role.title()} 1", role.replace(" ", "_")) for role in PEOPLE} | {
    "nurse": NURSE, "physician": PHYSICIAN, "monitor": MONITOR, "pump": MONITOR,
}  # fmt: skip
GATES = ("start gate", "discharge gate")
# The head of a column that leaves out what its table is not about.
ALERTS_OF = "alerts of "
# Short words of the tables for fields that name another entry, by the minute of its row.
_OTHER_ENTRY = {"withdraws": "withdrawn_entry_id", "amends": "amended_entry_id", "effect": "effect_entry_id"}


@dataclass
class Performance:
    """One table being played: which entry each row became, and the facts of the last row."""

    record: TestRecord
    reader: Reader
    session_id: UUID
    begins: datetime
    entry_ids: dict[str, str] = field(default_factory=dict)
    new_facts: list[AlertFact] = field(default_factory=list)

    def play(self, row: Row) -> None:
        self.record.clock.time = self.begins + row.at
        known = len(self._facts())
        if row.entry in _BESIDE_ENTRIES:
            _BESIDE_ENTRIES[row.entry](self)
        else:
            self._send(row, read_entry(row.entry))
        self.new_facts = self._facts()[known:]

    def _send(self, row: Row, entry: SentEntry) -> None:
        content = typed(entry) | self._named(entry)
        if entry.true_at is not None:
            content["effective_at"] = (self.begins + entry.true_at).isoformat()
        if entry.sender in ("monitor", "pump"):
            content["source"] = entry.sender
        result = self._recorded(entry, content)
        expected = EntryOutcome.REFUSED if entry.is_refused else EntryOutcome.RECORDED
        assert result.outcome is expected, f"line {row.line}: {result.problems}"
        held = self._held(entry.kind)
        if entry.is_refused and held is not None:
            assert [problem.field for problem in result.problems] == held, f"line {row.line}"
        self.entry_ids[row.cells["minutes"]] = str(result.entry_id)

    def _recorded(self, entry: SentEntry, content: dict[str, Any]) -> EntryResult:
        author = AUTHORS[entry.sender]
        if entry.kind in CLINIC_KINDS:
            command = RecordClinicEntries(author, (sent(entry.kind, **content),))
            return self.record.recorder.submit(command).result()[0]
        return self.record.chart(self.session_id, entry.kind, author=author, **content)

    def _named(self, entry: SentEntry) -> dict[str, Any]:
        """What the table names by row, by condition or by role, and the interface by identifier."""
        named: dict[str, Any] = {"reason": "other patient"} if {"withdraws", "amends"} & entry.fields.keys() else {}
        for name, text in entry.fields.items():
            if name in _OTHER_ENTRY:
                named[_OTHER_ENTRY[name]] = self.entry_ids[text]
            elif name == "of":
                named["alert_id"] = next(
                    alert["alert_id"] for alert in self.standing() if _short(alert["condition"], self) == text
                )
            elif name.endswith("account_id"):
                named[name] = str(AUTHORS[text].account_id)
        return named

    def _held(self, kind: str) -> list[str] | None:
        """What a refused start or discharge is held for; None of any other kind."""
        column = {"infusion_started": "start gate", "discharged": "discharge gate"}.get(kind)
        return None if column is None else [item.rule_id for item in held_by(*self.gate(column))]

    def _facts(self) -> list[AlertFact]:
        return [fact for fact, _ in self.reader.session_record(self.session_id).facts]

    def standing(self) -> list[dict[str, Any]]:
        alerts: list[dict[str, Any]] = self.reader.timeline(self.session_id)["session"]["alerts"]
        return alerts

    def gate(self, column: str) -> tuple[list[GateItem], list[str]]:
        """The items of a gate now, and those that a physician has overridden; nothing holds a session that is over."""
        summary, now = self.reader.summary(self.session_id), self.record.clock.now()
        if summary.is_closed:
            return [], []
        if column == "start gate":
            return start_gate(summary, DELIVERED, now), summary.start_overridden
        return discharge_gate(summary, DELIVERED, now), summary.discharge_overridden

    def notes(self) -> list[str]:
        """The ids of the rules that have a note."""
        notes = notes_at_end(self.reader.summary(self.session_id), DELIVERED)
        rules = DELIVERED.of_kind(RuleKind.INFORMATION)
        return [rule.rule_id for rule in rules if any(note.startswith(rule.plain_words()) for note in notes)]

    def said(self, column: str) -> tuple[str, ...]:
        """What a cell of this column should say now."""
        if column.startswith(ALERTS_OF):
            condition = column.removeprefix(ALERTS_OF)
            return tuple(sorted(alert for alert in _alerts(self) if alert.startswith(condition)))
        return tuple(sorted(_COLUMNS[column](self)))

    def shown_rules(self, column: str) -> set[str]:
        """The rules of gates and notes that this column shows now."""
        if column in GATES:
            return {item.rule_id for item in self.gate(column)[0]}
        return set(self.notes()) if column == "notes" else set()

    def raised_rules(self) -> set[str]:
        """The rules by which an alert was raised or changed its level up to now."""
        facts = self._facts()
        raised = {fact.rule_id for fact in facts if fact.fact in (Fact.RAISED, Fact.ESCALATED, Fact.LOWERED)}
        is_unanswered = any(fact.fact is Fact.UNANSWERED for fact in facts)
        return raised | ({"alert.unanswered.critical"} if is_unanswered else set())


def _tick(performance: Performance) -> None:
    performance.record.tick()


def _tablet(*, is_leaving: bool) -> Callable[[Performance], None]:
    def say(performance: Performance) -> None:
        said = TabletHeard(performance.session_id, TABLET, NURSE, is_leaving)
        performance.record.recorder.submit(said).result()

    return say


_BESIDE_ENTRIES: dict[str, Callable[[Performance], None]] = {
    "the clock": _tick,
    "the tablet is heard": _tablet(is_leaving=False),
    "the tablet leaves": _tablet(is_leaving=True),
}


def _in_words(alert: dict[str, Any]) -> str:
    state = " past" if alert["is_past"] else " over" if alert["cleared_at"] else ""
    return f"{alert['condition'].removesuffix(':past')} {alert['level']}{state}"


def _short(condition: str, performance: Performance) -> str:
    """`bolus.dose:2` for the bolus of the row at minute 2."""
    minutes = {entry_id: minute for minute, entry_id in performance.entry_ids.items()}
    name, colon, instance = condition.partition(":")
    return f"{name}{colon}{minutes.get(instance, instance)}"


def _alerts(performance: Performance) -> list[str]:
    return [
        _in_words(alert | {"condition": _short(alert["condition"], performance)}) for alert in performance.standing()
    ]


def _sounding(performance: Performance) -> list[str]:
    return [
        _short(alert["condition"], performance)
        for alert in performance.standing()
        if alert["sounded_at"] and not alert["cleared_at"] and not alert["acknowledged"]
    ]


def _gate_words(items: list[GateItem], overridden: list[str]) -> list[str]:
    """`consent` of `start.consent.held`, and what became of it; what holds nothing is a caution."""
    words = {item.rule_id: " (overridden)" if item.rule_id in overridden else "" for item in items}
    words |= {item.rule_id: " (caution)" for item in items if not item.is_held}
    return [rule_id.split(".")[1] + word for rule_id, word in words.items()]


_COLUMNS: dict[str, Callable[[Performance], list[str]]] = {
    "alerts after": _alerts,
    "sounding": _sounding,
    "facts": lambda performance: [f"{fact.fact} {fact.rule_id}" for fact in performance.new_facts],
    "start gate": lambda performance: _gate_words(*performance.gate("start gate")),
    "discharge gate": lambda performance: _gate_words(*performance.gate("discharge gate")),
    "notes": lambda performance: [DELIVERED.rule(rule_id).condition for rule_id in performance.notes()],
}


def typed(entry: SentEntry) -> dict[str, Any]:
    """The fields as a tablet sends them: yes and no as truth, reasons and changes as an object. Raises `ValueError` for
    a field that the kind does not have."""
    content: dict[str, Any] = {}
    for name, text in entry.fields.items():
        spec = FIELD_SPECS[entry.kind].get(name)
        if spec is not None and spec.type is FieldType.BOOLEAN:
            content[name] = {"yes": True, "no": False}[text]
        elif spec is not None and spec.type in (FieldType.REASONS, FieldType.FIELDS):
            content[name] = dict(pair.split(":", 1) for pair in text.split(","))
        elif spec is not None:
            content[name] = text
        elif name not in ("of", *_OTHER_ENTRY):
            raise ValueError(f"{entry.kind} has no field {name}")
    return content


def prepared(record: TestRecord, settings: dict[str, str]) -> UUID:
    """A session that is ready, as the settings say, with all that a start needs and they do not leave out."""
    without = set(settings.get("without", "").replace(",", " ").split())
    baseline = BASELINE | read_entry(f"vital_signs {settings.get('baseline', '')}").fields
    plan = read_entry(f"session_planned {settings.get('plan', '')}").fields
    return record.complete(
        without=without,
        is_monitored=settings.get("is_monitored", "yes") == "yes",
        weight_kg=float(settings.get("weight_kg", "70")),
        baseline=baseline,
        **plan,
    )


def break_judging(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Every judge of this kind of entry fails from now on."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(alert_evaluation._JUDGES, kind, (fail,))
