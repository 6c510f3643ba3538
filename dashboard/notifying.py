"""Carries a critical alert that nobody answers beyond the screens: a command of the clinic's (a pager, a message to the
second physician), run once each time the record says "unanswered", with the alert as JSON on its standard input.

Only the leading server finds that an alert is unanswered (`session_store.leading`), and a recorder's bell rings in the
server that wrote: so one server runs the command, once. The recorder never waits for it. What a crash keeps from being
sent is sent with the next "unanswered", a minute later; the record itself has all of them.
"""

import json
import logging
import os
import queue
import shlex
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Protocol
from uuid import UUID

from session_store.domain.alert import AlertFact, Fact
from session_store.domain.session_summary import SessionSummary
from session_store.plain_views import alert_view, time_text
from session_store.recorder import Recorder

# A command that takes longer is ended; while it runs, at most so many wait.
LONGEST_RUN_S = 10.0
WAITING_AT_MOST = 100
_log = logging.getLogger(__name__)


class Committed(Protocol):
    """What is read of a change that was committed."""

    @property
    def session_id(self) -> UUID | None:
        """The session, None for a change of the clinic itself."""

    @property
    def facts(self) -> Sequence[AlertFact]:
        """The alert facts of the change."""


@contextmanager
def notifying(command: str, recorder: Recorder) -> Iterator[None]:
    """Run `command` for every unanswered critical alert as long as the context lasts; an empty one runs nothing."""
    if not command:
        yield
        return
    notifier = Notifier(command)
    recorder.on_commit(notifier.hear)
    try:
        yield
    finally:
        notifier.close()


class Notifier:
    """Runs one command in a thread of its own. `hear` may be called from any thread and returns at once."""

    def __init__(self, command: str, longest_run_s: float = LONGEST_RUN_S) -> None:
        self._words = shlex.split(command)
        self._longest_run_s = longest_run_s
        self._queue: queue.Queue[bytes | None] = queue.Queue(WAITING_AT_MOST)
        if shutil.which(self._words[0]) is None:
            _log.error("the notifier's command is not there: %s", self._words[0])
        self._thread = threading.Thread(target=self._work, name="notifier", daemon=True)
        self._thread.start()

    def hear(self, changes: Sequence[Committed], summaries: Mapping[UUID, SessionSummary]) -> None:
        """Called by the recorder after COMMIT."""
        for change in changes:
            for fact in change.facts:
                if fact.fact is Fact.UNANSWERED and change.session_id is not None:
                    self._add(message_of(fact, summaries[change.session_id]))

    def close(self) -> None:
        """Send what waits, as far as that takes no longer than one run, then end."""
        with suppress(queue.Full):
            self._queue.put_nowait(None)
        self._thread.join(self._longest_run_s)

    def _add(self, message: Mapping[str, Any]) -> None:
        try:
            self._queue.put_nowait(json.dumps(message).encode())
        except queue.Full:
            _log.error("a notification was dropped: %d are waiting already", WAITING_AT_MOST)

    def _work(self) -> None:
        while (body := self._queue.get()) is not None:
            try:
                self._run(body)
            except (OSError, subprocess.SubprocessError) as fault:
                _log.error("the notifier's command could not be run: %s", fault)

    def _run(self, body: bytes) -> None:
        """Its error output goes to the server's; what it prints is not kept."""
        with subprocess.Popen(
            self._words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
        ) as process:
            try:
                process.communicate(body, timeout=self._longest_run_s)
            except subprocess.TimeoutExpired:
                # With all that it has started: a child of it would keep the server waiting as well.
                os.killpg(process.pid, signal.SIGKILL)
                _log.error("the notifier's command was ended after %g s", self._longest_run_s)
                return
        if process.returncode != 0:
            _log.error("the notifier's command failed with exit code %d", process.returncode)


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
