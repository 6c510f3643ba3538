"""Each scenario end to end: simulated clinic, HTTP, recorder, rules, and back over HTTP."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from simulators.scenarios.registry import SCENARIOS
from simulators.scenarios.scenario import ALL_WARNINGS, Scenario, is_named
from tests.scenarios.playing import Played

EVERY_SCENARIO = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda one: one.name)
# By whom the server itself says that a tablet is silent, or heard again.
OF_THE_SERVER = {"tablet_silent", "tablet_heard_again"}
# A finger probe that comes off while somebody pulls at the line; a mean pressure that falls with the others.
ALSO_TRUE = {"dissociation-with-distress": ("sign.no_signal.warning",), "anaphylaxis": ("map.low.warning",)}
MINUTE = timedelta(minutes=1)


def told(played: Played) -> str:
    """All that came up, for a message."""
    return "; ".join(f"{one.minute:.1f} {one.rule_id}" for one in played.raised)


@EVERY_SCENARIO
def test_every_alert_of_the_story_comes_up_in_time(scenario: Scenario, played: Mapping[str, Played]) -> None:
    raised = played[scenario.name].raised
    missing = [
        expected
        for expected in scenario.must_raise
        if not any(expected.is_met_by(one.rule_id, one.minute) for one in raised)
    ]
    assert missing == [], told(played[scenario.name])


@EVERY_SCENARIO
def test_nothing_comes_up_that_would_be_a_false_alarm(scenario: Scenario, played: Mapping[str, Played]) -> None:
    assert [one for one in played[scenario.name].raised if scenario.forbids(one.rule_id)] == []


@EVERY_SCENARIO
def test_nothing_else_calls_anybody(scenario: Scenario, played: Mapping[str, Played]) -> None:
    """The lists of a scenario are not closed; this is: a warning or worse is of the story, or named here as true."""
    of_story = {_sign(expected.rule) for expected in scenario.must_raise}
    calls = [one for one in played[scenario.name].raised if is_named(one.rule_id, ALL_WARNINGS)]
    also_true = ALSO_TRUE.get(scenario.name, ())
    assert [one for one in calls if _sign(one.rule_id) not in of_story and one.rule_id not in also_true] == []


def _sign(rule_id: str) -> str:
    """What a rule is about, without its level: "sbp.high" of "sbp.high.critical"."""
    return ".".join(rule_id.split(".")[:2])


@EVERY_SCENARIO
def test_everything_that_was_sent_is_on_record_once(scenario: Scenario, played: Mapping[str, Played]) -> None:
    one = played[scenario.name]
    outcomes = Counter(result["outcome"] for result in one.results)
    # A monitor that sends rows twice is answered with what the first of them was.
    doubled = {"duplicate"} if scenario.plan.monitor_quirks.duplicate_share else set()
    assert outcomes.keys() <= {"recorded", "confirmation_needed", *doubled}, [
        r for r in one.results if r["outcome"] == "refused"
    ]
    sent = {entry["entry_id"]: entry for entry in one.sent}
    recorded = [entry["entry_id"] for entry in one.audit if entry["kind"] not in OF_THE_SERVER]
    assert Counter(recorded) == Counter(sent.keys())
    assert {entry["entry_id"]: entry["kind"] for entry in one.audit}.items() >= {
        entry_id: entry["kind"] for entry_id, entry in sent.items()
    }.items()


@EVERY_SCENARIO
def test_no_alert_is_forgotten(scenario: Scenario, played: Mapping[str, Played]) -> None:
    """What was raised is listed; what called somebody stands on the tile until a person has answered."""
    one = played[scenario.name]
    listed = {alert["alert_id"]: alert for alert in one.alerts}
    assert {raised.alert_id for raised in one.raised} == listed.keys()
    calling = [alert for alert in one.alerts if alert["peak_level"] != "advisory" and alert["withdrawn_at"] is None]
    unseen = {alert["alert_id"] for alert in calling if alert["acknowledged"] is None}
    assert unseen <= {alert["alert_id"] for alert in one.standing}


@EVERY_SCENARIO
def test_a_patient_leaves_by_the_door_of_the_story(scenario: Scenario, played: Mapping[str, Played]) -> None:
    planned = {act.kind for act in scenario.plan.acts}
    assert played[scenario.name].status == ("transferred" if "transferred" in planned else "discharged")


@EVERY_SCENARIO
def test_a_nurse_at_the_chair_answers_what_called_her(scenario: Scenario, played: Mapping[str, Played]) -> None:
    """Where the plan has her answer, every warning and worse has an answer; else none has one."""
    answers = played[scenario.name].of_kind("acknowledgement")
    called = {
        alert["alert_id"]
        for alert in played[scenario.name].alerts
        if alert["peak_level"] != "advisory" and not _ended_with_the_session(alert, played[scenario.name])
    }
    answering = scenario.plan.charting.acknowledges_after_min is not None
    assert ({answer["alert_id"] for answer in answers} >= called) if answering else answers == []


def _ended_with_the_session(alert: Mapping[str, Any], one: Played) -> bool:
    """Raised so late that the patient left before she could answer."""
    left_at = datetime.fromisoformat(one.audit[-1]["recorded_at"])
    return left_at - datetime.fromisoformat(alert["recorded_at"]) < 4 * MINUTE


def minute_of(one: Played, time: str) -> float:
    """Minutes since the session's opening."""
    return (datetime.fromisoformat(time) - datetime.fromisoformat(one.sent[0]["effective_at"])) / MINUTE


