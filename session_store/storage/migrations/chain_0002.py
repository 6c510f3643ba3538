"""The hash chain over the changes of an older record, as revision 0002 defines it. Frozen: the record's own code for
the chain may move on, what a released migration computes may not.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from session_store.storage.column_types import BinaryUuid, ExactDecimal, UtcMicroseconds

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CHANGES_AT_ONCE = 500
_TYPES: dict[str, Any] = {
    **dict.fromkeys(("patient_id", "session_id", "entry_id", "author_id", "actor_id"), BinaryUuid()),
    **dict.fromkeys(("alert_id", "evidence_entry_id"), BinaryUuid()),
    **dict.fromkeys(("created_at", "recorded_at", "effective_at", "sent_effective_at", "at"), UtcMicroseconds()),
    **dict.fromkeys(("heart_rate_per_min", "systolic_mmhg", "diastolic_mmhg", "mean_arterial_mmhg"), ExactDecimal()),
    **dict.fromkeys(("spo2_percent", "respiratory_rate_per_min", "end_tidal_co2_mmhg"), ExactDecimal()),
    "temperature_celsius": ExactDecimal(),
    **dict.fromkeys(("is_simulated", "is_late", "is_past"), sa.Boolean()),
    "digest": sa.LargeBinary(),
}


def _table(name: str, columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(one, _TYPES.get(one, sa.Text())) for one in columns.split()))


_CHANGE_COLUMNS = "clinic_id change_number recorded_at session_id entry_seq first_fact_seq last_fact_seq actor_id"
_ENTRY = _table(
    "entry",
    "clinic_id session_id seq entry_id kind effective_at recorded_at sent_effective_at source author_id author_name "
    "is_simulated is_late confirmed heart_rate_per_min systolic_mmhg diastolic_mmhg mean_arterial_mmhg spo2_percent "
    "respiratory_rate_per_min end_tidal_co2_mmhg temperature_celsius content",
)
_RECEIPT = _table("entry_receipt", "clinic_id entry_id session_id seq digest answer")
_FACT = _table(
    "alert_fact",
    "clinic_id session_id fact_seq alert_id fact rule_id rule_version condition level at recorded_at text citation "
    "evidence_entry_id is_past",
)
_SESSION = _table("infusion_session", "clinic_id session_id patient_id recorded_at is_simulated")
_PATIENT = _table("patient", "clinic_id patient_id patient_label second_identifier created_at")

_Row = Mapping[str, Any]


def change_links(bind: sa.Connection, changes: str, clinic_id: int) -> Iterator[dict[str, Any]]:
    """Every change of a clinic in order, with `row_digests` and `hash`, from the table named `changes`."""
    change = _table(changes, _CHANGE_COLUMNS)
    previous, patients, last = bytes(32), set[UUID](), 0
    while True:
        query = sa.select(change).where(change.c.clinic_id == clinic_id, change.c.change_number > last)
        found = bind.execute(query.order_by(change.c.change_number).limit(_CHANGES_AT_ONCE)).mappings().all()
        if not found:
            return
        covered = _Covered(bind, change, clinic_id, last, found[-1]["change_number"])
        for row in found:
            digests = [_digest(name, one) for name, one in _rows_of(dict(row), covered, patients)]
            previous = hashlib.sha256(previous + b"".join(digests)).digest()
            yield {**row, "row_digests": b"".join(one[:8] for one in digests), "hash": previous}
        last = found[-1]["change_number"]


class _Covered:
    """The rows that a range of changes brought into the record."""

    def __init__(self, bind: sa.Connection, change: sa.TableClause, clinic_id: int, after: int, until: int) -> None:
        number = change.c.change_number
        self._within = (change.c.clinic_id == clinic_id, number > after, number <= until)
        self._bind, self._change = bind, change
        brought = self._same_session(_ENTRY) & (_ENTRY.c.seq == change.c.entry_seq)
        self.entries = self._by_change(_ENTRY, brought)
        self.receipts = self._by_change(_RECEIPT, brought & self._same_clinic(_RECEIPT) & self._same_id(), _ENTRY)
        between = _FACT.c.fact_seq.between(change.c.first_fact_seq, change.c.last_fact_seq)
        self.facts = self._by_change(_FACT, self._same_session(_FACT) & between, order=_FACT.c.fact_seq)
        is_first = change.c.entry_seq == 1
        begun = self._same_session(_SESSION) & is_first
        self.sessions = self._by_change(_SESSION, begun)
        whose = (_PATIENT.c.clinic_id == _SESSION.c.clinic_id) & (_PATIENT.c.patient_id == _SESSION.c.patient_id)
        self.patients = self._by_change(_PATIENT, begun & whose, _SESSION)

    def _same_clinic(self, table: sa.TableClause) -> sa.ColumnElement[bool]:
        return table.c.clinic_id == self._change.c.clinic_id

    def _same_session(self, table: sa.TableClause) -> sa.ColumnElement[bool]:
        return self._same_clinic(table) & (table.c.session_id == self._change.c.session_id)

    def _same_id(self) -> sa.ColumnElement[bool]:
        return _RECEIPT.c.entry_id == _ENTRY.c.entry_id

    def _by_change(
        self, table: sa.TableClause, joined: sa.ColumnElement[bool], *through: sa.TableClause, order: Any = None
    ) -> dict[int, list[_Row]]:
        query = sa.select(self._change.c.change_number.label("of_change"), table)
        query = query.select_from(self._change, *through, table).where(*self._within, joined)
        if order is not None:
            query = query.order_by(self._change.c.change_number, order)
        found: dict[int, list[_Row]] = {}
        for row in self._bind.execute(query).mappings():
            values = {name: value for name, value in row.items() if name != "of_change"}
            found.setdefault(row["of_change"], []).append(values)
        return found


def _rows_of(row: _Row, covered: _Covered, patients: set[UUID]) -> Iterator[tuple[str, _Row]]:
    number = row["change_number"]
    yield "change", row
    for name, rows in (("entry", covered.entries), ("entry_receipt", covered.receipts), ("alert_fact", covered.facts)):
        for one in rows.get(number, ()):
            yield name, one
    for one in covered.sessions.get(number, ()):
        yield "infusion_session", one
    for one in covered.patients.get(number, ()):
        if one["patient_id"] not in patients:
            patients.add(one["patient_id"])
            yield "patient", one


def _digest(table: str, row: _Row) -> bytes:
    plain: Sequence[Any] = [table, *([name, _plain(value)] for name, value in row.items())]
    return hashlib.sha256(msgspec.json.encode(plain)).digest()


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return (value - _EPOCH) // _MICROSECOND
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.hex() if isinstance(value, bytes | memoryview) else value
