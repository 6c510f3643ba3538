"""Sends a recording into an open session through the device door, exactly as the file has it.

The last row is now and the first lies as far back as the recording is long: nothing is ever sent from the future. The
entries are late, and the server charts them as late. Ids follow from the session, the row and its time.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from simulators.chair import JsonEntry
from simulators.identifiers import named_uuid7
from simulators.recording import RecordingRow
from simulators.server_client import MAX_ENTRIES_PER_REQUEST, ServerClient, describe_problem
from simulators.simulated_clock import SimulatedClock

_TURN_S = 0.5
_REASONS_SHOWN = 5


class NoSuchSession(Exception):
    """There is not exactly one open session to send into."""


@dataclass(slots=True)
class ReplaySummary:
    """What became of the rows."""

    sent: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    warnings: int = 0
    refusals: list[str] = field(default_factory=list)

    def add(self, results: Sequence[dict[str, Any]]) -> None:
        """Counts the answers of one batch; a recorded entry with problems was recorded with a warning."""
        self.sent += len(results)
        for result in results:
            outcome, problems = str(result["outcome"]), result["problems"]
            self.outcomes[outcome] += 1
            if outcome in ("recorded", "duplicate"):
                self.warnings += bool(problems)
            else:
                self.refusals.append("; ".join(describe_problem(problem) for problem in problems) or outcome)

    @property
    def is_complete(self) -> bool:
        """True when every row is in the record."""
        return not self.refusals

    def lines(self) -> list[str]:
        """The summary in words."""
        counts = ", ".join(
            (
                f"sent {self.sent}",
                f"recorded {self.outcomes['recorded']}",
                f"duplicates {self.outcomes['duplicate']}",
                f"refused {len(self.refusals)}",
                f"with warnings {self.warnings}",
            )
        )
        return [counts, *(f"  refused: {reason}" for reason in self.refusals[:_REASONS_SHOWN])]


def choose_session(wanted: UUID | None, client: ServerClient) -> UUID:
    """The session to send into: the one named, else the only open one. Raises `NoSuchSession`."""
    if wanted is not None:
        return wanted
    tiles = client.open_sessions()
    if len(tiles) == 1:
        return UUID(str(tiles[0]["session_id"]))
    listed = ", ".join(f"{tile['session_id']} (chair {tile['chair_label']}, {tile['patient_label']})" for tile in tiles)
    raise NoSuchSession(f"name one with --session: {len(tiles)} open sessions: {listed or 'none'}")


def replay_entries(session_id: UUID, rows: Sequence[RecordingRow], ending_at: datetime) -> list[JsonEntry]:
    """The rows as entries; the last minute of the recording is `ending_at`."""
    last_minute = max((row.minute for row in rows), default=0.0)
    return [_entry(session_id, row, ending_at - timedelta(minutes=last_minute - row.minute)) for row in rows]


def _entry(session_id: UUID, row: RecordingRow, at: datetime) -> JsonEntry:
    return {
        "entry_id": str(named_uuid7(f"{session_id} row {row.number} at {at.isoformat()}", at)),
        "kind": "vital_signs",
        "effective_at": at.isoformat(),
        "source": "monitor",
        "is_simulated": True,
        "device_profile": row.device_profile,
        "channels": row.channels,
    }


def replay(
    client: ServerClient,
    session_id: UUID,
    entries: Sequence[JsonEntry],
    clock: SimulatedClock,
    summary: ReplaySummary,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Sends the entries in the file's order as `clock` reaches them, in batches, and counts the answers in `summary`.

    Raises what `ServerClient` raises.
    """
    sent = 0
    while sent < len(entries):
        batch = _due(entries[sent : sent + MAX_ENTRIES_PER_REQUEST], clock.now())
        if not batch:
            pause(_TURN_S)
            continue
        summary.add(client.post_entries(session_id, batch))
        sent += len(batch)


def _due(entries: Sequence[JsonEntry], now: datetime) -> list[JsonEntry]:
    """The leading entries whose time has come."""
    waiting = next(
        (number for number, entry in enumerate(entries) if datetime.fromisoformat(entry["effective_at"]) > now),
        len(entries),
    )
    return list(entries[:waiting])
