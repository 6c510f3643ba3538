"""A drill while it runs: the chair is served and the record is read twice a second until the end."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from simulators.drill.chair import DrillChair
from simulators.drill.plan import Cue, DrillTimes, cues
from simulators.drill.record import RecordReader, WatchedRecord
from simulators.scenarios.scenario import Scenario
from simulators.server_client import RequestRefused, ServerClient, ServerUnreachable
from simulators.simulated_clock import SimulatedClock

_TURN_S = 0.5
_PATIENT_EVERY = timedelta(seconds=30)
BY_TIME, BY_TEAM, BY_CTRL_C = "the limit of time", "the team, which closed the session", "Ctrl-C"

Change = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Played:
    """A drill that is over."""

    record: WatchedRecord
    ended_at: datetime
    ended_by: str


class Drill:
    """One drill. `tell` says one line at a time to whoever leads it; `stop` ends it early, with all that was seen."""

    def __init__(
        self,
        scenario: Scenario,
        times: DrillTimes,
        chair: DrillChair,
        reader: ServerClient,
        clock: SimulatedClock,
        stop: threading.Event,
        tell: Callable[[datetime, str], None],
    ) -> None:
        self._times = times
        self._chair = chair
        self._reader = reader
        self._clock = clock
        self._stop = stop
        self._tell = tell
        self._number = reader.change_number()
        self._record_reader = RecordReader(chair.own_ids)
        self._record = WatchedRecord()
        self._cues: list[tuple[datetime, Cue]] = [(self._at(cue.minute), cue) for cue in cues(scenario)]
        self._has_begun = self._was_live = False
        self._next_patient_at = times.trouble_at
        self._is_closed = False

    def play(self) -> Played:
        """Until the limit of time, the team's closing of the session, or `stop`.

        Raises `DrillFailed`, and what `ServerClient` raises unless it was told to stop.
        """
        try:
            while not self._stop.is_set() and not self._is_over():
                self._turn()
                self._stop.wait(_TURN_S)
        except (ServerUnreachable, RequestRefused):
            # The server is told to end by the same Ctrl-C.
            if not self._stop.is_set():
                raise
        return Played(self._record, self._clock.real_now(), self._ended_by())

    def _is_over(self) -> bool:
        return self._is_closed or self._clock.now() >= self._times.ends_at

    def _ended_by(self) -> str:
        if self._is_closed:
            return BY_TEAM
        return BY_TIME if self._is_over() else BY_CTRL_C

    def _turn(self) -> None:
        # Asked before the sending, which takes a while when the past goes out at once.
        now, is_live = self._clock.now(), not self._clock.is_behind()
        self._chair.serve(now)
        changes = self._read()
        new = self._record_reader.read(changes)
        self._record = self._record.with_more(new)
        self._tell_new(new)
        if self._chair.is_open:
            # Also while the past catches up: the team can chart as soon as the session is open.
            self._chair.follow(new.entries, changes[-1]["tile"] if changes else None, now)
            self._begin(now, is_live=is_live)
        self._lead(now)

    def _read(self) -> list[Change]:
        found: Sequence[Change] = self._reader.changes_after(self._number)
        if found:
            self._number = found[-1]["change_number"]
        new = [change for change in found if change["session_id"] == str(self._chair.session.session_id)]
        self._is_closed = self._is_closed or any(change["tile"]["closed_at"] is not None for change in new)
        return new

    def _begin(self, now: datetime, *, is_live: bool) -> None:
        if is_live and not self._was_live:
            self._was_live = True
            left_s = (self._times.trouble_at - now).total_seconds()
            self._tell(now, f"The team is at the chair: {self._chair.patient_words()}. Trouble in {left_s:.0f} s.")

    def _tell_new(self, new: WatchedRecord) -> None:
        """What the team did, and what alerts did, once they are on their own; before, all is the past's."""
        if not self._was_live:
            return
        for step in new.steps:
            self._tell(step.recorded_at, f"ALERT {step.fact.replace('_', ' ')}, {step.level}: {step.text}")
        for entry in new.entries:
            action = f" ({entry.action.replace('_', ' ')})" if entry.action else ""
            self._tell(entry.recorded_at, f"{entry.by}: {entry.kind.replace('_', ' ')}{action}")

    def _lead(self, now: datetime) -> None:
        """What the leader of the drill reads out."""
        if now >= self._times.trouble_at and not self._has_begun:
            self._has_begun = True
            self._tell(now, "THE TROUBLE BEGINS. From now on the team alone charts and acts.")
        while self._cues and self._cues[0][0] <= now:
            _, cue = self._cues.pop(0)
            if not self._chair.has_recovered:
                self._tell(now, f"The patient shows: {cue.words}")
        if now >= self._next_patient_at:
            self._next_patient_at = now + _PATIENT_EVERY
            self._tell(now, f"At the chair: {self._chair.patient_words()}")

    def _at(self, minute: float) -> datetime:
        return self._times.opened_at + timedelta(minutes=minute)
