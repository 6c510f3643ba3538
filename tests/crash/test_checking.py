"""The checker can fail: each kind of fault is put in and must be found.

kill -9 alone could not show it: what the kernel holds outlives the process, even with `synchronous=OFF`.
"""

import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
import uuid_utils.compat

from session_store.errors import RecordCorrupt, StoreUnavailable
from session_store.opening import open_record
from session_store.recorder import Recorder
from session_store.settings import Settings
from session_store.storage.engine import Engines
from tests.crash.checking import (
    Findings,
    compare,
    compare_after_sending_again,
    damage,
    send_again,
    stored_entries,
)
from tests.crash.logged_record import Acknowledged, Log, LoggedRecord, digest_of
from tests.record_building import SetClock, sent

NOTE = "the note of this test"
Recorded = tuple[Engines, Recorder, Log, UUID]


@pytest.fixture
def recorded(engines: Engines) -> Recorded:
    log = Log()
    recorder = Recorder(engines.writer, 1, SetClock())
    record = LoggedRecord(recorder, SetClock(), log.add_line)
    session_id = record.ready()
    record.chart(session_id, "note", text=NOTE)
    return engines, recorder, log, session_id


def compared(engines: Engines, log: Log) -> Findings:
    found = Findings()
    compare(log, stored_entries(engines.reader), found)
    return found


def test_a_sound_record_has_no_faults(recorded: Recorded) -> None:
    engines, recorder, log, _ = recorded
    found = compared(engines, log)
    found.damaged += damage(engines)
    send_again(log, recorder, found)
    compare_after_sending_again(log, stored_entries(engines.reader), found)
    recorder.close()
    assert found.faults == [] and len(log.acknowledged) == 7 and found.surplus == 0


def test_an_acknowledged_entry_that_was_never_recorded_is_lost(recorded: Recorded) -> None:
    engines, recorder, log, session_id = recorded
    recorder.close()
    tell(log, session_id, sent("note", text="never recorded"))
    found = compared(engines, log)
    assert len(found.lost) == 1 and found.changed == found.doubled == []


@pytest.mark.parametrize("other", [{"text": "two"}, {"kind": "message"}, {"effective_at": "2026-11-20T09:00:01+00:00"}])
def test_an_entry_that_says_something_else_is_changed(recorded: Recorded, other: dict[str, str]) -> None:
    engines, recorder, log, session_id = recorded
    recorder.close()
    raw = log.entries[log.acknowledged.pop().entry_id][1] | other
    tell(log, session_id, raw)
    found = compared(engines, log)
    assert len(found.changed) == 1 and found.lost == found.doubled == []


def test_an_entry_in_another_session_is_changed(recorded: Recorded) -> None:
    engines, recorder, log, _ = recorded
    recorder.close()
    log.acknowledged.append(replace(log.acknowledged.pop(), session_id=uuid_utils.compat.uuid7()))
    assert len(compared(engines, log).changed) == 1


def test_an_entry_that_stands_twice_is_doubled(recorded: Recorded) -> None:
    engines, recorder, log, _ = recorded
    recorder.close()
    double(engines, log.acknowledged[-1].entry_id)
    assert len(compared(engines, log).doubled) == 1
    found = Findings()
    compare_after_sending_again(log, stored_entries(engines.reader), found)
    assert len(found.doubled) == 1
    assert any("verify" in one for one in damage(engines))


def test_an_entry_that_nobody_sent_is_found(recorded: Recorded) -> None:
    engines, recorder, log, _ = recorded
    recorder.close()
    del log.sent[-1]
    found = Findings()
    compare_after_sending_again(log, stored_entries(engines.reader), found)
    assert len(found.doubled) == 1


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (("DROP TRIGGER entry_no_update", "UPDATE entry SET author_name = 'Me' WHERE kind = 'note'"), "verify: "),
        (("UPDATE session_summary SET summary = replace(summary, 'TP-001', 'TP-002')",), "a rebuild would change: "),
    ],
)
def test_a_changed_row_is_damage(recorded: Recorded, statements: tuple[str, ...], said: str) -> None:
    engines, recorder, *_ = recorded
    recorder.close()
    with engines.writer.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    assert any(one.startswith(said) for one in damage(engines))


def test_a_flipped_byte_in_the_file_is_damage(recorded: Recorded, tmp_path: Path) -> None:
    engines, recorder, *_ = recorded
    recorder.close()
    engines.dispose()
    file = tmp_path / "record.sqlite"
    content = bytearray(file.read_bytes())
    at = content.rindex(NOTE.encode())
    content[at] ^= 1
    file.write_bytes(content)
    assert damage(engines) != []


def test_a_line_that_the_kill_cut_off_says_nothing() -> None:
    log = Log()
    log.add_line(b'{"acknowledged": "01a1')
    assert log.acknowledged == []


def tell(log: Log, session_id: UUID, raw: dict[str, str]) -> None:
    """As the process would have: sent, acknowledged."""
    log.add_line(json.dumps({"session_id": str(session_id), "is_plan": False, "sent": [raw]}).encode() + b"\n")
    log.acknowledged.append(Acknowledged(UUID(raw["entry_id"]), session_id, digest_of(raw)))


def double(engines: Engines, entry_id: UUID) -> None:
    with engines.writer.begin() as connection:
        columns = [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(entry)")]
        taken = ", ".join("seq + 100" if name == "seq" else name for name in columns)
        connection.exec_driver_sql(
            f"INSERT INTO entry ({', '.join(columns)}) SELECT {taken} FROM entry WHERE entry_id = ?", (entry_id.bytes,)
        )


def test_a_file_that_is_no_record_is_refused_with_what_to_do(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "record.sqlite").write_bytes(b"not a database at all " * 1000)
    with pytest.raises(RecordCorrupt, match=r"is damaged .* restore a backup"):
        open_record(Settings(database_url=database_url))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match=r"the folder .* cannot be made"):
        open_record(Settings(database_url=f"sqlite:///{tmp_path}/file/deeper/record.sqlite"))
