"""Baseline 2: Dash as its tutorial has it. One second `dcc.Interval`, the callback reads the database and returns texts
and whole figures."""

import sys
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import uvicorn
from dash import ALL, Dash, Input, Output, dcc, html
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.bench.plain_record import CHAIRS, SIGNS, PlainRecord

GRID = {"display": "grid", "gridTemplateColumns": "repeat(4, 1fr)"}


def build(record: PlainRecord) -> FastAPI:
    api = FastAPI()

    @api.post("/entries")
    async def write(request: Request) -> Response:
        sent = await request.json()
        return JSONResponse({"committed_at": record.commit(sent["chair"], sent["ms"], float(sent["value"]))})

    dash = Dash("stock", server=api)
    dash.layout = html.Div(
        [html.Div([_tile(chair) for chair in range(CHAIRS)], style=GRID), dcc.Interval("clock", 1000)]
    )

    @dash.callback(Output({"value": ALL}, "children"), Output({"plot": ALL}, "figure"), Input("clock", "n_intervals"))
    def show(_ticks: int | None) -> tuple[list[str], list[Any]]:
        histories = [record.newest(chair) for chair in range(CHAIRS)]
        return [f"{history[-1][1]:.1f}" for history in histories], [_figure(history) for history in histories]

    return api


def _tile(chair: int) -> html.Div:
    value = html.Span("-", id={"value": chair})
    return html.Div([html.P(value, id=f"value-{chair}"), dcc.Graph(id={"plot": chair}, style={"height": "300px"})])


def _figure(history: list[tuple[float, ...]]) -> go.Figure:
    times = [one[0] for one in history]
    traces = [go.Scatter(x=times, y=[one[at + 1] for one in history], name=sign) for at, sign in enumerate(SIGNS)]
    return go.Figure(traces)


def main() -> None:
    """`python -m tests.bench.stock_page PORT FILE`"""
    record = PlainRecord(Path(sys.argv[2]))
    record.seed()
    uvicorn.run(build(record), host="127.0.0.1", port=int(sys.argv[1]), log_level="error")


if __name__ == "__main__":
    main()
