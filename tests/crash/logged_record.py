"""A recorder whose every step is told to somebody outside the process: what is sent, and what was acknowledged.

The lines go out one write each, "sent" before the recorder is asked, "acknowledged" after it has answered. What they
say survives the process.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any
from uuid import UUID

import uuid_utils.compat

from session_store.commands import Author, EntryOutcome, EntryResult, PlanSession
from session_store.domain.entries import Entry
from session_store.recorder import Recorder
from tests.record_building import NURSE, SetClock, TestRecord

Tell = Callable[[bytes], None]
_ENVELOPE = frozenset({"entry_id", "confirmed", "source", "is_simulated"})


@dataclass(frozen=True, slots=True)
class Sent:
    """One command as it went to the recorder."""

    session_id: UUID
    is_plan: bool
    entries: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """One entry that the recorder answered for."""

    entry_id: UUID
    session_id: UUID
    digest: str


@dataclass(slots=True)
class Log:
    """What a process said before it ended."""

    sent: list[Sent] = field(default_factory=list)
    acknowledged: list[Acknowledged] = field(default_factory=list)

    @property
    def entries(self) -> dict[UUID, tuple[UUID, dict[str, Any]]]:
        """Every entry that was sent: session and content as it was last sent, by entry id."""
        return {UUID(raw["entry_id"]): (one.session_id, raw) for one in self.sent for raw in one.entries}

    def add_line(self, line: bytes) -> None:
        """Read one line; a line without its end was cut off by the kill and says nothing."""
        if not line.endswith(b"\n"):
            return
        told = json.loads(line)
        session_id = UUID(told["session_id"])
        if "acknowledged" in told:
            self.acknowledged.append(Acknowledged(UUID(told["acknowledged"]), session_id, told["digest"]))
        else:
            self.sent.append(Sent(session_id, told["is_plan"], tuple(told["sent"])))


class LoggedRecord(TestRecord):
    """Sends like the tests' record, and tells."""

    __test__ = False

    def __init__(self, recorder: Recorder, clock: Any, tell: Tell) -> None:
        super().__init__(recorder, clock)
        self._tell = tell

    def plan(self, *entries: Mapping[str, Any], author: Author = NURSE) -> tuple[UUID, list[EntryResult]]:
        session_id = uuid_utils.compat.uuid7()
        self._tell_sent(session_id, entries, is_plan=True)
        results = self.recorder.submit(PlanSession(session_id, author, tuple(entries))).result()
        self._tell_answers(session_id, entries, results)
        return session_id, results

    def record(
        self, session_id: UUID, *entries: Mapping[str, Any], author: Author = NURSE, sent_at: datetime | None = None
    ) -> list[EntryResult]:
        self._tell_sent(session_id, entries, is_plan=False)
        results = super().record(session_id, *entries, author=author, sent_at=sent_at)
        self._tell_answers(session_id, entries, results)
        return results

    def _tell_sent(self, session_id: UUID, entries: tuple[Mapping[str, Any], ...], *, is_plan: bool) -> None:
        told = {"session_id": str(session_id), "is_plan": is_plan, "sent": entries}
        self._tell(json.dumps(told).encode() + b"\n")

    def _tell_answers(
        self, session_id: UUID, entries: tuple[Mapping[str, Any], ...], results: list[EntryResult]
    ) -> None:
        for raw, result in zip(entries, results, strict=True):
            if result.outcome in (EntryOutcome.RECORDED, EntryOutcome.DUPLICATE):
                told = {"acknowledged": raw["entry_id"], "session_id": str(session_id), "digest": digest_of(raw)}
                self._tell(json.dumps(told).encode() + b"\n")


def digest_of(raw: Mapping[str, Any]) -> str:
    """What an entry says, as sent: kind, time when given, and fields; 7, 7.0 and "7" are one number."""
    said = {name: _plain(value) for name, value in raw.items() if name not in _ENVELOPE}
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bool) or value is None:
        return value
    try:
        return format(Decimal(str(value)).normalize(), "f")
    except InvalidOperation:
        return str(value)


class RealClock(SetClock):
    """The time of day, for a record that others expect to have a clock they can move."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def stored_digest(entry: Entry, sent: Mapping[str, Any]) -> str:
    """The same digest of what stands on record: of the fields that were sent, and no others."""
    said: dict[str, Any] = {name: getattr(entry.content, name, None) for name in sent if name != "kind"}
    if "effective_at" in sent:
        said["effective_at"] = entry.effective_at
    return digest_of({"kind": entry.content.kind} | said)
