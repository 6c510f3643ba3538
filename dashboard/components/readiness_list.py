"""The readiness check list on the tablet: every item with its words, how long an answer holds and where it comes from.

One tap answers one item and is an entry of its own; nothing is answered beforehand (S4). `assets/35_readiness.js` shows
what is on record, and what the patient's session before said where that still holds: the same answer tapped again is
recorded as unchanged.
"""

from dash import html

from session_store.domain.entry_choices import ReadinessItem
from session_store.domain.readiness import LASTS, READINESS_RULES, ReadinessRule, Validity

ANSWERS = (("yes", "Yes"), ("no", "No"), ("not_applicable", "n/a"))
HOLDS = {Validity.DAY: "one day", Validity.COURSE: "for the course", Validity.QUARTER: "3 months"}


def readiness_list() -> html.Section:
    """The whole list on one screen."""
    head = html.Div(
        [
            html.H2("Readiness check list", className="entry-form__title"),
            html.Div("", className="entry-form__status", role="status", **{"data-show": "readiness-said"}),
        ],
        className="entry-form__head",
    )
    items = html.Ol([_item(item) for item in ReadinessItem], className="readiness__list")
    return html.Section([head, items], className="readiness", id="bedside--readiness", **{"aria-label": "Readiness"})


def _source(rule: ReadinessRule) -> str:
    """How long an answer holds, and where the item comes from; short enough for one line."""
    return f"{HOLDS[rule.validity]} \N{MIDDLE DOT} {rule.citation.replace('recommendation ', '')}"


def _item(item: ReadinessItem) -> html.Li:
    rule = READINESS_RULES[item]
    answers = [
        html.Button(
            words,
            type="button",
            className="choice",
            **{"data-answer": value, "aria-pressed": "false", "aria-label": f"{rule.words}: {words}"},
        )
        for value, words in ANSWERS
    ]
    text = html.Div(
        [
            html.Div(rule.words, className="readiness__words"),
            html.Div(
                [
                    html.Span("", **{"data-show": "on-record"}),
                    html.Span(_source(rule), className="readiness__source"),
                ],
                className="readiness__detail small quiet",
            ),
        ],
        className="readiness__text",
    )
    days = str(LASTS[rule.validity].days) if rule.validity is not Validity.DAY else ""
    clear = " ".join(sorted(answer.value for answer in rule.clear_answers))
    return html.Li(
        [text, html.Div(answers, className="readiness__answers", role="group")],
        className="readiness__item",
        **{"data-item": item.value, "data-clear": clear, "data-lasts-days": days},
    )
