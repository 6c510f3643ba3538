"""THE read path: open sessions, one timeline, changes after a number. Never writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from session_store.clinic_standing import credentials_of
from session_store.domain.alert import AlertFact, OpenAlert
from session_store.domain.alert_history import follow_answer, follow_fact, opened_again
from session_store.domain.clinic_contents import StaffCredential
from session_store.domain.dose_judging import notes_at_end
from session_store.domain.entries import Entry
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session import CLOSED_STATUSES, OPEN_STATUSES, SessionStatus
from session_store.domain.session_summary import SessionSummary
from session_store.errors import UnknownSession
from session_store.gate_views import gates_view
from session_store.limit_views import bands_view, limits_view
from session_store.list_position import position_text, read_position
from session_store.past_sessions import PastSessions, days_between
from session_store.plain_views import alert_view, change_view, dose_view, programmed_rate_of, tile_view
from session_store.predicted_concentration import (
    NEEDED_KINDS,
    predicted_concentration,
    predicted_concentration_view,
)
from session_store.record_views import audit_views, clinic_view, course_view, due_view, entry_views
from session_store.rule_book import RuleBook, RuleChange
from session_store.rule_book_reading import read_rule_book
from session_store.storage import clinic_log, entry_log, patient_reading, projections
from session_store.storage.faults import reading
from session_store.trends import tile_trend

STATUS_GROUPS: dict[str, frozenset[SessionStatus]] = {
    "open": OPEN_STATUSES,
    "planned": frozenset({SessionStatus.PLANNED}),
    "running": frozenset({SessionStatus.RUNNING, SessionStatus.PAUSED}),
    "finished": CLOSED_STATUSES,
}


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One session whole: how it stands, every entry, every alert fact."""

    summary: SessionSummary
    entries: list[Entry]
    facts: list[tuple[AlertFact, datetime]]
    change_number: int


