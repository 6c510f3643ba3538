"""Forms for entries, built from the domain's field specifications: one truth for label, unit, limits and choices.

Python writes the frame with `data-*` attributes; `assets/30_entry_form.js` puts native inputs into it and reads them.
Nothing here carries a value: every input and every choice starts empty (S4).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import html

from session_store.domain.entries import FIELD_SPECS
from session_store.domain.entry_fields import FieldSpec, FieldType
from session_store.domain.limits import Limits

# UCUM and counting units in the words of the screen.
UNIT_WORDS = {"Cel": "°C", "[degF]": "°F", "[lb_av]": "lb", "points": "", "mg/d": "mg a day", "d": "days"}
YES_NO = {"true": "Yes", "false": "No"}
_CHOSEN = frozenset({FieldType.CHOICE, FieldType.BOOLEAN, FieldType.CHOICES, FieldType.UUID})
PAD_KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "0", "delete")


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    """Some values of a choice together, under a heading, shown only while `shown_if` (`field=value`) holds; with
    `opened_by` they stand behind a button of these words until it is tapped."""

    values: Sequence[str]
    words: Mapping[str, str] = field(default_factory=dict)
    heading: str = ""
    shown_if: str = ""
    opened_by: str = ""


@dataclass(frozen=True, slots=True)
class FieldLook:
    """How one field is shown where the domain leaves it open.

    `remark`: small words under the label. `words`: words of the choices. `reasons`: `{code: words}` for "could not
    measure"; empty where that is no answer. `suggestions`: texts that one tap types in; never doses.
    `as_buttons`: a small whole number as one button a value. `groups`: the values of a choice in rows of their own;
    all in one row where none is named. `shown_if`: `field=value` of the same form. `excludes`: a field that this one
    empties, and that empties this one. `also`: a field that takes the same reason. `other_unit`: a field of the same
    form that holds this value in another unit; a button changes over, and one of the two is shown. `names`: the kind of
    entry on record that an id names, or "unwitnessed". `is_past`: a time typed as HH:MM, the last one before now.
    `staff`: the roles of the people who are offered, as accounts where the field is an id, else by name; `needs`: the
    credentials whose state stands beside each; `name_into`: the text field that takes the chosen person's name while it
    is empty.
    """

    label: str = ""
    remark: str = ""
    unit: str | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    suggestions: Sequence[str] = ()
    as_buttons: bool = False
    groups: Sequence[ChoiceGroup] = ()
    shown_if: str = ""
    excludes: str = ""
    also: str = ""
    is_long: bool = False
    other_unit: str = ""
    is_away: bool = False
    names: str = ""
    is_past: bool = False
    staff: Sequence[str] = ()
    needs: Sequence[str] = ()
    name_into: str = ""


PLAIN = FieldLook()


def entry_field(kind: str, name: str, look: FieldLook = PLAIN) -> html.Div:
    """One field of an entry kind, as the domain specifies it."""
    spec = FIELD_SPECS[kind][name]
    label = look.label or spec.label or in_words(name)
    is_chosen = look.as_buttons or spec.type in _CHOSEN
    middle = _choices(spec, look, label) if is_chosen else html.Div(className="field__input", **{"data-role": "input"})
    parts = [
        html.Span([label, html.Small(look.remark, className="field__remark")], className="field__label"),
        middle,
        html.Div(unit_words(spec, look), className="field__note", **{"data-role": "note"}),
        *_unit_switch(kind, look),
        *_suggestions(look),
        *_people(spec, look),
        *_could_not(look, label),
    ]
    shape = "field--choice" if is_chosen else f"field--{'long' if look.is_long else spec.type.value}"
    away = " hidden" if look.is_away else ""
    return html.Div(parts, className=f"field {shape}{away}", **_attributes(name, spec, look, label))


def form_part(name: str, fields: Sequence[Any]) -> html.Div:
    """Some fields of a form that are shown together; a button of `part_buttons` brings them to the front."""
    return html.Div(fields, className="form-part", **{"data-part": name})


def part_buttons(parts: Mapping[str, str]) -> html.Div:
    """One button a part, in the words given; the first part is the one shown."""
    buttons = [
        html.Button(words, type="button", className="form-parts__button", **{"data-open-part": name})
        for name, words in parts.items()
    ]
    return html.Div(buttons, className="form-parts", role="group", **{"aria-label": "Parts of this form"})


def entry_form(
    kind: str,
    title: str,
    fields: Sequence[Any],
    *,
    side: Sequence[Any] = (),
    save: str = "Save",
    with_pad: bool = False,
    pad_shown_if: str = "",
    parts: Mapping[str, str] | None = None,
) -> html.Section:
    """A whole form with its own save button: fields on the left, pad and save on the right. `parts`: the words of the
    buttons that bring each `form_part` to the front."""
    pad = [number_pad(pad_shown_if)] if with_pad else []
    right = [html.Div([*pad, *side], className="entry-form__tools"), save_button(save)]
    return html.Section(
        [
            form_head(title, parts),
            html.Div([*fields, problem_list()], className="entry-form__fields"),
            html.Div(right, className="entry-form__side"),
        ],
        className="entry-form",
        **{"data-entry-form": kind, "aria-label": title},
    )


def form_section(kind: str, title: str, fields: Sequence[Any], *, remark: str = "") -> html.Section:
    """A part of a larger page that is saved as a whole: no save button, no pad, no time of its own."""
    head = [html.H2(title, className="entry-form__title"), html.P(remark, className="quiet small form-section__remark")]
    return html.Section(
        [
            html.Div(head, className="form-section__head"),
            html.Div(fields, className="form-section__fields"),
            problem_list(),
        ],
        className="form-section card",
        **{"data-entry-form": kind, "aria-label": title},
    )


def form_head(title: str, parts: Mapping[str, str] | None = None) -> html.Div:
    """Title, parts, status line ("Saved 14:26"), and the time that the entry will carry."""
    return html.Div(
        [
            html.H2(title, className="entry-form__title"),
            *([part_buttons(parts)] if parts else []),
            html.Div("", className="entry-form__status", role="status", **{"data-role": "status"}),
            html.Div(
                html.Button("Time: now", type="button", className="entry-form__time", **{"data-role": "time"}),
                className="entry-form__when",
                **{"data-role": "when"},
            ),
        ],
        className="entry-form__head",
    )


def problem_list() -> html.Div:
    """Where problems stand that belong to no field shown."""
    return html.Div(className="entry-form__problems", **{"data-role": "problems"})


def save_button(words: str) -> html.Button:
    """The one primary action of a form."""
    return html.Button(words, type="button", className="primary entry-form__save", **{"data-role": "save"})


def number_pad(shown_if: str = "") -> html.Div:
    """Large keys that type into the field in use; the reasons of "could not measure" take the same place."""
    keys = [
        html.Button("delete" if key == "delete" else key, type="button", className="pad__key", **{"data-key": key})
        for key in PAD_KEYS
    ]
    next_key = html.Button("Next", type="button", className="pad__next", **{"data-key": "next"})
    return html.Div(
        [
            html.Div([*keys, next_key], className="pad__keys"),
            html.Div(className="pad__reasons hidden", **{"data-role": "reasons"}),
        ],
        className="pad",
        **{"data-role": "pad", **({"data-shown-if": shown_if} if shown_if else {})},
    )


def in_words(code: str) -> str:
    """A code as words: "racemic_ketamine" as "Racemic ketamine"."""
    return code.replace("_", " ").capitalize()


def unit_words(spec: FieldSpec, look: FieldLook = PLAIN) -> str:
    """The unit beside the input; empty where there is none."""
    if look.unit is not None:
        return look.unit
    unit = spec.limits.unit if spec.limits is not None else ""
    return UNIT_WORDS.get(unit, unit)


def _attributes(name: str, spec: FieldSpec, look: FieldLook, label: str) -> dict[str, str]:
    attributes = {
        "data-field": name,
        "data-type": spec.type.value,
        "data-label": label,
        "data-required": str(spec.required).lower(),
        "data-max-length": str(spec.max_length),
        "data-shown-if": look.shown_if,
        "data-excludes": look.excludes,
        "data-also": look.also,
        "data-other-unit": look.other_unit,
        "data-names": look.names,
        "data-past": "true" if look.is_past else "",
        "data-staff": " ".join(look.staff),
        "data-needs": " ".join(look.needs),
        "data-name-into": look.name_into,
        **_limit_attributes(spec.limits, unit_words(spec, look)),
    }
    if look.reasons:
        attributes["data-reasons"] = json.dumps(dict(look.reasons))
    return {key: value for key, value in attributes.items() if value}


def _limit_attributes(limits: Limits | None, unit: str) -> dict[str, str]:
    if limits is None:
        return {}
    return {
        "data-unit": unit,
        "data-absolute-low": str(limits.absolute_low),
        "data-absolute-high": str(limits.absolute_high),
        "data-recommended-low": str(limits.recommended_low),
        "data-recommended-high": str(limits.recommended_high),
    }


def _values(spec: FieldSpec) -> Sequence[str]:
    if spec.type is FieldType.BOOLEAN:
        return tuple(YES_NO)
    if spec.type is FieldType.UUID:
        return ()  # filled from the record or with the staff
    if spec.choices:
        return tuple(str(value) for value in spec.choices)
    if spec.limits is None:
        raise ValueError("a field without choices or limits cannot be shown as buttons")
    return [str(value) for value in range(int(spec.limits.absolute_low), int(spec.limits.absolute_high) + 1)]


def _choices(spec: FieldSpec, look: FieldLook, label: str) -> html.Div:
    words = {**(YES_NO if spec.type is FieldType.BOOLEAN else {}), **look.words}
    groups = look.groups or [ChoiceGroup(_values(spec))]
    return html.Div(
        [_choice_group(group, words) for group in groups],
        className="choices",
        role="group",
        **{"data-role": "choices", "aria-label": label},
    )


def _choice_group(group: ChoiceGroup, words: Mapping[str, str]) -> html.Div:
    head = [html.Div(group.heading, className="choices__heading")] if group.heading else []
    condition = {"data-shown-if": group.shown_if} if group.shown_if else {}
    every_word = {**words, **group.words}
    buttons = [_choice_button(value, every_word.get(value, in_words(value))) for value in group.values]
    row = html.Div(buttons, className="choices__row" + (" hidden" if group.opened_by else ""))
    opener = [_group_opener(group.opened_by)] if group.opened_by else []
    return html.Div([*head, *opener, row], className="choices__group", **condition)


def _group_opener(words: str) -> html.Button:
    return html.Button(words, type="button", className="choices__more", **{"data-role": "more-choices"})


def _choice_button(value: str, words: str) -> html.Button:
    return html.Button(words, type="button", className="choice", **{"data-choice": value, "aria-pressed": "false"})


def _unit_switch(kind: str, look: FieldLook) -> list[html.Button]:
    if not look.other_unit:
        return []
    unit = unit_words(FIELD_SPECS[kind][look.other_unit])
    return [
        html.Button(
            f"in {unit}",
            type="button",
            className="field__unit",
            **{"data-role": "unit-switch", "data-other": look.other_unit},
        )
    ]


def _suggestions(look: FieldLook) -> list[html.Div]:
    if not look.suggestions:
        return []
    buttons = [
        html.Button(text, type="button", className="suggestion", **{"data-suggestion": text})
        for text in look.suggestions
    ]
    return [html.Div(buttons, className="suggestions")]


def _people(spec: FieldSpec, look: FieldLook) -> list[html.Div]:
    """Where the names of the staff are offered for a text; filled by the page."""
    if not look.staff or spec.type is not FieldType.TEXT:
        return []
    return [html.Div([], className="suggestions", **{"data-role": "staff-names"})]


def _could_not(look: FieldLook, label: str) -> list[html.Button]:
    if not look.reasons:
        return []
    name = f"{label}: could not measure, because"
    return [
        html.Button(
            "could not",
            type="button",
            className="field__could-not",
            **{"data-role": "could-not", "aria-label": name, "aria-pressed": "false"},
        )
    ]
