"""Who comes when: courses of new and returning patients, booked on the weekdays of a clinic, block after block.

What is kept is bounded: the courses under way, and the last patients who may come back. The same plan gives the same
visits. Shares after simulators.md 3.1; whatever that has not is ours.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from numpy.random import default_rng

from session_store.pharmacology import simons2022
from simulators.history.plan import BLOCK, HALF_DAYS, ClinicPlan
from simulators.identifiers import seeded_uuid7
from simulators.virtual_patient import Persona, draw_persona

_STARTS = (time(8, 0), time(13, 30))
_LATEST_DELAY_S = 20 * 60
_SATURDAY = 5
# A stay of up to three days begins early enough to end within its block.
_LAST_DAY_OF_ADMISSION = 3
_CANCELLED_SHARE = 0.07
# 86 % of the courses of five are completed (Tankha 2025): so many stop after each of the first four sessions.
_STOPS_AFTER_A_SESSION = 1 - 0.86 ** (1 / 4)
_RETURN_CHANCE = 0.35
_BACK_AFTER = timedelta(days=28)
_MOST_TO_RETURN = 200
_DOSES_KEPT = 12
_BASELINE_ZERO_SHARE = 0.02
_REGIMENS, _REGIMEN_SHARES = ("short", "long", "inpatient"), (0.50, 0.35, 0.15)
_LONG_RATES_MG_PER_KG_PER_H, _LONG_DURATIONS_MIN = (0.2, 0.3, 0.4, 0.5, 0.6), (120, 180, 240)
_STAY_RATES_MG_PER_KG_PER_H, _STAY_HOURS = (0.1, 0.15, 0.2, 0.25), (24, 48, 72)


@dataclass(frozen=True, slots=True)
class Regimen:
    """What a course gives at each session, how many are planned and how far apart."""

    name: str
    rate_mg_per_kg_per_h: float
    duration_min: int
    sessions: int
    interval_days: int

    @property
    def is_inpatient(self) -> bool:
        """Whether the patient stays for days."""
        return self.duration_min >= 24 * 60


@dataclass(frozen=True, slots=True)
class Dose:
    """One earlier dose of a patient: when, and the area of S-ketamine that it left."""

    at: datetime
    area_s_ng_min_per_ml: float


@dataclass(frozen=True, slots=True)
class Visit:
    """One session as it is to be charted; `doses` are the patient's earlier ones. `is_last`: the course ends here."""

    opened_at: datetime
    place: str
    chair: int
    persona: Persona
    patient_id: UUID
    is_patient_new: bool
    course_id: UUID
    regimen: Regimen
    session_number: int
    is_cancelled: bool
    is_last: bool
    doses: tuple[Dose, ...]


@dataclass(slots=True)
class _Course:
    persona: Persona
    patient_id: UUID
    course_id: UUID
    regimen: Regimen
    is_patient_known: bool
    doses: deque[Dose]
    last_day: date
    visits_left: int = 0


@dataclass(frozen=True, slots=True)
class _Booking:
    course: _Course
    session_number: int
    is_cancelled: bool