class Reader:
    """Reads one clinic's record."""

    def __init__(self, engine: Engine, clinic_id: int) -> None:
        self._engine = engine
        self._clinic_id = clinic_id
        self._rule_book = RuleBook()

    def change_number(self) -> int:
        """The number of the last committed change."""
        with reading(self._engine) as connection:
            return projections.change_number(connection, self._clinic_id)

    def sessions(self, group: str, limit: int = 200) -> list[dict[str, Any]]:
        """Tiles of the sessions in one group of statuses (`STATUS_GROUPS`)."""
        with reading(self._engine) as connection:
            found = projections.summaries_by_status(connection, self._clinic_id, STATUS_GROUPS[group], limit)
        return [tile_view(summary) for summary in found]

    def sessions_page(
        self, group: str, limit: int, after: str | None = None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """At most `limit` tiles of a group behind the position `after`, and the position of the next page if there is
        one. Raises `CommandRefused` for a position that is none."""
        position = None if after is None else read_position(after)
        with reading(self._engine) as connection:
            statuses = STATUS_GROUPS[group]
            found = projections.summaries_by_status(connection, self._clinic_id, statuses, limit + 1, position)
        page = found[:limit]
        return [tile_view(one) for one in page], position_text(page[-1]) if len(found) > limit else None

    def summary(self, session_id: UUID) -> SessionSummary:
        """One session as it stands. Raises `UnknownSession`."""
        with reading(self._engine) as connection:
            return self._summary(connection, session_id)

    def gates(self, session_id: UUID, now: datetime) -> dict[str, Any]:
        """What holds or cautions the start or the discharge home of one session at `now`. Raises `UnknownSession`."""
        return gates_view(self.summary(session_id), self.rules(), now)

    def knows(self, session_id: UUID) -> bool:
        """Whether there is such a session."""
        with reading(self._engine) as connection:
            return projections.has_session(connection, self._clinic_id, session_id)

    def author_of(self, session_id: UUID, entry_id: UUID) -> tuple[UUID | None, str] | None:
        """Account and name of whoever recorded an entry of this session; None where it is not of this session."""
        with reading(self._engine) as connection:
            entries = self._entries(connection, session_id)
        return next(((one.author_id, one.author_name) for one in entries if one.entry_id == entry_id), None)

    def session_of_alert(self, alert_id: UUID) -> UUID | None:
        """The session in which an alert stands (open, or over and not seen), or None."""
        with reading(self._engine) as connection:
            candidates = [
                *projections.summaries_by_status(connection, self._clinic_id, OPEN_STATUSES, 10_000),
                *projections.summaries_with_alerts(connection, self._clinic_id),
            ]
        for summary in candidates:
            if any(alert.alert_id == alert_id for alert in summary.alerts):
                return summary.session_id
        return None

    def panel(self, now: datetime, minutes: int) -> tuple[int, list[dict[str, Any]]]:
        """The last change number, and the tiles of open sessions and of closed ones with unseen alerts, with trends."""
        since = now - timedelta(minutes=minutes)
        with reading(self._engine) as connection:
            number = projections.change_number(connection, self._clinic_id)
            shown = [
                *projections.summaries_by_status(connection, self._clinic_id, OPEN_STATUSES, 200),
                *projections.summaries_with_alerts(connection, self._clinic_id),
            ]
            return number, [
                tile_view(one) | {"trend": tile_trend(self._entries(connection, one.session_id), one, since)}
                for one in shown
            ]

    def session_record(self, session_id: UUID) -> SessionRecord:
        """Everything about one session. Raises `UnknownSession`."""
        with reading(self._engine) as connection:
            return SessionRecord(
                self._summary(connection, session_id),
                self._entries(connection, session_id),
                entry_log.session_facts(connection, self._clinic_id, session_id),
                projections.change_number(connection, self._clinic_id),
            )

    def timeline(self, session_id: UUID, now: datetime | None = None) -> dict[str, Any]:
        """One session for its page: tile, dose (as of a time that is given), entries as they read after corrections,
        alerts with their life. Raises `UnknownSession`."""
        record, rules = self.session_record(session_id), self.rules()
        return {
            "session": tile_view(record.summary),
            "dose": None if now is None else dose_view(record.summary, now),
            "limits": limits_view(record.summary, rules),
            "bands": bands_view(record.summary, rules),
            "notes_at_end": notes_at_end(record.summary, rules),
            "entries": entry_views(record.entries),
            "alerts": [alert_view(session_id, alert) for alert in alerts_of(record)],
            "change_number": record.change_number,
        }

    def predicted_concentration(self, session_id: UUID, now: datetime) -> dict[str, Any]:
        """The band of predicted plasma ketamine up to `now`, or why there is none. Raises `UnknownSession`."""
        with reading(self._engine) as connection:
            summary = self._summary(connection, session_id)
            entries = entry_log.session_entries_of(connection, self._clinic_id, session_id, NEEDED_KINDS)
        return predicted_concentration_view(predicted_concentration(summary, entries, now))

    def audit_trail(self, session_id: UUID) -> list[dict[str, Any]]:
        """Every entry as it was first recorded, in the order of recording, with who withdrew or amended it, and each
        amendment itself: nothing is left out. Raises `UnknownSession`."""
        return audit_views(self.session_record(session_id).entries)

    def course(self, course_id: UUID, now: datetime) -> dict[str, Any]:
        """The sessions of a course with the cumulative dose and the last decision."""
        with reading(self._engine) as connection:
            return course_view(course_id, patient_reading.course_summaries(connection, self._clinic_id, course_id), now)

    def clinic_record(self) -> dict[str, Any]:
        """The clinic's own entries, and what they say now of credentials and stock."""
        with reading(self._engine) as connection:
            return clinic_view(clinic_log.clinic_entries(connection, self._clinic_id))

    def credentials(self) -> dict[UUID, dict[str, date]]:
        """By account: the expiry of each credential that is on record and not withdrawn."""
        with reading(self._engine) as connection:
            entries = clinic_log.clinic_entries(connection, self._clinic_id)
        people = {one.content.account_id for one in entries if isinstance(one.content, StaffCredential)}
        return {person: credentials_of(entries, person) for person in people}

    def rule_book(self) -> RuleBook:
        """The clinic's alert rules in force with every change of them; read anew only where the clinic has recorded
        something since."""
        with reading(self._engine) as connection:
            number = projections.next_clinic_seq(connection, self._clinic_id)
            self._rule_book = read_rule_book(connection, self._clinic_id, self._rule_book, number)
            return self._rule_book

    def rules(self) -> RuleSet:
        """The clinic's alert rules in force."""
        return self.rule_book().rules

    def rule_changes(self) -> tuple[RuleChange, ...]:
        """Every change of limits that the clinic has recorded, in the order of recording."""
        return self.rule_book().changes

    def newest_sessions(self, limit: int) -> PastSessions:
        """The finished treated sessions, at most `limit`, newest first, whole: for a replay of rules."""
        return PastSessions(self._engine, self._clinic_id, *days_between(None, None, UTC), limit)

    def due_list(self, now: datetime) -> dict[str, Any]:
        """Wastes and stock entries that still need a second person."""
        with reading(self._engine) as connection:
            summaries = projections.summaries_without_witness(connection, self._clinic_id)
            return due_view(summaries, clinic_log.clinic_entries(connection, self._clinic_id), now)

    def changes_after(self, after: int, limit: int = 500) -> list[dict[str, Any]]:
        """Changes with a number above `after` in the wire format, each with the newest tile of its session."""
        with reading(self._engine) as connection:
            rows = entry_log.changes_after(connection, self._clinic_id, after, limit)
            keys = [(row.session_id, row.entry_seq) for row in rows if row.session_id and row.entry_seq is not None]
            entries = entry_log.entries_by_seq(connection, self._clinic_id, keys)
            sessions = {row.session_id for row in rows if row.session_id is not None}
            summaries = {one: self._summary(connection, one) for one in sessions}
            tiles = {one: tile_view(summary) for one, summary in summaries.items()}
            return [self._change(connection, row, entries, summaries, tiles) for row in rows]

    def _change(
        self,
        connection: Connection,
        row: entry_log.ChangeRow,
        entries: dict[tuple[UUID, int], Entry],
        summaries: dict[UUID, SessionSummary],
        tiles: dict[UUID, dict[str, Any]],
    ) -> dict[str, Any]:
        session_id, seq = row.session_id, row.entry_seq
        if session_id is None:
            own = clinic_log.clinic_entry_by_seq(connection, self._clinic_id, seq or 0)
            return change_view(row.change_number, row.recorded_at, None, own, [], None)
        entry = entries.get((session_id, seq)) if seq is not None else None
        rate = programmed_rate_of(entry, summaries[session_id])
        facts = self._facts(connection, session_id, row)
        return change_view(row.change_number, row.recorded_at, session_id, entry, facts, tiles[session_id], rate)

    def outcomes(self, clinic_id: int, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """Outcome rows of finished treated sessions, first drug in [since, until), with doses per kg; see `reports`."""
        with reading(self._engine) as connection:
            rows = projections.outcomes(connection, clinic_id, since, until)
        return [row | _per_kg(row) for row in rows]

    def _facts(self, connection: Connection, session_id: UUID, row: entry_log.ChangeRow) -> list[AlertFact]:
        if row.first_fact_seq is None or row.last_fact_seq is None:
            return []
        return entry_log.facts_between(connection, self._clinic_id, session_id, row.first_fact_seq, row.last_fact_seq)

    def _entries(self, connection: Connection, session_id: UUID) -> list[Entry]:
        return entry_log.session_entries(connection, self._clinic_id, session_id)

    def _summary(self, connection: Connection, session_id: UUID) -> SessionSummary:
        summary = projections.load_summary(connection, self._clinic_id, session_id)
        if summary is None:
            raise UnknownSession(str(session_id))
        return summary


def _per_kg(row: dict[str, Any]) -> dict[str, Decimal | None]:
    weight = row["weight_kg"]
    return {
        "delivered_mg_per_kg": row["delivered_mg"] / weight if weight else None,
        "peak_rate_mg_per_kg_per_h": row["peak_rate_mg_per_h"] / weight if weight else None,
    }


def alerts_of(record: SessionRecord) -> list[OpenAlert]:
    """Every alert of a session from its facts: those that stand as they are, the settled ones put together again."""
    standing = {alert.alert_id: alert for alert in record.summary.alerts}
    alerts: dict[UUID, OpenAlert] = {}
    for fact, recorded_at in record.facts:
        alert = alerts.get(fact.alert_id)
        if alert is None:
            alert = alerts[fact.alert_id] = standing.get(fact.alert_id) or opened_again(fact, recorded_at)
        elif fact.alert_id not in standing:
            follow_fact(alert, fact)
    _add_answers(alerts, standing, record.entries)
    return list(alerts.values())


def _add_answers(alerts: dict[UUID, OpenAlert], standing: dict[UUID, OpenAlert], entries: Iterable[Entry]) -> None:
    for entry in entries:
        content: Any = entry.content
        alert = alerts.get(getattr(content, "alert_id", None))  # type: ignore[arg-type]
        if alert is not None and alert.alert_id not in standing:
            follow_answer(alert, entry)
