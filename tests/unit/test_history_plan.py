"""The content of a history: who comes when, how courses go, what follows, how effects come to be known."""

import tracemalloc
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from session_store.bulk_preparing import HistorySession
from session_store.pharmacology.individual import IndividualScale
from session_store.pharmacology.linear_model import RateStep, trajectory
from session_store.pharmacology.racemic_ketamine import ketamine_model
from simulators.history import calendar, work
from simulators.history.calendar import Calendar, Visit
from simulators.history.outcome_chart import chart_block
from simulators.history.physiology import concentrations
from simulators.history.plan import Ascertainment, HistoryPlan, ImpossibleHistory
from simulators.history.workforce import workforce_of

BERLIN = ZoneInfo("Europe/Berlin")
UNTIL = datetime(2026, 11, 20, tzinfo=BERLIN)
PLAN = HistoryPlan(seed=3, until=UNTIL, sessions=960)


def visits_of(plan: HistoryPlan) -> list[Visit]:
    (clinic,) = plan.clinic_plans()
    return [visit for _, visits in Calendar(clinic).blocks() for visit in visits]


@pytest.fixture(scope="module")
def visits() -> list[Visit]:
    return visits_of(PLAN)


def charted(plan: HistoryPlan, blocks: int) -> Iterator[HistorySession]:
    (clinic,) = plan.clinic_plans()
    workforce = workforce_of(clinic, {})
    for number, visits in islice(Calendar(clinic).blocks(), blocks):
        yield from chart_block(clinic, workforce, number, visits)


@pytest.fixture(scope="module")
def sessions() -> list[HistorySession]:
    return list(charted(PLAN, 8))


def test_exactly_as_many_sessions_as_asked_for_on_weekdays_and_no_chair_taken_twice(visits: list[Visit]) -> None:
    assert len(visits) == 960
    assert {one.opened_at.astimezone(BERLIN).weekday() for one in visits} == {0, 1, 2, 3, 4}
    assert max(one.opened_at for one in visits) < UNTIL
    outpatients = [one for one in visits if not one.regimen.is_inpatient and not one.is_cancelled]
    by_chair: dict[tuple[str, Any], list[Visit]] = {}
    for one in outpatients:
        by_chair.setdefault((one.place, one.opened_at.date()), []).append(one)
    for sitting in by_chair.values():
        for before, after in pairwise(sorted(sitting, key=lambda one: one.opened_at)):
            ends_at = before.opened_at + timedelta(minutes=before.regimen.duration_min + 70)
            assert ends_at <= after.opened_at


@pytest.mark.parametrize("weekday", range(7))
def test_a_stay_ends_within_its_block_whatever_day_the_history_ends_on(weekday: int) -> None:
    until = UNTIL + timedelta(days=weekday)
    (clinic,) = HistoryPlan(seed=15, until=until, sessions=120, chairs=1).clinic_plans()
    stays = 0
    for number, visits in Calendar(clinic).blocks():
        for one in visits:
            if one.regimen.is_inpatient and not one.is_cancelled:
                stays += 1
                assert one.opened_at + timedelta(minutes=one.regimen.duration_min) < clinic.begins(number + 1)
    assert stays > 2


def test_weeks_of_a_single_chair_hold_what_it_has_places_for() -> None:
    assert len(visits_of(HistoryPlan(seed=1, until=UNTIL, weeks=2, chairs=1))) == 16


def test_shares_of_protocols_cancellations_returns_and_completed_courses(visits: list[Visit]) -> None:
    first = {one.course_id: one for one in reversed(visits)}
    names = Counter(one.regimen.name for one in first.values())
    assert names["short"] / len(first) == pytest.approx(0.50, abs=0.08)
    assert names["inpatient"] / len(first) == pytest.approx(0.15, abs=0.06)
    assert sum(one.is_cancelled for one in visits) / len(visits) == pytest.approx(0.07, abs=0.025)
    done = Counter(one.course_id for one in visits if not one.is_cancelled and one.regimen.sessions == 5)
    middle = [number for course, number in done.items() if first[course].opened_at < UNTIL - timedelta(days=30)]
    assert np.mean([number == 5 for number in middle]) == pytest.approx(0.86, abs=0.12)
    assert 0.2 < 1 - len({one.patient_id for one in first.values()}) / len(first) < 0.5
    new = Counter(one.patient_id for one in visits if one.is_patient_new)
    assert set(new.values()) == {1} and set(new) == {one.patient_id for one in visits}


def test_earlier_doses_of_a_course_are_known_at_the_next_session(visits: list[Visit]) -> None:
    third = next(one for one in visits if one.session_number == 3 and not one.is_cancelled)
    assert len(third.doses) >= 2 and all(dose.at < third.opened_at for dose in third.doses)


def test_about_twenty_sets_a_session_and_a_course_in_every_plan(sessions: list[HistorySession]) -> None:
    counts = [Counter(entry.kind for entry in one.entries) for one in sessions]
    treated = [one for one in counts if one["discharged"]]
    assert 18 <= np.mean([one["vital_signs"] for one in treated]) <= 22
    for one in sessions:
        plan = one.entries[0].fields
        assert 1 <= plan["course_session_number"] <= plan["course_session_count"]
        assert [entry.at for entry in one.entries] == sorted(entry.at for entry in one.entries)
    names = {entry.author.display_name for one in sessions for entry in one.entries}
    assert {"Demo Nurse 1", "Demo Nurse 3", "Demo Physician 2"} <= names


