"""Sessions in which steps happen: folded without any storage, or through a real recorder. Each keeps its moments."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import uuid_utils.compat

from session_store.commands import Author, EntryOutcome
from session_store.domain.alert import AlertFact, Level, OpenAlert
from session_store.domain.alert_evaluation import Judgement, judge_time
from session_store.domain.alert_history import raised_by
from session_store.domain.amendment import NOT_AMENDABLE, corrected_fields, current_versions, withdrawn_entry_ids
from session_store.domain.checking import Check, Surroundings
from session_store.domain.entries import Entry, plain_content, read_content
from session_store.domain.entry_checks import check_entry, check_refusals
from session_store.domain.entry_choices import Source
from session_store.domain.folding import History, fold_in
from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session_summary import SessionSummary
from session_store.recording import LATE_AFTER
from session_store.server_facts import with_server_facts
from session_store.storage import entry_log, projections
from session_store.storage.engine import Engines
from tests.record_building import NURSE, PLAN, START, TestRecord, sent
from tests.reference.moments import Moment
from tests.reference.steps import CLOCK, Beginning, Step

_NOT_WITHDRAWN = ("session_planned", "entered_in_error", "acknowledgement", "at_the_chair")
_CORRECTED_FIELDS = {
    "vital_signs": ("heart_rate_per_min",), "rate_changed": ("pump_rate_ml_per_h",),
    "infusion_started": ("pump_rate_ml_per_h",), "bolus": ("dose_mg",), "weight": ("weight_kg",),
}  # fmt: skip


class Played(ABC):
    """One session, step by step. `moments` is what the reference is given."""

    def __init__(self) -> None:
        self.moments: list[Moment] = []

    @abstractmethod
    def now(self) -> datetime: ...

    @abstractmethod
    def wait(self, seconds: int) -> None: ...

    @abstractmethod
    def clock_acts(self) -> None: ...

    @abstractmethod
    def record(self, kind: str, content: Mapping[str, Any], author: Author, late_s: int) -> Entry | None:
        """The entry as recorded, or None where it was refused."""

    @abstractmethod
    def alerts(self) -> list[OpenAlert]: ...

    def open_conditions(self) -> dict[str, tuple[Level, Level]]:
        """What is open by the evaluator of the product: level and peak."""
        return {one.condition: (one.level, one.peak_level) for one in self.alerts() if not one.is_over}

    def prepare(self, beginning: Beginning) -> None:
        for step in beginning.steps():
            self.take(step)

    def take(self, step: Step) -> bool:
        """Let one step happen; whether anything was recorded by it."""
        self.wait(step.after_s)
        if step.kind == CLOCK:
            self.clock_acts()
            self.moments.append(Moment(self.now()))
            return True
        content = self._resolved(step)
        answered = self._answered(content) if step.kind == "acknowledgement" else None
        entry = None if content is None else self.record(step.kind, content, step.author, step.late_s)
        if entry is not None:
            self.moments.append(Moment(entry.recorded_at, entry, answered))
        return entry is not None

    def entries(self) -> list[Entry]:
        return [moment.entry for moment in self.moments if moment.entry is not None]

    def _answered(self, content: Mapping[str, Any] | None) -> str | None:
        alert_id = None if content is None else content["alert_id"]
        return next((one.condition for one in self.alerts() if str(one.alert_id) == alert_id and not one.is_over), None)

    def _resolved(self, step: Step) -> dict[str, Any] | None:
        """The content of a step that speaks about an entry or an alert; None where there is none."""
        if step.kind == "acknowledgement":
            standing = self.alerts()
            return step.content | {"alert_id": str(standing[step.which % len(standing)].alert_id)} if standing else None
        named = self._named(step)
        if step.kind == "entered_in_error" and named is not None:
            return step.content | {"withdrawn_entry_id": str(named.entry_id)}
        if step.kind == "amendment" and named is not None:
            return self._amendment(named, step)
        if step.kind == "adverse_effect_update" and named is not None:
            return step.content | {"effect_entry_id": str(named.entry_id)}
        return None if step.kind in ("entered_in_error", "amendment", "adverse_effect_update") else step.content

    def _named(self, step: Step) -> Entry | None:
        kinds = ("adverse_effect",) if step.kind == "adverse_effect_update" else None
        found = [one for one in self.entries() if kinds is None or one.content.kind in kinds]
        return found[step.which % len(found)] if found else None

    def _amendment(self, named: Entry, step: Step) -> dict[str, Any]:
        """A correction: of the fields that the step names, else of a number of its kind, of its time, or of both."""
        amount, moved_s = step.content.get("amount"), step.content.get("moved_s", 0)
        numbers = {name: str(amount) for name in _CORRECTED_FIELDS.get(named.content.kind, ())}
        if named.content.kind == "adverse_effect" and amount is not None:
            numbers = {"ctcae_grade": str(2 + amount % 4)}
        changes = step.content.get("changes", numbers)
        content: dict[str, Any] = {"amended_entry_id": str(named.entry_id), "reason": "test", "changes": changes}
        if moved_s or not changes:
            content["corrected_effective_at"] = (self.now() - timedelta(seconds=moved_s)).isoformat()
        return content


class FoldedSession(Played):
    """A session folded entry by entry, as the recorder folds it, without any storage."""

    def __init__(self, plan: Mapping[str, Any], rules: RuleSet = DELIVERED) -> None:
        super().__init__()
        self._now, self._rules = START, rules
        self._recorded: list[Entry] = []
        self._facts: list[AlertFact] = []
        session_id = uuid_utils.compat.uuid7()
        self.summary = SessionSummary(session_id, session_id, False, planned_at=START, status_since=START)
        planned, _ = read_content("session_planned", PLAN | dict(plan))
        self._append(planned, NURSE, START)
        self.moments.append(Moment(START, self._recorded[0]))

    def now(self) -> datetime:
        return self._now

    def wait(self, seconds: int) -> None:
        self._now += timedelta(seconds=seconds)

    def clock_acts(self) -> None:
        self._facts += judge_time(self.summary, self._judgement())

    def alerts(self) -> list[OpenAlert]:
        return self.summary.alerts

    def record(self, kind: str, content: Mapping[str, Any], author: Author, late_s: int) -> Entry | None:
        typed, problems = read_content(kind, content)
        at = self._now - timedelta(seconds=late_s)
        if problems or self._cannot_refer(typed):
            return None
        check = self._check(typed, author, at)
        if check_entry(check).refusals:
            return None
        corrected = self._corrected(check) if kind == "amendment" else with_server_facts(check, author)
        return None if corrected is None else self._append(corrected, author, at)

    def _check(self, content: Any, author: Author, at: datetime) -> Check:
        return Check(
            self.summary, content, _source(author), at, self._now, author.account_id,
            Surroundings(session_entries=lambda: self._recorded), self._rules,
        )  # fmt: skip

    def _cannot_refer(self, content: Any) -> bool:
        """As `amending` has it: what is withdrawn, or speaks about others, is not corrected."""
        named = getattr(content, "amended_entry_id", None) or getattr(content, "withdrawn_entry_id", None)
        if named is None:
            return False
        target = next(one for one in self._recorded if one.entry_id == named)
        fixed = NOT_AMENDABLE if content.kind == "amendment" else _NOT_WITHDRAWN
        return target.content.kind in fixed or named in withdrawn_entry_ids(self._recorded)

    def _corrected(self, check: Check) -> Any:
        content: Any = check.content
        target = next(one for one in current_versions(self._recorded) if one.entry_id == content.amended_entry_id)
        corrected, problems = read_content(target.content.kind, corrected_fields(target.content, content.changes))
        if problems:
            return None
        at = content.corrected_effective_at or target.effective_at
        inner = replace(check, content=corrected, source=target.source, effective_at=at)
        says_the_same = corrected == target.content and at == target.effective_at
        return None if check_refusals(inner) or says_the_same else replace(content, corrected=plain_content(corrected))

    def _append(self, content: Any, author: Author, at: datetime) -> Entry:
        entry = Entry(
            session_id=self.summary.session_id, entry_id=uuid_utils.compat.uuid7(), seq=self.summary.next_seq,
            effective_at=at, recorded_at=self._now, source=_source(author), author_id=author.account_id,
            author_name=author.display_name, is_simulated=False, content=content,
            is_late=self._now - at > LATE_AFTER,
        )  # fmt: skip
        before, facts = list(self._recorded), list(self._facts)
        history = History(lambda: before, lambda: raised_by(facts))
        self.summary, found = fold_in(self.summary, entry, self._judgement(), history)
        self._recorded.append(entry)
        self._facts += found
        return entry

    def _judgement(self) -> Judgement:
        return Judgement(self._now, uuid_utils.compat.uuid7, self._rules)


def _source(author: Author) -> Source:
    return Source.MONITOR if author.is_device else Source.HAND


class RecordedSession(Played):
    """A session on a real record: everything goes through the recorder and is read back from the database."""

    def __init__(self, record: TestRecord, engines: Engines, plan: Mapping[str, Any]) -> None:
        super().__init__()
        self._record, self._engines = record, engines
        self.session_id, _ = record.plan(sent("session_planned", **(PLAN | dict(plan))))
        self.moments.append(Moment(record.clock.now(), self._stored()[0]))

    def now(self) -> datetime:
        return self._record.clock.now()

    def wait(self, seconds: int) -> None:
        self._record.clock.forward(seconds=seconds)

    def clock_acts(self) -> None:
        self._record.tick()

    def alerts(self) -> list[OpenAlert]:
        with self._engines.reader.connect() as connection:
            summary = projections.load_summary(connection, 1, self.session_id)
        assert summary is not None
        return summary.alerts

    def record(self, kind: str, content: Mapping[str, Any], author: Author, late_s: int) -> Entry | None:
        fields = dict(content)
        if late_s:
            fields["effective_at"] = (self.now() - timedelta(seconds=late_s)).isoformat()
        result = self._record.chart(self.session_id, kind, author=author, **fields)
        return self._stored()[-1] if result.outcome is EntryOutcome.RECORDED else None

    def _stored(self) -> list[Entry]:
        with self._engines.reader.connect() as connection:
            return entry_log.session_entries(connection, 1, self.session_id)
