"""The clinic's tablets over HTTP, against a small stand-in for the server: they say that they are there, keep what is
charted without Wi-Fi, answer alerts; and a monitor's clock goes with its requests."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
from numpy.random import SeedSequence

from simulators.alert_answers import AlertAnswers
from simulators.chair import ChairSession
from simulators.clinic import Chair
from simulators.scenarios.plan import ChairPlan, ChartingHabits, MonitorQuirks, PlannedAct
from simulators.staff import SIMULATED_STAFF
from simulators.tablet_presence import TabletPresence
from tests.unit.test_simulator_server_client import NOON, NURSE, StandIn, Wall, client, clinic, senders

PLAIN = ChairPlan(name="plain", story="nothing happens", rate_mg_per_kg_per_h=0.5, duration_min=40)


def chair(server: StandIn, wall: Wall, plan: ChairPlan) -> Chair:
    return Chair("1", plan, NOON, SeedSequence(1), senders(server, wall), SIMULATED_STAFF)


def serve(one: Chair, wall: Wall, minutes: float) -> None:
    """Turns of ten seconds."""
    until = wall.now + timedelta(minutes=minutes)
    while wall.now < until:
        one.prepare(wall.now)
        one.serve(wall.now)
        one.say_tablets_are_there(wall.now)
        wall.now += timedelta(seconds=10)


def test_an_open_session_has_a_tablet_that_says_every_20_s_that_it_is_there() -> None:
    server, wall = StandIn(), Wall()
    one = chair(server, wall, PLAIN)
    serve(one, wall, 5.0)
    assert server.beats == []
    serve(one, wall, 5.0)
    assert 12 <= len(server.beats) <= 15
    assert {session_id for session_id, _ in server.beats} == set(server.entries)
    assert len({body["tablet_id"] for _, body in server.beats}) == 1
    assert not any(body["is_leaving"] for _, body in server.beats)
    assert one.say_tablets_leave(wall.now)
    assert server.beats[-1][1]["is_leaving"] is True


def test_a_tablet_without_wifi_is_silent_and_sends_all_it_kept_when_it_is_back() -> None:
    server, wall = StandIn(), Wall()
    plan = replace(PLAIN, tablet_offline_min=((10.0, 20.0),), acts=(PlannedAct(15.0, "note", {"text": "kept"}),))
    one = chair(server, wall, plan)
    serve(one, wall, 10.0)
    beats, by_hand = len(server.beats), hands(server)
    serve(one, wall, 9.5)
    assert len(server.beats) == beats
    assert hands(server) == by_hand
    serve(one, wall, 1.0)
    assert len(server.beats) > beats
    assert "note" in [entry["kind"] for entry in server.entries[server.beats[0][0]].values()]
    assert hands(server) > by_hand + 2


def hands(server: StandIn) -> int:
    return sum(entry["source"] == "hand" for entries in server.entries.values() for entry in entries.values())


def test_two_tablets_are_two_and_one_goes_on_without_the_other() -> None:
    server, wall = StandIn(), Wall()
    acts = (PlannedAct(12.0, "note", {"text": "seen"}, tablet=2),)
    one = chair(server, wall, replace(PLAIN, acts=acts, tablet_offline_min=((10.0, 20.0),)))
    serve(one, wall, 10.0)
    server.beats.clear()
    serve(one, wall, 5.0)
    assert len(server.beats) > 10
    assert len({body["tablet_id"] for _, body in server.beats}) == 1
    assert "note" in [entry["kind"] for entries in server.entries.values() for entry in entries.values()]


def test_a_beat_that_nobody_hears_is_not_waited_for() -> None:
    server, wall = StandIn(), Wall()
    session = ChairSession(PLAIN, "1", NOON, SeedSequence(1))
    nurse = client(server, sign_in=NURSE, now=wall)
    server.failures = [httpx.ConnectError("refused")]
    assert not TabletPresence(nurse).leave(session, wall.now)
    server.failures = [503]
    TabletPresence(nurse).say(session, wall.now)
    assert server.beats == []
    TabletPresence(nurse).say(session, wall.now)
    assert len(server.beats) == 1


def test_the_people_take_their_tablets_with_them() -> None:
    server, wall = StandIn(), Wall()
    running = clinic(server, wall, chairs=2)
    running.turn()
    running.leave()
    assert [body["is_leaving"] for _, body in server.beats] == [False, False, True, True]
    server.beats.clear()
    server.failures = [httpx.ConnectError("refused")]
    running.leave()
    assert server.beats == []


def test_a_monitor_names_its_own_clock_as_the_time_of_sending() -> None:
    server, wall = StandIn(), Wall()
    ahead = timedelta(seconds=90)
    serve(chair(server, wall, replace(PLAIN, monitor_quirks=MonitorQuirks(clock_ahead_s=90.0))), wall, 8.0)
    bodies = [json.loads(request.content) for request in server.requests if request.url.path.endswith("/entries")]
    monitor = [body for body in bodies if body["entries"][0]["source"] == "monitor"]
    people = [body for body in bodies if body["entries"][0]["source"] == "hand"]
    assert monitor and people
    for body in monitor:
        last = datetime.fromisoformat(body["entries"][-1]["effective_at"])
        assert timedelta(0) <= datetime.fromisoformat(body["sent_at"]) - last < timedelta(seconds=10)
        assert last > NOON + timedelta(minutes=6) + ahead - timedelta(seconds=1)
    last = max(datetime.fromisoformat(body["sent_at"]) for body in people)
    assert last < NOON + timedelta(minutes=8)


def alert(session_id: str, **fields: Any) -> dict[str, Any]:
    shown = {
        "alert_id": "a", "session_id": session_id, "condition": "sbp.high", "level": "critical",
        "peak_level": "critical", "recorded_at": (NOON + timedelta(minutes=10)).isoformat(), "cleared_at": None,
        "withdrawn_at": None, "acknowledged": None, "broken_promise": None,
    }  # fmt: skip
    return shown | fields


def test_she_answers_what_her_tablet_shows_and_an_answer_that_comes_too_late_is_no_fault() -> None:
    server, wall = StandIn(), Wall()
    server.refuses = {"at_the_chair"}
    one = chair(server, wall, replace(PLAIN, charting=ChartingHabits(acknowledges_after_min=2.0)))
    serve(one, wall, 10.0)
    (session_id,) = server.entries
    tile = {"session_id": session_id, "status": "running", "alerts": [alert(session_id)], "infusion": None}
    for _ in range(20):
        one.reconcile({session_id: tile}, wall.now)
        serve(one, wall, 0.25)
    answers = [entry for entry in server.entries[session_id].values() if entry["kind"] == "acknowledgement"]
    assert [(entry["alert_id"], entry["seen_level"]) for entry in answers] == [("a", "critical")]
    answered_at = datetime.fromisoformat(answers[0]["effective_at"])
    assert timedelta(minutes=12) <= answered_at - NOON <= timedelta(minutes=12.5)
    assert one.refusals == []


def test_advisories_and_answered_alerts_are_left_alone_and_a_rise_is_answered_anew() -> None:
    server, wall = StandIn(), Wall()
    one = chair(server, wall, replace(PLAIN, charting=ChartingHabits(acknowledges_after_min=1.0)))
    serve(one, wall, 10.0)
    (session_id,) = server.entries
    answered = {"by": "Demo Physician 1", "at": NOON.isoformat(), "action": "other", "remark": "x", "deadline_at": None}
    shown = [
        alert(session_id, alert_id="advisory", level="advisory", peak_level="advisory"),
        alert(session_id, alert_id="answered", acknowledged=answered),
        alert(session_id, alert_id="rising", level="warning", peak_level="warning"),
    ]
    for minute in range(8):
        if minute == 4:
            shown[-1] |= {"level": "critical", "peak_level": "critical"}
        tile = {"session_id": session_id, "status": "running", "alerts": shown, "infusion": None}
        one.reconcile({session_id: tile}, wall.now)
        serve(one, wall, 1.0)
    kinds = [
        (e["kind"], e["alert_id"], e.get("seen_level")) for e in server.entries[session_id].values() if "alert_id" in e
    ]
    assert kinds == [
        ("acknowledgement", "rising", "warning"),
        ("at_the_chair", "rising", None),
        ("acknowledgement", "rising", "critical"),
    ]


def action_at(minute: float, **fields: Any) -> dict[str, Any]:
    """The acknowledgement of an alert of minute 10 by a nurse who answers at once, without what names the alert."""
    acts = (
        PlannedAct(12.0, "rate_changed", {"rate_mg_per_kg_per_h": 0.9}),
        PlannedAct(20.0, "rate_changed", {"rate_mg_per_kg_per_h": 0.3}),
        PlannedAct(30.0, "infusion_paused"),
    )
    answers = AlertAnswers(replace(PLAIN, acts=acts, charting=ChartingHabits(acknowledges_after_min=0.0)))
    at = NOON + timedelta(minutes=minute)
    *_, last = answers.due([alert("s", **fields)], at, minute, can_measure=True)
    assert answers.due([alert("s", **fields)], at, minute, can_measure=True) == []
    return {name: value for name, value in last.content.items() if name not in ("alert_id", "seen_level", "remark")}


def test_an_answer_says_what_is_done_about_it() -> None:
    # A rate that was raised answers nothing.
    assert action_at(13.0) == {"action": "remeasure", "deadline_min": 5}
    assert action_at(18.5) == {"action": "rate_lowered"}
    assert action_at(24.0) == {"action": "rate_lowered"}
    assert action_at(31.0) == {"action": "infusion_paused"}
    assert action_at(40.0, condition="monitor.silent") == {"action": "other"}
    assert action_at(31.0, cleared_at=NOON.isoformat()) == {"action": "other"}


def test_alerts_are_seen_on_whichever_tablet_has_wifi() -> None:
    habits = ChartingHabits(acknowledges_after_min=0.0)
    note = PlannedAct(50.0, "note", {"text": "x"}, tablet=2)
    offline = replace(PLAIN, charting=habits, tablet_offline_min=((9.0, 20.0),))
    answered_on = []
    for plan in (offline, replace(offline, acts=(note,))):
        session = ChairSession(plan, "1", NOON, SeedSequence(1), has_monitor=False)
        list(session.entries_until(NOON + timedelta(minutes=10)))
        session.see_alerts([alert(str(session.session_id))], NOON + timedelta(minutes=10))
        sent = session.entries_until(NOON + timedelta(minutes=11))
        answered_on.append([one.tablet for one in sent if one.entry["kind"] == "acknowledgement"])
    assert answered_on == [[], [2]]
