"""Which server raises the time-driven findings of a clinic: one leads, the others stand by.

The record stays right whoever judges, because every transaction locks the clinic's counter and sees what the one before
it wrote; leading spares the others the work. A leader that dies is followed at once, one that hangs after
`SILENT_LEADER_S` seconds.
"""

import logging
import threading

from session_store.errors import SessionStoreError
from session_store.storage.clinic_lead import ClinicLead
from session_store.storage.engine import Engines
from session_store.storage.faults import DATABASE_FAULTS

_log = logging.getLogger(__name__)


class Leadership:
    """Whether this server leads for one clinic. May be asked from any thread; asking may wait for the database."""

    def __init__(self, engines: Engines, clinic_id: int) -> None:
        self._engines = engines
        self._clinic_id = clinic_id
        self._lead: ClinicLead | None = None
        self._is_leading = False
        self._is_given_up = False
        self._lock = threading.Lock()

    def leads(self) -> bool:
        """Ask before each round of judging: takes the lead where it is free, and gives it up where the connection that
        holds it was lost. A server that has the database for itself always leads. Raises nothing for faults of the
        database."""
        if not self._engines.is_shared:
            return True
        with self._lock:
            return not self._is_given_up and self._holds()

    def give_up(self) -> None:
        """Let another server lead, at once and for good."""
        with self._lock:
            self._is_given_up = True
            self._let_go()

    def _holds(self) -> bool:
        try:
            self._take_or_confirm()
        except (SessionStoreError, *DATABASE_FAULTS) as fault:
            _log.warning("whether this server leads for clinic %d cannot be asked: %s", self._clinic_id, fault)
            self._let_go()
        return self._is_leading

    def _take_or_confirm(self) -> None:
        if self._lead is None:
            self._lead = ClinicLead(self._engines.reader, self._clinic_id)
        if self._is_leading:
            self._lead.confirm()
        elif self._lead.take():
            self._is_leading = True
            _log.info("this server leads for clinic %d: it raises what is due by the clock", self._clinic_id)

    def _let_go(self) -> None:
        if self._is_leading:
            _log.info("this server does not lead for clinic %d any more", self._clinic_id)
        lead, self._lead, self._is_leading = self._lead, None, False
        if lead is not None:
            lead.close()
