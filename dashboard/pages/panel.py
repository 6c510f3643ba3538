"""`/panel`: every open session live on one screen, the alerts and their answers."""

from functools import partial

import dash
from dash import html

from dashboard.components.panel_frame import panel_frame
from dashboard.components.shell import page_shell
from dashboard.services import Services

PAGE_ID = "panel"
TITLE = "Infusion sessions"


def register(services: Services) -> None:
    """Makes the page known to Dash. Everything on it comes over `/api/v1/panel` and the live stream."""
    layout = partial(panel_layout, is_simulated=services.settings.is_simulated)
    dash.register_page("dashboard.pages.panel", path="/panel", title=TITLE, layout=layout)


def panel_layout(*, is_simulated: bool, **_: str) -> html.Div:
    """The page; Dash hands query parameters over as further keywords, and none is used."""
    return page_shell(PAGE_ID, TITLE, panel_frame(is_simulated=is_simulated), is_simulated=is_simulated)
