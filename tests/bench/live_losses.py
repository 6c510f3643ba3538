"""Rows that count: no point of a burst may be missing on the page, and none over a killed and restarted server."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from playwright.sync_api import Browser, Page

from tests.bench.measuring import Row, count_row
from tests.bench.plain_record import CHAIRS
from tests.bench.watched_pages import (
    HEART_PLOT,
    SESSION_PLOT,
    OurServer,
    Written,
    open_panel,
    open_session,
    probed_page,
)

BURSTS = 8
IN_A_BURST = 5
AFTER_RESTART = 5
PATIENCE_S = 20.0
# What the session page counts are values; a set of vital signs here has five.
VALUES_IN_A_SET = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """How many sets a page's plot holds of one chair, and the time of the newest (epoch ms)."""

    sets: int
    last_ms: int


def measure_losses(browser: Browser, ours: OurServer) -> list[Row]:
    """All counting rows."""
    with probed_page(browser) as panel, probed_page(browser) as session:
        open_panel(panel, ours)
        open_session(session, ours, 0)
        return [*_bursts(panel, session, ours), *_restart(panel, session, ours)]


def _on_panel(page: Page, ours: OurServer, chair: int) -> Shown:
    plot = page.locator(f"[data-session='{ours.sessions[chair]}'] {HEART_PLOT}")
    return Shown(int(plot.get_attribute("data-points") or 0), int(plot.get_attribute("data-last-ms") or 0))


def _on_session(page: Page) -> Shown:
    plot = page.locator(SESSION_PLOT)
    values = int(plot.get_attribute("data-points") or 0)
    return Shown(values // VALUES_IN_A_SET, int(plot.get_attribute("data-last-ms") or 0))


def _burst(ours: OurServer, chair: int, number: int) -> int:
    """Five sets for one chair: as five requests back to back, or as one; the newest time (epoch ms)."""
    now_ms = int(time.time() * 1000)
    sets = [Written(chair, f"{70 + number % 9}.{at}", now_ms - IN_A_BURST + at) for at in range(IN_A_BURST)]
    if number % 2:
        ours.write_many(sets)
    else:
        for one in sets:
            ours.write(one.chair, one.text, one.ms)
    return sets[-1].ms


def _bursts(panel: Page, session: Page, ours: OurServer) -> list[Row]:
    before = _on_panel(panel, ours, 0), _on_session(session)
    newest = 0
    for number in range(BURSTS):
        newest = _burst(ours, 0, number)
        time.sleep(0.12)
    sent = BURSTS * IN_A_BURST
    gained = [
        _until(partial(_on_panel, panel, ours, 0), before[0].sets + sent, newest),
        _until(partial(_on_session, session), before[1].sets + sent, newest),
    ]
    return [
        _count(f"burst of {IN_A_BURST} for one session, {name}", sent, after.sets - old.sets, after.last_ms >= newest)
        for name, old, after in zip(("panel plot", "session figure"), before, gained, strict=True)
    ]


def _restart(panel: Page, session: Page, ours: OurServer) -> list[Row]:
    """Killed right after an acknowledged set of each chair; five more of each as soon as it is back."""
    before = [_on_panel(panel, ours, chair) for chair in range(CHAIRS)]
    before_session = _on_session(session)
    for chair in range(CHAIRS):
        ours.write(chair, "80.1", int(time.time() * 1000))
    ours.kill()
    ours.start()
    began = time.monotonic()
    newest = [
        ours.write(chair, f"81.{at}", int(time.time() * 1000)).ms
        for at in range(AFTER_RESTART)
        for chair in range(CHAIRS)
    ][-CHAIRS:]
    each = 1 + AFTER_RESTART
    gained = [
        _until(partial(_on_panel, panel, ours, chair), before[chair].sets + each, newest[chair])
        for chair in range(CHAIRS)
    ]
    waited = time.monotonic() - began
    on_session = _until(partial(_on_session, session), before_session.sets + each, newest[0])
    have = sum(after.sets - old.sets for after, old in zip(gained, before, strict=True))
    is_newest = all(after.last_ms >= ms for after, ms in zip(gained, newest, strict=True))
    return [
        _count(f"server killed and restarted, panel plots (all after {waited:.1f} s)", CHAIRS * each, have, is_newest),
        _count(
            "server killed and restarted, session figure", each, on_session.sets - before_session.sets,
            on_session.last_ms >= newest[0],
        ),
    ]  # fmt: skip


def _until(look: Callable[[], Shown], sets: int, newest_ms: int) -> Shown:
    """Look until all is there or patience ends."""
    until = time.monotonic() + PATIENCE_S
    shown = look()
    while time.monotonic() < until and (shown.sets < sets or shown.last_ms < newest_ms):
        time.sleep(0.1)
        shown = look()
    return shown


def _count(name: str, sent: int, gained: int, is_newest_shown: bool) -> Row:
    missing = abs(sent - gained) + (not is_newest_shown)
    return count_row(
        name, f"{gained} of {sent} points" + ("" if is_newest_shown else ", newest not shown"), "-", missing
    )
