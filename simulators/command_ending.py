"""How commands of the simulators end: with one line that says why, or by Ctrl-C with their work brought to an end."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def say(words: object, exit_code: int) -> int:
    """Prints one line for people and returns the exit code."""
    print(f"simulators: {words}", file=sys.stderr)
    return exit_code


@contextmanager
def interrupt_noted() -> Iterator[threading.Event]:
    """Ctrl-C and SIGTERM set the event and end nothing themselves, so that what was done is still reported."""
    interrupted = threading.Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        interrupted.set()

    before = [signal.signal(number, note) for number in ENDING_SIGNALS]
    try:
        yield interrupted
    finally:
        for number, handler in zip(ENDING_SIGNALS, before, strict=True):
            signal.signal(number, handler)
