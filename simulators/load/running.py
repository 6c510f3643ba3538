"""One load run from its beginning to its numbers."""

import logging
import threading
import time
from dataclasses import dataclass
from datetime import datetime

from simulators.load.child_process import ProcessFailed
from simulators.load.crew import Crew
from simulators.load.orders import DRAIN_S, Order
from simulators.load.plan import LoadPlan
from simulators.load.process_use import Read, UseWatch, of_process
from simulators.load.record_reader import RecordReader
from simulators.load.sender_process import send_load
from simulators.load.tallies import SendTally, ViewTally
from simulators.load.viewer_process import view_load
from simulators.progress import progress_bar
from simulators.server_client import RequestRefused, ServerUnreachable
from simulators.simulated_clock import wall_now
from simulators.staff import Staff
from simulators.target import PHYSICIAN, Target

_LOG = logging.getLogger(__name__)

# Waits end with an error at these: opening (with the processes' own start) and closing (with reading back).
_OPENING_LIMIT_S = 600.0
_CLOSING_LIMIT_S = 600.0
_SETTLING_S = 1.0
_SAMPLE_S = 1.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run found. `measured_s`: how long was measured, less than planned after Ctrl-C. CPU in percent of one
    core in that time, `own_cpu_percent` of all processes of the generator; None: not known."""

    plan: LoadPlan
    url: str
    started_at: datetime
    measured_s: float
    was_interrupted: bool
    is_end_known: bool
    sends: SendTally
    views: ViewTally
    server_cpu_percent: float | None
    server_highest_mib: float | None
    own_cpu_percent: float | None

    @property
    def is_sound(self) -> bool:
        """Nothing acknowledged is lost or doubled, every viewer got every change, and all of that could be seen."""
        sends, views = self.sends, self.views
        faults = (sends.lost, sends.recorded_twice, sends.resent_not_duplicate, sends.sessions_not_read_back)
        return self.is_end_known and not any(faults) and not (views.missed or views.not_arrived)


class LoadRun:
    """Runs once. `read_server` tells the server's use; `interrupted` ends the measured time early."""

    def __init__(
        self, plan: LoadPlan, target: Target, staff: Staff, read_server: Read, interrupted: threading.Event
    ) -> None:
        self._plan = plan
        self._target = target
        self._staff = staff
        self._interrupted = interrupted
        self._crew = Crew(interrupted)
        self._server = UseWatch(read_server)
        self._own: list[UseWatch] = []
        self._measured_s = 0.0
        self._is_end_known = True

    def run(self) -> Measured:
        """The whole run; every process has ended when it returns. Raises `ProcessFailed`."""
        started_at = wall_now()
        try:
            failure = self._measure(started_at)
            sends, views = self._finish()
        finally:
            self._crew.end()
        if failure is not None:
            raise failure
        own = [watch.cpu_percent for watch in self._own]
        return Measured(
            plan=self._plan,
            url=self._target.url,
            started_at=started_at,
            measured_s=self._measured_s,
            was_interrupted=self._interrupted.is_set(),
            is_end_known=self._is_end_known,
            sends=sends,
            views=views,
            server_cpu_percent=self._server.cpu_percent,
            server_highest_mib=self._server.highest_mib,
            own_cpu_percent=sum(one for one in own if one is not None) if any(own) else None,
        )

    def _measure(self, started_at: datetime) -> ProcessFailed | None:
        """Up to the end of the measured time. A failure is handed back, so that the others are still ended well."""
        try:
            self._start(started_at)
            if not self._interrupted.is_set():
                self._watch()
        except ProcessFailed as failure:
            return failure
        return None

    def _start(self, started_at: datetime) -> None:
        plan, target, crew = self._plan, self._target, self._crew
        if plan.viewers:
            _LOG.info("load: %d viewers open the panel", plan.viewers)
            crew.start_viewers(plan.viewer_processes, view_load, lambda part: (plan, target, part))
            crew.await_ready(_OPENING_LIMIT_S)
        if self._interrupted.is_set():
            return
        _LOG.info("load: %d sessions are opened and started, %.0f s", plan.sessions, plan.opening_s(plan.sessions))
        crew.start_senders(plan.sender_processes, send_load, lambda part: (plan, target, self._staff, started_at, part))
        crew.await_ready(_OPENING_LIMIT_S + plan.opening_s(plan.sessions))

    def _watch(self) -> None:
        """The measured time: look at the processes once a second."""
        begin = time.time() + _SETTLING_S
        end = begin + self._plan.minutes * 60
        self._crew.tell(self._crew.everybody, Order.MEASURE, (begin, end))
        self._crew.listen(_SETTLING_S)
        self._own = [UseWatch(_read_of(one.process.pid)) for one in self._crew.everybody]
        with progress_bar(round(end - begin), "s", "load") as bar:
            while time.time() < end and not self._interrupted.is_set():
                self._sample()
                self._crew.listen(min(_SAMPLE_S, max(end - time.time(), 0.0)))
                bar.update(min(round(max(time.time() - begin, 0.0)), bar.total) - bar.n)
        self._sample()
        self._measured_s = max(min(time.time(), end) - begin, 0.0)

    def _sample(self) -> None:
        for watch in (self._server, *self._own):
            watch.sample()

    def _finish(self) -> tuple[SendTally, ViewTally]:
        """Sessions closed and read back, viewers told how far there is to read. Raises `ProcessFailed`."""
        crew = self._crew
        senders = [one for one in crew.senders if one in crew.everybody]
        viewers = [one for one in crew.viewers if one in crew.everybody]
        _LOG.info("load: %sentries are read back", "" if self._plan.is_kept else "sessions are closed, ")
        crew.tell(senders, Order.STOP)
        sends = crew.await_results(senders, _CLOSING_LIMIT_S)
        crew.tell(viewers, Order.LAST_NUMBER, self._last_number() if sends and viewers else None)
        views = crew.await_results(viewers, DRAIN_S + _CLOSING_LIMIT_S)
        return SendTally.sum_of(sends), ViewTally.sum_of(views)

    def _last_number(self) -> int | None:
        """The record's last change; None where the server does not say, so that no viewer waits for it."""
        reader = RecordReader(self._target.url, self._target.sign_in(PHYSICIAN))
        try:
            return reader.change_number()
        except (RequestRefused, ServerUnreachable):
            self._is_end_known = False
            return None
        finally:
            reader.close()


def _read_of(pid: int | None) -> Read:
    return lambda: of_process(pid) if pid is not None else None
