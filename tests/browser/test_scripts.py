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
        ({"kind": "patient_limit", "rule_id": "spo2.low.warning", "limit": 88, "reason": "COPD"},
         "Limit for this patient SpO2 low, warning, 88, COPD"),
        ({"kind": "oxygen_target", "target": "target_88_92", "reason": "hypercapnia"},
         "Oxygen target 88-92 %, hypercapnia"),
        ({"kind": "discharge_override", "reason": "lives next door", "overridden": "discharge.escort.held"},
         "Discharge override lives next door – overridden: escort"),
        ({"kind": "discharged", "escort": "E", "has_happened": True}, "Discharged with E, had happened already"),
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


# ---------------------------------------------------------------------- the panel's pause of the sound
PAUSE = """([before, steps]) => {
    const pause = window.infusion.panelPause.create();
    const alerts = (list) => list.map(([alert_id, level]) => ({alert_id, level}));
    pause.heard(alerts(before), 0);
    pause.begin(alerts(before), 0, "Test Physician 1");
    return steps.map(([at, sounding]) => {
        const level = pause.heard(alerts(sounding), at * 1000);
        const state = pause.state(at * 1000);
        return [level, state ? state.leftMs / 1000 : null, state ? state.by : null];
    });
}"""
A, B = ["a", "critical"], ["b", "warning"]


def paused(page: Page, before: list[list[str]], *steps: tuple[float, list[list[str]]]) -> list[Any]:
    """What is heard at each step (s, what would sound), and how long the pause lasts still."""
    return page.evaluate(PAUSE, [before, [list(step) for step in steps]])  # type: ignore[no-any-return]


def test_a_pause_silences_what_sounds_for_two_minutes_at_most_and_names_who_paused(page: Page) -> None:
    both = [A, B]
    first, last, after = paused(page, both, (1, both), (119.9, both), (120, both))
    assert first == [None, 119, "Test Physician 1"] and last[0] is None
    assert after == ["critical", None, None]


@pytest.mark.parametrize(
    ("before", "sounding"),
    [
        ([B], [B, A]),
        ([A], [A, B]),
        ([A], [["c", "critical"], A]),
        ([B], [["b", "critical"]]),
        ([A], [["c", "warning"]]),
    ],
    ids=["critical after warning", "warning after critical", "another critical", "higher level", "the old one is gone"],
)
def test_whatever_begins_to_sound_ends_the_pause_at_once(page: Page, before: Any, sounding: Any) -> None:
    quiet, heard, later = paused(page, before, (5, before), (6, sounding), (7, sounding))
    worst = "critical" if any(level == "critical" for _, level in sounding) else "warning"
    assert quiet[0] is None and heard == later == [worst, None, None]


def test_a_milder_level_stays_paused_and_what_came_back_is_heard(page: Page) -> None:
    milder = paused(page, [A, B], (5, [["a", "warning"], B]))
    assert milder[0][0] is None
    without, back = paused(page, [A, B], (5, [B]), (6, [A, B]))
    assert without[0] is None and back == ["critical", None, None]


def test_a_pause_over_nothing_is_none_and_a_second_one_is_not_longer(page: Page) -> None:
    assert paused(page, [], (1, [A])) == [["critical", None, None]]
    again = """() => {
        const pause = window.infusion.panelPause.create();
        const sounding = [{alert_id: "a", level: "critical"}];
        pause.begin(sounding, 0, "one");
        pause.begin(sounding, 100000, "two");
        const state = pause.state(110000);
        pause.end();
        return [state.by, state.leftMs, pause.heard(sounding, 110001)];
    }"""
    assert page.evaluate(again) == ["one", 10000, "critical"]


# ---------------------------------------------------------------------- the panel in words
def alert_of(condition: str, **fields: Any) -> dict[str, Any]:
    raised = "2026-11-24T09:00:00+00:00"
    alert = {"alert_id": condition, "session_id": "s", "condition": condition, "level": "warning", "text": condition}
    return alert | {"raised_at": raised, "recorded_at": raised, "acknowledged": None, "is_past": False} | fields


def in_words(page: Page, call: str, *arguments: Any) -> Any:
    return page.evaluate(f"(all) => {{ const now = Date.parse('2026-11-24T09:10:00Z'); {call} }}", list(arguments))


