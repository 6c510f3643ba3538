"""The life of an infusion session as one table: from each status, which entry kind leads where.

What is not listed is refused. Ending the infusion and closing the session are two acts. A second tap on the same
button (two tablets) is listed as leading nowhere new, so that it is recorded and not refused.
"""

from enum import StrEnum


class SessionStatus(StrEnum):
    """Status of a session, in the words of the screens."""

    PLANNED = "planned"
    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    RECOVERY = "recovery"
    DISCHARGED = "discharged"
    TRANSFERRED = "transferred"
    LEFT_AGAINST_ADVICE = "left_against_advice"
    ABORTED = "aborted"
    CANCELLED = "cancelled"


OPEN_STATUSES = frozenset({SessionStatus.READY, SessionStatus.RUNNING, SessionStatus.PAUSED, SessionStatus.RECOVERY})
CLOSED_STATUSES = frozenset(
    {
        SessionStatus.DISCHARGED,
        SessionStatus.TRANSFERRED,
        SessionStatus.LEFT_AGAINST_ADVICE,
        SessionStatus.ABORTED,
        SessionStatus.CANCELLED,
    }
)

_S = SessionStatus

TRANSITIONS: dict[tuple[SessionStatus, str], SessionStatus] = {
    (_S.PLANNED, "session_ready"): _S.READY,
    (_S.PLANNED, "infusion_started"): _S.RUNNING,
    (_S.PLANNED, "session_cancelled"): _S.CANCELLED,
    (_S.READY, "session_ready"): _S.READY,
    (_S.READY, "infusion_started"): _S.RUNNING,
    (_S.READY, "session_cancelled"): _S.CANCELLED,
    (_S.RUNNING, "rate_changed"): _S.RUNNING,
    (_S.RUNNING, "infusion_paused"): _S.PAUSED,
    (_S.RUNNING, "infusion_resumed"): _S.RUNNING,
    (_S.RUNNING, "infusion_ended"): _S.RECOVERY,
    (_S.RUNNING, "transferred"): _S.TRANSFERRED,
    (_S.RUNNING, "left_against_advice"): _S.LEFT_AGAINST_ADVICE,
    (_S.RUNNING, "session_aborted"): _S.ABORTED,
    (_S.PAUSED, "rate_changed"): _S.PAUSED,
    (_S.PAUSED, "infusion_paused"): _S.PAUSED,
    (_S.PAUSED, "infusion_resumed"): _S.RUNNING,
    (_S.PAUSED, "infusion_ended"): _S.RECOVERY,
    (_S.PAUSED, "transferred"): _S.TRANSFERRED,
    (_S.PAUSED, "left_against_advice"): _S.LEFT_AGAINST_ADVICE,
    (_S.PAUSED, "session_aborted"): _S.ABORTED,
    (_S.RECOVERY, "infusion_ended"): _S.RECOVERY,
    (_S.RECOVERY, "discharged"): _S.DISCHARGED,
    (_S.RECOVERY, "transferred"): _S.TRANSFERRED,
    (_S.RECOVERY, "left_against_advice"): _S.LEFT_AGAINST_ADVICE,
    (_S.RECOVERY, "session_aborted"): _S.ABORTED,
}

# Entry kinds that move a session's status; all other kinds may be recorded in any status.
TRANSITION_KINDS = frozenset(kind for _, kind in TRANSITIONS)


def next_status(status: SessionStatus, kind: str) -> SessionStatus | None:
    """The status after an entry of `kind`; the same status for kinds that move nothing; None when not allowed."""
    if kind not in TRANSITION_KINDS:
        return status
    return TRANSITIONS.get((status, kind))
