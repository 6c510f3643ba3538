"""The page of rules: whole, well-formed, and without anything from elsewhere."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from session_store.domain.alert import Level
from session_store.domain.rules.delivered import DELIVERED
from tests.spec.__main__ import main
from tests.spec.rendering import SYMBOLS, render_page
from tests.spec.specification import CHAPTERS, FILES, read_specification

_VOID = frozenset({"br", "meta"})


class PageReader(HTMLParser):
    """Reads a page strictly: every element is closed in its order. Keeps text, ids, links and what they load."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append(tag)
        known = {name: value or "" for name, value in attrs}
        self.ids += [known["id"]] if "id" in known else []
        self.links += [known["href"]] if tag == "a" else []
        self.loads += [known[name] for name in ("src", "srcset", "data") if name in known]
        self.loads += [tag] if tag in ("link", "script", "iframe", "img") else []

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing, line {self.getpos()[0]}"

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


@pytest.fixture(scope="module")
def page() -> PageReader:
    reader = PageReader()
    reader.feed(render_page())
    reader.close()
    return reader


def test_every_element_is_closed_and_every_id_is_one_of_its_kind(page: PageReader) -> None:
    assert page.open == [] and len(set(page.ids)) == len(page.ids)


def test_every_link_leads_somewhere_on_the_page_and_nothing_is_loaded(page: PageReader) -> None:
    assert page.links and {link.removeprefix("#") for link in page.links} - set(page.ids) == set()
    assert page.loads == [] and "http" not in render_page().replace("http-equiv", "") and "url(" not in render_page()


def test_every_rule_and_every_specification_stands_on_the_page(page: PageReader) -> None:
    assert [rule.rule_id for rule in DELIVERED.rules if rule.rule_id not in page.ids] == []
    assert [rule.rule_id for rule in DELIVERED.rules if rule.plain_words() not in page.text] == []
    specifications = [read_specification(file) for file in FILES]
    assert [one.name for one in specifications if one.title not in page.text or one.name not in page.ids] == []
    assert [chapter for chapter in CHAPTERS if chapter not in page.text] == []


def test_every_word_and_every_cell_of_a_specification_is_rendered(page: PageReader) -> None:
    words = "".join(page.text.replace("*", "").split())
    for file in FILES:
        for block in read_specification(file).blocks:
            texts = [block] if isinstance(block, str) else [row.entry for row in block.rows]
            assert [text for text in texts if "".join(text.split()) not in words] == [], file.name


def test_a_level_is_never_said_by_colour_alone(page: PageReader) -> None:
    for level in Level:
        assert f"{SYMBOLS[level]} {level.word}" in page.text


def test_the_command_writes_the_page_and_says_how_it_is_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "pages" / "rules.html"
    assert main([str(file)]) == 0 and file.read_text(encoding="utf-8") == render_page()
    assert main([]) == 2 and "usage" in capsys.readouterr().err
