"""The empty frame of the panel; `assets/29_panel.js` fills it and keeps it current."""

import json
from typing import Any

from dash import html

from session_store.domain.news2_reading import NEWS2_ACKNOWLEDGEMENT, NEWS2_NOTE, NEWS2_WITHOUT_NOTE


def panel_frame(*, is_simulated: bool) -> html.Div:
    """Status row, place of the tiles, side list of open alerts. `is_simulated`: the whole database is marked so."""
    mark: dict[str, Any] = {"data-simulated": "true" if is_simulated else "false"}
    left = html.Div([_status_row(), _board()], className="panel__left")
    return html.Div([left, _side()], id="panel--frame", className="panel shell__live", **mark)


def _status_row() -> html.Div:
    return html.Div(
        [
            html.Div(
                [html.Span("", id="panel--open", className="number"), html.Span(" open")], className="panel__open"
            ),
            html.Span("", id="panel--needing", className="panel__needing"),
            html.Span("", id="panel--notifier", className="panel__notifier"),
            html.Span("", id="panel--paused", className="panel__paused"),
            html.Span("", id="panel--unseen", className="panel__unseen"),
            html.Span("", id="panel--states", className="panel__states"),
        ],
        className="panel__status",
    )


def _board() -> html.Div:
    return html.Div([html.Div(id="panel--tiles", className="panel__tiles"), _nothing_open()], className="panel__board")


def _nothing_open() -> html.Div:
    return html.Div(
        [
            html.P("Reading the open sessions.", id="panel--empty-text", className="panel__empty-text"),
            html.P(
                [
                    "A session appears here as soon as a nurse has made it ready: ",
                    html.A("Bedside", href="/bedside"),
                    ", New session.",
                ],
                id="panel--empty-help",
                className="quiet",
                hidden=True,
            ),
        ],
        id="panel--empty",
        className="panel__empty",
    )


def _side() -> html.Aside:
    return html.Aside(
        [
            html.Div(
                [
                    html.H2("Open alerts", className="panel__side-title"),
                    html.Button("", id="panel--sound", type="button", className="panel__sound"),
                ],
                className="panel__side-head",
            ),
            _detail(),
            html.P("No open alert.", id="panel--no-alert", className="quiet panel__no-alert"),
            html.Div(id="panel--alerts", className="panel__alerts"),
        ],
        className="panel__side",
    )


def _detail() -> html.Section:
    """The detail of one session, opened by a tap on its tile; it carries the notes that belong beside every NEWS2."""
    notes = {"note": NEWS2_NOTE, "without": NEWS2_WITHOUT_NOTE.capitalize(), "source": NEWS2_ACKNOWLEDGEMENT}
    return html.Section(
        [], id="panel--detail", className="panel__detail", hidden=True,
        **{"aria-label": "Details of one session", "data-news2": json.dumps(notes)},
    )  # fmt: skip
