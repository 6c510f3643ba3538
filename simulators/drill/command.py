"""`python -m simulators drill`: its parameters, what is looked at before anything is sent, and its exit code."""

import argparse
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from numpy.random import SeedSequence

from simulators.chair import ChairSession
from simulators.command_ending import interrupt_noted, say
from simulators.drill.answering import Answering
from simulators.drill.chair import DrillChair, DrillFailed
from simulators.drill.plan import CHAIR_LABEL, behind_at_start, drill_plan, drill_times, is_drillable
from simulators.drill.playing import Drill, Played
from simulators.drill.report import DrillReport
from simulators.drill.timing import times_of
from simulators.option_values import number, whole
from simulators.scenarios.registry import SCENARIOS
from simulators.scenarios.scenario import Scenario
from simulators.senders import Senders, senders_of
from simulators.server_client import ServerClient, ServerUnreachable
from simulators.simulated_clock import SimulatedClock
from simulators.target import Target

DEFAULT_MINUTES = 15.0
_PATIENCE_S = 10.0


class DrillRefused(Exception):
    """This drill is not begun; the message says which parameter or what about the server does not allow it."""


def add_drill(parser: argparse.ArgumentParser) -> None:
    """The parameters with their limits; a value outside them ends with one line and exit code 2."""
    parser.add_argument("scenario", metavar="SCENARIO", type=_scenario, help=f"one of {', '.join(_drillable())}")
    parser.add_argument("--seed", type=whole(0, 2**63 - 1), help="same seed, same patient (default: the scenario's)")
    parser.add_argument(
        "--speed",
        type=number(1, 100_000),
        help="play what lies before the trouble at this many times real time (default: all at once)",
    )
    parser.add_argument(
        "--minutes",
        type=number(0.05, 240),
        default=DEFAULT_MINUTES,
        help=f"how long from the trouble on, in real time (default {DEFAULT_MINUTES:g})",
    )
    parser.add_argument("--output", type=_output, help="also write the report to this FILE.md")
    parser.add_argument("--check", action="store_true", help="only look at the parameters")


def run_drill(options: argparse.Namespace, target: Callable[[], Target]) -> int:
    """Exit code 0 when the drill was played and reported, also when Ctrl-C ended it; 2 when it was not begun, 1 when
    its session could not be opened.

    Raises what the server's answers raise: `RequestRefused`, `ServerUnreachable`, `CredentialsRefused`.
    """
    if options.check:
        return 0
    try:
        with interrupt_noted() as stop:
            report = _play(options, target(), stop)
    except DrillRefused as refused:
        return say(refused, 2)
    except DrillFailed as failed:
        return say(failed, 1)
    text = report.as_markdown()
    print(f"\n{text}", end="", flush=True)
    if options.output is not None:
        options.output.write_text(text, encoding="utf-8")
    return 0


def _play(options: argparse.Namespace, target: Target, stop: threading.Event) -> DrillReport:
    senders = _senders(target, stop)
    try:
        return _played(options, target, senders, stop)
    finally:
        for client in (senders.nurse, senders.physician, senders.administrator, senders.device):
            client.close()


def _played(options: argparse.Namespace, target: Target, senders: Senders, stop: threading.Event) -> DrillReport:
    scenario: Scenario = options.scenario
    zone = ZoneInfo(_drill_server(senders.nurse, target.url)["clinic_time_zone"])
    clock = SimulatedClock(behind_at_start(scenario, options.speed), options.speed)
    staff = senders.sign_on(clock.real_now())
    opened_at = clock.real_now() - behind_at_start(scenario, options.speed)
    times = drill_times(scenario, opened_at, options.minutes)
    seed = scenario.seed if options.seed is None else options.seed
    session = ChairSession(drill_plan(scenario), CHAIR_LABEL, opened_at, SeedSequence(seed), staff=staff)
    chair = DrillChair(session, senders, times, Answering.of(scenario))
    _say_what_to_do(scenario, session, target.url)
    played = Drill(scenario, times, chair, senders.nurse, clock, stop, _teller(zone)).play()
    return _report(scenario, seed, zone, times.trouble_at, played, chair)


def _report(
    scenario: Scenario, seed: int, zone: ZoneInfo, trouble_at: datetime, played: Played, chair: DrillChair
) -> DrillReport:
    alerts = times_of(played.record, trouble_at, Answering.of(scenario))
    return DrillReport(
        scenario, seed, zone, trouble_at, played.ended_at, played.ended_by, alerts, tuple(chair.refusals)
    )


def _senders(target: Target, stop: threading.Event) -> Senders:
    def pause(seconds: float) -> None:
        if stop.wait(seconds):
            raise ServerUnreachable("interrupted")

    return senders_of(target, _PATIENCE_S, pause)


def _drill_server(client: ServerClient, url: str) -> Mapping[str, str]:
    """What the server says of itself. Raises `DrillRefused` where it is not a drill's."""
    me = client.me()
    if not me["is_simulated"]:
        raise DrillRefused(f"{url} is not on a simulated database; a drill is played on simulated ones alone")
    if not me["drill_name"]:
        raise DrillRefused(
            f"{url} does not mark its pages as a drill's: start it with INFUSION_DRILL_NAME (make drill)"
        )
    return me


def _say_what_to_do(scenario: Scenario, session: ChairSession, url: str) -> None:
    print(
        f"DRILL {scenario.name}: {scenario.story}.\n"
        f"  nurse:     {url}/bedside/{session.session_id}\n"
        f"  physician: {url}/panel\n"
        "  The team charts, answers alerts and works the pump on these pages. Read to it what the patient shows.\n",
        flush=True,
    )


def _teller(zone: ZoneInfo) -> Callable[[datetime, str], None]:
    def tell(at: datetime, words: str) -> None:
        print(f"{at.astimezone(zone):%H:%M:%S}  {words}", flush=True)

    return tell


def _drillable() -> list[str]:
    return [name for name, scenario in SCENARIOS.items() if is_drillable(scenario)]


def _scenario(text: str) -> Scenario:
    scenario = SCENARIOS.get(text)
    if scenario is None or not is_drillable(scenario):
        raise argparse.ArgumentTypeError(f"{_why_not(scenario)} {text!r}; there are {', '.join(_drillable())}")
    return scenario


def _why_not(scenario: Scenario | None) -> str:
    if scenario is None:
        return "unknown scenario"
    return "no drill for people at real tablets" if scenario.answering_kinds else "nothing to answer in"


def _output(text: str) -> Path:
    path = Path(text)
    if path.suffix != ".md":
        raise argparse.ArgumentTypeError(f"{text!r} does not end in .md")
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"the folder of {text!r} does not exist")
    return path
