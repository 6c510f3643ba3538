"""The scenarios as data: each can be typed, each expectation can fail, and the tables that are printed are true."""

import re
from pathlib import Path
from typing import NoReturn

import pytest

from session_store.domain.rules.delivered import DELIVERED
from simulators import clinic, command_line, scenario_commands
from simulators.command_line import main
from simulators.scenarios.registry import SCENARIOS
from simulators.scenarios.scenario import NEVER, Scenario, is_named
from simulators.scenarios.six_chairs import SIX_CHAIRS
from simulators.senders import Senders
from simulators.staff import SIMULATED_STAFF

EVERY_SCENARIO = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda one: one.name)
RULES = [rule.rule_id for rule in DELIVERED.rules]
README = Path(scenario_commands.__file__).parent / "README.md"


def test_names_can_be_typed_and_no_two_share_a_seed() -> None:
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in SCENARIOS)
    assert [one.name for one in SCENARIOS.values()] == list(SCENARIOS)
    assert len({one.seed for one in SCENARIOS.values()}) == len(SCENARIOS) == 14


@EVERY_SCENARIO
def test_every_rule_named_is_a_rule(scenario: Scenario) -> None:
    named = (*(one.rule for one in scenario.must_raise), *scenario.must_not_raise, *NEVER)
    assert [pattern for pattern in named if not any(is_named(rule, (pattern,)) for rule in RULES)] == []


@EVERY_SCENARIO
def test_what_must_come_up_is_allowed_to(scenario: Scenario) -> None:
    for expected in scenario.must_raise:
        meant = [rule for rule in RULES if is_named(rule, (expected.rule,))]
        assert any(not scenario.forbids(rule) for rule in meant), expected
        assert expected.from_min < expected.to_min


@EVERY_SCENARIO
def test_a_story_that_raises_something_can_be_answered(scenario: Scenario) -> None:
    assert bool(scenario.must_raise) == bool(scenario.answering_kinds)
    assert all(expected.to_min > scenario.trouble_min - 25 for expected in scenario.must_raise)
    kinds = {act.kind for act in scenario.plan.acts if act.minute >= scenario.trouble_min}
    assert not scenario.answering_kinds or kinds & set(scenario.answering_kinds)


def test_the_demonstration_goes_live_shortly_before_the_trouble_of_its_chairs() -> None:
    plans = {one.name: one for one in (scenario.plan for scenario in SCENARIOS.values())}
    taken = [plan for plan in SIX_CHAIRS if plan is plans.get(plan.name)]
    assert len(taken) >= 2
    troubles = {one.plan.name: one.trouble_min for one in SCENARIOS.values()}
    live = [troubles[plan.name] - plan.seed_min for plan in taken]
    assert all(0 <= begins_min <= 2 for begins_min in live)


def test_the_readme_has_the_table_that_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios"]) == 0
    printed = capsys.readouterr().out.strip()
    assert printed.count("\n") == 1 + len(SCENARIOS)
    assert printed in README.read_text()


def test_an_unknown_scenario_is_one_line_that_names_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["clinic", "--scenario", "quiet-session", "--scenario", "boredom"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "boredom" in said
    assert all(name in said for name in SCENARIOS)


def test_the_first_chairs_play_what_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[list[tuple[str, float]]] = []

    class NoClinic(clinic.Clinic):
        def run(self) -> NoReturn:
            made.append([(chair._plan.name, chair._plan.seed_min) for chair in self._chairs])
            raise OSError("enough")

    monkeypatch.setenv("INFUSION_DEVICE_TOKEN", "token")
    monkeypatch.setattr(command_line, "Clinic", NoClinic)
    monkeypatch.setattr(Senders, "sign_on", lambda _senders, _now: SIMULATED_STAFF)
    assert main(["clinic", "--chairs", "3", "--scenario", "anaphylaxis", "--scenario", "two-tablets"]) == 1
    assert main(["clinic", "--chairs", "1", "--scenario", "anaphylaxis", "--scenario", "two-tablets"]) == 1
    live = [("anaphylaxis", 14.5), ("two tablets", 24.5)]
    assert made == [[*live, ("hypertensive surge", 40.0)], live]


def test_more_scenarios_than_chairs_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clinic", *["--scenario=quiet-session"] * 25]) == 2
    assert capsys.readouterr().err.count("\n") == 1
