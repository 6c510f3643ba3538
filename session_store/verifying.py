"""Checks the whole record: every row against the hash chain, the engine's constraints, the triggers, the projections.

Streams over the changes in their order, so that memory does not grow with the record. What cannot be read is a finding
like any other. The first finding of a clinic names the first broken row in the order of recording.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from session_store.chain import KEPT_BYTES, NOTHING, Row, chained, kept, row_digest
from session_store.errors import RecordCorrupt
from session_store.rebuilding import differing_sessions
from session_store.storage import record_reading
from session_store.storage.migrating import check_triggers
from session_store.storage.record_reading import ClinicRow, Covered, UnreadableRows, hashed_row
from session_store.storage.row_mapping import clinic_entry_from_row, entry_from_row, fact_from_row

CHANGES_AT_ONCE = 500
# After so many findings the rest is not worth naming one by one.
MOST_FINDINGS = 50
Progress = Callable[[int, int], None]
_COUNTED = ("entry", "clinic_entry", "entry_receipt", "alert_fact", "infusion_session", "patient")
_READERS: dict[str, Callable[[Any], Any]] = {
    "entry": entry_from_row, "clinic_entry": clinic_entry_from_row, "alert_fact": fact_from_row,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was recorded, and where."""

    what: str
    clinic_id: int | None = None
    change_number: int | None = None
    table: str | None = None
    session_id: UUID | None = None
    seq: int | None = None
    entry_id: UUID | None = None

    def text(self) -> str:
        """One line for a person."""
        places = (
            ("clinic", self.clinic_id), ("change", self.change_number), ("table", self.table),
            ("session", self.session_id), ("seq", self.seq), ("entry", self.entry_id),
        )  # fmt: skip
        where = ", ".join(f"{name} {value}" for name, value in places if value is not None)
        return f"{where}: {self.what}" if where else self.what


@dataclass(frozen=True, slots=True)
class CheckedClinic:
    """What was checked of one clinic; `chain_head` kept elsewhere shows later that nothing was cut off."""

    clinic_id: int
    changes: int
    rows: int
    chain_head: bytes


@dataclass(slots=True)
class VerifyReport:
    """What was found. `broken` concerns the record itself; `to_rebuild` projections that a rebuild would change."""

    clinics: list[CheckedClinic] = field(default_factory=list)
    broken: list[Finding] = field(default_factory=list)
    to_rebuild: list[Finding] = field(default_factory=list)
    are_projections_checked: bool = False

    @property
    def is_intact(self) -> bool:
        """Whether the record is as it was written."""
        return not self.broken

    @property
    def first_broken(self) -> Finding | None:
        """The first row, in the order of recording, that is not as it was written; else the first other fault."""
        return next((one for one in self.broken if one.change_number is not None), next(iter(self.broken), None))

    def refuse_broken(self, what: str) -> None:
        """Raises `RecordCorrupt` naming the first broken row."""
        first = self.first_broken
        if first is not None:
            raise RecordCorrupt(f"{what} is broken: {first.text()}")


def verify(
    engine: Engine, clinic_id: int | None = None, *, projections: bool = True, progress: Progress | None = None
) -> VerifyReport:
    """Check the record of one clinic, or of all, as it stands now; a server may go on recording."""
    with record_reading.snapshot(engine) as connection, connection.begin():
        return verify_connection(connection, clinic_id, projections=projections, progress=progress)


def check_head(engine: Engine, report: VerifyReport, clinic_id: int, number: int, expected: bytes) -> None:
    """Whether the chain still goes through a head that was kept elsewhere: what the record itself cannot show, a tail
    cut off together with the counter, or a whole history written anew, shows here."""
    with record_reading.snapshot(engine) as connection, connection.begin():
        found = record_reading.hash_of(connection, clinic_id, number)
    if found != expected:
        what = "is missing" if found is None else "has another hash"
        report.broken.append(Finding(f"{what} than the chain head that was kept", clinic_id, number, "change"))


def verify_connection(
    connection: Connection, clinic_id: int | None = None, *, projections: bool = True, progress: Progress | None = None
) -> VerifyReport:
    """The same on a connection whose transaction sees one state of the record."""
    report = VerifyReport()
    try:
        _verify(connection, clinic_id, report, progress)
        if projections:
            _compare_projections(connection, report)
    except Exception as failure:
        # Whatever a damaged file does to the reader of it, the answer is a report.
        report.broken.append(Finding(f"cannot be read: {_words(failure)}"))
    return report


