"""The real server, with a stamp of the wall clock for each change at the moment COMMIT returned.

`dashboard.app.main` runs as it is; the stamps go to the file named by BENCH_STAMPS as lines "change_number seconds".
"""

import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from dashboard import app
from session_store.domain.session_summary import SessionSummary
from session_store.settings import Settings
from session_store.write_transaction import CommittedChange


def stamp_commits(application: app.Application, path: Path) -> None:
    """Note when the driver's commit came back (in the writer's thread), and which changes it held."""
    returned = threading.local()
    dialect = application.engines.writer.dialect
    commit = dialect.do_commit

    def commit_and_stamp(connection: Any) -> None:
        commit(connection)
        returned.at = time.time()

    dialect.do_commit = commit_and_stamp  # type: ignore[assignment]
    lines = path.open("a", buffering=1)

    def write(changes: Sequence[CommittedChange], _summaries: dict[UUID, SessionSummary]) -> None:
        lines.write("".join(f"{change.change_number} {returned.at!r}\n" for change in changes))

    application.services.recorder.on_commit(write)


def main() -> int:
    build = app.build

    def build_with_stamps(settings: Settings) -> app.Application:
        application = build(settings)
        stamp_commits(application, Path(os.environ["BENCH_STAMPS"]))
        return application

    app.build = build_with_stamps
    return app.main()


if __name__ == "__main__":
    sys.exit(main())
