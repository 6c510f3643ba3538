"""Beside the figure of one session: further values in a line, NEWS2 with what it cannot see, and the limits in force.

`assets/43_session_more.js` and `43_session_limits.js` fill these frames. Nothing here carries a value (S4).
"""

from dash import html

from session_store.domain.news2_reading import (
    NEWS2_ACKNOWLEDGEMENT,
    NEWS2_NOTE,
    NEWS2_PART_WORDS,
    NEWS2_WITHOUT_NOTE,
)

DASH = "\N{EN DASH}"
# Name of the value, its label.
MORE_VALUES = (
    ("news2", "NEWS2"),
    ("sedation", "Sedation"),
    ("acvpu", "ACVPU"),
    ("end_tidal_co2_mmhg", "EtCO2"),
    ("mean_arterial_mmhg", "Mean pressure"),
    ("temperature_celsius", "Temperature"),
    ("oxygen", "Oxygen"),
)


def more_values() -> html.Div:
    """The values without a row in the figure, in one line that is always there."""
    return html.Div([_more(*one) for one in MORE_VALUES], className="session-more", id="session--more")


def _more(name: str, label: str) -> html.Div:
    return html.Div(
        [
            html.Span(label, className="session-more__name"),
            html.Span(DASH, className="session-more__value number", **{"data-more": name}),
            html.Span("", className="session-more__age number", **{"data-more-age": name}),
        ],
        className="session-more__cell",
    )


def news2_card() -> html.Section:
    """Each observation of NEWS2 with its points, and the notes that belong beside every NEWS2."""
    rows = [
        html.Div([html.Dt(words), html.Dd(DASH, className="number", **{"data-news2-part": name})])
        for name, words in NEWS2_PART_WORDS.items()
    ]
    notes = [
        html.P(
            "",
            className="quiet small",
            **{"data-show": "news2_without", "data-note": f"Partial. {NEWS2_WITHOUT_NOTE.capitalize()}"},
        ),
        html.P(f"{NEWS2_NOTE}. Displayed only: it raises no alert.", className="quiet small"),
        html.P(NEWS2_ACKNOWLEDGEMENT, className="quiet small"),
    ]
    return html.Section(
        [_head("NEWS2", "news2_words"), html.Dl(rows, className="news2__parts"), *notes],
        className="entries card news2", id="session--news2", **{"aria-label": "NEWS2"},
    )  # fmt: skip


def limits_card() -> html.Section:
    """The limits in force by sign and level, and the forms by which a physician sets this patient's."""
    levels = [html.Span(words, className="limits__level") for words in ("", "Advisory", "Warning", "Critical")]
    return html.Section(
        [
            _head("Limits in force", "limits_words"),
            html.Div(levels, className="limits__row limits__row--head"),
            html.Div([], id="session--limit-rows", className="limits__rows"),
            html.Div([], id="session--own-limits", className="limits__own"),
            html.Div([], id="session--limit-forms", className="limits__forms"),
        ],
        className="entries card limits", id="session--limits", **{"aria-label": "Limits in force"},
    )  # fmt: skip


def _head(title: str, shown: str) -> html.Div:
    return html.Div(
        [html.H2(title, className="entries__title"), html.Span("", className="quiet small", **{"data-show": shown})],
        className="entries__head",
    )
