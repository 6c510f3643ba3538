"""What `make demo` and `make drill` share: a simulated database made anew, accounts that exist nowhere else, the server
and what is played on it in processes of their own, and Ctrl-C that ends them all."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

import httpx

from session_store.accounts import AccountBook, NewAccount, Role
from session_store.clock import SystemClock
from session_store.opening import open_record
from session_store.settings import Settings

ACCOUNTS = (
    NewAccount("administrator", "Demo Administrator 1", Role.ADMINISTRATOR),
    NewAccount("physician", "Demo Physician 1", Role.PHYSICIAN),
    NewAccount("nurse", "Demo Nurse 1", Role.NURSE),
    NewAccount("reviewer", "Demo Reviewer 1", Role.REVIEWER),
)
SECONDS_TO_START = 60
SECONDS_TO_END_ALONE = 2
SECONDS_TO_END = 15

Process = subprocess.Popen[bytes]


class SimulatedServer:
    """The server to be, on a database file made anew. Raises `ValidationError`, `SessionStoreError` when it cannot."""

    def __init__(self, database: Path, drill_name: str = "") -> None:
        for leftover in database.parent.glob(f"{database.name}*"):
            leftover.unlink()
        settings = Settings(database_url=f"sqlite:///{database}", is_simulated=True, drill_name=drill_name)
        self.base_url = f"http://{settings.host}:{settings.port}"
        self.password = settings.demo_password
        self.environment = os.environ | {
            "INFUSION_DATABASE_URL": settings.database_url,
            "INFUSION_IS_SIMULATED": "true",
            "INFUSION_DRILL_NAME": settings.drill_name,
            "INFUSION_SERVER_URL": self.base_url,
            "INFUSION_DEVICE_TOKEN": _make_accounts(settings),
            "INFUSION_DEMO_PASSWORD": self.password,
        }

    def run(self, module: str, *arguments: str) -> Process:
        """Starts a module in a process of its own, which finds the server through its environment."""
        return subprocess.Popen([sys.executable, "-m", module, *arguments], env=self.environment)

    def wait_until_up(self, process: Process, stop: "Stop") -> bool:
        """Whether the server in this process answers; False when it ended, took too long or was told to stop."""
        until = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < until and not stop.asked and process.poll() is None:
            try:
                if httpx.get(f"{self.base_url}/healthz", timeout=2).status_code == 200:
                    return True
            except httpx.HTTPError:
                time.sleep(0.2)
        return False

    def say_where(self, what: str) -> None:
        """Address, accounts and password, for whoever started it."""
        names = ", ".join(account.username for account in ACCOUNTS)
        print(
            f"\n{what} on {self.base_url}\n  accounts: {names}\n  password: {self.password}\n  Ctrl-C ends it\n",
            flush=True,
        )


def _make_accounts(settings: Settings) -> str:
    """The accounts; the token of the one device account."""
    engines = open_record(settings)
    book = AccountBook(engines.writer, engines.reader, settings.clinic_id, SystemClock())
    for new in ACCOUNTS:
        book.add(new, password=settings.demo_password)
    token = book.add_device(NewAccount("demo-monitors", "Demo Monitors", Role.DEVICE))
    engines.dispose()
    return token


class Stop:
    """Remembers that Ctrl-C was pressed."""

    def __init__(self) -> None:
        self.asked = False
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, self._ask)

    def _ask(self, _sign: int, _frame: FrameType | None) -> None:
        self.asked = True


def wait_while(is_going_on: Callable[[], bool]) -> None:
    """Returns when it is over, at the latest a fifth of a second after."""
    while is_going_on():
        time.sleep(0.2)


def end(processes: Sequence[Process], stop: Stop) -> None:
    """Ctrl-C to all that still run, the last one first; what does not end in time is killed."""
    if stop.asked:
        # A terminal's Ctrl-C has reached them too, and a second one would cut a server's good order short.
        until = time.monotonic() + SECONDS_TO_END_ALONE
        wait_while(lambda: time.monotonic() < until and any(one.poll() is None for one in processes))
    for process in reversed(processes):
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    for process in reversed(processes):
        try:
            process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
