"""Renders the specifications and the rule table into one HTML page that needs nothing else."""

import re
from collections.abc import Iterable, Iterator
from html import escape

from session_store.domain.alert import Level
from session_store.domain.rules.delivered import DELIVERED, version_words
from session_store.domain.rules.model import AlertRule, RuleKind
from tests.spec.page_style import STYLE
from tests.spec.specification import CHAPTERS, FILES, Row, Specification, Table, read_specification

TITLE = "Alert rules and their specifications"
# As on the screens, so that a level is never said by its colour alone.
SYMBOLS = {Level.CRITICAL: "***", Level.WARNING: "**", Level.ADVISORY: "*"}
_GATES = (RuleKind.START_GATE, RuleKind.DISCHARGE_GATE)
_RULE_HEAD = ("Rule", "Level", "Limit", "Says", "Ends by", "Source", "Specified in")
_SETTING = re.compile(r"[a-z_]+: ")


def render_page() -> str:
    """The whole page: contents, the rules as delivered, each specification with its tables."""
    specifications = [read_specification(file) for file in FILES]
    parts = [*_head(specifications), *_contents(specifications), "<main>"]
    parts += [*_rules(specifications), *_chapters(specifications), "</main>", "</body>", "</html>"]
    return "\n".join(parts) + "\n"


def _head(specifications: list[Specification]) -> Iterator[str]:
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{TITLE}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{TITLE}</h1>"
    yield f"<p>Version {version_words(DELIVERED.version)}: {len(DELIVERED.rules)} rules, {len(specifications)}"
    yield "specifications. The tests play every table through the real recorder.</p>"
    yield "<p>Advisory, and no alarm system: the alarms of bedside monitors stay on. The limits are defaults for adults"
    yield "on racemic ketamine. Where no source prints a figure, it is our proposal and needs the medical director.</p>"
    yield f"<p>Levels: {', '.join(_level(level) for level in reversed(Level))}.</p>\n</header>"


def _contents(specifications: list[Specification]) -> Iterator[str]:
    yield '<nav aria-label="Contents">\n<h2>Contents</h2>\n<ul>'
    yield f"<li>{_link('rules', 'The rules')}"
    yield from _links((f"kind-{_anchor(kind)}", kind.capitalize()) for kind in RuleKind)
    for chapter in CHAPTERS:
        yield f"<li>{_link(f'chapter-{_anchor(chapter)}', chapter)}"
        yield from _links((one.name, one.title) for one in specifications if one.chapter == chapter)
    yield "</ul>\n</nav>"


def _links(targets: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The inner list that ends a line of the contents."""
    yield "<ul>"
    yield from (f"<li>{_link(target, words)}</li>" for target, words in targets)
    yield "</ul></li>"


def _rules(specifications: list[Specification]) -> Iterator[str]:
    yield '<section id="rules">\n<h2>The rules</h2>'
    for kind in RuleKind:
        yield f'<h3 id="kind-{_anchor(kind)}">{escape(kind.capitalize())}</h3>'
        rows = [_rule_row(rule, specifications) for rule in DELIVERED.of_kind(kind)]
        yield from _table_of(_RULE_HEAD, rows)
    yield "</section>"


def _rule_row(rule: AlertRule, specifications: list[Specification]) -> tuple[str, ...]:
    named_in = [_link(one.name, one.title) for one in specifications if rule.rule_id in one.rules]
    return (
        f'<code id="{rule.rule_id}" class="name">{rule.rule_id}</code>',
        _rule_level(rule),
        "" if rule.limit is None else escape(f"{rule.limit} {rule.unit}"),
        escape(rule.plain_words()),
        escape(rule.clearing),
        escape(rule.source()),
        "<br>".join(named_in),
    )


def _rule_level(rule: AlertRule) -> str:
    """A gate holds or cautions, and a note has no level."""
    if rule.kind is RuleKind.INFORMATION:
        return "note"
    if rule.kind in _GATES:
        return "holds" if rule.level >= Level.WARNING else "cautions"
    return _level(rule.level)


def _level(level: Level) -> str:
    return f'<span class="{level.word}">{SYMBOLS[level]} {level.word}</span>'


def _chapters(specifications: list[Specification]) -> Iterator[str]:
    for chapter in CHAPTERS:
        yield f'<section>\n<h2 id="chapter-{_anchor(chapter)}">{escape(chapter)}</h2>'
        for one in specifications:
            if one.chapter == chapter:
                yield from _article(one)
        yield "</section>"


def _article(one: Specification) -> Iterator[str]:
    yield f'<article id="{one.name}">\n<h3>{escape(one.title)}</h3>'
    if one.rules:
        yield f'<p class="named">Rules: {", ".join(_link(rule, rule) for rule in one.rules)}</p>'
    for block in one.blocks:
        if isinstance(block, Table):
            rows = [_row_cells(row) for row in block.rows]
            yield from _table_of(block.columns, rows)
        else:
            kind = ' class="setting"' if _SETTING.match(block) else ""
            yield f"<p{kind}>{escape(block)}</p>"
    yield "</article>"


def _row_cells(row: Row) -> tuple[str, ...]:
    said = [_said(name, cell) for name, cell in row.cells.items() if name not in ("minutes", "entry")]
    return (escape(row.cells["minutes"]), f"<code>{escape(row.entry)}</code>", *said)


def _said(column: str, cell: str) -> str:
    """What a cell lists, alerts one to a line, the level words with their symbols."""
    levels = {level.word: _level(level) for level in Level}
    parts = [" ".join(levels.get(word, escape(word)) for word in part.split()) for part in cell.split(",")]
    return ("<br>" if column.startswith(("alerts", "facts")) else ", ").join(parts)


def _table_of(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    yield '<div class="wide">\n<table>\n<thead><tr>'
    yield "".join(f"<th>{escape(one)}</th>" for one in head)
    yield "</tr></thead>\n<tbody>"
    for row in rows:
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>"
    yield "</tbody>\n</table>\n</div>"


def _link(target: str, words: str) -> str:
    return f'<a href="#{target}">{escape(words)}</a>'


def _anchor(words: str) -> str:
    return words.lower().replace(" ", "-")
