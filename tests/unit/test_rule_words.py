"""Every alert rule reads on its page: in a section, under a name, with its limit, and with how it ends."""

from dataclasses import replace
from decimal import Decimal

import pytest

from dashboard.components.rule_list import rule_book_view, rule_view
from dashboard.components.rule_words import (
    CONDITION_TITLES,
    SECTION_TITLES,
    condition_title,
    ending_words,
    level_words,
    rule_name,
    rule_words,
    section_of,
)
from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.model import AlertRule, Clearing
from session_store.rule_book import RuleBook

LIMITED = [rule for rule in DELIVERED.rules if rule.limit is not None]


@pytest.mark.parametrize("rule", LIMITED, ids=lambda rule: rule.rule_id)
def test_a_limit_stands_in_the_words_of_its_rule(rule: AlertRule) -> None:
    assert f"{rule.limit:f}" in rule_words(rule)
    assert "123.4" in rule_words(replace(rule, limit=Decimal("123.4")))


def test_the_words_of_rules_tell_them_apart() -> None:
    said = [(condition_title(rule), level_words(rule), rule_words(rule)) for rule in DELIVERED.rules]
    assert len(set(said)) == len(said) and all("{" not in words and words[:1].strip() for _, _, words in said)
    changeable = [rule_name(rule) for rule in LIMITED]
    assert len(set(changeable)) == len(changeable)


def test_every_condition_but_the_items_of_a_gate_has_a_title() -> None:
    named = {rule.condition for rule in DELIVERED.rules if section_of(rule) not in ("start", "discharge")}
    assert named == set(CONDITION_TITLES)
    assert {section_of(rule) for rule in DELIVERED.rules} == set(SECTION_TITLES)


def test_every_alert_says_how_it_ends_and_a_gate_raises_none() -> None:
    for rule in DELIVERED.rules:
        assert bool(ending_words(rule)) is (rule.clearing is not Clearing.NOT_RAISED), rule.rule_id
    assert level_words(DELIVERED.rule("start.consent.held")) == "Holds"
    assert level_words(DELIVERED.rule("start.systolic_caution.advisory")) == "Caution"
    assert level_words(DELIVERED.rule("end.total.information")) == "Information"


def test_a_source_is_graded_or_says_that_the_figure_is_ours() -> None:
    for rule in DELIVERED.rules:
        shown = rule_view(rule)["citation"]
        assert shown and (not rule.is_proposal or "needs the medical director" in shown)
        assert rule.grade is None or f"grade {rule.grade}" in shown


def test_an_unchanged_book_waits_for_nobody() -> None:
    view = rule_book_view(RuleBook())
    assert (view["changes"], view["waiting"], view["version_words"]) == ([], [], "2.0")
