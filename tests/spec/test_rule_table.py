"""Walks the rule table: every row has words that fit the tile, a source, a way to end, and a specification."""

import pytest

from session_store.domain.alert import Level
from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.model import PROPOSAL, AlertRule, Clearing, RuleKind
from session_store.domain.rules.rule_set import duplicate_ids, problems_of
from tests.spec.specification import FILES, read_specification

# A tile's line on the panel holds so many characters beside the value.
TILE_CHARACTERS = 60
# What a gate or the note at an end says is shown where it is asked for; it raises no alert that could end.
NOT_ALERTS = (RuleKind.START_GATE, RuleKind.DISCHARGE_GATE, RuleKind.INFORMATION)
NAMED = {rule_id: file.name for file in FILES for rule_id in read_specification(file).rules}
every_rule = pytest.mark.parametrize("rule", DELIVERED.rules, ids=lambda rule: rule.rule_id)


@every_rule
def test_a_rule_says_in_plain_words_what_it_says_and_fits_the_tile(rule: AlertRule) -> None:
    words = rule.plain_words()
    assert 0 < len(words) <= TILE_CHARACTERS and words == words.strip()
    assert "{" not in words and "_" not in words and "None" not in words


@every_rule
def test_a_rule_names_its_source_with_the_grade_or_says_that_the_figure_is_ours(rule: AlertRule) -> None:
    assert rule.citation.strip() and (rule.grade is None) == (rule.certainty is None)
    assert (PROPOSAL in rule.source()) == rule.is_proposal
    assert rule.grade is None or f"grade {rule.grade}, {rule.certainty} certainty" in rule.source()


@every_rule
def test_a_rule_says_how_its_alert_ends(rule: AlertRule) -> None:
    assert (rule.clearing is Clearing.NOT_RAISED) == (rule.kind in NOT_ALERTS)
    assert (rule.clearing is Clearing.WELL_INSIDE) == (rule.hysteresis > 0)
    is_of_a_sign = rule.kind in (RuleKind.THRESHOLD, RuleKind.RELATIVE_TO_BASELINE)
    assert is_of_a_sign == (rule.clearing is Clearing.WELL_INSIDE)


@every_rule
def test_a_rule_is_named_by_a_specification(rule: AlertRule) -> None:
    assert rule.rule_id in NAMED


@every_rule
def test_only_a_lone_warning_waits_before_it_sounds(rule: AlertRule) -> None:
    assert rule.window_seconds == 0 or (rule.level is Level.WARNING and 120 <= rule.window_seconds <= 300)


def test_a_specification_names_rules_that_exist() -> None:
    assert {rule_id: name for rule_id, name in NAMED.items() if rule_id not in DELIVERED.by_id} == {}


def test_an_id_is_given_once_and_says_the_level() -> None:
    assert duplicate_ids(DELIVERED.rules) == []
    for rule in DELIVERED.rules:
        word = rule.rule_id.split(".")[2]
        assert rule.kind in NOT_ALERTS or word == rule.level.word, rule.rule_id


def test_the_delivered_limits_make_sense_together() -> None:
    assert problems_of(DELIVERED) == []
