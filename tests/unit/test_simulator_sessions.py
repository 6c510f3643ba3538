"""Sessions of the simulators are facts that the record can take: every entry against the domain's own rules."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from numpy.random import SeedSequence, default_rng

from session_store.bulk_preparing import HistorySession
from session_store.domain.alert import Level
from session_store.domain.entries import read_content
from session_store.domain.identifiers import parse_uuid7
from session_store.domain.session import CLOSED_STATUSES, SessionStatus, next_status
from simulators.chair import ChairSession, Door, JsonEntry
from simulators.clinic import chair_plans
from simulators.history.charted_sessions import charted_sessions
from simulators.history.plan import HistoryPlan
from simulators.scenarios.plan import ChairPlan, Episode, StartOverride
from simulators.scenarios.routine import routine_plan
from simulators.scenarios.six_chairs import (
    DESATURATION,
    HYPERTENSIVE_SURGE,
    NAUSEA_PAUSED,
    QUIET,
    RECOVERY,
    SIX_CHAIRS,
    UNMONITORED_RATE,
)
from tests.bench.alert_burden import AT_DOOR, Burden, Sitting, burden_of_chairs, burden_of_history

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, tzinfo=UTC)
ENVELOPE = {"entry_id", "kind", "effective_at", "source", "is_simulated", "confirmed"}


def chair(plan: ChairPlan, seed: int = 1) -> ChairSession:
    return ChairSession(plan, "Chair 1", NOON - timedelta(minutes=plan.seed_min), SeedSequence(seed))


def status_after(entries: Iterable[JsonEntry]) -> SessionStatus:
    """The status after all entries; fails on one that the record would refuse."""
    status, last = SessionStatus.PLANNED, datetime.min.replace(tzinfo=UTC)
    for entry in entries:
        _, problems = read_content(entry["kind"], {k: v for k, v in entry.items() if k not in ENVELOPE})
        assert problems == [], entry
        assert parse_uuid7(entry["entry_id"]) is not None
        assert entry["is_simulated"] is True
        at = datetime.fromisoformat(entry["effective_at"])
        assert at >= last, entry
        moved = next_status(status, entry["kind"])
        assert moved is not None, (status, entry)
        status, last = moved, at
    return status


@pytest.mark.parametrize("plan", [*SIX_CHAIRS, routine_plan(default_rng(3)), routine_plan(default_rng(4))])
def test_a_whole_session_is_accepted_from_planned_to_discharged(plan: ChairPlan) -> None:
    session = chair(plan)
    later = [item.entry for item in session.entries_until(NOON + timedelta(hours=8))]
    assert status_after([*session.opening, *later]) is SessionStatus.DISCHARGED
    assert session.is_closed
    assert len({entry["entry_id"] for entry in later}) == len(later)


def test_the_same_seed_gives_the_same_entries_however_often_it_is_asked() -> None:
    at_once = list(chair(QUIET).entries_until(NOON))
    asked_often = chair(QUIET)
    in_parts = [
        item for minute in range(41) for item in asked_often.entries_until(NOON + timedelta(minutes=minute - 40))
    ]
    assert in_parts == at_once
    assert chair(QUIET, seed=2).session_id != chair(QUIET).session_id


def test_nothing_lies_after_the_time_asked_for() -> None:
    for plan in SIX_CHAIRS:
        times = [datetime.fromisoformat(item.entry["effective_at"]) for item in chair(plan).entries_until(NOON)]
        assert max(times) <= NOON
        assert NOON - max(times) < timedelta(seconds=10)


def test_the_monitor_sends_every_ten_seconds_through_the_device_door_and_people_through_theirs() -> None:
    sent = list(chair(QUIET).entries_until(NOON))
    devices = [item.entry for item in sent if item.door is Door.DEVICE]
    assert {entry["source"] for entry in devices} == {"monitor"}
    assert {item.entry["source"] for item in sent if item.door is Door.NURSE} == {"hand"}
    times = [datetime.fromisoformat(entry["effective_at"]) for entry in devices]
    assert {b - a for a, b in pairwise(times)} == {timedelta(seconds=10)}


def test_a_nurse_charts_the_sedation_level_with_every_set() -> None:
    for plan in SIX_CHAIRS:
        session = chair(plan)
        whole = [*session.opening, *(item.entry for item in session.entries_until(NOON + timedelta(hours=8)))]
        by_hand = [entry for entry in whole if entry["source"] == "hand"]
        sets = [entry for entry in by_hand if entry["kind"] == "vital_signs"]
        levels = [entry for entry in by_hand if entry["kind"] == "sedation"]
        assert len(sets) == len(levels) > 10
        assert {entry["scale"] for entry in levels} == {"rass"}
        assert any(entry.get("acvpu") == "alert" for entry in sets)


def test_she_looks_every_five_minutes_after_a_start_and_a_sedative() -> None:
    plan = replace(DESATURATION, round_min=15.0)
    session = chair(plan)
    hand = [item.entry for item in session.entries_until(NOON + timedelta(hours=2)) if item.door is Door.NURSE]
    minutes = [
        (datetime.fromisoformat(entry["effective_at"]) - session.opened_at).total_seconds() / 60
        for entry in hand
        if entry["kind"] == "vital_signs"
    ]
    after_start = [minute for minute in minutes if 6 <= minute <= 21]
    after_midazolam = [minute for minute in minutes if 27 <= minute <= 57]
    quiet = [minute for minute in minutes if minute > 75]
    assert max(b - a for a, b in pairwise([6.0, *after_start])) < 6.5
    assert max(b - a for a, b in pairwise([27.0, *after_midazolam])) < 6.5
    assert min(b - a for a, b in pairwise(quiet)) > 10


def test_whole_sessions_pass_both_gates_and_burden_nobody() -> None:
    for burden in (burden_of_history(4, 3), burden_of_chairs(4, 3)):
        rules = {rule_id for rule_id, _ in burden.raised}
        assert burden.refused == []
        assert burden.hours > 5
        assert rules.isdisjoint({"start.missing.warning", "discharge.unmet.warning"})
        assert sum(burden.raised.values()) > 0
        assert burden.per_hour(Level.WARNING) < 2


OVERRIDDEN = ChairPlan(
    name="overridden",
    story="not fasted",
    rate_mg_per_kg_per_h=0.5,
    duration_min=40,
    start_override=StartOverride("Light breakfast five hours ago", {"fasting_kept": "no"}),
)


def test_a_physician_lets_through_what_is_missing_and_only_so_it_starts() -> None:
    session = chair(OVERRIDDEN)
    sent = [(Door.NURSE, entry) for entry in session.opening]
    sent += [(item.door, item.entry) for item in session.entries_until(NOON + timedelta(hours=8))]
    override = next(entry for _, entry in sent if entry["kind"] == "start_override")
    assert {door for door, entry in sent if entry["kind"] == "start_override"} == {Door.PHYSICIAN}
    with_it, without_it = Burden(), Burden()
    Sitting(with_it).run((AT_DOOR[door], entry) for door, entry in sent)
    assert with_it.refused == []
    Sitting(without_it).run((AT_DOOR[door], entry) for door, entry in sent if entry is not override)
    assert without_it.refused[0].startswith("infusion_started") and "Fasting" in without_it.refused[0]


def test_one_start_in_some_dozens_is_let_through() -> None:
    plans = [routine_plan(default_rng(seed)) for seed in range(1000)]
    assert 10 <= sum(plan.start_override is not None for plan in plans) <= 50
    assert {plan.sedation_scale for plan in plans} == {"rass", "poss", "moaas"}


def test_a_patient_who_is_not_settled_is_watched_on() -> None:
    surge = Episode("systolic_mmhg", 85.0, 125.0, 60.0)
    calm, unsettled = chair(RECOVERY), chair(replace(RECOVERY, episodes=(surge,)))
    ends = []
    for session in (calm, unsettled):
        entries = [item.entry for item in session.entries_until(NOON + timedelta(hours=8))]
        assert entries[-1]["kind"] == "discharged"
        ends.append(datetime.fromisoformat(entries[-1]["effective_at"]) - session.opened_at)
    assert ends[0] < timedelta(minutes=100)
    assert timedelta(minutes=125) < ends[1] < timedelta(minutes=150)


def rates_mg_per_kg_per_h(session: ChairSession, until: datetime) -> list[tuple[datetime, float]]:
    return [
        (
            datetime.fromisoformat(entry["effective_at"]),
            entry["pump_rate_ml_per_h"] * entry["concentration_mg_per_ml"] / session.persona.weight_kg,
        )
        for entry in (item.entry for item in session.entries_until(until))
        if "pump_rate_ml_per_h" in entry
    ]


def test_within_two_live_minutes_an_unmonitored_chair_runs_above_one_mg_per_kg_per_h() -> None:
    session = chair(UNMONITORED_RATE)
    setting = next(entry for entry in session.opening if entry["kind"] == "setting_attested")
    assert setting["is_monitored"] is False
    rates = rates_mg_per_kg_per_h(session, NOON + timedelta(minutes=2))
    assert [rate > 1 for _, rate in rates] == [False, True]
    assert NOON < rates[-1][0] < NOON + timedelta(minutes=2)


def test_within_two_live_minutes_a_pressure_by_hand_is_above_180() -> None:
    sent = [item.entry for item in chair(HYPERTENSIVE_SURGE).entries_until(NOON + timedelta(minutes=2))]
    live = [
        e
        for e in sent
        if e["kind"] == "vital_signs" and e["source"] == "hand" and datetime.fromisoformat(e["effective_at"]) > NOON
    ]
    assert max(entry.get("systolic_mmhg", 0) for entry in live) > 180


def test_the_demonstration_shows_a_paused_and_a_recovering_chair_when_it_goes_live() -> None:
    sessions = [chair(plan) for plan in SIX_CHAIRS]
    for session in sessions:
        list(session.entries_until(NOON))
    assert [session.status for session in sessions] == [
        "running",
        "running",
        "running",
        "running",
        "paused",
        "recovery",
    ]


def test_more_chairs_get_routine_plans() -> None:
    plans = chair_plans(8, SeedSequence(1))
    assert plans[:6] == list(SIX_CHAIRS)
    assert {plan.name for plan in plans[6:]} == {"routine"}


def test_an_adopted_session_goes_on_where_the_record_stands() -> None:
    plan = ChairPlan(name="adopted", story="", rate_mg_per_kg_per_h=0.5, duration_min=90)
    session = ChairSession(plan, "Chair 1", NOON - timedelta(minutes=46), SeedSequence(5))
    other = chair(NAUSEA_PAUSED).session_id
    session.adopt(
        {
            "session_id": str(other),
            "status": "running",
            "infusion": {
                "delivered_mg": 2.5,
                "is_delivering": True,
                "rate_mg_per_h": 30.0,
                "delivered_as_of": (NOON - timedelta(minutes=40)).isoformat(),
                "pump_rate_ml_per_h": 17.0,
            },
        },
        NOON,
    )
    assert session.session_id == other
    sent = [item.entry for item in session.entries_until(NOON + timedelta(hours=4))]
    assert all(datetime.fromisoformat(entry["effective_at"]) > NOON - timedelta(seconds=10) for entry in sent)
    kinds = Counter(entry["kind"] for entry in sent)
    assert kinds["infusion_started"] == 0
    assert kinds["infusion_ended"] == kinds["discharged"] == 1


def test_what_people_do_on_the_screens_is_followed() -> None:
    session = chair(QUIET)
    list(session.entries_until(NOON))
    ended = {"session_id": str(session.session_id), "status": "recovery", "ended_at": NOON.isoformat()}
    session.reconcile(ended, NOON)
    kinds = [item.entry["kind"] for item in session.entries_until(NOON + timedelta(minutes=70))]
    assert "infusion_ended" not in kinds
    assert kinds[-1] == "discharged"
    session.reconcile(ended, NOON + timedelta(minutes=70))
    held = [item.entry for item in session.entries_until(NOON + timedelta(minutes=80))]
    again = next(entry for entry in held if entry["kind"] == "discharged")
    assert datetime.fromisoformat(again["effective_at"]) >= NOON + timedelta(minutes=74)
    session.reconcile(None, NOON)
    assert session.is_closed


@pytest.fixture(scope="module")
def history() -> list[HistorySession]:
    return list(charted_sessions(HistoryPlan(seed=4, until=MONDAY, sessions=200)))


def test_every_session_of_the_history_is_accepted_and_closed(history: list[HistorySession]) -> None:
    ends = Counter(status_after(entry.raw for entry in session.entries) for session in history)
    assert set(ends) <= CLOSED_STATUSES
    assert ends[SessionStatus.DISCHARGED] > len(history) / 2
    assert len(ends) >= 3
    ids = [entry.entry_id for session in history for entry in session.entries]
    assert len(set(ids)) == len(ids)


def scores(session: HistorySession) -> list[Decimal]:
    pain = [entry.fields for entry in session.entries if entry.kind == "pain_score"]
    return [Decimal(str(fields.get("score_points", fields.get("score_mm")))) for fields in pain]


def test_the_history_has_the_gaps_of_a_real_record(history: list[HistorySession]) -> None:
    kinds = [Counter(entry.kind for entry in session.entries) for session in history]
    assert any(kind["pain_score"] == 0 or kind["infusion_started"] == 0 for kind in kinds)
    assert any(scores(session)[:1] == [0] for session in history)
    entries = [entry for session in history for entry in session.entries]
    assert any(entry.fields.get("reason") == "adverse_effect" for entry in entries)
    labels = Counter(session.entries[0].fields["patient_label"] for session in history)
    assert max(labels.values()) >= 2
    assert {entry.fields["instrument"] for entry in entries if entry.kind == "pain_score"} == {"nrs", "vas"}
