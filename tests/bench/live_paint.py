"""Rows (a): from COMMIT returned to the frame that carries the value, ours against the bare and the stock page.

In each round every page is open once, alone, for some seconds; the rounds repeat, so that a busy neighbour hits all.
"""

import bisect
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.bench.live_losses import measure_losses
from tests.bench.measuring import Report, Row, Spread, at_least, at_most, ratio_row
from tests.bench.plain_record import CHAIRS
from tests.bench.watched_pages import (
    SESSION_PLOT,
    BaselineServer,
    OurServer,
    Target,
    Written,
    open_bare,
    open_panel,
    open_session,
    open_stock,
    probed_page,
)
from tests.browser.journeys import chromium

# The bare page and the panel are watched in every round (the closest aims), the others in these.
ROUNDS = 4
SESSION_ROUNDS = (0, 2)
STOCK_ROUNDS = (1, 3)
PER_SECOND = 8
SECONDS = {"bare": 7.0, "panel": 7.0, "session": 10.0, "stock": 6.0}
WARM_UP_S = 1.5
# The viewed session gets three of eight values, so that one page sees enough of them.
VIEWED_SHARE = 3
DRAWN_AT_MOST = 240
# How long after the last value is waited for it to be seen.
SETTLE_S = {"bare": 0.5, "panel": 0.5, "session": 1.0, "stock": 2.5}


@dataclass
class Sample:
    """Waits in ms of one page in one round: to the frame, and to the end of that frame's painting."""

    frame: list[float] = field(default_factory=list)
    after: list[float] = field(default_factory=list)
    never: int = 0


# By page and kind, then by round.
Samples = dict[str, dict[int, Sample]]


def run(report: Report) -> None:
    """Measure and add the rows."""
    samples: Samples = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="infusion-bench-")))
        ours = OurServer(folder)
        stack.callback(ours.stop)
        ours.begin([_history_points(chair) for chair in range(CHAIRS)])
        bare = stack.enter_context(BaselineServer("tests.bench.bare_page", folder).running())
        stock = stack.enter_context(BaselineServer("tests.bench.stock_page", folder).running())
        browser = stack.enter_context(chromium())
        pages = _Pages(browser, ours, bare, stock, samples)
        for number in range(ROUNDS):
            pages.round(number)
        losses = measure_losses(browser, ours)
    _add_rows(report, samples)
    report.rows += losses
    report.notes.append(
        f"Session page: drawn points a trace at the end of each round {', '.join(map(str, pages.drawn))}."
    )


def _history_points(chair: int) -> int:
    """So many that a session reaches the 240 drawn points while it is viewed, and not before."""
    if chair >= len(SESSION_ROUNDS):
        return DRAWN_AT_MOST
    panel = SECONDS["panel"] + WARM_UP_S
    viewed = (SECONDS["session"] + WARM_UP_S) * VIEWED_SHARE
    others = (SECONDS["session"] + WARM_UP_S) * (PER_SECOND - VIEWED_SHARE) / (CHAIRS - 1)
    return int(DRAWN_AT_MOST - 4 - viewed - panel * (SESSION_ROUNDS[chair] + 1) - others * chair)


@dataclass
class _Pages:
    """Opens one page after the other and watches it."""

    browser: Browser
    ours: OurServer
    bare: BaselineServer
    stock: BaselineServer
    samples: Samples
    drawn: list[int] = field(default_factory=list)

    def round(self, number: int) -> None:
        """The bare page and the panel next to each other, in turns first; then the others that are due."""
        pair = [self._watch_bare, self._watch_panel]
        for watch in pair if number % 2 == 0 else pair[::-1]:
            watch(number)
        if number in SESSION_ROUNDS:
            self._watch_session(number, SESSION_ROUNDS.index(number))
        if number in STOCK_ROUNDS:
            self._watch_stock(number)

    def _watch_bare(self, number: int) -> None:
        with probed_page(self.browser) as page:
            open_bare(page, self.bare)
            self._watch(page, self.bare, number, "bare")

    def _watch_panel(self, number: int) -> None:
        with probed_page(self.browser) as page:
            open_panel(page, self.ours)
            self._watch(page, self.ours, number, "panel")

    def _watch_session(self, number: int, chair: int) -> None:
        with probed_page(self.browser) as page:
            open_session(page, self.ours, chair)
            self._watch(page, self.ours, number, "session", only=chair)
            self.drawn.append(int(page.get_attribute(SESSION_PLOT, "data-drawn-points") or 0))

    def _watch_stock(self, number: int) -> None:
        with probed_page(self.browser) as page:
            open_stock(page, self.stock)
            self._watch(page, self.stock, number, "stock")

    def _watch(self, page: Page, target: Target, number: int, name: str, *, only: int | None = None) -> None:
        """Write values while the page is open, and work out when each was seen."""
        time.sleep(0.5)
        ahead_ms = clock_ahead_ms(page)
        turns = cycle(range(CHAIRS) if only is None else _spread(only))
        send_values(target, turns, WARM_UP_S)
        written = send_values(target, turns, SECONDS[name])
        time.sleep(SETTLE_S[name])
        target.settle(written)
        seen: list[dict[str, Any]] = page.evaluate("bench.seen")
        mine = [one for one in written if only is None or one.chair == only]
        for kind, match in (("number", seen_text), ("plot", seen_time)):
            if any(one["name"].startswith(kind) for one in seen):
                found = self.samples.setdefault(f"{name} {kind}", {})
                found[number] = _waits(mine, seen, kind, match, ahead_ms)


