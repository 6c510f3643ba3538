"""Baseline 1: a page that does nothing but set one text when a WebSocket message comes. The limit of this machine."""

import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.bench.plain_record import CHAIRS, PlainRecord

PAGE = """<!doctype html><title>bare</title>
<body>{lines}<script>
const socket = new WebSocket("ws://" + location.host + "/live");
socket.onopen = () => document.body.setAttribute("data-open", "");
socket.onmessage = (event) => {{
  const [chair, text] = event.data.split(" ");
  document.getElementById("value-" + chair).textContent = text;
}};
</script>"""


class BarePage:
    """Commits, then sends to every open socket, all in the one event loop."""

    def __init__(self, record: PlainRecord) -> None:
        self._record = record
        self._sockets: set[WebSocket] = set()

    async def page(self, _request: Request) -> Response:
        lines = "".join(f'<p>{chair + 1}: <span id="value-{chair}">-</span></p>' for chair in range(CHAIRS))
        return HTMLResponse(PAGE.format(lines=lines))

    async def write(self, request: Request) -> Response:
        sent = await request.json()
        committed_at = self._record.commit(sent["chair"], sent["ms"], float(sent["value"]))
        for socket in tuple(self._sockets):
            await socket.send_text(f"{sent['chair']} {sent['value']}")
        return JSONResponse({"committed_at": committed_at})

    async def live(self, socket: WebSocket) -> None:
        await socket.accept()
        self._sockets.add(socket)
        try:
            await socket.receive_text()
        except WebSocketDisconnect:
            self._sockets.discard(socket)


def main() -> None:
    """`python -m tests.bench.bare_page PORT FILE`"""
    bare = BarePage(PlainRecord(Path(sys.argv[2])))
    app = Starlette(
        routes=[
            Route("/", bare.page),
            Route("/entries", bare.write, methods=["POST"]),
            WebSocketRoute("/live", bare.live),
        ]
    )
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")


if __name__ == "__main__":
    main()
