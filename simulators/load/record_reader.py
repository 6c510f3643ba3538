"""Reads the record over HTTP as a signed-in person: who am I, the panel, the audit trail, the live stream."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import httpx
import msgspec

from simulators.server_client import RequestRefused, ServerUnreachable, SignIn

TIMEOUT_S = 30.0
# Three heartbeats: a page that has heard nothing for so long opens the stream again.
SILENCE_S = 6.0


class _Me(msgspec.Struct):
    is_simulated: bool


class _Numbered(msgspec.Struct):
    change_number: int


class _AuditEntry(msgspec.Struct):
    entry_id: str


class _Audit(msgspec.Struct):
    entries: list[_AuditEntry]


class RecordReader:
    """One person's client. Every method raises `RequestRefused` and `ServerUnreachable`."""

    def __init__(self, url: str, sign_in: SignIn, transport: httpx.BaseTransport | None = None) -> None:
        # A transport of its own keeps a proxy of the environment out of the way.
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT_S, transport=transport or httpx.HTTPTransport())
        self._sign_in = sign_in

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def sign_in(self) -> None:
        """Gets the cookie for all that follows."""
        body = {"username": self._sign_in.username, "password": self._sign_in.password}
        _checked(self._sent("POST", "/api/v1/login", body))

    def is_simulated(self) -> bool:
        """Whether the server works on a simulated database."""
        return msgspec.json.decode(self._got("/api/v1/me"), type=_Me).is_simulated

    def change_number(self) -> int:
        """The number of the record's last change."""
        return msgspec.json.decode(self._got("/readyz"), type=_Numbered).change_number

    def panel_number(self) -> int:
        """Loads the panel as a page does when it opens; the number to go on from."""
        return msgspec.json.decode(self._got("/api/v1/panel?minutes=60"), type=_Numbered).change_number

    def recorded_ids(self, session_id: UUID) -> Counter[str]:
        """How often each entry id stands in a session's audit trail."""
        audit = msgspec.json.decode(self._got(f"/api/v1/sessions/{session_id}/audit"), type=_Audit)
        return Counter(entry.entry_id for entry in audit.entries)

    @contextmanager
    def stream(self, after: int) -> Iterator[Iterator[bytes]]:
        """The chunks of the live stream from `after` on; ends with `httpx.TransportError` after a long silence."""
        path, timeout = f"/api/v1/changes/stream?after={after}", httpx.Timeout(TIMEOUT_S, read=SILENCE_S)
        with self._http.stream("GET", path, timeout=timeout) as response:
            if response.status_code >= 400:
                response.read()
            yield _checked(response).iter_raw()

    def _got(self, path: str) -> bytes:
        return _checked(self._sent("GET", path)).content

    def _sent(self, method: str, path: str, body: dict[str, str] | None = None) -> httpx.Response:
        try:
            return self._http.request(method, path, json=body)
        except httpx.TransportError as error:
            raise ServerUnreachable(f"{method} {path}: {type(error).__name__}: {error}") from error


def _checked(response: httpx.Response) -> httpx.Response:
    if response.status_code >= 400:
        raise RequestRefused(response.status_code, response.text[:200] or response.reason_phrase)
    return response
