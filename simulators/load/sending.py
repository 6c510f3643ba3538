"""One thread's share of a run's sessions: opens them, sends what is due when it is due, closes and reads them back."""

import heapq
import random
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from simulators.chair import Door, JsonEntry, Outgoing
from simulators.load.delay_histogram import DelayHistogram
from simulators.load.load_session import LoadSession
from simulators.load.orders import Orders
from simulators.load.record_reader import RecordReader
from simulators.load.tallies import SendTally
from simulators.server_client import RequestRefused, ServerClient, ServerUnreachable, describe_problem
from simulators.simulated_clock import wall_now

_NOT_ADMITTED = frozenset({401, 403})
_NUMBERS = re.compile(r"\d+(?:\.\d+)?")
_ON_RECORD = ("recorded", "duplicate")


@dataclass(frozen=True, slots=True)
class Clients:
    """The clients that the threads of one process share."""

    nurse: ServerClient
    device: ServerClient
    reader: RecordReader


class SessionSender:
    """Serves its sessions, one request after the other. Raises `RequestRefused` when a sender is not admitted."""

    def __init__(
        self,
        make_session: Callable[[int], LoadSession],
        clients: Clients,
        orders: Orders,
        resend_share: float,
        chance: random.Random,
    ) -> None:
        self.tally = SendTally()
        self.is_all_open = threading.Event()
        self._make_session = make_session
        self._clients = clients
        self._orders = orders
        self._resend_share = resend_share
        self._chance = chance
        self._sessions: dict[int, LoadSession] = {}
        self._acknowledged: dict[UUID, set[str]] = {}
        self._unanswered: dict[UUID, set[str]] = {}

    # ------------------------------------------------------------ the three parts of a run
    def serve(self, opening_times: Mapping[int, datetime]) -> None:
        """Opens each session, by its number, at its time and sends each of its steps when due, until told to stop.

        Sets `is_all_open` when no more is to be opened.
        """
        queue = [(at, number) for number, at in opening_times.items()]
        heapq.heapify(queue)
        unopened = set(opening_times)
        try:
            while queue:
                due, number = heapq.heappop(queue)
                if self._orders.is_stopped.wait(max((due - wall_now()).total_seconds(), 0.0)):
                    return
                following = self._turn(number)
                if following is not None:
                    heapq.heappush(queue, (following, number))
                unopened.discard(number)
                if not unopened:
                    self.is_all_open.set()
        finally:
            self.is_all_open.set()

    def _turn(self, number: int) -> datetime | None:
        """Opens a session or sends its next step; when the one after that is due, None when it could not be opened."""
        session = self._sessions.get(number)
        if session is None:
            session = self.open(number)
        else:
            self._step(session)
        return None if session is None else session.next_due

    def open(self, number: int) -> LoadSession | None:
        """Opens a session, starts its infusion and brings it up to now; None when the server did not take it."""
        session = self._make_session(number)
        if not self._open(session):
            return None
        self._sessions[number] = session
        while session.is_behind:
            self._step(session)
        return session

    def close(self) -> None:
        """Ends its sessions; gives up at the first without an answer."""
        for session in self._sessions.values():
            before = self.tally.unanswered
            self.tally.sessions_closed += self._post(session, self._clients.nurse, session.closing(wall_now()))
            if self.tally.unanswered > before:
                return

    def read_back(self) -> None:
        """Counts what was acknowledged and is not on record; gives up at the first session without an answer."""
        session_ids = self._acknowledged.keys() | self._unanswered.keys()
        self.tally.sessions_not_read_back = len(session_ids)
        for session_id in session_ids:
            try:
                recorded = self._recorded_ids(session_id)
            except ServerUnreachable:
                return
            self.tally.sessions_not_read_back -= 1
            self.tally.lost += len(self._acknowledged.get(session_id, set()) - recorded.keys())
            self.tally.unanswered_on_record += len(self._unanswered.get(session_id, set()) & recorded.keys())
            self.tally.recorded_twice += sum(count - 1 for count in recorded.values())

    def _recorded_ids(self, session_id: UUID) -> Mapping[str, int]:
        try:
            return self._clients.reader.recorded_ids(session_id)
        except RequestRefused as refused:
            if refused.status == 404:
                # A session that nobody answered for; of an acknowledged one everything is lost.
                return {}
            raise

    # ------------------------------------------------------------ sending
    def _open(self, session: LoadSession) -> bool:
        opening = session.opening
        is_open = self._send(
            session,
            opening,
            lambda: self._clients.nurse.open_session(session.session_id, opening),
            self.tally.opening_delays,
            is_always_timed=True,
        )
        self.tally.sessions_opened += is_open
        return is_open

    def _step(self, session: LoadSession) -> None:
        due = session.next_due
        for run in session.take_step():
            self._send_run(session, run, due)

    def _send_run(self, session: LoadSession, run: Sequence[Outgoing], due: datetime) -> None:
        """One request at the door of its entries, and now and then the first of them once more."""
        is_device = run[0].door is Door.DEVICE
        client = self._clients.device if is_device else self._clients.nurse
        entries = [one.entry for one in run]
        if is_device and self._orders.is_measured(time.time()):
            self.tally.lateness_delays.add((wall_now() - due).total_seconds() * 1000)
        is_taken = self._post(session, client, entries, self.tally.reading_delays if is_device else None)
        if is_taken and any(entry["kind"] == "infusion_started" for entry in entries):
            session.has_started = True
            self.tally.sessions_started += 1
        if is_taken and self._chance.random() < self._resend_share:
            self._resend(session, client, entries[0])

    def _post(
        self,
        session: LoadSession,
        client: ServerClient,
        entries: Sequence[JsonEntry],
        delays: DelayHistogram | None = None,
    ) -> bool:
        is_hand = client is self._clients.nurse
        return self._send(
            session,
            entries,
            lambda: client.post_entries(session.session_id, entries, confirms=is_hand),
            self.tally.hand_delays if delays is None else delays,
        )

    def _send(
        self,
        session: LoadSession,
        entries: Sequence[JsonEntry],
        request: Callable[[], list[dict[str, Any]]],
        delays: DelayHistogram,
        *,
        is_always_timed: bool = False,
    ) -> bool:
        """Sends and counts; True when all of it is on record."""
        self.tally.sent += len(entries)
        sent_at, began = time.time(), time.perf_counter()
        try:
            results = request()
        except ServerUnreachable:
            self.tally.unanswered += len(entries)
            self._unanswered.setdefault(session.session_id, set()).update(str(one["entry_id"]) for one in entries)
            return False
        except RequestRefused as refused:
            if refused.status in _NOT_ADMITTED:
                raise
            self.tally.refused[_without_numbers(f"whole request: {refused}")] += len(entries)
            return False
        if is_always_timed or self._orders.is_measured(sent_at):
            delays.add((time.perf_counter() - began) * 1000)
        return self._count(session, entries, results)

    def _count(self, session: LoadSession, entries: Sequence[JsonEntry], results: Sequence[Mapping[str, Any]]) -> bool:
        kinds = {str(entry["entry_id"]): str(entry["kind"]) for entry in entries}
        taken = {str(result["entry_id"]) for result in results if result["outcome"] in _ON_RECORD}
        self._acknowledged.setdefault(session.session_id, set()).update(taken)
        self.tally.acknowledged += len(taken)
        self.tally.acknowledged_in_time += len(taken) if self._orders.is_measured(time.time()) else 0
        self.tally.duplicate_answers += sum(result["outcome"] == "duplicate" for result in results)
        for result in results:
            if result["outcome"] not in _ON_RECORD:
                self.tally.refused[_reason(kinds.get(str(result["entry_id"]), "?"), result)] += 1
        return len(taken) == len(entries)

    def _resend(self, session: LoadSession, client: ServerClient, entry: JsonEntry) -> None:
        """Once more what was acknowledged: the server must say that it has it already."""
        try:
            (result,) = client.post_entries(session.session_id, [entry])
        except (ServerUnreachable, RequestRefused):
            return
        self.tally.resent += 1
        if result["outcome"] == "duplicate":
            self.tally.duplicate_answers += 1
        else:
            self.tally.resent_not_duplicate += 1


def _reason(kind: str, result: Mapping[str, Any]) -> str:
    problems = "; ".join(describe_problem(problem) for problem in result["problems"])
    return _without_numbers(f"{kind} {result['outcome']}: {problems or 'with another entry of the same request'}")


def _without_numbers(reason: str) -> str:
    """Equal reasons count together, whatever the value."""
    return _NUMBERS.sub("#", reason)