def test_what_a_tablet_kept_arrives_when_it_is_back_in_the_order_of_charting(played: Mapping[str, Played]) -> None:
    one, (lost, back) = played["tablet-offline"], SCENARIOS["tablet-offline"].plan.tablet_offline_min[0]
    by_hand = [entry for entry in one.audit if entry["source"] == "hand"]
    kept = [entry for entry in by_hand if lost <= minute_of(one, entry["effective_at"]) < back]
    assert len(kept) >= 6
    assert all(back <= minute_of(one, entry["recorded_at"]) <= back + 1 for entry in kept)
    assert [entry["effective_at"] for entry in kept] == sorted(entry["effective_at"] for entry in kept)
    assert [entry["kind"] for entry in one.audit if entry["kind"] in OF_THE_SERVER] == [
        "tablet_silent",
        "tablet_heard_again",
    ]


def test_a_newer_pressure_of_the_other_tablet_holds_against_a_late_older_one(played: Mapping[str, Played]) -> None:
    one = played["two-tablets"]
    (surge,) = [alert for alert in one.alerts if alert["condition"] == "sbp.high" and alert["peak_level"] == "warning"]
    late = [
        entry
        for entry in one.of_kind("vital_signs")
        if entry["source"] == "hand" and 23 < minute_of(one, entry["effective_at"]) < 25
    ]
    assert [minute_of(one, entry["recorded_at"]) > 33.9 and entry["systolic_mmhg"] < 140 for entry in late] == [True]
    assert surge["cleared_at"] is not None
    assert surge["evidence_entry_id"] != late[0]["entry_id"]


def test_the_same_round_charted_on_both_tablets_is_two_sets(played: Mapping[str, Played]) -> None:
    one = played["two-tablets"]
    by_hand = [entry for entry in one.of_kind("vital_signs") if entry["source"] == "hand"]
    minutes = [minute_of(one, entry["effective_at"]) for entry in by_hand]
    assert sum(14.5 < minute < 15.5 for minute in minutes) == sum(35 < minute < 36 for minute in minutes) == 2


def test_one_tablet_corrects_what_the_other_charted(played: Mapping[str, Played]) -> None:
    one = played["two-tablets"]
    (amendment,) = one.of_kind("amendment")
    (amended,) = [entry for entry in one.audit if entry["entry_id"] == amendment["amended_entry_id"]]
    assert amended["kind"] == "vital_signs"
    assert [change["entry_id"] for change in amended["amendments"]] == [amendment["entry_id"]]


def test_a_corrected_weight_judges_again_and_says_so(played: Mapping[str, Played]) -> None:
    one = played["wrong-weight-corrected"]
    assert [entry["weight_kg"] for entry in one.of_kind("weight")] == [132, 60]
    (alert,) = [alert for alert in one.alerts if alert["condition"] == "rate.setting"]
    assert alert["raised_text"].endswith("(found after a correction)")
    assert minute_of(one, alert["recorded_at"]) > 30 and alert["cleared_at"] is not None


def test_a_corrected_tenfold_rate_agrees_with_the_pump(played: Mapping[str, Played]) -> None:
    one = played["tenfold-rate"]
    (alert,) = [alert for alert in one.alerts if alert["condition"] == "pump.volume"]
    assert 23.5 < minute_of(one, alert["cleared_at"]) < 25
    (amended,) = [entry for entry in one.of_kind("rate_changed") if entry["amendments"]]
    assert amended["amendments"][0]["changes"]["pump_rate_ml_per_h"] == 10 * amended["pump_rate_ml_per_h"]
    assert all(entry["volume_infused_ml"] > 8 for entry in one.of_kind("pump_volume"))


def test_a_silent_monitor_and_a_lost_probe_give_no_values(played: Mapping[str, Played]) -> None:
    one = played["monitor-drop-out"]
    rows = [entry for entry in one.of_kind("vital_signs") if entry["source"] == "monitor"]
    assert not [entry for entry in rows if 41.1 < minute_of(one, entry["effective_at"]) < 46.9]
    lost = [entry for entry in rows if 18.1 < minute_of(one, entry["effective_at"]) < 21.9]
    assert {entry["channels"]["SpO2"] for entry in lost} == {"-32768"}
    assert all(entry.get("spo2_percent") is None and "spo2_percent" in entry["not_measured"] for entry in lost)
