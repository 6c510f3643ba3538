"""What the load generator's senders send and count, against a small stand-in for the server."""

import json
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from simulators.load.load_session import LoadSession
from simulators.load.orders import Order, Orders
from simulators.load.plan import LoadPlan, share
from simulators.load.record_reader import RecordReader
from simulators.load.sending import Clients, SessionSender
from simulators.server_client import RequestRefused, ServerClient, SignIn
from simulators.staff import SIMULATED_STAFF

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "http://127.0.0.1:1"
NURSE = SignIn("nurse", "secret")


def load_plan(**changes: Any) -> LoadPlan:
    usual: dict[str, Any] = {
        "sessions": 4, "viewers": 2, "minutes": 1.0, "readings_per_min": 6.0, "hand_entries_per_min": 0.4,
        "openings_per_min": 120.0,        "resend_share": 0.0, "processes": 4, "seed": 1, "run_label": "0302120000",
    }  # fmt: skip
    return LoadPlan(**(usual | changes))


class StandIn:
    """Records what it is sent; `forgets` kinds it acknowledges and loses, `refuses` kinds, `is_gone`: no answer."""

    def __init__(self) -> None:
        self.recorded: dict[str, list[dict[str, Any]]] = {}
        self.bodies: list[dict[str, Any]] = []
        self.forgets: set[str] = set()
        self.refuses: set[str] = set()
        self.takes_again = False
        self.is_gone = False
        self.status = 200

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if self.is_gone:
            raise httpx.ConnectError("nobody there")
        if path == "/api/v1/login":
            return httpx.Response(200, json={})
        if path.endswith("/audit"):
            entries = self.recorded.get(path.split("/")[4])
            return httpx.Response(200, json={"entries": entries}) if entries else httpx.Response(404, json={})
        body = json.loads(request.content)
        self.bodies.append(body)
        session_id = body.get("session_id") or path.split("/")[4]
        if self.status != 200:
            return httpx.Response(self.status, json={"problems": [{"field": "x", "reason": "no", "limit": None}]})
        return httpx.Response(200, json={"results": [self._result(session_id, entry) for entry in body["entries"]]})

    def _result(self, session_id: str, entry: dict[str, Any]) -> dict[str, Any]:
        entries = self.recorded.setdefault(session_id, [])
        is_known = any(one["entry_id"] == entry["entry_id"] for one in entries)
        outcome = "refused" if entry["kind"] in self.refuses else "duplicate" if is_known else "recorded"
        problems = [{"field": "spo2_percent", "reason": f"{len(entries)} is outside", "limit": "30 to 100 %"}]
        if outcome == "recorded" and entry["kind"] not in self.forgets:
            entries.append({"entry_id": entry["entry_id"]})
        if is_known and self.takes_again:
            entries.append({"entry_id": entry["entry_id"]})
            outcome = "recorded"
        return {
            "entry_id": entry["entry_id"], "outcome": outcome, "change_number": 1, "alerts": [],
            "problems": problems if outcome == "refused" else [],
        }  # fmt: skip


def sender(stand_in: Callable[[httpx.Request], httpx.Response], **changes: Any) -> SessionSender:
    transport = httpx.MockTransport(stand_in)
    plan = load_plan(**changes)
    quick: dict[str, Any] = {"patience_s": 1.0, "transport": transport, "pause": lambda _seconds: None}
    clients = Clients(
        ServerClient(URL, sign_in=NURSE, **quick),
        ServerClient(URL, token="t", **quick),
        RecordReader(URL, NURSE, transport),
    )
    seen = NOON + timedelta(seconds=3)
    return SessionSender(
        lambda number: LoadSession(number, plan, SIMULATED_STAFF, NOON, seen),
        clients,
        Orders(measured_from=0.0),
        plan.resend_share,
        random.Random(1),
    )


