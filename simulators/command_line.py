"""The command line of the simulators. Wrong parameters: one line and exit code 2; a failed run: one line and 1."""

import argparse
import logging
import math
import os
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import NoReturn
from uuid import UUID

import httpx

from session_store.domain.identifiers import parse_uuid7
from simulators.clinic import Clinic
from simulators.command_ending import ENDING_SIGNALS, say
from simulators.drill.command import add_drill, run_drill
from simulators.history.command import add_history, run_history
from simulators.history.plan import ImpossibleHistory
from simulators.history.running import HistoryNotWritten
from simulators.load.command import add_load, run_load
from simulators.option_values import whole as _whole
from simulators.prediction_commands import PredictionRefused, add_models, add_population, add_predict
from simulators.recording import (
    MAX_MINUTES,
    MIN_MINUTES,
    RecordingRow,
    RecordingUnreadable,
    add_quirks,
    chosen_quirks,
    read_recording,
    synthetic_rows,
    write_recording,
)
from simulators.replay import NoSuchSession, ReplaySummary, choose_session, replay, replay_entries
from simulators.scenario_commands import add_scenarios, scenario_named
from simulators.senders import CredentialsRefused, Senders
from simulators.server_client import RequestRefused, ServerClient, ServerUnreachable
from simulators.simulated_clock import SimulatedClock, wall_now
from simulators.target import ADMINISTRATOR, NURSE, PHYSICIAN, Target

MAX_CHAIRS = 24
DEFAULT_SERVER_URL = "http://127.0.0.1:8050"
_REPLAY_PATIENCE_S = 30.0
# What a shell calls a command that Ctrl-C has ended before its work was done.
_STOPPED = 130
_CLOCK_TOLERANCE = timedelta(seconds=1)


class WrongParameter(Exception):
    """Something the caller gave cannot be used."""


class _Interrupted(Exception):
    """SIGINT or SIGTERM arrived."""


class _OneLineParser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one subcommand; returns the exit code."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="simulators: %(message)s", stream=sys.stderr)
    for wordy in ("httpx", "alembic"):
        logging.getLogger(wordy).setLevel(logging.WARNING)
    run: Callable[[argparse.Namespace], int] = options.run
    before = [signal.signal(number, _interrupt) for number in ENDING_SIGNALS]
    try:
        return run(options)
    except _Interrupted:
        return say(options.half_done, _STOPPED) if "half_done" in options else 0
    except (WrongParameter, RecordingUnreadable, NoSuchSession, PredictionRefused, ImpossibleHistory) as error:
        return say(error, 2)
    except (RequestRefused, CredentialsRefused, ServerUnreachable, HistoryNotWritten, OSError) as error:
        return say(error, 1)
    finally:
        for number, handler in zip(ENDING_SIGNALS, before, strict=True):
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    # One signal is enough: a terminal and a parent process often both send it.
    for number in ENDING_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise _Interrupted


def _parser() -> argparse.ArgumentParser:
    parser = _OneLineParser(
        prog="python -m simulators",
        description="Synthetic infusion clinics. Everything they send is marked simulated.",
        epilog="Environment: INFUSION_SERVER_URL, INFUSION_DEVICE_TOKEN, INFUSION_DEMO_PASSWORD (clinic, "
        "drill, replay, load); INFUSION_DATABASE_URL, INFUSION_CLINIC_TIME_ZONE (history).",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_clinic(commands.add_parser("clinic", help="drive the chairs of a running server until interrupted"))
    _add_history(commands.add_parser("history", help="write years of finished sessions into the database"))
    _add_replay(commands.add_parser("replay", help="send a bedside-monitor recording into an open session"))
    _add_recording(commands.add_parser("recording", help="write a small synthetic bedside-monitor recording"))
    add_predict(commands.add_parser("predict", help="print what a model predicts for an infusion, as CSV"))
    add_population(commands.add_parser("population", help="the same for many people, as percentiles"))
    add_scenarios(commands.add_parser("scenarios", help="print what each scenario plays and must raise, as Markdown"))
    add_models(commands.add_parser("models", help="print what each model is and predicts, as Markdown"))
    drill = commands.add_parser("drill", help="play a scenario live to a team and time its answers")
    add_drill(drill)
    drill.set_defaults(run=_run_drill)
    load = commands.add_parser("load", help="put a running simulated server under load and measure it")
    add_load(load)
    load.set_defaults(run=_run_load)
    return parser


def _add_clinic(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--chairs", type=_whole(1, MAX_CHAIRS), default=6, help="how many chairs (default 6)")
    _add_seed(parser)
    parser.add_argument(
        "--scenario",
        type=scenario_named,
        action="append",
        default=[],
        metavar="NAME",
        help="what the first chair plays, again for the next chair (`python -m simulators scenarios` tells them)",
    )
    parser.add_argument(
        "--speed",
        type=_speed,
        help="play the chairs' past at this many times real time until it has caught up (default: all at once)",
    )
    parser.set_defaults(run=_run_clinic)


def _add_history(parser: argparse.ArgumentParser) -> None:
    add_history(parser)
    _add_seed(parser)
    parser.set_defaults(run=run_history, half_done="stopped; the same command goes on where it stopped")


def _add_replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="CSV with t_min and one column a channel, one row a minute")
    parser.add_argument("--session", type=_session_id, help="session to send into (default: the only open one)")
    parser.add_argument("--from-row", type=_whole(0, 10_000_000), default=0, help="first row, from 0 (default 0)")
    parser.add_argument("--rows", type=_whole(1, 10_000_000), help="how many rows (default: to the end)")
    parser.add_argument("--speed", type=_speed, help="times real time until it has caught up (default: all at once)")
    parser.add_argument(
        "--ending-at",
        type=_time,
        help="time of the last row, RFC 3339 with offset (default: now); name it again to resend the same entries",
    )
    parser.set_defaults(run=_run_replay)


def _add_recording(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=_file_to_write, help="file to write")
    parser.add_argument("--minutes", type=_whole(MIN_MINUTES, MAX_MINUTES), default=120, help="rows (default 120)")
    add_quirks(parser)
    _add_seed(parser)
    parser.set_defaults(run=_run_recording)


def _add_seed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=_whole(0, 2**63 - 1), default=1, help="same seed, same patients (default 1)")


