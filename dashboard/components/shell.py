"""The frame around every page: title, navigation, SIMULATED mark, clinic clock, who is signed in, the advisory line."""

from typing import Any

from dash import html

ADVISORY = "Advisory. Bedside monitor alarms stay on."

# Page name, path, label; `assets/shell.js` hides what the signed-in role may not open.
NAVIGATION = (
    ("panel", "/panel", "Panel"),
    ("bedside", "/bedside", "Bedside"),
    ("review", "/review", "Review"),
    ("rules", "/rules", "Rules"),
    ("administration", "/administration", "Staff"),
)


def page_shell(page_id: str, title: str, children: Any, *, is_simulated: bool) -> html.Div:
    """The whole page: `children` between header and footer. `page_id` names the script that drives it."""
    return html.Div(
        [_header(page_id, title, is_simulated), _lost(), html.Main(children, className="shell__main"), _footer()],
        className="shell",
        **{"data-page": page_id},
    )


def _header(page_id: str, title: str, is_simulated: bool) -> html.Header:
    mark = [html.Span("SIMULATED", className="shell__simulated")] if is_simulated else []
    return html.Header(
        [
            html.H1(title, className="shell__title", id="shell--title"),
            html.Nav([_link(page_id, *item) for item in NAVIGATION], className="shell__nav", **{"aria-label": "Pages"}),
            html.Div(
                [
                    *mark,
                    html.Span("", className="shell__path", id="shell--path", role="status"),
                    html.Span("", className="shell__clock", id="shell--clock"),
                    html.Span("", className="quiet small", id="shell--who"),
                    html.Button("Light / dark", id="shell--theme", type="button", className="small"),
                    html.Button("Sign out", id="shell--sign-out", type="button", className="small"),
                ],
                className="shell__right",
            ),
        ],
        className="shell__header",
    )


def _link(page_id: str, name: str, path: str, label: str) -> html.A:
    current = {"aria-current": "page"} if name == page_id else {}
    return html.A(label, href=path, **{"data-nav": name}, **current)


def _lost() -> html.Div:
    return html.Div("", id="shell--lost", className="shell__lost", role="alert")


def _footer() -> html.Footer:
    return html.Footer([html.Strong(ADVISORY), html.Span("", id="shell--zone")], className="shell__footer")
