"""Rule sets as text: what is written is read again, and every way in which a file can be wrong is named."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.model import AlertRule, RuleKind
from session_store.domain.rules.rule_file import (
    changeable_fields,
    differences_in_words,
    may_be_left_out,
    read_rule_file,
    rule_file_text,
)
from session_store.domain.rules.rule_set import RuleSet

NO_DEADLINE = settings(deadline=None)


def read(*rules: dict[str, Any], base: RuleSet = DELIVERED, **top: Any) -> RuleSet:
    found, problems = read_rule_file(json.dumps({"rules": rules, **top}), base)
    assert found is not None, [one.text() for one in problems]
    return found


def refused(*rules: Any, **top: Any) -> list[tuple[str, str]]:
    """Rule and field of every problem; each has a reason."""
    found, problems = read_rule_file(json.dumps({"rules": rules, **top}))
    assert found is None and all(one.reason for one in problems)
    return [(one.rule_id, one.field) for one in problems]


def test_the_delivered_table_is_written_and_read_again() -> None:
    found, problems = read_rule_file(rule_file_text(DELIVERED))
    assert problems == [] and found is not None
    assert found.rules == DELIVERED.rules and found.version == DELIVERED.version
    assert [rule.plain_words() for rule in found.rules] == [rule.plain_words() for rule in DELIVERED.rules]


def test_a_person_finds_each_rule_with_its_words_source_and_what_may_be_changed() -> None:
    written = {one["rule_id"]: one for one in json.loads(rule_file_text(DELIVERED))["rules"]}
    assert written.keys() == DELIVERED.by_id.keys()
    warning = written["spo2.low.warning"]
    assert (warning["limit"], warning["unit"], warning["window_seconds"], warning["hysteresis"]) == (92, "%", 180, 2)
    assert warning["level"] == "warning" and warning["words"] and warning["citation"] and warning["is_off"] is False
    assert written["bolus.dose.warning"]["limit"] == 0.35
    assert written["discharge.score.held"]["choices"] == ["padss"] and "is_off" not in written["discharge.score.held"]


def test_changed_rules_alone_are_enough() -> None:
    changed = read(
        {"rule_id": "spo2.low.warning", "limit": 93, "window_seconds": 120, "hysteresis": 1.5},
        {"rule_id": "bolus.dose.warning", "limit": "0.3"},
        {"rule_id": "discharge.score.held", "choices": ["aldrete"]},
        {"rule_id": "dbp.high.advisory", "is_off": True},
    )
    warning = changed.rule("spo2.low.warning")
    assert (warning.limit, warning.window_seconds, warning.hysteresis) == (93, 120, Decimal("1.5"))
    assert changed.limit("bolus.dose.warning") == Decimal("0.3")
    assert changed.rule("discharge.score.held").choices == ("aldrete",)
    assert "dbp.high.advisory" not in changed.by_id and len(changed.rules) == len(DELIVERED.rules) - 1
    assert differences_in_words(DELIVERED, changed) == [
        "spo2.low.warning: limit 92 to 93, window_seconds 180 to 120, hysteresis 2 to 1.5",
        "dbp.high.advisory: left out",
        "bolus.dose.warning: limit 0.35 to 0.3",
        "discharge.score.held: choices padss to aldrete",
    ]


def test_the_base_is_the_set_that_it_is_read_against() -> None:
    base = DELIVERED.with_limits({"hr.high.warning": Decimal(115)}, 2001)
    changed = read({"rule_id": "spo2.low.warning", "limit": 93}, base=base)
    assert changed.limit("hr.high.warning") == 115 and changed.version == 2001
    assert differences_in_words(base, changed) == ["spo2.low.warning: limit 92 to 93"]
    assert read(base=base).rules == base.rules


def test_a_set_without_some_rules_is_written_so_that_it_is_read_the_same() -> None:
    changed = read({"rule_id": "rr.high.advisory", "is_off": True}, {"rule_id": "sbp.high.warning", "limit": 155})
    again, problems = read_rule_file(rule_file_text(changed))
    assert problems == [] and again is not None and again.by_id == changed.by_id


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_whatever_was_changed_comes_back_as_it_was_written(data: st.DataObject) -> None:
    rules = data.draw(st.lists(st.sampled_from(DELIVERED.rules), unique=True, min_size=1, max_size=3))
    changed, problems = read_rule_file(json.dumps({"rules": [data.draw(entry_of(rule)) for rule in rules]}))
    assume(changed is not None)
    assert changed is not None and problems == []
    again, problems = read_rule_file(rule_file_text(changed))
    assert problems == [] and again is not None and again.by_id == changed.by_id


def entry_of(rule: AlertRule) -> st.SearchStrategy[dict[str, Any]]:
    limit = rule.limit or Decimal(0)
    values: dict[str, st.SearchStrategy[Any]] = {
        "limit": st.decimals(limit * Decimal("0.97"), limit * Decimal("1.03"), places=2).map(str),
        "window_seconds": st.integers(0, 300),
        "hysteresis": st.decimals(0, 10, places=1).map(float),
        "choices": st.sampled_from([list(rule.choices), list(rule.choices[:1])]),
        "is_off": st.booleans(),
    }
    names = [*changeable_fields(rule), *(["is_off"] if may_be_left_out(rule) else [])]
    return st.fixed_dictionaries({"rule_id": st.just(rule.rule_id)}, optional={name: values[name] for name in names})


SPO2 = "spo2.low.warning"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON: line 1, column 1"),
        ('{"rules": [}', "not JSON: line 1, column 12"),
        ('{"rules": [{"rule_id": "spo2.low.warning", "limit": NaN}]}', "NaN is no number"),
        ('{"rules": [{"rule_id": "spo2.low.warning", "limit": 93, "limit": 91}]}', "spo2.low.warning: 'limit' is"),
        ('{"rules": [], "rules": []}', "the file: 'rules' is given twice"),
        ("[]", "not an object"),
        ("[" * 100_000, "nested too deep"),
        ('{"rules": {}}', "rules: not a list"),
        ("{}", "rules: not a list"),
        ('{"rules": [], "author": "Test Nurse 1"}', "author: unknown field"),
        ('{"rules": [], "version": "new"}', "version: not the version"),
        ('{"rules": [], "version": 2.5}', "version: not the version"),
        ('{"rules": [], "version": 1e400}', "version: not the version"),
        ('{"rules": [], "version": 1003}', "version: written from table 1 of the rules; this is table 2"),
        ('{"rules": [7]}', "rule 1 of the file, rule_id: is missing"),
        ('{"rules": [{"rule_id": "no\\nsuch.rule"}]}', "no?such.rule, rule_id: there is no such rule"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_in_one_line(text: str, reason: str) -> None:
    found, problems = read_rule_file(text)
    assert found is None and len(problems) == 1
    assert reason in problems[0].text() and "\n" not in problems[0].text()


@pytest.mark.parametrize(
    ("rule_id", "name", "value"),
    [
        (SPO2, "limit", "ninety"),
        (SPO2, "limit", None),
        (SPO2, "limit", True),
        (SPO2, "limit", [93]),
        (SPO2, "limit", -1),
        (SPO2, "limit", 0),
        (SPO2, "limit", 20),
        (SPO2, "limit", 101),
        (SPO2, "limit", 10**40),
        (SPO2, "limit", "92." + "1" * 30),
        ("spo2.low.warning.baseline", "limit", 100),
        ("rate.setting.warning", "limit", 0),
        ("effect.grade.warning", "limit", 3),
        (SPO2, "hysteresis", -1),
        (SPO2, "hysteresis", 51),
        ("rate.setting.warning", "hysteresis", 1),
        (SPO2, "window_seconds", 301),
        (SPO2, "window_seconds", 60.5),
        (SPO2, "window_seconds", -1),
        ("rate.setting.warning", "window_seconds", 60),
        ("spo2.low.critical", "window_seconds", 60),
        ("discharge.score.held", "choices", ["apgar"]),
        ("discharge.score.held", "choices", []),
        ("discharge.score.held", "choices", ["padss", "aldrete"]),
        ("discharge.score.held", "choices", "padss"),
        ("bolus.role.warning", "choices", ["device"]),
        ("start.pregnancy.held", "choices", ["ecg_done"]),
        (SPO2, "choices", ["padss"]),
        (SPO2, "is_off", "yes"),
        (SPO2, "is_off", 1),
        ("overdue.sign.warning", "is_off", True),
        ("event.serious.critical", "is_off", True),
        ("discharge.score.held", "is_off", True),
        (SPO2, "level", "advisory"),
        (SPO2, "words", "SpO2 is low"),
        (SPO2, "comparison", "over"),
        (SPO2, "with_sedation", True),
        (SPO2, "colour", "red"),
    ],
)
def test_a_field_that_cannot_be_so_is_named(rule_id: str, name: str, value: Any) -> None:
    assert refused({"rule_id": rule_id, name: value}) == [(rule_id, name)]


def test_all_problems_of_a_file_are_told_at_once() -> None:
    wrong: list[Any] = [
        {"rule_id": SPO2, "limit": "x", "colour": "red"}, {"rule_id": "no.such.rule"}, {"limit": 3},
        {"rule_id": "hr.high.warning", "limit": 115}, {"rule_id": "hr.high.warning", "limit": 116},
    ]  # fmt: skip
    assert refused(*wrong) == [
        (SPO2, "limit"),
        (SPO2, "colour"),
        ("no.such.rule", "rule_id"),
        ("rule 3 of the file", "rule_id"),
        ("hr.high.warning", "rule_id"),
    ]


@pytest.mark.parametrize(
    ("limits", "named"),
    [
        ({"spo2.low.critical": 93}, {"spo2.low.critical"}),
        ({"spo2.low.warning": 96}, {"spo2.low.warning"}),
        ({"hr.high.warning": 105}, {"hr.high.warning"}),
        ({"rate.range.critical": 1.5}, {"rate.range.critical"}),
        ({"rr.low.advisory": 30}, {"rr.low.advisory"}),
    ],
)
def test_limits_that_make_no_sense_together_are_refused(limits: dict[str, float], named: set[str]) -> None:
    wrong = refused(*({"rule_id": rule_id, "limit": limit} for rule_id, limit in limits.items()))
    assert {rule_id for rule_id, name in wrong if name == "limit"} >= named


def test_limits_that_are_moved_together_pass() -> None:
    changed = read({"rule_id": "spo2.low.critical", "limit": 93}, {"rule_id": SPO2, "limit": 94})
    assert changed.limit("spo2.low.critical") == 93


@NO_DEADLINE
@given(st.text(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(["rules", "rule_id", SPO2]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["rules", "rule_id", "limit", "version", "choices", "is_off"]), inner, max_size=4),
    max_leaves=12,
).map(json.dumps))  # fmt: skip
def test_whatever_the_text_there_is_a_set_or_a_reason(text: str) -> None:
    found, problems = read_rule_file(text)
    assert (found is None) == bool(problems)


def test_what_the_judges_ask_for_by_name_is_never_left_out() -> None:
    kinds = {rule.kind for rule in DELIVERED.rules if may_be_left_out(rule)}
    assert RuleKind.EVENT not in kinds and RuleKind.OVERDUE not in kinds and RuleKind.MISSING not in kinds