def _spread(viewed: int) -> list[int]:
    """Chairs in turns; the viewed one comes as often as `VIEWED_SHARE` says."""
    others = cycle([chair for chair in range(CHAIRS) if chair != viewed])
    places = [round(at * PER_SECOND / VIEWED_SHARE) for at in range(VIEWED_SHARE)]
    return [viewed if at % PER_SECOND in places else next(others) for at in range(PER_SECOND * (CHAIRS - 1))]


def clock_ahead_ms(page: Page) -> float:
    """How far the page's clock is ahead of ours, as far as that is certain.

    Both read the same machine's clock. Each question bounds the difference from both sides; 0 is taken where it lies
    between the bounds, else the nearest bound.
    """
    least, most = float("-inf"), float("inf")
    for _ in range(30):
        before = time.time() * 1000
        said = page.evaluate("bench.now()")
        after = time.time() * 1000
        least, most = max(least, said - after), min(most, said - before)
    return min(max(0.0, least), most)


_pace = random.Random(7)
_count = cycle(range(300))


def send_values(target: Target, chairs: Iterator[int], seconds: float) -> list[Written]:
    """One value at a time, evenly with some jitter (a fixed pace would beat against the screen's frames)."""
    written = []
    due = time.monotonic()
    until = due + seconds
    while due < until:
        time.sleep(max(0.0, due + _pace.uniform(-0.02, 0.02) - time.monotonic()))
        # In steps of a tenth between 60 and 90: each text of the last half minute is unique, no rule is touched.
        text = f"{60 + next(_count) / 10:.1f}"
        written.append(target.write(next(chairs), text.removesuffix(".0"), int(time.time() * 1000)))
        due += 1 / PER_SECOND
    return written


Matcher = Callable[[list[Written], list[dict[str, Any]]], list[dict[str, Any] | None]]


def _waits(written: list[Written], seen: list[dict[str, Any]], kind: str, match: Matcher, ahead_ms: float) -> Sample:
    sample = Sample()
    for chair in sorted({one.chair for one in written}):
        mine = [one for one in written if one.chair == chair]
        noted = [one for one in seen if one["name"] == f"{kind} {chair}" and one["after"] is not None]
        for value, found in zip(mine, match(mine, noted), strict=True):
            if found is None:
                sample.never += 1
                continue
            sample.frame.append(found["frame"] - ahead_ms - value.committed_at * 1000)
            sample.after.append(found["after"] - ahead_ms - value.committed_at * 1000)
    return sample


def seen_text(written: list[Written], noted: list[dict[str, Any]]) -> list[dict[str, Any] | None]:
    """For each value the first note of it or of a later one: what was overtaken between two polls was never needed."""
    places = {one.text: at for at, one in enumerate(written)}
    reached = [(places[_plain(one["value"])], one) for one in noted if _plain(one["value"]) in places]
    return [next((note for place, note in reached if place >= at), None) for at in range(len(written))]


def _plain(text: str) -> str:
    return text.removesuffix(".0")


def seen_time(written: list[Written], noted: list[dict[str, Any]]) -> list[dict[str, Any] | None]:
    """For each value the first note of a plot that reaches its time."""
    times = [int(one["value"] or 0) for one in noted]
    places = [bisect.bisect_left(times, one.ms) for one in written]
    return [noted[place] if place < len(noted) else None for place in places]


# ------------------------------------------------------------------------------------------------------------- rows


def _add_rows(report: Report, samples: Samples) -> None:
    bare, stock = samples["bare number"], samples["stock number"]
    panel, plot, figure = samples["panel number"], samples["panel plot"], samples["session plot"]
    for name, ours, part, aim in (
        ("panel number, p50", panel, 0.50, at_most(2)),
        ("panel number, p95", panel, 0.95, at_most(3)),
        ("panel tile plot, p50", plot, 0.50, at_most(3)),
        ("session page number, p50", samples["session number"], 0.50, None),
        ("session page figure, p50", figure, 0.50, at_most(25)),
    ):
        by_round = [_part(one, part) / _part(bare[number], part) for number, one in ours.items()]
        cells = _cell(ours), "bare: " + _cell(bare)
        if aim is None:
            report.rows.append(Row(name, *cells, statistics.median(by_round), "-", None, tuple(by_round)))
        else:
            report.rows.append(ratio_row(name, *cells, by_round, aim))
    faster = [_part(one, 0.5) / _part(panel[number], 0.5) for number, one in stock.items()]
    report.rows.append(
        ratio_row("panel number, times faster", _cell(panel), "stock: " + _cell(stock), faster, at_least(50))
    )
    report.notes.append("To the end of that frame's layout and painting, p50 / p95 / p99:")
    report.notes += [f"  {name}: {Spread.of(_pooled(found, after=True))}" for name, found in samples.items()]
    for name, found in samples.items():
        never = sum(one.never for one in found.values())
        if never:
            report.notes.append(f"{name}: {never} values were never seen.")


def _part(sample: Sample, part: float) -> float:
    spread = Spread.of(sample.frame)
    return {0.50: spread.p50, 0.95: spread.p95}[part]


def _pooled(found: dict[int, Sample], *, after: bool = False) -> list[float]:
    return [wait for one in found.values() for wait in (one.after if after else one.frame)]


def _cell(found: dict[int, Sample]) -> str:
    return str(Spread.of(_pooled(found)))
