"""What the review says: the rate in words with its denominator, the counts, and the sessions as a table.

Never worded as efficacy: "had at least 30 % less pain", not "responded to".
"""

from datetime import tzinfo
from typing import Any

import dash_ag_grid as dag
import pandas as pd
from dash import html

from dashboard.figures.responder_intervals import responder_intervals
from session_store.domain.pain_response import percent_text
from session_store.reports import ResponderCounts, ResponderRate, ResponderReport

DRUG_WORDS = {"racemic_ketamine": "racemic ketamine", "esketamine": "esketamine"}
LEVELS = (("critical", "***"), ("warning", "**"), ("advisory", "*"))
COUNT_COLUMNS = (
    ("treated", "Treated"),
    ("not_evaluable", "Not evaluable, outside the denominator"),
    ("evaluable", "In the denominator"),
    ("responders_30", "At least 30 % less pain"),
    ("responders_50", "At least 50 % less pain"),
    ("worse", "Worse than before"),
    ("missing_followup", "No score afterwards, counts as non-responder"),
    ("stopped_for_adverse_effect", "Stopped for an adverse effect, counts as non-responder"),
)
# The grid takes its colours from the page's tokens, so that it follows the theme.
GRID_THEME = (
    "themeQuartz.withParams({backgroundColor: 'var(--card)', foregroundColor: 'var(--text)', "
    "borderColor: 'var(--line)', "
    "headerBackgroundColor: 'var(--card-quiet)', headerTextColor: 'var(--text-quiet)', accentColor: 'var(--focus)', "
    "rowHoverColor: 'var(--card-quiet)', oddRowBackgroundColor: 'var(--card)', chromeBackgroundColor: 'var(--card)', "
    "browserColorScheme: 'inherit', fontFamily: 'var(--font)', fontSize: 14, headerFontSize: 13, rowHeight: 48, "
    "headerHeight: 48, wrapperBorderRadius: 8, spacing: 6})"
)


def report_view(report: ResponderReport) -> html.Div:
    """Headline, figure, denominators and counts of one period."""
    if report.patients.treated == 0:
        return html.Div(_nobody(report), className="card review__nobody")
    return html.Div(
        [
            html.Section([_headline(report), responder_intervals(report)], className="card review__headline"),
            html.Section([_counts(report)], className="card review__counts"),
        ],
        className="review__report",
    )


def _nobody(report: ResponderReport) -> list[Any]:
    more = f" {report.not_treated} finished without any drug." if report.not_treated else ""
    return [
        html.H2("No finished treated session in this period"),
        html.P("A session counts here once it is closed and a drug was given." + more, className="quiet"),
    ]


def _headline(report: ResponderReport) -> html.Div:
    return html.Div(
        [
            html.P(report.label, className="review__label"),
            _statement(report.headline_30, "30 %", is_main=True),
            _statement(report.headline_50, "50 %", is_main=False),
            html.P(report.denominator_words(), className="quiet"),
            html.P(report.observed_words(), className="quiet"),
            *_left_out(report),
            html.P(report.caveat, className="review__caveat"),
        ],
        className="review__words",
    )


def _statement(rate: ResponderRate, threshold: str, *, is_main: bool) -> html.P:
    noun = "patient" if rate.denominator == 1 else "patients"
    parts = [
        html.Strong(f"{rate.responders} of {rate.denominator} {noun}", className="number"),
        f" had at least {threshold} less pain at the last score before leaving",
    ]
    return html.P(
        [*parts, html.Span(_interval_words(rate), className="review__interval number")],
        className="review__main" if is_main else "review__second",
    )


def _interval_words(rate: ResponderRate) -> str:
    if rate.percent_tenths is None or rate.interval_low_tenths is None or rate.interval_high_tenths is None:
        return "Too few for a percentage."
    low, high = rate.interval_low_tenths / 10, rate.interval_high_tenths / 10
    return f"{rate.percent_tenths / 10:.1f} %, 95 % interval {low:.1f} to {high:.1f} %"


def _left_out(report: ResponderReport) -> list[html.P]:
    if not report.simulated_left_out:
        return []
    count = report.simulated_left_out
    sessions = "1 simulated session is" if count == 1 else f"{count} simulated sessions are"
    return [html.P(f"{sessions} left out everywhere.", className="quiet")]


def _counts(report: ResponderReport) -> html.Div:
    head = html.Tr([html.Th("", scope="col"), *(html.Th(words, scope="col") for _, words in COUNT_COLUMNS)])
    rows = [
        _count_row("Patients, by the first treated session", report.patients),
        _count_row("Sessions, counts only", report.sessions),
    ]
    ended = ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in report.by_status.items())
    words = html.P(f"All finished sessions of the period ended as: {ended}.", className="quiet small")
    return html.Div([html.Table([html.Thead(head), html.Tbody(rows)], className="counts"), words])


def _count_row(words: str, counts: ResponderCounts) -> html.Tr:
    cells = [html.Td(str(getattr(counts, name)), className="number") for name, _ in COUNT_COLUMNS]
    return html.Tr([html.Th(words, scope="row"), *cells])


