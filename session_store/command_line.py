"""The commands for who looks after the record: verify, rebuild, backup, restore.

0: done, the record is intact; 1: something is broken; 2: it could not be done, the line says why.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from session_store.backing_up import backup, restore
from session_store.chain import NOTHING
from session_store.errors import RecordCorrupt, SessionStoreError, StoreUnavailable
from session_store.rebuilding import rebuild
from session_store.settings import Settings
from session_store.storage.engine import Engines, open_engines
from session_store.storage.schema_revision import is_newest
from session_store.verifying import VerifyReport, check_head, verify

INTACT, BROKEN, CANNOT_RUN = 0, 1, 2
QUIET_SECONDS = 2.0
_SHOWN = 20


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
    for command, run in ((check, _verify), (anew, _rebuild), (copy, _backup), (back, _restore)):
        command.set_defaults(run=run)
    return parser


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


def _say_why(failure: object, code: int) -> int:
    cause = getattr(failure, "orig", None) or failure
    lines = str(cause).strip().splitlines() or [type(cause).__name__]
    sys.stderr.write(f"{lines[0]}\n")
    return code
