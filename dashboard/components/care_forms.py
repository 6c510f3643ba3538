"""The forms behind "More" on the tablet, in groups: preparation, drug and bag, assessment, team, after, closing.

A table of data: each form names its kind of entry, its words and how its fields look; the fields themselves are the
domain's. The readiness check list is no form: each of its items is an entry of its own, answered by one tap.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dash import html

from dashboard.components.bedside_forms import (
    CLINICIANS,
    EQUIPMENT_LOOKS,
    PHYSICIANS,
    SETTING_LOOKS,
    WEIGHT_LOOKS,
    fields_of,
    grade_fields,
)
from dashboard.components.entry_form import ChoiceGroup, FieldLook, entry_field, entry_form, form_part
from dashboard.components.entry_words import button_words
from dashboard.components.gate_screen import DISCHARGE, gate_line
from session_store.domain.discharge import SCORE_ITEMS
from session_store.domain.entry_choices import CourseDecision, EffectAction, FollowOnDrug, FollowUpPoint, Reached
from session_store.domain.session_checks import NEEDED_CREDENTIALS

# Points of each discharge item in the short words of the published levels (clinical.md 5.1, 5.2).
DISCHARGE_LEVELS: dict[str, tuple[str, str, str]] = {
    "padss_vital_signs": ("within 20 %", "20 to 40 %", "over 40 %"),
    "padss_ambulation": ("steady", "needs help", "unable, dizzy"),
    "padss_nausea": ("minimal", "moderate", "severe"),
    "padss_pain": ("at baseline or less", "moderate", "severe"),
    "padss_iv_site": ("minimal", "moderate", "severe"),
    "aldrete_activity": ("4 limbs", "2 limbs", "none"),
    "aldrete_respiration": ("deep, coughs", "limited", "apnoea"),
    "aldrete_circulation": ("BP within 20 %", "20 to 49 %", "50 % or more"),
    "aldrete_consciousness": ("awake", "on calling", "no response"),
    "aldrete_oxygen_saturation": ("> 92 % on air", "needs oxygen", "< 90 % with it"),
}
_BAG_LOOKS = {
    "concentration_mg_per_ml": FieldLook(),
    "volume_ml": FieldLook(),
    "lot": FieldLook(remark="optional"),
    "prepared_by": FieldLook(),
    "checked_by": FieldLook(remark="a second person"),
    "use_by": FieldLook(remark="optional"),
}


def _handover_looks(roles: Sequence[str], needs: Sequence[str] = ()) -> dict[str, FieldLook]:
    """Who takes over: an account with one tap, or a name."""
    return {
        "taken_over_by_account_id": FieldLook(
            label="Taken over by", staff=roles, needs=needs, name_into="taken_over_by"
        ),
        "taken_over_by": FieldLook(label="Name"),
        "remark": FieldLook(remark="optional", is_long=True),
    }


_OPTIONAL_REASON = {"reason": FieldLook(remark="optional")}


@dataclass(frozen=True, slots=True)
class CareForm:
    """One form: the button that opens it, its title and save button, and its fields, in parts where they are many."""

    opener: str
    title: str
    looks: Mapping[str, FieldLook] = field(default_factory=dict)
    save: str = "Save"
    with_pad: bool = False
    parts: Mapping[str, tuple[str, Mapping[str, FieldLook]]] = field(default_factory=dict)


FOLLOW_UP_PARTS: dict[str, tuple[str, Mapping[str, FieldLook]]] = {
    "pain": (
        "Pain, satisfaction",
        {
            "point": FieldLook(words=button_words("point", *FollowUpPoint)),
            "reached": FieldLook(words=button_words("reached", *Reached)),
            "instrument": FieldLook(
                label="Pain scale", words={"nrs": "NRS 0 to 10", "vas": "VAS 0 to 100 mm"}, shown_if="reached=yes"
            ),
            "score_points": FieldLook(label="Score", unit="0 to 10", shown_if="instrument=nrs"),
            "score_mm": FieldLook(label="Score", shown_if="instrument=vas"),
            "recall": FieldLook(
                label="Speaks of",
                words={"now": "Now", "average_24h": "Average of 24 h", "worst_24h": "Worst of 24 h"},
                shown_if="instrument=*",
            ),
            "circumstance": FieldLook(
                label="Taken at", words={"rest": "Rest", "movement": "Movement"}, shown_if="instrument=*"
            ),
            "satisfaction": FieldLook(remark="optional", shown_if="reached=yes"),
        },
    ),
    "function": (
        "Change, function",
        {
            "global_change": FieldLook(label="Global change", remark="PGIC, optional", shown_if="reached=yes"),
            "function_measure": FieldLook(label="Measure", remark="as in ODI, BPI", shown_if="reached=yes"),
            "function_score": FieldLook(label="Its score", shown_if="function_measure=*"),
            "function_low": FieldLook(label="Lowest score", remark="of the measure", shown_if="function_measure=*"),
            "function_high": FieldLook(label="Highest score", remark="of the measure", shown_if="function_measure=*"),
            "is_higher_better": FieldLook(
                label="Better is", words={"true": "Higher", "false": "Lower"}, shown_if="function_measure=*"
            ),
        },
    ),
    "after": (
        "Sleep, drugs, late effects",
        {
            "sleep_points": FieldLook(label="Sleep", unit="0 best, 10 worst", shown_if="reached=yes"),
            "mood_points": FieldLook(label="Mood", unit="0 best, 10 worst", shown_if="reached=yes"),
            "opioid_mg_morphine_per_day": FieldLook(label="Opioids", remark="oral morphine", shown_if="reached=yes"),
            "late_effects": FieldLook(remark="several", words={"none": "None of them"}, shown_if="reached=yes"),
            "follow_on_drug": FieldLook(words=button_words("follow_on_drug", *FollowOnDrug), shown_if="reached=yes"),
            "remark": FieldLook(remark="optional", is_long=True),
        },
    ),
}

PREPARATION: dict[str, CareForm] = {
    "patient_history": CareForm(
        "Patient history",
        "Patient history",
        {
            "takes_home_opioids": FieldLook(label="Opioids at home"),
            "home_opioid_mg_morphine_per_day": FieldLook(
                label="How much", remark="oral morphine", shown_if="takes_home_opioids=true"
            ),
            "takes_home_benzodiazepines": FieldLook(label="Benzo\N{SOFT HYPHEN}diazepines at home"),
            "has_respiratory_disease": FieldLook(),
            "has_sleep_apnoea_risk": FieldLook(label="Sleep apnoea or risk"),
            "remark": FieldLook(remark="optional", is_long=True),
        },
    ),
    "consent": CareForm(
        "Consent",
        "Consent",
        {
            "is_given": FieldLook(words={"true": "Given", "false": "Refused"}),
            "scope": FieldLook(words={"session": "This session", "course": "The whole course"}),
            "taken_by": FieldLook(staff=CLINICIANS),
            "form_version": FieldLook(remark="optional"),
        },
    ),
    "weight": CareForm("Weight", "Weight", WEIGHT_LOOKS, with_pad=True),
    "setting_attested": CareForm("Setting attested", "Setting", {**SETTING_LOOKS, **EQUIPMENT_LOOKS}),
}
DRUG_AND_BAG: dict[str, CareForm] = {
    "bag_dispensed": CareForm("Bag dispensed", "Bag dispensed", _BAG_LOOKS, with_pad=True),
    "bag_changed": CareForm("Bag changed", "Bag changed", _BAG_LOOKS, with_pad=True),
    "drug_drawn": CareForm(
        "Drug drawn",
        "Drug drawn",
        {
            "amount_mg": FieldLook(),
            "vial_lot": FieldLook(remark="optional"),
            "vial_strength_mg_per_ml": FieldLook(remark="optional"),
        },
        with_pad=True,
    ),
    "drug_wasted": CareForm(
        "Drug wasted",
        "Drug wasted",
        {
            "amount_mg": FieldLook(),
            "reason": FieldLook(remark="optional"),
            "single_handed_reason": FieldLook(label="No witness", remark="only if nobody is at hand: why"),
        },
        with_pad=True,
    ),
    "drug_returned": CareForm(
        "Drug returned",
        "Drug returned",
        {"amount_mg": FieldLook(), "returned_to": FieldLook(remark="optional")},
        with_pad=True,
    ),
    "ledger_witnessed": CareForm(
        "Witness a waste",
        "Witness a waste",
        {"witnessed_entry_id": FieldLook(label="I have seen", names="drug_wasted")},
        save="I have seen it",
    ),
}
ASSESSMENT: dict[str, CareForm] = {
    "dissociation": CareForm(
        "Dissociation",
        "Dissociation",
        {
            "scale": FieldLook(words={"cadss": "CADSS total", "cadss_6": "CADSS-6 total", "rating_0_10": "0 to 10"}),
            "score": FieldLook(),
        },
        with_pad=True,
    ),
    "pump_volume": CareForm(
        "Pump volume", "Pump volume", {"volume_infused_ml": FieldLook(label="Infused")}, with_pad=True
    ),
}
TEAM: dict[str, CareForm] = {
    "chair_handover": CareForm("Chair handover", "Chair handed over", _handover_looks(CLINICIANS)),
    "supervision_handover": CareForm(
        "Supervision handover",
        "Supervision handed over",
        _handover_looks(PHYSICIANS, NEEDED_CREDENTIALS["supervising_account_id"]),
    ),
    "message": CareForm(
        "Message",
        "Message",
        {"to": FieldLook(words={"desk": "The desk", "bedside": "The bedside"}), "text": FieldLook(is_long=True)},
        save="Send",
    ),
    "note": CareForm("Note", "Note", {"text": FieldLook(is_long=True)}),
}
AFTER: dict[str, CareForm] = {
    "follow_up": CareForm("Follow-up", "Follow-up", with_pad=True, parts=FOLLOW_UP_PARTS),
    "course_decision": CareForm(
        "Course decision",
        "Course of sessions",
        {"decision": FieldLook(words=button_words("decision", *CourseDecision)), "reason": FieldLook(is_long=True)},
    ),
}
CLOSING: dict[str, CareForm] = {
    "infusion_ended": CareForm("End infusion with a reason", "End infusion", _OPTIONAL_REASON, save="End infusion"),
    "discharged": CareForm(
        "Discharge home",
        "Discharge home",
        {
            "escort": FieldLook(remark="who takes the patient home"),
            "has_written_instructions": FieldLook(label="Written instructions", words={"true": "Given"}),
            "has_driving_advice": FieldLook(
                label="No driving until tomorrow", words={"true": "Told", "false": "Not told"}
            ),
        },
        save="Discharge",
    ),
    "session_aborted": CareForm("Abort session", "Abort session", _OPTIONAL_REASON, save="Abort session"),
    "session_cancelled": CareForm("Cancel session", "Cancel session", _OPTIONAL_REASON, save="Cancel session"),
}
CARE_FORMS: dict[str, CareForm] = {**PREPARATION, **DRUG_AND_BAG, **ASSESSMENT, **TEAM, **AFTER, **CLOSING}


def care_forms() -> dict[str, html.Section]:
    """Every form behind "More" that is made of its fields alone, by kind of entry; the two special ones beside them."""
    plain = {kind: _form(kind, form) for kind, form in CARE_FORMS.items()}
    plain[DISCHARGE.kind] = _discharge_form()
    return {**plain, "discharge_assessment": discharge_assessment_form(), "adverse_effect_update": effect_update_form()}


def care_openers(forms: Mapping[str, CareForm]) -> tuple[tuple[str, str], ...]:
    """View name and words of the button that opens it, for each form of a group."""
    return tuple((kind, form.opener) for kind, form in forms.items())


def _form(kind: str, form: CareForm) -> html.Section:
    parts = {name: words for name, (words, _) in form.parts.items()}
    fields = [form_part(name, fields_of(kind, looks)) for name, (_, looks) in form.parts.items()]
    return entry_form(
        kind,
        form.title,
        fields or fields_of(kind, form.looks),
        save=form.save,
        with_pad=form.with_pad,
        parts=parts or None,
    )


def _discharge_form() -> html.Section:
    """The discharge home, with what holds it."""
    form = CLOSING[DISCHARGE.kind]
    return entry_form(
        DISCHARGE.kind, form.title, [gate_line(DISCHARGE), *fields_of(DISCHARGE.kind, form.looks)], save=form.save
    )


def discharge_assessment_form() -> html.Section:
    """One score item by item; the total is counted while choosing and stays open until every item has an answer."""
    kind = "discharge_assessment"
    score = FieldLook(words={"padss": "PADSS", "aldrete": "Modified Aldrete"})
    items = [
        entry_field(kind, name, _level_look(name, f"score={score_name}"))
        for score_name, names in SCORE_ITEMS.items()
        for name in names
    ]
    first = html.P("Choose the score first.", className="quiet", **{"data-shown-if": "score="})
    total = html.Div("", className="discharge-total", role="status", **{"data-show": "discharge-total"})
    lacking = html.Div("", className="discharge-lacking", role="status", **{"data-show": "discharge-lacking"})
    beside = {
        "is_oriented": FieldLook(label="Oriented, dissociation gone"),
        "walks_safely": FieldLook(),
        "understands_instructions": FieldLook(label="Understands instructions"),
    }
    return entry_form(
        kind,
        "Discharge assessment",
        [entry_field(kind, "score", score), first, *items],
        side=[total, *fields_of(kind, beside), lacking],
    )


def _level_look(name: str, shown_if: str) -> FieldLook:
    levels = {str(2 - place): f"{2 - place}: {words}" for place, words in enumerate(DISCHARGE_LEVELS[name])}
    label = "Conscious\N{SOFT HYPHEN}ness" if name == "aldrete_consciousness" else ""
    return FieldLook(
        label=label, unit="", as_buttons=True, groups=[ChoiceGroup(tuple(levels), levels)], shown_if=shown_if
    )


def effect_update_form() -> html.Section:
    """How an effect on record went on; which one is chosen from the record."""
    kind = "adverse_effect_update"
    looks = {
        "effect_entry_id": FieldLook(names="adverse_effect"),
        "outcome": FieldLook(),
        "resolved_at": FieldLook(remark="HH:MM, if it has", is_past=True),
        "action_taken": FieldLook(remark="optional", words=button_words("action_taken", *EffectAction)),
        "description": FieldLook(remark="optional", is_long=True),
    }
    return entry_form(kind, "Update of an effect", fields_of(kind, looks), side=grade_fields(kind))
