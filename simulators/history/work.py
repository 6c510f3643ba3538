"""Making the sessions of one block ready, in this process or in several beside it."""

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from multiprocessing import connection, get_context, parent_process
from uuid import UUID

from session_store.bulk_preparing import HistoryClinic, PreparedSession, prepare_session
from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.rule_set import RuleSet
from session_store.errors import SessionStoreError
from session_store.storage.bulk_rows import RowShaper
from simulators.history.calendar import Visit
from simulators.history.charted_sessions import charted_block
from simulators.history.plan import ClinicPlan
from simulators.history.workforce import Workforce

# How many blocks are under way for each process: enough that none waits, and bounded.
_AHEAD = 3
_SELDOM = (100_000, 50, 50)


class BlockRefused(Exception):
    """The record would not take a session as it was made; the message says which entry and why. Unlike the fault that
    it stands for it passes from one process to another."""


@dataclass(frozen=True, slots=True)
class Block:
    """One block to be made ready."""

    plan: ClinicPlan
    workforce: Workforce
    credentials: Mapping[UUID, Mapping[str, date]]
    # None: as delivered, which the other process has, too.
    rules: RuleSet | None
    dialect: str
    number: int
    visits: tuple[Visit, ...]


@dataclass(frozen=True, slots=True)
class ReadyBlock:
    """The sessions of a block, ready to be numbered and written."""

    number: int
    sessions: list[PreparedSession]


def ready(block: Block) -> ReadyBlock:
    """Chart, check, fold and judge a block. Raises `BlockRefused`."""
    clinic = HistoryClinic(block.plan.clinic_id, block.rules or DELIVERED, block.credentials, block.dialect)
    shaper = _shaper(block.dialect)
    sessions = charted_block(block.plan, block.workforce, block.number, block.visits)
    try:
        return ReadyBlock(block.number, [prepare_session(clinic, one, shaper) for one in sessions])
    except SessionStoreError as fault:
        raise BlockRefused(f"clinic {block.plan.clinic_id}, block {block.number}: {fault}") from None


@lru_cache
def _shaper(dialect: str) -> RowShaper:
    return RowShaper(dialect)


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Hardly anything here refers to itself: looking for that every few hundred objects costs a fifth of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@contextmanager
def workers(processes: int) -> Iterator["Workers"]:
    """Processes that make blocks ready; with one, this process does."""
    if processes == 1:
        yield Workers(None, 1)
        return
    # Started afresh: a copy of this process would hold its connections to the database.
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_begin_worker)
    try:
        yield Workers(pool, processes)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


class Workers:
    """Makes blocks ready, in order, so many ahead at most."""

    def __init__(self, pool: ProcessPoolExecutor | None, processes: int) -> None:
        self._pool = pool
        self._ahead = processes * _AHEAD

    def ready(self, blocks: Iterable[Block]) -> Iterator[ReadyBlock]:
        """The blocks in their order."""
        if self._pool is None:
            yield from map(ready, blocks)
            return
        waiting: deque[Future[ReadyBlock]] = deque()
        for block in blocks:
            waiting.append(self._pool.submit(ready, block))
            if len(waiting) >= self._ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _begin_worker() -> None:
    """A worker leaves the terminal's signals to the process that started it, and does not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(*_SELDOM)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
