"""The notifier: one run of the clinic's command for each "unanswered"; nothing that it does holds the recorder up."""

import json
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from dashboard.notifying import Notifier, notifying
from session_store.settings import Settings
from tests.record_building import PHYSICIAN, TestRecord

SLEEP = "import time; time.sleep(600)"
KEEP = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read() + chr(10))"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "sent.jsonl"


def python(code: str, *arguments: str) -> str:
    return shlex.join([sys.executable, "-c", code, *arguments])


@pytest.fixture
def notified_by(record: TestRecord) -> Iterator[Callable[..., Notifier]]:
    made: list[Notifier] = []

    def make(command: str, **more: Any) -> Notifier:
        made.append(Notifier(command, **more))
        record.recorder.on_commit(made[-1].hear)
        return made[-1]

    yield make
    for one in made:
        one.close()


def minutes_unanswered(record: TestRecord, minutes: int) -> UUID:
    session_id = record.running()
    record.chart(session_id, "serious_event")
    for _ in range(minutes):
        record.clock.forward(seconds=60)
        record.tick()
    return session_id


def sent_to(kept: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []


def test_the_command_is_told_once_each_time_an_alert_is_found_unanswered(record: TestRecord, kept: Path) -> None:
    with notifying(python(KEEP, str(kept)), record.recorder):
        session_id = minutes_unanswered(record, 4)
    first, second = sent_to(kept)
    assert first["session_id"] == str(session_id) and first["text"] == "Serious event at chair 1"
    assert (first["chair_label"], first["patient_label"]) == ("1", "TP-001")
    assert first["alert"]["level"] == "critical" and first["alert"]["acknowledged"] is None
    assert [one["alert"]["unanswered_times"] for one in (first, second)] == [1, 2]


def test_an_answered_alert_and_one_before_its_minute_are_not_passed_on(record: TestRecord, kept: Path) -> None:
    with notifying(python(KEEP, str(kept)), record.recorder):
        session_id = record.running()
        (raised,) = record.chart(session_id, "serious_event").alert_facts
        record.clock.forward(seconds=50)
        record.tick()
        answer = {"alert_id": str(raised.alert_id), "action": "physician_at_chair"}
        assert record.chart(session_id, "acknowledgement", author=PHYSICIAN, **answer).outcome.value == "recorded"
        record.clock.forward(minutes=5)
        record.tick()
    assert sent_to(kept) == []


def test_without_a_command_nothing_is_started(record: TestRecord) -> None:
    with notifying("", record.recorder):
        minutes_unanswered(record, 2)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/no/such/program --to somebody", "could not be run"),
        (python("raise SystemExit(3)"), "exit code 3"),
        (python(SLEEP), "was ended after"),
        (python(f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{SLEEP}'])"), "was ended after"),
    ],
)
def test_a_command_that_fails_or_hangs_is_logged_and_the_record_goes_on(
    record: TestRecord, notified_by: Callable[..., Notifier], caplog: pytest.LogCaptureFixture, command: str, said: str
) -> None:
    notifier = notified_by(command, longest_run_s=0.5)
    session_id = minutes_unanswered(record, 1)
    assert record.chart(session_id, "vital_signs", heart_rate_per_min=80).outcome.value == "recorded"
    notifier.close()
    notifier._thread.join()
    assert said in caplog.text


def test_more_than_can_wait_is_dropped_aloud(
    record: TestRecord, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("dashboard.notifying.WAITING_AT_MOST", 1)
    monkeypatch.setattr(Notifier, "_work", lambda _self: None)
    record.recorder.on_commit(Notifier("true").hear)
    minutes_unanswered(record, 2)
    assert "a notification was dropped" in caplog.text


def test_a_command_that_cannot_be_read_is_refused_at_the_start() -> None:
    with pytest.raises(ValidationError, match="cannot be read as a command"):
        Settings(notifier_command="page 'somebody")
    assert Settings(notifier_command="  ").notifier_command == ""
