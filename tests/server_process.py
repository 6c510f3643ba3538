"""The real server in a process of its own, on a free port and a database in a scratch folder."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from session_store.accounts import AccountBook, NewAccount
from session_store.clock import SystemClock
from session_store.opening import open_record
from session_store.settings import Settings
from tests.forked_process import ForkedProcess

PASSWORD = "a-test-password"
ROOT = Path(__file__).parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class ServerProcess:
    """Start, stop, kill and start again on the same port and database: `database`, else a SQLite file in the folder."""

    folder: Path
    port: int = field(default_factory=free_port)
    environment: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | ForkedProcess | None" = None
    device_token: str = ""
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    database: str = ""
    module: str = "dashboard.app"
    # With all its imports, as on a command line; else forked from a process that has them.
    is_started_anew: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.folder / 'server.sqlite'}"

    @property
    def output(self) -> str:
        return (self.folder / "server.log").read_text()

    def add_accounts(self, *roles: str) -> None:
        """One account a role, named like the role, and a device."""
        settings = Settings(database_url=self.database_url)
        engines = open_record(settings)
        book = AccountBook(engines.writer, engines.reader, settings.clinic_id, SystemClock())
        for role in roles:
            book.add(NewAccount(role, f"Test {role.replace('_', ' ').title()} 1", role), password=PASSWORD)
        self.device_token = book.add_device(NewAccount("test-monitor", "Test Monitor 1", "device"))
        engines.dispose()

    def start(self) -> "ServerProcess":
        environment = os.environ | {
            "INFUSION_DATABASE_URL": self.database_url,
            "INFUSION_PORT": str(self.port),
            "INFUSION_IS_SIMULATED": "false",
        }
        self.process = self._begin(environment | self.environment)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended: {self.output[-2000:]}")
            try:
                if httpx.get(f"{self.url}/healthz", timeout=2).status_code == 200:
                    return self
            except httpx.HTTPError:
                time.sleep(0.1)
        raise RuntimeError("the server never answered")

    def _begin(self, environment: dict[str, str]) -> "subprocess.Popen[bytes] | ForkedProcess":
        file = self.folder / "server.log"
        if not self.is_started_anew:
            return ForkedProcess(self.module, environment, file)
        with file.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", self.module], cwd=ROOT, env=environment, stdout=log, stderr=log
            )

    def one_time_link(self) -> str:
        found = re.search(r"http://\S+/welcome\?link=\S+", self.output)
        assert found, self.output
        return found.group(0)

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)

    @contextmanager
    def client(self, role: str | None = None) -> Iterator[httpx.Client]:
        """A signed-in client of a role, or a device's with `device`, or nobody's."""
        with httpx.Client(base_url=self.url, timeout=30) as client:
            if role == "device":
                client.headers["Authorization"] = f"Bearer {self.device_token}"
            elif role is not None:
                self._sign_in(client, role)
            yield client

    def _sign_in(self, client: httpx.Client, role: str) -> None:
        """Each role signs in once; its cookie holds for later clients."""
        client.cookies.update(self.cookies.get(role, {}))
        if client.get("/api/v1/me").status_code != 200:
            answer = client.post("/api/v1/login", json={"username": role, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            self.cookies[role] = dict(answer.cookies)