def test_follow_ups_come_when_due_and_fewer_are_reached_later() -> None:
    plan = replace(PLAN, until=UNTIL, sessions=960)
    told: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    days = {"24_hours": 1, "1_week": 7, "4_weeks": 28, "12_weeks": 84}
    for one in charted(plan, 12):
        last_seen = max(entry.at for entry in one.entries if entry.kind not in ("follow_up", "course_decision"))
        for entry in one.entries:
            if entry.kind == "follow_up":
                late = entry.at - last_seen
                assert -1 < late.days - days[entry.fields["point"]] + 1 < 5
                asked[entry.fields["point"]] += 1
                told[entry.fields["point"]] += entry.fields["reached"] == "yes"
                assert ("score_points" in entry.fields or "score_mm" in entry.fields) == (
                    entry.fields["reached"] == "yes"
                )
    assert asked["24_hours"] > asked["12_weeks"] > 20
    # Of those reached after a week, about 8 % a month are lost up to 12 weeks.
    assert told["12_weeks"] / told["1_week"] == pytest.approx((1 - 0.08) ** 2.5, abs=0.12)


def test_the_way_of_asking_decides_how_many_effects_are_charted() -> None:
    found = {}
    for how in Ascertainment:
        entries = [entry for one in charted(replace(PLAN, ascertainment=how), 3) for entry in one.entries]
        found[how] = sum(entry.kind == "adverse_effect" and entry.fields["ctcae_grade"] < 3 for entry in entries)
    assert found[Ascertainment.SPONTANEOUS] < 0.3 * found[Ascertainment.TRIAL]
    assert 0.3 < found[Ascertainment.CHECKLIST] / found[Ascertainment.TRIAL] < 0.75


def test_closed_form_concentrations_are_those_of_the_stepped_model(visits: list[Visit]) -> None:
    visit = next(one for one in visits if one.regimen.name == "long")
    minutes = [20.0, 90.0, float(visit.regimen.duration_min), visit.regimen.duration_min + 60.0]
    found = concentrations([visit], np.array([minutes]), np.array([float(visit.regimen.duration_min)]))
    person = IndividualScale(v1=visit.persona.volume_scale, cl=visit.persona.clearance_scale)
    model = ketamine_model(visit.persona.weight_kg, person)
    rate = visit.regimen.rate_mg_per_kg_per_h * visit.persona.weight_kg / 60
    steps = [RateStep(0, rate), RateStep(visit.regimen.duration_min, 0.0)]
    expected = [model.concentrations(state) for state in trajectory(model.system, minutes, steps)]
    assert found.venous[0] == pytest.approx([one.venous_ng_per_ml for one in expected], rel=1e-6)
    assert found.effect_site_s[0] == pytest.approx([one.effect_site_s_ng_per_ml for one in expected], rel=1e-6)


def test_what_is_kept_does_not_grow_with_the_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar, "_MOST_TO_RETURN", 20)

    def peak(sessions: int) -> int:
        (clinic,) = HistoryPlan(seed=1, until=UNTIL, sessions=sessions).clinic_plans()
        tracemalloc.start()
        for _ in Calendar(clinic).blocks():
            pass
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(32)
    # Three times as many; what is kept of each of the last patients still fills a little.
    assert peak(960) < 1.5 * peak(320)


def test_blocks_are_asked_for_as_they_are_worked_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "ready", lambda block: block)
    asked: list[int] = []

    def blocks() -> Iterator[Any]:
        for number in range(100):
            asked.append(number)
            yield number

    class Pool:
        def submit(self, _work: object, block: Any) -> "Future[Any]":
            done: Future[Any] = Future()
            done.set_result(block)
            return done

    crew: Any = work.Workers(Pool(), 2)  # type: ignore[arg-type]
    given = [(block, len(asked)) for block in crew.ready(blocks())]
    assert [block for block, _ in given] == list(range(100))
    assert max(ahead - block for block, ahead in given) <= 7


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        (HistoryPlan(seed=1, until=datetime(2026, 1, 1)), "time zone"),
        (HistoryPlan(seed=1, until=UNTIL, sessions=2, clinics=3), "fewer than --clinics"),
        (HistoryPlan(seed=1, until=UNTIL, sessions=100_000, clinics=1), "more --clinics or --chairs"),
    ],
)
def test_a_history_that_cannot_be_is_refused_with_its_reason(plan: HistoryPlan, reason: str) -> None:
    with pytest.raises(ImpossibleHistory, match=reason):
        plan.clinic_plans()


def test_a_million_sessions_find_enough_clinics() -> None:
    clinics = HistoryPlan(seed=1, until=UNTIL, sessions=1_000_000).clinic_plans()
    assert sum(one.sessions for one in clinics) == 1_000_000
    assert min(one.begins(0) for one in clinics) > datetime(2014, 1, 1, tzinfo=UTC)
