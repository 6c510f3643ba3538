"""The life of a session, tried exhaustively: every status with every kind of entry."""

import pytest

from session_store.domain.entries import CONTENT_CLASSES
from session_store.domain.session import (
    CLOSED_STATUSES,
    OPEN_STATUSES,
    TRANSITION_KINDS,
    TRANSITIONS,
    SessionStatus,
    next_status,
)


@pytest.mark.parametrize("status", SessionStatus)
@pytest.mark.parametrize("kind", sorted(CONTENT_CLASSES))
def test_every_status_with_every_kind(status: SessionStatus, kind: str) -> None:
    after = next_status(status, kind)
    if kind not in TRANSITION_KINDS:
        assert after is status
    elif status in CLOSED_STATUSES:
        assert after is None
    else:
        assert after is TRANSITIONS.get((status, kind))


def test_ending_the_infusion_and_closing_the_session_are_two_acts() -> None:
    assert next_status(SessionStatus.RUNNING, "infusion_ended") is SessionStatus.RECOVERY
    assert next_status(SessionStatus.RUNNING, "discharged") is None
    assert next_status(SessionStatus.RECOVERY, "discharged") is SessionStatus.DISCHARGED


@pytest.mark.parametrize("kind", ["transferred", "left_against_advice"])
@pytest.mark.parametrize("status", [SessionStatus.RUNNING, SessionStatus.PAUSED, SessionStatus.RECOVERY])
def test_transfer_and_leaving_are_one_tap_from_wherever_the_patient_is(status: SessionStatus, kind: str) -> None:
    assert next_status(status, kind) in CLOSED_STATUSES


@pytest.mark.parametrize("status", [SessionStatus.RUNNING, SessionStatus.PAUSED])
def test_pause_and_stop_are_never_refused_while_something_may_run(status: SessionStatus) -> None:
    assert next_status(status, "infusion_paused") is SessionStatus.PAUSED
    assert next_status(status, "infusion_ended") is SessionStatus.RECOVERY


def test_open_closed_and_planned_are_all_there_is() -> None:
    assert OPEN_STATUSES | CLOSED_STATUSES | {SessionStatus.PLANNED} == set(SessionStatus)
    assert not OPEN_STATUSES & CLOSED_STATUSES
    assert set(TRANSITIONS.values()) | {SessionStatus.PLANNED} == set(SessionStatus)
