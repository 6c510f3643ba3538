"""Rows (d): what judging costs. The same entries recorded with the full set of rules and with a set that has none."""

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from session_store.commands import RecordEntries
from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.rule_set import RuleSet
from session_store.opening import open_record
from session_store.reader import Reader
from session_store.recorder import Recorder
from session_store.rule_book import RuleBook
from session_store.settings import Settings
from tests.bench.measuring import Report, Spread, at_most, ratio_row
from tests.record_building import NURSE, SetClock, TestRecord, sent

ROUNDS, ENTRIES_A_TURN = 5, 640
# Of so many entries in a row those of `EPISODE` are beyond the limits; at the end somebody answers what stands.
CYCLE, EPISODE = 40, range(24, 36)
# None but one row of the start gate, which every session of a test overrides.
NO_RULES = RuleSet(DELIVERED.version, (DELIVERED.rule("start.consent.held"),))
_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Judged:
    """A record of its own, judged by one set of rules, with one running session."""

    record: TestRecord
    reader: Reader
    session_id: UUID
    facts: int = 0

    def record_ms(self, number: int) -> float:
        """How long the recorder takes for one entry, COMMIT included."""
        clock = self.record.clock
        raw = entry_of(number) | {"effective_at": clock.forward(seconds=20).isoformat()}
        command = RecordEntries(self.session_id, NURSE, (raw,))
        before = time.perf_counter()
        result = self.record.recorder.submit(command).result()[0]
        wait_ms = (time.perf_counter() - before) * 1000
        assert result.outcome.value == "recorded", result
        self.facts += len(result.alert_facts)
        return wait_ms

    def answer_what_stands(self) -> None:
        """Alerts that nobody answers stay in the summary, which is read and written with every entry."""
        for alert in self.reader.summary(self.session_id).alerts:
            self.record.chart(
                self.session_id, "acknowledgement", alert_id=str(alert.alert_id), action="physician_at_chair"
            )


@contextmanager
def judged_by(rules: RuleSet, folder: Path) -> Iterator[Judged]:
    """A recorder whose clinic has these rules; that it has none is not possible otherwise."""
    engines, clock = open_record(Settings(database_url=f"sqlite:///{folder / 'record.sqlite'}")), SetClock()
    recorder = Recorder(engines.writer, 1, clock)
    recorder._rule_book = RuleBook(rules, held=((_ALWAYS, rules),))
    record = TestRecord(recorder, clock)
    try:
        yield Judged(record, Reader(engines.reader, 1), record.running())
    finally:
        recorder.close()
        engines.dispose()


def run(report: Report) -> None:
    """Measure both kinds of entries and add their rows."""
    with (
        tempfile.TemporaryDirectory(prefix="infusion-bench-") as folder,
        tempfile.TemporaryDirectory(prefix="infusion-bench-") as other,
        judged_by(DELIVERED, Path(folder)) as full,
        judged_by(NO_RULES, Path(other)) as none,
    ):
        calm, beyond = _Row("calm entries: all rules against none"), _Row("sets that alert: all rules against none")
        for turn in range(ROUNDS + 1):
            _take_turn(turn, full, none, calm, beyond)
    for row in (calm, beyond):
        ours, baseline = str(Spread.of(row.full_ms)), str(Spread.of(row.none_ms))
        report.rows.append(ratio_row(f"recording {row.name}", ours, baseline, row.ratios, at_most(1.5)))
    # That the one was judged and the other not.
    report.notes.append(f"Judging: {full.facts} alert facts with all rules, {none.facts} with none.")


@dataclass(slots=True)
class _Row:
    """The waits of one kind of entry, and the ratio of each turn's medians."""

    name: str
    full_ms: list[float] = field(default_factory=list)
    none_ms: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)

    def add(self, full_ms: list[float], none_ms: list[float]) -> None:
        self.full_ms += full_ms
        self.none_ms += none_ms
        self.ratios.append(Spread.of(full_ms).p50 / Spread.of(none_ms).p50)


def _take_turn(turn: int, full: Judged, none: Judged, calm: _Row, beyond: _Row) -> None:
    """Entry by entry into both, each first in every second pair. The first turn is not counted."""
    waits: dict[tuple[bool, bool], list[float]] = {(a, b): [] for a in (True, False) for b in (True, False)}
    for number in range(turn * ENTRIES_A_TURN, (turn + 1) * ENTRIES_A_TURN):
        is_beyond = number % CYCLE in EPISODE
        for one in (full, none) if number % 2 else (none, full):
            waits[one is full, is_beyond].append(one.record_ms(number))
        if number % CYCLE == CYCLE - 1:
            full.answer_what_stands()
    if turn > 0:
        calm.add(waits[True, False], waits[False, False])
        beyond.add(waits[True, True], waits[False, True])


def entry_of(number: int) -> dict[str, Any]:
    """Calm sets and what else is charted; in every cycle an episode beyond several limits."""
    rng = random.Random(number)
    others: dict[int, dict[str, Any]] = {
        3: sent("sedation", scale="rass", level=rng.randint(-2, 0)),
        7: sent("rate_changed", pump_rate_ml_per_h=rng.randint(20, 60), concentration_mg_per_ml=1),
        11: sent("adverse_effect", term="nausea", ctcae_grade=1),
        15: sent("bolus", dose_mg=rng.randint(5, 20)),
        19: sent("pain_score", instrument="nrs", score_points=4, recall="now", circumstance="rest"),
    }
    at = number % CYCLE
    if at in others:
        return others[at]
    if at not in EPISODE:
        return _calm_set(rng)
    return sent(
        "vital_signs", heart_rate_per_min=rng.randint(112, 128), systolic_mmhg=rng.randint(150, 175),
        diastolic_mmhg=rng.randint(80, 95), spo2_percent=rng.randint(89, 95),
        respiratory_rate_per_min=rng.randint(9, 14), end_tidal_co2_mmhg=rng.randint(44, 55),
    )  # fmt: skip


def _calm_set(rng: random.Random) -> dict[str, Any]:
    return sent(
        "vital_signs", heart_rate_per_min=rng.randint(62, 88), systolic_mmhg=rng.randint(108, 132),
        diastolic_mmhg=rng.randint(62, 78), spo2_percent=rng.randint(96, 100),
        respiratory_rate_per_min=rng.randint(12, 18), end_tidal_co2_mmhg=rng.randint(34, 42),
    )  # fmt: skip
