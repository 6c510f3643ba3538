"""What was given and where the drug went, as two small tables; `assets/42_dose_table.js` fills them.

All figures are the server's, as of a time that is named.
"""

from dash import html

DOSE_ROWS = (
    ("delivered_mg", "Given"),
    ("delivered_mg_per_kg", "Given by weight"),
    ("last_hour_mg", "Last 60 min"),
    ("last_hour_mg_per_kg", "Last 60 min by weight"),
    ("planned_total_mg", "Of the plan"),
)
LEDGER_ROWS = (
    ("drawn_mg", "Drawn"),
    ("infused_mg", "Infused"),
    ("bolus_mg", "Bolus"),
    ("wasted_mg", "Wasted"),
    ("returned_mg", "Returned"),
    ("difference_mg", "Left"),
)


def dose_table() -> html.Section:
    """Dose and drug ledger of one session."""
    head = html.Div(
        [
            html.H2("Dose and drug ledger", className="entries__title"),
            html.Span("", className="quiet small", **{"data-dose": "as_of"}),
        ],
        className="entries__head",
    )
    ledger = [
        _table(LEDGER_ROWS),
        html.Div("", className="dose__words", **{"data-dose": "ledger_words"}),
    ]
    body = html.Div([_table(DOSE_ROWS), html.Div(ledger, className="dose__ledger")], className="dose__tables")
    return html.Section(
        [head, body], className="entries card dose", id="session--dose", **{"aria-label": "Dose and drug ledger"}
    )


def _table(rows: tuple[tuple[str, str], ...]) -> html.Dl:
    cells = [
        html.Div([html.Dt(words), html.Dd("\N{EN DASH}", className="number", **{"data-dose": name})])
        for name, words in rows
    ]
    return html.Dl(cells, className="dose__table")
