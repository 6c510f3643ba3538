"""The row under the one-session figure with the predicted plasma ketamine: a band, marked as a model, never a line.

It stands apart from the measured rows, on the same time axis, in a place of fixed height whatever is known, so that
nothing moves when the band arrives. `assets/44_predicted_band.js` draws it; nothing here carries a value (S4).
"""

from dash import html

from dashboard.figures.session_strip import DASH

NOT_MEASURED = "Model, not measured. Not for dosing."


def predicted_band_row() -> html.Div:
    """The whole row: label left, band, the newest low and high right."""
    return html.Div(
        [_label(), _field(), _newest()], className="model shell__live", id="session--model", **{"data-look": "missing"}
    )


def _label() -> html.Div:
    unit = html.Div("predicted, ng/mL", className="strip__unit")
    return html.Div(
        [html.Div("Ketamine", className="strip__name"), unit, html.Div("MODEL", className="model__mark")],
        className="strip__label",
    )


def _field() -> html.Div:
    words = html.Div(
        [html.Strong(NOT_MEASURED), " ", html.Span("", id="session--model-words")], className="model__words small"
    )
    return html.Div([words, html.Div("", className="model__plot", id="session--model-plot")], className="model__field")


def _newest() -> html.Div:
    newest = html.Div(DASH, className="model__range number", id="session--model-range")
    return html.Div([newest, html.Div("", className="strip__age", id="session--model-age")], className="strip__value")


def predicted_band_switch() -> html.Button:
    """Shows or hides the row; remembered on the device."""
    return html.Button(
        "Predicted ketamine", type="button", className="model__switch",
        **{"data-role": "model-switch", "aria-pressed": "true", "aria-controls": "session--model"},
    )  # fmt: skip