def test_a_session_is_opened_started_closed_and_read_back() -> None:
    server = StandIn()
    one = sender(server)
    one.open(0)
    one.close()
    one.read_back()
    tally = one.tally
    assert (tally.sessions_opened, tally.sessions_started, tally.sessions_closed) == (1, 1, 1)
    (recorded,) = server.recorded.values()
    assert tally.sent == tally.acknowledged == len(recorded) > 20
    assert (tally.lost, tally.recorded_twice, tally.sessions_not_read_back, tally.refused.total()) == (0, 0, 0, 0)
    opening, *later = server.bodies
    assert opening["is_simulated"] and all(entry["is_simulated"] for body in server.bodies for entry in body["entries"])
    assert opening["entries"][0]["patient_label"].startswith("LOAD-")
    kinds = [[entry["kind"] for entry in body["entries"]] for body in later]
    assert kinds[0] == ["infusion_started"] and kinds[-1] == ["infusion_ended", "session_aborted"]
    assert ["vital_signs"] in kinds
    assert tally.opening_delays.total == 1 and tally.reading_delays.total == tally.lateness_delays.total == 1


def test_what_was_acknowledged_and_is_not_on_record_is_lost() -> None:
    server = StandIn()
    server.forgets = {"consent", "vital_signs"}
    one = sender(server)
    one.open(0)
    one.read_back()
    # The baseline by hand, the consent, the first reading.
    assert one.tally.lost == 3


def test_a_whole_session_that_is_gone_is_lost() -> None:
    server = StandIn()
    one = sender(server)
    one.open(0)
    server.recorded.clear()
    one.read_back()
    assert one.tally.lost == one.tally.acknowledged > 20


def test_what_is_sent_again_on_purpose_must_be_a_duplicate() -> None:
    server = StandIn()
    one = sender(server, resend_share=1.0)
    one.open(0)
    one.read_back()
    tally = one.tally
    assert tally.resent == tally.duplicate_answers == 2 and tally.resent_not_duplicate == tally.recorded_twice == 0
    faulty = StandIn()
    faulty.takes_again = True
    one = sender(faulty, resend_share=1.0)
    one.open(0)
    one.read_back()
    assert one.tally.resent_not_duplicate == one.tally.recorded_twice == 2


def test_refusals_are_counted_by_reason_without_their_values() -> None:
    server = StandIn()
    server.refuses = {"vital_signs"}
    one = sender(server)
    one.open(0)
    assert one.tally.refused["vital_signs refused: spo#_percent: # is outside (# to # %)"] == 1
    assert one.tally.sessions_opened == 0


def test_a_request_that_is_refused_whole_counts_each_entry() -> None:
    server = StandIn()
    server.status = 422
    one = sender(server)
    one.open(0)
    one.read_back()
    assert one.tally.refused["whole request: #: x: no"] == one.tally.sent > 20
    assert one.tally.acknowledged == one.tally.sessions_not_read_back == 0


def test_a_sender_who_is_not_admitted_ends_the_run() -> None:
    server = StandIn()
    server.status = 403
    with pytest.raises(RequestRefused):
        sender(server).open(0)


def test_without_an_answer_nothing_is_acknowledged_and_nothing_can_be_read_back() -> None:
    server = StandIn()
    one = sender(server)
    one.open(0)
    acknowledged = one.tally.acknowledged
    server.is_gone = True
    one.close()
    one.read_back()
    assert (one.tally.unanswered, one.tally.acknowledged) == (2, acknowledged)
    assert one.tally.sessions_not_read_back == 1 and one.tally.lost == 0


def test_an_entry_that_was_never_answered_may_be_on_record() -> None:
    server = StandIn()

    def answers_never(request: httpx.Request) -> httpx.Response:
        response = server(request)
        if request.url.path == "/api/v1/sessions":
            raise httpx.ReadTimeout("no answer")
        return response

    one = sender(answers_never)
    one.open(0)
    one.read_back()
    assert one.tally.acknowledged == 0 < one.tally.unanswered == one.tally.unanswered_on_record