@dataclass(slots=True)
class _Block:
    wanted: int
    by_day: dict[date, list[_Booking]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(map(len, self.by_day.values()))


class Calendar:
    """The visits of one clinic, in order."""

    def __init__(self, plan: ClinicPlan) -> None:
        self._plan = plan
        self._generator = default_rng(plan.stream(0))
        self._blocks: dict[int, _Block] = {}
        self._may_return: list[_Course] = []
        self._patients = 0

    def blocks(self) -> Iterator[tuple[int, list[Visit]]]:
        """Each block with its visits, in the order of their opening."""
        for number in range(self._plan.blocks):
            block = self._block(number)
            while block.count < block.wanted:
                self._begin_course(number)
            del self._blocks[number]
            yield number, sorted(self._visits(block), key=lambda one: (one.opened_at, one.place))

    def _block(self, number: int) -> _Block:
        if number not in self._blocks:
            self._blocks[number] = _Block(self._plan.sessions_in(number))
        return self._blocks[number]

    # --------------------------------------------------------------------------------------------------------- booking

    def _begin_course(self, number: int) -> None:
        regimen = self._regimen()
        day = self._first_day(number, regimen)
        if day is None:
            # No bed is free early enough for this stay: somebody else is asked.
            return
        course = self._course(day, regimen)
        wanted: date | None = day
        for session_number in range(1, regimen.sessions + 1):
            if self._generator.random() < _CANCELLED_SHARE:
                wanted = self._book(course, wanted, session_number, is_cancelled=True)
                wanted = wanted and wanted + timedelta(days=max(1, regimen.interval_days))
            wanted = self._book(course, wanted, session_number, is_cancelled=False)
            if wanted is None or self._generator.random() < _STOPS_AFTER_A_SESSION:
                break
            wanted += timedelta(days=regimen.interval_days)

    def _first_day(self, number: int, regimen: Regimen) -> date | None:
        begins = self._plan.begins(number).date()
        days = [begins + timedelta(days=at) for at in range(BLOCK.days)]
        free = [day for day in days if self._is_free(number, day, regimen)]
        return free[int(self._generator.integers(len(free)))] if free else None

    def _is_free(self, number: int, day: date, regimen: Regimen) -> bool:
        if regimen.is_inpatient and (day - self._plan.begins(number).date()).days > _LAST_DAY_OF_ADMISSION:
            return False
        block = self._block(number)
        taken = len(block.by_day.get(day, ()))
        return day.weekday() < _SATURDAY and taken < self._plan.chairs * HALF_DAYS and block.count < block.wanted

    def _book(self, course: _Course, wanted: date | None, session_number: int, *, is_cancelled: bool) -> date | None:
        """The first free day from the one wanted on; None where that lies after the history."""
        day = wanted
        while day is not None:
            number = (day - self._plan.begins(0).date()) // BLOCK
            if number >= self._plan.blocks:
                return None
            if self._is_free(number, day, course.regimen):
                booking = _Booking(course, session_number, is_cancelled)
                self._block(number).by_day.setdefault(day, []).append(booking)
                course.visits_left += 1
                return day
            day += timedelta(days=1)
        return None

    def _regimen(self) -> Regimen:
        name = str(self._generator.choice(_REGIMENS, p=_REGIMEN_SHARES))
        if name == "short":
            return Regimen(name, 0.75, 40, int(self._generator.integers(1, 6)), 1)
        if name == "long":
            rate = float(self._generator.choice(_LONG_RATES_MG_PER_KG_PER_H))
            minutes = int(self._generator.choice(_LONG_DURATIONS_MIN))
            return Regimen(name, rate, minutes, int(self._generator.integers(1, 5)), 7)
        rate = float(self._generator.choice(_STAY_RATES_MG_PER_KG_PER_H))
        return Regimen(name, rate, int(self._generator.choice(_STAY_HOURS)) * 60, 1, 28)

    # -------------------------------------------------------------------------------------------------------- patients

    def _course(self, day: date, regimen: Regimen) -> _Course:
        at = datetime.combine(day, time(7), UTC)
        course_id = seeded_uuid7(self._generator, at)
        back = [at for at, one in enumerate(self._may_return) if day - one.last_day >= _BACK_AFTER]
        if back and self._generator.random() < _RETURN_CHANCE:
            known = self._may_return.pop(back[int(self._generator.integers(len(back)))])
            return replace(known, course_id=course_id, regimen=regimen, last_day=day, visits_left=0)
        self._patients += 1
        wanted: dict[str, Any] = {
            "patient_label": f"DP-{self._patients:06d}",
            "second_identifier": f"SIM-{int(self._generator.integers(0, 1_000_000)):06d}",
        }
        if self._generator.random() < _BASELINE_ZERO_SHARE:
            wanted["pain_points"] = 0.0
        persona = draw_persona(self._generator, wanted)
        patient_id = seeded_uuid7(self._generator, at)
        return _Course(persona, patient_id, course_id, regimen, False, deque(maxlen=_DOSES_KEPT), day)

    def _let_go(self, course: _Course) -> None:
        """A course is over: its patient may come back."""
        self._may_return.append(course)
        if len(self._may_return) > _MOST_TO_RETURN:
            self._may_return.pop(0)

    # ---------------------------------------------------------------------------------------------------------- visits

    def _visits(self, block: _Block) -> Iterator[Visit]:
        for day in sorted(block.by_day):
            bookings = block.by_day[day]
            places = self._generator.permutation(self._plan.chairs * HALF_DAYS)[: len(bookings)].tolist()
            delays = self._generator.integers(0, _LATEST_DELAY_S, len(bookings)).tolist()
            # The earlier visit of a patient stands first: what it gave is known at the next.
            for booking, place, delay in zip(bookings, places, delays, strict=True):
                half, chair = divmod(place, self._plan.chairs)
                half = 0 if booking.course.regimen.is_inpatient else half
                local = datetime.combine(day, _STARTS[half], self._plan.until.tzinfo) + timedelta(seconds=delay)
                yield self._visit(booking, local.astimezone(UTC), chair + 1)

    def _visit(self, booking: _Booking, opened_at: datetime, chair: int) -> Visit:
        course = booking.course
        course.visits_left -= 1
        place = f"Bed {chair}" if course.regimen.is_inpatient else f"Chair {chair}"
        visit = Visit(
            opened_at, place, chair, course.persona, course.patient_id, not course.is_patient_known, course.course_id,
            course.regimen, booking.session_number, booking.is_cancelled, course.visits_left == 0, tuple(course.doses),
        )  # fmt: skip
        course.is_patient_known, course.last_day = True, opened_at.date()
        if not booking.is_cancelled:
            course.doses.append(Dose(opened_at, planned_area_s_ng_min_per_ml(course.persona, course.regimen)))
        if course.visits_left == 0:
            self._let_go(course)
        return visit


def planned_area_s_ng_min_per_ml(persona: Persona, regimen: Regimen) -> float:
    """Half of the racemic dose over the person's clearance of S-ketamine."""
    dose_mg = regimen.rate_mg_per_kg_per_h * persona.weight_kg * regimen.duration_min / 60
    clearance_l_per_min = simons2022.s_ketamine(persona.weight_kg).cl_l_per_min * persona.clearance_scale
    return 1000 * dose_mg / 2 / clearance_l_per_min


def course_fields(visit: Visit) -> dict[str, Any]:
    """What the plan of a session says of its course."""
    return {
        "course_id": str(visit.course_id), "course_session_number": visit.session_number,
        "course_session_count": visit.regimen.sessions, "course_interval_days": visit.regimen.interval_days,
    }  # fmt: skip
