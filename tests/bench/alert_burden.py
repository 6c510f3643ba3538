"""How many alerts simulated sessions raise per session-hour, by rule: `python -m tests.bench.alert_burden`.

Two kinds of session, both folded and judged as the recorder does it, time included (every ten seconds): `history`,
with the monitor's row of each minute, and `chairs`, with a monitor that sends every ten seconds. Nothing is written.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import uuid_utils.compat
from numpy.random import SeedSequence, default_rng

from session_store.bulk_preparing import HistorySession
from session_store.commands import Author, EntryResult, RecordEntries
from session_store.domain.alert import AlertFact, Fact, Level
from session_store.domain.alert_evaluation import Judgement, judge_time
from session_store.domain.checking import Check, Surroundings
from session_store.domain.entries import Entry
from session_store.domain.entry_checks import check_entry
from session_store.domain.entry_choices import Credential
from session_store.domain.entry_fields import read_time
from session_store.domain.folding import History, fold_in
from session_store.domain.session_summary import SessionSummary
from session_store.sent_entries import read_sent
from session_store.server_facts import with_server_facts
from simulators.chair import ChairSession, Door
from simulators.history.calendar import Calendar
from simulators.history.full_detail import full_block
from simulators.history.plan import Detail, HistoryPlan
from simulators.history.workforce import workforce_of
from simulators.scenarios.routine import routine_plan

UNTIL = datetime(2026, 11, 20, tzinfo=UTC)
JUDGED_EVERY = timedelta(seconds=10)
ARRIVES_AFTER = timedelta(seconds=1)
LONGEST_SESSION = timedelta(hours=6)
NURSE = Author(uuid_utils.compat.uuid7(), "Test Nurse 1", "nurse")
PHYSICIAN = Author(uuid_utils.compat.uuid7(), "Test Physician 1", "physician")
MONITOR = Author(uuid_utils.compat.uuid7(), "Test Monitor 1", "device")
AT_DOOR = {Door.NURSE: NURSE, Door.PHYSICIAN: PHYSICIAN, Door.DEVICE: MONITOR}
_VALID: dict[str, date] = dict.fromkeys(Credential, date(2099, 1, 1))
AuthoredEntry = tuple[Author, Mapping[str, Any]]


@dataclass
class Burden:
    """What so many sessions raised; `hours` from start to closing."""

    sessions: int = 0
    hours: float = 0.0
    raised: Counter[tuple[str, Level]] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)

    def per_hour(self, level: Level) -> float:
        """Alerts per session-hour that reached this level or worse."""
        return sum(count for (_, at), count in self.raised.items() if at >= level) / self.hours

    def lines(self) -> Iterator[str]:
        """The table, the most frequent rule first."""
        yield f"{self.sessions} sessions, {self.hours:.0f} session-hours, {len(self.refused)} entries refused"
        yield f"warning or worse {self.per_hour(Level.WARNING):.2f}/h, critical {self.per_hour(Level.CRITICAL):.2f}/h"
        for (rule_id, level), count in self.raised.most_common():
            yield f"  {rule_id:<32} {level.word:<9} {count:>6} {count / self.hours:>7.3f}/h"
        yield from (f"  refused: {reason}" for reason in self.refused[:20])


class Sitting:
    """One session on its way through the record's own reading, checks, folds and judges."""

    def __init__(self, burden: Burden) -> None:
        self._burden = burden
        self._summary = SessionSummary(uuid_utils.compat.uuid7(), uuid_utils.compat.uuid7(), True)
        self._entries: list[Entry] = []
        self._peaks: dict[UUID, AlertFact] = {}
        self._now = self._judged_at = UNTIL

    def run(self, sent: Iterable[AuthoredEntry]) -> None:
        """All entries in time order, the clock judged between them."""
        for author, raw in sent:
            at = read_time(raw["effective_at"]) + ARRIVES_AFTER
            if self._entries:
                self._judge_until(at)
            else:
                self._judged_at = at
            self._now = at
            self._record(author, raw)
        self._count()

    def _judge_until(self, until: datetime) -> None:
        while self._judged_at + JUDGED_EVERY <= until and not self._summary.is_closed:
            self._now = self._judged_at = self._judged_at + JUDGED_EVERY
            self._note(judge_time(self._summary, self._judgement()))

    def _judgement(self) -> Judgement:
        return Judgement(self._now, uuid_utils.compat.uuid7)

    def _record(self, author: Author, raw: Mapping[str, Any]) -> None:
        command = RecordEntries(self._summary.session_id, author, (raw,), None, True)
        draft = read_sent(self._now, command, raw)
        if isinstance(draft, EntryResult):
            self._burden.refused.append(f"{raw['kind']}: {draft.problems[0]}")
            return
        check = Check(
            self._summary, draft.session_content(), draft.source, draft.effective_at, self._now, author.account_id,
            Surroundings(lambda: self._entries, credentials=lambda _account_id: dict(_VALID)),
        )  # fmt: skip
        refusals = [one for one in check_entry(check).refusals if draft.content.kind != "session_planned"]
        if refusals:
            self._burden.refused.append(f"{raw['kind']}: {refusals[0]}")
            return
        entry = Entry(
            session_id=self._summary.session_id, entry_id=draft.entry_id, seq=self._summary.next_seq,
            effective_at=draft.effective_at, recorded_at=self._now, source=draft.source, author_id=author.account_id,
            author_name=author.display_name, is_simulated=True, content=with_server_facts(check, author),
        )  # fmt: skip
        history = History(lambda: self._entries, dict)
        self._summary, facts = fold_in(self._summary, entry, self._judgement(), history)
        self._entries.append(entry)
        self._note(facts)

    def _note(self, facts: Iterable[AlertFact]) -> None:
        """Each alert counts once, by the rule and at the level that was its worst."""
        for fact in facts:
            known = self._peaks.get(fact.alert_id)
            if fact.fact in (Fact.RAISED, Fact.ESCALATED) and (known is None or fact.level > known.level):
                self._peaks[fact.alert_id] = fact

    def _count(self) -> None:
        burden, summary = self._burden, self._summary
        burden.sessions += 1
        if summary.started_at is not None:
            burden.hours += ((summary.closed_at or self._now) - summary.started_at).total_seconds() / 3600
        burden.raised.update((fact.rule_id, fact.level) for fact in self._peaks.values())


