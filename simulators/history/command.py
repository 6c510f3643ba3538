"""`python -m simulators history`: how much and of what, the room that it takes, the progress, the hash at the end."""

import argparse
import os
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from session_store.settings import Settings
from simulators.history.plan import (
    MOST_CHAIRS,
    MOST_CLINICS,
    MOST_SESSIONS,
    Ascertainment,
    Detail,
    HistoryPlan,
    ImpossibleHistory,
)
from simulators.history.running import WrittenClinic, write_history
from simulators.history.size import needed_bytes, refuse_without_room, words
from simulators.option_values import whole
from simulators.progress import progress_bar
from simulators.simulated_clock import wall_now

MAX_WEEKS = 520
_MOST_PROCESSES = 64
# Starting processes takes about a second each.
_WORTH_PROCESSES = 400


def add_history(parser: argparse.ArgumentParser) -> None:
    """The options."""
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("--sessions", type=whole(1, MOST_SESSIONS), help="how many sessions, over all clinics")
    amount.add_argument("--weeks", type=whole(1, MAX_WEEKS), help="instead: so many weeks of 16 sessions (default 6)")
    parser.add_argument(
        "--detail", choices=[one.value for one in Detail], default=Detail.OUTCOME.value,
        help="outcome: about 20 sets a session; full: every round and a monitor row a minute (default outcome)",
    )  # fmt: skip
    parser.add_argument(
        "--clinics", type=whole(1, MOST_CLINICS), help="how many clinics, numbered on (default: by the sessions)"
    )
    parser.add_argument("--chairs", type=whole(1, MOST_CHAIRS), help="chairs of each (default 4; 1 to 4 for several)")
    parser.add_argument(
        "--ascertainment", choices=[one.value for one in Ascertainment], default=Ascertainment.CHECKLIST.value,
        help="how adverse effects come to be known: a tenth, half or all are charted (default checklist)",
    )  # fmt: skip
    parser.add_argument("--until", type=_day, help="the day before which it ends, YYYY-MM-DD (default: today)")
    parser.add_argument("--processes", type=whole(1, _MOST_PROCESSES), help="at work side by side (default: the cores)")


def run_history(options: argparse.Namespace) -> int:
    """Write it. Raises `ImpossibleHistory` and `HistoryNotWritten`."""
    settings = _settings()
    plan = _plan(options, settings)
    clinics = plan.clinic_plans()
    sessions = sum(one.sessions for one in clinics)
    needed = needed_bytes(settings.database_url, plan.detail, sessions)
    begins = min(one.begins(0) for one in clinics).date()
    print(
        f"history: {sessions} sessions of {_counted(len(clinics))}, {begins} to {plan.until.date()}, will need about "
        f"{words(needed)}; to go on with it later, add --until {plan.until.date()}",
        flush=True,
    )
    refuse_without_room(settings.database_url, needed)
    processes = options.processes or (os.cpu_count() or 1 if sessions >= _WORTH_PROCESSES else 1)
    with progress_bar(sessions, "sessions") as bar:
        written = write_history(settings.database_url, plan, processes, bar.update)
    _report(written)
    return 0


def _counted(clinics: int) -> str:
    return "1 clinic" if clinics == 1 else f"{clinics} clinics"


def _report(clinics: Sequence[WrittenClinic]) -> None:
    for one in clinics:
        print(
            f"history: clinic {one.clinic_id}: {one.written} sessions written, {one.sessions} on record, "
            f"change {one.changes}, chain head {one.chain_head.hex()}"
        )


def _settings() -> Settings:
    try:
        return Settings.model_validate({})
    except ValidationError as error:
        raise ImpossibleHistory("; ".join(problem["msg"] for problem in error.errors())) from error


def _plan(options: argparse.Namespace, settings: Settings) -> HistoryPlan:
    zone = ZoneInfo(settings.clinic_time_zone)
    today = wall_now().astimezone(zone).date()
    until: date = options.until or today
    if until > today:
        raise ImpossibleHistory(f"--until {until} lies in the future")
    return HistoryPlan(
        seed=options.seed, until=datetime(until.year, until.month, until.day, tzinfo=zone), sessions=options.sessions,
        weeks=None if options.sessions else options.weeks or 6, clinics=options.clinics, chairs=options.chairs,
        first_clinic_id=settings.clinic_id, detail=Detail(options.detail),
        ascertainment=Ascertainment(options.ascertainment),
    )  # fmt: skip


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day, YYYY-MM-DD") from None
