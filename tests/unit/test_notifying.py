"""The notifier: one run of the clinic's command for each "unanswered"; nothing that it does holds the recorder up."""

import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from dashboard.notifying import Notifier, notifying
from session_store.domain.alert import Level
from session_store.reader import Reader
from session_store.settings import Settings
from tests.record_building import PHYSICIAN, TestRecord

SLEEP = "import time; time.sleep(600)"
FAIL_ONCE = (
    "import sys, pathlib; seen = pathlib.Path(sys.argv[1]); was = seen.exists(); seen.touch(); sys.exit(not was)"
)
TELL_AND_SLEEP = f"import os, sys; print(os.getpid(), file=open(sys.argv[1], 'a'), flush=True); {SLEEP}"
KEEP = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read() + chr(10))"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "sent.jsonl"


def python(code: str, *arguments: str) -> str:
    return shlex.join([sys.executable, "-c", code, *arguments])


@pytest.fixture
def notifier_of(record: TestRecord, reader: Reader) -> Callable[..., Notifier]:
    return partial(Notifier, now=record.clock.now, summary_of=reader.summary)


@pytest.fixture
def notified_by(record: TestRecord, notifier_of: Callable[..., Notifier]) -> Iterator[Callable[..., Notifier]]:
    made: list[Notifier] = []

    def make(command: str, **more: Any) -> Notifier:
        made.append(notifier_of(command, **more))
        record.recorder.on_commit(made[-1].hear)
        made[-1].start()
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


def waited_for(is_so: Callable[[], bool]) -> None:
    """The notifier's thread comes to it; a test that waits in vain fails."""
    until = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.01)


def sent_to(kept: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []


def test_the_command_is_told_once_each_time_an_alert_is_found_unanswered(
    record: TestRecord, kept: Path, notifier_of: Callable[..., Notifier]
) -> None:
    with notifying(notifier_of(python(KEEP, str(kept))), record.recorder):
        session_id = minutes_unanswered(record, 4)
    first, second = sent_to(kept)
    assert first["session_id"] == str(session_id) and first["text"] == "Serious event at chair 1"
    assert (first["chair_label"], first["patient_label"]) == ("1", "TP-001")
    assert first["alert"]["level"] == "critical" and first["alert"]["acknowledged"] is None
    assert [one["alert"]["unanswered_times"] for one in (first, second)] == [1, 2]


def test_an_answered_alert_and_one_before_its_minute_are_not_passed_on(
    record: TestRecord, kept: Path, notifier_of: Callable[..., Notifier]
) -> None:
    with notifying(notifier_of(python(KEEP, str(kept))), record.recorder):
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
    with notifying(None, record.recorder):
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
    waited_for(lambda: notifier.is_failing)
    notifier.close()
    notifier._thread.join()
    assert said in caplog.text and said in notifier.standing()["failure"]
    (end,) = notifier.standing()["alerts"].values()
    assert said in end["failure"] and notifier.counts == {"passed_on": 0, "failed": 1}


def test_more_than_can_wait_is_dropped_aloud(
    record: TestRecord,
    notifier_of: Callable[..., Notifier],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("dashboard.notifying.WAITING_AT_MOST", 1)
    notifier = notifier_of("true")
    record.recorder.on_commit(notifier.hear)
    minutes_unanswered(record, 2)
    assert "a notification was dropped" in caplog.text
    (end,) = notifier.standing()["alerts"].values()
    assert notifier.is_failing and end["failure"] == "has too many waiting"


def test_only_a_run_that_ended_with_0_says_that_it_was_passed_on(
    record: TestRecord, notified_by: Callable[..., Notifier]
) -> None:
    notifier = notified_by(python("pass"))
    minutes_unanswered(record, 1)
    waited_for(lambda: notifier.counts["passed_on"] == 1)
    assert notifier.standing() == {
        "failed_at": None, "failure": "",
        "alerts": {one: {"at": record.clock.now().isoformat(), "failure": ""} for one in notifier.standing()["alerts"]},
    }  # fmt: skip
    assert len(notifier.standing()["alerts"]) == 1 and not notifier.is_failing


def test_a_command_that_is_not_there_fails_before_anything_was_to_be_sent(notifier_of: Callable[..., Notifier]) -> None:
    notifier = notifier_of("/no/such/program")
    assert notifier.is_failing and notifier.standing()["failure"] == "is not there"


def test_a_run_that_failed_is_tried_again_three_times(record: TestRecord, notified_by: Callable[..., Notifier]) -> None:
    notifier = notified_by(python("raise SystemExit(3)"), retry_after_s=0.01)
    minutes_unanswered(record, 1)
    waited_for(lambda: notifier.counts["failed"] == 4)
    notifier.close()
    assert notifier.counts == {"passed_on": 0, "failed": 4}


def test_a_run_that_failed_is_not_tried_again_once_somebody_has_answered(
    record: TestRecord, reader: Reader, notified_by: Callable[..., Notifier], kept: Path
) -> None:
    """It fails, is answered, and would succeed by now."""
    notifier = notified_by(python(FAIL_ONCE, str(kept)), retry_after_s=1.0)
    session_id = minutes_unanswered(record, 1)
    waited_for(lambda: notifier.counts["failed"] == 1)
    (alert,) = [one for one in reader.summary(session_id).alerts if one.level is Level.CRITICAL]
    answer = {"alert_id": str(alert.alert_id), "action": "physician_at_chair"}
    assert record.chart(session_id, "acknowledgement", author=PHYSICIAN, **answer).outcome.value == "recorded"
    waited_for(lambda: not notifier._waiting)
    notifier.close()
    assert notifier.counts == {"passed_on": 0, "failed": 1}


def test_a_run_that_failed_succeeds_the_second_time(
    record: TestRecord, notified_by: Callable[..., Notifier], kept: Path
) -> None:
    notifier = notified_by(python(FAIL_ONCE, str(kept)), retry_after_s=0.01)
    minutes_unanswered(record, 1)
    waited_for(lambda: notifier.counts["passed_on"] == 1)
    assert not notifier.is_failing and notifier.counts["failed"] == 1


def test_at_the_end_a_hung_command_and_a_backlog_leave_nothing_running(
    record: TestRecord, notified_by: Callable[..., Notifier], kept: Path
) -> None:
    notifier = notified_by(python(TELL_AND_SLEEP, str(kept)), longest_run_s=1.0)
    for _ in range(4):
        minutes_unanswered(record, 1)
    waited_for(kept.exists)
    notifier.close()
    assert not notifier._thread.is_alive()
    started = [int(one) for one in kept.read_text().split()]
    assert started and not any(map(is_running, started))


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_command_that_cannot_be_read_is_refused_at_the_start() -> None:
    with pytest.raises(ValidationError, match="cannot be read as a command"):
        Settings(notifier_command="page 'somebody")
    assert Settings(notifier_command="  ").notifier_command == ""
