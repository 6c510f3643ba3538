"""The panel's frame and its scripts agree with the record: same words, same ids, no colours of their own."""

import re
from pathlib import Path

import pytest

from dashboard.access.permissions import BEDSIDE_ROLES
from dashboard.components.panel_frame import panel_frame
from dashboard.components.session_limits import news2_card
from dashboard.components.shell import ADVISORY
from dashboard.pages.panel import panel_layout
from session_store.domain.entries import SCHEDULED_SIGNS
from session_store.domain.entry_choices import AcknowledgementAction, SedationScale
from session_store.domain.news2_reading import (
    NEWS2_ACKNOWLEDGEMENT,
    NEWS2_NOTE,
    NEWS2_PART_WORDS,
    NEWS2_WITHOUT_NOTE,
)
from session_store.domain.observation_schedule import SEDATION
from session_store.domain.session import OPEN_STATUSES

ASSETS = Path(__file__).parents[2] / "dashboard" / "assets"
SCRIPTS = (
    "10_live.js",
    "19_panel_words.js",
    "20_panel_plot.js",
    "21_panel_pause.js",
    "21_panel_sound.js",
    "22_panel_tile.js",
    "23_panel_alerts.js",
    "24_held_acts.js",
    "25_panel_detail.js",
    "29_panel.js",
)


def source(name: str) -> str:
    return (ASSETS / name).read_text()


def list_in(name: str, constant: str) -> set[str]:
    found = re.search(rf"const {constant} = \[(.*?)\];", source(name), re.DOTALL)
    assert found is not None
    return set(re.findall(r'"(\w+)"', found.group(1)))


def test_the_script_finds_every_place_it_fills() -> None:
    frame = str(panel_frame(is_simulated=False))
    places = set(re.findall(r'(?:find|put)\("([\w-]+)"', source("29_panel.js")))
    assert places
    assert {place for place in places if f"panel--{place}" not in frame} == set()


@pytest.mark.parametrize("is_simulated", [True, False])
def test_the_page_says_advisory_always_and_simulated_when_it_is(is_simulated: bool) -> None:
    page = str(panel_layout(is_simulated=is_simulated))
    assert ADVISORY in page
    assert ("SIMULATED" in page) == is_simulated


def test_news2_is_never_without_its_notes() -> None:
    frame = str(panel_frame(is_simulated=False))
    notes = (NEWS2_NOTE, NEWS2_WITHOUT_NOTE.capitalize(), NEWS2_ACKNOWLEDGEMENT)
    assert all(note in frame for note in notes)
    card = str(news2_card())
    assert NEWS2_NOTE in card and NEWS2_WITHOUT_NOTE.capitalize() in card and NEWS2_ACKNOWLEDGEMENT in card
    assert all(name in card and words in card for name, words in NEWS2_PART_WORDS.items())


def test_every_scale_and_every_overdue_sign_has_a_short_name_on_the_tile() -> None:
    words = source("19_panel_words.js")
    scales = re.search(r"const SCALES = \{(.*?)\}", words)
    overdue = re.search(r"const OVERDUE_NAMES = \{(.*?)\}", words, re.DOTALL)
    assert scales is not None and overdue is not None
    assert set(re.findall(r"(\w+):", scales[1])) == {scale.value for scale in SedationScale}
    assert set(re.findall(r"(\w+):", overdue[1])) == {*SCHEDULED_SIGNS, SEDATION}


def test_query_parameters_do_no_harm() -> None:
    assert str(panel_layout(is_simulated=False, anything="x")) == str(panel_layout(is_simulated=False))


def test_open_means_the_same_on_the_panel_and_in_the_record() -> None:
    assert list_in("19_panel_words.js", "OPEN") == {status.value for status in OPEN_STATUSES}


def test_every_answer_to_an_alert_can_be_given_and_no_other() -> None:
    offered = set(re.findall(r'action: "(\w+)"', source("23_panel_alerts.js")))
    assert offered == {action.value for action in AcknowledgementAction}


def test_who_may_answer_an_alert_is_offered_the_answers() -> None:
    assert list_in("23_panel_alerts.js", "ANSWERING_ROLES") == {role.value for role in BEDSIDE_ROLES}


def test_the_panel_has_no_colours_of_its_own_and_fetches_nothing_from_elsewhere() -> None:
    sheets = source("panel.css") + source("live.css")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsl", sheets) == []
    assert re.findall(r"https?://(?!www\.w3\.org)", sheets + "".join(map(source, SCRIPTS))) == []


def test_no_script_writes_markup() -> None:
    assert [name for name in SCRIPTS if re.search(r"innerHTML|outerHTML|insertAdjacentHTML", source(name))] == []
