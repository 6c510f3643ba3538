"""Requests made from the interface's own description, valid and broken: the server answers each as described.

No 5xx, a documented status and shape, and every refusal in its one form, signed in by different roles. The live stream
is left out: its answer never ends.
"""

from typing import Any

import httpx
import pytest
import requests
import schemathesis
import uuid_utils.compat
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, Config, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dashboard.access.permissions import roles_for
from session_store.domain.entries import CLINIC_KINDS, FIELD_SPECS, SESSION_KINDS
from tests.api.entry_generation import fields_of
from tests.api.small_record import Ids, record_a_little
from tests.record_building import sent
from tests.server_process import ServerProcess

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ROLES = ("physician", "administrator", "device")
SEED = 20261121
# What ends a session or its infusion comes last: it leaves less to record.
ENDING_KINDS = {
    "infusion_ended",
    "session_aborted",
    "session_cancelled",
    "transferred",
    "left_against_advice",
    "discharged",
}
# How many requests of each mode: for a door that the role may pass, for one that it may not, and for passwords,
# whose check is slow on purpose.
PERMITTED, REFUSED, PASSWORDS = 8, 2, 3
GENERATION = {
    "deadline": None, "database": None, "phases": [Phase.generate], "suppress_health_check": list(HealthCheck),
}  # fmt: skip


@pytest.fixture(scope="module")
def ids(server: ServerProcess) -> Ids:
    with server.client("nurse") as nurse, server.client("pharmacist") as pharmacist:
        return record_a_little(nurse, pharmacist)


@pytest.mark.parametrize("role", ROLES)
def test_every_route_answers_as_described(server: ServerProcess, ids: Ids, role: str) -> None:
    with server.client(role) as client, requests.Session() as session:
        session.cookies.update(dict(client.cookies))
        session.headers.update({name: client.headers[name] for name in ("authorization",) if name in client.headers})
        for operation in _operations(client, server.url):
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _try(operation, mode, session, role, ids)


def _operations(client: httpx.Client, base_url: str) -> list[APIOperation[Any, Any, Any, Any]]:
    """Signing out comes last: what follows it is refused."""
    described = client.get("/api/openapi.json").json()
    del described["paths"]["/api/v1/changes/stream"]
    schema = schemathesis.openapi.from_dict(described, config=Config(seed=SEED))
    schema.config.update(base_url=base_url)
    # The session of the test is the one under test: no made-up cookies and tokens beside it.
    schema.config.generation.with_security_parameters = False
    operations = [found.ok() for found in schema.get_all_operations()]
    return sorted(operations, key=lambda one: one.path == "/api/v1/logout")


def _try(
    operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode, session: requests.Session, role: str, ids: Ids
) -> None:
    known = ids.of_path(operation.path) if mode is GenerationMode.POSITIVE else None

    @settings(max_examples=_budget(operation, role), **GENERATION)
    @seed(SEED)
    @given(operation.as_strategy(generation_mode=mode, path_parameters=known))
    def answers_as_described(case: Case) -> None:
        response = case.call(session=session)
        case.validate_response(response, checks=CHECKS)
        if response.status_code >= 400:
            _is_a_refusal(response.json())

    try:
        answers_as_described()
    except Unsatisfiable:
        # A route without parameters cannot be called wrongly.
        assert mode is GenerationMode.NEGATIVE and not (list(operation.iter_parameters()) or operation.body)


def _budget(operation: APIOperation[Any, Any, Any, Any], role: str) -> int:
    if operation.path in ("/api/v1/login", "/api/v1/welcome", "/api/v1/sessions/{session_id}/overrides"):
        return PASSWORDS
    return PERMITTED if role in (roles_for(operation.method.upper(), operation.path) or ()) else REFUSED


def _is_a_refusal(answer: dict[str, Any]) -> None:
    assert answer.keys() == {"problems"} and answer["problems"]
    for one in answer["problems"]:
        assert one.keys() == {"field", "reason", "limit"} and one["reason"]