def test_what_is_overdue_in_one_session_is_one_line(page: Page) -> None:
    answer = {"by": "P", "at": "2026-11-24T09:01:00+00:00", "action": "remeasure", "deadline_at": None}
    alerts = [
        alert_of("overdue.sign:heart_rate_per_min"),
        alert_of("overdue.sign:spo2_percent"),
        alert_of("overdue.sign:respiratory_rate_per_min", acknowledged=answer),
        alert_of("overdue.sedation:sedation", level="advisory"),
        alert_of("hr.high", text="Heart rate 126 /min, over 120 (promise of P not kept: remeasure)"),
    ]
    call = """const {grouped, groupText} = window.infusion.panelWords;
              return Array.from(grouped(all, now).values(), (members) => groupText(members, now));"""
    assert in_words(page, call, *alerts) == [
        "Overdue: HR, SpO2, sedation; answered: RR", "Heart rate 126 /min, over 120",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("alert", "before", "note"),
    [
        (alert_of("hr.high", sounds_at="2026-11-24T09:11:40+00:00"), "", "sounds in 1:40 +2"),
        (
            alert_of("hr.high", broken_promise={"by": "Test Physician 1"}),
            "Promise of Test Physician 1 not kept: ",
            "+2",
        ),
        (alert_of("a", level="critical", unanswered_at="2026-11-24T09:01:00+00:00"), "", "not answered 10 min +2"),
        (alert_of("a", cleared_at="2026-11-24T09:05:00+00:00"), "Over, not seen: ", "+2"),
    ],
)
def test_the_strip_of_a_tile_says_how_the_alert_stands(page: Page, alert: Any, before: str, note: str) -> None:
    call = """const {stripWords, stripNote, stateOf} = window.infusion.panelWords;
              const state = stateOf(all[0], now);
              return [stripWords(all[0], state), stripNote(all[0], state, 2, now)];"""
    assert in_words(page, call, alert) == [before, note]


@pytest.mark.parametrize(
    ("news2", "said"),
    [
        (None, ["", False]),
        ({"total": 4, "is_partial": False, "points": [0] * 7, "holds_until": None}, ["NEWS2 4", False]),
        (
            {"total": 3, "is_partial": True, "points": [3, None], "holds_until": "2026-11-24T09:11:00Z"},
            ["NEWS2 at least 3", False],
        ),
        (
            {"total": 3, "is_partial": True, "points": [3, None], "holds_until": "2026-11-24T09:09:00Z"},
            ["NEWS2 at least 3 old", True],
        ),
        ({"total": 0, "is_partial": True, "points": [None], "holds_until": None}, ["NEWS2 not scored", False]),
    ],
)
def test_news2_is_never_shown_as_whole_or_new_when_it_is_not(page: Page, news2: Any, said: list[Any]) -> None:
    call = "const {text, isOld} = window.infusion.panelWords.news2Words(all[0], now); return [text, isOld];"
    assert in_words(page, call, news2) == said


def test_what_is_set_for_this_patient_stands_on_the_tile_with_the_reason(page: Page) -> None:
    tile = {
        "own_limits": [{"words": "SpO2 below 88 %", "reason": "COPD", "is_off": False}],
        "oxygen_target": {"target": "target_88_92", "reason": "hypercapnia"},
        "start_override_by": "P", "start_override_reason": "consent on paper",
    }  # fmt: skip
    assert in_words(page, "return window.infusion.panelWords.flagWords(all[0]);", tile) == [
        "Own limit: SpO2 below 88 % (COPD)",
        "Oxygen target 88\N{EN DASH}92 % (hypercapnia)",
        "Start overridden (consent on paper)",
    ]
    usual = {"own_limits": [], "oxygen_target": {"target": "usual", "reason": "x"}}
    assert in_words(page, "return window.infusion.panelWords.flagWords(all[0]);", usual) == []


CARD = """([alert, notifier]) => {
    const host = document.createElement("div"), note = document.createElement("p");
    const tile = {session_id: "s", chair_label: "1", patient_label: "TP-001", alerts: [alert]};
    const before = window.infusion.notifier;
    window.infusion.notifier = notifier;
    window.infusion.panelAlerts.create(host, note).update([tile], Date.parse("2026-11-24T09:02:30Z"));
    window.infusion.notifier = before;
    return host.querySelector(".alert__line--life").textContent;
}"""
FAILED = {"at": "2026-11-24T09:02:10Z", "failure": "failed with exit code 3"}


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        (None, ""),
        ({}, ""),
        ({"a": {"at": "2026-11-24T09:02:10Z", "failure": ""}}, ". Passed on at 09:02"),
        ({"a": FAILED}, ". NOT passed on: the notifier failed with exit code 3"),
        ({"a": {"at": "2026-11-24T09:01:10Z", "failure": ""}}, ""),
        ({"b": FAILED}, ""),
    ],
    ids=["no notifier", "no run yet", "ended with 0", "failed", "of the time before", "of another alert"],
)
def test_a_card_says_passed_on_only_when_it_was(page: Page, runs: Any, said: str) -> None:
    alert = alert_of("a", level="critical", unanswered_at="2026-11-24T09:02:00Z", sounded_at="2026-11-24T09:00:00Z")
    notifier = None if runs is None else {"failed_at": None, "failure": "", "alerts": runs}
    assert page.evaluate(CARD, [alert, notifier]) == "Nobody has answered for 2 min" + said


def test_a_request_that_is_never_answered_ends(page: Page) -> None:
    page.route("**/never-answered", lambda _: None)
    call = "window.infusion.call('POST', '/never-answered', {}, 50)"
    assert page.evaluate(call) == {
        "ok": False, "status": 0, "body": {"problems": [{"field": "", "reason": "the server was not reached"}]},
    }  # fmt: skip
