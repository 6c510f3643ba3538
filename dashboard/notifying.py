"""Carries a critical alert that nobody answers beyond the screens: a command of the clinic's (a pager, a message to the
second physician), run once each time the record says "unanswered", with the alert as JSON on its standard input. A run
that fails is tried again as long as nobody has answered. Whether anything was passed on is told from the runs alone:
the record's "unanswered" says that nobody has answered, and no more (S2).

Only the leading server finds that an alert is unanswered (`session_store.leading`), and a recorder's bell rings in the
server that wrote: so one server runs the command, once, and only its viewers are told how the runs ended. The recorder
never waits for it. What a crash keeps from being sent is sent with the next "unanswered", a minute later; the record
itself has all of them.
"""

import json
import logging
import os
import shlex
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from session_store.domain.alert import AlertFact, Fact
from session_store.domain.session_summary import SessionSummary
from session_store.errors import SessionStoreError
from session_store.plain_views import alert_view, time_text
from session_store.recorder import Recorder

# A command that takes longer is ended; while it runs, at most so many wait.
LONGEST_RUN_S = 10.0
WAITING_AT_MOST = 100
# A run that failed is tried again after this long, three times: the next "unanswered" comes a minute after the first.
RETRY_AFTER_S = 30.0
RUNS_AT_MOST = 4
# Of so many alerts the pages are told how the newest run ended.
TOLD_AT_MOST = 24
_log = logging.getLogger(__name__)


