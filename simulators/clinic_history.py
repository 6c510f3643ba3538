"""A clinic's past: some weeks of finished sessions, charted by hand, with the gaps a real record has.

Weekdays, four chairs, two to four sessions a day; patients come back; some sessions are cancelled, stopped for an
adverse effect, aborted, transferred or left; some scores before or after are missing, some baselines are 0. The same
arguments give the same sessions, ids included. All rates here are our calibration.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from numpy.random import Generator, SeedSequence, default_rng

from session_store.domain.entries import FIELD_SPECS, read_content, unusual_fields
from simulators.chair import ChairSession, JsonEntry
from simulators.scenarios.plan import START_MIN, ChairPlan, PlannedAct, StartOverride
from simulators.scenarios.routine import routine_plan
from simulators.staff import SIMULATED_STAFF, Staff
from simulators.virtual_patient import Persona, draw_persona

MAX_WEEKS = 520

_CHAIRS = 4
_HALF_DAYS = (time(8, 30), time(13, 0))
_CLINIC_CLOSES = time(17, 30)
_STEP_S = 60.0
_LONGEST_SESSION = timedelta(hours=6)

_RETURN_CHANCE = 0.45
_DAYS_BETWEEN_SESSIONS = 5
_MOST_SESSIONS_OF_A_COURSE = 4
_BASELINE_ZERO, _BASELINE_MISSING, _AFTER_MISSING = 0.03, 0.02, 0.08
_NO_BASELINE_SCORE = StartOverride("Patient cannot give a pain score today and wants the treatment")
_ROUNDS_MIN, _ROUND_SHARES = (5.0, 10.0, 15.0), (0.5, 0.3, 0.2)
_FATES = ("completed", "adverse_effect", "patient_wish", "cancelled", "aborted", "transferred", "left")
_FATE_SHARES = (0.80, 0.06, 0.02, 0.06, 0.02, 0.02, 0.02)

# fate: (minutes after it strikes, kind, content)
_FATE_ACTS: dict[str, tuple[tuple[float, str, dict[str, Any]], ...]] = {
    "completed": (),
    "adverse_effect": (
        (0, "adverse_effect", {"term": "hallucination", "ctcae_grade": 3}),
        (1, "infusion_ended", {"reason": "adverse_effect"}),
    ),
    "patient_wish": ((0, "infusion_ended", {"reason": "patient_wish"}),),
    "aborted": (
        (0, "adverse_effect", {"term": "iv_site_pain", "ctcae_grade": 2}),
        (2, "session_aborted", {"reason": "IV access lost"}),
    ),
    "transferred": (
        (0, "serious_event", {}),
        (1, "adverse_effect", {"term": "chest_pain", "ctcae_grade": 3, "regulatory_serious": True}),
        (2, "infusion_ended", {"reason": "adverse_effect"}),
        (12, "transferred", {"destination": "hospital"}),
    ),
    "left": ((0, "left_against_advice", {}),),
}


@dataclass(frozen=True, slots=True)
class FinishedSession:
    """A session as its entries in the API's form, in time order; the first is `session_planned`."""

    session_id: UUID
    entries: list[JsonEntry]


@dataclass(slots=True)
class _Course:
    """A patient and how many sessions are still to come."""

    persona: Persona
    sessions_left: int
    last_at: datetime


def finished_sessions(
    weeks: int, seed: int, until: datetime, staff: Staff = SIMULATED_STAFF
) -> Iterator[FinishedSession]:
    """Sessions of the `weeks` before `until` (aware), oldest first. Raises `ValueError` for what cannot be.

    `staff` is named with each setting: a start is held unless their credentials are on record.
    """
    if not 1 <= weeks <= MAX_WEEKS:
        raise ValueError(f"{weeks} weeks is outside 1 to {MAX_WEEKS}")
    if until.tzinfo is None:
        raise ValueError("`until` needs a time zone")
    schedule_seed, course_seed, *_ = roots = SeedSequence(seed).spawn(3)
    courses = _Courses(default_rng(course_seed))
    for opened_at, chair in _slots(default_rng(schedule_seed), weeks, until):
        (session_seed,) = roots[2].spawn(1)
        plan_seed, chair_seed = session_seed.spawn(2)
        persona = courses.next_patient(opened_at)
        generator = default_rng(plan_seed)
        plan = _with_gaps(generator, _with_fate(generator, routine_plan(generator, _round_min(generator))))
        yield _finished(
            ChairSession(
                plan, str(chair), opened_at, chair_seed,
                step_s=_STEP_S, has_monitor=False, persona=persona, staff=staff,
            )
        )  # fmt: skip


