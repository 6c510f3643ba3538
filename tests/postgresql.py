"""A PostgreSQL of our own for tests: a scratch cluster on a unix socket, which ends with them."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from session_store.opening import open_record
from session_store.settings import Settings

# Runs a test, or every test of a module with `pytestmark`, once on each engine.
ON_BOTH_ENGINES = pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)

_FINDER = Path(__file__).parent / "storage" / "find-postgresql"
_OWNER = "infusion"
_CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{folder}'
max_connections = 200
shared_buffers = 32MB
log_min_messages = warning
"""


class Cluster:
    """Start, stop, kill and start again; `new_database` gives the address of a migrated database nobody else uses."""

    def __init__(self) -> None:
        self._bin = _programs()
        # A short path: the name of a unix socket has about a hundred characters.
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        self._user = _unprivileged_user()
        if self._user is not None:
            shutil.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        self._process: subprocess.Popen[bytes] | None = None
        self._names = count(1)
        self._template: str | None = None
        self._make()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = self._open("postgres", "-D", str(self._data), stdout=log, stderr=log)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if self._process.poll() is not None:
                break
            with suppress(psycopg.OperationalError):
                self._administer(sql.SQL("SELECT 1"))
                return
            time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL did not start: {self.log[-2000:]}")

    def stop(self) -> None:
        """End the server in good order; transactions under way are rolled back."""
        self._end(signal.SIGINT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Kill every process of this cluster at once, as a crash of the machine would end them."""
        assert self._process is not None
        # Held still, it cannot start another process while the others are looked up.
        self._process.send_signal(signal.SIGSTOP)
        processes = [self._process.pid, *_children(self._process.pid)]
        for pid in processes:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(10)
        until = time.monotonic() + 10
        while any(_is_running(pid) for pid in processes) and time.monotonic() < until:
            time.sleep(0.01)

    def close(self) -> None:
        """Stop the server, which need not tidy up, and remove everything."""
        self._end(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_database(self, *, is_empty: bool = False) -> str:
        """The address of a database of its own: migrated, with the clinic's row of a real record; or quite empty."""
        name = f"record_{next(self._names)}"
        if is_empty:
            self._administer(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            return self.url(name)
        if self._template is None:
            self._template = self._migrated()
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._administer(statement.format(sql.Identifier(name), sql.Identifier(self._template)))
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        name = url.split("?")[0].rsplit("/", 1)[1]
        self._administer(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def url(self, name: str) -> str:
        """The address of a database of this cluster, as INFUSION_DATABASE_URL takes it."""
        return f"postgresql://{_OWNER}@/{name}?host={self.folder}"

    @property
    def log(self) -> str:
        """What the server has logged."""
        return (self.folder / "log").read_text(errors="replace")

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _make(self) -> None:
        made = self._open(
            "initdb", "-D", str(self._data), "-U", _OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "-k", "-N",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        said = made.communicate(timeout=120)[0]
        if made.returncode != 0:
            raise RuntimeError(f"initdb failed: {said.decode()}")
        with (self._data / "postgresql.conf").open("a") as configuration:
            configuration.write(_CONFIGURATION.format(folder=self.folder))

    def _open(self, program: str, *arguments: str, stdout: object, stderr: object) -> "subprocess.Popen[bytes]":
        as_user = (
            {} if self._user is None else {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        )
        return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
            [str(self._bin / program), *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=stdout,
            stderr=stderr, start_new_session=True, **as_user,
        )  # fmt: skip

    def _migrated(self) -> str:
        name = "migrated"
        self._administer(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        open_record(Settings(database_url=self.url(name))).dispose()
        return name

    def _administer(self, statement: sql.Composable) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=5) as connection:
            connection.execute(statement)


def _programs() -> Path:
    found = subprocess.run([str(_FINDER), "--look"], capture_output=True, text=True, check=False)
    if found.returncode != 0:
        pytest.fail(found.stderr.strip(), pytrace=False)
    return Path(found.stdout.strip())


def _unprivileged_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return None
    known = {one.pw_name: one for one in pwd.getpwall()}
    return next(known[name] for name in ("postgres", "nobody") if name in known)


def _children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [line.split() for line in listed.stdout.splitlines()]
    return [int(child) for child, parent in pairs if int(parent) == pid]


def _is_running(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return state.stdout.strip() not in ("",) and not state.stdout.startswith("Z")
