"""A simulated clinic on a running server: every chair has a session, and after its end soon another one."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import NoReturn

from numpy.random import SeedSequence, default_rng

from simulators.adopted_session import Tile, adopted_plan, is_ours
from simulators.chair import ChairSession, Outgoing
from simulators.scenarios.habits import with_habits
from simulators.scenarios.plan import START_MIN, ChairPlan
from simulators.scenarios.routine import routine_plan
from simulators.scenarios.scenario import Scenario
from simulators.scenarios.six_chairs import SIX_CHAIRS
from simulators.senders import Senders
from simulators.server_client import RequestRefused, refusals_of
from simulators.simulated_clock import SimulatedClock
from simulators.staff import Staff
from simulators.tablet_presence import TabletPresence

_LOG = logging.getLogger(__name__)

CHAIR_GAP = timedelta(minutes=2)
_NOT_ADMITTED = frozenset({401, 403})
_TURN_S = 1.0
_RECONCILE_S = 15.0
# What may be overtaken by what happens to the alert meanwhile; no fault of anybody.
_ANSWERS = frozenset({"acknowledgement", "at_the_chair"})


def chair_plans(chairs: int, seed: SeedSequence) -> list[ChairPlan]:
    """The first plans of a clinic: the six told ones, then routine ones."""
    extra = [_routine_plan(child) for child in seed.spawn(max(chairs - len(SIX_CHAIRS), 0))]
    return [*SIX_CHAIRS, *extra][:chairs]


def _routine_plan(seed: SeedSequence) -> ChairPlan:
    """A routine session; how it is charted is drawn from a stream of its own."""
    (charting_seed,) = seed.spawn(1)
    return with_habits(routine_plan(default_rng(seed)), default_rng(charting_seed))


class Chair:
    """One chair: the session on it, and the next one when that is over."""

    def __init__(
        self,
        label: str,
        first_plan: ChairPlan,
        opened_at: datetime,
        seed: SeedSequence,
        senders: Senders,
        staff: Staff,
    ) -> None:
        self.label = label
        self._seed = seed
        self._senders = senders
        self._staff = staff
        self._presence = TabletPresence(senders.nurse)
        self._plan = first_plan
        self._next_at = opened_at
        self._session: ChairSession | None = None
        self._is_open = False
        # Made but not yet answered for: kept when sending is interrupted, so that nothing made is lost.
        self._unsent: list[Outgoing] = []
        # What the server did not take, in words, since the beginning.
        self.refusals: list[str] = []
        # After a refusal the record is looked at before the session is believed to be closed.
        self._was_refused = False

    def adopt(self, tile: Tile, now: datetime) -> None:
        """Goes on with a session that an earlier run left open on this chair."""
        started_at = tile.get("started_at")
        start = datetime.fromisoformat(started_at) if started_at else now
        (seed,) = self._seed.spawn(1)
        plan = adopted_plan(tile, (now - start).total_seconds() / 60)
        opened_at = start - timedelta(minutes=START_MIN)
        self._session = ChairSession(plan, self.label, opened_at, seed, staff=self._staff)
        self._session.adopt(tile, now)
        self._is_open = True

    def reconcile(self, tiles: Mapping[str, Tile], now: datetime) -> None:
        """Follows what people did with this session on the screens."""
        if self._session is not None and self._is_open and not self._unsent:
            tile = tiles.get(str(self._session.session_id))
            self._session.reconcile(tile, now)
            self._session.see_alerts((tile or {}).get("alerts", ()), now)
            self._was_refused = False
            self._clear_if_closed(now)

    def prepare(self, now: datetime) -> None:
        """Opens the next session in the record when it is ready."""
        session = self._session or self._next_session(now)
        if session is not None and not self._is_open:
            self._open(session, now)

    def serve(self, now: datetime) -> None:
        """Sends everything of this chair's open session that is due."""
        session = self._session
        if session is None or not self._is_open:
            return
        self._unsent += session.entries_until(now)
        while self._unsent:
            run = _first_run(self._unsent)
            if not self._send(session, run):
                self._drop(now)
                return
            self._unsent = self._unsent[len(run) :]
        self._clear_if_closed(now)

    def say_tablets_are_there(self, now: datetime) -> None:
        """The tablets of this chair's open session, each that has Wi-Fi."""
        if self._session is not None and self._is_open:
            self._presence.say(self._session, now)

    def say_tablets_leave(self, now: datetime) -> bool:
        """The tablets are not missed from now on; False when the server does not hear it."""
        return self._session is None or not self._is_open or self._presence.leave(self._session, now)

    def _next_session(self, now: datetime) -> ChairSession | None:
        if now < self._next_at:
            return None
        (seed,) = self._seed.spawn(1)
        self._session = ChairSession(self._plan, self.label, self._next_at, seed, staff=self._staff)
        self._is_open = False
        return self._session

    def _open(self, session: ChairSession, now: datetime) -> None:
        if now < session.ready_at:
            return
        try:
            refusals = refusals_of(self._senders.nurse.open_session(session.session_id, session.opening))
        except RequestRefused as refused:
            if refused.status in _NOT_ADMITTED:
                raise
            refusals = [str(refused)]
        if refusals:
            self._note(f"the session could not be opened ({'; '.join(refusals)})")
            self._drop(now)
            return
        _LOG.info("chair %s: %s opened (%s)", self.label, session.persona.patient_label, session.plan.name)
        self._is_open = True

    def _send(self, session: ChairSession, run: Sequence[Outgoing]) -> bool:
        """Sends one run through its door; False when the session cannot go on."""
        try:
            results = self._senders.post(session.session_id, run)
        except RequestRefused as refused:
            self._note(f"{len(run)} entries were not taken ({refused})")
            if refused.status in _NOT_ADMITTED:
                raise
            return refused.status != 404
        kinds = {str(one.entry["entry_id"]): str(one.entry["kind"]) for one in run}
        for result in results:
            kind = kinds[str(result["entry_id"])]
            for refusal in refusals_of([result]):
                if kind in _ANSWERS:
                    _LOG.info("chair %s: %s %s", self.label, kind, refusal)
                    continue
                self._note(f"{kind} {refusal}")
                self._was_refused = True
        return True

    def _note(self, refusal: str) -> None:
        _LOG.warning("chair %s: %s", self.label, refusal)
        self.refusals.append(refusal)

    def _clear_if_closed(self, now: datetime) -> None:
        if self._session is not None and self._session.is_closed and not self._was_refused:
            _LOG.info("chair %s: %s left the chair", self.label, self._session.persona.patient_label)
            self._drop(now)

    def _drop(self, now: datetime) -> None:
        self._session, self._is_open, self._unsent, self._was_refused = None, False, [], False
        (plan_seed,) = self._seed.spawn(1)
        self._plan = _routine_plan(plan_seed)
        self._next_at = now + CHAIR_GAP


