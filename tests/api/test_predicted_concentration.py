"""The predicted band over HTTP: who may read it, what it says, and that it never leaves the reader without words."""

from datetime import UTC, datetime, timedelta

import pytest
import uuid_utils.compat

from dashboard.api.answers import PredictedConcentration
from session_store.accounts import Role
from tests.api.conftest import ROLES
from tests.api.small_record import chart, plan
from tests.server_process import ServerProcess

READERS = {Role.NURSE, Role.PHYSICIAN_ASSISTANT, Role.PHYSICIAN, Role.PHARMACIST, Role.REVIEWER}


def path_of(session_id: object) -> str:
    return f"/api/v1/sessions/{session_id}/predicted-concentration"


@pytest.fixture(scope="module")
def running(server: ServerProcess) -> str:
    """A session whose pump has run at 35 mg/h for half an hour."""
    began = datetime.now(UTC) - timedelta(minutes=30)
    rate = {"pump_rate_ml_per_h": 35, "concentration_mg_per_ml": 1, "has_happened": True}
    with server.client("nurse") as nurse:
        session_id = plan(nurse, at=began - timedelta(minutes=5))
        chart(nurse, session_id, "infusion_started", effective_at=began.isoformat(), **rate)
    return session_id


@pytest.mark.parametrize("role", ROLES)
def test_the_band_is_for_those_who_read_the_timeline(server: ServerProcess, running: str, role: str) -> None:
    with server.client(role) as client:
        assert client.get(path_of(running)).status_code == (200 if role in READERS else 403)
        timeline = client.get(f"/api/v1/sessions/{running}/timeline").status_code
        assert timeline == client.get(path_of(running)).status_code


def test_nobody_reads_it_without_signing_in(server: ServerProcess, running: str) -> None:
    with server.client() as client:
        answer = client.get(path_of(running))
        assert answer.status_code == 401 and answer.json()["problems"]


def test_an_unknown_session_and_a_bad_id_are_problems(server: ServerProcess) -> None:
    with server.client("reviewer") as client:
        unknown = client.get(path_of(uuid_utils.compat.uuid7()))
        assert unknown.status_code == 404 and unknown.json()["problems"][0]["field"] == "session_id"
        unreadable = client.get(path_of("not-an-id"))
        assert unreadable.status_code == 422 and unreadable.json()["problems"]


def test_the_band_comes_with_its_words_up_to_now(server: ServerProcess, running: str) -> None:
    with server.client("pharmacist") as client:
        plain = client.get(path_of(running)).raise_for_status().json()
    answer = PredictedConcentration.model_validate(plain, strict=True)
    assert plain.keys() == PredictedConcentration.model_fields.keys()
    assert answer.unavailable is None and len(answer.models) == 4
    assert answer.words is not None and "not measured" in answer.words and "not for dosing" in answer.words
    assert len(answer.minutes) == len(answer.low_ng_per_ml) == len(answer.high_ng_per_ml) <= 240
    assert all(low <= high for low, high in zip(answer.low_ng_per_ml, answer.high_ng_per_ml, strict=True))
    assert 30 <= answer.minutes[-1] < 40 and 50 < answer.high_ng_per_ml[-1] < 300
    assert answer.first_drug_at is not None and answer.until_at is not None
    length = datetime.fromisoformat(answer.until_at) - datetime.fromisoformat(answer.first_drug_at)
    assert length / timedelta(minutes=1) == pytest.approx(answer.minutes[-1], abs=0.001)


def test_before_any_drug_it_says_so(server: ServerProcess) -> None:
    with server.client("nurse") as nurse:
        plain = nurse.get(path_of(plan(nurse))).raise_for_status().json()
    PredictedConcentration.model_validate(plain, strict=True)
    assert plain["unavailable"] == {"reason": "no ketamine given yet"} and plain["minutes"] == []
