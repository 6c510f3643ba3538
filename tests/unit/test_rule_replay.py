"""Rule replay on sessions made by hand: what a stricter, looser or missing rule changes, and nothing else."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
import uuid_utils.compat

from session_store.domain.alert import Level
from session_store.domain.entry_choices import Source
from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.rule_file import may_be_left_out
from session_store.domain.rules.rule_set import RuleSet
from session_store.replaying_report import ReplayComparison, ReplayedSession
from session_store.replaying_text import comparison_lines
from session_store.rule_replay import RecordedSession, recorded_effects, replay_rules, replay_session
from tests.hand_made_sessions import CALM, HandMadeSession


def limits(**changed: float) -> RuleSet:
    """The delivered rules with other limits; `map_low_warning` is the rule `map.low.warning`."""
    return DELIVERED.with_limits({name.replace("_", "."): Decimal(str(value)) for name, value in changed.items()})


def without(*rule_ids: str) -> RuleSet:
    return replace(DELIVERED, rules=tuple(rule for rule in DELIVERED.rules if rule.rule_id not in rule_ids))


def compared(session: HandMadeSession, rules: RuleSet) -> ReplayComparison:
    return replay_rules([session.recorded()], rules, DELIVERED)


def difference(session: HandMadeSession, rules: RuleSet) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    (one,) = compared(session, rules).differences
    assert one.session_id == session.session_id
    return one.gained, one.lost, one.changed


def found(replayed: ReplayedSession) -> list[tuple[str, str]]:
    """What was raised beside what the start lacked, in the order of raising."""
    return [(one.about, one.level.word) for one in replayed.alerts if one.condition != "start.missing"]


def raised_after_s(replayed: ReplayedSession, about: str) -> list[float]:
    start = replayed.started_at
    assert start is not None
    return [(one.raised_at - start).total_seconds() for one in replayed.alerts if one.about == about]


# ------------------------------------------------------------------------------------------- stricter, looser, left out


def test_a_stricter_warning_gains_exactly_that_alert() -> None:
    session = HandMadeSession().running()
    session.chart(mean_arterial_mmhg=66)
    session.chart(mean_arterial_mmhg=90)
    session.closed()
    assert difference(session, limits(map_low_warning=67)) == (("map.low warning",), (), ())


def test_a_looser_warning_loses_exactly_that_alert() -> None:
    session = HandMadeSession().running()
    session.chart(mean_arterial_mmhg=64)
    session.chart(mean_arterial_mmhg=90)
    session.closed()
    assert difference(session, limits(map_low_warning=60)) == ((), ("map.low warning",), ())


def test_a_stricter_warning_of_spo2_turns_the_advisory_into_a_warning() -> None:
    session = HandMadeSession().running()
    session.chart(spo2_percent=94)
    session.closed()
    assert difference(session, limits(spo2_low_warning=94.5)) == ((), (), ("spo2.low advisory to warning",))
    assert difference(session, limits(spo2_low_advisory=92)) == ((), ("spo2.low advisory",), ())


def test_a_change_that_no_value_comes_near_changes_nothing() -> None:
    session = HandMadeSession().running()
    session.chart()
    session.closed()
    comparison = compared(session, limits(map_low_warning=67, spo2_low_warning=94))
    assert comparison.differences == () and comparison.before.as_json() == comparison.after.as_json()


def test_a_wider_hysteresis_joins_two_alerts_into_one() -> None:
    session = HandMadeSession().running()
    for value in (112, 105, 112, 105):
        session.chart(heart_rate_per_min=value)
    session.closed()
    rows = [replace(one, hysteresis=Decimal(8)) if one.condition == "hr.high" else one for one in DELIVERED.rules]
    assert difference(session, replace(DELIVERED, rules=tuple(rows))) == ((), ("hr.high advisory",), ())


def test_a_limit_moved_under_an_open_alert_reaches_the_value_that_it_lets_go() -> None:
    session = HandMadeSession().running()
    for value in (113, 106, 113, 106):
        session.chart(heart_rate_per_min=value)
    session.closed()
    assert difference(session, limits(hr_high_advisory=112)) == (("hr.high advisory",), (), ())


def test_a_longer_window_changes_what_sounds_and_no_alert() -> None:
    session = HandMadeSession().running()
    session.chart(mean_arterial_mmhg=60)
    session.happens("vital_signs", after_min=4, **(CALM | {"mean_arterial_mmhg": 90}))
    session.closed()
    rows = [replace(one, window_seconds=300) if one.condition == "map.low" else one for one in DELIVERED.rules]
    comparison = compared(session, replace(DELIVERED, rules=tuple(rows)))
    assert comparison.differences == ()
    assert comparison.before.sounded - comparison.after.sounded == 1


def everything_happens() -> HandMadeSession:
    """A session with something for every kind of judge."""
    session = HandMadeSession().running(planned_total_mg=20, planned_duration_min=30)
    session.happens("bolus", after_min=1, dose_mg=40)
    session.chart(spo2_percent=88, systolic_mmhg=165, heart_rate_per_min=125, mean_arterial_mmhg=50)
    session.happens("sedation", after_min=1, scale="rass", level=-3)
    session.happens("adverse_effect", after_min=1, term="chest_pain", ctcae_grade=3)
    session.happens("adverse_effect", term="hallucination", ctcae_grade=3)
    session.happens("vital_signs", **(CALM | {"acvpu": "voice", "temperature_celsius": 39.5, "end_tidal_co2_mmhg": 62}))
    session.happens("vital_signs", source=Source.MONITOR, after_min=1, heart_rate_per_min=72)
    session.happens("rate_changed", after_min=20, pump_rate_ml_per_h=160, concentration_mg_per_ml=1)
    session.happens("supervision_handover", after_min=1, taken_over_by="Test Physician 2")
    session.happens("serious_event", after_min=60)
    session.happens("infusion_ended", reason="adverse_effect")
    session.happens("vital_signs", **CALM)
    session.happens("discharged", after_min=1, has_happened=True, escort="Test Escort 1")
    return session


def test_every_rule_that_may_be_left_out_is_and_nothing_fails() -> None:
    session = everything_happens().recorded()
    told = {one.condition for one in replay_session(session, DELIVERED).alerts}
    assert len(told) > 15 and not any(one.startswith("rule.failed") for one in told)
    for rule in DELIVERED.rules:
        if may_be_left_out(rule):
            replayed = replay_session(session, without(rule.rule_id))
            assert not any(one.condition.startswith("rule.failed") for one in replayed.alerts), rule.rule_id
            assert rule.rule_id not in {one.rule_id for one in replayed.alerts}


# ------------------------------------------------------------------------------------------------------ time in between


def test_what_is_overdue_is_found_to_the_second_between_two_entries() -> None:
    session = HandMadeSession().running()
    session.happens("note", after_min=30, text="nothing was measured")
    session.closed()
    replayed = replay_session(session.recorded(), DELIVERED)
    assert raised_after_s(replayed, "overdue.sign:spo2_percent") == [pytest.approx(7 * 60, abs=1)]
    spo2 = next(one for one in replayed.alerts if one.about == "overdue.sign:spo2_percent")
    assert spo2.level is Level.WARNING and spo2.warned_at is not None
    assert (spo2.warned_at - replayed.started_at).total_seconds() == pytest.approx(7.5 * 60, abs=1)
    assert raised_after_s(replayed, "overdue.sedation:sedation") == [pytest.approx(17 * 60, abs=1)]


def test_what_waits_for_late_entries_is_found_once_they_have_come() -> None:
    session = HandMadeSession().running()
    session.happens("note", after_min=7, after_s=-5, late_min=4, text="charted on paper")
    session.happens("note", after_min=30, text="nothing was measured")
    replayed = replay_session(session.closed().recorded(), DELIVERED)
    assert raised_after_s(replayed, "overdue.sign:spo2_percent") == [pytest.approx(7 * 60 + 6, abs=1)]


def test_another_limit_of_overdue_moves_it() -> None:
    session = HandMadeSession().running()
    session.chart(after_min=8)
    session.chart(after_min=4)
    session.closed()
    gained, lost, changed = difference(session, limits(overdue_sign_advisory=4))
    assert (gained, changed) == ((), ()) and len(lost) == 4 and all(one.startswith("overdue.sign:") for one in lost)


def test_silence_of_the_monitor_planned_end_and_planned_total_come_by_the_clock() -> None:
    session = HandMadeSession().running(planned_duration_min=10, planned_total_mg=5)
    session.happens("vital_signs", after_min=1, source=Source.MONITOR, heart_rate_per_min=72)
    session.happens("note", after_min=60, text="long after")
    replayed = replay_session(session.recorded(), DELIVERED)
    assert raised_after_s(replayed, "monitor.silent") == [pytest.approx(60 + 120, abs=1)]
    assert raised_after_s(replayed, "dose.duration") == [pytest.approx(15 * 60, abs=1)]
    # 5.25 mg at 20 mg/h.
    assert raised_after_s(replayed, "dose.plan") == [pytest.approx(945, abs=1)]


def test_the_rolling_hour_is_found_when_it_is_reached() -> None:
    session = HandMadeSession().running()
    session.happens("setting_attested", is_monitored=False, attested_by="Test Physician 1")
    session.happens("bolus", dose_mg=20)
    session.happens("rate_changed", pump_rate_ml_per_h=60, concentration_mg_per_ml=1)
    session.happens("note", after_min=120, text="the infusion runs")
    replayed = replay_session(session.recorded(), DELIVERED)
    # 70 mg in 60 min are reached after 20 mg at once and 50 min at 60 mg/h.
    assert raised_after_s(replayed, "dose.hour") == [pytest.approx(50 * 60, abs=1)]


def test_a_session_that_nobody_closed_is_watched_for_one_more_hour() -> None:
    session = HandMadeSession().running(planned_duration_min=50)
    assert "dose.duration" in dict(found(replay_session(session.recorded(), DELIVERED)))
    session = HandMadeSession().running(planned_duration_min=70)
    assert "dose.duration" not in dict(found(replay_session(session.recorded(), DELIVERED)))


def test_after_the_closing_time_raises_nothing_more() -> None:
    session = HandMadeSession().running().closed()
    session.happens("note", after_min=600, text="charted the day after")
    replayed = replay_session(session.recorded(), DELIVERED)
    assert found(replayed) == []
    assert replayed.until == session.entries[-2].effective_at


# ------------------------------------------------------------------------------------------------- answers, corrections


def test_an_answer_on_record_is_taken_for_the_replayed_alert_of_the_same_condition() -> None:
    session = HandMadeSession().running()
    session.chart(mean_arterial_mmhg=60)
    alert_id = uuid_utils.compat.uuid7()
    session.happens("acknowledgement", after_min=1, alert_id=str(alert_id), action="expected_effect")
    session.chart()
    session.closed()
    unknown = replay_session(session.recorded(), DELIVERED)
    session.conditions[alert_id] = "map.low"
    known = replay_session(session.recorded(), DELIVERED)
    assert found(unknown) == found(known)
    assert [one.has_sounded for one in unknown.alerts if one.about == "map.low"] == [True]
    assert [one.has_sounded for one in known.alerts if one.about == "map.low"] == [False]


def test_a_withdrawn_value_and_a_corrected_weight_are_folded_as_recorded() -> None:
    session = HandMadeSession().running()
    wrong = session.chart(spo2_percent=80)
    session.happens("entered_in_error", after_min=1, withdrawn_entry_id=str(wrong.entry_id), reason="another patient")
    session.happens("weight", after_min=1, weight_kg=35, basis="measured")
    session.happens("supervision_handover", after_min=1, taken_over_by="Test Physician 2")
    session.happens("rate_changed", pump_rate_ml_per_h=40, concentration_mg_per_ml=1)
    session.closed()
    assert found(replay_session(session.recorded(), DELIVERED)) == [
        ("spo2.low", "critical"),
        ("rate.setting", "warning"),
    ]


# ----------------------------------------------------------------------------------------------------- recorded effects


def with_effect(minutes_after: float, **changed: float) -> HandMadeSession:
    """A warning of the mean pressure, later an emergency, and then nothing more."""
    session = HandMadeSession().running()
    session.chart(**changed)
    session.happens("adverse_effect", after_min=minutes_after, term="syncope", ctcae_grade=3)
    session.happens("infusion_ended", after_s=1, reason="adverse_effect")
    session.happens("transferred", after_s=1, destination="hospital")
    return session


def test_an_effect_is_caught_by_another_alert_before_it() -> None:
    comparison = compared(with_effect(3, mean_arterial_mmhg=66), limits(map_low_warning=67))
    assert [one.term for one in comparison.before.missed] == ["syncope"] and comparison.before.caught == ()
    (caught,) = comparison.after.caught
    assert caught.alerts_before == ("map.low",) and comparison.after.missed == ()
    assert comparison.newly_caught == (caught,) and comparison.newly_missed == ()


def test_an_effect_is_missed_by_looser_rules() -> None:
    comparison = compared(with_effect(3, mean_arterial_mmhg=64), limits(map_low_warning=60))
    assert [one.ctcae_grade for one in comparison.newly_missed] == [3] and comparison.newly_caught == ()


def test_a_stricter_limit_that_only_tells_earlier_misses_nothing() -> None:
    session = HandMadeSession().running()
    session.chart(mean_arterial_mmhg=66)
    for _ in range(3):
        session.chart(mean_arterial_mmhg=64)
    session.happens("adverse_effect", after_min=4, term="syncope")
    comparison = compared(session.closed(), limits(map_low_warning=67))
    assert comparison.newly_missed == () and [one.alerts_before for one in comparison.after.caught] == [("map.low",)]


def test_its_own_alert_an_advisory_and_one_long_before_do_not_catch_an_effect() -> None:
    over_before = HandMadeSession().running()
    over_before.chart(mean_arterial_mmhg=60)
    over_before.chart(mean_arterial_mmhg=90)
    over_before.happens("adverse_effect", after_min=16, term="syncope")
    for session in (with_effect(3), with_effect(3, spo2_percent=94), over_before):
        silent = limits(overdue_sign_advisory=100, overdue_sedation_advisory=100)
        report = replay_rules([session.recorded()], silent, silent).before
        assert len(report.missed) == 1 and report.caught == (), report.alerts_by_condition


def test_which_effects_count() -> None:
    session = HandMadeSession().running()
    session.happens("adverse_effect", after_min=1, term="nausea", ctcae_grade=2)
    worse = session.happens("adverse_effect", term="headache", ctcae_grade=3)
    wrong = session.happens("adverse_effect", term="vomiting", ctcae_grade=3)
    session.happens("adverse_effect", term="seizure")
    session.happens("serious_event")
    session.happens("entered_in_error", withdrawn_entry_id=str(wrong.entry_id), reason="another patient")
    corrected = {"term": "headache", "ctcae_grade": "1"}
    amendment = {"reason": "typed wrong", "changes": {"ctcae_grade": 1}, "corrected": corrected}
    assert [one.term for one in recorded_effects(session.entries)] == ["headache", "seizure", "serious event"]
    session.happens("amendment", amended_entry_id=str(worse.entry_id), **amendment)
    assert [one.term for one in recorded_effects(session.entries)] == ["seizure", "serious event"]


def test_an_effect_counts_from_when_it_began() -> None:
    session = HandMadeSession().running()
    began_at = session.now + timedelta(minutes=1)
    session.happens("adverse_effect", after_min=9, term="syncope", onset_at=began_at.isoformat())
    assert recorded_effects(session.entries)[0].at == began_at


# -------------------------------------------------------------------------------------------------------------- reports


def test_the_numbers_of_a_report() -> None:
    """Three sessions of 30 min; the first alert after 4 min, after 8 min, and none."""
    sessions = []
    for place in (0, 1, None):
        session = HandMadeSession().running()
        for turn in range(7):
            session.chart(**({"mean_arterial_mmhg": 60} if turn == place else {}))
        sessions.append(session.closed())
    report = replay_rules((one.recorded() for one in sessions), DELIVERED, DELIVERED).before
    assert report.session_hours == pytest.approx(1.5)
    assert report.alerts_by_condition == {"start.missing": 3, "map.low": 2}
    assert report.alerts_per_session_hour == {"critical": 0.0, "warning": pytest.approx(3.333), "advisory": 0.0}
    assert (report.first_alert_median_min, report.first_alert_p90_min) == (6.0, 8.0)
    assert report.sessions_without_alert_after_start == 1


def test_no_sessions_give_an_empty_report() -> None:
    comparison = replay_rules([], limits(map_low_warning=67), DELIVERED)
    assert (comparison.before.sessions, comparison.before.alerts, comparison.before.first_alert_p90_min) == (0, 0, None)
    assert comparison.before.alerts_per_session_hour["warning"] is None
    assert json.loads(json.dumps(comparison.as_json()))["differences"] == []
    assert next(iter(comparison_lines(comparison))).startswith("0 finished sessions")


def test_a_session_without_entries_has_no_alerts() -> None:
    replayed = replay_session(RecordedSession(UUID(int=1), (), False), DELIVERED)
    assert (replayed.alerts, replayed.started_at, replayed.until) == ((), None, None)


def test_the_most_affected_session_comes_first_and_all_is_told() -> None:
    little, much = HandMadeSession().running(), HandMadeSession().running()
    little.chart(mean_arterial_mmhg=66)
    for value in (66, 90, 66, 90):
        much.chart(mean_arterial_mmhg=value)
    sessions = [little.closed().recorded(), much.closed().recorded()]
    comparison = replay_rules(sessions, limits(map_low_warning=67), DELIVERED)
    assert [one.session_id for one in comparison.differences] == [much.session_id, little.session_id]
    assert comparison.differences[0].gained == ("map.low warning", "map.low warning")
    told = json.loads(json.dumps(comparison.as_json()))
    assert told["differences"][0]["gained"] == ["map.low warning", "map.low warning"]
    assert told["before"]["rule_set_version"] == "2.0" and told["after"]["alerts_by_rule"]["map.low.warning"] == 3
    text = "\n".join(comparison_lines(comparison))
    assert f"{much.session_id}  +map.low warning, +map.low warning" in text and "3 (+3)" in text


def test_the_replay_leaves_the_entries_as_they_are() -> None:
    session = everything_happens().recorded()
    before = [replace(entry) for entry in session.entries]
    first = replay_session(session, DELIVERED)
    assert replay_session(session, DELIVERED) == first and list(session.entries) == before