class Committed(Protocol):
    """What is read of a change that was committed."""

    @property
    def session_id(self) -> UUID | None:
        """The session, None for a change of the clinic itself."""

    @property
    def facts(self) -> Sequence[AlertFact]:
        """The alert facts of the change."""


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended: `failure` says what the notifier did ("failed with exit code 3"), empty when it ended with 0."""

    at: datetime
    failure: str = ""


@dataclass(slots=True)
class _Notification:
    """One message, how often it was tried, and when it is due by the monotonic clock, s."""

    session_id: UUID
    alert_id: UUID
    body: bytes
    runs: int = 0
    due_s: float = 0.0


@contextmanager
def notifying(notifier: "Notifier | None", recorder: Recorder) -> Iterator[None]:
    """Have every unanswered critical alert passed on as long as the context lasts; without a notifier, nothing."""
    if notifier is None:
        yield
        return
    recorder.on_commit(notifier.hear)
    notifier.start()
    try:
        yield
    finally:
        notifier.close()


class Notifier:
    """Runs one command in a thread of its own. `hear` may be called from any thread and returns at once.

    `now` gives aware times for the pages; `summary_of` reads a session as it stands, to see whether somebody has
    answered meanwhile.
    """

    def __init__(
        self,
        command: str,
        now: Callable[[], datetime],
        summary_of: Callable[[UUID], SessionSummary],
        *,
        longest_run_s: float = LONGEST_RUN_S,
        retry_after_s: float = RETRY_AFTER_S,
    ) -> None:
        self._words = shlex.split(command)
        self._now = now
        self._summary_of = summary_of
        self._longest_run_s = longest_run_s
        self._retry_after_s = retry_after_s
        self._changed = threading.Condition()
        self._waiting: list[_Notification] = []
        self._ends: dict[UUID, RunEnd] = {}
        self._last: RunEnd | None = None
        self._counts = {"passed_on": 0, "failed": 0}
        # Of the monotonic clock, s; None while the server runs.
        self._ends_at_s: float | None = None
        self._thread = threading.Thread(target=self._work, name="notifier", daemon=True)
        if shutil.which(self._words[0]) is None:
            _log.error("the notifier's command is not there: %s", self._words[0])
            self._last = RunEnd(now(), "is not there")

    def start(self) -> None:
        """Send from now on."""
        self._thread.start()

    def hear(self, changes: Sequence[Committed], summaries: Mapping[UUID, SessionSummary]) -> None:
        """Called by the recorder after COMMIT."""
        for change in changes:
            for fact in change.facts:
                if fact.fact is Fact.UNANSWERED and change.session_id is not None:
                    message = message_of(fact, summaries[change.session_id])
                    self._add(_Notification(change.session_id, fact.alert_id, json.dumps(message).encode()))

    def close(self) -> None:
        """Send what waits, as far as that takes no longer than one run, then end. No command runs on afterwards."""
        with self._changed:
            self._ends_at_s = time.monotonic() + self._longest_run_s
            self._changed.notify_all()
        if self._thread.is_alive():
            # Killing what hangs takes a moment of its own.
            self._thread.join(self._longest_run_s + 5)
        if self._waiting:
            _log.error("%d notifications were not sent: the server stops", len(self._waiting))

    @property
    def is_failing(self) -> bool:
        """Whether the last run failed, or the command is not there."""
        return self._last is not None and bool(self._last.failure)

    @property
    def counts(self) -> Mapping[str, int]:
        """Runs since the server was started: "passed_on" ended with 0, "failed" did not."""
        return self._counts

    def standing(self) -> dict[str, Any]:
        """What the pages are told: when and why the last run failed (None: it did not), and the newest run of each
        alert."""
        with self._changed:
            failed = self._last if self.is_failing else None
            alerts = {str(one): {"at": time_text(end.at), "failure": end.failure} for one, end in self._ends.items()}
        return {
            "failed_at": time_text(failed.at) if failed else None,
            "failure": failed.failure if failed else "",
            "alerts": alerts,
        }

    def _add(self, notification: _Notification) -> None:
        with self._changed:
            # What is known newer takes the place of trying the older again.
            self._waiting = [one for one in self._waiting if one.alert_id != notification.alert_id or not one.runs]
            is_full = len(self._waiting) >= WAITING_AT_MOST
            if not is_full:
                self._waiting.append(notification)
                self._changed.notify_all()
        if is_full:
            _log.error("a notification was dropped: %d are waiting already", WAITING_AT_MOST)
            self._note(notification, "has too many waiting")

    def _work(self) -> None:
        while (notification := self._next()) is not None:
            try:
                self._send(notification)
            except Exception:
                _log.exception("a notification failed")
                self._note(notification, "could not be run")

    def _next(self) -> _Notification | None:
        """The next one that is due, waited for; None at the end."""
        with self._changed:
            while (found := self._first_due()) is None:
                if self._ends_at_s is not None:
                    return None
                due = min((one.due_s for one in self._waiting), default=None)
                self._changed.wait(None if due is None else max(0.0, due - time.monotonic()))
            self._waiting.remove(found)
            return found

    def _first_due(self) -> _Notification | None:
        now = time.monotonic()
        if self._ends_at_s is None:
            return next((one for one in self._waiting if one.due_s <= now), None)
        if now >= self._ends_at_s:
            return None
        return next((one for one in self._waiting if not one.runs), None)

    def _send(self, notification: _Notification) -> None:
        if self._is_answered(notification):
            return
        notification.runs += 1
        failure = self._failure_of_run(notification.body)
        self._note(notification, failure)
        if failure:
            _log.error("the notifier's command %s", failure)
            self._try_again(notification)

    def _is_answered(self, notification: _Notification) -> bool:
        """Somebody has answered since it was found, or the alert is over; what cannot be read is sent."""
        try:
            alerts = self._summary_of(notification.session_id).alerts
        except SessionStoreError:
            return False
        alert = next((one for one in alerts if one.alert_id == notification.alert_id), None)
        return alert is None or alert.is_over or alert.acknowledged is not None

    def _try_again(self, notification: _Notification) -> None:
        with self._changed:
            is_newer_there = any(one.alert_id == notification.alert_id for one in self._waiting)
            if notification.runs >= RUNS_AT_MOST or is_newer_there:
                return
            notification.due_s = time.monotonic() + self._retry_after_s
            self._waiting.append(notification)

    def _note(self, notification: _Notification, failure: str) -> None:
        end = RunEnd(self._now(), failure)
        with self._changed:
            self._last = end
            self._counts["failed" if failure else "passed_on"] += 1
            self._ends.pop(notification.alert_id, None)
            self._ends[notification.alert_id] = end
            if len(self._ends) > TOLD_AT_MOST:
                del self._ends[next(iter(self._ends))]

    def _failure_of_run(self, body: bytes) -> str:
        """Run it once; why it failed, empty when it did not."""
        try:
            return self._run(body)
        except (OSError, subprocess.SubprocessError) as fault:
            return f"could not be run: {getattr(fault, 'strerror', None) or type(fault).__name__}"

    def _run(self, body: bytes) -> str:
        """Its error output goes to the server's; what it prints is not kept."""
        with subprocess.Popen(
            self._words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
        ) as process:
            try:
                process.communicate(body, timeout=self._time_left_s())
            except subprocess.TimeoutExpired as expired:
                # With all that it has started: a child of it would keep the server waiting as well.
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                return f"was ended after {expired.timeout:g} s"
        return "" if process.returncode == 0 else f"failed with exit code {process.returncode}"

    def _time_left_s(self) -> float:
        """How long a run may take: at the end of the server all of them together no longer than one."""
        ends_at_s = self._ends_at_s
        left_s = self._longest_run_s if ends_at_s is None else ends_at_s - time.monotonic()
        return round(min(self._longest_run_s, max(0.1, left_s)), 1)


def message_of(fact: AlertFact, summary: SessionSummary) -> dict[str, Any]:
    """What the command is told: the alert as it stands, where, and when it was found to be unanswered."""
    alert = next((one for one in summary.alerts if one.alert_id == fact.alert_id), None)
    return {
        "v": 1,
        "what": "critical alert not answered",
        "unanswered_at": time_text(fact.at),
        "text": fact.text,
        "chair_label": summary.plan.get("chair_label"),
        "patient_label": summary.plan.get("patient_label"),
        "supervising_physician": summary.plan.get("supervising_physician"),
        "session_id": str(summary.session_id),
        "is_simulated": summary.is_simulated,
        "alert": None if alert is None else alert_view(summary.session_id, alert),
    }
