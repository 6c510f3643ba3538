"""Runs every specification of this folder through the real recorder on a real file."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from session_store.commands import EntryOutcome
from session_store.domain.entries import FIELD_SPECS
from session_store.domain.entry_fields import FieldType
from session_store.domain.rules.delivered import DELIVERED
from session_store.reader import Reader
from tests.record_building import BASELINE, MONITOR, NURSE, PAIN, PLAN, TestRecord, sent
from tests.spec.specification import Row, SentEntry, read_entry, read_specification

FILES = sorted(Path(__file__).parent.glob("*.txt"))


@dataclass
class Performance:
    """One specification being played: which entry each row became."""

    record: TestRecord
    reader: Reader
    session_id: UUID
    entry_ids: dict[str, str] = field(default_factory=dict)

    def play(self, row: Row, begins: datetime) -> None:
        self.record.clock.time = begins + row.at
        if row.entry == "the clock":
            self.record.tick()
            return
        entry = read_entry(row.entry)
        content: dict[str, Any] = typed(entry) | self._named(entry)
        if entry.true_at is not None:
            content["effective_at"] = (begins + entry.true_at).isoformat()
        result = self.record.chart(
            self.session_id, entry.kind, author=MONITOR if entry.is_monitor else NURSE, **content
        )
        assert result.outcome is EntryOutcome.RECORDED, f"line {row.line}: {result.problems}"
        self.entry_ids[row.minutes] = str(result.entry_id)

    def _named(self, entry: SentEntry) -> dict[str, Any]:
        """What the table names by row or by condition and the interface by identifier."""
        if "withdraws" in entry.fields:
            return {"withdrawn_entry_id": self.entry_ids[entry.fields["withdraws"]], "reason": "other patient"}
        if "of" in entry.fields:
            return {"alert_id": next(a["alert_id"] for a in self.standing() if a["condition"] == entry.fields["of"])}
        return {"source": "monitor"} if entry.is_monitor else {}

    def standing(self) -> list[dict[str, Any]]:
        alerts: list[dict[str, Any]] = self.reader.timeline(self.session_id)["session"]["alerts"]
        return alerts

    def shown(self) -> tuple[str, ...]:
        return tuple(sorted(_in_words(alert) for alert in self.standing()))

    def sounding(self) -> tuple[str, ...]:
        return tuple(
            sorted(
                alert["condition"]
                for alert in self.standing()
                if alert["sounded_at"] and not alert["cleared_at"] and not alert["acknowledged"]
            )
        )


def _in_words(alert: dict[str, Any]) -> str:
    state = " past" if alert["is_past"] else " over" if alert["cleared_at"] else ""
    return f"{alert['condition'].removesuffix(':past')} {alert['level']}{state}"


def typed(entry: SentEntry) -> dict[str, Any]:
    """The fields as a tablet sends them: yes and no as truth, reasons as an object."""
    content: dict[str, Any] = {}
    for name, text in entry.fields.items():
        spec = FIELD_SPECS[entry.kind].get(name)
        if spec is not None and spec.type is FieldType.BOOLEAN:
            content[name] = text == "yes"
        elif spec is not None and spec.type is FieldType.REASONS:
            content[name] = dict([text.split(":", 1)])
        elif spec is not None:
            content[name] = text
    return content


def prepared(record: TestRecord, settings: dict[str, str]) -> UUID:
    """A session that is ready, as the head of the file says."""
    session_id, _ = record.plan(sent("session_planned", **PLAN))
    weight, is_monitored = settings.get("weight_kg", "70"), settings.get("is_monitored", "yes") == "yes"
    record.chart(session_id, "weight", weight_kg=weight, basis="measured")
    record.chart(session_id, "setting_attested", is_monitored=is_monitored, attested_by="Test Physician 1")
    baseline = settings.get("baseline", "")
    if baseline != "none":
        record.chart(session_id, "vital_signs", **(BASELINE | read_entry(f"vital_signs {baseline}").fields))
    record.chart(session_id, "pain_score", **PAIN)
    record.chart(session_id, "session_ready")
    record.override_start(session_id)
    return session_id


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_specification(file: Path, record: TestRecord, reader: Reader) -> None:
    specification = read_specification(file)
    assert specification.rows, "a specification has a table"
    begins = record.clock.forward(minutes=1)
    performance = Performance(record, reader, prepared(record, specification.settings))
    for row in specification.rows:
        performance.play(row, begins)
        assert performance.shown() == row.alerts, f"{file.name}:{row.line}, minute {row.minutes}: {row.entry}"
        if row.sounding is not None:
            assert performance.sounding() == row.sounding, f"{file.name}:{row.line} sounding"


def test_every_condition_in_a_table_is_one_of_the_rules() -> None:
    conditions = set(DELIVERED.by_condition)
    for file in FILES:
        for row in read_specification(file).rows:
            for alert in row.alerts:
                assert alert.split()[0].split(":")[0] in conditions, f"{file.name}:{row.line}"


def test_a_cell_that_cannot_be_read_is_told() -> None:
    with pytest.raises(ValueError, match="length 1; 2 is required"):
        read_entry("vital_signs spo2_percent")
    with pytest.raises(ValueError, match="invalid literal"):
        read_entry("vital_signs spo2_percent=98 true at noon")
