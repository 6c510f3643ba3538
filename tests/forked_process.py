"""Python modules run in processes that are forked from one that has imported the dashboard: they start at once.

Each is a process of its own, with its own pid, log and `kill -9`; it begins where `python -m` would. Only the import of
the libraries, most of the time of a start, is not done again. One fork server a test process, ended with it.
"""

import json
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
_POLL_EVERY_S = 0.02


class ForkedProcess:
    """`python -m module` with this environment, what it says appended to a file: as much of a `Popen` as tests need."""

    def __init__(self, module: str, environment: Mapping[str, str], log: Path) -> None:
        self.pid = int(_fork_server().ask({"module": module, "environment": dict(environment), "log": str(log)}))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        if self.returncode is None:
            self.returncode = _fork_server().ask({"ended": self.pid})
        return self.returncode

    def wait(self, timeout: float) -> int:
        """The exit code, once it has ended. Raises `subprocess.TimeoutExpired`."""
        until = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("forked", timeout)
            time.sleep(_POLL_EVERY_S)
        return code

    def send_signal(self, number: int) -> None:
        """Nothing happens to one that has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """`kill -9`."""
        self.send_signal(signal.SIGKILL)


class _ForkServer:
    def __init__(self) -> None:
        self._asking = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forked_process"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def ask(self, request: Mapping[str, Any]) -> Any:
        """One line there, one line back."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with self._asking:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        assert answer, "the fork server has ended"
        return json.loads(answer)


@cache
def _fork_server() -> _ForkServer:
    return _ForkServer()


def _serve() -> int:
    """Forks until its input ends; what still runs then is killed. The exit code, in each forked process, too."""
    # Ctrl-C in a terminal reaches all of them; here the tests decide who ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    __import__("dashboard.app")
    # A start begins with this module itself.
    del sys.modules["dashboard.app"]
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    running: dict[int, int | None] = {}
    for line in iter(sys.stdin.buffer.readline, b""):
        request = json.loads(line)
        if "ended" in request:
            answer = running[request["ended"]] = _exit_code(request["ended"], running)
        elif answer := os.fork():
            running[answer] = None
        else:
            answers.close()
            return _run(**request)
        answers.write(json.dumps(answer).encode() + b"\n")
    for pid in [one for one in running if _exit_code(one, running) is None]:
        os.kill(pid, signal.SIGKILL)
    return 0


def _exit_code(pid: int, running: Mapping[int, int | None]) -> int | None:
    if running[pid] is not None:
        return running[pid]
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def _run(module: str, environment: dict[str, str], log: str) -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _redirect(log)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    return 0


def _redirect(log: str) -> None:
    nothing, said = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for source, target in ((nothing, 0), (said, 1), (said, 2)):
        os.dup2(source, target)


if __name__ == "__main__":
    sys.exit(_serve())
