"""The hash chain: a record as it was written verifies; what is done to it behind its back is found and named."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import uuid_utils.compat

from session_store.chain import KEPT_BYTES, NOTHING, link, row_digest
from session_store.commands import RecordClinicEntries
from session_store.storage.engine import Engines
from session_store.verifying import Finding, VerifyReport, verify
from tests.postgresql import ON_BOTH_ENGINES
from tests.record_building import NURSE, PHYSICIAN, TestRecord, sent
from tests.storage.tampering import tamper

SESSION = "(SELECT session_id FROM change WHERE change_number = 8)"
OTHER = "(SELECT session_id FROM change WHERE change_number = 12)"
MINE, NOT_MINE = f"session_id = {SESSION}", f"session_id = {OTHER}"
# Change 9 is a blood pressure with two alert facts, 10 a note, 11 the clinic's own entry, 12 a second session's plan.
ALTERED = {
    "entry value": ("entry", 9, f"UPDATE entry SET systolic_mmhg = '120' WHERE seq = 9 AND {MINE}"),
    "entry author": ("entry", 10, f"UPDATE entry SET author_name = 'No One' WHERE seq = 10 AND {MINE}"),
    "entry time": ("entry", 8, f"UPDATE entry SET effective_at = effective_at + 1 WHERE seq = 8 AND {MINE}"),
    "receipt": ("entry_receipt", 10, f"UPDATE entry_receipt SET answer = '{{}}' WHERE seq = 10 AND {MINE}"),
    "fact": ("alert_fact", 9, "UPDATE alert_fact SET level = 1 WHERE fact_seq = 1"),
    "change": ("change", 9, "UPDATE change SET actor_id = NULL WHERE change_number = 9"),
    "change time": ("change", 9, "UPDATE change SET recorded_at = recorded_at + 1 WHERE change_number = 9"),
    "clinic entry": ("clinic_entry", 11, "UPDATE clinic_entry SET author_name = 'No One' WHERE seq = 1"),
    "session": ("infusion_session", 1, f"UPDATE infusion_session SET recorded_at = 0 WHERE {MINE}"),
    "patient": ("patient", 1, "UPDATE patient SET second_identifier = '1999-09-09'"),
    "second session": ("infusion_session", 12, f"UPDATE infusion_session SET recorded_at = 0 WHERE {NOT_MINE}"),
}  # fmt: skip
DELETED = {
    "entry": ("entry", 5, f"DELETE FROM entry WHERE seq = 5 AND {MINE}"),
    "receipt": ("entry_receipt", 10, f"DELETE FROM entry_receipt WHERE seq = 10 AND {MINE}"),
    "fact": ("alert_fact", 9, "DELETE FROM alert_fact WHERE fact_seq = 2"),
    "change": ("change", 6, "DELETE FROM change WHERE change_number = 6"),
    "clinic entry": ("clinic_entry", 11, "DELETE FROM clinic_entry"),
    "session": ("infusion_session", 1, f"DELETE FROM infusion_session WHERE {MINE}"),
    "patient": ("patient", 1, "DELETE FROM patient"),
}
INSERTED = {
    "entry": (
        f"INSERT INTO entry (clinic_id, session_id, seq, entry_id, kind, effective_at, recorded_at, source, author_id,"
        f" author_name, is_simulated, is_late) SELECT clinic_id, session_id, 90, session_id, kind, effective_at,"
        f" recorded_at, source, author_id, author_name, is_simulated, is_late FROM entry WHERE seq = 10"
        f" AND session_id = {SESSION}"
    ),
    "entry_receipt": (
        f"INSERT INTO entry_receipt SELECT clinic_id, session_id, session_id, seq, digest, answer FROM entry_receipt"
        f" WHERE seq = 10 AND session_id = {SESSION}"
    ),
    "alert_fact": (
        "INSERT INTO alert_fact SELECT clinic_id, session_id, 90, alert_id, fact, rule_id, rule_version, condition,"
        " level, at, recorded_at, text, citation, evidence_entry_id, is_past FROM alert_fact WHERE fact_seq = 1"
    ),
    "clinic_entry": (
        "INSERT INTO clinic_entry SELECT clinic_id, 90, entry_id, kind, effective_at, recorded_at, sent_effective_at,"
        " source, author_id, author_name, is_simulated, is_late, confirmed, content FROM clinic_entry"
    ),
    "infusion_session": (
        "INSERT INTO infusion_session SELECT clinic_id, patient_id, patient_id, recorded_at, is_simulated"
        f" FROM infusion_session WHERE session_id = {SESSION}"
    ),
    "patient": (
        f"INSERT INTO patient SELECT clinic_id, {SESSION}, 'TP-777', second_identifier, created_at FROM patient"
    ),
}


@pytest.fixture
def filled(record: TestRecord) -> TestRecord:
    session_id = record.running()
    record.chart(session_id, "vital_signs", systolic_mmhg=190, diastolic_mmhg=115)
    record.chart(session_id, "note", text="sits up")
    described = sent("chair_description", chair_label="1")
    record.recorder.submit(RecordClinicEntries(NURSE, (described,))).result()
    record.clock.forward(minutes=1)
    other = record.ready()
    record.chart(other, "note", text="the same patient again", author=PHYSICIAN)
    return record


def broken_after(engines: Engines, url: str, *statements: str) -> Finding:
    assert verify(engines.reader).broken == []
    tamper(url, statements)
    first = verify(engines.reader).first_broken
    assert first is not None, statements
    return first


@ON_BOTH_ENGINES
def test_a_record_as_it_was_written_verifies(filled: TestRecord, engines: Engines) -> None:
    report = verify(engines.reader)
    assert (report.broken, report.to_rebuild, report.are_projections_checked) == ([], [], True)
    assert report.clinics[0].changes == 18 and report.clinics[0].chain_head != NOTHING


@pytest.mark.parametrize("case", ALTERED)
@ON_BOTH_ENGINES
def test_an_altered_value_is_named(filled: TestRecord, engines: Engines, database_url: str, case: str) -> None:
    table, number, statement = ALTERED[case]
    first = broken_after(engines, database_url, statement)
    assert (first.table, first.change_number, "altered" in first.what) == (table, number, True), first


@pytest.mark.parametrize("case", DELETED)
@ON_BOTH_ENGINES
def test_a_deleted_row_is_named(filled: TestRecord, engines: Engines, database_url: str, case: str) -> None:
    table, number, statement = DELETED[case]
    first = broken_after(engines, database_url, statement)
    assert (first.table, first.change_number, first.what) == (table, number, "is missing"), first


@pytest.mark.parametrize("table", INSERTED)
@ON_BOTH_ENGINES
def test_an_inserted_row_is_named(filled: TestRecord, engines: Engines, database_url: str, table: str) -> None:
    first = broken_after(engines, database_url, INSERTED[table])
    assert first.table == table and "outside the chain" in first.what, first


@ON_BOTH_ENGINES
def test_an_inserted_change_is_named(filled: TestRecord, engines: Engines, database_url: str) -> None:
    columns = "recorded_at, session_id, entry_seq, first_fact_seq, last_fact_seq, actor_id, row_digests, hash"
    insert = f"INSERT INTO change SELECT clinic_id, 19, {columns} FROM change WHERE change_number = 18"
    first = broken_after(engines, database_url, insert)
    assert (first.table, first.change_number) == ("change", 19)


@ON_BOTH_ENGINES
def test_two_rows_swapped_are_named(filled: TestRecord, engines: Engines, database_url: str) -> None:
    swap = [
        f"UPDATE entry SET seq = {to} WHERE seq = {at} AND session_id = {SESSION}"
        for at, to in ((3, 90), (4, 3), (90, 4))
    ]
    first = broken_after(engines, database_url, *swap)
    assert (first.table, first.change_number, first.seq) == ("entry", 3, 3)


@ON_BOTH_ENGINES
def test_two_changes_swapped_are_named(filled: TestRecord, engines: Engines, database_url: str) -> None:
    swap = [
        f"UPDATE change SET change_number = {to} WHERE change_number = {at}" for at, to in ((3, 90), (4, 3), (90, 4))
    ]
    first = broken_after(engines, database_url, *swap)
    assert (first.table, first.change_number) == ("change", 3)


@ON_BOTH_ENGINES
@pytest.mark.parametrize("is_counter_set_back", [False, True])
def test_a_tail_cut_off_is_named(
    filled: TestRecord, engines: Engines, database_url: str, is_counter_set_back: bool
) -> None:
    cut = [
        f"DELETE FROM entry WHERE seq = 7 AND session_id = {OTHER}",
        f"DELETE FROM entry_receipt WHERE seq = 7 AND session_id = {OTHER}",
        "DELETE FROM change WHERE change_number = 18",
    ]
    if is_counter_set_back:
        cut.append("UPDATE clinic SET change_number = 17")
    first = broken_after(engines, database_url, *cut)
    assert first.change_number == (17 if is_counter_set_back else 18), first


@ON_BOTH_ENGINES
@pytest.mark.parametrize("column", ["hash", "row_digests"])
def test_altered_links_are_named(filled: TestRecord, engines: Engines, database_url: str, column: str) -> None:
    first = broken_after(
        engines, database_url, f"UPDATE change SET {column} = (SELECT {column} FROM change WHERE change_number = 9)"
        " WHERE change_number = 10",
    )  # fmt: skip
    assert (first.table, first.change_number) == ("change", 10)


def test_a_missing_trigger_is_a_finding(filled: TestRecord, engines: Engines, database_url: str) -> None:
    tamper(database_url, [])
    assert "triggers missing" in _first(verify(engines.reader)).what


def test_a_value_that_cannot_be_read_is_named(filled: TestRecord, engines: Engines, database_url: str) -> None:
    first = broken_after(
        engines, database_url, f"UPDATE entry SET systolic_mmhg = 'high' WHERE seq = 9 AND session_id = {SESSION}"
    )
    assert (first.table, first.change_number) == ("entry", 9) and "cannot be read" in first.what


@ON_BOTH_ENGINES
def test_an_altered_projection_is_no_broken_record(filled: TestRecord, engines: Engines, database_url: str) -> None:
    tamper(database_url, ["UPDATE session_summary SET status = 'discharged'"])
    report = verify(engines.reader)
    assert [one for one in report.broken if "triggers" not in one.what] == []
    assert verify(engines.reader, projections=False).to_rebuild == []


def test_only_the_clinic_asked_for_is_checked(filled: TestRecord, engines: Engines) -> None:
    assert verify(engines.reader, 1).is_intact
    assert _first(verify(engines.reader, 2)).what == "no such clinic"


def _first(report: VerifyReport) -> Finding:
    assert report.first_broken is not None
    return report.first_broken


# ----------------------------------------------------------------------------------------------------- the pure part


def test_the_same_row_has_the_same_digest_whatever_engine_gave_it_back() -> None:
    at, one = datetime(2026, 11, 20, 9, tzinfo=UTC), uuid_utils.compat.uuid7()
    stored = {"a": one, "b": at, "c": Decimal("98.10"), "d": b"\x01\x02", "e": None, "f": True}
    given_back = dict(stored) | {"d": memoryview(b"\x01\x02"), "b": at.astimezone()}
    assert row_digest("entry", stored) == row_digest("entry", given_back)
    assert row_digest("entry", {"c": Decimal("1E+2")}) == row_digest("entry", {"c": Decimal("100")})
    others = [stored | {"c": Decimal("98.1")}, stored | {"f": False}, stored | {"e": ""}, {**stored, "g": None}]
    assert len({row_digest("entry", row) for row in [stored, *others]} | {row_digest("change", stored)}) == 6


def test_a_change_covers_its_rows_in_their_order_and_what_was_before() -> None:
    rows = [("change", {"n": 1}), ("entry", {"n": 2})]
    digests, head = link(NOTHING, rows)
    assert len(digests) == 2 * KEPT_BYTES and len(head) == len(NOTHING)
    assert head not in (link(head, rows)[1], link(NOTHING, rows[::-1])[1], link(NOTHING, rows[:1])[1])
