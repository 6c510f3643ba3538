"""A finished session worked out as the recorder would have recorded it, without a database: entries read and checked,
folded and judged, as rows with their digests. Only the change numbers and the chain are still to come.

Sessions do not depend on each other, so that many processes can prepare them; `bulk_writing` numbers and writes them.
What the recorder asks of its database is known here: who holds which credential, that the patient's course is his own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from session_store.bulk_reading import HistoryEntry, ReadEntry, read_entry
from session_store.bulk_rows_of_entry import EntryRow, EntryRows, stored_content
from session_store.chain import row_digest
from session_store.commands import Author
from session_store.domain.alert import Fact, Level
from session_store.domain.alert_evaluation import Judgement
from session_store.domain.alert_history import raised_by
from session_store.domain.checking import Check, Surroundings
from session_store.domain.entries import Entry
from session_store.domain.entry_checks import check_entry, check_questions, check_refusals
from session_store.domain.entry_choices import Source
from session_store.domain.entry_fields import Problem
from session_store.domain.folding import History, fold_in
from session_store.domain.identifiers import named_uuid7
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session_summary import SessionSummary
from session_store.errors import CommandRefused
from session_store.outcomes import outcome_row
from session_store.plain_views import fact_view
from session_store.server_facts import with_server_facts
from session_store.storage.bulk_rows import RowShaper, Shape, Values, microseconds
from session_store.storage.projections import stored_outcome, stored_summary
from session_store.storage.record_reading import hashed_row
from session_store.storage.row_mapping import fact_row

# Each entry reaches the record a moment after it was true, so that the gates judge it as they did then.
RECORDED_AFTER = timedelta(seconds=5)
# Our calibration: when the physician of a history answers an alert at warning or worse.
ANSWERED_AFTER = timedelta(seconds=45)
# Stands in a prepared summary where the change number will; no value of a session is that large.
_NUMBER_TO_COME = 888_888_888_888_888_888
# Corrections ask the whole record of a session; a history has none.
_CORRECTIONS = frozenset({"amendment", "entered_in_error"})
# Kinds whose checks look at their content alone while a session is open: one that has passed passes again.
_JUDGED_BY_CONTENT = frozenset({"readiness_item", "consent", "sedation"})
_CHECKED: dict[int, Any] = {}
# What a gate holds, the physician of a history has looked at and lets through.
_OVERRIDES = {"infusion_started": "start_override", "discharged": "discharge_override"}


@dataclass(frozen=True, slots=True)
class HistorySession:
    """A finished session of a known patient: its entries in time order, the plan first, follow-ups last. `physician`
    answers the alerts that the entries raise."""

    session_id: UUID
    patient_id: UUID
    is_patient_new: bool
    entries: Sequence[HistoryEntry]
    physician: Author


@dataclass(frozen=True, slots=True)
class HistoryClinic:
    """What is the same for all sessions of a clinic: its rules, and by account the expiry of each credential."""

    clinic_id: int
    rules: RuleSet
    credentials: Mapping[UUID, Mapping[str, date]]
    dialect: str


class PreparedChange(NamedTuple):
    """One change without its number: when, the rows of its entry, digests and rows of what else it brought."""

    recorded_us: int
    made: EntryRow
    later_digests: bytes
    later: tuple[Values, ...]


class PreparedPart(NamedTuple):
    """Changes after which the session stands as its summary says: up to its closing, then each later entry alone."""

    changes: tuple[PreparedChange, ...]
    summary_shape: Shape
    summary_values: tuple[Any, ...]
    summary_text: tuple[str, str]
    outcome: Values | None


class PreparedSession(NamedTuple):
    """A session ready to be numbered and written."""

    session_id: UUID
    parts: tuple[PreparedPart, ...]


def prepare_session(clinic: HistoryClinic, session: HistorySession, shaper: RowShaper) -> PreparedSession:
    """Raises `CommandRefused` naming the entry that the recorder would not have recorded."""
    return _Preparation(clinic, session, shaper).run()


class _Preparation:
    def __init__(self, clinic: HistoryClinic, session: HistorySession, shaper: RowShaper) -> None:
        self._clinic = clinic
        self._session = session
        self._shaper = shaper
        self._rows = EntryRows(shaper, clinic.clinic_id, session.session_id)
        self._summary = SessionSummary(session.session_id, session.patient_id, is_simulated=True)
        self._entries: list[Entry] = []
        self._facts: list[Any] = []
        self._changes: list[PreparedChange] = []
        self._to_answer: list[tuple[datetime, UUID]] = []
        self._alerts = self._answers = 0
        self._now: datetime | None = None
        self._overridden: str | None = None
        # Made of what they need alone: a way back to here would keep every session until the next garbage collection.
        entries, facts = self._entries, self._facts
        self._surroundings = Surroundings(
            session_entries=lambda: entries,
            course_patient=lambda _course_id: session.patient_id,
            credentials=lambda account_id: dict(clinic.credentials.get(account_id, {})),
        )
        self._history = History(lambda: entries[:-1], lambda: raised_by(facts))

    def run(self) -> PreparedSession:
        parts: list[PreparedPart] = []
        for one in self._session.entries:
            if self._summary.is_closed:
                parts.append(self._part(is_first=not parts))
            self._answer_until(one.at)
            self._take(one)
        parts.append(self._part(is_first=not parts))
        return PreparedSession(self._session.session_id, tuple(parts))

    def _part(self, *, is_first: bool) -> PreparedPart:
        """What stands now; before a session is left as closed, everything that still alerts is answered."""
        if self._summary.is_closed and self._now is not None:
            self._to_answer = [(self._now, alert.alert_id) for alert in self._summary.alerts]
            self._answer_until(self._now + ANSWERED_AFTER)
        summary = self._summary
        summary.change_number = _NUMBER_TO_COME
        shape, values = self._shaper.shaped("session_summary", stored_summary(self._clinic.clinic_id, summary))
        outcome = None
        if is_first and summary.is_closed:
            stored = stored_outcome(outcome_row(self._clinic.clinic_id, summary))
            outcome = self._shaper.shaped("session_outcome", stored)
        head, _, tail = values[-1].partition(str(_NUMBER_TO_COME))
        changes, self._changes = tuple(self._changes), []
        return PreparedPart(changes, shape, values[:-1], (head, tail), outcome)

    # ------------------------------------------------------------------------------------------------------- answering

    def _answer_until(self, at: datetime) -> None:
        """The physician's answers that fall before `at`."""
        while self._to_answer and self._to_answer[0][0] <= at:
            due, alert_id = self._to_answer.pop(0)
            standing = next((one for one in self._summary.alerts if one.alert_id == alert_id), None)
            if standing is not None and standing.acknowledged is None:
                self._answers += 1
                entry_id = named_uuid7(f"{self._session.session_id} answer {self._answers}", due)
                fields = {"alert_id": str(alert_id), "action": "physician_at_chair"}
                self._take(HistoryEntry(self._session.physician, entry_id, "acknowledgement", due, fields))

    def _let_through(self, kind: str, at: datetime) -> None:
        entry_id = named_uuid7(f"{self._session.session_id} {kind}", at)
        self._take(HistoryEntry(self._session.physician, entry_id, kind, at, {"reason": "Looked at the patient"}))

    def _note_alerts(self, facts: Sequence[Any], now: datetime) -> None:
        for fact in facts:
            if fact.fact in (Fact.RAISED, Fact.ESCALATED) and fact.level >= Level.WARNING and not fact.is_past:
                self._to_answer.append((now + ANSWERED_AFTER, fact.alert_id))

    def _new_alert_id(self) -> UUID:
        self._alerts += 1
        assert self._now is not None
        return alert_id(self._session.session_id, self._alerts, self._now)

    # ------------------------------------------------------------------------------------------------------- recording

    def _take(self, one: HistoryEntry) -> None:
        if one.kind in _CORRECTIONS:
            raise CommandRefused(one.kind, "a history is imported without corrections")
        read = read_entry(one, RECORDED_AFTER)
        now = one.at + RECORDED_AFTER
        self._now = now = now if self._now is None else max(now, self._now)
        if not self._entries:
            self._summary.planned_at = self._summary.status_since = now
        read, author = self._checked(one.author, read), one.author
        draft, summary = read.draft, self._summary
        entry = Entry(
            session_id=self._session.session_id, entry_id=draft.entry_id, seq=summary.next_seq,
            effective_at=draft.effective_at, recorded_at=now, source=draft.source, author_id=author.account_id,
            author_name=author.display_name, is_simulated=True, content=draft.session_content(), is_late=False,
            confirmed=draft.confirmed,
        )  # fmt: skip
        self._entries.append(entry)
        first_fact = summary.next_fact_seq
        judgement = Judgement(now, self._new_alert_id, self._clinic.rules)
        self._summary, facts = fold_in(summary, entry, judgement, self._history)
        if facts:
            self._facts += facts
            self._summary.next_fact_seq = first_fact + len(facts)
            self._note_alerts(facts, now)
        self._changes.append(self._change(read, entry, facts, first_fact))

    def _checked(self, author: Author, read: ReadEntry) -> ReadEntry:
        """The entry with what the nurse confirmed and what the server says. Raises `CommandRefused`."""
        draft = read.draft
        content = draft.session_content()
        if read.is_shared and content.kind in _JUDGED_BY_CONTENT and self._summary.closed_at is None:
            if id(content) in _CHECKED:
                return read
            _CHECKED[id(content)] = content
        check = Check(
            self._summary, content, draft.source, draft.effective_at, self._now or draft.effective_at,
            author.account_id, self._surroundings, self._clinic.rules,
        )  # fmt: skip
        refusals, questions = self._verdict(check)
        override = _OVERRIDES.get(content.kind)
        if refusals and override is not None and self._overridden != override:
            self._overridden = override
            self._let_through(override, draft.effective_at)
            return self._checked(author, read)
        if refusals:
            raise CommandRefused(content.kind, f"not recorded: {refusals[0]}")
        if questions and draft.source is Source.HAND:
            draft = replace(draft, confirmed=tuple([one.field for one in questions]))
        said = with_server_facts(check, author) if self._entries else content
        if said is content:
            return read if draft is read.draft else read._replace(draft=draft)
        return ReadEntry(replace(draft, content=said), read.id_text, stored_content(said), False)

    def _verdict(self, check: Check) -> tuple[list[Problem], list[Problem]]:
        if self._entries:
            verdict = check_entry(check)
            return verdict.refusals, verdict.questions
        if check.content.kind != "session_planned":
            return [Problem("entries", "the first entry of a session is its plan", "session_planned")], []
        return check_refusals(check), check_questions(check)

    # ------------------------------------------------------------------------------------------------------------ rows

    def _change(self, read: ReadEntry, entry: Entry, facts: Sequence[Any], first_fact: int) -> PreparedChange:
        seqs = (first_fact, first_fact + len(facts) - 1) if facts else None
        alerts = [fact_view(fact) for fact in facts]
        made = self._rows.rows(entry, read.stored, (read.id_text, read.draft.digest), seqs, alerts)
        later, digests = [], []
        if facts or entry.seq == 1:
            for table, row in self._later_rows(entry, facts, first_fact):
                later.append(self._shaper.shaped(table, row))
                digests.append(row_digest(table, hashed_row(table, row)))
        return PreparedChange(microseconds(entry.recorded_at), made, b"".join(digests), tuple(later))

    def _later_rows(self, entry: Entry, facts: Sequence[Any], first_fact: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """The rows that the chain covers after entry and receipt, in its order."""
        clinic_id, session = self._clinic.clinic_id, self._session
        for seq, fact in enumerate(facts, start=first_fact):
            yield "alert_fact", fact_row(clinic_id, session.session_id, seq, fact, entry.recorded_at)
        if entry.seq > 1:
            return
        content: Any = entry.content
        yield "infusion_session", {
            "clinic_id": clinic_id, "session_id": session.session_id, "patient_id": session.patient_id,
            "recorded_at": entry.recorded_at, "is_simulated": True,
        }  # fmt: skip
        if session.is_patient_new:
            yield "patient", {
                "clinic_id": clinic_id, "patient_id": session.patient_id, "patient_label": content.patient_label,
                "second_identifier": content.second_identifier, "created_at": entry.recorded_at,
            }  # fmt: skip


def alert_id(session_id: UUID, number: int, at: datetime) -> UUID:
    """The id of the n-th alert of a session of a history: the same history has the same ids."""
    return named_uuid7(f"{session_id} alert {number}", at)
