"""The notice path where several servers share one database: each hears of every commit, reads the changes from the
record and publishes them in the order of their numbers, each once, whichever server wrote them.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from session_store.errors import SessionStoreError
from session_store.reader import Reader
from session_store.storage.doorbell import Doorbell
from session_store.storage.engine import Engines
from session_store.storage.faults import DATABASE_FAULTS

Publish = Callable[[dict[str, Any]], None]
# The record is looked at this often even when no bell was heard.
LOOK_EVERY_S = 1.0
# How long the thread may take to notice that it is to end.
PATIENCE_S = 0.25
AT_ONCE = 500
_log = logging.getLogger(__name__)


@contextmanager
def listening(engines: Engines, reader: Reader, clinic_id: int, after: int, publish: Publish) -> Iterator[None]:
    """Publish each change with a number above `after` as long as the context lasts, in a thread of its own.

    Does nothing where one server has the database for itself: there the recorder's own bell is enough.
    """
    if not engines.is_shared:
        yield
        return
    listener = _Listener(engines, reader, clinic_id, after, publish)
    thread = threading.Thread(target=listener.run, name="change-listener", daemon=True)
    thread.start()
    try:
        yield
    finally:
        listener.is_closed = True
        thread.join()


class _Listener:
    def __init__(self, engines: Engines, reader: Reader, clinic_id: int, after: int, publish: Publish) -> None:
        self._engines = engines
        self._reader = reader
        self._clinic_id = clinic_id
        self._last = after
        self._publish = publish
        self.is_closed = False

    def run(self) -> None:
        while not self.is_closed:
            try:
                with Doorbell(self._engines.reader) as bell:
                    self._follow(bell)
            except Exception as fault:
                is_expected = isinstance(fault, (SessionStoreError, *DATABASE_FAULTS))
                _log.warning(
                    "the record cannot be followed, tried again in a second: %s", fault, exc_info=not is_expected
                )
                self._pause()

    def _follow(self, bell: Doorbell) -> None:
        """First look, then wait: what was committed before the bell was there is not missed."""
        while not self.is_closed:
            self._tell_what_is_new()
            looked = time.monotonic()
            while not self.is_closed and time.monotonic() - looked < LOOK_EVERY_S:
                if bell.heard(self._clinic_id, PATIENCE_S):
                    break

    def _tell_what_is_new(self) -> None:
        while not self.is_closed:
            changes = self._reader.changes_after(self._last, AT_ONCE)
            for change in changes:
                self._last = change["change_number"]
                self._tell(change)
            if len(changes) < AT_ONCE:
                return

    def _tell(self, change: dict[str, Any]) -> None:
        try:
            self._publish(change)
        except Exception:
            _log.exception("change %s could not be published", self._last)

    def _pause(self) -> None:
        until = time.monotonic() + LOOK_EVERY_S
        while not self.is_closed and time.monotonic() < until:
            time.sleep(PATIENCE_S)
