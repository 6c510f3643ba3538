"""Makes the projections anew from the record: each session's changes are folded and judged again, in their order.

The recorder and this module go through the same `fold_in` and `judge_time`, at the same times, so that what comes out
is what the recorder has kept. Where the rules have changed since, the alerts on record count: people were shown them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from uuid import UUID

from sqlalchemy import Connection, Engine

from session_store.chain import Row
from session_store.domain.alert import AlertFact, Fact
from session_store.domain.alert_evaluation import Judgement, judge_time
from session_store.domain.alert_history import RecordedAlerts, raised_by
from session_store.domain.entries import Entry
from session_store.domain.folding import History, fold_in
from session_store.domain.session_summary import SessionSummary
from session_store.outcomes import outcome_row
from session_store.rule_book import RuleBook, RuleHistory
from session_store.rule_book_reading import read_rule_history
from session_store.storage import entry_log, projections, record_reading
from session_store.storage.session_changes import SessionChange, SortedChanges, changes_by_session

# A running server waits for the counter row while one group is written.
SESSIONS_AT_ONCE = 20
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class RebuildReport:
    """What was rebuilt; `judged_otherwise` counts sessions in which the rules of today find other alerts."""

    sessions: int = 0
    outcomes: int = 0
    judged_otherwise: int = 0


@dataclass(frozen=True, slots=True)
class Replayed:
    """One session folded and judged again."""

    summary: SessionSummary
    is_judged_otherwise: bool


def rebuild(writer: Engine, clinic_id: int | None = None, progress: Progress | None = None) -> RebuildReport:
    """Drop and rebuild the projections of one clinic, or of all; session by session, while a server may go on."""
    report = RebuildReport()
    with writer.connect() as connection:
        with connection.begin():
            found = record_reading.clinics(connection, clinic_id)
        for clinic in found:
            _rebuild_clinic(connection, clinic.clinic_id, report, progress)
    return report


def _rebuild_clinic(connection: Connection, clinic_id: int, report: RebuildReport, progress: Progress | None) -> None:
    with connection.begin():
        changes = SortedChanges(connection, clinic_id)
        total = record_reading.session_count(connection, clinic_id)
    after: UUID | None = None
    done = 0
    while True:
        with connection.begin():
            # Locked first: nothing is recorded between reading a session and writing how it stands.
            projections.take_counter(connection, clinic_id)
            changes.follow()
            rules = read_rule_history(connection, clinic_id)
            group = record_reading.session_rows(connection, clinic_id, after, SESSIONS_AT_ONCE)
            for session in group:
                replayed = _replay(connection, session, changes.of(session["session_id"]), rules)
                _store(connection, clinic_id, replayed, report)
        if not group:
            break
        after = group[-1]["session_id"]
        done += len(group)
        if progress is not None:
            progress(done, total)
    with connection.begin():
        changes.close()


def _store(connection: Connection, clinic_id: int, replayed: Replayed, report: RebuildReport) -> None:
    summary = replayed.summary
    projections.drop_projections(connection, clinic_id, summary.session_id)
    projections.store_summaries(connection, clinic_id, [summary], [])
    if summary.is_closed:
        projections.store_outcomes(connection, [outcome_row(clinic_id, summary)])
        report.outcomes += 1
    report.sessions += 1
    report.judged_otherwise += replayed.is_judged_otherwise


def _replay(connection: Connection, session: Row, changes: Sequence[SessionChange], rules: RuleHistory) -> Replayed:
    """How a session stands by its entries and alert facts alone, each change judged by the rules of that time."""
    clinic_id, session_id = session["clinic_id"], session["session_id"]
    replay = _Replay(
        entry_log.session_entries(connection, clinic_id, session_id),
        [fact for fact, _ in entry_log.session_facts(connection, clinic_id, session_id)],
        rules,
    )
    return replay.run(_planned(session), changes)


def _planned(session: Row) -> SessionSummary:
    """The session as its first command made it."""
    at = session["recorded_at"]
    return SessionSummary(
        session["session_id"], session["patient_id"], session["is_simulated"], planned_at=at, status_since=at
    )


class _Replay:
    """One session's record on its way through the fold."""

    def __init__(self, entries: list[Entry], facts: list[AlertFact], rules: RuleHistory) -> None:
        self._entries = entries
        self._facts = facts
        self._rules = rules
        self._on_record = RecordedAlerts()
        self._is_otherwise = False
        self._numbers = count(1)

    def run(self, summary: SessionSummary, changes: Sequence[SessionChange]) -> Replayed:
        for change in changes:
            summary = self._take(summary, change)
        return Replayed(summary, self._is_otherwise)

    def _take(self, summary: SessionSummary, change: SessionChange) -> SessionSummary:
        recorded = self._recorded(change)
        book = self._rules.at(change.change_number)
        judgement = Judgement(change.recorded_at, self._placeholder, book.rules)
        entry = None if change.entry_seq is None else self._entries[change.entry_seq - 1]
        if entry is None:
            found = judge_time(summary, judgement)
        else:
            summary, found = fold_in(summary, entry, judgement, self._history(entry, summary.next_fact_seq, book))
        self._on_record.take(entry, recorded, change.recorded_at)
        if not self._agree(summary, found, recorded):
            self._is_otherwise = True
        if self._is_otherwise:
            summary.alerts = self._on_record.standing()
            summary.alerts_by_level = dict(self._on_record.by_level)
        summary.change_number = change.change_number
        summary.next_fact_seq = change.last_fact_seq + 1 if change.last_fact_seq else summary.next_fact_seq
        return summary

    def _recorded(self, change: SessionChange) -> list[AlertFact]:
        if change.first_fact_seq is None or change.last_fact_seq is None:
            return []
        return self._facts[change.first_fact_seq - 1 : change.last_fact_seq]

    def _history(self, entry: Entry, next_fact_seq: int, book: RuleBook) -> History:
        before, known = self._entries[: entry.seq - 1], self._facts[: next_fact_seq - 1]
        return History(lambda: before, lambda: raised_by(known), book.rules_at)

    def _placeholder(self) -> UUID:
        """An id for an alert that the judges find again; the record knows its real one."""
        return UUID(int=next(self._numbers))

    def _agree(self, summary: SessionSummary, found: list[AlertFact], recorded: list[AlertFact]) -> bool:
        """Whether the facts found are those on record, once the alerts newly raised have their recorded ids."""
        if len(found) != len(recorded):
            return False
        ids = {
            now.alert_id: then.alert_id
            for now, then in zip(found, recorded, strict=True)
            if now.fact is then.fact is Fact.RAISED
        }
        for alert in summary.alerts:
            alert.alert_id = ids.get(alert.alert_id, alert.alert_id)
        named = [replace(one, alert_id=ids.get(one.alert_id, one.alert_id)) for one in found]
        return named == recorded


def differing_sessions(connection: Connection, clinic_id: int) -> Iterator[UUID]:
    """Sessions whose projections are not what a rebuild would write. The transaction sees one state of the record."""
    rules = read_rule_history(connection, clinic_id)
    for session_id, changes in changes_by_session(connection, clinic_id):
        session = record_reading.session_row(connection, clinic_id, session_id)
        if session is None or _differs(connection, session, _replay(connection, session, changes, rules).summary):
            yield session_id


def _differs(connection: Connection, session: Row, summary: SessionSummary) -> bool:
    clinic_id = session["clinic_id"]
    outcome = projections.stored_outcome(outcome_row(clinic_id, summary)) if summary.is_closed else None
    expected = (projections.stored_summary(clinic_id, summary), outcome)
    return projections.stored_projections(connection, clinic_id, summary.session_id) != expected