def burden_of_history(sessions: int, seed: int) -> Burden:
    """Finished sessions of the clinic history in full detail; stays of days apart, whose hours would hide the rest."""
    burden = Burden()
    for one in islice(_outpatients(sessions, seed), sessions):
        Sitting(burden).run((entry.author, entry.raw) for entry in one.entries)
    return burden


def _outpatients(sessions: int, seed: int) -> Iterator[HistorySession]:
    # Of the visits fewer than half are stays.
    history = HistoryPlan(seed=seed, until=UNTIL, sessions=2 * sessions, clinics=1, detail=Detail.FULL)
    (clinic,) = history.clinic_plans()
    workforce = workforce_of(clinic, {})
    for number, visits in Calendar(clinic).blocks():
        seated = [one for one in visits if not one.regimen.is_inpatient]
        yield from full_block(clinic, workforce, number, seated)


def burden_of_chairs(sessions: int, seed: int) -> Burden:
    """Routine sessions as the live clinic runs them."""
    burden = Burden()
    for root in SeedSequence(seed).spawn(sessions):
        plan_seed, chair_seed = root.spawn(2)
        session = ChairSession(routine_plan(default_rng(plan_seed)), "1", UNTIL, chair_seed)
        Sitting(burden).run(_entries(session))
    return burden


def _entries(session: ChairSession) -> Iterator[AuthoredEntry]:
    yield from ((NURSE, raw) for raw in session.opening)
    for outgoing in session.entries_until(session.opened_at + LONGEST_SESSION):
        yield AT_DOOR[outgoing.door], outgoing.entry


def main() -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.alert_burden", description=__doc__)
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    for name, count in (("history", burden_of_history), ("chairs", burden_of_chairs)):
        print(name, *count(chosen.sessions, chosen.seed).lines(), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
