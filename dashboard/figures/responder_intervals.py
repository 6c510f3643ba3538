"""The one figure of the review: responder rates as points on their Wilson 95 % intervals, 0 to 100 %.

Drawn with plain elements whose place is a percentage, so that it follows the theme and needs no plotting library.
"""

from dataclasses import dataclass

from dash import html

from session_store.reports import FEWEST_FOR_A_PERCENTAGE, ResponderRate, ResponderReport

AXIS_PERCENT = (0, 25, 50, 75, 100)


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """One row: its words and rate; the headline is drawn filled, the observed-only open."""

    label: str
    rate: ResponderRate
    is_headline: bool


def interval_rows(report: ResponderReport) -> tuple[IntervalRow, ...]:
    """Both thresholds, each with headline and observed-only."""
    return (
        IntervalRow("At least 30 % less pain", report.headline_30, is_headline=True),
        IntervalRow("observed only", report.observed_30, is_headline=False),
        IntervalRow("At least 50 % less pain", report.headline_50, is_headline=True),
        IntervalRow("observed only", report.observed_50, is_headline=False),
    )


def responder_intervals(report: ResponderReport) -> html.Div:
    """The whole figure with its axis."""
    rows = [part for row in interval_rows(report) for part in _row(row)]
    return html.Div([*rows, *_axis()], className="intervals", role="img", **{"aria-label": _in_words(report)})


def _in_words(report: ResponderReport) -> str:
    return "; ".join(f"{row.label}: {row.rate.words()}" for row in interval_rows(report))


def _row(row: IntervalRow) -> list[html.Div]:
    kind = "headline" if row.is_headline else "observed"
    return [
        html.Div(row.label, className=f"intervals__label intervals__label--{kind}"),
        html.Div([*_grid(), *_mark(row.rate, kind)], className="intervals__track"),
        html.Div(_value(row.rate), className=f"intervals__value intervals__value--{kind} number"),
    ]


def _grid() -> list[html.Div]:
    return [html.Div("", className="intervals__grid", style={"left": f"{percent}%"}) for percent in AXIS_PERCENT]


def _mark(rate: ResponderRate, kind: str) -> list[html.Div]:
    if rate.percent_tenths is None or rate.interval_low_tenths is None or rate.interval_high_tenths is None:
        return [html.Div(f"under {FEWEST_FOR_A_PERCENTAGE}: counts only", className="intervals__few")]
    low, high = rate.interval_low_tenths / 10, rate.interval_high_tenths / 10
    bar = {"left": f"{low:.1f}%", "width": f"{high - low:.1f}%"}
    point = {"left": f"{rate.percent_tenths / 10:.1f}%"}
    return [
        html.Div("", className=f"intervals__bar intervals__bar--{kind}", style=bar),
        html.Div("", className=f"intervals__point intervals__point--{kind}", style=point),
    ]


def _value(rate: ResponderRate) -> list[html.Span]:
    counts = html.Span(f"{rate.responders} of {rate.denominator}", className="intervals__counts")
    if rate.percent_tenths is None:
        return [counts]
    return [html.Span(f"{rate.percent_tenths / 10:.1f} %", className="intervals__percent"), counts]


def _axis() -> list[html.Div]:
    marks = [html.Span(f"{percent} %", style={"left": f"{percent}%"}) for percent in AXIS_PERCENT]
    return [html.Div("", className="intervals__label"), html.Div(marks, className="intervals__axis"), html.Div("")]
