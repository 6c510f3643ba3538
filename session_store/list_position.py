"""Where one page of a list of sessions ends and the next one begins, as a word that callers hand back unread."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID

from session_store.domain.session_summary import SessionSummary
from session_store.errors import CommandRefused

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LAST_MICROSECOND = (datetime(2200, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND


def position_text(summary: SessionSummary) -> str:
    """The position behind this session: its start, if it has one, and its id."""
    started = "" if summary.started_at is None else str((summary.started_at - _EPOCH) // _MICROSECOND)
    return urlsafe_b64encode(f"{started}.{summary.session_id}".encode()).decode().rstrip("=")


def read_position(text: str) -> tuple[datetime | None, UUID]:
    """Start and id of a position. Raises `CommandRefused`."""
    try:
        plain = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)).decode("ascii")
        started, session_id = plain.split(".")
        microseconds = int(started) if started else None
        last = UUID(session_id)
    except ValueError:
        raise CommandRefused("after", "not a position that this list gave") from None
    if microseconds is None:
        return None, last
    if not 0 <= microseconds <= _LAST_MICROSECOND:
        raise CommandRefused("after", "not a position that this list gave")
    return _EPOCH + microseconds * _MICROSECOND, last
