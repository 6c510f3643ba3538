"""The mark of a drill: on every page whoever makes it, on nothing else; and never on a real database."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from dashboard.drill_marking import DrillMarking
from session_store.settings import Settings

PAGE = "<html><head><title>Panel</title></head><body class='x'><p>äöü</p></body></html>"


def answered(response: Response, method: str = "GET", **headers: str) -> tuple[dict[str, str], bytes, dict[str, str]]:
    """Headers and body as sent, and the headers that the application saw."""
    sent: list[Any] = []
    seen: dict[str, str] = {}

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.update((name.decode(), value.decode()) for name, value in scope["headers"])
        await response(scope, receive, send)

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": "/", "headers": raw}
    asyncio.run(DrillMarking(inner, "surge <1>")(scope, receive, send))
    start = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return start, b"".join(message.get("body", b"") for message in sent[1:]), seen


def test_a_page_carries_watermark_words_and_title() -> None:
    headers, body, seen = answered(HTMLResponse(PAGE), accept_encoding="gzip", accept="text/html")
    page = body.decode()
    assert page.index("<body class='x'>") < page.index('class="drill"') < page.index("<p>äöü</p>")
    assert "<title>DRILL · Panel</title>" in page
    assert "Drill surge &lt;1&gt;. Simulated: no real patient." in page
    assert 'aria-hidden="true"' in page
    assert headers["content-length"] == str(len(body))
    assert seen == {"accept": "text/html"}


def test_a_page_in_pieces_is_marked_once() -> None:
    async def pieces() -> Any:
        for at in range(0, len(PAGE), 10):
            yield PAGE[at : at + 10]

    _, body, _ = answered(StreamingResponse(pieces(), media_type="text/html"))
    assert body.decode().count('class="drill"') == 1 and body.decode().endswith("</html>")


def test_data_goes_out_as_it_is() -> None:
    assert answered(JSONResponse({"note": "<body>"}))[1] == b'{"note":"<body>"}'
    assert answered(HTMLResponse(""), method="HEAD")[1] == b""


def test_a_drill_is_played_on_a_simulated_database_alone() -> None:
    assert Settings(is_simulated=True, drill_name=" surge ").drill_name == "surge"
    assert Settings(drill_name="  ").drill_name == ""
    with pytest.raises(ValidationError, match="simulated database alone"):
        Settings(drill_name="surge")
    with pytest.raises(ValidationError, match="printable"):
        Settings(is_simulated=True, drill_name="two\nlines")


def test_the_watermark_takes_no_touch_and_no_colour_of_an_alert() -> None:
    style = (Path(__file__).parents[2] / "dashboard/assets/drill.css").read_text()
    assert "pointer-events: none" in style and "color: var(--text)" in style
    assert not any(name in style for name in ("--critical", "--warning", "--advisory", "#", "rgb"))
