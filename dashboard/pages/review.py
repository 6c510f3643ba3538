"""Finished sessions and the same-day responder rate of a period: `/review`.

`42_review.js` puts two native date fields into the page and tells the period to the callback; the counting is done by
`session_store.reports` alone.

Stable selectors: [name="from"], [name="to"], #review--all, #review--report, #review--sessions; in the report
.review__main (headline), .intervals (figure), .counts (table).
"""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import dash
from dash import Input, Output, dcc, html

from dashboard.components.review import report_view, session_rows, sessions_grid
from dashboard.components.shell import page_shell
from dashboard.services import Services
from session_store.reports import day_range, responder_report

TITLE = "Review"


def register(services: Services) -> None:
    """Registers `/review` and its one callback."""
    settings = services.settings

    def layout(**_: str) -> html.Div:
        return page_shell("review", TITLE, review_page(), is_simulated=settings.is_simulated)

    dash.register_page("dashboard.pages.review", path="/review", title=TITLE, layout=layout)

    def show_period(period: dict[str, str] | None) -> tuple[Any, list[dict[str, Any]], str]:
        zone = ZoneInfo(settings.clinic_time_zone)
        first, last, problem = read_period(period)
        if problem:
            return [], [], problem
        from_at, to_at = day_range(first, last, zone)
        sessions = services.reports.sessions(settings.clinic_id, from_at, to_at)
        return report_view(responder_report(sessions, from_at, to_at)), session_rows(sessions, zone), ""

    dash.callback(
        Output("review--report", "children"),
        Output("review--sessions", "rowData"),
        Output("review--said", "children"),
        Input("review--period", "data"),
    )(show_period)


def read_period(period: dict[str, str] | None) -> tuple[date | None, date | None, str]:
    """First and last day (None = open), or the reason why they are no period."""
    try:
        first, last = (_day((period or {}).get(name)) for name in ("from", "to"))
    except ValueError:
        return None, None, "Not a date."
    if first and last and first > last:
        return None, None, "The first day lies after the last day."
    return first, last, ""


def _day(text: str | None) -> date | None:
    day = date.fromisoformat(text) if text else None
    if day and not 2000 <= day.year <= 2199:
        raise ValueError("outside what the record can hold")
    return day


def review_page() -> html.Div:
    """The page before any number is known."""
    return html.Div(
        [
            dcc.Store(id="review--period"),
            _period(),
            html.Div("Counting", id="review--report", className="review__place"),
            html.Section(
                [html.H2("Finished sessions", className="review__title"), sessions_grid()],
                className="card review__sessions",
            ),
        ],
        className="review",
    )


def _period() -> html.Div:
    return html.Div(
        [
            html.Label(["From", html.Div(**{"data-field": "from"})], className="review__day"),
            html.Label(["To", html.Div(**{"data-field": "to"})], className="review__day"),
            html.Button("All dates", id="review--all", type="button"),
            html.Span("", id="review--said", className="review__said", role="alert"),
        ],
        className="review__period",
    )
