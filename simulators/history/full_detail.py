"""The full detail: each session stepped minute by minute with patient, pump, monitor and nurse, every round charted and
the monitor's row of each minute."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from numpy.random import Generator, default_rng

from session_store.bulk_preparing import HistorySession
from session_store.bulk_reading import HistoryEntry
from session_store.commands import Author
from session_store.sent_entries import ENVELOPE_FIELDS
from simulators.chair import ChairSession
from simulators.history.calendar import Visit, course_fields
from simulators.history.course_of_session import START_MIN, draw_fate, ending
from simulators.history.follow_ups import follow_ups
from simulators.history.pain import lasting_share
from simulators.history.plan import ClinicPlan
from simulators.history.workforce import Workforce
from simulators.identifiers import seeded_uuid7
from simulators.outgoing import Door, JsonEntry
from simulators.scenarios.plan import ChairPlan, PlannedAct
from simulators.scenarios.routine import routine_plan
from simulators.staff import Staff

_STEP_S = 60.0
_LONGEST_AFTER = timedelta(hours=6)
_NAMES_OF_PHYSICIAN = ("supervising_physician", "attested_by", "ordered_by", "taken_by")
_CLOSING = frozenset({"discharged", "session_aborted", "transferred", "left_against_advice", "session_cancelled"})


def full_block(plan: ClinicPlan, workforce: Workforce, block: int, visits: Sequence[Visit]) -> Iterator[HistorySession]:
    """The sessions of a block with their follow-ups."""
    for at, visit in enumerate(visits):
        yield _session(plan, workforce, (block, at), visit)


def _session(plan: ClinicPlan, workforce: Workforce, place: tuple[int, int], visit: Visit) -> HistorySession:
    generator = default_rng(plan.stream(2, *place))
    day = visit.opened_at.date()
    physician, nurse = workforce.physician(visit.chair, day), workforce.nurse(visit.chair, day)
    share = lasting_share(visit, 0.0, with_this_dose=False)
    stepped = ChairSession(
        _chair_plan(plan, visit, generator), visit.place, visit.opened_at, plan.stream(3, *place), step_s=_STEP_S,
        persona=replace(visit.persona, lasting_relief=share, is_first_session=not visit.doses),
        staff=Staff(physician.account_id, nurse.account_id),
    )  # fmt: skip
    doors = {Door.NURSE: nurse, Door.PHYSICIAN: physician, Door.DEVICE: workforce.monitor}
    until = visit.opened_at + timedelta(minutes=visit.regimen.duration_min) + _LONGEST_AFTER
    entries = [_entry(nurse, raw, visit, physician) for raw in stepped.opening]
    entries += [_entry(doors[one.door], one.entry, visit, physician) for one in stepped.entries_until(until)]
    last = entries[-1].kind
    if last not in _CLOSING:
        at = until + timedelta(minutes=1)
        entries.append(
            HistoryEntry(nurse, seeded_uuid7(generator, at), "session_aborted", at, {"reason": "Not settled"})
        )
    if last == "discharged":
        entries += follow_ups(plan, visit, nurse, physician, generator)
    return HistorySession(stepped.session_id, visit.patient_id, visit.is_patient_new, entries, physician)


def _entry(author: Author, raw: JsonEntry, visit: Visit, physician: Author) -> HistoryEntry:
    """The entry with the people of this clinic and, in the plan, the course."""
    kind, fields = raw["kind"], {name: value for name, value in raw.items() if name not in ENVELOPE_FIELDS}
    fields |= {name: physician.display_name for name in _NAMES_OF_PHYSICIAN if name in fields}
    if kind == "session_planned":
        fields |= course_fields(visit)
    at = datetime.fromisoformat(raw["effective_at"]).astimezone(UTC)
    return HistoryEntry(author, UUID(raw["entry_id"]), kind, at, fields, raw["source"])


def _chair_plan(plan: ClinicPlan, visit: Visit, generator: Generator) -> ChairPlan:
    """A routine session of the course's regimen, with effects as often as they come to be known."""
    regimen = visit.regimen
    drawn = routine_plan(generator)
    if visit.is_cancelled:
        acts: tuple[PlannedAct, ...] = (PlannedAct(START_MIN, "session_cancelled", {"reason": "Ate this morning"}),)
    else:
        fate, infused_min = draw_fate(visit, generator)
        ends = [] if fate == "completed" else ending(fate, START_MIN + infused_min)
        # The routine's effects are those of a clinic that asks by a check list.
        share = min(1.0, plan.ascertainment.share / 0.5)
        kept = [act for act in drawn.acts if generator.random() < share]
        acts = tuple(sorted([*kept, *(PlannedAct(*one) for one in ends)], key=lambda act: act.minute))
    return replace(
        drawn, rate_mg_per_kg_per_h=regimen.rate_mg_per_kg_per_h, duration_min=regimen.duration_min, acts=acts,
        round_min=60.0 if regimen.is_inpatient else drawn.round_min,
        pain_round_min=240.0 if regimen.is_inpatient else drawn.pain_round_min,
    )  # fmt: skip