@pytest.mark.parametrize("clinic", [False, True], ids=["session", "clinic"])
def test_every_kind_gets_an_outcome_for_whatever_fits_its_form(server: ServerProcess, clinic: bool) -> None:
    """Also with every question confirmed: what is then recorded must be readable again."""
    with server.client("nurse") as nurse, server.client("pharmacist") as pharmacist:
        session_id = record_a_little(nurse, pharmacist).session_id
    kinds, roles = (CLINIC_KINDS, ("administrator", "pharmacist")) if clinic else (SESSION_KINDS, ("physician",))
    recorded = set()
    path = "/api/v1/clinic/entries" if clinic else f"/api/v1/sessions/{session_id}/entries"
    for role in roles:
        with server.client(role) as client:
            for kind in sorted(kinds, key=lambda one: one in ENDING_KINDS):
                answer = client.post(path, json={"entries": _examples(kind)})
                assert answer.status_code == 200, (kind, answer.text)
                for result in answer.json()["results"]:
                    assert result["outcome"] in ("recorded", "refused"), (kind, result)
                    recorded |= {kind} if result["outcome"] == "recorded" else set()
                    assert all(one.keys() == {"field", "reason", "limit"} for one in result["problems"])
            assert client.get("/api/v1/clinic").status_code == 200
    # What speaks about other entries, and what another status asks for, is made up in vain.
    assert len(recorded) >= len(kinds) * 3 // 5, set(kinds) - recorded
    with server.client("physician") as client:
        for name in ("timeline", "audit"):
            assert client.get(f"/api/v1/sessions/{session_id}/{name}").status_code == 200


def _examples(kind: str) -> list[dict[str, Any]]:
    """Some entries of a kind, every question confirmed."""
    found: list[dict[str, Any]] = []

    @settings(max_examples=6, **GENERATION)
    @seed(SEED)
    @given(fields_of(kind))
    def collect(fields: dict[str, Any]) -> None:
        confirmed = [*FIELD_SPECS[kind], "effective_at"]
        found.append(sent(kind, **fields, confirmed=confirmed))

    collect()
    return found


def test_numbers_beyond_any_integer_and_half_letters_are_refused_in_form(server: ServerProcess, ids: Ids) -> None:
    entries = f"/api/v1/sessions/{ids.session_id}/entries"
    new = str(uuid_utils.compat.uuid7())
    bodies = [
        (
            "/api/v1/sessions",
            new.join(
                ['{"session_id": "', '", "entries": [{}, {"entry_id": "\\ud800", "kind": "note", "\\udfff": 1}]}']
            ),
        ),
        ("/api/v1/sessions", '{"session_id": "\\ud800", "entries": [{}]}'),
        (entries, '{"entries": [{"\\ud800": 1, "entry_id": "\\udfff", "kind": "\\ud800"}]}'),
        (entries, '{"\\ud800": 1, "entries": "\\ud800"}'),
        (entries, '{"entries": [{"kind": "bolus", "dose_mg": 1%s}]}' % ("0" * 400)),
        (entries, '{"entries": [{"kind": "bolus", "dose_mg": 1%s}]}' % ("0" * 5000)),
        (entries, '{"entries": [{"kind": "bolus", "dose_mg": "1e999999999"}]}'),
        (entries, '{"entries": [{"kind": "amendment", "changes": %s}]}' % ("[" * 900 + "]" * 900)),
        (entries, '{"entries": [{"kind": "amendment", "changes": %s}]}' % ("[" * 50000 + "]" * 50000)),
        (entries, '{"entries": [{"kind": "note", "text": "x", "effective_at": "0001-01-01T00:00:00+23:59"}]}'),
    ]
    with server.client("physician") as client:
        for path, body in bodies:
            answer = client.post(path, content=body.encode(), headers={"Content-Type": "application/json"})
            assert answer.status_code in (200, 400, 422), (body[:80], answer.status_code, answer.text)
            if answer.status_code == 200:
                assert {one["outcome"] for one in answer.json()["results"]} <= {"refused"}, answer.text
            else:
                _is_a_refusal(answer.json())


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/changes?after=99999999999999999999", "/api/v1/changes/stream?after=99999999999999999999",
        "/api/v1/reports/responders?to=9999-12-31", "/api/v1/reports/responders?from=0001-01-01",
        "/api/v1/sessions?after=x", "/api/v1/sessions?after=%00", "/api/v1/sessions?limit=0",
    ],
)  # fmt: skip
def test_numbers_and_days_out_of_range_are_refused(server: ServerProcess, path: str) -> None:
    with server.client("physician") as client:
        answer = client.get(path)
        assert answer.status_code == 422, answer.text
        _is_a_refusal(answer.json())