def _finished(session: ChairSession) -> FinishedSession:
    later = session.entries_until(session.opened_at + _LONGEST_SESSION)
    entries = [*session.opening, *(outgoing.entry for outgoing in later)]
    return FinishedSession(session.session_id, [_confirmed(entry) for entry in entries])


def _confirmed(entry: JsonEntry) -> JsonEntry:
    """The entry with what the nurse confirmed when the tablet asked: unusual values, a known label."""
    raw = {name: value for name, value in entry.items() if name in FIELD_SPECS[entry["kind"]]}
    content, _ = read_content(entry["kind"], raw)
    asked = [problem.field for problem in unusual_fields(content)] if content is not None else []
    if entry["kind"] == "session_planned":
        # In a long history two patients may carry one label; the nurse has looked at the second identifier.
        asked.append("second_identifier")
    return {**entry, "confirmed": asked} if asked else entry


def _slots(generator: Generator, weeks: int, until: datetime) -> Iterator[tuple[datetime, int]]:
    """When a patient sits down and on which chair, in time order."""
    first = (until - timedelta(weeks=weeks)).date()
    for offset in range(weeks * 7 + 1):
        day = first + timedelta(days=offset)
        count = int(generator.integers(2, 5))
        picks = generator.choice(_CHAIRS * len(_HALF_DAYS), size=count, replace=False)
        delays = generator.integers(0, 40 * 60, size=count)
        closes = datetime.combine(day, _CLINIC_CLOSES, until.tzinfo)
        if day.weekday() >= 5 or closes > until or closes <= until - timedelta(weeks=weeks):
            continue
        slots = [
            (datetime.combine(day, _HALF_DAYS[pick // _CHAIRS], until.tzinfo) + timedelta(seconds=int(delay)), pick)
            for pick, delay in zip(picks.tolist(), delays.tolist(), strict=True)
        ]
        for opened_at, pick in sorted(slots):
            yield opened_at, pick % _CHAIRS + 1


class _Courses:
    """The clinic's patients: new ones, and those who come back."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self._courses: list[_Course] = []

    def next_patient(self, at: datetime) -> Persona:
        waiting = [
            course
            for course in self._courses
            if course.sessions_left > 0 and at - course.last_at >= timedelta(days=_DAYS_BETWEEN_SESSIONS)
        ]
        if not waiting or self._generator.random() >= _RETURN_CHANCE:
            return self._new_patient(at)
        course = waiting[int(self._generator.integers(len(waiting)))]
        course.sessions_left -= 1
        course.last_at = at
        if course.persona.is_responder and course.persona.pain_points > 3:
            course.persona = replace(course.persona, pain_points=course.persona.pain_points - 1)
        return course.persona

    def _new_patient(self, at: datetime) -> Persona:
        wanted = {"pain_points": 0.0} if self._generator.random() < _BASELINE_ZERO else {}
        persona = draw_persona(self._generator, wanted)
        left = int(self._generator.integers(0, _MOST_SESSIONS_OF_A_COURSE))
        self._courses.append(_Course(persona, left, at))
        return persona


def _round_min(generator: Generator) -> float:
    return float(generator.choice(_ROUNDS_MIN, p=_ROUND_SHARES))


def _with_gaps(generator: Generator, plan: ChairPlan) -> ChairPlan:
    has_pain_before = bool(generator.random() >= _BASELINE_MISSING)
    return replace(
        plan,
        has_pain_before=has_pain_before,
        has_pain_after=bool(generator.random() >= _AFTER_MISSING),
        start_override=plan.start_override if has_pain_before else _NO_BASELINE_SCORE,
    )


def _with_fate(generator: Generator, plan: ChairPlan) -> ChairPlan:
    fate = str(generator.choice(_FATES, p=_FATE_SHARES))
    minute = START_MIN + float(generator.uniform(0.35, 0.9)) * plan.duration_min
    return replace(plan, acts=tuple(sorted((*plan.acts, *_fate_acts(fate, minute)), key=lambda act: act.minute)))


def _fate_acts(fate: str, minute: float) -> tuple[PlannedAct, ...]:
    """What ends a session otherwise than planned; nothing for a completed one."""
    if fate == "cancelled":
        return (PlannedAct(START_MIN, "session_cancelled", {"reason": "Ate this morning"}),)
    return tuple(PlannedAct(minute + later_min, kind, content) for later_min, kind, content in _FATE_ACTS[fate])
