"""What holds a start or a discharge stands somewhere on the tablet, and leads to a form that is there."""

import pytest

from dashboard.components.bedside_session import session_screen
from dashboard.components.gate_screen import GATES, PLACES, Gate, held_view_name
from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.model import RuleKind
from tests.unit.test_entry_form import attribute, with_attribute

RULES = [*DELIVERED.of_kind(RuleKind.START_GATE), *DELIVERED.of_kind(RuleKind.DISCHARGE_GATE)]
SCREEN = session_screen("01890a5d-ac96-774b-bcce-b302099a8057")
VIEWS = {attribute(one, "data-view") for one in with_attribute(SCREEN, "data-view")}


@pytest.mark.parametrize("rule_id", [rule.rule_id for rule in RULES])
def test_every_item_of_a_gate_has_a_place_and_a_form_that_exists(rule_id: str) -> None:
    group, view = PLACES[rule_id]
    assert group in GATES[rule_id.split(".")[0]].groups
    assert view in VIEWS | {""}


def test_no_place_is_kept_for_a_rule_that_is_gone() -> None:
    assert PLACES.keys() == {rule.rule_id for rule in RULES}


@pytest.mark.parametrize("gate", GATES.values(), ids=lambda gate: gate.name)
def test_a_gate_has_its_card_its_list_its_line_and_its_override(gate: Gate) -> None:
    frames = [one for one in with_attribute(SCREEN, "data-gate") if attribute(one, "data-gate") == gate.name]
    assert len(frames) == 2 and {attribute(one, "data-kind") for one in frames} == {gate.kind}
    lines = [one for one in with_attribute(SCREEN, "data-gate-line") if attribute(one, "data-gate-line") == gate.name]
    assert len(lines) == 1 and attribute(lines[0], "data-open-form") == held_view_name(gate)
    forms = {attribute(one, "data-entry-form") for one in with_attribute(SCREEN, "data-entry-form")}
    assert {gate.kind, gate.override} <= forms and held_view_name(gate) in VIEWS


def test_a_password_is_typed_by_hand_and_stands_nowhere() -> None:
    places = with_attribute(SCREEN, "data-input")
    assert [attribute(one, "data-input") for one in places] == ["username", "password"] * len(GATES)
    assert all(not getattr(one, "children", None) for one in places)
