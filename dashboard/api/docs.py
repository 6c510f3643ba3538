"""The HTTP interface as a page, from its OpenAPI description; nothing is fetched from elsewhere."""

from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.responses import HTMLResponse

from dashboard.components.plain_page import reference_page


def docs_router(api: FastAPI) -> APIRouter:
    """`/api/docs`; the machine-readable form is `/api/openapi.json`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/api/docs")
    async def show_docs() -> HTMLResponse:
        return HTMLResponse(reference_page("HTTP interface", _routes(api.openapi())))

    return router


def _routes(description: dict[str, Any]) -> str:
    rows = [
        f"<tr><td><code>{method.upper()}</code></td><td><code>{escape(path)}</code></td>"
        f"<td>{escape(str(route.get('description') or route.get('summary', '')))}</td></tr>"
        for path, methods in description["paths"].items()
        for method, route in methods.items()
    ]
    return f"<p>Machine-readable: <a href='/api/openapi.json'>OpenAPI</a>.</p><table>{''.join(rows)}</table>"
