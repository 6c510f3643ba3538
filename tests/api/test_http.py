"""The HTTP interface on the real server: answers with structure, doors by role, streams that lose nothing."""

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import uuid_utils.compat

from tests.api.small_record import plan, record
from tests.record_building import BASELINE, PLAN, sent
from tests.server_process import ServerProcess


@pytest.mark.parametrize("path", ["/api/v1/nope", "/api/nope", "/api/v1/sessions/x/y/z"])
def test_unknown_api_paths_are_404_in_json(server: ServerProcess, path: str) -> None:
    for role in (None, "nurse"):
        with server.client(role) as client:
            answer = client.get(path)
            assert answer.status_code == 404 and answer.json()["problems"]


def test_the_interface_describes_itself_without_fetching_anything(server: ServerProcess) -> None:
    with server.client() as client:
        page = client.get("/api/docs").text
        assert "/api/v1/sessions/{session_id}/entries" in page and "http" not in page.replace("HTTP", "")
        assert client.get("/api/openapi.json").json()["paths"]


def test_unknown_pages_are_404_and_never_dashs_index(server: ServerProcess) -> None:
    with server.client("nurse") as client:
        answer = client.get("/no-such-page")
        assert answer.status_code == 404 and "no such page" in answer.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{not json", 422), (b"[]", 422), (b'{"entries": []}', 422), (b'{"entries": [1]}', 422), (b"{}", 422),
        (b'{"entries": [{}]}', 200), (b'{"entries": [{"entry_id": 5, "kind": ["x"]}]}', 200),
        (b'{"entries": [{"kind": "vital_signs", "not_measured": "no"}]}', 200),
        (b'{"entries": [{"kind": "note", "source": ["hand"], "effective_at": {}, "confirmed": {"x": 1}}]}', 200),
        (b'{"entries": [{"kind": "vital_signs", "heart_rate_per_min": NaN}]}', 200),
        (b'{"entries": [{"kind": "vital_signs", "heart_rate_per_min": 1e400}]}', 200),
        (b'{"entries": [{"kind": "note", "text": "half a pair \\ud800"}]}', 200),
    ],
)  # fmt: skip
def test_malformed_input_gets_a_clear_answer_and_never_a_500(server: ServerProcess, body: bytes, status: int) -> None:
    with server.client("nurse") as client:
        session_id = plan(client)
        answer = client.post(
            f"/api/v1/sessions/{session_id}/entries", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == status, answer.text
        if status == 200:
            assert answer.json()["results"][0]["outcome"] == "refused"
            assert answer.json()["results"][0]["problems"]
        else:
            assert answer.json()["problems"]


def test_an_unknown_session_is_404(server: ServerProcess) -> None:
    with server.client("nurse") as client:
        path = f"/api/v1/sessions/{uuid_utils.compat.uuid7()}"
        assert client.post(f"{path}/entries", json={"entries": [sent("note", text="x")]}).status_code == 404
        assert client.get(f"{path}/timeline").status_code == 404
        assert client.get("/api/v1/sessions/not-an-id/timeline").status_code == 422


def test_naive_times_are_refused(server: ServerProcess) -> None:
    with server.client("nurse") as client:
        session_id = plan(client)
        (result,) = record(client, session_id, sent("note", text="x", effective_at="2026-11-20T10:00:00"))
        assert result["outcome"] == "refused" and result["problems"][0]["field"] == "effective_at"


def test_each_entry_of_a_list_has_its_own_outcome_in_the_order_sent(server: ServerProcess) -> None:
    with server.client("nurse") as client:
        session_id = plan(client)
        good, bad, odd = (
            sent("note", text="fine"),
            sent("vital_signs", spo2_percent=400),
            sent("vital_signs", heart_rate_per_min=170),
        )
        forbidden = sent("start_override", reason="I am no physician")
        results = record(client, session_id, good, forbidden, bad, odd, good)
        outcomes = [one["outcome"] for one in results]
        assert outcomes == ["recorded", "refused", "refused", "confirmation_needed", "duplicate"]
        assert [one["entry_id"] for one in results[:2]] == [good["entry_id"], forbidden["entry_id"]]
        assert results[2]["problems"] == [
            {"field": "spo2_percent", "reason": "400 is outside what can be recorded", "limit": "30 to 100 %"}
        ]


DOORS = [
    ("GET", "/api/v1/panel", {"nurse", "physician", "physician_assistant", "pharmacist", "reviewer"}),
    ("GET", "/api/v1/changes", {"nurse", "physician", "physician_assistant", "pharmacist", "reviewer"}),
    ("GET", "/api/v1/reports/responders", {"physician", "pharmacist", "reviewer", "administrator"}),
    ("GET", "/api/v1/accounts", {"administrator"}),
    ("GET", "/panel", {"nurse", "physician", "physician_assistant", "pharmacist"}),
    ("GET", "/bedside", {"nurse", "physician", "physician_assistant"}),
    ("GET", "/review", {"physician", "pharmacist", "reviewer", "administrator"}),
    ("GET", "/administration", {"administrator"}),
]


@pytest.mark.parametrize(("method", "path", "permitted"), DOORS)
def test_every_door_by_role(server: ServerProcess, method: str, path: str, permitted: set[str]) -> None:
    roles = ("administrator", "nurse", "physician_assistant", "physician", "pharmacist", "reviewer", "device")
    for role in roles:
        with server.client(role) as client:
            assert (client.request(method, path).status_code == 200) is (role in permitted), role
    with server.client() as nobody:
        answer = nobody.request(method, path, follow_redirects=False)
        assert answer.status_code == (401 if path.startswith("/api") else 303)


def test_dash_callbacks_pass_the_same_door(server: ServerProcess) -> None:
    body = {
        "output": ".._pages_content.children..._pages_store.data..",
        "outputs": [], "changedPropIds": [], "state": [],
        "inputs": [{"id": "_pages_location", "property": "pathname", "value": "/administration"}],
    }  # fmt: skip
    with server.client("nurse") as client:
        assert client.post("/_dash-update-component", json=body).status_code == 403
        body["output"] = "review--headline.children"
        assert client.post("/_dash-update-component", json=body).status_code == 403
    with server.client() as nobody:
        assert nobody.post("/_dash-update-component", json=body).status_code == 401
        assert nobody.get("/_dash-layout").status_code == 401


def test_posts_from_another_site_and_of_other_types_are_refused(server: ServerProcess) -> None:
    with server.client("nurse") as client:
        foreign = client.post("/api/v1/logout", json={}, headers={"Origin": "http://elsewhere.example"})
        assert foreign.status_code == 403
        assert client.post("/api/v1/logout", content="x", headers={"Content-Type": "text/plain"}).status_code == 415


def test_wrong_passwords_tokens_and_used_links(server: ServerProcess) -> None:
    with server.client() as client:
        for username in ("nurse", "nobody-at-all"):
            answer = client.post("/api/v1/login", json={"username": username, "password": "wrong"})
            assert answer.status_code == 401 and answer.json()["problems"]
        client.headers["Authorization"] = "Bearer wrong"
        assert client.get("/api/v1/sessions").status_code == 401
    with server.client("administrator") as client:
        sent_account = {"username": "nurse2", "display_name": "Test Nurse 2", "role": "nurse"}
        link = client.post("/api/v1/accounts", json=sent_account).json()["link"].split("=")[1]
        assert client.post("/api/v1/accounts", json=sent_account).json()["problems"][0]["field"] == "username"
    with server.client() as client:
        assert client.post("/api/v1/welcome", json={"link": link, "password": "short"}).status_code == 422
        assert client.post("/api/v1/welcome", json={"link": link, "password": "long enough now"}).status_code == 200
        assert client.get("/api/v1/me").json()["display_name"] == "Test Nurse 2"
        assert client.post("/api/v1/welcome", json={"link": link, "password": "long enough now"}).status_code == 422


def test_signing_out_ends_the_session_at_once(server: ServerProcess) -> None:
    with server.client("nurse") as client:
        cookie = dict(client.cookies)
        assert client.get("/api/v1/me").status_code == 200
        client.post("/api/v1/logout", json={})
        assert httpx.get(f"{server.url}/api/v1/me", cookies=cookie).status_code == 401


def test_a_device_sends_vital_signs_and_nothing_a_person_does(server: ServerProcess) -> None:
    with server.client("nurse") as nurse, server.client("device") as device:
        session_id = plan(nurse)
        now = datetime.now(UTC).isoformat()
        row = sent(
            "vital_signs", source="monitor", effective_at=now, device_profile="bedside_numerics",
            channels={"HR": "62.8", "ABPSys": "0", "ABPDias": "0", "ABPMean": "0", "PULSE": "0", "RESP": "12.7",
                      "SpO2": "0", "NBPSys": "", "NBPDias": "", "NBPMean": ""},
        )  # fmt: skip
        by_hand = sent("vital_signs", source="hand", heart_rate_per_min=70)
        results = record(device, session_id, row, sent("note", text="x"), by_hand)
        assert [one["outcome"] for one in results] == ["recorded", "refused", "refused"]
        entry = next(
            one for one in nurse.get(f"/api/v1/sessions/{session_id}/timeline").json()["entries"]
            if one["entry_id"] == row["entry_id"]
        )  # fmt: skip
        assert entry["heart_rate_per_min"] == 62.8 and entry["respiratory_rate_per_min"] == 12.7
        assert entry["not_measured"] == {"spo2_percent": "no signal"}
        assert "systolic_mmhg" not in entry and entry["channels"]["HR"] == "62.8"
        hand = sent("vital_signs", source="monitor", heart_rate_per_min=70)
        assert record(nurse, session_id, hand)[0]["outcome"] == "refused"


def test_a_page_of_another_account_than_the_one_signed_in_records_nothing(server: ServerProcess) -> None:
    """Two tabs share the cookie: in the second one somebody else has signed in."""
    with server.client("nurse") as nurse, server.client("physician") as physician:
        session_id = plan(nurse)
        shown = {"X-Infusion-Account": nurse.get("/api/v1/me").json()["account_id"]}
        path, body = f"/api/v1/sessions/{session_id}/entries", {"entries": [sent("note", text="mine")]}
        answer = physician.post(path, json=body, headers=shown)
        assert answer.status_code == 409
        (problem,) = answer.json()["problems"]
        assert problem["field"] == "account" and problem["reason"].startswith("Test Physician 1 is signed in now")
        assert physician.post(path, json=body, headers={"X-Infusion-Account": "nobody"}).status_code == 409
        # What the other person's role may not do is not what was wrong.
        limits = {"entries": [sent("staff_credential")]}
        with server.client("reviewer") as reviewer:
            assert reviewer.post("/api/v1/clinic/entries", json=limits, headers=shown).status_code == 409
            assert reviewer.post("/api/v1/clinic/entries", json=limits).status_code == 403
        kinds = [one["kind"] for one in nurse.get(f"/api/v1/sessions/{session_id}/timeline").json()["entries"]]
        assert "note" not in kinds
        shown = {"X-Infusion-Account": shown["X-Infusion-Account"].upper()}
        assert nurse.post(path, json=body, headers=shown).json()["results"][0]["outcome"] == "recorded"
        assert physician.post(path, json={"entries": [sent("note", text="x")]}).status_code == 200
    with server.client("physician") as leaving:
        assert leaving.post("/api/v1/logout", json={}, headers=shown).status_code == 200


def test_acknowledging_over_http_is_idempotent_and_by_name(server: ServerProcess) -> None:
    with server.client("nurse") as nurse, server.client("physician") as physician:
        session_id = plan(nurse)
        record(nurse, session_id, sent("serious_event"))
        alert = nurse.get(f"/api/v1/sessions/{session_id}/timeline").json()["alerts"][0]
        body = {"entry_id": str(uuid_utils.compat.uuid7()), "action": "physician_at_chair"}
        path = f"/api/v1/alerts/{alert['alert_id']}/acknowledgements"
        assert physician.post(path, json=body).json()["outcome"] == "recorded"
        alert = nurse.get(f"/api/v1/sessions/{session_id}/timeline").json()["alerts"][0]
        assert alert["acknowledged"]["by"] == "Test Physician 1"
        assert (
            physician.post(f"/api/v1/alerts/{uuid_utils.compat.uuid7()}/acknowledgements", json=body).status_code == 404
        )


def test_the_stream_replays_what_was_missed_then_goes_live_in_order(server: ServerProcess) -> None:
    with server.client("nurse") as nurse, server.client("physician") as viewer:
        session_id = plan(nurse)
        after = viewer.get("/api/v1/panel").json()["change_number"]
        record(nurse, session_id, *[sent("note", text=f"missed {n}") for n in range(5)])
        seen: list[int] = []
        live = threading.Event()

        def follow() -> None:
            with viewer.stream("GET", f"/api/v1/changes/stream?after={after}") as answer:
                for line in answer.iter_lines():
                    if line.startswith("data:"):
                        data = json.loads(line[5:])
                        if "entry" in data and data["session_id"] == session_id:
                            seen.append(data["change_number"])
                            if len(seen) == 5:
                                live.set()
                            if len(seen) == 10:
                                return

        following = threading.Thread(target=follow)
        following.start()
        assert live.wait(10)
        for n in range(5):
            record(nurse, session_id, sent("note", text=f"live {n}"))
        following.join(10)
        assert len(seen) == 10 and seen == sorted(set(seen))


def test_reports_refuse_an_inverted_period(server: ServerProcess) -> None:
    with server.client("reviewer") as client:
        answer = client.get("/api/v1/reports/responders?from=2026-02-01&to=2026-01-01")
        assert answer.status_code == 422 and answer.json()["problems"][0]["field"] == "to"
        assert client.get("/api/v1/reports/responders").status_code == 200


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_by_kill_9_and_open_alerts_survive(server: ServerProcess) -> None:
    with server.client("nurse") as client:
        session_id = plan(client)
        record(client, session_id, sent("serious_event"))
        answered: list[str] = []
        for _ in range(3):
            stop = threading.Event()

            def write(stop: threading.Event = stop) -> None:
                while not stop.is_set():
                    raw = sent("note", text="written until the end")
                    try:
                        if record(client, session_id, raw)[0]["outcome"] == "recorded":
                            answered.append(raw["entry_id"])
                    except (httpx.HTTPError, AssertionError):
                        return

            writing = threading.Thread(target=write)
            writing.start()
            threading.Event().wait(0.4)
            server.kill()
            stop.set()
            writing.join()
            server.start()
        timeline = client.get(f"/api/v1/sessions/{session_id}/timeline").json()
        assert set(answered) <= {one["entry_id"] for one in timeline["entries"]} and answered
        assert [one["condition"].split(":")[0] for one in timeline["session"]["alerts"]] == ["event.serious"]


def test_time_is_judged_on_the_server_with_no_page_open(server: ServerProcess) -> None:
    with server.client("nurse") as client:
        then = (datetime.now(UTC) - timedelta(minutes=30)).isoformat()
        session_id = str(uuid_utils.compat.uuid7())
        entries = [
            sent("session_planned", **(PLAN | {"patient_label": "TP-overdue"})),
            sent("vital_signs", **BASELINE, effective_at=then),
            sent("infusion_started", pump_rate_ml_per_h=20, concentration_mg_per_ml=1, effective_at=then),
        ]  # fmt: skip
        answer = client.post("/api/v1/sessions", json={"session_id": session_id, "entries": entries})
        assert {one["outcome"] for one in answer.json()["results"]} == {"recorded"}, answer.text
        for _ in range(200):
            tile = client.get(f"/api/v1/sessions/{session_id}/timeline").json()["session"]
            if any(one["condition"].startswith("overdue") for one in tile["alerts"]):
                return
            threading.Event().wait(0.1)
        raise AssertionError("nothing became overdue")


@pytest.mark.slow
def test_a_lost_first_link_is_printed_again_until_somebody_can_sign_in(tmp_path: Path) -> None:
    first_start = ServerProcess(tmp_path)
    try:
        first = first_start.start().one_time_link()
        first_start.stop()
        (tmp_path / "server.log").unlink()
        second = first_start.start().one_time_link()
        assert first != second
        body = {"link": second.split("=")[1], "password": "long enough now"}
        assert httpx.post(f"{first_start.url}/api/v1/welcome", json=body).status_code == 200
        first_start.stop()
        (tmp_path / "server.log").unlink()
        first_start.start()
        assert "welcome" not in first_start.output
    finally:
        first_start.stop()
