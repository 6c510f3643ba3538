"""Figures and review components as pure functions: what they show, and what they must never show."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from dashboard.components.entry_list import FILTERS, entry_list
from dashboard.components.review import report_view, response_words, session_rows, sessions_grid
from dashboard.figures.responder_intervals import responder_intervals
from dashboard.figures.session_rows import SESSION_ROWS, rows_json
from dashboard.figures.session_strip import DASH, session_strip
from session_store.reports import OUTCOME_COLUMNS, Reports, ResponderReport

FROM, TO = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def nodes(component: Any) -> Iterator[Any]:
    """A component and all that is in it."""
    yield component
    children = getattr(component, "children", None)
    if children is None or isinstance(children, str):
        return
    for child in children if isinstance(children, list | tuple) else [children]:
        yield from nodes(child) if not isinstance(child, str) else iter([child])


def text_of(component: Any) -> str:
    """All words of a component in order."""
    words = []
    for node in nodes(component):
        if isinstance(node, str):
            words.append(node)
        elif isinstance(getattr(node, "children", None), str):
            words.append(node.children)
    return " ".join(words)


def with_class(component: Any, name: str) -> list[Any]:
    return [node for node in nodes(component) if name in (getattr(node, "className", None) or "").split()]


def outcome(patient: str, **changes: Any) -> dict[str, Any]:
    """An outcome row: VAS 70 to 49 mm, exactly 30 %."""
    row: dict[str, Any] = dict.fromkeys(OUTCOME_COLUMNS) | {
        "session_id": f"session-{patient}", "patient_id": patient, "patient_label": patient, "condition": "CRPS",
        "drug": "racemic_ketamine", "first_drug_at": datetime(2026, 3, 2, 8, 5, tzinfo=UTC), "status": "discharged",
        "delivered_mg": Decimal("61.20"), "instrument": "vas", "baseline_tenths": 700, "followup_tenths": 490,
        "best_tenths": 300, "reduction_tenths_percent": 300, "is_evaluable": True, "responder_30": True,
        "responder_50": False, "stopped_for_adverse_effect": False, "alerts_by_level": {"warning": 2, "critical": 1},
        "adverse_effects": 0, "is_simulated": False,
    }  # fmt: skip
    return row | changes


def report_of(rows: list[dict[str, Any]]) -> ResponderReport:
    return Reports(lambda *_: rows).responders(1, FROM, TO)


def rows_of(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return session_rows(Reports(lambda *_: rows).sessions(1, FROM, TO), UTC)


# ---------------------------------------------------------------------- the session's figure
@pytest.mark.parametrize("row", SESSION_ROWS, ids=lambda row: row.row_id)
def test_every_row_has_ticks_inside_its_axis(row: Any) -> None:
    assert row.low < row.high
    assert any(row.low <= tick <= row.high for tick in row.ticks)


def test_rows_travel_as_json() -> None:
    assert json.loads(json.dumps(rows_json()))[0]["row_id"] == "rate"


def test_every_value_of_the_strip_starts_as_a_dash() -> None:
    shown = {
        getattr(node, "data-session-value"): node.children
        for node in nodes(session_strip())
        if hasattr(node, "data-session-value")
    }
    assert set(shown) == {field for row in SESSION_ROWS for field in row.fields}
    assert set(shown.values()) == {DASH}


def test_the_strip_has_one_plot_and_one_label_a_row() -> None:
    strip = session_strip()
    assert len([node for node in nodes(strip) if getattr(node, "id", None) == "session--plot"]) == 1
    labels = [getattr(node, "data-row") for node in with_class(strip, "strip__label")]
    assert labels == ["rail", *(row.row_id for row in SESSION_ROWS)]


def test_the_entry_list_starts_empty_with_one_filter_pressed() -> None:
    pressed = [getattr(node, "aria-pressed") for node in nodes(entry_list()) if hasattr(node, "data-entry-filter")]
    assert pressed == ["true"] + ["false"] * (len(FILTERS) - 1)


# ---------------------------------------------------------------------- the responder figure
def test_points_and_intervals_lie_where_the_rates_are() -> None:
    figure = responder_intervals(report_of([outcome(str(n), responder_30=n < 3) for n in range(10)]))
    point = with_class(figure, "intervals__point--headline")[0].style["left"]
    bar = with_class(figure, "intervals__bar--headline")[0].style
    assert (point, bar) == ("30.0%", {"left": "10.8%", "width": "49.5%"})
    assert len(with_class(figure, "intervals__point--observed")) == 2


def test_under_five_there_is_neither_point_nor_percentage() -> None:
    figure = responder_intervals(report_of([outcome(str(n)) for n in range(4)]))
    assert not with_class(figure, "intervals__point")
    assert not with_class(figure, "intervals__percent")
    assert "under 5: counts only" in text_of(figure)
    assert "4 of 4" in text_of(figure)


def test_the_figure_says_its_numbers_to_a_screen_reader() -> None:
    figure = responder_intervals(report_of([outcome("A")]))
    assert "At least 30 % less pain: 1 of 1 patients" in getattr(figure, "aria-label")


# ---------------------------------------------------------------------- the review in words
def test_the_review_names_what_it_counts_and_what_it_is_not() -> None:
    words = text_of(report_view(report_of([outcome(str(n)) for n in range(6)])))
    assert "Same-day response, not the guideline's positive response" in words
    assert "6 of 6 patients" in words
    assert "100.0 %, 95 % interval 61.0 to 100.0 %" in words
    assert "no placebo" in words
    assert "regression to the mean" in words
    assert not {"effective", "efficacy", "success", "improved"} & set(words.lower().split())


def test_a_small_review_shows_counts_only() -> None:
    words = text_of(report_view(report_of([outcome("A")])))
    assert "1 of 1 patient" in words
    assert "Too few for a percentage." in words


def test_an_empty_period_says_so() -> None:
    words = text_of(report_view(report_of([outcome("A", first_drug_at=None)])))
    assert "No finished treated session in this period" in words
    assert "1 finished without any drug." in words


def test_left_out_simulated_sessions_are_named() -> None:
    words = text_of(report_view(report_of([outcome("A"), outcome("B", is_simulated=True)])))
    assert "1 simulated session is left out everywhere." in words


def test_a_session_row_has_sortable_values_and_texts() -> None:
    row = rows_of([outcome("A")])[0]
    assert row["at_text"] == "02 Mar 2026 08:05"
    assert (row["baseline"], row["baseline_text"], row["last_text"]) == (70, "70 mm", "49 mm")
    assert (row["change"], row["change_text"]) == (-300, "\N{MINUS SIGN}30.0")
    assert row["response"] == "responder, at least 30 %"
    assert row["alerts_text"] == "*** 1  ** 2"
    assert row["given_mg_text"] == "61.2"


def test_29_6_percent_reads_29_6_and_non_responder() -> None:
    row = rows_of([outcome("A", reduction_tenths_percent=296, responder_30=False)])[0]
    assert (row["change_text"], row["response"]) == ("\N{MINUS SIGN}29.6", "non-responder")


def test_worse_reads_as_plus() -> None:
    row = rows_of([outcome("A", reduction_tenths_percent=-143, responder_30=False)])[0]
    assert (row["change_text"], row["response"]) == ("+14.3", "non-responder, worse")


def test_a_session_without_drug_or_scores_is_a_row_of_blanks_and_never_of_zeros() -> None:
    changes: dict[str, Any] = dict.fromkeys(
        (
            "first_drug_at",
            "delivered_mg",
            "baseline_tenths",
            "followup_tenths",
            "best_tenths",
            "reduction_tenths_percent",
        )
    )
    row = rows_of([outcome("A", **changes, alerts_by_level={})])[0]
    assert row["at_text"] == "no drug given"
    assert {row[name] for name in ("given_mg_text", "baseline_text", "last_text", "best_text", "change_text")} == {""}
    assert {row[name] for name in ("given_mg", "baseline", "last", "best", "change")} == {None}
    assert row["alerts_text"] == "none"


RESPONSES = [
    ({"responder_50": True}, "responder, at least 50 %"),
    ({"stopped_for_adverse_effect": True}, "non-responder: stopped for an adverse effect"),
    ({"followup_tenths": None, "followup_missing_reason": "asleep"}, "non-responder: asleep"),
    ({"followup_tenths": None}, "non-responder: no score afterwards"),
    ({"is_evaluable": False, "not_evaluable_reason": "baseline 0"}, "not evaluable: baseline 0"),
    ({"is_evaluable": False}, "not evaluable: reason not recorded"),
]


@pytest.mark.parametrize(("changes", "words"), RESPONSES)
def test_response_in_words(changes: dict[str, Any], words: str) -> None:
    assert response_words(outcome("A", **changes)) == words


def test_every_column_of_the_table_is_filled() -> None:
    row = rows_of([outcome("A")])[0]
    for column in sessions_grid().columnDefs:
        assert column["field"] in row
        if "valueFormatter" in column:
            assert f"{column['field']}_text" in row


def test_an_empty_frame_gives_no_rows() -> None:
    assert session_rows(pd.DataFrame(columns=list(OUTCOME_COLUMNS)), UTC) == []
