"""The pure parts of the pages' scripts, asked in the browser that runs them: thinning, gaps, exact rates, ids."""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page

from session_store.domain.entries import FIELD_SPECS, SESSION_KINDS
from session_store.domain.entry_fields import FieldSpec, FieldType
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
        opened.goto(f"{server.url}/bedside/01890a5d-ac96-774b-bcce-b302099a8057")
        opened.wait_for_function(
            "window.infusion.dose && document.querySelector('[data-language]') && window.infusion.me"
        )
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


def every_field(kind: str) -> dict[str, Any]:
    """An entry of a kind as the server gives it, with an answer in every field."""
    ids = {"entry_id": "of-itself", "kind": kind, "effective_at": "2026-01-05T14:26:00+00:00", "author_name": "Test"}
    return ids | {name: answer_of(spec) for name, spec in FIELD_SPECS[kind].items()}


def answer_of(spec: FieldSpec) -> Any:
    answers: dict[FieldType, Any] = {
        FieldType.NUMBER: 1.5, FieldType.INTEGER: 2, FieldType.TEXT: "some words", FieldType.BOOLEAN: True,
        FieldType.UUID: "01890a5d-ac96-774b-bcce-b302099a8057", FieldType.TIME: "2026-01-05T14:00:00+00:00",
        FieldType.REASONS: {"spo2_percent": "movement"}, FieldType.CHANNELS: {"HR": "80"}, FieldType.FIELDS: {},
        FieldType.DATE: "2026-01-05",
    }  # fmt: skip
    if spec.type is FieldType.CHOICES:
        return [str(spec.choices[0])]
    return str(spec.choices[0]) if spec.choices else answers[spec.type]


SAID = """(entries) => entries.map((entry) => {
    const words = window.infusion.entrySentences;
    const known = new Map([[entry.entry_id, entry]]);
    return [words.entryTitle(entry, known), words.entryWords(entry, 70, known), words.entryWords(entry, null)];
})"""
# One tap says it all: the title alone.
TITLE_IS_ENOUGH = {
    "session_ready", "left_against_advice", "infusion_paused", "infusion_resumed", "serious_event", "at_the_chair",
}  # fmt: skip


def test_every_kind_of_entry_has_a_sentence_whatever_was_said(page: Page) -> None:
    kinds = page.evaluate("window.infusion.entrySentences.kinds")
    assert set(kinds) == set(SESSION_KINDS), "a new kind needs a sentence in 42_entry_sentences.js"
    for make in (every_field, required_only):
        entries = [make(kind) for kind in SESSION_KINDS]
        for entry, (title, *sentences) in zip(entries, page.evaluate(SAID, entries), strict=True):
            for said in sentences:
                assert not re.search(r"undefined|null|NaN|\[object|_", f"{title} {said}"), (entry["kind"], title, said)
            told = make is required_only or entry["kind"] in TITLE_IS_ENOUGH | {"ledger_witnessed"}
            assert told or all(sentences), entry["kind"]


def required_only(kind: str) -> dict[str, Any]:
    entry = every_field(kind)
    return {name: entry[name] for name in entry if name not in FIELD_SPECS[kind] or FIELD_SPECS[kind][name].required}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            {"kind": "bag_changed", "concentration_mg_per_ml": 2, "volume_ml": 100, "lot": "A12", "prepared_by": "P",
             "checked_by": "Q"},
            "Bag changed 2 mg/mL, 100 mL, lot A12, prepared by P, checked by Q",
        ),
        ({"kind": "readiness_item", "item": "fasting_kept", "answer": "yes", "unchanged_from_entry_id": "x"},
         "Readiness fasting kept – yes (unchanged)"),
        ({"kind": "drug_wasted", "amount_mg": 12}, "Wasted 12 mg – not witnessed yet"),
        ({"kind": "follow_up", "point": "1_week", "reached": "yes", "instrument": "nrs", "score_points": 3,
          "satisfaction": "satisfied"}, "Follow-up 1 week: NRS 3, satisfied"),
        ({"kind": "rate_changed", "programmed_rate_mg_per_h": 35, "rate_mg_per_h": 35, "order_form": "verbal",
          "ordered_by": "Dr T", "is_read_back": True},
         "Rate changed 0.50 mg/kg/h, 35 mg/h on the pump, ordered by Dr T verbally, read back"),
    ],
)  # fmt: skip
def test_entries_read_as_a_nurse_would_say_them(page: Page, entry: dict[str, Any], said: str) -> None:
    sent = {"entry_id": "e", "effective_at": "2026-01-05T14:26:00+00:00"} | entry
    ((title, words, _),) = page.evaluate(SAID, [sent])
    assert f"{title} {words}" == said


def test_a_time_on_the_clinics_wall_is_read_back_as_the_same_instant(page: Page) -> None:
    asked = """(zone) => {
        const me = window.infusion.me;
        window.infusion.me = Object.assign({}, me, {clinic_time_zone: zone});
        const wall = window.infusion.clinicWall;
        const texts = ["2026-01-05T14:26", "2026-03-29T03:30", "2026-07-01T00:05"];
        const back = texts.map((text) => wall.wallText(wall.instantOfWall(text)));
        window.infusion.me = me;
        return [texts, back];
    }"""
    for zone in ("UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Auckland"):
        texts, back = page.evaluate(asked, zone)
        assert texts == back, zone
