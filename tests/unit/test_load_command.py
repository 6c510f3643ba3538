"""The load generator's command line: limits, this machine alone, simulated servers alone."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from simulators.command_line import main
from simulators.load.command import is_loopback


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--sessions", "0"], "--sessions: 0 is outside 1 to 1000"),
        (["--sessions", "many"], "not a whole number"),
        (["--viewers", "501"], "outside 0 to 500"),
        (["--minutes", "0"], "outside 0.05 to 120"),
        (["--minutes", "nan"], "outside"),
        (["--readings-per-minute", "100"], "outside 0.5 to 60"),
        (["--hand-entries-per-minute", "-1"], "outside 0.4 to 12"),
        (["--openings-per-minute", "5"], "outside 30 to 6000"),
        (["--resend-share", "0.6"], "outside 0 to 0.5"),
        (["--processes", "1"], "outside 2 to 16"),
        (["--server-pid", "0"], "outside 1"),
        (["--output", "table.txt"], "neither in .md nor in .json"),
        (["--output", "no/such/folder/table.md"], "does not exist"),
    ],
)
def test_an_impossible_parameter_ends_with_one_line_and_exit_code_2(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["load", *arguments])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert reason in said and said.count("\n") == 1


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("INFUSION_DEVICE_TOKEN", "token")
    monkeypatch.setenv("INFUSION_SERVER_URL", "http://127.0.0.1:9")
    return monkeypatch


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--readings-per-minute", "0.5", "--hand-entries-per-minute", "2"], "at most twice"),
        (["--server-pid", str(2**22 + 1)], "no such process"),
    ],
)
def test_what_does_not_fit_together_is_refused_before_anything_is_sent(
    arguments: list[str], reason: str, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["load", *arguments]) == 2
    assert reason in capsys.readouterr().err


def test_another_machine_is_refused_unless_it_is_allowed(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("INFUSION_SERVER_URL", "http://192.0.2.1:8050")
    assert main(["load"]) == 2
    assert "--allow-remote" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8050", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:8050", True),
        ("http://localhost:8050", True),
        ("http://192.168.1.4:8050", False),
        ("http://127.0.0.1.example.org", False),
        ("http://localhost.example.org", False),
        ("http://0.0.0.0:8050", False),
    ],
)
def test_what_is_this_machine(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


class RealClinic(BaseHTTPRequestHandler):
    """Lets anybody in and says that it is not simulated; notes every other request."""

    others: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/api/v1/login":
            self.others.append(self.path)
        self._answer(b"{}")

    def do_GET(self) -> None:
        self._answer(b'{"is_simulated": false}')

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def real_clinic() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), RealClinic) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()


def test_a_server_on_a_real_database_gets_nothing(
    real_clinic: str, environment: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("INFUSION_SERVER_URL", real_clinic)
    table = tmp_path / "table.md"
    assert main(["load", "--output", str(table)]) == 2
    assert "not on a simulated database" in capsys.readouterr().err
    assert RealClinic.others == [] and not table.exists()


def test_no_server_ends_with_one_line_and_exit_code_1(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["load"]) == 1
    assert "ConnectError" in capsys.readouterr().err
