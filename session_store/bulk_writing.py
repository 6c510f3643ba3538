"""Numbers prepared sessions in the order of time, links them to the chain and writes them, whole spans at a time.

One writer for each clinic. What is due before the end of a span is written in one transaction, follow-ups of earlier
spans among it, so that change numbers follow the time of recording and a stop at any moment leaves whole spans.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from session_store.bulk_preparing import PreparedChange, PreparedPart, PreparedSession
from session_store.bulk_rows_of_entry import numbered_change, numbered_receipt
from session_store.chain import KEPT_BYTES
from session_store.storage import bulk_rows, projections
from session_store.storage.bulk_rows import Shape
from session_store.storage.doorbell import ring_at_commit
from session_store.storage.projections import Counter

_DIGEST = 32


@dataclass(slots=True)
class _Waiting:
    """Parts of one session that are not written yet."""

    session_id: UUID
    parts: tuple[PreparedPart, ...]
    is_new: bool = True


@dataclass(slots=True)
class _Gathered:
    """What one transaction will write."""

    number: int
    head: bytes
    rows: dict[Shape, list[tuple[Any, ...]]] = field(default_factory=dict)
    new: dict[UUID, tuple[PreparedPart, str]] = field(default_factory=dict)
    replaced: dict[UUID, tuple[Any, ...]] = field(default_factory=dict)

    def add(self, shape: Shape, values: tuple[Any, ...]) -> None:
        self.rows.setdefault(shape, []).append(values)


class HistoryWriter:
    """Writes the sessions of one clinic, span after span, on a connection that begins its transactions itself."""

    def __init__(self, connection: Connection, clinic_id: int) -> None:
        self._connection = connection
        self._clinic_id = clinic_id
        self._order = count()
        # (recorded at, order of arrival, place in the session, change, which is the last of its part, the session)
        self._due: list[tuple[int, int, int, PreparedChange, PreparedPart | None, _Waiting]] = []

    def take(self, sessions: Iterable[PreparedSession], *, written_until_us: int = 0) -> None:
        """Sessions of the next span; of those that an earlier run has written up to a time, only what is later."""
        for session in sessions:
            waiting, order, place = _Waiting(session.session_id, session.parts), next(self._order), 0
            for part in session.parts:
                for change in part.changes:
                    place += 1
                    ends = part if change is part.changes[-1] else None
                    if change.recorded_us < written_until_us:
                        # Its summary is on record only where a whole part was written.
                        waiting.is_new = waiting.is_new and ends is None
                        continue
                    heapq.heappush(self._due, (change.recorded_us, order, place, change, ends, waiting))

    def write_until(self, until_us: int) -> int:
        """Write everything recorded before a time (microseconds) in one transaction; how many new sessions."""
        if not self._due or self._due[0][0] >= until_us:
            return 0
        with self._connection.begin():
            counter = projections.take_counter(self._connection, self._clinic_id)
            gathered = _Gathered(counter.change_number, counter.chain_head)
            while self._due and self._due[0][0] < until_us:
                *_, change, ends, waiting = heapq.heappop(self._due)
                self._number(gathered, change)
                if ends is not None:
                    self._stand(gathered, ends, waiting)
            _add_standing(gathered)
            bulk_rows.append_shaped(self._connection, gathered.rows)
            bulk_rows.replace_summaries(self._connection, list(gathered.replaced.values()))
            after = Counter(gathered.number, gathered.head, counter.next_clinic_seq)
            projections.set_counter(self._connection, self._clinic_id, after)
            ring_at_commit(self._connection, self._clinic_id, gathered.number)
        return len(gathered.new)

    def _number(self, gathered: _Gathered, one: PreparedChange) -> None:
        gathered.number += 1
        number, made = b"%d" % gathered.number, one.made
        change_digest = sha256(number.join(made.change_bytes)).digest()
        receipt_digest = sha256(number.join(made.receipt_bytes)).digest()
        digests = change_digest + made.digest + receipt_digest + one.later_digests
        gathered.head = sha256(gathered.head + digests).digest()
        kept = b"".join([digests[at : at + KEPT_BYTES] for at in range(0, len(digests), _DIGEST)])
        gathered.add(*made.row)
        gathered.add(*numbered_change(made, gathered.number, kept, gathered.head))
        gathered.add(*numbered_receipt(made, gathered.number))
        for shape, values in one.later:
            gathered.add(shape, values)

    def _stand(self, gathered: _Gathered, part: PreparedPart, waiting: _Waiting) -> None:
        """How the session stands after one of its parts."""
        head, tail = part.summary_text
        text = f"{head}{gathered.number}{tail}"
        if waiting.is_new:
            gathered.new[waiting.session_id] = (part, text)
        elif waiting.session_id in gathered.new:
            gathered.new[waiting.session_id] = (gathered.new[waiting.session_id][0], text)
        else:
            by_name = dict(zip(part.summary_shape[1], part.summary_values, strict=False))
            gathered.replaced[waiting.session_id] = (text, by_name["clinic_id"], by_name["session_id"])
        waiting.is_new = False


def _add_standing(gathered: _Gathered) -> None:
    for part, text in gathered.new.values():
        gathered.add(part.summary_shape, (*part.summary_values, text))
        if part.outcome is not None:
            gathered.add(*part.outcome)
