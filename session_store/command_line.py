"""The commands for who looks after the record: verify, rebuild, backup, restore; and for who looks after its rules:
rules, replay-rules.

0: done, the record is intact; 1: something is broken; 2: it could not be done, the line says why.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from session_store.backing_up import backup, restore
from session_store.chain import NOTHING
from session_store.domain.rules.delivered import version_words
from session_store.domain.rules.rule_file import differences_in_words, read_rule_file, rule_file_text
from session_store.domain.rules.rule_set import RuleSet
from session_store.errors import CommandRefused, RecordCorrupt, SessionStoreError, StoreUnavailable
from session_store.past_sessions import FIRST_DAY, LAST_DAY, PastSessions, days_between
from session_store.reader import Reader
from session_store.rebuilding import rebuild
from session_store.replaying_text import comparison_lines
from session_store.rule_replay import RecordedSession, replay_rules
from session_store.settings import Settings
from session_store.storage.engine import Engines, open_engines
from session_store.storage.schema_revision import is_newest
from session_store.verifying import VerifyReport, check_head, verify

INTACT, BROKEN, CANNOT_RUN = 0, 1, 2
QUIET_SECONDS = 2.0
_SHOWN = 20
# A larger file is no file of rules; the whole table takes a twentieth of it.
_MOST_RULE_FILE_BYTES = 2_000_000


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    chosen = _parser().parse_args(words)
    try:
        settings = Settings()
        code: int = chosen.run(settings, chosen)
    except RecordCorrupt as corrupt:
        return _say_why(corrupt, BROKEN)
    except ValidationError as invalid:
        return _say_why(invalid.errors()[0]["msg"], CANNOT_RUN)
    except (SessionStoreError, SQLAlchemyError, OSError) as failure:
        return _say_why(failure, CANNOT_RUN)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m session_store", description="Looks after the record named by INFUSION_DATABASE_URL."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("verify", help="check every row against the hash chain, and the projections")
    check.add_argument("--without-projections", action="store_true", help="leave out what can be rebuilt")
    check.add_argument(
        "--head", type=_head, metavar="NUMBER:HASH", help="a chain head that an earlier verify printed, kept elsewhere"
    )
    anew = commands.add_parser("rebuild", help="make the projections anew from the entries")
    for command in (check, anew):
        command.add_argument("--clinic", type=int, metavar="NUMBER", help="this clinic alone")
    copy = commands.add_parser("backup", help="a verified copy in a new SQLite file; the server may run")
    back = commands.add_parser("restore", help="a backup into a new SQLite file or an empty PostgreSQL database")
    for command in (copy, back):
        command.add_argument("file", type=Path, metavar="FILE")
    told = commands.add_parser("rules", help="the alert rules in force, as the JSON file that replay-rules reads")
    tried = commands.add_parser(
        "replay-rules", help="what changed alert rules would have done to past sessions; nothing is written"
    )
    _add_replay_options(tried)
    runs = (_verify, _rebuild, _backup, _restore, _rules, _replay_rules)
    for command, run in zip((check, anew, copy, back, told, tried), runs, strict=True):
        command.set_defaults(run=run)
    return parser


def _add_replay_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--rules", type=Path, required=True, metavar="FILE", help="changed rules as JSON, all of them or some"
    )
    command.add_argument("--from", dest="first", metavar="DATE", help="sessions with first drug from this day on")
    command.add_argument("--to", dest="last", metavar="DATE", help="and until the end of this day (clinic's time zone)")
    command.add_argument(
        "--limit", default="1000", metavar="N", help="at most so many sessions, the newest (default 1000)"
    )
    command.add_argument("--json", action="store_true", help="everything as JSON, every session that differs")


def _head(typed: str) -> tuple[int, bytes]:
    number, _, digits = typed.partition(":")
    head = int(number), bytes.fromhex(digits)
    if len(head[1]) != len(NOTHING) or head[0] < 1:
        raise ValueError(typed)
    return head


def _verify(settings: Settings, chosen: argparse.Namespace) -> int:
    engines = _present(settings)
    try:
        with_projections = not chosen.without_projections
        report = verify(engines.reader, chosen.clinic, projections=with_projections, progress=_progress("change"))
        if chosen.head is not None:
            number, expected = chosen.head
            check_head(engines.reader, report, chosen.clinic or settings.clinic_id, number, expected)
    finally:
        engines.dispose()
    return _tell(report)


def _rebuild(settings: Settings, chosen: argparse.Namespace) -> int:
    engines = _present(settings)
    try:
        report = rebuild(engines.writer, chosen.clinic, _progress("session"))
    finally:
        engines.dispose()
    _say(f"rebuilt: {report.sessions} sessions, {report.outcomes} outcomes")
    if report.judged_otherwise:
        _say(f"in {report.judged_otherwise} sessions today's rules find other alerts; those on record were kept")
    return INTACT


def _backup(settings: Settings, chosen: argparse.Namespace) -> int:
    engines = _present(settings)
    try:
        report = backup(engines.reader, chosen.file)
    finally:
        engines.dispose()
    _tell(report)
    _say(f"backed up and verified: {chosen.file}")
    return INTACT


def _restore(settings: Settings, chosen: argparse.Namespace) -> int:
    report = restore(chosen.file, settings.database_url)
    _tell_clinics(report)
    _say("restored and verified")
    return INTACT


def _rules(settings: Settings, _chosen: argparse.Namespace) -> int:
    engines = _present(settings)
    try:
        rules = Reader(engines.reader, settings.clinic_id).rules()
    finally:
        engines.dispose()
    sys.stdout.write(rule_file_text(rules))
    return INTACT


def _replay_rules(settings: Settings, chosen: argparse.Namespace) -> int:
    since, until = days_between(*_days(chosen), ZoneInfo(settings.clinic_time_zone))
    limit, text = _whole_number("--limit", chosen.limit), _file_text(chosen.rules)
    engines = _present(settings)
    try:
        base = Reader(engines.reader, settings.clinic_id).rules()
        rules, problems = read_rule_file(text, base)
        if rules is None:
            return _say_all([f"{chosen.rules}: {one.text()}" for one in problems], CANNOT_RUN)
        sessions = PastSessions(engines.reader, settings.clinic_id, since, until, limit)
        comparison = replay_rules(_with_progress(sessions), rules, base)
    finally:
        engines.dispose()
    if chosen.json:
        _say(json.dumps(_told_about(sessions, rules, base) | comparison.as_json(), indent=2))
        return INTACT
    for line in (*_lines_about(sessions, rules, base), *comparison_lines(comparison)):
        _say(line)
    return INTACT


def _days(chosen: argparse.Namespace) -> tuple[date | None, date | None]:
    first, last = _day("--from", chosen.first), _day("--to", chosen.last)
    if first is not None and last is not None and first > last:
        raise CommandRefused("--from", f"{first} is after --to {last}")
    return first, last


def _day(option: str, typed: str | None) -> date | None:
    if typed is None:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise CommandRefused(option, f"{typed!r} is not a date, as in 2026-11-20") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise CommandRefused(option, f"{day} is outside {FIRST_DAY} to {LAST_DAY}")
    return day


def _whole_number(option: str, typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and 1 <= int(typed[:10]) <= 10**9):
        raise CommandRefused(option, f"{typed!r} is not a number of sessions")
    return int(typed)


def _file_text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_RULE_FILE_BYTES:
            raise CommandRefused(str(path), "too large for a file of rules")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CommandRefused(str(path), "not a text (UTF-8)") from None
    except OSError as failure:
        raise CommandRefused(str(path), failure.strerror or "cannot be read") from None


def _with_progress(sessions: PastSessions) -> Iterator[RecordedSession]:
    tell = _progress("session")
    for done, session in enumerate(sessions, start=1):
        yield session
        tell(done, len(sessions))


def _told_about(sessions: PastSessions, rules: RuleSet, base: RuleSet) -> dict[str, object]:
    return {
        "rules_in_force": version_words(base.version),
        "changed_rules": differences_in_words(base, rules),
        "sessions_found": sessions.found,
        "simulated_left_out": sessions.simulated_left_out,
    }


def _lines_about(sessions: PastSessions, rules: RuleSet, base: RuleSet) -> Iterator[str]:
    changes = differences_in_words(base, rules)
    yield f"rules in force: {version_words(base.version)}; changed by the file: {len(changes) or 'nothing'}"
    yield from (f"  {line}" for line in changes)
    if sessions.found > len(sessions):
        yield f"the newest {len(sessions)} of {sessions.found} sessions"
    if sessions.simulated_left_out:
        yield f"{sessions.simulated_left_out} simulated sessions left out"


def _present(settings: Settings) -> Engines:
    """The engines of a record that is there; nothing is made, nothing is migrated."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise StoreUnavailable(f"there is no record at {url.database}")
    engines = open_engines(settings.database_url)
    try:
        with engines.reader.connect() as connection:
            is_ready = is_newest(connection)
    except StoreUnavailable as refused:
        raise StoreUnavailable(f"{url.database} {refused}") from refused
    if not is_ready:
        raise StoreUnavailable(f"{url.database} has an older schema: start the server once, which migrates it")
    return engines