class Clinic:
    """All chairs, served one after the other by one thread."""

    def __init__(
        self,
        chairs: int,
        seed: int,
        senders: Senders,
        staff: Staff,
        speed: float | None = None,
        make_clock: Callable[[timedelta, float | None], SimulatedClock] = SimulatedClock,
        pause: Callable[[float], None] = time.sleep,
        scenarios: Sequence[Scenario] = (),
    ) -> None:
        plan_seed, *chair_seeds = SeedSequence(seed).spawn(chairs + 1)
        # The first chairs play the scenarios, each as it is tested; the others what they play without.
        plans = [*(told.live_plan for told in scenarios), *chair_plans(chairs, plan_seed)[len(scenarios) :]]
        chair_seeds = [*(SeedSequence(told.seed) for told in scenarios), *chair_seeds[len(scenarios) :]]
        behind = timedelta(minutes=max(plan.seed_min for plan in plans))
        self._clock = make_clock(behind, speed)
        self._senders = senders
        self._pause = pause
        start = self._clock.real_now()
        self._chairs = [
            Chair(
                str(number),
                plan,
                start - timedelta(minutes=plan.seed_min, seconds=1.7 * number),
                chair_seed,
                senders,
                staff,
            )
            for number, (plan, chair_seed) in enumerate(zip(plans, chair_seeds, strict=True), start=1)
        ]

    def refusals(self) -> list[str]:
        """What the server did not take from any chair, in words."""
        return [f"chair {chair.label}: {refusal}" for chair in self._chairs for refusal in chair.refusals]

    def run(self) -> NoReturn:
        """Runs until an exception ends it (a signal's, or `RequestRefused` when a sender is not admitted)."""
        self.adopt_open_sessions()
        next_reconcile = self._clock.real_now() + timedelta(seconds=_RECONCILE_S)
        while True:
            self.turn()
            if self._clock.real_now() >= next_reconcile and not self._clock.is_behind():
                self.reconcile()
                next_reconcile = self._clock.real_now() + timedelta(seconds=_RECONCILE_S)
            self._pause(_TURN_S)

    def turn(self) -> None:
        """Serves every chair once; all are opened before the first one's past is sent."""
        for chair in self._chairs:
            chair.prepare(self._clock.now())
        for chair in self._chairs:
            chair.serve(self._clock.now())
        if not self._clock.is_behind():
            for chair in self._chairs:
                chair.say_tablets_are_there(self._clock.now())

    def leave(self) -> None:
        """The people go and take their tablets with them; a server that does not answer is not waited for."""
        for chair in self._chairs:
            if not chair.say_tablets_leave(self._clock.now()):
                return

    def reconcile(self) -> None:
        """Looks what people did with the sessions meanwhile."""
        tiles = {str(tile["session_id"]): tile for tile in self._senders.nurse.open_sessions()}
        for chair in self._chairs:
            chair.reconcile(tiles, self._clock.now())

    def adopt_open_sessions(self) -> None:
        """Goes on with what an earlier run left open on these chairs."""
        by_chair = {str(tile["chair_label"]): tile for tile in self._senders.nurse.open_sessions() if is_ours(tile)}
        for chair in self._chairs:
            if chair.label in by_chair:
                chair.adopt(by_chair[chair.label], self._clock.real_now())


def _first_run(outgoing: Sequence[Outgoing]) -> list[Outgoing]:
    """The first entries of one sender, so that all entries arrive in the order of leaving."""
    _, run = next(groupby(outgoing, key=lambda item: item.sender))
    return list(run)
