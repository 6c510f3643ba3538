"""The HTTP interface as a page, from its OpenAPI description; nothing is fetched from elsewhere."""

from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.responses import HTMLResponse

from dashboard.components.plain_page import reference_page

_ENVELOPE = frozenset({"entry_id", "kind", "effective_at", "source", "confirmed", "is_simulated"})
_UNIONS = {
    "Entries of a session": "session_entry",
    "Entries that the server records in a session": "server_entry",
    "Entries of the clinic": "clinic_entry",
}
_ENVELOPE_WORDS = """<p>Each entry also has <code>entry_id</code>, <code>kind</code>, <code>effective_at</code> and,
where they apply, <code>source</code>, <code>confirmed</code>, <code>is_simulated</code>.</p>"""


def docs_router(api: FastAPI) -> APIRouter:
    """`/api/docs`; the machine-readable form is `/api/openapi.json`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/api/docs")
    async def show_docs() -> HTMLResponse:
        description = api.openapi()
        return HTMLResponse(reference_page("HTTP interface", _routes(description) + _kinds(description)))

    return router


def _routes(description: dict[str, Any]) -> str:
    rows = [
        f"<tr><td><code>{method.upper()}</code></td><td><code>{escape(path)}</code></td>"
        f"<td>{escape(str(route.get('description') or route.get('summary', '')))}</td></tr>"
        for path, methods in description["paths"].items()
        for method, route in methods.items()
    ]
    words = escape(description["info"]["description"])
    machine_readable = "<p>Machine-readable: <a href='/api/openapi.json'>OpenAPI</a>.</p>"
    return f"<p>{words}</p>{machine_readable}<table>{''.join(rows)}</table>"


def _kinds(description: dict[str, Any]) -> str:
    schemas = description["components"]["schemas"]
    sections = []
    for title, union in _UNIONS.items():
        kinds = schemas[union]["discriminator"]["mapping"]
        sections.append(f"<h2>{title}</h2>" + "".join(_kind(kind, schemas[kind]) for kind in kinds))
    return _ENVELOPE_WORDS + "".join(sections)


def _kind(kind: str, schema: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{name}</code></td><td>{'required' if name in schema['required'] else ''}</td>"
        f"<td>{escape('; '.join(_field(field)))}</td></tr>"
        for name, field in schema["properties"].items()
        if name not in _ENVELOPE
    )
    table = f"<table>{rows}</table>" if rows else "<p>No fields of its own.</p>"
    return f"<h3 id='{kind}'><code>{kind}</code></h3><p>{escape(schema['description'])}</p>{table}"


def _field(field: dict[str, Any]) -> Iterator[str]:
    """What it is, its bounds or choices, when it asks."""
    yield str(field.get("description", ""))
    if "minimum" in field:
        yield f"{field['minimum']} to {field['maximum']} {field['x-unit']}".strip()
    elif "enum" in field:
        yield ", ".join(one for one in field["enum"] if one is not None)
    elif "maxLength" in field:
        yield f"text up to {field['maxLength']} characters"
    elif "format" in field:
        yield str(field["format"])
    elif "items" in field:
        yield f"any of {', '.join(field['items']['enum'])}"
    elif "properties" in field:
        yield f"a reason for any of {', '.join(field['properties'])}"
    elif field.get("readOnly"):
        yield "made by the server"
