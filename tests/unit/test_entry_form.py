"""Forms are built from the domain's field specifications, and nothing in them is filled in (S4)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from dash import html
from dash.development.base_component import Component

from dashboard.components.bedside_forms import (
    NOT_FOUND,
    SEDATION_LEVELS,
    VITAL_SIGN_LOOKS,
    adverse_effect_form,
    bolus_form,
    medication_form,
    pain_form,
    plan_sections,
    rate_form,
    sedation_form,
    start_form,
    vital_signs_form,
)
from dashboard.components.bedside_session import session_screen
from dashboard.components.care_forms import DISCHARGE_LEVELS, care_forms
from dashboard.components.entry_form import ChoiceGroup, FieldLook, entry_field, number_pad, unit_words
from dashboard.components.readiness_list import readiness_list
from session_store.domain.checking import Check
from session_store.domain.discharge import SCORE_ITEMS
from session_store.domain.entries import FIELD_SPECS, SCHEDULED_SIGNS, SERVER_KINDS, SESSION_KINDS, read_content
from session_store.domain.entry_checks import check_entry
from session_store.domain.entry_choices import AdverseEffectTerm, ReadinessItem, Source
from session_store.domain.entry_fields import FieldType
from session_store.domain.missing_judging import ABSENT_REASONS
from session_store.domain.readiness import READINESS_RULES
from session_store.domain.session_summary import SessionSummary


def parts_of(component: Any) -> Iterator[Any]:
    """The component and everything inside it."""
    if isinstance(component, list | tuple):
        for one in component:
            yield from parts_of(one)
    elif isinstance(component, Component):
        yield component
        yield from parts_of(getattr(component, "children", None))


def attribute(component: Any, name: str) -> str | None:
    """One attribute of a component; None when it has none."""
    value: str | None = getattr(component, name, None)
    return value


def with_attribute(component: Any, name: str) -> list[Any]:
    """Everything inside that carries the attribute."""
    return [part for part in parts_of(component) if attribute(part, name) is not None]


def field_names(form: Any) -> list[str]:
    """The fields of a form in the order shown."""
    return [getattr(part, "data-field") for part in with_attribute(form, "data-field")]


def is_recordable(scale: str, level: int) -> bool:
    """Whether the record takes this level on this scale."""
    content, problems = read_content("sedation", {"scale": scale, "level": level})
    if content is None or problems:
        return False
    now = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
    summary = SessionSummary(UUID(int=1), UUID(int=2), False, {})
    return not check_entry(Check(summary, content, Source.HAND, now, now)).refusals


def every_form() -> list[html.Section]:
    """Every form of the tablet."""
    return [
        *plan_sections(),
        vital_signs_form(),
        pain_form(),
        adverse_effect_form(),
        start_form(),
        rate_form("rate_changed", "Rate", "Save"),
        bolus_form(),
        medication_form(),
        sedation_form(),
        *care_forms().values(),
    ]


@pytest.mark.parametrize("form", every_form(), ids=lambda form: getattr(form, "data-entry-form"))
def test_every_field_is_one_of_the_domain_and_required_fields_are_shown(form: html.Section) -> None:
    specs = FIELD_SPECS[getattr(form, "data-entry-form")]
    shown = field_names(form)

    assert set(shown) <= set(specs)
    assert {name for name, spec in specs.items() if spec.required} <= set(shown)
    assert len(shown) == len(set(shown))


@pytest.mark.parametrize("form", every_form(), ids=lambda form: getattr(form, "data-entry-form"))
def test_nothing_is_chosen_or_typed_beforehand(form: html.Section) -> None:
    for part in parts_of(form):
        assert attribute(part, "value") is None
        assert attribute(part, "aria-pressed") in (None, "false")
    for place in with_attribute(form, "data-role"):
        if getattr(place, "data-role") == "input":
            assert getattr(place, "children", None) is None


@pytest.mark.parametrize("form", every_form(), ids=lambda form: getattr(form, "data-entry-form"))
def test_no_button_submits_a_page(form: html.Section) -> None:
    buttons = [part for part in parts_of(form) if isinstance(part, html.Button)]

    assert all(attribute(button, "type") == "button" for button in buttons)


def test_a_number_field_carries_the_limits_and_the_unit_of_the_domain() -> None:
    field = entry_field("vital_signs", "heart_rate_per_min")
    limits = FIELD_SPECS["vital_signs"]["heart_rate_per_min"].limits

    assert limits is not None
    assert getattr(field, "data-absolute-low") == str(limits.absolute_low)
    assert getattr(field, "data-absolute-high") == str(limits.absolute_high)
    assert getattr(field, "data-recommended-low") == str(limits.recommended_low)
    assert getattr(field, "data-recommended-high") == str(limits.recommended_high)
    assert getattr(field, "data-unit") == "/min"
    assert getattr(field, "data-type") == "number"


def test_units_are_in_words_of_the_screen() -> None:
    assert unit_words(FIELD_SPECS["vital_signs"]["temperature_celsius"]) == "°C"
    assert unit_words(FIELD_SPECS["pain_score"]["score_points"]) == ""
    assert unit_words(FIELD_SPECS["pain_score"]["score_mm"]) == "mm"


@pytest.mark.parametrize("form", every_form(), ids=lambda form: getattr(form, "data-entry-form"))
def test_choices_are_those_of_the_domain(form: html.Section) -> None:
    for field in with_attribute(form, "data-field"):
        spec = FIELD_SPECS[getattr(form, "data-entry-form")][getattr(field, "data-field")]
        offered = [getattr(part, "data-choice") for part in with_attribute(field, "data-choice")]
        if spec.type in (FieldType.CHOICE, FieldType.CHOICES):
            assert sorted(offered) == sorted(spec.choices)
        if spec.type is FieldType.BOOLEAN:
            assert offered == ["true", "false"]


def test_pain_is_asked_with_eleven_buttons() -> None:
    score = next(
        part for part in with_attribute(pain_form(), "data-field") if getattr(part, "data-field") == "score_points"
    )

    offered = [getattr(part, "data-choice") for part in with_attribute(score, "data-choice")]

    assert offered == [str(points) for points in range(11)]


def test_every_adverse_effect_is_offered_once() -> None:
    term = next(
        part for part in with_attribute(adverse_effect_form(), "data-field") if getattr(part, "data-field") == "term"
    )

    offered = [getattr(part, "data-choice") for part in with_attribute(term, "data-choice")]

    assert sorted(offered) == sorted(AdverseEffectTerm)


@pytest.mark.parametrize("sign", SCHEDULED_SIGNS)
def test_every_scheduled_sign_can_be_not_measured_with_a_reason(sign: str) -> None:
    field = entry_field("vital_signs", sign, VITAL_SIGN_LOOKS[sign])

    reasons = json.loads(getattr(field, "data-reasons"))

    assert {"movement", "device_fault", "declined", "other"} <= set(reasons)


def test_the_emergency_reason_is_the_one_that_alerts() -> None:
    assert NOT_FOUND in ABSENT_REASONS
    with_emergency = {sign for sign, look in VITAL_SIGN_LOOKS.items() if NOT_FOUND in look.reasons}
    assert with_emergency == {"heart_rate_per_min", "systolic_mmhg", "diastolic_mmhg", "respiratory_rate_per_min"}


def test_a_drug_is_offered_by_name_and_never_by_dose() -> None:
    form = medication_form()
    dose = next(part for part in with_attribute(form, "data-field") if getattr(part, "data-field") == "dose")

    assert not with_attribute(dose, "data-suggestion")
    assert all(
        not any(letter.isdigit() for letter in getattr(part, "data-suggestion"))
        for part in with_attribute(form, "data-suggestion")
    )


def test_the_pad_has_a_decimal_point_and_delete() -> None:
    keys = {getattr(part, "data-key") for part in with_attribute(number_pad(), "data-key")}

    assert keys == {*"0123456789", ".", "delete", "next"}


@pytest.mark.parametrize("scale", list(SEDATION_LEVELS))
def test_sedation_levels_are_all_those_that_the_record_accepts(scale: str) -> None:
    offered = {int(level) for level in SEDATION_LEVELS[scale]}

    assert {level for level in range(-6, 8) if is_recordable(scale, level)} == offered


def test_groups_keep_their_words_and_conditions() -> None:
    look = FieldLook(as_buttons=True, groups=[ChoiceGroup(("1",), {"1": "one"}, "Head", "scale=rass")])

    field = entry_field("sedation", "level", look)

    group = next(part for part in with_attribute(field, "data-shown-if"))
    assert getattr(group, "data-shown-if") == "scale=rass"
    assert with_attribute(group, "data-choice")[0].children == "one"


def test_a_free_number_cannot_be_shown_as_buttons() -> None:
    with pytest.raises(ValueError, match="without choices or limits"):
        entry_field("note", "text", FieldLook(as_buttons=True))


def test_each_view_of_a_session_can_be_opened_and_each_form_is_there_once() -> None:
    screen = session_screen("01a1fbfb-cc65-78ac-a8c2-5b17dff07ae4")
    views = [getattr(part, "data-view") for part in with_attribute(screen, "data-view")]
    forms = [getattr(part, "data-entry-form") for part in with_attribute(screen, "data-entry-form")]
    openers = {getattr(part, "data-open-form") for part in with_attribute(screen, "data-open-form")}

    assert len(views) == len(set(views))
    assert len(forms) == len(set(forms))
    assert openers <= set(views)
    assert set(forms) <= set(FIELD_SPECS)


# Kinds that are no form of their own: one tap, the readiness list, or they speak about an entry or alert on the screen.
# What the server alone records is typed by nobody.
WITHOUT_FORM = {
    "readiness_item", "session_ready", "infusion_paused", "infusion_resumed", "serious_event", "transferred",
    "left_against_advice", "amendment", "entered_in_error", "acknowledgement", "at_the_chair",
}  # fmt: skip


def test_every_kind_of_a_session_can_be_typed_or_tapped() -> None:
    forms = {getattr(form, "data-entry-form") for form in every_form()}

    of_the_physician = {"start_override", "discharge_override", "patient_limit", "oxygen_target"}
    assert forms | WITHOUT_FORM | of_the_physician == set(SESSION_KINDS) - SERVER_KINDS


def test_the_readiness_list_asks_every_item_with_its_source_and_answers_none() -> None:
    items = with_attribute(readiness_list(), "data-item")

    assert [getattr(item, "data-item") for item in items] == [str(item) for item in ReadinessItem]
    for item in items:
        words = " ".join(str(getattr(part, "children", "")) for part in parts_of(item))
        rule = READINESS_RULES[ReadinessItem(getattr(item, "data-item"))]
        assert rule.words in words and rule.citation.replace("recommendation ", "") in words
        answers = with_attribute(item, "data-answer")
        assert [getattr(one, "data-answer") for one in answers] == ["yes", "no", "not_applicable"]
        assert {getattr(one, "aria-pressed") for one in answers} == {"false"}


def test_every_discharge_item_has_three_levels() -> None:
    assert set(DISCHARGE_LEVELS) == {name for names in SCORE_ITEMS.values() for name in names}
    form = care_forms()["discharge_assessment"]
    for field in with_attribute(form, "data-field"):
        if getattr(field, "data-field") in DISCHARGE_LEVELS:
            assert [getattr(one, "data-choice") for one in with_attribute(field, "data-choice")] == ["2", "1", "0"]


@pytest.mark.parametrize("form", every_form(), ids=lambda form: getattr(form, "data-entry-form"))
def test_every_part_of_a_form_can_be_opened_and_a_value_in_another_unit_has_its_way_back(form: html.Section) -> None:
    parts = [getattr(part, "data-part") for part in with_attribute(form, "data-part")]
    buttons = [getattr(part, "data-open-part") for part in with_attribute(form, "data-open-part")]
    others = {
        getattr(field, "data-field"): getattr(field, "data-other-unit")
        for field in with_attribute(form, "data-other-unit")
    }

    assert parts == buttons
    assert all(others[other] == name for name, other in others.items())


def test_the_one_tap_acts_have_no_fields() -> None:
    screen = session_screen("01a1fbfb-cc65-78ac-a8c2-5b17dff07ae4")
    bar = next(part for part in parts_of(screen) if attribute(part, "id") == "bedside--bar")
    ids = [attribute(part, "id") for part in parts_of(bar) if isinstance(part, html.Button)]

    assert ids == ["bedside--pause", "bedside--stop", "bedside--serious", "bedside--resume"]
    assert not with_attribute(bar, "data-field")
