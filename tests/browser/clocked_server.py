"""A server whose clock a test moves on: `python -m tests.browser.clocked_server` reads by how much from a file.

An hour of observation passes in a moment, on the real server and in the real browser.
"""

import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dashboard import app
from tests.server_process import ServerProcess

FILE_VARIABLE = "TEST_CLOCK_FILE"


class MovedClock:
    """The machine's clock, moved on by the seconds that stand in the file."""

    def now(self) -> datetime:
        """The present instant of the test."""
        return datetime.now(UTC) + timedelta(seconds=float(Path(os.environ[FILE_VARIABLE]).read_text() or 0))


@dataclass
class ClockedServer(ServerProcess):
    """A server process with a clock of its own."""

    module: str = "tests.browser.clocked_server"
    seconds: float = 0

    def __post_init__(self) -> None:
        self.environment = {**self.environment, FILE_VARIABLE: str(self.folder / "clock.txt")}
        self.move_on()

    def move_on(self, **duration: float) -> None:
        """Let time pass."""
        self.seconds += timedelta(**duration).total_seconds()
        new = self.folder / "clock.new"
        new.write_text(str(self.seconds))
        new.replace(self.folder / "clock.txt")


if __name__ == "__main__":
    app.SystemClock = MovedClock  # type: ignore[misc,assignment]
    sys.exit(app.main())
