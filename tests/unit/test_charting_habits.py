"""How the simulated nurse charts: late, with a slip, on a tablet without Wi-Fi; and what a monitor does to its rows."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from numpy.random import SeedSequence, default_rng

from simulators.chair import ChairSession, Door, JsonEntry, Outgoing
from simulators.scenarios.habits import with_habits
from simulators.scenarios.plan import ChairPlan, ChartingHabits, MonitorQuirks, PlannedAct
from simulators.scenarios.routine import routine_plan
from simulators.typing_slips import draw_slip, is_taken, slips_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
EVENING = NOON + timedelta(hours=8)
PLAIN = ChairPlan(name="plain", story="nothing happens", rate_mg_per_kg_per_h=0.5, duration_min=40)
LATE = replace(PLAIN, charting=ChartingHabits(late_share=0.4, late_by_min=8.0))
MISTYPED = replace(PLAIN, charting=ChartingHabits(mistyped_share=1.0, amended_after_min=4.0))
OFFLINE = replace(
    PLAIN,
    acts=(PlannedAct(22.0, "note", {"text": "one"}, tablet=2), PlannedAct(24.0, "note", {"text": "two"})),
    tablet_offline_min=((15.0, 35.0),),
)


def chair(plan: ChairPlan, seed: int = 1, *, has_monitor: bool = False, step_s: float = 60.0) -> ChairSession:
    return ChairSession(plan, "1", NOON, SeedSequence(seed), step_s=step_s, has_monitor=has_monitor)


def whole(plan: ChairPlan, seed: int = 1, *, has_monitor: bool = False, step_s: float = 60.0) -> list[Outgoing]:
    return list(chair(plan, seed, has_monitor=has_monitor, step_s=step_s).entries_until(EVENING))


def true_at(outgoing: Outgoing) -> datetime:
    return datetime.fromisoformat(outgoing.entry["effective_at"])


def by_id(sent: list[Outgoing]) -> dict[str, JsonEntry]:
    return {one.entry["entry_id"]: one.entry for one in sent}


def waited_min(outgoing: Outgoing) -> float:
    return (outgoing.sent_at - true_at(outgoing)).total_seconds() / 60


def test_without_habits_everything_leaves_when_it_is_true() -> None:
    for one in whole(PLAIN, has_monitor=True):
        assert one.sent_at == true_at(one) == one.sender_clock
        assert one.tablet == 1


def test_a_late_set_carries_the_time_at_which_it_was_measured() -> None:
    plain, sent = by_id(whole(PLAIN)), whole(LATE)
    late = [one for one in sent if one.sent_at != true_at(one)]
    assert {waited_min(one) for one in late} == {8.0}
    assert Counter(one.entry["kind"] for one in late).keys() == {"vital_signs", "sedation"}
    assert 3 < len(late) / 2 < 15
    # What was measured, and when, is what it would have been.
    assert by_id(sent) == plain


def test_a_set_on_the_way_home_is_never_late() -> None:
    sent = whole(replace(LATE, charting=ChartingHabits(late_share=1.0)))
    home = sorted((one for one in sent if one.entry["kind"] == "vital_signs"), key=true_at)[-2:]
    assert [waited_min(one) for one in home] == [0.0, 0.0]
    assert sum(waited_min(one) > 0 for one in sent) > 10


def test_a_slip_is_amended_with_the_true_value_and_a_reason() -> None:
    meant, sent = by_id(whole(PLAIN)), whole(MISTYPED)
    typed = by_id(sent)
    amendments = [one for one in sent if one.entry["kind"] == "amendment"]
    assert len(amendments) > 3
    for one in amendments:
        wrong = typed[one.entry["amended_entry_id"]]
        ((sign, value),) = one.entry["changes"].items()
        right = meant[wrong["entry_id"]]
        assert right[sign] == value != wrong[sign]
        assert {**wrong, sign: value} | {"confirmed": None} == right | {"confirmed": None}
        assert str(wrong[sign]) in one.entry["reason"] and str(value) in one.entry["reason"]
        assert true_at(one) - datetime.fromisoformat(wrong["effective_at"]) == timedelta(minutes=4)
        assert is_taken({name: wrong[name] for name in wrong if name in right and name not in ENVELOPE})


ENVELOPE = {"entry_id", "kind", "effective_at", "source", "is_simulated", "confirmed"}


def test_a_slip_that_cannot_be_is_seen_at_once() -> None:
    sent = whole(MISTYPED)
    sets = [one for one in sent if one.entry["kind"] == "vital_signs"]
    amended = {one.entry["amended_entry_id"] for one in sent if one.entry["kind"] == "amendment"}
    assert 0 < len(amended) < len(sets)


def test_slips_are_what_a_hand_does_on_a_number_pad() -> None:
    assert set(slips_of("98")) == {"9", "8", "89", "68", "88", "95", "97", "99"}
    assert {"12", "10", "20", "210", "102"} <= set(slips_of("120"))
    assert list(slips_of("9")) == []
    drawn = [draw_slip({"systolic_mmhg": 120, "acvpu": "alert"}, default_rng(seed)) for seed in range(40)]
    assert {slip.meant for slip in drawn if slip} == {120}
    assert len({slip.typed for slip in drawn if slip}) > 5
    assert draw_slip({"acvpu": "alert"}, default_rng(1)) is None


def test_what_is_unusual_is_confirmed_as_typed() -> None:
    confirmed = [
        one.entry for seed in range(12) for one in whole(MISTYPED, seed) if one.entry.get("confirmed") is not None
    ]
    assert confirmed
    assert all(set(entry["confirmed"]) <= entry.keys() for entry in confirmed if entry["kind"] == "vital_signs")


def test_a_tablet_without_wifi_keeps_what_is_charted_in_order_and_under_its_ids() -> None:
    plain, sent = by_id(whole(replace(OFFLINE, tablet_offline_min=()))), whole(OFFLINE)
    lost, back = NOON + timedelta(minutes=15), NOON + timedelta(minutes=35)
    kept = [one for one in sent if lost <= true_at(one) < back and one.tablet == 1]
    assert by_id(sent) == plain
    assert {one.sent_at for one in kept} == {back}
    assert [true_at(one) for one in kept] == sorted(true_at(one) for one in kept)
    assert {"vital_signs", "note"} <= {one.entry["kind"] for one in kept}
    others = [one for one in sent if one not in kept]
    assert all(one.sent_at == true_at(one) for one in others)
    assert [one.entry["text"] for one in others if one.entry["kind"] == "note"] == ["one"]


def test_only_the_first_tablet_loses_its_wifi() -> None:
    session = chair(OFFLINE)
    at = NOON + timedelta(minutes=20)
    assert {number: tablet.is_online(at) for number, tablet in session.tablets.items()} == {1: False, 2: True}
    assert all(tablet.is_online(NOON + timedelta(minutes=35)) for tablet in session.tablets.values())
    assert len({tablet.tablet_id for tablet in session.tablets.values()}) == 2


def test_a_start_that_an_outbox_kept_says_that_it_has_happened() -> None:
    sent = whole(replace(PLAIN, tablet_offline_min=((5.8, 7.0),)))
    start = next(one for one in sent if one.entry["kind"] == "infusion_started")
    assert start.entry["has_happened"] is True
    assert start.sent_at == NOON + timedelta(minutes=7)
    assert not any("has_happened" in one.entry for one in whole(PLAIN))


def test_a_session_is_closed_when_its_last_entry_has_left() -> None:
    plan = replace(PLAIN, acts=(PlannedAct(30.0, "left_against_advice"),), tablet_offline_min=((29.0, 50.0),))
    session = chair(plan)
    early = list(session.entries_until(NOON + timedelta(minutes=45)))
    assert not session.is_closed
    # The record still shows a running infusion: she knows better than the record what she has done.
    session.reconcile({"session_id": str(session.session_id), "status": "running"}, NOON + timedelta(minutes=45))
    late = list(session.entries_until(NOON + timedelta(minutes=51)))
    assert session.is_closed
    assert "left_against_advice" not in [one.entry["kind"] for one in early]
    assert late[-1].entry["kind"] == "left_against_advice"


@pytest.mark.parametrize("plan", [LATE, MISTYPED, OFFLINE])
def test_the_order_is_that_of_leaving_and_the_same_however_often_it_is_asked(plan: ChairPlan) -> None:
    at_once = whole(plan, has_monitor=True)
    asked_often = chair(plan, has_monitor=True)
    in_parts = [one for half in range(400) for one in asked_often.entries_until(NOON + timedelta(minutes=half / 2))]
    assert in_parts == at_once
    assert all(before.sent_at <= after.sent_at for before, after in pairwise(at_once))


def quirky(**quirks: float) -> ChairPlan:
    return replace(PLAIN, monitor_quirks=MonitorQuirks(**quirks))  # type: ignore[arg-type]


def device_rows(plan: ChairPlan) -> list[Outgoing]:
    sent = chair(plan, has_monitor=True, step_s=10.0).entries_until(NOON + timedelta(minutes=45))
    return [one for one in sent if one.door is Door.DEVICE]


def test_a_row_sent_twice_is_the_same_entry() -> None:
    rows = device_rows(quirky(duplicate_share=0.2))
    twice = [one for one, count in Counter(one.entry["entry_id"] for one in rows).items() if count == 2]
    assert 0.1 < len(twice) / len(rows) < 0.3
    for entry_id in twice:
        first, second = (one for one in rows if one.entry["entry_id"] == entry_id)
        assert first == second


def test_a_row_that_was_overtaken_keeps_its_time_and_its_id() -> None:
    rows = device_rows(quirky(out_of_order_share=0.1))
    assert len({one.entry["entry_id"] for one in rows}) == len(rows)
    overtaken = [after for before, after in pairwise(rows) if true_at(after) < true_at(before)]
    assert len(overtaken) > 5
    assert {one.sent_at - true_at(one) for one in overtaken} >= {timedelta(seconds=10)}
    assert all(before.sent_at <= after.sent_at for before, after in pairwise(rows))


def test_a_monitor_whose_clock_is_ahead_reads_all_its_times_from_that_clock() -> None:
    ahead = timedelta(seconds=90)
    right, wrong = device_rows(quirky()), device_rows(quirky(clock_ahead_s=90.0))
    assert [true_at(one) - ahead for one in wrong] == [true_at(one) for one in right]
    assert [one.sent_at for one in wrong] == [one.sent_at for one in right]
    assert all(one.sender_clock == true_at(one) for one in wrong)
    people = [one for one in whole(quirky(clock_ahead_s=90.0)) if one.door is not Door.DEVICE]
    assert {one.clock_ahead for one in people} == {timedelta(0)}


@pytest.mark.parametrize("jump", [timedelta(hours=1), -timedelta(hours=1)], ids=["to summer time", "and back"])
def test_a_monitor_whose_clock_is_put_on_stamps_and_sends_by_the_new_time_from_then_on(jump: timedelta) -> None:
    right = device_rows(quirky())
    moved = device_rows(quirky(clock_jump_min=30.0, clock_jump_s=jump.total_seconds()))
    assert [one.sent_at for one in moved] == [one.sent_at for one in right]
    off_by = [jump if one.sent_at - NOON >= timedelta(minutes=30) else timedelta(0) for one in right]
    assert set(off_by) == {timedelta(0), jump}
    assert [true_at(one) for one in moved] == [true_at(one) + off for one, off in zip(right, off_by, strict=True)]
    assert all(one.sender_clock == true_at(one) for one in moved)


def test_routine_sessions_of_the_live_clinic_have_a_little_of_each() -> None:
    plans = [with_habits(routine_plan(default_rng(seed)), default_rng(seed + 1)) for seed in range(400)]
    assert all(0 < plan.charting.late_share < 0.1 and 0 < plan.charting.mistyped_share < 0.1 for plan in plans)
    lost = [plan.tablet_offline_min for plan in plans if plan.tablet_offline_min]
    assert 5 <= len(lost) <= 40
    assert all(back > since for ((since, back),) in lost)
    assert 100 <= sum(any(act.kind == "dissociation" for act in plan.acts) for plan in plans) <= 220


def test_dissociation_is_asked_about_when_it_is_planned() -> None:
    acts = tuple(PlannedAct(minute, "dissociation") for minute in (7.0, 44.0))
    sent = whole(replace(PLAIN, acts=acts, persona={"cadss_gain": 1.0}))
    asked = [one.entry for one in sent if one.entry["kind"] == "dissociation"]
    assert [entry["scale"] for entry in asked] == ["cadss", "cadss"]
    assert asked[0]["score"] < asked[1]["score"] <= 92


def test_the_pump_is_dosed_by_the_weight_on_the_chart() -> None:
    weighed_again = PlannedAct(20.0, "weight", {"weight_kg": 60.0, "basis": "measured"})
    rates = (PlannedAct(18.0, "rate_changed", {"rate_mg_per_kg_per_h": 0.5}), weighed_again)
    later = PlannedAct(22.0, "rate_changed", {"rate_mg_per_kg_per_h": 0.5})
    plan = replace(PLAIN, charted_weight_kg=120.0, persona={"weight_kg": 60.0}, acts=(*rates, later))
    set_to = [one.entry["pump_rate_ml_per_h"] for one in whole(plan) if "pump_rate_ml_per_h" in one.entry]
    assert set_to == [30.0, 30.0, 15.0]
