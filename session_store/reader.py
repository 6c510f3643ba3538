"""THE read path: open sessions, one timeline, changes after a number. Never writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from session_store.domain.alert import AcknowledgedBy, AlertFact, ChairVisit, Fact, OpenAlert, alert_opened_by
from session_store.domain.entries import EnteredInError, Entry
from session_store.domain.refolding import withdrawn_entry_ids
from session_store.domain.session import CLOSED_STATUSES, OPEN_STATUSES, SessionStatus
from session_store.domain.session_summary import SessionSummary
from session_store.errors import UnknownSession
from session_store.plain_views import alert_view, change_view, entry_view, tile_view
from session_store.storage import entry_log, projections

STATUS_GROUPS: dict[str, frozenset[SessionStatus]] = {
    "open": OPEN_STATUSES,
    "planned": frozenset({SessionStatus.PLANNED}),
    "running": frozenset({SessionStatus.RUNNING, SessionStatus.PAUSED}),
    "finished": CLOSED_STATUSES,
}
TREND_SIGNS = ("heart_rate_per_min", "systolic_mmhg", "diastolic_mmhg", "spo2_percent", "respiratory_rate_per_min")


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

    def change_number(self) -> int:
        """The number of the last committed change."""
        with self._engine.connect() as connection:
            return projections.change_number(connection, self._clinic_id)

    def sessions(self, group: str, limit: int = 200) -> list[dict[str, Any]]:
        """Tiles of the sessions in one group of statuses (`STATUS_GROUPS`)."""
        with self._engine.connect() as connection:
            found = projections.summaries_by_status(connection, self._clinic_id, STATUS_GROUPS[group], limit)
        return [tile_view(summary) for summary in found]

    def summary(self, session_id: UUID) -> SessionSummary:
        """One session as it stands. Raises `UnknownSession`."""
        with self._engine.connect() as connection:
            return self._summary(connection, session_id)

    def knows(self, session_id: UUID) -> bool:
        """Whether there is such a session."""
        with self._engine.connect() as connection:
            return projections.has_session(connection, self._clinic_id, session_id)

    def session_of_alert(self, alert_id: UUID) -> UUID | None:
        """The session in which an alert stands (open, or over and not seen), or None."""
        with self._engine.connect() as connection:
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
        with self._engine.connect() as connection:
            number = projections.change_number(connection, self._clinic_id)
            shown = [
                *projections.summaries_by_status(connection, self._clinic_id, OPEN_STATUSES, 200),
                *projections.summaries_with_alerts(connection, self._clinic_id),
            ]
            return number, [
                tile_view(one) | {"trend": _trend(self._entries(connection, one.session_id), one, since)}
                for one in shown
            ]

    def session_record(self, session_id: UUID) -> SessionRecord:
        """Everything about one session. Raises `UnknownSession`."""
        with self._engine.connect() as connection:
            return SessionRecord(
                self._summary(connection, session_id),
                self._entries(connection, session_id),
                entry_log.session_facts(connection, self._clinic_id, session_id),
                projections.change_number(connection, self._clinic_id),
            )

    def timeline(self, session_id: UUID) -> dict[str, Any]:
        """One session for its page: tile, entries with what withdrew them, alerts with their life."""
        record = self.session_record(session_id)
        withdrawals = {
            entry.content.withdrawn_entry_id: entry
            for entry in record.entries
            if isinstance(entry.content, EnteredInError)
        }
        return {
            "session": tile_view(record.summary),
            "entries": [entry_view(entry, withdrawals.get(entry.entry_id)) for entry in record.entries],
            "alerts": [alert_view(session_id, alert) for alert in alerts_of(record)],
            "change_number": record.change_number,
        }

    def changes_after(self, after: int, limit: int = 500) -> list[dict[str, Any]]:
        """Changes with a number above `after` in the wire format, each with the newest tile of its session."""
        with self._engine.connect() as connection:
            rows = entry_log.changes_after(connection, self._clinic_id, after, limit)
            keys = [(row.session_id, row.entry_seq) for row in rows if row.entry_seq is not None]
            entries = entry_log.entries_by_seq(connection, self._clinic_id, keys)
            tiles = {one: tile_view(self._summary(connection, one)) for one in {row.session_id for row in rows}}
            return [
                change_view(
                    row.change_number,
                    row.recorded_at,
                    row.session_id,
                    entries.get((row.session_id, row.entry_seq)) if row.entry_seq is not None else None,
                    self._facts(connection, row),
                    tiles[row.session_id],
                )
                for row in rows
            ]

    def outcomes(self, clinic_id: int, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """Outcome rows of finished treated sessions, first drug in [since, until), with doses per kg; see `reports`."""
        with self._engine.connect() as connection:
            rows = projections.outcomes(connection, clinic_id, since, until)
        return [row | _per_kg(row) for row in rows]

    def _facts(self, connection: Connection, row: entry_log.ChangeRow) -> list[AlertFact]:
        if row.first_fact_seq is None or row.last_fact_seq is None:
            return []
        return entry_log.facts_between(
            connection, self._clinic_id, row.session_id, row.first_fact_seq, row.last_fact_seq
        )

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
            alert = alerts[fact.alert_id] = standing.get(fact.alert_id) or alert_opened_by(fact, recorded_at)
        if fact.alert_id not in standing:
            _follow_fact(alert, fact)
    _add_answers(alerts, standing, record.entries)
    return list(alerts.values())


def _follow_fact(alert: OpenAlert, fact: AlertFact) -> None:
    alert.level, alert.peak_level, alert.text = fact.level, max(alert.peak_level, fact.level), fact.text
    if fact.fact is Fact.CLEARED:
        alert.cleared_at = fact.at
    elif fact.fact is Fact.WITHDRAWN:
        alert.withdrawn_at = fact.at
    elif fact.fact is Fact.SOUNDED:
        alert.sounded_at = fact.at
    elif fact.fact is Fact.UNANSWERED:
        alert.unanswered_at = fact.at


def _add_answers(alerts: dict[UUID, OpenAlert], standing: dict[UUID, OpenAlert], entries: Iterable[Entry]) -> None:
    for entry in entries:
        content: Any = entry.content
        alert = alerts.get(getattr(content, "alert_id", None))  # type: ignore[arg-type]
        if alert is None or alert.alert_id in standing:
            continue
        if content.kind == "acknowledgement":
            alert.acknowledged = AcknowledgedBy(entry.author_name, entry.effective_at, content.action, content.remark)
        else:
            alert.at_the_chair = ChairVisit(entry.author_name, entry.effective_at)


def _trend(entries: list[Entry], summary: SessionSummary, since: datetime) -> dict[str, list[list[Any]]]:
    """Points of the tile's plot, newest window only; withdrawn entries are not drawn."""
    withdrawn = withdrawn_entry_ids(entries)
    standing = sorted((one for one in entries if one.entry_id not in withdrawn), key=lambda one: one.effective_at)
    trend: dict[str, list[list[Any]]] = {name: [] for name in (*TREND_SIGNS, "rate_mg_per_kg_per_h", "pain")}
    for entry in standing:
        _add_rate_point(trend, entry, summary.weight_kg)
        if entry.effective_at < since:
            continue
        ms = int(entry.effective_at.timestamp() * 1000)
        for name in TREND_SIGNS:
            value = getattr(entry.content, name, None)
            if value is not None:
                trend[name].append([ms, float(value)])
    return trend


def _add_rate_point(trend: dict[str, list[list[Any]]], entry: Entry, weight_kg: Decimal | None) -> None:
    """A step of the delivered rate: the programmed one while running, zero while not."""
    content: Any = entry.content
    steps = trend["rate_mg_per_kg_per_h"]
    ms = int(entry.effective_at.timestamp() * 1000)
    if content.kind in ("infusion_started", "rate_changed") and weight_kg:
        rate = float(content.pump_rate_ml_per_h * content.concentration_mg_per_ml / weight_kg)
        steps.append([ms, rate])
    elif content.kind in ("infusion_paused", "infusion_ended", "transferred", "left_against_advice", "session_aborted"):
        steps.append([ms, 0.0])
    elif content.kind == "infusion_resumed":
        before = next((value for _, value in reversed(steps) if value), 0.0)
        steps.append([ms, before])
