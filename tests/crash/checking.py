"""What is wrong with a record that was opened again, against what its writer was told."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, select, text

from session_store.commands import Command, EntryOutcome, PlanSession, RecordEntries
from session_store.domain.entries import Entry
from session_store.reader import Reader
from session_store.recorder import Recorder
from session_store.storage.engine import Engines
from session_store.storage.schema import infusion_session
from session_store.verifying import verify
from tests.crash.logged_record import Acknowledged, Log, Sent, digest_of, stored_digest
from tests.record_building import NURSE

CLINIC = 1
LOST = "was acknowledged and is not there"


@dataclass(slots=True)
class Findings:
    """What was found wrong, in words; `surplus` counts entries that are there although nobody was answered."""

    lost: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    surplus: int = 0

    @property
    def faults(self) -> list[str]:
        return [*self.lost, *self.changed, *self.doubled, *self.damaged]


def stored_entries(reader_engine: Engine) -> list[Entry]:
    """Every entry on record, as the reader hands it out."""
    with reader_engine.connect() as connection:
        sessions = list(connection.execute(select(infusion_session.c.session_id)).scalars())
    reader = Reader(reader_engine, CLINIC)
    return [entry for session_id in sessions for entry in reader.session_record(session_id).entries]


def compare(log: Log, stored: Iterable[Entry], found: Findings) -> None:
    """Every acknowledged entry is there, once, in its session, with what it said."""
    known: dict[UUID, list[Entry]] = {}
    for entry in stored:
        known.setdefault(entry.entry_id, []).append(entry)
    sent = log.entries
    for one in log.acknowledged:
        _compare_one(one, sent[one.entry_id][1], known.get(one.entry_id, []), found)
    found.doubled += [f"{entry_id} stands {len(twice)} times" for entry_id, twice in known.items() if len(twice) > 1]
    found.surplus = len(known.keys() - {one.entry_id for one in log.acknowledged})


def _compare_one(one: Acknowledged, raw: Mapping[str, object], stored: Sequence[Entry], found: Findings) -> None:
    if not stored:
        found.lost.append(f"{raw['kind']} {one.entry_id} {LOST}")
    elif stored[0].session_id != one.session_id or stored_digest(stored[0], raw) != one.digest:
        found.changed.append(f"{raw['kind']} {one.entry_id} says something else: {stored[0]}")


def send_again(log: Log, recorder: Recorder, found: Findings) -> None:
    """All that was sent, acknowledged or not, in the order of sending, until each is answered for."""
    acknowledged: set[Acknowledged] = set()
    answers = [(one, recorder.submit(_command(one, one.entries))) for one in log.sent]
    for one, answer in answers:
        for raw, result in zip(one.entries, answer.result(), strict=True):
            if result.outcome is EntryOutcome.CONFIRMATION_NEEDED:
                confirmed = raw | {"confirmed": [problem.field for problem in result.problems]}
                result = recorder.submit(RecordEntries(one.session_id, NURSE, (confirmed,))).result()[0]
            if result.outcome in (EntryOutcome.RECORDED, EntryOutcome.DUPLICATE):
                acknowledged.add(Acknowledged(UUID(raw["entry_id"]), one.session_id, digest_of(raw)))
            else:
                found.damaged.append(f"sent again: {result}")
    log.acknowledged += acknowledged - set(log.acknowledged)


def _command(sent: Sent, entries: tuple[dict[str, Any], ...]) -> Command:
    return (PlanSession if sent.is_plan else RecordEntries)(sent.session_id, NURSE, entries)


def compare_after_sending_again(log: Log, stored: Iterable[Entry], found: Findings) -> None:
    """Each entry that was sent stands exactly once, and nothing else does."""
    count = Counter(entry.entry_id for entry in stored)
    sent = log.entries.keys()
    found.lost += [f"{one} was sent again and is not there" for one in sent if count[one] == 0]
    found.doubled += [f"{one} was sent again and stands {count[one]} times" for one in sent if count[one] > 1]
    found.doubled += [f"{one} stands and was never sent" for one in count.keys() - sent]


def damage(engines: Engines, *, projections: bool = True) -> list[str]:
    """What the record says against itself: file, hash chain, and projections against a replay of the entries."""
    report = verify(engines.reader, projections=projections)
    said = [f"verify: {one.text()}" for one in report.broken]
    said += [f"a rebuild would change: {one.text()}" for one in report.to_rebuild]
    return said + _file_damage(engines)


def _file_damage(engines: Engines) -> list[str]:
    """The engine's own check, besides the one that `verify` makes."""
    if engines.reader.dialect.name != "sqlite":
        return []
    with engines.reader.connect() as connection:
        said = list(connection.execute(text("PRAGMA integrity_check")).scalars())
        said += [f"foreign key: {row}" for row in connection.execute(text("PRAGMA foreign_key_check"))]
    return [f"integrity_check: {one}" for one in said if one != "ok"]
