"""Golden replays: `python -m tests.replay.golden` makes the simulated sessions and their alerts anew, into `golden/`.

`<name>.jsonl` holds the entries in the order in which the server had them, `<name>.alerts.jsonl` every alert fact that
the recorder must append: rule, fact, level, time. `<name>.md` says in words why exactly these; it is written by hand
from the entries and the tables of limits, never from the program. Whoever makes the files anew writes the reason anew.
"""

import json
import sys
import tempfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import uuid_utils.compat

from session_store.commands import (
    Author,
    Command,
    EntryResult,
    JudgeTime,
    PlanSession,
    RecordClinicEntries,
    RecordEntries,
)
from session_store.opening import open_record
from session_store.reader import Reader
from session_store.recorder import Recorder
from session_store.settings import Settings
from session_store.storage.engine import Engines
from simulators.staff import SIMULATED_STAFF
from tests.record_building import SetClock
from tests.replay.golden_sessions import ADMINISTRATOR, GOLDEN_SESSIONS, MONITOR, NURSE, PHYSICIAN, Line

FOLDER = Path(__file__).parent / "golden"
# The server judges the clock every second; here it is judged at every full ten seconds.
JUDGED_EVERY_S = 10
WATCHED_AFTER = timedelta(minutes=5)
AUTHORS = {
    ADMINISTRATOR: Author(uuid_utils.compat.uuid7(), "Demo Administrator 1", "administrator"),
    NURSE: Author(SIMULATED_STAFF.nurse_id, "Demo Nurse 1", "nurse"),
    PHYSICIAN: Author(SIMULATED_STAFF.physician_id, "Demo Physician 1", "physician"),
    MONITOR: Author(uuid_utils.compat.uuid7(), "Demo Monitors", "device"),
}
SESSION_ID = UUID("019aa0b0-0000-7000-8000-000000000001")
PlainFact = dict[str, str]


def read_lines(file: Path) -> list[dict[str, Any]]:
    """The JSON values of a file, one a line."""
    return [json.loads(line) for line in file.read_text().splitlines()]


def write_lines(file: Path, values: Iterable[dict[str, Any]]) -> None:
    """One JSON value a line."""
    file.write_text("".join(json.dumps(value) + "\n" for value in values))


class Replay:
    """One session through the real recorder, with a clock that follows the entries."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._clock = SetClock()
        self._recorder = Recorder(engines.writer, 1, self._clock)

    def run(self, lines: Iterable[Line]) -> list[PlainFact]:
        """The alert facts of the whole session, in the order of the record; every entry must be recorded."""
        is_planned = False
        for line in lines:
            if is_planned:
                self._judge_until(line.recorded_at)
            self._clock.time = line.recorded_at
            self._record(line, is_planned=is_planned)
            is_planned = is_planned or line.by != ADMINISTRATOR
        self._judge_until(self._clock.time + WATCHED_AFTER)
        self._recorder.close()
        return list(self._facts())

    def _judge_until(self, until: datetime) -> None:
        while (at := _next_full_ten_seconds(self._clock.time)) <= until:
            self._clock.time = at
            self._recorder.submit(JudgeTime()).result()

    def _record(self, line: Line, *, is_planned: bool) -> None:
        result = self._submit(line, line.entry, is_planned=is_planned)
        if result.outcome.value == "confirmation_needed":
            confirmed = {**line.entry, "confirmed": [one.field for one in result.problems]}
            result = self._submit(line, confirmed, is_planned=is_planned)
        assert result.outcome.value == "recorded", (line.entry, result.problems)

    def _submit(self, line: Line, entry: dict[str, Any], *, is_planned: bool) -> EntryResult:
        author = AUTHORS[line.by]
        command: Command
        if line.by == ADMINISTRATOR:
            command = RecordClinicEntries(author, (entry,), None, True)
        elif is_planned:
            command = RecordEntries(SESSION_ID, author, (entry,), None, True)
        else:
            command = PlanSession(SESSION_ID, author, (entry,), None, True)
        return self._recorder.submit(command).result()[0]

    def _facts(self) -> Iterable[PlainFact]:
        for change in Reader(self._engines.reader, 1).changes_after(0, 100_000):
            for fact in change["alert_facts"]:
                yield {"rule_id": fact["rule_id"], "fact": fact["fact"], "level": fact["level"], "at": fact["at"]}


def _next_full_ten_seconds(after: datetime) -> datetime:
    whole = after.replace(microsecond=0)
    return whole + timedelta(seconds=JUDGED_EVERY_S - whole.second % JUDGED_EVERY_S)


def replay(lines: Iterable[Line], folder: Path) -> list[PlainFact]:
    """The alert facts of one golden session, recorded into a database in `folder`."""
    engines = open_record(Settings(database_url=f"sqlite:///{folder / 'golden.sqlite'}", is_simulated=True))
    try:
        return Replay(engines).run(lines)
    finally:
        engines.dispose()


def make(folder: Path) -> None:
    """Write every session with its alerts into `folder`."""
    for session in GOLDEN_SESSIONS:
        lines = session.lines()
        write_lines(folder / f"{session.name}.jsonl", (line.as_json() for line in lines))
        with tempfile.TemporaryDirectory() as scratch:
            write_lines(folder / f"{session.name}.alerts.jsonl", replay(lines, Path(scratch)))


if __name__ == "__main__":
    make(FOLDER)
    sys.exit(0)
