"""`python -m session_store rules` and `replay-rules` on a real file with imported history; and that a replay by the
rules in force finds what the recorder found."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import uuid_utils.compat

from session_store.bulk_import import ImportedSession, write_sessions
from session_store.command_line import main
from session_store.domain.alert import Fact, Level
from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.rule_file import read_rule_file
from session_store.opening import open_record
from session_store.past_sessions import PastSessions, days_between
from session_store.reader import Reader
from session_store.rule_replay import replay_session
from session_store.settings import Settings
from session_store.storage.engine import Engines
from simulators.history.plan import HistoryPlan
from simulators.history.running import write_history
from tests.postgresql import ON_BOTH_ENGINES
from tests.record_building import NURSE, PLAN, TestRecord, sent
from tests.storage.test_record_commands import run

UNTIL = datetime(2026, 11, 21, tzinfo=UTC)
BY_THE_CLOCK = ("overdue.", "monitor.silent", "sign.no_signal", "dose.hour", "dose.plan", "dose.duration")


@pytest.fixture(scope="module")
def imported(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a record with one simulated week, made once."""
    file = tmp_path_factory.mktemp("history") / "record.sqlite"
    shutil.copy(migrated_file, file)
    write_history(f"sqlite:///{file}", HistoryPlan(seed=7, until=UNTIL, weeks=1))
    return f"sqlite:///{file}"


@pytest.fixture
def history(imported: str) -> Iterator[Engines]:
    opened = open_record(Settings(database_url=imported, is_simulated=True))
    yield opened
    opened.dispose()


@dataclass
class Here:
    """The commands in this process: what they say, where, and their exit code."""

    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, url: str, *words: str) -> tuple[int, str, str]:
        self.monkeypatch.setenv("INFUSION_DATABASE_URL", url)
        code = main(words)
        return code, *self.capsys.readouterr()


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    return Here(monkeypatch, capsys)


def file_of(folder: Path, *rules: dict[str, Any]) -> str:
    file = folder / "rules.json"
    file.write_text(json.dumps({"rules": rules}))
    return str(file)


def all_sessions(engines: Engines, limit: int | None = None) -> PastSessions:
    return PastSessions(engines.reader, 1, *days_between(None, None, UTC), limit)


# -------------------------------------------------------------------------------------------------------- the commands


def test_the_rules_in_force_are_the_file_to_edit(imported: str, tmp_path: Path) -> None:
    code, said, complaint = run(imported, "rules")
    rules, problems = read_rule_file(said)
    assert (code, complaint, problems) == (0, "", []) and rules is not None and rules.rules == DELIVERED.rules
    (tmp_path / "rules.json").write_text(said)
    code, said, _ = run(imported, "replay-rules", "--rules", str(tmp_path / "rules.json"))
    assert code == 0 and "changed by the file: nothing" in said and said.endswith("no session has other alerts\n")


def test_a_stricter_rule_is_replayed_as_text_and_as_json(here: Here, imported: str, tmp_path: Path) -> None:
    file = file_of(tmp_path, {"rule_id": "dbp.high.advisory", "limit": 80})
    code, said, _ = here(imported, "replay-rules", "--rules", file)
    assert code == 0 and "  dbp.high.advisory: limit 90 to 80\n" in said and "+dbp.high advisory" in said
    code, said, _ = here(imported, "replay-rules", "--rules", file, "--json")
    told = json.loads(said)
    assert code == 0 and told["changed_rules"] == ["dbp.high.advisory: limit 90 to 80"]
    before, after = (told[name]["alerts_by_condition"].get("dbp.high", 0) for name in ("before", "after"))
    assert after > before and told["before"]["sessions"] == told["sessions_found"] > 5
    assert told["sessions_with_other_alerts"] == len(told["differences"]) > 0
    # Lost where one alert that goes on stands for two that came and went.
    assert all({*one["gained"], *one["lost"]} == {"dbp.high advisory"} for one in told["differences"])


