"""After a depressant a set is due within 5 min, and the warning comes by that interval, not by the long one before."""

from datetime import UTC, datetime, timedelta

import pytest

from session_store.domain.observation_schedule import ObservationProtocol, ScheduleContext, overdue_at

START = datetime(2026, 11, 20, 9, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("protocol", "since_start", "given", "flag", "warning"),
    [
        # Two-hourly for this patient: the warning came 55 min late when it was 1.5 x the time since the last set.
        (ObservationProtocol.INPATIENT_MULTI_DAY, 20 * 60, 110, 117, 117.5),
        (ObservationProtocol.OUTPATIENT, 30, 5, 12, 12.5),
        (ObservationProtocol.OUTPATIENT, 30, None, 17, 22.5),
        # Given when the set was due soon anyhow.
        (ObservationProtocol.OUTPATIENT, 30, 12, 17, 22.5),
    ],
)
def test_the_warning_follows_the_interval_that_was_missed(
    protocol: ObservationProtocol, since_start: float, given: float | None, flag: float, warning: float
) -> None:
    context = ScheduleContext(
        None, None if given is None else at(given), False, protocol=protocol, started_at=at(-since_start)
    )
    assert overdue_at(START, context, "heart_rate_per_min") == (at(flag), at(warning))
