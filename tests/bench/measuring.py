"""What a measured row is: two samples of one run, their percentiles, a ratio, an aim. And how it is printed."""

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Spread:
    """p50, p95 and p99 of a sample, in milliseconds."""

    p50: float
    p95: float
    p99: float
    count: int

    @classmethod
    def of(cls, sample_ms: Sequence[float]) -> "Spread":
        ordered = sorted(sample_ms)
        if not ordered:
            return cls(float("nan"), float("nan"), float("nan"), 0)
        return cls(_rank(ordered, 0.50), _rank(ordered, 0.95), _rank(ordered, 0.99), len(ordered))

    def __str__(self) -> str:
        return f"{_short(self.p50)} / {_short(self.p95)} / {_short(self.p99)} ms (n={self.count})"


def _rank(ordered: Sequence[float], part: float) -> float:
    """Nearest rank: a value that was measured, never one between two."""
    return ordered[min(len(ordered) - 1, max(0, round(part * len(ordered) + 0.5) - 1))]


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


@dataclass(frozen=True, slots=True)
class Aim:
    """A bound on a ratio: `at_most` (times as slow) or `at_least` (times the rate, times as fast)."""

    bound: float
    is_least: bool

    def is_met(self, ratio: float) -> bool:
        return ratio >= self.bound if self.is_least else ratio <= self.bound

    def __str__(self) -> str:
        return f"{'>=' if self.is_least else '<='} {self.bound:g}x"


def at_least(bound: float) -> Aim:
    return Aim(bound, True)


def at_most(bound: float) -> Aim:
    return Aim(bound, False)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `by_round` shows the same ratio for each repetition, so that noise can be seen."""

    name: str
    ours: str
    baseline: str
    ratio: float | None
    aim: str
    is_met: bool | None
    by_round: tuple[float, ...] = ()

    @property
    def verdict(self) -> str:
        return {None: "-", True: "met", False: "NOT MET"}[self.is_met]

    @property
    def ratio_text(self) -> str:
        if self.ratio is None:
            return "-"
        rounds = ", ".join(_ratio(one) for one in self.by_round)
        return _ratio(self.ratio) + (f" ({rounds})" if rounds else "")


def _ratio(value: float) -> str:
    return f"{value:.3f}x" if value < 1 else f"{value:.2f}x" if value < 20 else f"{value:.0f}x"


def ratio_row(name: str, ours: str, baseline: str, by_round: Sequence[float], aim: Aim) -> Row:
    """A row whose ratio is the median of the repetitions' ratios."""
    if not by_round:
        return Row(name, ours, baseline, None, str(aim), False)
    ratio = statistics.median(by_round)
    return Row(name, ours, baseline, ratio, str(aim), aim.is_met(ratio), tuple(by_round))


def count_row(name: str, said: str, expected: str, missing: int) -> Row:
    """A row that counts what was lost; none may be."""
    return Row(name, said, expected, None, "0 missing", missing == 0)


@dataclass(slots=True)
class Report:
    """The rows of one run and the lines that explain them."""

    started: datetime
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    machine: str = field(default_factory=lambda: _machine())

    @property
    def missed(self) -> list[Row]:
        return [row for row in self.rows if row.is_met is False]

    def markdown(self) -> str:
        head = "| row | ours p50 / p95 / p99 | baseline p50 / p95 / p99 | ratio (by round) | aim | |"
        lines = [f"# Bench of {self.started:%Y-%m-%d %H:%M}", "", self.machine, "", head, "|---|---|---|---|---|---|"]
        lines += [
            f"| {row.name} | {row.ours} | {row.baseline} | {row.ratio_text} | {row.aim} | {row.verdict} |"
            for row in self.rows
        ]
        lines += ["", *self.notes]
        if self.missed:
            lines += ["", "Aims missed: " + "; ".join(row.name for row in self.missed) + "."]
        return "\n".join(lines) + "\n"

    def text(self) -> str:
        """The same for a terminal: columns as wide as they need to be."""
        head = ("row", "ours p50 / p95 / p99", "baseline p50 / p95 / p99", "ratio (by round)", "aim", "")
        body = [(row.name, row.ours, row.baseline, row.ratio_text, row.aim, row.verdict) for row in self.rows]
        widths = [max(len(line[at]) for line in [head, *body]) for at in range(len(head))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in [head, *body]
        ]
        met = f"{len(self.missed)} aims missed." if self.missed else "All aims met."
        return "\n".join([self.machine, "", *(line.rstrip() for line in lines), "", *self.notes, met])

    def write(self) -> Path:
        """The report as a file of the day; a later run of the day is appended."""
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"{self.started:%Y-%m-%d}.md"
        before = path.read_text() + "\n" if path.exists() else ""
        path.write_text(before + self.markdown())
        return path


def _machine() -> str:
    """What was measured on, and how busy it was before the start."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"load before the start {load}. Ratios carry over, times do not."
    )
