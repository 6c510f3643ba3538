"""A history by the bulk import is what the recorder would have written; stopped at any moment, it goes on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text

from session_store.bulk_import import HistoryImport
from session_store.bulk_preparing import HistoryClinic, HistorySession, alert_id, prepare_session
from session_store.bulk_reading import HistoryEntry
from session_store.commands import Author, EntryOutcome, EntryResult, PlanSession, RecordEntries
from session_store.domain.entries import Entry, plain_content
from session_store.domain.rules.delivered import DELIVERED
from session_store.opening import open_record
from session_store.reader import Reader
from session_store.recorder import Recorder
from session_store.settings import Settings
from session_store.storage import entry_log
from session_store.storage.bulk_rows import RowShaper
from session_store.storage.engine import Engines
from session_store.storage.schema import change, session_outcome, session_summary
from session_store.verifying import verify
from simulators.history import running
from simulators.history.calendar import Calendar
from simulators.history.full_detail import full_block
from simulators.history.outcome_chart import chart_block
from simulators.history.plan import Ascertainment, Detail, HistoryPlan
from simulators.history.running import HistoryNotWritten, WrittenClinic, write_history
from simulators.history.workforce import credentials_by_account, workforce_of
from tests.postgresql import ON_POSTGRESQL
from tests.server_process import ROOT

UNTIL = datetime(2026, 11, 20, tzinfo=UTC)
PLAN = HistoryPlan(seed=5, until=UNTIL, sessions=4, chairs=1, ascertainment=Ascertainment.TRIAL)
FEW = HistoryPlan(seed=5, until=UNTIL, sessions=3, chairs=1)
# Three blocks: follow-ups of the first are due in the others.
THREE_BLOCKS = replace(FEW, sessions=20)


@contextmanager
def opening(url: str, clinic_id: int = 1, *, is_simulated: bool = True) -> Iterator[Engines]:
    engines = open_record(Settings(database_url=url, clinic_id=clinic_id, is_simulated=is_simulated))
    try:
        yield engines
    finally:
        engines.dispose()


def written(url: str, plan: HistoryPlan) -> WrittenClinic:
    (clinic,) = write_history(url, plan)
    return clinic


def projections(engines: Engines) -> list[tuple[object, ...]]:
    with engines.reader.connect() as connection:
        tables = (session_summary, session_outcome)
        return [tuple(row) for one in tables for row in connection.execute(select(one).order_by(one.c.session_id))]


class Told:
    """The clock of a recorder and the source of its ids, as the history has them."""

    def __init__(self) -> None:
        self.at = UNTIL
        self.session: HistorySession | None = None
        self.is_plan = False
        self._alerts: dict[UUID, int] = {}

    def now(self) -> datetime:
        return self.at

    def new_id(self) -> UUID:
        assert self.session is not None
        if self.is_plan:
            return self.session.patient_id
        number = self._alerts[self.session.session_id] = self._alerts.get(self.session.session_id, 0) + 1
        return alert_id(self.session.session_id, number, self.at)


def record_again(source: Engines, plan: HistoryPlan, into: Engines, told: Told) -> None:
    """Every entry of a written history through a recorder, one by one, in the order of its change numbers."""
    (clinic,) = plan.clinic_plans()
    workforce = workforce_of(clinic, {})
    make = chart_block if plan.detail is Detail.OUTCOME else full_block
    sessions = [one for at, visits in Calendar(clinic).blocks() for one in make(clinic, workforce, at, visits)]
    by_id, made = {one.session_id: one for one in sessions}, {e.entry_id: e for s in sessions for e in s.entries}
    with HistoryImport(into, 1) as history:
        before = clinic.begins(0) - timedelta(days=1)
        history.write_credentials(workforce.administrator, workforce.credential_entries(before, UNTIL))
    recorder = Recorder(into.writer, 1, told)
    try:
        for entry in recorded_entries(source):
            told.session, told.at = by_id[entry.session_id], entry.recorded_at
            told.is_plan = entry.content.kind == "session_planned"
            assert record_one(recorder, made.get(entry.entry_id) or answer(entry, told.session.physician), told.session)
    finally:
        recorder.close()


def recorded_entries(source: Engines) -> Iterator[Entry]:
    with source.reader.connect() as connection:
        query = select(change.c.session_id, change.c.entry_seq).order_by(change.c.change_number)
        order = [tuple(row) for row in connection.execute(query.where(change.c.session_id.is_not(None)))]
        entries = {one: entry_log.session_entries(connection, 1, one) for one, _ in order}
    yield from (entries[session_id][seq - 1] for session_id, seq in order)


def answer(entry: Entry, physician: Author) -> HistoryEntry:
    """What the import itself adds: answers to alerts, and overrides of what a gate holds."""
    assert entry.content.kind in ("acknowledgement", "discharge_override", "start_override")
    return HistoryEntry(physician, entry.entry_id, entry.content.kind, entry.effective_at, sent_fields(entry))


def sent_fields(entry: Entry) -> dict[str, object]:
    return {name: value for name, value in plain_content(entry.content).items() if name != "overridden"}


def record_one(recorder: Recorder, one: HistoryEntry, session: HistorySession) -> bool:
    kind = PlanSession if one.kind == "session_planned" else RecordEntries

    def send(raw: dict[str, object]) -> EntryResult:
        return recorder.submit(kind(session.session_id, one.author, (raw,), None, True)).result()[0]

    result = send(one.raw)
    if result.outcome is EntryOutcome.CONFIRMATION_NEEDED:
        result = send(one.raw | {"confirmed": [problem.field for problem in result.problems]})
    return result.outcome is EntryOutcome.RECORDED


@pytest.mark.parametrize(
    ("database_kind", "detail"),
    [("sqlite", Detail.OUTCOME), ("postgresql", Detail.OUTCOME), ("sqlite", Detail.FULL)], indirect=["database_kind"],
)  # fmt: skip
def test_chain_numbers_and_projections_are_those_of_the_recorder(
    empty_url: str, detail: Detail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One session a block, so that follow-ups stand between later sessions.
    monkeypatch.setattr("simulators.history.plan._taken", lambda _chairs: 1)
    plan = PLAN if detail is Detail.OUTCOME else replace(PLAN, detail=detail, sessions=1, seed=8)
    clinic = written(empty_url, plan)
    with opening(empty_url) as imported, opening(f"sqlite:///{tmp_path / 'recorded.sqlite'}") as recorded:
        told = Told()
        monkeypatch.setattr("uuid_utils.compat.uuid7", told.new_id)
        record_again(imported, plan, recorded, told)
        assert_same(imported, recorded, clinic)
        kinds = {entry.content.kind for entry in recorded_entries(imported)}
    if detail is Detail.OUTCOME:
        assert {"acknowledgement", "ledger_witnessed", "adverse_effect", "follow_up"} <= kinds


def assert_same(imported: Engines, recorded: Engines, clinic: WrittenClinic) -> None:
    # The head covers every row of the record, whatever the engine.
    assert Reader(recorded.reader, 1).change_number() == clinic.changes > 100
    with recorded.reader.connect() as connection:
        assert bytes(connection.execute(text("SELECT chain_head FROM clinic")).scalar_one()) == clinic.chain_head
    assert projections(imported) == projections(recorded)
    report = verify(imported.reader)
    assert (report.broken, report.to_rebuild) == ([], [])
    with imported.reader.connect() as connection:
        times = list(connection.execute(select(change.c.recorded_at).order_by(change.c.change_number)).scalars())
    assert times == sorted(times)


def test_the_same_seed_gives_the_same_head_and_another_seed_another_clinic(tmp_path: Path) -> None:
    heads = {
        name: written(f"sqlite:///{tmp_path / name}", replace(FEW, seed=seed)).chain_head
        for name, seed in (("a", 5), ("b", 5), ("c", 6))
    }
    assert heads["a"] == heads["b"] != heads["c"]


@ON_POSTGRESQL
def test_a_stopped_import_goes_on_to_the_same_head(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "SESSIONS_A_TRANSACTION", 1)
    plan = THREE_BLOCKS
    whole = written(f"sqlite:///{tmp_path / 'whole.sqlite'}", plan)

    class Stopped(Exception):
        pass

    told: list[int] = []

    def stop(sessions: int) -> None:
        told.append(sessions)
        if len(told) == 3:
            raise Stopped

    with pytest.raises(Stopped):
        write_history(empty_url, plan, 1, stop)
    with opening(empty_url) as engines:
        assert 0 < len(Reader(engines.reader, 1).sessions("finished", 1000)) < 20
    on = written(empty_url, plan)
    assert (on.chain_head, on.sessions) == (whole.chain_head, 20) and on.written < 20
    again = written(empty_url, plan)
    assert (again.chain_head, again.written) == (whole.chain_head, 0)
    with pytest.raises(HistoryNotWritten, match="does not begin with"):
        write_history(empty_url, replace(plan, seed=6))


def test_a_session_cut_in_two_by_a_stop_stands_whole_after_going_on(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'cut.sqlite'}"
    (clinic,) = FEW.clinic_plans()
    workforce = workforce_of(clinic, {})
    number, visits = next(Calendar(clinic).blocks())
    made = next(chart_block(clinic, workforce, number, visits))
    middle = made.entries[len(made.entries) // 2].at
    entries = workforce.credential_entries(clinic.begins(0) - timedelta(days=1), UNTIL)
    session = prepare_session(
        HistoryClinic(1, DELIVERED, credentials_by_account(entries), "sqlite"), made, RowShaper("sqlite")
    )
    with opening(url) as engines:
        with HistoryImport(engines, 1) as history:
            history.take([session])
            assert history.write_until(middle) == 0
        with HistoryImport(engines, 1) as history:
            history.take([session], written_until=middle)
            assert history.write_until(UNTIL) == 1
        report = verify(engines.reader)
        assert (report.broken, report.to_rebuild) == ([], [])


@pytest.mark.parametrize("real_clinic", [1, 2, 9])
def test_a_database_with_a_real_clinic_is_left_alone(tmp_path: Path, real_clinic: int) -> None:
    url = f"sqlite:///{tmp_path / 'real.sqlite'}"
    open_record(Settings(database_url=url, clinic_id=real_clinic)).dispose()
    with pytest.raises(HistoryNotWritten, match="real"):
        write_history(url, HistoryPlan(seed=2, until=UNTIL, sessions=2, clinics=2, chairs=1))
    with opening(url, real_clinic, is_simulated=False) as engines, engines.reader.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM infusion_session")).scalar_one() == 0


PROGRAM = """
from simulators.history import running
running.SESSIONS_A_TRANSACTION = 1
from simulators.command_line import main
main(["history", "--sessions", "20", "--chairs", "1", "--seed", "5", "--until", "2026-11-20", "--processes", "1"])
"""


def test_a_killed_process_leaves_whole_blocks_and_the_next_goes_on(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'killed.sqlite'}"
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env={**os.environ, "INFUSION_DATABASE_URL": url},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        count = wait_for_sessions(url, tmp_path / "killed.sqlite", process)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert count > 0
    with opening(url) as engines:
        assert verify(engines.reader).broken == []
    plan = THREE_BLOCKS
    assert written(url, plan).chain_head == written(f"sqlite:///{tmp_path / 'whole.sqlite'}", plan).chain_head


def wait_for_sessions(url: str, file: Path, process: "subprocess.Popen[bytes]") -> int:
    """Until the other process has committed some sessions; how many."""
    ends_at = time.monotonic() + 60
    while time.monotonic() < ends_at and process.poll() is None:
        if file.exists() and file.with_name(f"{file.name}-wal").exists():
            try:
                with opening(url) as engines, engines.reader.connect() as connection:
                    count = int(connection.execute(text("SELECT count(*) FROM infusion_session")).scalar_one())
            except Exception:
                count = 0
            if count:
                return count
        time.sleep(0.05)
    return 0


def test_several_clinics_have_chains_of_their_own_and_another_record_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'several.sqlite'}"
    clinics = write_history(url, HistoryPlan(seed=2, until=UNTIL, sessions=9, clinics=3))
    assert [one.clinic_id for one in clinics] == [1, 2, 3] and sum(one.sessions for one in clinics) == 9
    assert len({one.chain_head for one in clinics}) == 3
    with opening(url) as engines:
        report = verify(engines.reader)
    assert (report.broken, report.to_rebuild, len(report.clinics)) == ([], [], 3)
