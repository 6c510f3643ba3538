"""`python -m simulators scenarios`, and how the command line names a scenario. The README's table comes from here."""

import argparse

from simulators.scenarios.registry import SCENARIOS
from simulators.scenarios.scenario import ALL_WARNINGS, CALM_SIGNS, ExpectedAlert, Scenario

_HEAD = ("scenario", "story", "must raise, minute", "must not raise")
_IN_WORDS = (
    (ALL_WARNINGS, "anything at warning or worse"),
    (CALM_SIGNS, "a vital sign at warning or worse"),
)


def scenario_named(text: str) -> Scenario:
    """The scenario of this name, for argparse; an unknown name says which there are."""
    scenario = SCENARIOS.get(text)
    if scenario is None:
        raise argparse.ArgumentTypeError(f"unknown scenario {text!r}; there are {', '.join(SCENARIOS)}")
    return scenario


def add_scenarios(parser: argparse.ArgumentParser) -> None:
    """No parameters."""
    parser.set_defaults(run=_run_scenarios)


def _run_scenarios(_options: argparse.Namespace) -> int:
    print(scenario_table())
    return 0


def scenario_table() -> str:
    """All scenarios as a Markdown table: name, story, the alerts that each must and must not raise."""
    rows = [_HEAD, ("---",) * len(_HEAD), *(_row(one) for one in SCENARIOS.values())]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def _row(scenario: Scenario) -> tuple[str, ...]:
    expected = ", ".join(_expected_words(one) for one in scenario.must_raise)
    return f"`{scenario.name}`", scenario.story, expected or "-", _forbidden_words(scenario.must_not_raise)


def _expected_words(expected: ExpectedAlert) -> str:
    return f"`{expected.rule}` {expected.from_min:g} to {expected.to_min:g}"


def _forbidden_words(patterns: tuple[str, ...]) -> str:
    left, words = list(patterns), []
    for group, name in _IN_WORDS:
        if set(group) <= set(left):
            words.append(name)
            left = [one for one in left if one not in group]
    return ", ".join([*words, *(f"`{one}`" for one in left)])
