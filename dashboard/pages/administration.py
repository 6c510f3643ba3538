"""`/administration`: the administrator adds staff and devices; each person sets an own password by a one-time link.

Selectors: `#administration--form` with `[name=username]`, `[name=display_name]`, `[name=role]`,
`#administration--add`; the answer in `#administration--answer` (the link stands in `[data-role=link]`); the list in
`#administration--accounts`.
"""

from functools import partial

import dash
from dash import html

from dashboard.components.shell import page_shell
from dashboard.services import Services
from session_store.accounts import Role

TITLE = "Staff and devices"
ROLE_WORDS = {role: role.value.replace("_", " ").capitalize() for role in Role}


def register(services: Services) -> None:
    """Make the page known to Dash."""
    layout = partial(administration_layout, is_simulated=services.settings.is_simulated)
    dash.register_page("dashboard.pages.administration", path="/administration", title=TITLE, layout=layout)


def administration_layout(*, is_simulated: bool, **_: str) -> html.Div:
    """The page; `assets/50_administration.js` makes the inputs and talks to the server."""
    body = html.Div([_add_card(), _list_card()], className="administration")
    return page_shell("administration", TITLE, body, is_simulated=is_simulated)


def _add_card() -> html.Section:
    roles = [html.Option("Choose a role", value="")] + [
        html.Option(words, value=role) for role, words in ROLE_WORDS.items()
    ]
    return html.Section(
        [
            html.H2("Add somebody"),
            html.Form(
                [
                    _labelled("User name", html.Div(**{"data-input": "username"})),
                    _labelled("Name on the record", html.Div(**{"data-input": "display_name"})),
                    _labelled("Role", html.Div(html.Select(roles, **{"data-name": "role"}))),
                    html.P("", id="administration--problem", className="problem hidden", role="alert"),
                    html.Button("Add", id="administration--add", type="submit", className="primary"),
                ],
                id="administration--form",
            ),
            html.Div("", id="administration--answer", className="administration__answer", role="status"),
        ],
        className="card",
    )


def _labelled(words: str, control: html.Div) -> html.Label:
    return html.Label([html.Span(words), control])


def _list_card() -> html.Section:
    return html.Section(
        [html.H2("Accounts"), html.Div("", id="administration--accounts")],
        className="card",
    )