def sessions_grid() -> dag.AgGrid:
    """The table of sessions, one row a session, newest first; filled by the page's callback."""
    return dag.AgGrid(
        id="review--sessions",
        rowData=[],
        columnDefs=_columns(),
        defaultColDef={"sortable": True, "resizable": True, "suppressMovable": True, "wrapHeaderText": True},
        columnSize="responsiveSizeToFit",
        dashGridOptions={
            "theme": {"function": GRID_THEME},
            "domLayout": "autoHeight",
            "pagination": True,
            "paginationPageSize": 25,
            "paginationPageSizeSelector": [25, 100],
            "suppressCellFocus": False,
            "localeText": {"noRowsToShow": "No finished session in this period"},
        },
        getRowId="params.data.session_id",
        style={"height": None},
    )


def _columns() -> list[dict[str, Any]]:
    return [
        _column("at", "Start", 176, cellRenderer="SessionLink"),
        _column("patient", "Patient", 104),
        _column("condition", "Condition", 150),
        _column("drug", "Drug", 148),
        _number("given_mg", "Given, mg", 90),
        _number("baseline", "Before", 86),
        _number("last", "Last", 86),
        _number("best", "Best, not used", 92),
        _number("change", "Change, %", 96),
        _column("response", "Response", 230, tooltipField="response"),
        _column("status", "Ended as", 116),
        _number("alerts", "Alerts", 110),
    ]


def _column(field: str, words: str, width: int, **more: Any) -> dict[str, Any]:
    return {"field": field, "headerName": words, "minWidth": width, "width": width, **more}


def _number(field: str, words: str, width: int) -> dict[str, Any]:
    """A column that sorts by number and shows its own text."""
    shown = {"function": f"params.data.{field}_text"}
    return _column(
        field, words, width, type="rightAligned", valueFormatter=shown, cellClass=["number", "ag-right-aligned-cell"]
    )


def session_rows(sessions: pd.DataFrame, zone: tzinfo) -> list[dict[str, Any]]:
    """The rows of the table: sortable values with their texts beside them."""
    return [_session_row(row, zone) for row in sessions.to_dict("records")]


def _session_row(row: dict[Any, Any], zone: tzinfo) -> dict[str, Any]:
    treated = not pd.isna(row["first_drug_at"])
    at = row["first_drug_at"].astimezone(zone) if treated else None
    change = _whole(row["reduction_tenths_percent"])
    return {
        "session_id": str(row["session_id"]),
        "at": at.isoformat() if at else "",
        "at_text": at.strftime("%d %b %Y %H:%M") if at else "no drug given",
        "patient": row["patient_label"],
        "condition": row["condition"],
        "drug": DRUG_WORDS.get(row["drug"], row["drug"]),
        "given_mg": None if row["delivered_mg"] is None else float(row["delivered_mg"]),
        "given_mg_text": "" if row["delivered_mg"] is None else f"{row['delivered_mg']:.1f}",
        **_score("baseline", row["baseline_tenths"], row["instrument"]),
        **_score("last", row["followup_tenths"], row["instrument"]),
        **_score("best", row["best_tenths"], row["instrument"]),
        "change": None if change is None else -change,
        "change_text": "" if change is None else _change_text(change),
        "response": response_words(row),
        "status": str(row["status"]).replace("_", " "),
        **_alerts(row["alerts_by_level"] or {}),
    }


def response_words(row: dict[Any, Any]) -> str:
    """What one session says about the response, in words."""
    if not row["is_evaluable"]:
        return f"not evaluable: {row['not_evaluable_reason'] or 'reason not recorded'}"
    if row["stopped_for_adverse_effect"]:
        return "non-responder: stopped for an adverse effect"
    if _whole(row["followup_tenths"]) is None:
        return f"non-responder: {row['followup_missing_reason'] or 'no score afterwards'}"
    if row["responder_50"]:
        return "responder, at least 50 %"
    if row["responder_30"]:
        return "responder, at least 30 %"
    reduction = _whole(row["reduction_tenths_percent"])
    return "non-responder, worse" if reduction is not None and reduction < 0 else "non-responder"


def _whole(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def _change_text(reduction_tenths: int) -> str:
    """A reduction of 42.9 % is a change of -42.9 %; one decimal always, a true minus sign."""
    text = percent_text(-reduction_tenths).replace("-", "\N{MINUS SIGN}")
    return text if reduction_tenths >= 0 else f"+{text}"


def _score(name: str, tenths: Any, instrument: Any) -> dict[str, Any]:
    """Sorts by the part of the scale, so that NRS and VAS do not mix up; shows the score in its own unit."""
    whole = _whole(tenths)
    if whole is None:
        return {name: None, f"{name}_text": ""}
    if instrument == "vas":
        return {name: whole / 10, f"{name}_text": f"{whole / 10:g} mm"}
    return {name: whole, f"{name}_text": f"{whole / 10:g}"}


def _alerts(by_level: dict[str, int]) -> dict[str, Any]:
    parts = [f"{mark} {by_level[level]}" for level, mark in LEVELS if by_level.get(level)]
    rank = sum(by_level.get(level, 0) * weight for (level, _), weight in zip(LEVELS, (10_000, 100, 1), strict=True))
    return {"alerts": rank, "alerts_text": "  ".join(parts) or "none"}
