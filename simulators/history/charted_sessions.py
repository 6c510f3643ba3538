"""The sessions of a history as they were charted: by whom, when, what; nothing read, checked or written."""

from collections.abc import Iterator, Sequence

from session_store.bulk_preparing import HistorySession
from simulators.history.calendar import Calendar, Visit
from simulators.history.full_detail import full_block
from simulators.history.outcome_chart import chart_block
from simulators.history.plan import ClinicPlan, Detail, HistoryPlan
from simulators.history.workforce import Workforce, workforce_of


def charted_block(
    plan: ClinicPlan, workforce: Workforce, block: int, visits: Sequence[Visit]
) -> Iterator[HistorySession]:
    """The sessions of one block, in the plan's detail."""
    make = chart_block if plan.detail is Detail.OUTCOME else full_block
    return make(plan, workforce, block, visits)


def charted_sessions(plan: HistoryPlan) -> Iterator[HistorySession]:
    """All sessions, clinic after clinic, oldest first; by people without an account, as an import into a database that
    knows nobody. Raises `ImpossibleHistory`."""
    for clinic in plan.clinic_plans():
        workforce = workforce_of(clinic, {})
        for number, visits in Calendar(clinic).blocks():
            yield from charted_block(clinic, workforce, number, visits)
