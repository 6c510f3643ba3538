"""`make drill SCENARIO=...`: a scenario played live to a team on a watermarked server, with the times of its answers.

The server works on a database of its own, made anew, and a process of the simulators plays the patient. The drill ends
with its time, with Ctrl-C or when the team closes the session; the report goes to the terminal and into `var/`.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from dashboard.simulated_server import SimulatedServer, Stop, end, wait_while
from session_store.clock import SystemClock
from session_store.errors import SessionStoreError

DRILL_DATABASE = Path("var/drill.sqlite")
_CHECK_SECONDS = 60


def main(arguments: Sequence[str] | None = None) -> int:
    """Check, prepare, start both, wait for the end, end both. Exit code 2 with one line when it cannot begin."""
    options = _parser().parse_args(arguments)
    wanted = [options.scenario, *_given(options)]
    # The simulators know the scenarios and the limits, and say in one line what cannot be.
    check = [sys.executable, "-m", "simulators", "drill", "--check", *wanted]
    if (code := subprocess.run(check, timeout=_CHECK_SECONDS).returncode) != 0:
        return code
    try:
        server = SimulatedServer(DRILL_DATABASE, options.scenario)
    except (SessionStoreError, ValidationError) as fault:
        print(f"cannot start: {fault}", file=sys.stderr)
        return 2
    report = DRILL_DATABASE.parent / f"drill-{options.scenario}-{SystemClock().now().astimezone():%Y%m%d-%H%M%S}.md"
    return _serve(server, [*wanted, "--output", str(report)], report)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dashboard.drill", description=__doc__)
    parser.add_argument("scenario", metavar="SCENARIO", nargs="?", default="", help="name of the scenario")
    parser.add_argument("--seed", help="same seed, same patient (default: the scenario's)")
    parser.add_argument("--speed", help="times real time before the trouble (default: all at once)")
    parser.add_argument("--minutes", help="how long from the trouble on")
    return parser


def _given(options: argparse.Namespace) -> list[str]:
    """The options that were given, as they were given."""
    named = {name: getattr(options, name) for name in ("seed", "speed", "minutes")}
    return [f"--{name}={value}" for name, value in named.items() if value is not None]


def _serve(server: SimulatedServer, wanted: Sequence[str], report: Path) -> int:
    stop = Stop()
    processes = [server.run("dashboard.app")]
    try:
        if not server.wait_until_up(processes[0], stop):
            return 0 if stop.asked else 1
        server.say_where("DRILL on a SIMULATED clinic")
        drill = server.run("simulators", "drill", *wanted)
        processes.append(drill)
        wait_while(lambda: not stop.asked and all(one.poll() is None for one in processes))
    finally:
        end(processes, stop)
    if report.exists():
        print(f"\nreport: {report}", flush=True)
    return 1 if drill.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