def _verify(connection: Connection, clinic_id: int | None, report: VerifyReport, progress: Progress | None) -> None:
    found = record_reading.clinics(connection, clinic_id)
    if clinic_id is not None and not found:
        report.broken.append(Finding("no such clinic", clinic_id))
    for clinic in found:
        check = _ClinicCheck(connection, clinic, progress)
        check.run()
        report.broken += check.findings
        report.clinics.append(CheckedClinic(clinic.clinic_id, clinic.change_number, check.rows, clinic.chain_head))
    try:
        check_triggers(connection)
    except RecordCorrupt as unprotected:
        report.broken.append(Finding(str(unprotected)))
    report.broken += [Finding(fault) for fault in record_reading.engine_faults(connection)]


def _compare_projections(connection: Connection, report: VerifyReport) -> None:
    if report.broken:
        return
    for clinic in report.clinics:
        for session_id in islice(differing_sessions(connection, clinic.clinic_id), MOST_FINDINGS):
            what = "projection differs, run rebuild"
            report.to_rebuild.append(Finding(what, clinic.clinic_id, session_id=session_id))
    report.are_projections_checked = True


def _words(failure: BaseException) -> str:
    """The first line of a fault, without the statement that met it."""
    cause = failure.__cause__ or failure
    lines = str(getattr(cause, "orig", None) or cause).splitlines()
    return lines[0] if lines else type(cause).__name__


def _digest(table: str, row: Row | None) -> bytes:
    if row is None:
        return bytes(KEPT_BYTES)
    # Read by the columns of the schema; only a change has more than the chain covers.
    return row_digest(table, hashed_row(table, row) if table == "change" else row)


