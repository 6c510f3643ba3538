"""`make demo`: a fresh simulated clinic with server and simulators in processes of their own; Ctrl-C ends both.

The demo has a database and accounts of its own, which exist nowhere else.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

import httpx
from pydantic import ValidationError

from session_store.accounts import AccountBook, NewAccount, Role
from session_store.clock import SystemClock
from session_store.errors import SessionStoreError
from session_store.opening import open_record
from session_store.settings import Settings

DEMO_DATABASE = Path("var/demo.sqlite")
DEMO_ACCOUNTS = (
    NewAccount("administrator", "Demo Administrator 1", Role.ADMINISTRATOR),
    NewAccount("physician", "Demo Physician 1", Role.PHYSICIAN),
    NewAccount("nurse", "Demo Nurse 1", Role.NURSE),
    NewAccount("reviewer", "Demo Reviewer 1", Role.REVIEWER),
)
CHAIRS = 6
HISTORY_WEEKS = 6
SECONDS_TO_START = 60
SECONDS_TO_END = 15


def main() -> int:
    """Prepare, start both, wait for Ctrl-C, end both."""
    for leftover in DEMO_DATABASE.parent.glob(f"{DEMO_DATABASE.name}*"):
        leftover.unlink()
    try:
        settings = Settings(database_url=f"sqlite:///{DEMO_DATABASE}", is_simulated=True)
        token = _make_accounts(settings)
    except (SessionStoreError, ValidationError) as fault:
        print(f"cannot start: {fault}", file=sys.stderr)
        return 2
    base_url = f"http://{settings.host}:{settings.port}"
    environment = os.environ | {
        "INFUSION_DATABASE_URL": settings.database_url,
        "INFUSION_IS_SIMULATED": "true",
        "INFUSION_SERVER_URL": base_url,
        "INFUSION_DEVICE_TOKEN": token,
        "INFUSION_DEMO_PASSWORD": settings.demo_password,
    }
    print("Seeding some weeks of finished sessions ...", flush=True)
    if _run("simulators", "history", "--weeks", str(HISTORY_WEEKS), environment=environment).wait() != 0:
        return 1
    return _serve(base_url, settings.demo_password, environment)


def _make_accounts(settings: Settings) -> str:
    """The demo's accounts; the token of its one device account."""
    engines = open_record(settings)
    book = AccountBook(engines.writer, engines.reader, settings.clinic_id, SystemClock())
    for new in DEMO_ACCOUNTS:
        book.add(new, password=settings.demo_password)
    token = book.add_device(NewAccount("demo-monitors", "Demo Monitors", Role.DEVICE))
    engines.dispose()
    return token


def _serve(base_url: str, password: str, environment: dict[str, str]) -> int:
    stop = _Stop()
    server = _run("dashboard.app", environment=environment)
    # The simulated clinic waits for the server by itself; both start at once to be ready sooner.
    processes = [server, _run("simulators", "clinic", "--chairs", str(CHAIRS), environment=environment)]
    try:
        if not _wait_until_up(base_url, server, stop):
            return 0 if stop.asked else 1
        _say_where(base_url, password)
        while not stop.asked and all(process.poll() is None for process in processes):
            time.sleep(0.2)
        return 0 if stop.asked else 1
    finally:
        _end(processes)


class _Stop:
    """Remembers that Ctrl-C was pressed."""

    def __init__(self) -> None:
        self.asked = False
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, self._ask)

    def _ask(self, _sign: int, _frame: FrameType | None) -> None:
        self.asked = True


def _run(module: str, *arguments: str, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", module, *arguments], env=environment)


def _wait_until_up(base_url: str, server: "subprocess.Popen[bytes]", stop: _Stop) -> bool:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and not stop.asked and server.poll() is None:
        try:
            if httpx.get(f"{base_url}/healthz", timeout=2).status_code == 200:
                return True
        except httpx.HTTPError:
            time.sleep(0.2)
    return False


def _say_where(base_url: str, password: str) -> None:
    names = ", ".join(account.username for account in DEMO_ACCOUNTS)
    print(
        f"\nSIMULATED clinic on {base_url}\n  accounts: {names}\n  password: {password}\n  Ctrl-C ends it\n", flush=True
    )


def _end(processes: "list[subprocess.Popen[bytes]]") -> None:
    for process in reversed(processes):
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    for process in reversed(processes):
        try:
            process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()


if __name__ == "__main__":
    sys.exit(main())
