"""Alert rules over HTTP: read by people, changed by who may, signed by a second person, replayed before."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import uuid_utils.compat

from session_store.domain.rules.delivered import DELIVERED
from tests.api.small_record import chart, plan, record, record_of_clinic, start
from tests.record_building import sent
from tests.server_process import ServerProcess

ROLES = ("administrator", "nurse", "physician_assistant", "physician", "pharmacist", "reviewer", "device")
DOORS = [
    ("GET", "/api/v1/rules", set(ROLES) - {"device"}),
    ("POST", "/api/v1/rules/replay", {"administrator", "physician"}),
    ("GET", "/rules", {"administrator", "physician", "reviewer"}),
]


@pytest.fixture
def physician(server: ServerProcess) -> Iterator[httpx.Client]:
    with server.client("physician") as client:
        yield client


@pytest.fixture
def administrator(server: ServerProcess) -> Iterator[httpx.Client]:
    with server.client("administrator") as client:
        yield client


def rules(client: httpx.Client) -> dict[str, Any]:
    return client.get("/api/v1/rules").raise_for_status().json()  # type: ignore[no-any-return]


def rule(client: httpx.Client, rule_id: str) -> dict[str, Any]:
    return next(one for one in rules(client)["rules"] if one["rule_id"] == rule_id)


def change(client: httpx.Client, limits: dict[str, Any], **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A change of limits, based on what is in force: what was sent, and what became of it."""
    fields = {"based_on_version": rules(client)["version"], "limits": limits, "reason": "tried here"} | more
    raw = sent("alert_limits_changed", **fields)
    return raw, record_of_clinic(client, raw)[0]


def replay(client: httpx.Client, **tried: Any) -> httpx.Response:
    return client.post("/api/v1/rules/replay", json=tried)


@pytest.mark.parametrize(("method", "path", "permitted"), DOORS)
def test_who_may_see_and_try_rules(server: ServerProcess, method: str, path: str, permitted: set[str]) -> None:
    body = {"limits": {"no.such": "1"}} if method == "POST" else None
    for role in ROLES:
        with server.client(role) as client:
            assert (client.request(method, path, json=body).status_code in (200, 422)) is (role in permitted), role


def test_every_rule_is_told_with_its_source_and_limit(physician: httpx.Client) -> None:
    book = rules(physician)
    assert {one["rule_id"] for one in book["rules"]} == set(DELIVERED.by_id)
    assert all(one["citation"] and one["words"] and one["section"] in book["sections"] for one in book["rules"])
    told = rule(physician, "spo2.low.critical")
    assert (told["level"], told["unit"], told["delivered_limit"], told["is_proposal"]) == ("critical", "%", "90", True)
    assert told["second_person_when"] == "below" and told["group"] == "spo2"
    assert rule(physician, "sbp.high.critical")["second_person_when"] == "above"
    assert rule(physician, "sbp.high.warning")["second_person_when"] is None
    assert rule(physician, "rate.setting.warning")["grade"] == "A"


def test_a_change_takes_effect_and_its_history_says_who_when_and_why(
    server: ServerProcess, physician: httpx.Client
) -> None:
    before = rules(physician)
    raw, result = change(physician, {"etco2.high.warning": 47}, reason="agreed in the clinic")
    assert (result["outcome"], result["problems"]) == ("recorded", [])
    assert record_of_clinic(physician, raw)[0]["outcome"] == "duplicate"
    book = rules(physician)
    assert book["version"] == before["version"] + 1 and book["version_words"] == f"2.{book['version'] % 1000}"
    newest = book["changes"][0]
    assert (newest["author_name"], newest["reason"]) == ("Test Physician 1", "agreed in the clinic")
    (line,) = newest["replaced"]
    assert (line["old"], line["new"], line["unit"]) == ("50", "47", "mmHg")
    assert newest["standing"] == "in_force" and newest["version"] == book["version"]
    assert rule(physician, "etco2.high.warning")["limit"] == "47"
    with server.client("nurse") as nurse:
        session_id = plan(nurse)
        chart(nurse, session_id, "vital_signs", end_tidal_co2_mmhg=48)
        (alert,) = nurse.get(f"/api/v1/sessions/{session_id}/timeline").json()["alerts"]
    assert alert["rule_id"] == "etco2.high.warning" and "over 47" in alert["text"]


