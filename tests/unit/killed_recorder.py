"""Records a running session with one alert promised to be measured again, and another with one that still waits to
sound, says so, and waits to be killed: `python -m tests.unit.killed_recorder DATABASE_URL`."""

import sys
import threading

from session_store.opening import open_record
from session_store.reader import Reader
from session_store.recorder import Recorder
from session_store.settings import Settings
from tests.record_building import PHYSICIAN, SetClock, TestRecord


def main(database_url: str) -> None:
    engines = open_record(Settings(database_url=database_url))
    clock = SetClock()
    record = TestRecord(Recorder(engines.writer, 1, clock), clock)
    session_id = record.running()
    record.chart(session_id, "vital_signs", systolic_mmhg=165)
    (alert,) = Reader(engines.reader, 1).timeline(session_id)["session"]["alerts"]
    promise = {"alert_id": alert["alert_id"], "action": "remeasure", "deadline_min": 2}
    record.chart(session_id, "acknowledgement", author=PHYSICIAN, **promise)
    other_id = record.running(chair_label="2")
    record.chart(other_id, "vital_signs", heart_rate_per_min=125)
    print(session_id, other_id, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1])
