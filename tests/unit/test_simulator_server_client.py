"""The simulators' client against a small stand-in for the server's HTTP interface."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from numpy.random import SeedSequence

from simulators.chair import JsonEntry
from simulators.clinic import Chair, Clinic
from simulators.identifiers import named_uuid7
from simulators.recording import RecordingRow
from simulators.replay import NoSuchSession, ReplaySummary, choose_session, replay, replay_entries
from simulators.scenarios.plan import ChairPlan, StartOverride
from simulators.senders import CredentialsRefused, Senders
from simulators.server_client import RequestRefused, ServerClient, ServerUnreachable, SignIn
from simulators.simulated_clock import SimulatedClock
from simulators.staff import SIMULATED_STAFF, credential_entries

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SESSION = named_uuid7("session", NOON)
NURSE = SignIn("nurse", "secret")
OVERRIDDEN = ChairPlan(
    name="overridden",
    story="not fasted",
    rate_mg_per_kg_per_h=0.5,
    duration_min=40,
    start_override=StartOverride("Light breakfast five hours ago", {"fasting_kept": "no"}),
)


def entry(number: int) -> JsonEntry:
    at = NOON + timedelta(seconds=number)
    return {
        "entry_id": str(named_uuid7(f"entry {number}", at)),
        "kind": "note",
        "effective_at": at.isoformat(),
        "source": "hand",
        "is_simulated": True,
        "text": "x",
    }


class StandIn:
    """Keeps what it is sent; `failures` answers come before the first good one, `asks` names entries to ask about."""

    def __init__(self) -> None:
        self.entries: dict[str, dict[str, JsonEntry]] = {}
        self.open_tiles: list[dict[str, Any]] = []
        self.requests: list[httpx.Request] = []
        self.failures: list[int | Exception] = []
        self.asks: set[str] = set()
        self.refuses: set[str] = set()
        self.beats: list[tuple[str, dict[str, Any]]] = []
        self.clinic_entries: list[JsonEntry] = []
        self.credentials: dict[str, dict[str, str]] = {}
        self.cookie = "first"

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.failures:
            failure = self.failures.pop(0)
            if isinstance(failure, Exception):
                raise failure
            return httpx.Response(failure, json={"problems": [{"field": "x", "reason": "broken", "limit": None}]})
        return self._answer(request)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path, body = request.url.path, json.loads(request.content or b"{}")
        if path == "/api/v1/login":
            return self._sign_in(body)
        if not self._is_admitted(request):
            return httpx.Response(401, json={"problems": [{"field": "", "reason": "not signed in", "limit": None}]})
        if request.method == "GET":
            return httpx.Response(200, json=self._read(path))
        if path == "/api/v1/clinic/entries":
            self.clinic_entries += body["entries"]
            results = [self._record("clinic", sent) for sent in body["entries"]]
            return httpx.Response(200, json={"results": results})
        session_id = body.get("session_id") or path.split("/")[4]
        if path.endswith("/tablets"):
            self.beats.append((session_id, body))
            return httpx.Response(200, json={"heard_at": NOON.isoformat()})
        results = [self._record(session_id, sent) for sent in body["entries"]]
        return httpx.Response(200, json={"results": results, "server_time": NOON.isoformat()})

    def _read(self, path: str) -> dict[str, Any]:
        if path == "/api/v1/me":
            return {"account_id": str(SIMULATED_STAFF.nurse_id)}
        if path == "/api/v1/clinic":
            return {"credentials": self.credentials}
        return {"sessions": self.open_tiles, "next": None}

    def _sign_in(self, body: dict[str, str]) -> httpx.Response:
        if body["password"] != NURSE.password:
            return httpx.Response(401, json={"problems": [{"field": "password", "reason": "wrong", "limit": None}]})
        return httpx.Response(200, json={"username": "nurse"}, headers={"set-cookie": f"session={self.cookie}; Path=/"})

    def _is_admitted(self, request: httpx.Request) -> bool:
        if request.headers.get("authorization") == "Bearer token":
            return True
        return bool(request.headers.get("cookie") == f"session={self.cookie}")

    def _record(self, session_id: str, sent: JsonEntry) -> dict[str, Any]:
        known = self.entries.setdefault(session_id, {})
        result: dict[str, Any] = {"entry_id": sent["entry_id"], "outcome": "recorded", "problems": [], "alerts": []}
        if sent["entry_id"] in known:
            return {**result, "outcome": "duplicate"}
        if sent["kind"] in self.asks and not sent.get("confirmed"):
            problem: dict[str, Any] = {"field": "text", "reason": "unusual", "limit": "usual"}
            return {**result, "outcome": "confirmation_needed", "problems": [problem]}
        if sent["kind"] in self.refuses:
            problem = {"field": "kind", "reason": "not now", "limit": None}
            return {**result, "outcome": "refused", "problems": [problem]}
        known[sent["entry_id"]] = sent
        return result


def client(server: StandIn, **options: Any) -> ServerClient:
    options.setdefault("token", None if "sign_in" in options else "token")
    pauses: Callable[[float], None] = options.pop("pause", lambda _: None)
    return ServerClient("http://server", transport=httpx.MockTransport(server), pause=pauses, **options)


def test_a_failing_server_is_asked_again_with_the_same_ids_until_it_answers() -> None:
    server = StandIn()
    server.failures = [httpx.ConnectError("refused"), 503, httpx.ReadTimeout("late")]
    pauses: list[float] = []
    results = client(server, pause=pauses.append).post_entries(SESSION, [entry(1), entry(2)])
    assert [result["outcome"] for result in results] == ["recorded", "recorded"]
    sent = [[item["entry_id"] for item in json.loads(request.content)["entries"]] for request in server.requests]
    assert len(sent) == 4
    assert all(ids == sent[0] for ids in sent)
    assert pauses == sorted(pauses)


def test_patience_ends() -> None:
    server = StandIn()
    server.failures = [502] * 50
    with pytest.raises(ServerUnreachable, match="502"):
        client(server, patience_s=3.0).open_sessions()


def test_a_refused_request_is_handed_back_in_words() -> None:
    server = StandIn()
    server.failures = [422]
    with pytest.raises(RequestRefused, match="422: x: broken"):
        client(server).post_entries(SESSION, [entry(1)])


def test_an_answer_that_is_no_json_object_is_refused() -> None:
    page = httpx.MockTransport(lambda _: httpx.Response(200, text="<html>"))
    with pytest.raises(RequestRefused, match="JSON"):
        ServerClient("http://server", token="token", transport=page).open_sessions()


def test_a_person_signs_in_and_signs_in_again_when_the_server_has_forgotten_it() -> None:
    server = StandIn()
    nurse = client(server, sign_in=NURSE)
    nurse.post_entries(SESSION, [entry(1)])
    server.cookie = "second"
    assert nurse.post_entries(SESSION, [entry(1)])[0]["outcome"] == "duplicate"
    assert [request.url.path for request in server.requests].count("/api/v1/login") == 2


def test_a_wrong_password_and_a_wrong_token_are_not_tried_for_ever() -> None:
    server = StandIn()
    with pytest.raises(RequestRefused, match="401"):
        client(server, sign_in=SignIn("nurse", "wrong")).open_sessions()
    with pytest.raises(RequestRefused, match="401"):
        client(server, token="other").open_sessions()


def test_many_entries_go_in_batches_in_order() -> None:
    server = StandIn()
    entries = [entry(number) for number in range(450)]
    assert len(client(server).post_entries(SESSION, entries)) == 450
    assert len(server.requests) == 3
    assert list(server.entries[str(SESSION)]) == [item["entry_id"] for item in entries]


def test_a_person_confirms_what_is_asked_and_a_device_does_not() -> None:
    server = StandIn()
    server.asks = {"note"}
    assert client(server).post_entries(SESSION, [entry(1)])[0]["outcome"] == "confirmation_needed"
    assert client(server).post_entries(SESSION, [entry(1)], confirms=True)[0]["outcome"] == "recorded"
    assert server.entries[str(SESSION)][entry(1)["entry_id"]]["confirmed"] == ["text"]
    opened = client(server).open_session(SESSION, [entry(2), entry(3)])
    assert [result["outcome"] for result in opened] == ["recorded", "recorded"]
    assert json.loads(server.requests[-1].content)["is_simulated"] is True


class Wall:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def senders(server: StandIn, wall: Wall, **device: Any) -> Senders:
    nurse, physician, administrator = (client(server, sign_in=NURSE, now=wall) for _ in range(3))
    return Senders(nurse, physician, administrator, client(server, now=wall, **device))


def clinic(server: StandIn, wall: Wall, chairs: int = 6, speed: float | None = None) -> Clinic:
    return Clinic(
        chairs,
        1,
        senders(server, wall),
        SIMULATED_STAFF,
        speed,
        lambda behind, wanted_speed: SimulatedClock(behind, wanted_speed, wall),
        lambda _: None,
    )


def kinds(server: StandIn) -> list[str]:
    return [item["kind"] for entries in server.entries.values() for item in entries.values()]


def test_a_clinic_opens_and_seeds_six_chairs_at_once_and_then_runs_with_the_time() -> None:
    server, wall = StandIn(), Wall()
    running = clinic(server, wall)
    running.turn()
    assert len(server.entries) == 6
    assert len(server.requests) < 250
    for entries in server.entries.values():
        times = [datetime.fromisoformat(item["effective_at"]) for item in entries.values()]
        assert times == sorted(times)
        assert times[-1] <= NOON
        assert times[-1] - times[0] > timedelta(minutes=39)
        assert all(item["is_simulated"] is True for item in entries.values())
    before = len(kinds(server))
    wall.now += timedelta(seconds=30)
    running.turn()
    assert len(kinds(server)) - before >= 18
    assert max(item["effective_at"] for entries in server.entries.values() for item in entries.values()) <= (
        wall.now.isoformat()
    )


def test_after_a_discharge_the_next_session_opens_at_the_chair() -> None:
    server, wall = StandIn(), Wall()
    running = clinic(server, wall)
    for _ in range(15):
        running.turn()
        wall.now += timedelta(minutes=1)
    assert kinds(server).count("discharged") == 1
    chairs = [next(iter(entries.values()))["chair_label"] for entries in server.entries.values()]
    assert sorted(chairs) == ["1", "2", "3", "4", "5", "6", "6"]


def test_a_clinic_at_a_speed_starts_in_the_past_and_catches_up() -> None:
    server, wall = StandIn(), Wall()
    running = clinic(server, wall, chairs=1, speed=60.0)
    running.turn()
    assert not server.entries
    wall.now += timedelta(seconds=30)
    running.turn()
    halfway = len(kinds(server))
    wall.now += timedelta(seconds=30)
    running.turn()
    assert 0 < halfway < len(kinds(server))


def test_a_clinic_restarted_goes_on_with_the_open_sessions_of_its_chairs_only() -> None:
    server, wall = StandIn(), Wall()
    started = (NOON - timedelta(minutes=20)).isoformat()
    tile = {
        "session_id": str(SESSION),
        "chair_label": "1",
        "patient_label": "DP-0001",
        "is_simulated": True,
        "status": "running",
        "started_at": started,
        "weight_kg": 80,
        "infusion": {"delivered_mg": 13.3, "pump_rate_ml_per_h": 20.0, "planned_total_mg": 60},
    }
    theirs = {**tile, "session_id": str(named_uuid7("theirs", NOON)), "chair_label": "2", "patient_label": "Mx"}
    server.open_tiles = [tile, theirs]
    running = clinic(server, wall, chairs=2)
    running.adopt_open_sessions()
    wall.now += timedelta(minutes=1)
    running.turn()
    assert str(SESSION) in server.entries
    assert theirs["session_id"] not in server.entries
    assert len(server.entries) == 2
    assert "session_planned" not in [item["kind"] for item in server.entries[str(SESSION)].values()]


def test_a_discharge_that_is_held_leaves_the_session_at_its_chair() -> None:
    server, wall = StandIn(), Wall()
    server.refuses = {"discharged"}
    running = clinic(server, wall)
    for _ in range(5):
        running.turn()
        wall.now += timedelta(minutes=1)
    recovering = next(
        session_id
        for session_id, entries in server.entries.items()
        if next(iter(entries.values()))["chair_label"] == "6"
    )
    server.open_tiles = [
        {
            "session_id": recovering,
            "chair_label": "6",
            "patient_label": "DP-1",
            "is_simulated": True,
            "status": "recovery",
            "ended_at": (NOON - timedelta(minutes=61)).isoformat(),
            "infusion": None,
        }
    ]
    running.reconcile()
    server.refuses = set()
    for _ in range(8):
        running.turn()
        wall.now += timedelta(minutes=1)
    assert [item["kind"] for item in server.entries[recovering].values()].count("discharged") == 1


def test_what_is_refused_is_said_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    server, wall = StandIn(), Wall()
    server.refuses = {"discharged"}
    running = clinic(server, wall)
    running.turn()
    assert running.refusals() == []
    for _ in range(5):
        wall.now += timedelta(minutes=1)
        running.turn()
    assert running.refusals() == ["chair 6: discharged refused: kind: not now"]
    assert "chair 6: discharged refused: kind: not now" in caplog.text


def test_what_only_a_physician_decides_is_sent_by_the_physician() -> None:
    nurse, physician, device = StandIn(), StandIn(), StandIn()
    wall = Wall()
    people = [client(one, sign_in=NURSE, now=wall) for one in (nurse, physician, StandIn())]
    chair = Chair("1", OVERRIDDEN, NOON, SeedSequence(1), Senders(*people, client(device)), SIMULATED_STAFF)
    for _ in range(8):
        chair.prepare(wall.now)
        chair.serve(wall.now)
        wall.now += timedelta(minutes=1)
    assert kinds(physician) == ["start_override"]
    assert "start_override" not in kinds(nurse)
    assert "infusion_started" in kinds(nurse)


def test_the_administrator_records_what_credentials_are_missing_and_no_more() -> None:
    server, wall = StandIn(), Wall()
    people = senders(server, wall)
    people.sign_on(NOON)
    recorded = {(entry["account_id"], entry["credential"]) for entry in server.clinic_entries}
    nurse_id = str(SIMULATED_STAFF.nurse_id)
    assert recorded == {(nurse_id, name) for name in ("ketamine_experience", "acls", "moderate_sedation")}
    server.credentials = {nurse_id: {"ketamine_experience": "2027-01-01", "moderate_sedation": "2026-03-02"}}
    server.clinic_entries = []
    people.sign_on(NOON)
    assert {entry["credential"] for entry in server.clinic_entries} == {"acls", "moderate_sedation"}
    assert all(entry["valid_until"] > "2026-09" for entry in server.clinic_entries)
    server.credentials[nurse_id] |= {"acls": "2027-01-01", "moderate_sedation": "2027-01-01"}
    server.clinic_entries = []
    people.sign_on(NOON)
    assert server.clinic_entries == []


def test_credentials_that_are_refused_end_the_clinic() -> None:
    server, wall = StandIn(), Wall()
    server.refuses = {"staff_credential"}
    with pytest.raises(CredentialsRefused, match="not now"):
        senders(server, wall).sign_on(NOON)


def test_credentials_are_the_same_for_the_same_people_and_days() -> None:
    first = credential_entries(SIMULATED_STAFF, NOON, NOON + timedelta(days=30))
    assert first == credential_entries(SIMULATED_STAFF, NOON, NOON + timedelta(days=30))
    assert len({entry["entry_id"] for entry in first}) == 4


def test_a_device_that_is_not_admitted_ends_the_clinic() -> None:
    server, wall = StandIn(), Wall()
    unknown = senders(server, wall, token="unknown")
    running = Clinic(
        1, 1, unknown, SIMULATED_STAFF, None, lambda behind, speed: SimulatedClock(behind, speed, wall)
    )  # fmt: skip
    with pytest.raises(RequestRefused, match="401"):
        running.turn()


ROWS = [RecordingRow(number, float(number), {"HR": "62.8", "SpO2": "0", "NBPSys": ""}) for number in range(300)]


def test_a_replay_ends_now_keeps_the_channels_and_repeats_its_ids() -> None:
    entries = replay_entries(SESSION, ROWS, NOON)
    assert entries[-1]["effective_at"] == NOON.isoformat()
    assert entries[0]["effective_at"] == (NOON - timedelta(minutes=299)).isoformat()
    assert entries[7]["channels"] == {"HR": "62.8", "SpO2": "0", "NBPSys": ""}
    assert entries == replay_entries(SESSION, ROWS, NOON)
    assert len({item["entry_id"] for item in entries}) == 300


def test_a_replay_counts_what_became_of_the_rows() -> None:
    server, wall = StandIn(), Wall()
    entries = replay_entries(SESSION, ROWS, NOON)
    for expected in ("sent 300, recorded 300, duplicates 0", "sent 300, recorded 0, duplicates 300"):
        summary = ReplaySummary()
        replay(client(server), SESSION, entries, SimulatedClock(wall=wall), summary)
        assert summary.lines() == [f"{expected}, refused 0, with warnings 0"]
        assert summary.is_complete
    server.refuses = {"vital_signs"}
    summary = ReplaySummary()
    replay(client(server), named_uuid7("other", NOON), entries[:3], SimulatedClock(wall=wall), summary)
    assert not summary.is_complete
    assert summary.lines()[1] == "  refused: kind: not now"


def test_a_replay_at_a_speed_never_sends_what_has_not_come_yet() -> None:
    server, wall = StandIn(), Wall()
    entries = replay_entries(SESSION, ROWS, NOON)
    seen: list[int] = []

    def pause(seconds: float) -> None:
        seen.append(len(server.entries.get(str(SESSION), {})))
        wall.now += timedelta(seconds=seconds)

    clock = SimulatedClock(timedelta(minutes=299), 6000.0, wall)
    replay(client(server), SESSION, entries, clock, ReplaySummary(), pause)
    assert len(server.entries[str(SESSION)]) == 300
    assert seen == sorted(seen)
    assert seen[0] < 10 and len(seen) >= 5


def test_the_only_open_session_is_taken_and_several_are_listed() -> None:
    server = StandIn()
    tile = {"session_id": str(SESSION), "chair_label": "1", "patient_label": "DP-0001"}
    with pytest.raises(NoSuchSession, match="none"):
        choose_session(None, client(server))
    server.open_tiles = [tile]
    assert choose_session(None, client(server)) == SESSION
    server.open_tiles = [tile, {**tile, "chair_label": "2"}]
    with pytest.raises(NoSuchSession, match="chair 2"):
        choose_session(None, client(server))
    assert choose_session(UUID(int=7), client(server)) == UUID(int=7)
