"""The frame of the one-session figure: label left, newest value right, one plot across all rows between them.

The rows' heights are those of the CSS grid; the script measures them and gives the plot the same, so that labels, plot
and values cannot come apart. Nothing here carries a value: all start as a dash (S4).
"""

from typing import Any

from dash import html

from dashboard.figures.session_rows import SESSION_ROWS, SessionRow

DASH = "–"
# Rail and axis are rows of the grid like the others; the rail leaves room for three lines of words.
RAIL_HEIGHT = "minmax(68px, 12fr)"
AXIS_HEIGHT = "28px"


def session_strip() -> html.Div:
    """The whole figure; `assets/41_session_figure.js` puts the plot into `#session--plot`."""
    rows = [RAIL_HEIGHT, *(f"minmax(44px, {row.share}fr)" for row in SESSION_ROWS), AXIS_HEIGHT]
    return html.Div(
        [
            *_rail_cells(),
            *(cell for place, row in enumerate(SESSION_ROWS, start=2) for cell in _cells(row, place)),
            html.Div(
                ["Clinic time", html.Div("", id="session--zone")], className="strip__zone", style=_place(len(rows), 1)
            ),
            html.Div("", className="strip__plot", id="session--plot", style={"gridRow": "1 / -1", "gridColumn": "2"}),
            html.Div("", className="strip__cursor", hidden=True),
        ],
        className="strip shell__live",
        id="session--strip",
        style={"gridTemplateRows": " ".join(rows)},
    )


def _rail_cells() -> list[html.Div]:
    label = [html.Div("Events", className="strip__name"), html.Div("tap for the entry", className="strip__unit")]
    return [html.Div(label, className="strip__label", style=_place(1, 1), **{"data-row": "rail"})]


def _cells(row: SessionRow, place: int) -> list[html.Div]:
    label = [
        html.Div(row.label, className="strip__name"),
        html.Div(row.unit, className="strip__unit", **{"data-row-unit": row.row_id}),
    ]
    return [
        html.Div(label, className="strip__label", style=_place(place, 1), **{"data-row": row.row_id}),
        html.Div("", className="strip__field", style=_place(place, 2)),
        html.Div(_value(row), className="strip__value", style=_place(place, 3)),
    ]


def _value(row: SessionRow) -> list[Any]:
    parts: list[Any] = []
    for name in row.fields:
        parts += [html.Span("/", className="strip__slash")] if parts else []
        parts.append(html.Span(DASH, className="strip__number", **{"data-session-value": name}))
    return [html.Div(parts), html.Div("", className="strip__age", **{"data-session-age": row.fields[0]})]


def _place(row: int, column: int) -> dict[str, str]:
    return {"gridRow": str(row), "gridColumn": str(column)}
