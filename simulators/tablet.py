"""The bedside tablets of a session: which one has Wi-Fi when, and under which id each says that it is there.

What is charted without Wi-Fi is kept in the tablet's outbox and leaves when the tablet is back, in the order of
charting and under the same ids.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from simulators.outgoing import FIRST_TABLET

# A tablet that has a session open says so every 20 s, as the bedside page does.
BEAT_EVERY = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Tablet:
    """One tablet; `offline` are the times (from, to) without Wi-Fi, in order."""

    tablet_id: UUID
    offline: tuple[tuple[datetime, datetime], ...] = ()

    def is_online(self, at: datetime) -> bool:
        """Whether it reaches the server."""
        return self.leaves_at(at) == at

    def leaves_at(self, charted_at: datetime) -> datetime:
        """When what is charted at `charted_at` leaves: at once, or when the tablet is back."""
        for lost, back in self.offline:
            if lost <= charted_at < back:
                charted_at = back
        return charted_at


def chair_tablets(
    chair_label: str, numbers: Iterable[int], offline: Sequence[tuple[datetime, datetime]]
) -> dict[int, Tablet]:
    """The tablets of one chair by number, the first one always among them; only that one loses its Wi-Fi."""
    windows = {FIRST_TABLET: tuple(sorted(offline))}
    return {
        number: Tablet(
            uuid5(NAMESPACE_OID, f"simulated tablet {number} of chair {chair_label}"), windows.get(number, ())
        )
        for number in sorted({FIRST_TABLET, *numbers})
    }
