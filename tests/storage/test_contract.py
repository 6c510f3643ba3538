"""What the record asks of an engine: one class of tests, the same on SQLite and on PostgreSQL."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import uuid_utils.compat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, LargeBinary, MetaData, Table, Text, delete, insert, select, text

from session_store.clock import MOST_BEHIND
from session_store.commands import RecordEntries
from session_store.opening import open_record
from session_store.reader import Reader
from session_store.settings import Settings
from session_store.storage.column_types import BinaryUuid, ExactDecimal, UtcMicroseconds
from session_store.storage.engine import Engines
from session_store.storage.prepared import Prepared
from session_store.storage.projections import take_counter
from session_store.verifying import verify
from tests.postgresql import ON_BOTH_ENGINES
from tests.record_building import NURSE, TestRecord, sent

VALUES = Table(
    "tried_values", MetaData(), Column("one", BinaryUuid), Column("number", ExactDecimal),
    Column("at", UtcMicroseconds), Column("bytes", LargeBinary), Column("words", Text),
)  # fmt: skip
_TIMES = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
_DECIMALS = st.decimals(min_value=-(10**9), max_value=10**9, places=4) | st.sampled_from(
    [Decimal("62.80"), Decimal("0.0"), Decimal("1E-9"), Decimal("100")]
)
# PostgreSQL keeps no NUL in a text; the interface refuses it long before.
_WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
_ROWS = st.fixed_dictionaries(
    {"one": st.none() | st.uuids(), "number": st.none() | _DECIMALS, "at": st.none() | _TIMES,
     "bytes": st.none() | st.binary(), "words": st.none() | _WORDS}
)  # fmt: skip


@ON_BOTH_ENGINES
class TestContract:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(row=_ROWS)
    def test_every_value_comes_back_as_it_was(self, engines: Engines, row: dict[str, Any]) -> None:
        by_name = Prepared(insert(VALUES), list(row))
        with engines.writer.begin() as connection:
            VALUES.create(connection, checkfirst=True)
            connection.execute(delete(VALUES))
            connection.execute(insert(VALUES).values(**row))
            by_name.run(connection, [row, row])
        with engines.reader.connect() as connection:
            found = [dict(one) for one in connection.execute(select(VALUES)).mappings()]
        assert found == [row] * 3
        assert {str(one["number"]) for one in found} <= {str(row["number"]), format(row["number"] or 0, "f")}

    def test_a_prepared_statement_finds_by_every_type(self, engines: Engines) -> None:
        row = {
            "one": uuid_utils.compat.uuid7(), "number": Decimal("1.50"), "at": datetime.now(UTC), "words": "50 % 'a'",
        }  # fmt: skip
        with engines.writer.begin() as connection:
            VALUES.create(connection)
            connection.execute(insert(VALUES).values(**row))
            for name, value in row.items():
                statement = Prepared(select(VALUES.c.words).where(VALUES.c[name] == value))
                places = {f"{name}_1": value}
                assert statement.first(connection, places)[0] == row["words"]

    def test_servers_that_start_at_once_prepare_the_database_once(self, empty_url: str) -> None:
        with ThreadPoolExecutor(4) as pool:
            opened = list(pool.map(lambda _: open_record(Settings(database_url=empty_url)), range(4)))
        with opened[0].reader.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM clinic")).scalar_one() == 1
        for engines in opened:
            engines.dispose()

    def test_writers_of_one_clinic_wait_for_each_other(self, record: TestRecord, engines: Engines) -> None:
        session_id = record.running()
        with engines.writer.begin() as connection:
            take_counter(connection, 1)
            raw = sent("note", text="waits")
            waiting = record.recorder.submit(RecordEntries(session_id, NURSE, (raw,)))
            time.sleep(0.3)
            assert not waiting.done()
        assert waiting.result(10)[0].outcome.value == "recorded"

    def test_two_tablets_writing_to_one_session_both_land_in_order(self, record: TestRecord, reader: Reader) -> None:
        session_id = record.running()

        def chart(words: str) -> None:
            for number in range(20):
                record.record(session_id, sent("note", text=f"{words} {number}"))

        tablets = [threading.Thread(target=chart, args=(words,)) for words in ("left", "right")]
        for tablet in tablets:
            tablet.start()
        for tablet in tablets:
            tablet.join()
        entries = reader.timeline(session_id)["entries"]
        assert [one["seq"] for one in entries] == list(range(1, len(entries) + 1))
        for words in ("left", "right"):
            told = [one["text"] for one in entries if one["kind"] == "note" and one["text"].startswith(words)]
            assert told == [f"{words} {number}" for number in range(20)]

    def test_a_timeline_and_its_number_are_of_one_instant(self, record: TestRecord, reader: Reader) -> None:
        session_id = record.running()
        done = threading.Event()

        def write() -> None:
            while not done.is_set():
                record.record(session_id, sent("note", text="one more"))

        writing = threading.Thread(target=write)
        writing.start()
        try:
            for _ in range(40):
                found = reader.session_record(session_id)
                assert found.summary.next_seq == found.entries[-1].seq + 1
                assert found.summary.change_number == found.change_number
        finally:
            done.set()
            writing.join()

    def test_a_clock_behind_the_last_change_keeps_the_order_unless_it_is_far_off(
        self, record: TestRecord, reader: Reader
    ) -> None:
        session_id = record.running()
        last = record.clock.now()
        record.clock.time = last - timedelta(seconds=20)
        record.chart(session_id, "note", text="of a server whose clock is behind")
        record.clock.time = last - MOST_BEHIND - timedelta(seconds=1)
        record.chart(session_id, "note", text="of a server whose clock is wrong")
        times = [one["recorded_at"] for one in reader.timeline(session_id)["entries"]][-2:]
        assert times == [last.isoformat(), record.clock.now().isoformat()]

    def test_what_the_recorder_wrote_verifies(self, record: TestRecord, engines: Engines) -> None:
        session_id: UUID = record.running(is_monitored=False, pump_rate_ml_per_h=100)
        record.chart(session_id, "vital_signs", systolic_mmhg=171, spo2_percent="91.5")
        record.clock.forward(minutes=40)
        record.tick()
        report = verify(engines.reader)
        assert report.broken == [] and report.to_rebuild == []
        assert report.clinics[0].changes > 6


@pytest.mark.parametrize("url", ["mysql://host/name", "postgresql+asyncpg", "not an address"])
def test_other_engines_are_refused_by_name(url: str) -> None:
    with pytest.raises(Exception, match=r"not supported|not a database address"):
        open_record(Settings(database_url=url))
