"""`/administration`: the administrator adds staff and devices; each person sets an own password by a one-time link.

Selectors: `#administration--form` with `[name=username]`, `[name=display_name]`, `[name=role]`,
`#administration--add`; the answer in `#administration--answer` (the link stands in `[data-role=link]`); the list in
`#administration--accounts`. Credentials: `#administration--credential-form` with `[name=account_id]`,
`[name=credential]`, `[name=valid_until]`, `[name=document_reference]`, `#administration--credential-add`; the list in
`#administration--credentials` (`[data-person] [data-credential]`, `[data-role=withdraw]`).
"""

import json
from functools import partial

import dash
from dash import html

from dashboard.access.permissions import BEDSIDE_ROLES
from dashboard.components.shell import page_shell
from dashboard.services import Services
from session_store.accounts import Role
from session_store.domain.entry_choices import Credential

TITLE = "Staff and devices"
CREDENTIAL_WORDS = {
    Credential.KETAMINE_EXPERIENCE.value: "Ketamine experience",
    Credential.ACLS.value: "ACLS",
    Credential.MODERATE_SEDATION.value: "Moderate sedation",
}
ROLE_WORDS = {role: role.value.replace("_", " ").capitalize() for role in Role}


def register(services: Services) -> None:
    """Make the page known to Dash."""
    layout = partial(administration_layout, is_simulated=services.settings.is_simulated)
    dash.register_page("dashboard.pages.administration", path="/administration", title=TITLE, layout=layout)


def administration_layout(*, is_simulated: bool, **_: str) -> html.Div:
    """The page; `assets/50_administration.js` makes the inputs and talks to the server."""
    body = html.Div([_add_card(), _list_card(), _credential_card(), _credentials_card()], className="administration")
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


def _credential_card() -> html.Section:
    credentials = [html.Option("Choose a credential", value="")] + [
        html.Option(words, value=credential) for credential, words in CREDENTIAL_WORDS.items()
    ]
    people = html.Select([html.Option("Choose a person", value="")], **{"data-name": "account_id"})
    return html.Section(
        [
            html.H2("Record a credential"),
            html.Form(
                [
                    _labelled("Person", html.Div(people)),
                    _labelled("Credential", html.Div(html.Select(credentials, **{"data-name": "credential"}))),
                    _labelled("Valid until", html.Div(**{"data-input": "valid_until", "data-type": "date"})),
                    _labelled("Document, where there is one", html.Div(**{"data-input": "document_reference"})),
                    html.P("", id="administration--credential-problem", className="problem hidden", role="alert"),
                    html.Button("Record", id="administration--credential-add", type="submit", className="primary"),
                ],
                id="administration--credential-form",
            ),
            html.P("", id="administration--credential-said", role="status"),
        ],
        className="card",
    )


def _credentials_card() -> html.Section:
    words = (
        "A start through the app needs a supervising physician with all three, and moderate sedation of who gives it."
    )
    return html.Section(
        [
            html.H2("Credentials"),
            html.P(words, className="quiet"),
            html.Div(
                "",
                id="administration--credentials",
                **{"data-credentials": json.dumps(CREDENTIAL_WORDS), "data-roles": " ".join(BEDSIDE_ROLES)},
            ),
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
