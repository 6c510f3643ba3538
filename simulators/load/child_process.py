"""The processes of a run, seen from both sides: started by spawning, told by a pipe, ended by name of the process."""

import multiprocessing
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

from simulators.load.orders import Order, Orders, Say
from simulators.server_client import RequestRefused, ServerUnreachable

# Takes its own arguments, then the orders and how to say that it is ready; what it returns is its result.
Work = Callable[..., Any]
_SECONDS_TO_END = 5.0


class ProcessFailed(Exception):
    """A process of the run could not do its part; the message says why."""


@dataclass(slots=True)
class ChildProcess:
    """One process of the run."""

    name: str
    process: SpawnProcess
    pipe: "Connection[Any, Any]"
    is_ready: bool = False
    result: Any = None

    def tell(self, order: Order, value: Any = None) -> None:
        """Gives an order; one that is gone is noticed when it is heard."""
        try:
            self.pipe.send((order, value))
        except OSError:
            return

    def hear(self) -> None:
        """Takes one thing that it says. Raises `ProcessFailed` when it failed or ended without a result."""
        try:
            word, value = self.pipe.recv()
        except (EOFError, OSError):
            raise ProcessFailed(f"{self.name} ended without a result") from None
        if word is Say.FAILED:
            raise ProcessFailed(f"{self.name}: {value}")
        self.is_ready = True
        if word is Say.RESULT:
            self.result = value

    def end(self) -> None:
        """Lets it end, and ends it where it does not."""
        self.pipe.close()
        self.process.join(_SECONDS_TO_END)
        if self.process.is_alive():
            self.process.kill()
            self.process.join(_SECONDS_TO_END)


def start_process(name: str, work: Work, *arguments: Any) -> ChildProcess:
    """Starts a process that does `work`. Ctrl-C, which reaches all processes of a terminal, is left to the run."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs, work, arguments), name=name, daemon=True)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process.start()
    finally:
        signal.signal(signal.SIGINT, before)
    theirs.close()
    return ChildProcess(name, process, ours)


def _run(pipe: "Connection[Any, Any]", work: Work, arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    orders = Orders()
    orders.follow(pipe)
    try:
        result = work(*arguments, orders, lambda: pipe.send((Say.READY, None)))
    except (RequestRefused, ServerUnreachable) as error:
        _say(pipe, Say.FAILED, str(error))
    else:
        _say(pipe, Say.RESULT, result)


def _say(pipe: "Connection[Any, Any]", word: Say, value: Any) -> None:
    try:
        pipe.send((word, value))
    except OSError:
        # The run was ended before; nobody asks any more.
        return
