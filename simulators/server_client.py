"""A client of the server's HTTP interface, as a tablet or a monitor gateway is one.

A request that fails on the way (no connection, no answer, 5xx) is sent again with the same entry ids until the server
answers, so that nothing is lost or recorded twice while the server restarts. What the server refuses is handed back.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from simulators.simulated_clock import wall_now

_LOG = logging.getLogger(__name__)

MAX_ENTRIES_PER_REQUEST = 200
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 5.0
_TRY_AGAIN_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
_TIMEOUT_S = 15.0


class ServerUnreachable(Exception):
    """No answer within the time the caller was willing to wait."""


class RequestRefused(Exception):
    """The server answered 4xx: `status` and its words."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status}: {reason}")
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SignIn:
    """A person's username and password."""

    username: str
    password: str


class ServerClient:
    """One sender: a device with a bearer token, or a person who signs in (`sign_in`) and keeps the cookie.

    It waits for a server that does not answer, at most `patience_s` (None: for ever), then raises `ServerUnreachable`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        token: str | None = None,
        sign_in: SignIn | None = None,
        patience_s: float | None = None,
        transport: httpx.BaseTransport | None = None,
        now: Callable[[], datetime] = wall_now,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=base_url, headers=headers, timeout=_TIMEOUT_S, transport=transport)
        self._sign_in = sign_in
        self._is_signed_in = sign_in is None
        self._patience_s = patience_s
        self._now = now
        self._pause = pause

    def close(self) -> None:
        """Closes the connection."""
        self._http.close()

    def account_id(self) -> UUID:
        """The account of who is signed in."""
        return UUID(str(self._request("GET", "/api/v1/me")["account_id"]))

    def me(self) -> dict[str, Any]:
        """Who is signed in, and what the server says of itself to pages."""
        return self._request("GET", "/api/v1/me")

    def change_number(self) -> int:
        """The number of the record's last change."""
        return int(self._request("GET", "/readyz")["change_number"])

    def changes_after(self, number: int) -> list[dict[str, Any]]:
        """Every change above `number`, in the order of commit."""
        found: list[dict[str, Any]] = []
        while page := self._request("GET", f"/api/v1/changes?after={number}&limit=1000")["changes"]:
            found += page
            number = page[-1]["change_number"]
        return found

    def credentials(self) -> dict[str, dict[str, str]]:
        """By account, the expiry of each credential on record."""
        return dict(self._request("GET", "/api/v1/clinic")["credentials"])

    def post_clinic_entries(self, entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Sends entries of the clinic itself; one result each."""
        return self._results(self._request("POST", "/api/v1/clinic/entries", {"entries": list(entries)}))

    def open_sessions(self) -> list[dict[str, Any]]:
        """Tiles of the open sessions."""
        answer = self._request("GET", "/api/v1/sessions?status=open&limit=200")
        return list(answer["sessions"])

    def open_session(self, session_id: UUID, entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Opens a session with its first entries; all are recorded or none. Unusual values are confirmed once."""
        body = {"session_id": str(session_id), "is_simulated": True, "entries": list(entries)}
        results = self._results(self._request("POST", "/api/v1/sessions", body))
        confirmed = _confirmed(entries, results)
        if not confirmed:
            return results
        again = {str(entry["entry_id"]): entry for entry in confirmed}
        body["entries"] = [again.get(str(entry["entry_id"]), entry) for entry in entries]
        return self._results(self._request("POST", "/api/v1/sessions", body))

    def post_entries(
        self,
        session_id: UUID,
        entries: Sequence[Mapping[str, Any]],
        *,
        confirms: bool = False,
        clock_ahead: timedelta = timedelta(0),
    ) -> list[dict[str, Any]]:
        """Sends entries in order, in batches; one result each. A person `confirms` what the server asks about.

        A sender whose clock is ahead names that clock as the time of sending, so that the server corrects its times.
        """
        results = []
        for start in range(0, len(entries), MAX_ENTRIES_PER_REQUEST):
            results += self._post_batch(session_id, entries[start : start + MAX_ENTRIES_PER_REQUEST], clock_ahead)
        asked = _confirmed(entries, results) if confirms else []
        if asked:
            answered = {result["entry_id"]: result for result in self._post_batch(session_id, asked, clock_ahead)}
            results = [answered.get(result["entry_id"], result) for result in results]
        return results

    def beat(self, session_id: UUID, tablet_id: UUID, *, is_leaving: bool = False) -> bool:
        """Says that a tablet has the session open, or leaves it; whether the server heard it. Tried once: the next
        beat follows.
        """
        body = {"tablet_id": str(tablet_id), "is_leaving": is_leaving}
        try:
            self._ensure_signed_in()
            return self._http.post(f"/api/v1/sessions/{session_id}/tablets", json=body).is_success
        except (httpx.TransportError, RequestRefused):
            return False

    def _post_batch(
        self, session_id: UUID, entries: Sequence[Mapping[str, Any]], clock_ahead: timedelta
    ) -> list[dict[str, Any]]:
        path = f"/api/v1/sessions/{session_id}/entries"
        return self._results(self._request("POST", path, {"entries": list(entries)}, clock_ahead))

    @staticmethod
    def _results(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
        return list(answer["results"])

    def _request(
        self, method: str, path: str, body: dict[str, Any] | None = None, clock_ahead: timedelta = timedelta(0)
    ) -> dict[str, Any]:
        """The JSON answer. Raises `RequestRefused`, `ServerUnreachable`."""
        waited_s, pause_s, has_signed_in_again = 0.0, _FIRST_PAUSE_S, False
        while True:
            try:
                self._ensure_signed_in()
                response = self._send(method, path, body, clock_ahead)
                if response.status_code == 401 and self._sign_in is not None and not has_signed_in_again:
                    self._is_signed_in, has_signed_in_again = False, True
                    continue
                if response.status_code not in _TRY_AGAIN_STATUS:
                    return _answer(response)
                problem = f"answered {response.status_code}"
            except httpx.TransportError as error:
                problem = f"{type(error).__name__}: {error}"
            self._wait(pause_s, waited_s, problem)
            waited_s += pause_s
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    def _send(self, method: str, path: str, body: dict[str, Any] | None, clock_ahead: timedelta) -> httpx.Response:
        if body is not None and path.startswith(("/api/v1/sessions", "/api/v1/clinic")):
            # The sender's clock at this sending, so that the server can measure the skew.
            body = {**body, "sent_at": (self._now() + clock_ahead).isoformat()}
        return self._http.request(method, path, json=body)

    def _ensure_signed_in(self) -> None:
        if self._is_signed_in or self._sign_in is None:
            return
        credentials = {"username": self._sign_in.username, "password": self._sign_in.password}
        response = self._http.post("/api/v1/login", json=credentials)
        if response.status_code in _TRY_AGAIN_STATUS:
            raise httpx.RemoteProtocolError(f"sign-in answered {response.status_code}")
        _answer(response)
        self._is_signed_in = True

    def _wait(self, pause_s: float, waited_s: float, problem: str) -> None:
        if self._patience_s is not None and waited_s + pause_s > self._patience_s:
            raise ServerUnreachable(f"no answer from {self._http.base_url} ({problem})")
        if not waited_s:
            _LOG.info("waiting for the server (%s)", problem)
        self._pause(pause_s)


def _answer(response: httpx.Response) -> dict[str, Any]:
    if response.status_code >= 400:
        raise RequestRefused(response.status_code, _reason(response))
    try:
        answer = response.json()
    except ValueError:
        raise RequestRefused(response.status_code, "the answer is not JSON") from None
    if not isinstance(answer, dict):
        raise RequestRefused(response.status_code, "the answer is not a JSON object")
    return answer


def _reason(response: httpx.Response) -> str:
    try:
        problems = response.json()["problems"]
        return "; ".join(describe_problem(problem) for problem in problems)
    except (ValueError, KeyError, TypeError):
        return response.text[:200] or response.reason_phrase


def refusals_of(results: Iterable[Mapping[str, Any]]) -> list[str]:
    """What was not recorded, in words."""
    return [
        f"{result['outcome']}: {'; '.join(describe_problem(problem) for problem in result['problems'])}"
        for result in results
        if result["outcome"] not in ("recorded", "duplicate")
    ]


def describe_problem(problem: Mapping[str, Any]) -> str:
    """One problem of an answer in words."""
    limit = f" ({problem['limit']})" if problem.get("limit") else ""
    return f"{problem.get('field')}: {problem.get('reason')}{limit}"


def _confirmed(entries: Sequence[Mapping[str, Any]], results: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The entries that were asked about, with the fields asked about marked as confirmed."""
    asked = {
        str(result["entry_id"]): sorted({problem["field"] for problem in result["problems"]})
        for result in results
        if result["outcome"] == "confirmation_needed"
    }
    return [
        {**entry, "confirmed": asked[str(entry["entry_id"])]} for entry in entries if str(entry["entry_id"]) in asked
    ]
