"""The simulators' command line: recordings, and one clear line for what cannot be."""

import os
import re
import signal
from pathlib import Path
from types import SimpleNamespace

import pytest

from simulators import command_line
from simulators.command_line import main
from simulators.recording import RecordingUnreadable, read_recording
from simulators.senders import Senders
from simulators.staff import SIMULATED_STAFF

HEADER = "t_min,HR,ABPSys,ABPDias,ABPMean,PULSE,RESP,SpO2,NBPSys,NBPDias,NBPMean"


def test_a_synthetic_recording_has_the_traps_and_is_marked(tmp_path: Path) -> None:
    file = tmp_path / "recording.csv"
    assert main(["recording", str(file), "--minutes", "120", "--seed", "3"]) == 0
    lines = file.read_text().splitlines()
    assert lines[0].startswith("# SYNTHETIC")
    assert lines[1] == HEADER
    rows = read_recording(file)
    assert [row.minute for row in rows] == [float(minute) for minute in range(120)]
    hearts = [row.channels["HR"] for row in rows]
    place = hearts.index("11.5")
    assert hearts[place - 1] == hearts[place + 1] == "0"
    assert rows[place].channels["SpO2"] == rows[place].channels["RESP"] == "0"
    lone = next(row for row in rows if row.channels["RESP"] == "2")
    assert lone.channels["SpO2"] == "0"
    assert any("." in heart for heart in hearts)
    assert {row.channels["ABPSys"] for row in rows} == {"0"}
    cuffs = [row for row in rows if row.channels["NBPSys"] != ""]
    assert 15 <= len(cuffs) <= 30


def test_the_same_seed_makes_the_same_recording(tmp_path: Path) -> None:
    for name, seed in (("a", "3"), ("b", "3"), ("c", "4")):
        main(["recording", str(tmp_path / name), "--minutes", "60", "--seed", seed])
    assert (tmp_path / "a").read_text() == (tmp_path / "b").read_text() != (tmp_path / "c").read_text()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("time,HR\n0,60\n", "t_min"),
        (f"{HEADER}\n0,60\n", "line 2: 2 cells under 11 columns"),
        ("t_min,HR\nnoon,60\n", "line 2: t_min is not a number"),
        ("t_min,HR\ninf,60\n", "line 2: t_min is not a usable number"),
    ],
)
def test_a_file_that_is_no_recording_is_refused_with_its_place(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "broken.csv"
    file.write_text(text)
    with pytest.raises(RecordingUnreadable, match=reason):
        read_recording(file)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["clinic", "--chairs", "0"], "outside 1 to 24"),
        (["clinic", "--speed", "0.5"], "catch up"),
        (["clinic", "--speed", "nan"], "catch up"),
        (["clinic", "--seed", "one"], "not a whole number"),
        (["history", "--weeks", "0"], "outside 1"),
        (["history", "--sessions", "0"], "outside 1"),
        (["history", "--sessions", "5", "--weeks", "2"], "not allowed with"),
        (["history", "--sessions", "5", "--detail", "some"], "invalid choice"),
        (["history", "--sessions", "5", "--ascertainment", "never"], "invalid choice"),
        (["history", "--sessions", "5", "--until", "yesterday"], "is not a day"),
        (["recording", "x.csv", "--minutes", "5"], "outside 30"),
        (["recording", "no-such-folder/x.csv"], "the folder 'no-such-folder' does not exist"),
        (["replay", "x.csv", "--session", "42"], "not a session id"),
        (["replay", "x.csv", "--ending-at", "2026-03-02T12:00:00"], "no offset"),
        (["replay", "x.csv", "--ending-at", "noon"], "not a time"),
        ([], "required"),
    ],
)
def test_an_impossible_parameter_ends_with_one_line_and_exit_code_2(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert reason in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--sessions", "5", "--clinics", "9"], "fewer than --clinics 9"),
        (["--sessions", "5", "--until", "2999-01-01"], "lies in the future"),
        (["--sessions", "90000", "--clinics", "1"], "more --clinics or --chairs are needed"),
        (["--sessions", "20000000"], "are free in"),
    ],
)
def test_a_history_that_cannot_be_or_has_no_room_ends_with_one_line_and_writes_nothing(
    arguments: list[str],
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("INFUSION_DATABASE_URL", f"sqlite:///{tmp_path / 'history.sqlite'}")
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: SimpleNamespace(free=10**9))
    assert main(["history", "--chairs", "40" if "20000000" in arguments else "4", *arguments]) == 2
    said = capsys.readouterr().err
    assert reason in said and said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_history_says_its_size_first_and_its_head_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INFUSION_DATABASE_URL", f"sqlite:///{tmp_path / 'history.sqlite'}")
    assert main(["history", "--sessions", "2", "--chairs", "1", "--until", "2026-11-20"]) == 0
    said = capsys.readouterr()
    first, last = said.out.splitlines()
    assert first.startswith("history: 2 sessions of 1 clinic, 2026-11-13 to 2026-11-20, will need about 88 kB")
    assert re.search(r"2 sessions written, 2 on record, change \d+, chain head [0-9a-f]{64}$", last)
    # Not a terminal: plain characters, and few lines.
    assert said.err.isascii() and "2/2" in said.err


@pytest.fixture
def recording(tmp_path: Path) -> str:
    file = tmp_path / "recording.csv"
    main(["recording", str(file), "--minutes", "30"])
    return str(file)


def test_a_replay_that_cannot_start_says_why(
    recording: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("INFUSION_DEVICE_TOKEN", raising=False)
    monkeypatch.delenv("INFUSION_SERVER_URL", raising=False)
    assert main(["replay", recording]) == 2
    assert "INFUSION_DEVICE_TOKEN" in capsys.readouterr().err
    monkeypatch.setenv("INFUSION_DEVICE_TOKEN", "token")
    assert main(["replay", recording, "--from-row", "30"]) == 2
    assert "30 rows, counted from 0" in capsys.readouterr().err
    assert main(["replay", recording, "--ending-at", "2199-01-01T00:00:00Z"]) == 2
    assert "future" in capsys.readouterr().err
    monkeypatch.setenv("INFUSION_SERVER_URL", "ftp://somewhere")
    assert main(["replay", recording]) == 2
    assert "not an http address" in capsys.readouterr().err
    assert main(["replay", recording + ".missing"]) == 2


@pytest.mark.parametrize(
    ("refusals", "exit_code", "said"),
    [([], 0, ""), (["chair 6: discharged refused: held: escort"], 1, "1 refusals, the first: chair 6: discharged")],
)
def test_an_interrupted_clinic_says_what_was_refused_and_fails(
    refusals: list[str],
    exit_code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    left: list[bool] = []

    class Interrupted:
        def __init__(self, *_: object, **_named: object) -> None:
            pass

        def run(self) -> None:
            os.kill(os.getpid(), signal.SIGINT)

        def leave(self) -> None:
            left.append(True)

        def refusals(self) -> list[str]:
            return refusals

    monkeypatch.setenv("INFUSION_DEVICE_TOKEN", "token")
    monkeypatch.setattr(command_line, "Clinic", Interrupted)
    monkeypatch.setattr(Senders, "sign_on", lambda _senders, _now: SIMULATED_STAFF)
    assert main(["clinic"]) == exit_code
    assert left == [True]
    assert said in capsys.readouterr().err


def test_every_command_has_a_help(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("clinic", "history", "replay", "recording"):
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == 0
        assert "--" in capsys.readouterr().out