class _ClinicCheck:
    """One clinic's changes followed from the first to the last."""

    def __init__(self, connection: Connection, clinic: ClinicRow, progress: Progress | None) -> None:
        self.findings: list[Finding] = []
        self.rows = 0
        self._connection = connection
        self._clinic = clinic
        self._progress = progress
        # After a broken change either its hash on record or the one computed may be what the next was built on.
        self._heads: tuple[bytes, ...] = (NOTHING,)
        self._counts = dict.fromkeys(_COUNTED, 0)
        self._patients: set[UUID] = set()

    def run(self) -> None:
        """All changes, then what stands outside them."""
        last = max(self._clinic.change_number, record_reading.last_number(self._connection, self._clinic.clinic_id))
        for first in range(1, last + 1, CHANGES_AT_ONCE):
            self._check_span(first, min(first + CHANGES_AT_ONCE - 1, last))
            if len(self.findings) >= MOST_FINDINGS:
                return
            if self._progress is not None:
                self._progress(min(first + CHANGES_AT_ONCE - 1, last), last)
        if self._clinic.chain_head not in self._heads:
            self._add("the chain does not end in the hash that the clinic keeps: the last changes are missing", last)
        for table in _COUNTED:
            self._check_outside(table)

    def _check_span(self, first: int, last: int) -> None:
        """Halved until the one change is found that cannot be read."""
        try:
            covered = record_reading.read_covered(self._connection, self._clinic.clinic_id, first, last)
        except UnreadableRows as unreadable:
            if first == last:
                self._add(f"cannot be read: {_words(unreadable)}", first, unreadable.table)
                self._heads = ()
                return
            middle = (first + last) // 2
            self._check_span(first, middle)
            self._check_span(middle + 1, last)
            return
        for number in range(first, last + 1):
            self._check_change(covered, number)

    def _check_change(self, covered: Covered, number: int) -> None:
        change = covered.changes.get(number)
        if change is None:
            self._add("is missing", number, "change")
            self._heads = ()
            return
        if number > self._clinic.change_number:
            self._add("has a number above the clinic's counter", number, "change")
        rows = list(self._expected(covered, change))
        self.rows += len(rows)
        digests = [_digest(name, row) for name, row in rows]
        is_whole = all(row is not None for _, row in rows)
        computed = [chained(head, digests) for head in self._heads] if is_whole else []
        if change["hash"] in computed and change["row_digests"] == kept(digests):
            self._check_readable(rows, number)
        else:
            self._name_broken(change, rows, digests, is_following=change["hash"] in computed)
        self._heads = (change["hash"], *computed[:1])

    def _expected(self, covered: Covered, change: Row) -> Iterator[tuple[str, Row | None]]:
        """The rows that a change must have, in the order of the chain; None for one that is not there."""
        number, session_id, seq = change["change_number"], change["session_id"], change["entry_seq"]
        yield "change", change
        if seq is not None:
            yield from self._one(covered, "clinic_entry" if session_id is None else "entry", number)
            yield from self._one(covered, "entry_receipt", number)
        if change["first_fact_seq"] is not None:
            yield from self._facts(covered, change)
        if session_id is not None and seq == 1:
            yield from self._one(covered, "infusion_session", number)
            yield from self._new_patient(covered, number)

    def _one(self, covered: Covered, table: str, number: int) -> Iterator[tuple[str, Row | None]]:
        found = covered.of(table, number)
        self._counts[table] += len(found)
        yield table, found[0] if found else None

    def _facts(self, covered: Covered, change: Row) -> Iterator[tuple[str, Row | None]]:
        by_seq = {row["fact_seq"]: row for row in covered.of("alert_fact", change["change_number"])}
        self._counts["alert_fact"] += len(by_seq)
        wanted = range(change["first_fact_seq"], (change["last_fact_seq"] or 0) + 1)
        yield from (("alert_fact", by_seq.get(seq)) for seq in wanted)

    def _new_patient(self, covered: Covered, number: int) -> Iterator[tuple[str, Row | None]]:
        """The patient is covered by the first change of the first session."""
        sessions, found = covered.of("infusion_session", number), covered.of("patient", number)
        patient_id = sessions[0]["patient_id"] if sessions else None
        if patient_id is None or patient_id in self._patients:
            return
        self._patients.add(patient_id)
        self._counts["patient"] += len(found)
        yield "patient", found[0] if found else None

    def _name_broken(
        self, change: Row, rows: list[tuple[str, Row | None]], digests: list[bytes], *, is_following: bool
    ) -> None:
        number, noted = change["change_number"], change["row_digests"]
        if noted[:KEPT_BYTES] != digests[0][:KEPT_BYTES] and not is_following:
            # Which rows belong to it is said by this very row, so that nothing more can be said about them.
            self._add("was altered", number, "change")
            return
        before = len(self.findings)
        for at, (table, row) in enumerate(rows):
            if row is None:
                self._add_row("is missing", change, table, at, rows)
            elif noted[at * KEPT_BYTES : (at + 1) * KEPT_BYTES] != digests[at][:KEPT_BYTES] and not is_following:
                self._add_row("was altered", change, table, at, rows)
        if len(self.findings) == before and self._heads:
            what = "its row digests were altered" if is_following else "does not follow from the change before it"
            self._add(what, number, "change")
        elif len(self.findings) == before and noted != kept(digests):
            self._add("its row digests do not fit its rows", number, "change")

    def _add_row(self, what: str, change: Row, table: str, at: int, rows: list[tuple[str, Row | None]]) -> None:
        row = rows[at][1] or {}
        seq = row.get("fact_seq", change["entry_seq"])
        if table == "alert_fact" and not row:
            seq = change["first_fact_seq"] + sum(name == table for name, _ in rows[:at])
        entry_id = row.get("entry_id")
        self._add(what, change["change_number"], table, change["session_id"], seq, entry_id)

    def _check_readable(self, rows: list[tuple[str, Row | None]], number: int) -> None:
        for table, row in rows:
            read = _READERS.get(table)
            if read is None or row is None:
                continue
            try:
                read(row)
            except Exception as failure:
                what = f"does not read as a fact of this program: {_words(failure)}"
                seq = row.get("seq", row.get("fact_seq"))
                self._add(what, number, table, row.get("session_id"), seq, row.get("entry_id"))

    def _check_outside(self, table: str) -> None:
        there = record_reading.count(self._connection, table, self._clinic.clinic_id)
        covered = self._counts[table]
        if there == covered:
            return
        found = record_reading.outside_the_chain(self._connection, table, self._clinic.clinic_id, MOST_FINDINGS)
        for key in found:
            entry_id = key.get("entry_id") or key.get("patient_id")
            what = "stands outside the chain: no change brought it"
            self.findings.append(
                Finding(what, self._clinic.clinic_id, None, table, key.get("session_id"), key.get("seq"), entry_id)
            )
        if not found and not self.findings:
            self._add(f"{there} rows, of which the changes cover {covered}", None, table)

    def _add(
        self,
        what: str,
        number: int | None,
        table: str | None = None,
        session_id: UUID | None = None,
        seq: int | None = None,
        entry_id: UUID | None = None,
    ) -> None:
        self.findings.append(Finding(what, self._clinic.clinic_id, number, table, session_id, seq, entry_id))
