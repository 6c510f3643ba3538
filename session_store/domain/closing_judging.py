"""What becomes of open alerts when a session is closed: nothing is measured any more, so no value will clear them.

They are over with the session. A warning or critical nobody has answered stays "over, not seen"; an event that ends
only by being acknowledged stays as it is.
"""

from collections.abc import Iterator

from session_store.domain.alert import AlertFact
from session_store.domain.alert_standing import clear
from session_store.domain.entries import Entry
from session_store.domain.session_summary import SessionSummary


def judge_closing(summary: SessionSummary, entry: Entry) -> Iterator[AlertFact]:
    """Ends the open conditions of a session that is closed: by this entry, or before one that is charted late."""
    for alert in summary.alerts:
        if not alert.is_over and not alert.clears_on_acknowledgement:
            yield clear(alert, entry.effective_at, entry.entry_id)