def test_sessions_are_opened_when_it_is_their_turn_and_served_until_the_run_is_stopped() -> None:
    server = StandIn()
    one = sender(server)
    passed, later = NOON - timedelta(hours=1), datetime.now(UTC) + timedelta(hours=1)
    serving = threading.Thread(target=one.serve, args=({0: passed, 1: passed, 2: later},))
    serving.start()
    until = time.monotonic() + 20
    # The stand-in's sessions lie in the past, so that each of their steps is due at once.
    while (len(server.recorded) < 2 or len(server.bodies) < 20) and time.monotonic() < until:
        time.sleep(0.01)
    assert not one.is_all_open.is_set()
    one._orders.obey(Order.STOP, None)
    serving.join(20)
    assert one.is_all_open.is_set() and one.tally.sessions_opened == len(server.recorded) == 2
    assert one.tally.sent > 2 * 25


def test_a_session_that_is_refused_is_not_served() -> None:
    server = StandIn()
    server.refuses = {"session_planned"}
    one = sender(server)
    one.serve({0: NOON})
    assert one.is_all_open.is_set() and len(server.bodies) == 1


def test_the_readings_of_all_sessions_are_spread_evenly() -> None:
    plan = load_plan(sessions=5, readings_per_min=6.0)
    made_at = [NOON + timedelta(seconds=31.7 + number) for number in range(5)]
    sessions = [LoadSession(number, plan, SIMULATED_STAFF, NOON, at) for number, at in enumerate(made_at)]
    due = [one.next_due for one in sessions]
    assert sorted((one - NOON).total_seconds() % 10 for one in due) == [0.0, 2.0, 4.0, 6.0, 8.0]
    # Their infusions have run for different times, none as long as a round of 5 min takes.
    assert due[0] > made_at[0] - timedelta(seconds=10) and len({one.replace(second=0) for one in due}) >= 3
    assert all(at - timedelta(minutes=5) <= one <= at for one, at in zip(due, made_at, strict=True))


def test_of_the_time_before_the_run_the_nurse_alone_has_charted() -> None:
    session = LoadSession(1, load_plan(), SIMULATED_STAFF, NOON, NOON)
    past = []
    while session.is_behind:
        past += session.take_step()
    assert past[0][0].entry["kind"] == "infusion_started" and len(past) <= 3
    late = [one for run in past for one in run if one.door == "device"]
    assert all(datetime.fromisoformat(one.entry["effective_at"]) > NOON - timedelta(seconds=10) for one in late)
    assert NOON < session.next_due <= NOON + timedelta(seconds=10)


def test_the_nurse_charts_at_about_the_rate_asked_for() -> None:
    plan = load_plan(hand_entries_per_min=6.0)
    session = LoadSession(0, plan, SIMULATED_STAFF, NOON, NOON)
    runs = [run for _ in range(6 * 30) for run in session.take_step()]
    by_hand = sum(len(run) for run in runs if run[0].door == "nurse")
    assert 0.8 <= by_hand / (30 * 6.0) <= 1.25
    assert sum(run[0].door == "device" for run in runs) == 6 * 30


def test_a_session_that_never_started_is_cancelled() -> None:
    session = LoadSession(0, load_plan(), SIMULATED_STAFF, NOON, NOON)
    assert [entry["kind"] for entry in session.closing(NOON)] == ["session_cancelled"]


def test_shares_are_disjoint_and_complete() -> None:
    for count, parts in ((200, 3), (2, 5), (7, 7)):
        assert sorted(one for part in range(parts) for one in share(count, parts, part)) == list(range(count))
    assert (load_plan(viewers=0).viewer_processes, load_plan(viewers=0).sender_processes) == (0, 4)
    assert (load_plan(sessions=1).sender_processes, load_plan(viewers=1).viewer_processes) == (1, 1)
