"""The pure parts of the pages' scripts, asked in the browser that runs them: thinning, gaps, exact rates, ids."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page

from tests.browser.journeys import chromium, new_page, sign_in
from tests.server_process import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
START_MS = 1_795_000_000_000


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    server = ServerProcess(tmp_path_factory.mktemp("scripts"))
    server.add_accounts("nurse")
    server.start()
    with chromium() as browser:
        _, opened = new_page(browser)
        sign_in(opened, server.url, "nurse")
        opened.wait_for_function("window.infusion.dose && window.infusion.sessionSeries")
        yield opened
    server.stop()


def entries(count: int, every_s: int = 10, **special: float) -> list[dict[str, Any]]:
    """Monitor rows of a heart rate that swings around 75; `special` maps a row (as r12) to its value."""
    rows = []
    for at in range(count):
        value = special.get(f"r{at}", 75 + round(5 * math.sin(at / 20)))
        rows.append({"value": value, "ms": START_MS + at * every_s * 1000})
    return rows


THIN = """({rows, limit}) => {
    const made = rows.map((row) => ({kind: "vital_signs", source: "monitor", not_measured: {}, withdrawn: null,
        effective_at: new Date(row.ms).toISOString(), heart_rate_per_min: row.value}));
    const tools = window.infusion.sessionSeries;
    const series = tools.vitalSeries(made).heart_rate_per_min;
    const until = rows[rows.length - 1].ms;
    const found = tools.gaps(series, until);
    const places = tools.thin(series, rows[0].ms, until, limit, found.breaks);
    return {values: Array.from(places).map((place) => series.v[place]), gaps: found.stretches};
}"""


def test_thinning_keeps_every_extreme_and_the_newest(page: Page) -> None:
    rows = entries(3000, r1234=190, r2222=31)
    drawn = page.evaluate(THIN, {"rows": rows, "limit": 240})["values"]
    assert len(drawn) <= 240 and {190, 31} <= set(drawn) and drawn[-1] == rows[-1]["value"]


def test_short_history_is_drawn_whole(page: Page) -> None:
    rows = entries(100)
    assert len(page.evaluate(THIN, {"rows": rows, "limit": 240})["values"]) == 100


def test_a_stretch_without_values_is_a_gap(page: Page) -> None:
    rows = [row for at, row in enumerate(entries(100)) if not 40 <= at < 60]
    (gap,) = page.evaluate(THIN, {"rows": rows, "limit": 240})["gaps"]
    assert (gap[1] - gap[0]) / 1000 >= 190


@pytest.mark.parametrize(
    ("ml_per_h", "kg", "text", "above"),
    [("68.0", "68", "1.000", False), ("68.1", "68", "1.001", True), ("0.3", "0.3", "1.000", False)],
)
def test_rates_while_typing_are_exact(page: Page, ml_per_h: str, kg: str, text: str, above: bool) -> None:
    asked = """([rate, weight]) => {
        const {decimal, dividedText, isAbove} = window.infusion.dose;
        return [dividedText(decimal(rate), decimal(weight), 3), isAbove(decimal(rate), decimal(weight))];
    }"""
    assert page.evaluate(asked, [ml_per_h, kg]) == [text, above]


def test_ids_made_in_the_browser_are_uuid_version_7_in_order_of_time(page: Page) -> None:
    made = page.evaluate(
        """async () => {
            const ids = [];
            for (let n = 0; n < 20; n++) {
                ids.push(window.infusion.uuid7());
                await new Promise((go) => setTimeout(go, 2));
            }
            return ids;
        }"""
    )
    assert made == sorted(made) and len(set(made)) == 20 and {UUID(one).version for one in made} == {7}


def test_no_asset_comes_from_elsewhere() -> None:
    """System fonts and local assets only: nothing is fetched from the internet, ever."""
    assets = Path(__file__).parents[2] / "dashboard" / "assets"
    for path in (*assets.glob("*.js"), *assets.glob("*.css")):
        text = path.read_text().replace("http://www.w3.org/2000/svg", "").replace("http://www.w3.org/1999/xlink", "")
        assert "http://" not in text and "https://" not in text and "@import" not in text, path.name