def test_the_period_is_in_the_clinics_days_and_the_newest_come_first(
    here: Here, imported: str, tmp_path: Path, history: Engines
) -> None:
    ids = [one.session_id for one in all_sessions(history)]
    file = file_of(tmp_path, {"rule_id": "dbp.high.advisory", "limit": 80})
    counts = []
    for words in ((), ("--limit", "3"), ("--from", "2026-11-18"), ("--to", "2026-11-17"), ("--from", "2030-01-01")):
        code, said, _ = here(imported, "replay-rules", "--rules", file, "--json", *words)
        assert code == 0, words
        counts.append(json.loads(said)["before"]["sessions"])
    assert counts[0] == len(ids) == counts[2] + counts[3] and counts[1] == 3 and counts[4] == 0
    code, said, _ = here(imported, "replay-rules", "--rules", file, "--limit", "3")
    assert code == 0 and f"the newest 3 of {len(ids)} sessions" in said
    assert [one.session_id for one in all_sessions(history, 3)] == ids[:3]


def test_a_day_begins_at_midnight_of_the_clinic() -> None:
    since, until = days_between(date(2026, 11, 20), date(2026, 11, 20), ZoneInfo("America/New_York"))
    assert (since, until) == (datetime(2026, 11, 20, 5, tzinfo=UTC), datetime(2026, 11, 21, 5, tzinfo=UTC))


GOOD = {"rule_id": "dbp.high.advisory", "limit": 85}


@pytest.mark.parametrize(
    ("rules", "words", "why"),
    [
        ([GOOD], ["--from", "yesterday"], "--from: 'yesterday' is not a date"),
        ([GOOD], ["--to", "2026-02-30"], "--to: '2026-02-30' is not a date"),
        ([GOOD], ["--from", "1066-10-14"], "--from: 1066-10-14 is outside"),
        ([GOOD], ["--from", "2026-11-20", "--to", "2026-11-19"], "--from: 2026-11-20 is after --to 2026-11-19"),
        ([GOOD], ["--limit", "0"], "--limit: '0' is not a number of sessions"),
        ([GOOD], ["--limit", "many"], "--limit: 'many' is not a number of sessions"),
        ([{"rule_id": "dbp.high.advisory", "limit": 105}], [], "dbp.high"),
        ([{"rule_id": "no.such.rule"}], [], "rules.json: no.such.rule, rule_id: there is no such rule"),
        ([{"rule_id": "dbp.high.advisory", "limit": "low"}], [], "rules.json: dbp.high.advisory, limit: not a number"),
    ],
)
def test_what_cannot_be_replayed_is_one_line_and_exit_code_2(
    here: Here, imported: str, tmp_path: Path, rules: list[dict[str, Any]], words: list[str], why: str
) -> None:
    code, said, complaint = here(imported, "replay-rules", "--rules", file_of(tmp_path, *rules), *words)
    assert (code, said) == (2, "") and complaint.count("\n") == 1 and why in complaint, complaint


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "not JSON: line 1"),
        (b"\xff\xfe\x00", "not a text"),
        (b"[" * 3_000_000, "too large"),
        (None, "No such file"),
    ],
)
def test_a_file_that_is_none_is_one_line_and_exit_code_2(
    here: Here, imported: str, tmp_path: Path, content: bytes | None, why: str
) -> None:
    file = tmp_path / "rules.json"
    if content is not None:
        file.write_bytes(content)
    code, said, complaint = here(imported, "replay-rules", "--rules", str(file))
    assert (code, said) == (2, "") and complaint.count("\n") == 1 and f"{file}: " in complaint and why in complaint


def test_without_a_record_there_is_nothing_to_replay(here: Here, tmp_path: Path) -> None:
    for words in (["rules"], ["replay-rules", "--rules", file_of(tmp_path, GOOD)]):
        code, said, complaint = here(f"sqlite:///{tmp_path / 'none.sqlite'}", *words)
        assert (code, said) == (2, "") and "there is no record at" in complaint


# ------------------------------------------------------------------------------------------- the record and its replay


