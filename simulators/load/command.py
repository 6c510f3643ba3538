"""`python -m simulators load`: its parameters, what is looked at before anything is sent, and its exit code."""

import argparse
import ipaddress
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx

from simulators.command_ending import interrupt_noted, say
from simulators.load import report
from simulators.load.child_process import ProcessFailed
from simulators.load.load_session import ENTRIES_A_ROUND
from simulators.load.plan import LoadPlan
from simulators.load.process_use import Read, of_metrics, of_process
from simulators.load.record_reader import RecordReader
from simulators.load.running import LoadRun, Measured
from simulators.option_values import number, whole
from simulators.senders import senders_of
from simulators.simulated_clock import wall_now
from simulators.staff import Staff
from simulators.target import PHYSICIAN, Target

_FORMATS: dict[str, Callable[[Measured], str]] = {".md": report.as_markdown, ".json": report.as_json}
_PATIENCE_S = 10.0


class LoadRefused(Exception):
    """This run is not begun; the message says which parameter or what about the server does not allow it."""


def add_load(parser: argparse.ArgumentParser) -> None:
    """The parameters with their limits; a value outside them ends with one line and exit code 2."""
    options: tuple[tuple[str, Callable[[str], float], float, str], ...] = (
        ("--sessions", whole(1, 1000), 200, "simulated sessions at once"),
        ("--viewers", whole(0, 500), 50, "viewers of the live stream"),
        ("--minutes", number(0.05, 120), 5.0, "measured time once all sessions are open"),
        ("--readings-per-minute", number(0.5, 60), 6.0, "readings of each session's monitor"),
        ("--hand-entries-per-minute", number(0.4, 12), 0.4, "entries of the nurse for each session, about"),
        ("--openings-per-minute", number(30, 6000), 120.0, "sessions opened a minute before the measured time"),
        ("--resend-share", number(0, 0.5), 0.02, "share of requests of which an entry is sent again on purpose"),
        ("--processes", whole(2, 16), 4, "processes of the generator, half of them for viewers"),
        ("--seed", whole(0, 2**63 - 1), 1, "same seed, same patients"),
    )
    for name, read, default, words in options:
        parser.add_argument(name, type=read, default=default, help=f"{words} (default {default:g})")
    parser.add_argument("--server-pid", type=whole(1, 2**31 - 1), help="the server's process, for its CPU and memory")
    parser.add_argument("--output", type=_output, help="also write the table to this FILE.md or FILE.json")
    parser.add_argument("--keep", action="store_true", help="leave the sessions open at the end")
    parser.add_argument(
        "--allow-remote", action="store_true", help="allow a server on another machine (default: this machine alone)"
    )


def run_load(options: argparse.Namespace, target: Target) -> int:
    """Exit code 0 when nothing was lost or missed, 1 when it was or the run failed, 2 when it was not begun.

    Raises what the first requests to the server raise: `RequestRefused`, `ServerUnreachable`, `CredentialsRefused`.
    """
    try:
        _check_parameters(options, target.url)
        staff = _prepared_server(target)
    except LoadRefused as refused:
        return say(refused, 2)
    plan = _plan(options)
    with interrupt_noted() as interrupted:
        try:
            measured = LoadRun(plan, target, staff, _server_use(options, target.url), interrupted).run()
        except ProcessFailed as failure:
            return say(failure, 1)
    return _tell(measured, options.output)


def _check_parameters(options: argparse.Namespace, url: str) -> None:
    if not options.allow_remote and not is_loopback(url):
        raise LoadRefused(f"{url} is not this machine; --allow-remote sends load to another one")
    most = ENTRIES_A_ROUND * options.readings_per_minute
    if options.hand_entries_per_minute > most:
        raise LoadRefused(f"--hand-entries-per-minute is at most twice --readings-per-minute, here {most:g}")
    if options.server_pid is not None and of_process(options.server_pid) is None:
        raise LoadRefused(f"--server-pid {options.server_pid}: there is no such process, or no /proc to look into")


def is_loopback(url: str) -> bool:
    """Whether an address surely is of this machine: `localhost`, 127.0.0.0/8 or ::1."""
    host = httpx.URL(url).host
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _prepared_server(target: Target) -> Staff:
    """The staff with their credentials on record. Raises `LoadRefused` for a server that is not a simulated one."""
    reader = RecordReader(target.url, target.sign_in(PHYSICIAN))
    try:
        reader.sign_in()
        if not reader.is_simulated():
            raise LoadRefused(f"{target.url} is not on a simulated database; load is sent to simulated ones alone")
    finally:
        reader.close()
    senders = senders_of(target, _PATIENCE_S)
    senders.device.account_id()
    return senders.sign_on(wall_now())


def _plan(options: argparse.Namespace) -> LoadPlan:
    return LoadPlan(
        sessions=options.sessions,
        viewers=options.viewers,
        minutes=options.minutes,
        readings_per_min=options.readings_per_minute,
        hand_entries_per_min=options.hand_entries_per_minute,
        openings_per_min=options.openings_per_minute,
        resend_share=options.resend_share,
        processes=options.processes,
        seed=options.seed,
        run_label=f"{wall_now():%m%d%H%M%S}",
        is_kept=options.keep,
    )


def _server_use(options: argparse.Namespace, url: str) -> Read:
    if options.server_pid is not None:
        return partial(of_process, options.server_pid)
    return partial(of_metrics, url)


def _tell(measured: Measured, output: Path | None) -> int:
    print(report.as_markdown(measured), end="")
    if output is not None:
        output.write_text(_FORMATS[output.suffix](measured), encoding="utf-8")
    if not measured.sends.sessions_opened and not measured.was_interrupted:
        return say("no session could be opened", 1)
    return 0 if measured.is_sound else 1


def _output(text: str) -> Path:
    path = Path(text)
    if path.suffix not in _FORMATS:
        raise argparse.ArgumentTypeError(f"{text!r} ends neither in .md nor in .json")
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"the folder of {text!r} does not exist")
    return path
