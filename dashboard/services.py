"""What the pages and routes are given: built once by `dashboard.app`, handed in everywhere."""

from dataclasses import dataclass

from dashboard.notifying import Notifier
from dashboard.push.hub import Hub
from session_store.accounts import AccountBook
from session_store.clock import Clock
from session_store.reader import Reader
from session_store.recorder import Recorder
from session_store.reports import Reports
from session_store.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """The verbs of the record and the settings, as one value."""

    settings: Settings
    clock: Clock
    recorder: Recorder
    reader: Reader
    reports: Reports
    accounts: AccountBook
    hub: Hub
    # None where the clinic has no command for it.
    notifier: Notifier | None
