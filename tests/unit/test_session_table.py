"""The life of a session, tried exhaustively: every status with every kind of entry that there is."""

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

# The table once more, as the team reads it: a row a kind, a column a status, a dot for "refused".
EXPECTED = """
kind                 planned    ready      running              paused               recovery
session_ready        ready      ready      .                    .                    .
session_cancelled    cancelled  cancelled  .                    .                    .
infusion_started     running    running    .                    .                    .
rate_changed         .          .          running              paused               .
infusion_paused      .          .          paused               paused               .
infusion_resumed     .          .          running              running              .
infusion_ended       .          .          recovery             recovery             recovery
discharged           .          .          .                    .                    discharged
transferred          .          .          transferred          transferred          transferred
left_against_advice  .          .          left_against_advice  left_against_advice  left_against_advice
session_aborted      .          .          aborted              aborted              aborted
"""


def expected_transitions() -> dict[tuple[SessionStatus, str], SessionStatus]:
    header, *rows = [line.split() for line in EXPECTED.strip().splitlines()]
    return {
        (SessionStatus(status), row[0]): SessionStatus(cell)
        for row in rows
        for status, cell in zip(header[1:], row[1:], strict=True)
        if cell != "."
    }


@pytest.mark.parametrize("status", list(SessionStatus))
@pytest.mark.parametrize("kind", sorted(CONTENT_CLASSES))
def test_every_status_with_every_kind(status: SessionStatus, kind: str) -> None:
    moves_something = any(one == kind for _, one in expected_transitions())
    expected = expected_transitions().get((status, kind)) if moves_something else status
    assert next_status(status, kind) is expected


def test_the_table_is_the_one_the_team_reads_and_names_real_kinds() -> None:
    assert expected_transitions() == TRANSITIONS
    assert CONTENT_CLASSES.keys() >= TRANSITION_KINDS


def test_a_status_is_open_or_closed_or_planned() -> None:
    assert OPEN_STATUSES.isdisjoint(CLOSED_STATUSES)
    assert set(SessionStatus) == OPEN_STATUSES | CLOSED_STATUSES | {SessionStatus.PLANNED}
    assert {str(one) for one in OPEN_STATUSES} == {"ready", "running", "paused", "recovery"}


def test_nothing_leads_out_of_a_closed_status() -> None:
    assert not [status for status, _ in TRANSITIONS if status in CLOSED_STATUSES]


def test_ending_the_infusion_and_closing_the_session_are_two_acts() -> None:
    """Home only from recovery; a transfer, leaving and breaking off are one tap from wherever a pump may run."""
    assert [status for (status, kind) in TRANSITIONS if kind == "discharged"] == [SessionStatus.RECOVERY]
    for kind in ("transferred", "left_against_advice", "session_aborted"):
        assert {status for (status, one) in TRANSITIONS if one == kind} == OPEN_STATUSES - {SessionStatus.READY}


@pytest.mark.parametrize("status", [SessionStatus.RUNNING, SessionStatus.PAUSED])
def test_pause_and_stop_are_never_refused_while_something_may_run(status: SessionStatus) -> None:
    assert next_status(status, "infusion_paused") is SessionStatus.PAUSED
    assert next_status(status, "infusion_ended") is SessionStatus.RECOVERY


def test_every_open_status_can_be_left_and_every_status_reached() -> None:
    reached = set(TRANSITIONS.values())
    assert reached == set(SessionStatus) - {SessionStatus.PLANNED}
    for status in OPEN_STATUSES:
        assert any(one is status and target is not status for (one, _), target in TRANSITIONS.items())