def _run_clinic(options: argparse.Namespace) -> int:
    if len(options.scenario) > MAX_CHAIRS:
        raise WrongParameter(
            f"--scenario is given {len(options.scenario)} times; there are at most {MAX_CHAIRS} chairs"
        )
    chairs = max(options.chairs, len(options.scenario))
    target = _target()
    nurse, physician, administrator = (
        ServerClient(target.url, sign_in=target.sign_in(username)) for username in (NURSE, PHYSICIAN, ADMINISTRATOR)
    )
    senders = Senders(nurse, physician, administrator, ServerClient(target.url, token=target.device_token))
    staff = senders.sign_on(wall_now())
    clinic = Clinic(chairs, options.seed, senders, staff, options.speed, scenarios=options.scenario)
    try:
        clinic.run()
    except _Interrupted:
        clinic.leave()
        return _say_refused(clinic.refusals())


def _say_refused(refusals: Sequence[str]) -> int:
    """A clinic that was interrupted has failed where the server did not take something."""
    if not refusals:
        return 0
    return say(f"{len(refusals)} refusals, the first: {refusals[0]}", 1)


def _run_replay(options: argparse.Namespace) -> int:
    rows = _chosen_rows(read_recording(options.file), options)
    ending_at = options.ending_at or wall_now()
    if ending_at > wall_now() + _CLOCK_TOLERANCE:
        raise WrongParameter("--ending-at lies in the future")
    device = ServerClient(_server_url(), token=_device_token(), patience_s=_REPLAY_PATIENCE_S)
    session_id = choose_session(options.session, device)
    entries = replay_entries(session_id, rows, ending_at)
    behind = wall_now() - datetime.fromisoformat(entries[0]["effective_at"])
    print(f"replay: {len(entries)} rows into session {session_id}, --ending-at {ending_at.isoformat()}")
    summary = ReplaySummary()
    try:
        replay(device, session_id, entries, SimulatedClock(max(behind, timedelta(0)), options.speed), summary)
    finally:
        print("\n".join(summary.lines()))
    return 0 if summary.is_complete else 1


def _chosen_rows(rows: Sequence[RecordingRow], options: argparse.Namespace) -> Sequence[RecordingRow]:
    chosen = rows[options.from_row :]
    if not chosen:
        raise WrongParameter(f"--from-row {options.from_row}: the recording has {len(rows)} rows, counted from 0")
    return chosen[: options.rows] if options.rows else chosen


def _run_recording(options: argparse.Namespace) -> int:
    write_recording(options.file, synthetic_rows(options.minutes, options.seed), chosen_quirks(options))
    print(f"recording: {options.minutes} synthetic rows in {options.file}")
    return 0


def _run_load(options: argparse.Namespace) -> int:
    return run_load(options, _target())


def _run_drill(options: argparse.Namespace) -> int:
    return run_drill(options, _target)


def _target() -> Target:
    return Target(_server_url(), _device_token(), os.environ.get("INFUSION_DEMO_PASSWORD") or "infusion-demo")


def _server_url() -> str:
    text = os.environ.get("INFUSION_SERVER_URL") or DEFAULT_SERVER_URL
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise WrongParameter(f"INFUSION_SERVER_URL {text!r}: {error}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise WrongParameter(f"INFUSION_SERVER_URL {text!r} is not an http address")
    return text


def _device_token() -> str:
    token = os.environ.get("INFUSION_DEVICE_TOKEN", "").strip()
    if not token or not token.isascii():
        raise WrongParameter("INFUSION_DEVICE_TOKEN is not set: the server mints it (make demo hands it on)")
    return token


def _speed(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not 1 <= value <= 100_000 or not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text} is outside 1 to 100000: simulated time must be able to catch up")
    return value


def _file_to_write(text: str) -> Path:
    path = Path(text)
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"the folder {str(path.parent)!r} does not exist")
    return path


def _session_id(text: str) -> UUID:
    value = parse_uuid7(text)
    if value is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a session id (UUIDv7)")
    return value


def _time(text: str) -> datetime:
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time") from None
    if value.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no offset")
    return value
