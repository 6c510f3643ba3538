"""THE notice path: rings after each commit with the changes in the wire format, in the order of their numbers.

The feed carries each change once to every listener in this process; whoever was away reads what it missed from
`Reader.changes_after`. Building the views happens in the writer's thread after COMMIT.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from session_store.domain.session_summary import SessionSummary
from session_store.plain_views import change_view, programmed_rate_of, tile_view
from session_store.write_transaction import CommittedChange

Listener = Callable[[dict[str, Any]], None]
_log = logging.getLogger(__name__)


class ChangeFeed:
    """Turns committed changes into messages for listeners."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Have `listener` called with each change, in order, in the writer's thread; it must not block."""
        self._listeners.append(listener)

    def ring(self, changes: Sequence[CommittedChange], summaries: dict[UUID, SessionSummary]) -> None:
        """Called by the recorder after COMMIT."""
        if not self._listeners:
            return
        tiles: dict[UUID, dict[str, Any]] = {}
        for change in changes:
            session_id, tile, rate = change.session_id, None, None
            if session_id is not None:
                if session_id not in tiles:
                    tiles[session_id] = tile_view(summaries[session_id])
                tile, rate = tiles[session_id], programmed_rate_of(change.entry, summaries[session_id])
            facts = list(change.facts)
            view = change_view(change.change_number, change.recorded_at, session_id, change.entry, facts, tile, rate)
            for listener in self._listeners:
                self._tell(listener, view)

    def _tell(self, listener: Listener, view: dict[str, Any]) -> None:
        try:
            listener(view)
        except Exception:
            _log.exception("a listener of the change feed failed")