def test_a_loosened_critical_limit_waits_for_another_person(
    server: ServerProcess, physician: httpx.Client, administrator: httpx.Client
) -> None:
    raw, result = change(physician, {"hr.high.critical": "135"})
    assert [one["field"] for one in result["problems"]] == ["needs_second_person"]
    assert rule(physician, "hr.high.critical")["limit"] == "131"
    (waiting,) = rules(administrator)["waiting"]
    assert waiting["entry_id"] == raw["entry_id"] and waiting["needs_second_person"]
    signature = {"signed_entry_id": raw["entry_id"]}
    assert record_of_clinic(physician, sent("alert_limits_signed", **signature))[0]["outcome"] == "refused"
    with server.client("nurse") as nurse:
        assert record_of_clinic(nurse, sent("alert_limits_signed", **signature))[0]["outcome"] == "refused"
    assert record_of_clinic(administrator, sent("alert_limits_signed", **signature))[0]["outcome"] == "recorded"
    book = rules(physician)
    assert book["waiting"] == [] and book["changes"][0]["signed_by"] == "Test Administrator 1"
    assert rule(physician, "hr.high.critical")["limit"] == "135"
    error = sent("clinic_entered_in_error", withdrawn_entry_id=raw["entry_id"], reason="mistyped")
    (refused,) = record_of_clinic(physician, error)
    assert "change the limits back" in refused["problems"][0]["reason"]


def test_what_cannot_be_is_refused_with_the_rule_named(physician: httpx.Client) -> None:
    _, inverted = change(physician, {"sbp.high.warning": "190"})
    assert (inverted["outcome"], inverted["problems"][0]["field"]) == ("refused", "sbp.high.critical")
    _, unknown = change(physician, {"no.such.rule": "190"})
    assert [one["field"] for one in unknown["problems"]] == ["no.such.rule"]
    _, late = change(physician, {"sbp.high.warning": "165"}, based_on_version=DELIVERED.version - 1)
    assert [one["field"] for one in late["problems"]] == ["based_on_version"]


@pytest.mark.parametrize(
    "limits", [{"sbp.high.warning": "tall"}, {"sbp.high.warning": [1]}, {"x" * 300: 1}, {}, {"hr.high.warning": "200"}]
)
def test_a_replay_of_what_makes_no_sense_is_refused_in_words(physician: httpx.Client, limits: dict[str, Any]) -> None:
    answer = replay(physician, limits=limits)
    assert answer.status_code == 422 and all(one["reason"] for one in answer.json()["problems"])


def test_a_change_is_replayed_on_finished_sessions_before_anybody_signs(
    server: ServerProcess, physician: httpx.Client
) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse)
        start(nurse, session_id)
        chart(nurse, session_id, "vital_signs", systolic_mmhg=152, diastolic_mmhg=70)
        chart(nurse, session_id, "session_aborted", reason="test")
    report = replay(physician, limits={"sbp.high.warning": "151"}).raise_for_status().json()
    assert (report["sessions"], report["sessions_found"], report["most_sessions"]) == (1, 1, 200)
    assert report["after"]["alerts_by_level"]["warning"] == report["before"]["alerts_by_level"]["warning"] + 1
    assert report["needs_second_person"] == [] and report["sessions_with_other_alerts"] == 1
    looser = replay(physician, limits={"spo2.low.critical": 88}).raise_for_status().json()
    assert [one["rule_id"] for one in looser["needs_second_person"]] == ["spo2.low.critical"]
    assert rule(physician, "sbp.high.warning")["limit"] == "160"


def test_the_clinic_chooses_its_score(physician: httpx.Client) -> None:
    _, result = change(physician, {}, choices={"discharge.score.held": ["aldrete"]})
    assert result["outcome"] == "recorded"
    assert rule(physician, "discharge.score.held")["choice"]["chosen"] == ["aldrete"]
    (line,) = rules(physician)["changes"][0]["replaced"]
    assert (line["old"], line["new"]) == ("PADSS", "Modified Aldrete")


def test_a_limit_belongs_to_the_clinic_and_not_into_a_session(server: ServerProcess, physician: httpx.Client) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse)
    raw = sent("alert_limits_changed", based_on_version=2000, limits={"sbp.high.warning": "150"}, reason="x")
    assert record(physician, session_id, raw)[0]["outcome"] == "refused"
    unknown = sent("alert_limits_signed", signed_entry_id=str(uuid_utils.compat.uuid7()))
    assert record_of_clinic(physician, unknown)[0]["outcome"] == "refused"
