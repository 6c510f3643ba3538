"""The run whose writes are recorded: `python -m tests.crash.recorded_run <folder> <entries> [pragma ...]`.

Opens the record in the folder, records, closes, and does so once more, so that a log file taken away and made again is
in it. What was acknowledged goes to a file in the same folder, in the same order as the writes. Pragmas given are set
on every connection after our own: a small `wal_autocheckpoint` brings many checkpoints into a short run, and a weaker
`synchronous` must be found out.
"""

import os
import sys
from typing import Any

from sqlalchemy import event

from session_store.storage.engine import Engines
from tests.crash import writing_process
from tests.crash.disk_replay import ACKNOWLEDGED

SESSIONS = 2


def main() -> int:
    folder, entries, pragmas = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    _set_on_every_connection(pragmas)
    told = os.open(f"{folder}/{ACKNOWLEDGED}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for part in range(2):
        writing = writing_process.Writing(f"sqlite:///{folder}/record.sqlite", part, 4, SESSIONS, entries // 2)
        writing_process.write_and_tell(writing, lambda line: _tell(told, line))
    return 0


def _tell(told: int, line: bytes) -> None:
    assert os.write(told, line) == len(line)


def _set_on_every_connection(pragmas: list[str]) -> None:
    opened = writing_process.open_record

    def open_and_weaken(*given: Any) -> Engines:
        engines = opened(*given)
        for engine in (engines.writer, engines.reader):
            event.listen(engine, "checkout", _set)
        return engines

    def _set(connection: Any, *_: Any) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").fetchall()

    writing_process.open_record = open_and_weaken


if __name__ == "__main__":
    sys.exit(main())
