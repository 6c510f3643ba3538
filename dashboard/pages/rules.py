"""`/rules`: the alert rules in force with their sources; who may, changes limits and signs as the second person.

The page is drawn by `assets/51_rules*.js` from `GET /api/v1/rules`. Selectors: `#rules--search`, `#rules--list` with
`[data-rule=<id>]` and `[name=<id>]` for its limit, `#rules--change` with `#rules--reason`, `#rules--replay`,
`#rules--save`, `#rules--as-of`, `#rules--waiting` with `[data-role=sign]`, `#rules--history`.
"""

from functools import partial

import dash
from dash import html

from dashboard.components.shell import page_shell
from dashboard.services import Services

TITLE = "Alert rules"


def register(services: Services) -> None:
    """Make the page known to Dash."""
    layout = partial(rules_layout, is_simulated=services.settings.is_simulated)
    dash.register_page("dashboard.pages.rules", path="/rules", title=TITLE, layout=layout)


def rules_layout(*, is_simulated: bool, **_: str) -> html.Div:
    """The page before any rule is known."""
    body = html.Div([_bar(), _list(), _side()], className="rules")
    return page_shell("rules", TITLE, body, is_simulated=is_simulated)


def _bar() -> html.Div:
    return html.Div(
        [
            html.Div(**{"data-place": "search"}, className="rules__search"),
            html.Div("", id="rules--sections", className="rules__sections", role="group", **{"aria-label": "Sections"}),
            html.P("", id="rules--version", className="rules__version quiet", role="status"),
            html.P("", id="rules--as-of", className="rules__as-of quiet number"),
        ],
        className="rules__bar",
    )


def _list() -> html.Div:
    return html.Div(
        html.P("Reading the rules", className="quiet"), id="rules--list", className="rules__list shell__live"
    )


def _side() -> html.Div:
    return html.Div(
        [
            html.Section("", id="rules--change", className="card rules-change hidden"),
            html.Section("", id="rules--waiting", className="card rules-waiting shell__live hidden"),
            html.Section("", id="rules--history", className="card rules-history"),
        ],
        className="rules__side",
    )
