"""Writes a history: block after block of each clinic, going on where an earlier run of the same plan stopped."""

from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from session_store.accounts import AccountBook
from session_store.bulk_import import HistoryImport, Standing
from session_store.clock import SystemClock
from session_store.domain.rules.delivered import DELIVERED
from session_store.errors import SessionStoreError
from session_store.opening import open_record
from session_store.settings import Settings
from session_store.storage.engine import Engines
from simulators.history.calendar import Calendar, Visit
from simulators.history.plan import ClinicPlan, HistoryPlan, blocks_with_follow_ups
from simulators.history.work import Block, BlockRefused, Workers, ready, seldom_collecting, workers
from simulators.history.workforce import credentials_by_account, workforce_of

# So many sessions share a transaction, or a block where it has more.
SESSIONS_A_TRANSACTION = 60
_FOR_EVER = datetime(2200, 1, 1, tzinfo=UTC)
Progress = Callable[[int], None]


class HistoryNotWritten(Exception):
    """The history could not be written; the message says why."""


@dataclass(frozen=True, slots=True)
class WrittenClinic:
    """One clinic after the run. `chain_head` covers every row of its record in their order: the same history has the
    same."""

    clinic_id: int
    sessions: int
    written: int
    changes: int
    chain_head: bytes


def write_history(
    database_url: str, plan: HistoryPlan, processes: int = 1, progress: Progress | None = None
) -> list[WrittenClinic]:
    """Write what is missing of the history. Raises `HistoryNotWritten`, and `ImpossibleHistory` for a plan that is.

    `progress` is told of sessions as they are on record, those of an earlier run among them.
    """
    plans = plan.clinic_plans()
    tell = progress or (lambda _sessions: None)
    try:
        engines = open_record(Settings(database_url=database_url, is_simulated=True, clinic_id=plans[0].clinic_id))
        try:
            with workers(processes) as crew, seldom_collecting():
                return [_write_clinic(engines, one, crew, tell) for one in plans]
        finally:
            engines.dispose()
    except (SessionStoreError, BlockRefused, BrokenProcessPool) as fault:
        raise HistoryNotWritten(str(fault)) from fault


def _write_clinic(engines: Engines, plan: ClinicPlan, crew: Workers, tell: Progress) -> WrittenClinic:
    with HistoryImport(engines, plan.clinic_id) as history:
        run = _Run(engines, plan, history)
        written = run.go(crew, tell)
        standing = history.standing()
    return WrittenClinic(plan.clinic_id, standing.sessions, written, standing.change_number, standing.chain_head)


class _Run:
    """One clinic."""

    def __init__(self, engines: Engines, plan: ClinicPlan, history: HistoryImport) -> None:
        self._plan = plan
        self._history = history
        book = AccountBook(engines.writer, engines.reader, plan.clinic_id, SystemClock())
        known = {one.display_name: one.account_id for one in book.all()}
        self._workforce = workforce_of(plan, known)
        before = (plan.begins(0) - timedelta(days=1)).astimezone(UTC)
        self._credentials = self._workforce.credential_entries(before, plan.until)
        self._dialect = engines.writer.dialect.name
        rules = history.rules()
        self._rules = None if rules is DELIVERED else rules

    def go(self, crew: Workers, tell: Progress) -> int:
        """How many sessions were written now."""
        standing = self._history.standing()
        if standing.change_number == 0:
            self._history.write_credentials(self._workforce.administrator, self._credentials)
        first = self._first_block(standing)
        self._insist(standing, first)
        tell(standing.sessions)
        if first == self._plan.blocks:
            return 0
        return self._write(first, crew, tell)

    def _first_block(self, standing: Standing) -> int:
        """The first block that is not on record. Blocks are written whole, in the order of time."""
        if standing.sessions == 0 or standing.recorded_at is None:
            return 0
        begun = [at for at in range(self._plan.blocks) if self._plan.begins(at) <= standing.recorded_at]
        return len(begun)

    def _insist(self, standing: Standing, first: int) -> None:
        """Whether what is on record is the beginning of this history. Raises `HistoryNotWritten`."""
        expected = sum(self._plan.sessions_in(at) for at in range(first))
        if standing.sessions == expected and all(map(self._history.has_session, self._first_sessions(first))):
            return
        raise HistoryNotWritten(
            f"clinic {self._plan.clinic_id} has {standing.sessions} sessions that this history does not begin with: "
            "go on with the same --seed, --sessions, --clinics, --detail and --until, or write into a new database"
        )

    def _first_sessions(self, first: int) -> Iterator[UUID]:
        if first > 0:
            number, visits = next(Calendar(self._plan).blocks())
            yield ready(self._block(number, visits)).sessions[0].session_id

    def _write(self, first: int, crew: Workers, tell: Progress) -> int:
        written = waiting = 0
        since = first - blocks_with_follow_ups()
        wanted = ((at, visits) for at, visits in Calendar(self._plan).blocks() if at >= since)
        for block in crew.ready(self._block(at, visits) for at, visits in wanted):
            begins = self._plan.begins(first) if first > 0 else None
            self._history.take(block.sessions, written_until=begins)
            waiting += len(block.sessions)
            is_last = block.number == self._plan.blocks - 1
            if block.number < first or (waiting < SESSIONS_A_TRANSACTION and not is_last):
                continue
            new = self._history.write_until(_FOR_EVER if is_last else self._plan.begins(block.number + 1))
            waiting = 0
            written += new
            tell(new)
        return written

    def _block(self, number: int, visits: list[Visit]) -> Block:
        return Block(
            self._plan, self._workforce, credentials_by_account(self._credentials), self._rules, self._dialect,
            number, tuple(visits),
        )  # fmt: skip
