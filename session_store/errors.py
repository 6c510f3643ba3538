"""Faults of the record. A refusal of bad input is not a fault: it is an answer (`commands.EntryResult`)."""


class SessionStoreError(Exception):
    """Base of all faults raised by the record."""


class StoreUnavailable(SessionStoreError):
    """The database cannot be opened or written; the message says why and what to do."""


class RecordCorrupt(SessionStoreError):
    """The database lacks what protects the record (a trigger, a table) or holds what it must not."""


class UnknownSession(SessionStoreError):
    """No session with this id in this clinic."""


class CommandRefused(SessionStoreError):
    """A command outside the entry path is refused: which field, why, the limit."""

    def __init__(self, field: str, reason: str, limit: str | None = None) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason
        self.limit = limit