def recorded_alerts(engines: Engines, session_id: UUID) -> Counter[tuple[str, str]]:
    """The alerts on record at their worst level."""
    worst: dict[tuple[str, UUID], Level] = {}
    for fact, _ in Reader(engines.reader, 1).session_record(session_id).facts:
        if fact.fact in (Fact.RAISED, Fact.ESCALATED):
            key = (fact.condition, fact.alert_id)
            worst[key] = max(worst.get(key, Level.ADVISORY), fact.level)
    return Counter((condition, level.word) for (condition, _), level in worst.items())


def test_by_the_rules_in_force_a_replay_finds_what_the_entries_raised(history: Engines) -> None:
    """Imported history is recorded in time order, and no clock ran beside it."""
    raised = 0
    for session in all_sessions(history):
        replayed = replay_session(session, DELIVERED).alerts
        by_entries = [one for one in replayed if not one.condition.startswith(BY_THE_CLOCK)]
        on_record = recorded_alerts(history, session.session_id)
        assert Counter((one.condition, one.level.word) for one in by_entries) == on_record
        raised += on_record.total()
    assert raised > 5


@ON_BOTH_ENGINES
def test_a_session_recorded_with_the_clock_is_replayed_with_what_the_clock_found(
    record: TestRecord, engines: Engines
) -> None:
    session_id = record.running(is_monitored=False, planned_total_mg=20, planned_duration_min=30)
    for minutes, kind, fields in (
        (1, "bolus", {"dose_mg": 30}),
        (4, "vital_signs", {"spo2_percent": 88, "heart_rate_per_min": 112}),
        (15, "vital_signs", {"spo2_percent": 97, "heart_rate_per_min": 70}),
        (3, "vital_signs", {"spo2_percent": 97, "systolic_mmhg": 165}),
        (2, "adverse_effect", {"term": "chest_pain"}),
        (20, "rate_changed", {"pump_rate_ml_per_h": 160, "concentration_mg_per_ml": 1}),
        (15, "infusion_ended", {"reason": "adverse_effect"}),
        (5, "transferred", {"destination": "hospital"}),
    ):
        for _ in range(minutes * 6):
            record.clock.forward(seconds=10)
            record.tick()
        record.clock.forward(seconds=1)
        assert record.chart(session_id, kind, **fields).outcome.value == "recorded"
    (session,) = all_sessions(engines)
    on_record = recorded_alerts(engines, session_id)
    assert {name for name, _ in on_record} >= {"dose.plan", "dose.duration", "dose.hour", "overdue.sign:spo2_percent"}
    replayed = replay_session(session, DELIVERED).alerts
    assert Counter((one.condition, one.level.word) for one in replayed) == on_record


def test_sessions_are_read_a_few_at_a_time_and_simulated_ones_stay_apart(
    record: TestRecord, engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("session_store.past_sessions.SESSIONS_AT_ONCE", 2)
    at = {"effective_at": record.clock.now().isoformat()}
    started = sent("infusion_started", pump_rate_ml_per_h=30, concentration_mg_per_ml=1, has_happened=True)
    charted = (sent("session_planned", **PLAN), started, sent("left_against_advice"))
    only = ImportedSession(uuid_utils.compat.uuid7(), [one | at for one in charted])
    assert write_sessions(engines.writer, 1, NURSE, [only], is_simulated=True) == 1
    past = all_sessions(engines)
    assert [one.is_simulated for one in past] == [True] and past.simulated_left_out == 0
    for _ in range(3):
        record.clock.forward(minutes=1)
        record.chart(record.running(patient_label=str(uuid_utils.compat.uuid7())[-12:]), "left_against_advice")
    record.running(patient_label="TP-009")
    past = all_sessions(engines)
    assert (len(past), past.simulated_left_out) == (3, 1)
    sessions = list(past)
    starts = [one.entries[0].recorded_at for one in sessions]
    assert starts == sorted(starts, reverse=True) and not any(one.is_simulated for one in sessions)
    assert all([entry.seq for entry in one.entries] == list(range(1, len(one.entries) + 1)) for one in sessions)