def _tell(report: VerifyReport) -> int:
    _tell_clinics(report)
    for finding in [*report.broken[:_SHOWN], *report.to_rebuild[:_SHOWN]]:
        _say(finding.text())
    hidden = max(0, len(report.broken) - _SHOWN) + max(0, len(report.to_rebuild) - _SHOWN)
    if hidden:
        _say(f"and {hidden} more")
    if report.first_broken is not None:
        _say(f"BROKEN, first: {report.first_broken.text()}")
    elif report.to_rebuild:
        _say("the record is intact; projections differ: run rebuild")
    else:
        _say("intact")
    return INTACT if report.is_intact and not report.to_rebuild else BROKEN


def _tell_clinics(report: VerifyReport) -> None:
    for clinic in report.clinics:
        counts = f"{clinic.changes} changes, {clinic.rows} rows"
        _say(f"clinic {clinic.clinic_id}: {counts}, chain head {clinic.changes}:{clinic.chain_head.hex()}")


def _progress(unit: str) -> Callable[[int, int], None]:
    """Says how far it is on the error output, every two seconds of a longer run."""
    last = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= QUIET_SECONDS:
            last = time.monotonic()
            sys.stderr.write(f"{unit} {done} of {total}\n")
            sys.stderr.flush()

    return tell


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _say_all(lines: Sequence[str], code: int) -> int:
    hidden = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    for line in (*lines[:_SHOWN], *hidden):
        sys.stderr.write(f"{line}\n")
    return code


def _say_why(failure: object, code: int) -> int:
    cause = getattr(failure, "orig", None) or failure
    lines = str(cause).strip().splitlines() or [type(cause).__name__]
    sys.stderr.write(f"{lines[0]}\n")
    return code
