"""The frame of the list of entries under the figure; `assets/42_session_entries.js` fills it."""

from dash import html

# Filter name, words on its button. Runs of monitor rows stand as one line each until "Monitor rows" is chosen.
FILTERS = (("all", "All"), ("alerts", "Alerts"), ("hand", "By hand"), ("monitor", "Monitor rows"))


def entry_list() -> html.Section:
    """Entries and alerts of one session, newest first, each markable as entered in error."""
    head = html.Div(
        [
            html.H2("Record", className="entries__title"),
            html.Span("", id="session--entry-count", className="quiet small"),
            html.Div([_filter(*item) for item in FILTERS], className="entries__filters", role="group"),
        ],
        className="entries__head",
    )
    return html.Section(
        [
            head,
            html.Ol([], id="session--entries", className="entries__list"),
            html.Button("Show older", id="session--older", type="button", className="hidden"),
        ],
        className="entries card",
        **{"aria-label": "Record of this session"},
    )


def _filter(name: str, words: str) -> html.Button:
    pressed = "true" if name == "all" else "false"
    return html.Button(words, type="button", **{"data-entry-filter": name, "aria-pressed": pressed})
