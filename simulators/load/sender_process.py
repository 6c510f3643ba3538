"""One process of senders: some threads, each with its share of the sessions."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from functools import partial

import httpx

from simulators.load.load_session import LoadSession
from simulators.load.orders import Orders
from simulators.load.plan import LoadPlan, share
from simulators.load.record_reader import RecordReader
from simulators.load.sending import Clients, SessionSender
from simulators.load.tallies import SendTally
from simulators.server_client import ServerClient
from simulators.simulated_clock import wall_now
from simulators.staff import Staff
from simulators.target import NURSE, PHYSICIAN, Target

# So many requests of one process are under way at once at most.
_THREADS = 16
# Longer than a server takes to start again; what is not answered by then is counted and not sent again.
_PATIENCE_S = 60.0
# Shorter than a server keeps an idle connection, so that it is not closed just as something is sent.
_KEEP_ALIVE_S = 3.0
_LOOK_EVERY_S = 0.05


class _Waits:
    """Counts the pauses before something is sent again, from any thread."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = threading.Lock()

    def pause(self, seconds: float) -> None:
        with self._lock:
            self.count += 1
        time.sleep(seconds)


def send_load(
    plan: LoadPlan,
    target: Target,
    staff: Staff,
    spread_from: datetime,
    part: int,
    orders: Orders,
    say_ready: Callable[[], None],
) -> SendTally:
    """Opens, serves, closes and reads back the sessions of one part of the run. Raises what its senders raise."""
    waits = _Waits()
    clients = _clients(target, waits)
    own = share(plan.sessions, plan.sender_processes, part)
    threads = min(len(own), _THREADS)
    make_session = partial(_make_session, plan, staff, spread_from)
    senders = [
        SessionSender(make_session, clients, orders, plan.resend_share, random.Random(f"{plan.seed} {part} {thread}"))
        for thread in range(threads)
    ]
    opening_times = {number: wall_now() + timedelta(seconds=plan.opening_s(number)) for number in own}
    with ThreadPoolExecutor(threads) as pool:
        serving = [
            pool.submit(sender.serve, {number: opening_times[number] for number in own[thread::threads]})
            for thread, sender in enumerate(senders)
        ]
        _await_all_open(senders, serving)
        say_ready()
        wait(serving, return_when=FIRST_EXCEPTION)
        # Where one has failed, the others need not go on.
        orders.is_stopped.set()
        for one in serving:
            one.result()
        if not plan.is_kept:
            _on_all(pool, SessionSender.close, senders)
        _on_all(pool, SessionSender.read_back, senders)
    tally = SendTally.sum_of([sender.tally for sender in senders])
    tally.retried_requests = waits.count
    return tally


def _on_all(pool: ThreadPoolExecutor, part: Callable[[SessionSender], None], senders: list[SessionSender]) -> None:
    """All senders do one part at once; what one of them raises is raised here."""
    for _ in pool.map(part, senders):
        pass


def _await_all_open(senders: list[SessionSender], serving: "list[Future[None]]") -> None:
    while not all(sender.is_all_open.is_set() for sender in senders) and not any(one.done() for one in serving):
        time.sleep(_LOOK_EVERY_S)


def _make_session(plan: LoadPlan, staff: Staff, spread_from: datetime, number: int) -> LoadSession:
    return LoadSession(number, plan, staff, spread_from, wall_now())


def _clients(target: Target, waits: _Waits) -> Clients:
    nurse = ServerClient(
        target.url,
        sign_in=target.sign_in(NURSE),
        patience_s=_PATIENCE_S,
        transport=_transport(),
        pause=waits.pause,
    )
    # Signs in once, before the threads share it.
    nurse.account_id()
    device = ServerClient(
        target.url, token=target.device_token, patience_s=_PATIENCE_S, transport=_transport(), pause=waits.pause
    )
    reader = RecordReader(target.url, target.sign_in(PHYSICIAN), _transport())
    reader.sign_in()
    return Clients(nurse, device, reader)


def _transport() -> httpx.HTTPTransport:
    limits = httpx.Limits(max_connections=2 * _THREADS, keepalive_expiry=_KEEP_ALIVE_S)
    return httpx.HTTPTransport(limits=limits)
