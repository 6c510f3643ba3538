"""The tablets of one session tell the server that they are there, and that they leave; without Wi-Fi nothing.

The server misses them after a while and raises an alert ("tablet not heard").
"""

from datetime import datetime

from simulators.chair import ChairSession
from simulators.server_client import ServerClient
from simulators.tablet import BEAT_EVERY


class TabletPresence:
    """What the tablets of one chair say, whichever session is on it; `client` is who is signed in on them."""

    def __init__(self, client: ServerClient) -> None:
        self._client = client
        self._next_at: datetime | None = None

    def say(self, session: ChairSession, at: datetime) -> None:
        """Lets every tablet with Wi-Fi speak, where it is time."""
        if self._next_at is not None and at < self._next_at:
            return
        self._next_at = at + BEAT_EVERY
        for tablet in session.tablets.values():
            if tablet.is_online(at):
                self._client.beat(session.session_id, tablet.tablet_id)

    def leave(self, session: ChairSession, at: datetime) -> bool:
        """Every tablet with Wi-Fi turns to something else; whether the server heard all of them."""
        self._next_at = None
        return all(
            self._client.beat(session.session_id, tablet.tablet_id, is_leaving=True)
            for tablet in session.tablets.values()
            if tablet.is_online(at)
        )
