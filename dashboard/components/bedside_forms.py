"""The forms of the bedside tablet: which fields of the domain each shows, in which words and order.

Drug names are offered as a pick-list (the rescue and adjunct drugs of published protocols); a dose is always typed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboard.components.entry_form import ChoiceGroup, FieldLook, entry_field, entry_form, form_part, form_section
from dashboard.components.entry_words import button_words
from dashboard.components.gate_screen import START, gate_line
from session_store.accounts import Role
from session_store.domain.entry_choices import EMERGENCY_TERMS, AdverseEffectTerm, EffectAction
from session_store.domain.limits import (
    BOLUS_CRITICAL_MG_PER_KG,
    BOLUS_USUAL_HIGH_MG_PER_KG,
    RATE_CRITICAL_MG_PER_KG_PER_H,
)
from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.session_checks import NEEDED_CREDENTIALS

# "not_found" is an emergency where it means no pulse, no pressure or no breathing; the server raises the alert.
NOT_FOUND = "not_found"
_REASONS = {"movement": "Movement", "device_fault": "Device fault", "declined": "Patient declined"}
_OTHER = {"other": "Other reason"}
PHYSICIANS = (Role.PHYSICIAN,)
CLINICIANS = (Role.NURSE, Role.PHYSICIAN_ASSISTANT, Role.PHYSICIAN)


def reasons_with(not_found_words: str = "") -> dict[str, str]:
    """Reasons of "could not measure"; with the emergency finding of this sign where it has one."""
    found = {NOT_FOUND: not_found_words} if not_found_words else {}
    return {**_REASONS, **found, **_OTHER}


VITAL_SIGN_LOOKS: dict[str, FieldLook] = {
    "heart_rate_per_min": FieldLook(reasons=reasons_with("No pulse felt: emergency")),
    "systolic_mmhg": FieldLook(reasons=reasons_with("Not recordable: emergency"), also="diastolic_mmhg"),
    "diastolic_mmhg": FieldLook(reasons=reasons_with("Not recordable: emergency"), also="systolic_mmhg"),
    "spo2_percent": FieldLook(reasons={**_REASONS, "no_signal": "No signal found", **_OTHER}),
    "respiratory_rate_per_min": FieldLook(reasons=reasons_with("No breathing: emergency")),
    "acvpu": FieldLook(
        label="Conscious\N{SOFT HYPHEN}ness",
        remark="ACVPU",
        words={
            "alert": "Alert",
            "new_confusion": "Confused",
            "voice": "To voice",
            "pain": "To pain",
            "unresponsive": "None",
        },
    ),
    "supplemental_oxygen": FieldLook(label="Oxygen given", remark="if known"),
}
# The second part of the set: what is charted now and then.
MORE_SIGN_LOOKS: dict[str, FieldLook] = {
    "temperature_celsius": FieldLook(reasons=reasons_with(), remark="if taken", other_unit="temperature_fahrenheit"),
    "temperature_fahrenheit": FieldLook(label="Temperature", other_unit="temperature_celsius", is_away=True),
    "mean_arterial_mmhg": FieldLook(reasons=reasons_with()),
    "end_tidal_co2_mmhg": FieldLook(
        reasons={"no_waveform": "No waveform: emergency", **reasons_with()}, other_unit="end_tidal_co2_kpa"
    ),
    "end_tidal_co2_kpa": FieldLook(label="EtCO2", other_unit="end_tidal_co2_mmhg", is_away=True),
    "oxygen_flow_l_per_min": FieldLook(),
    "is_capnography_in_use": FieldLook(label="Capnography", words={"true": "In use", "false": "Not in use"}),
    "ecg_rhythm": FieldLook(
        words={
            "sinus_rhythm": "Sinus",
            "sinus_tachycardia": "Sinus tachy",
            "sinus_bradycardia": "Sinus brady",
            "atrial_fibrillation": "Atrial fib",
            "supraventricular_tachycardia": "SVT",
            "ventricular_ectopy": "Ectopy",
            "ventricular_tachycardia": "VT",
            "heart_block": "Heart block",
        }
    ),
}
WEIGHT_LOOKS = {
    "weight_kg": FieldLook(other_unit="weight_lb"),
    "weight_lb": FieldLook(label="Weight", other_unit="weight_kg", is_away=True),
    "basis": FieldLook(label="Weight is"),
}
SETTING_LOOKS = {
    "is_monitored": FieldLook(
        label="Setting is",
        words={"true": "Monitored", "false": "Not monitored"},
    ),
    "attested_by": FieldLook(label="Attested by", staff=CLINICIANS),
    "supervising_account_id": FieldLook(
        label="Supervising physician", staff=PHYSICIANS, needs=NEEDED_CREDENTIALS["supervising_account_id"]
    ),
    "administering_account_id": FieldLook(
        label="Admin\N{SOFT HYPHEN}istering clinician",
        staff=CLINICIANS,
        needs=NEEDED_CREDENTIALS["administering_account_id"],
    ),
}
EQUIPMENT_LOOKS = {
    "has_resuscitation_equipment": FieldLook(label="Resusci\N{SOFT HYPHEN}tation equipment", remark="optional"),
    "has_rescue_drugs": FieldLook(remark="optional"),
    "has_emergency_personnel": FieldLook(remark="optional"),
}
PLAN_LOOKS = {
    "patient_label": FieldLook(),
    "second_identifier": FieldLook(),
    "age_years": FieldLook(),
    "chair_label": FieldLook(),
    "drug": FieldLook(words={"racemic_ketamine": "Racemic ketamine", "esketamine": "Esketamine"}),
    "condition": FieldLook(),
    "supervising_physician": FieldLook(staff=PHYSICIANS),
    "planned_total_mg": FieldLook(remark="optional"),
    "observation_protocol": FieldLook(
        remark="outpatient if open",
        words={"outpatient": "Outpatient", "inpatient_multi_day": "Inpatient, several days"},
    ),
}
PAIN_LOOKS = {
    "instrument": FieldLook(words={"nrs": "NRS 0 to 10", "vas": "VAS 0 to 100 mm"}),
    "score_points": FieldLook(
        label="Score",
        remark="10 is the worst pain imaginable",
        unit="",
        as_buttons=True,
        shown_if="instrument=nrs",
        excludes="no_score",
    ),
    "score_mm": FieldLook(label="Score", shown_if="instrument=vas", excludes="no_score"),
    "circumstance": FieldLook(label="Taken at", words={"rest": "Rest", "movement": "Movement"}),
    "recall": FieldLook(
        label="Speaks of", words={"now": "Now", "average_24h": "Average of 24 h", "worst_24h": "Worst of 24 h"}
    ),
    "no_score": FieldLook(words={"asleep": "Asleep", "declined": "Declined", "unable": "Unable to say"}),
}
_RATE_LOOKS = {"pump_rate_ml_per_h": FieldLook(), "concentration_mg_per_ml": FieldLook(label="Bag")}
# Some pumps show mg/h or mg/kg/h: any two of mL/h with the bag, mg/h and mg/kg/h make a rate.
_SHOWN_RATE_LOOKS = {
    "rate_mg_per_h": FieldLook(remark="if shown"),
    "rate_mg_per_kg_per_h": FieldLook(remark="if shown"),
}
_ORDER_LOOKS = {
    "ordered_by": FieldLook(remark="optional"),
    "order_form": FieldLook(remark="optional"),
    "is_read_back": FieldLook(shown_if="order_form=verbal"),
}
# The effects that are met often; the others stand behind "More effects". Order as on the screen.
COMMON_EFFECTS = (
    AdverseEffectTerm.NAUSEA,
    AdverseEffectTerm.VOMITING,
    AdverseEffectTerm.DIZZINESS,
    AdverseEffectTerm.HEADACHE,
    AdverseEffectTerm.DROWSINESS,
    AdverseEffectTerm.DISSOCIATION,
    AdverseEffectTerm.HALLUCINATION,
    AdverseEffectTerm.ANXIETY,
    AdverseEffectTerm.AGITATION,
    AdverseEffectTerm.CONFUSION,
    AdverseEffectTerm.VISUAL_DISTURBANCE,
    AdverseEffectTerm.ELEVATED_BLOOD_PRESSURE,
    AdverseEffectTerm.FAST_HEART_RATE,
    AdverseEffectTerm.LOW_OXYGEN,
    AdverseEffectTerm.IV_SITE_PAIN,
    AdverseEffectTerm.OTHER,
)

GRADE_GROUPS = (
    ChoiceGroup(("1", "2", "3"), {"1": "1 mild", "2": "2 moderate", "3": "3 severe"}),
    ChoiceGroup(("4", "5"), {"4": "4 life-threatening", "5": "5 death"}),
)

# Levels of each scale in the short words of the published scales; POSS "S" (asleep, easy to rouse) has no number.
SEDATION_LEVELS: dict[str, dict[str, str]] = {
    "rass": {
        "4": "+4 combative",
        "3": "+3 very agitated",
        "2": "+2 agitated",
        "1": "+1 restless",
        "0": "0 alert and calm",
        "-1": "-1 drowsy",
        "-2": "-2 light sedation",
        "-3": "-3 moderate sedation",
        "-4": "-4 deep sedation",
        "-5": "-5 cannot be roused",
    },
    "poss": {
        "1": "1 awake and alert",
        "2": "2 slightly drowsy",
        "3": "3 drifts off while talking",
        "4": "4 hardly or not roused",
    },
    "moaas": {
        "5": "5 answers readily to name",
        "4": "4 answers lethargically",
        "3": "3 answers to loud name",
        "2": "2 answers to mild prodding",
        "1": "1 answers to painful squeeze",
        "0": "0 no answer",
    },
    "ramsay": {
        "1": "1 anxious or agitated",
        "2": "2 calm, cooperative",
        "3": "3 answers commands only",
        "4": "4 asleep, brisk answer",
        "5": "5 asleep, sluggish answer",
        "6": "6 no answer",
    },
}
SCALE_WORDS = {"rass": "RASS", "poss": "POSS", "moaas": "MOAA/S", "ramsay": "Ramsay"}

DRUG_NAMES = (
    "ondansetron",
    "midazolam",
    "lorazepam",
    "clonidine",
    "glycopyrrolate",
    "labetalol",
    "hydralazine",
    "naloxone",
    "flumazenil",
)
DOSE_UNITS = ("mg", "mcg", "g", "mL")
ROUTES = ("IV", "PO", "SL", "IM", "SC", "inhaled")


def fields_of(kind: str, looks: Mapping[str, FieldLook]) -> list[html.Div]:
    """The fields of one kind in the order of `looks`."""
    return [entry_field(kind, name, look) for name, look in looks.items()]


def plan_sections() -> list[html.Section]:
    """The page of a new session: the plan, and what makes it ready."""
    baseline = [name for name in VITAL_SIGN_LOOKS if name != "acvpu"]
    return [
        form_section("session_planned", "Patient and plan", fields_of("session_planned", PLAN_LOOKS)),
        form_section("weight", "Weight", fields_of("weight", WEIGHT_LOOKS)),
        form_section("setting_attested", "Setting", fields_of("setting_attested", SETTING_LOOKS)),
        form_section(
            "vital_signs",
            "Baseline vital signs",
            fields_of("vital_signs", {name: VITAL_SIGN_LOOKS[name] for name in baseline}),
            remark="The last set before the first drug, at most 30 min before the start.",
        ),
        form_section("pain_score", "Baseline pain", fields_of("pain_score", PAIN_LOOKS)),
    ]


def vital_signs_form() -> html.Section:
    """One set of vital signs; each sign a number or a reason why there is none. The rarer ones are a part apart."""
    parts = {"main": VITAL_SIGN_LOOKS, "more": MORE_SIGN_LOOKS}
    return entry_form(
        "vital_signs",
        "Vital signs",
        [form_part(name, fields_of("vital_signs", looks)) for name, looks in parts.items()],
        save="Save set",
        with_pad=True,
        parts={"main": "Main signs", "more": "More signs"},
    )


def pain_form() -> html.Section:
    """Pain by NRS as eleven buttons or by VAS on the pad, or why there is no score."""
    first = html.P("Choose the scale first.", className="quiet", **{"data-shown-if": "instrument="})
    buttons = entry_field("pain_score", "score_points", PAIN_LOOKS["score_points"])
    others = [name for name in PAIN_LOOKS if name not in ("score_points", "score_mm")]
    # The VAS row comes last and the NRS buttons stand in the pad's place: choosing the scale moves nothing.
    fields = fields_of("pain_score", {name: PAIN_LOOKS[name] for name in (*others, "score_mm")})
    return entry_form("pain_score", "Pain", fields, side=[first, buttons], with_pad=True, pad_shown_if="instrument=vas")


def adverse_effect_form() -> html.Section:
    """The pick-list of effects: emergencies apart, the common ones, more behind a button; grade and the regulatory
    question beside it; onset, action and outcome in a part of their own."""
    emergencies = [str(term) for term in AdverseEffectTerm if term in EMERGENCY_TERMS]
    common = [str(term) for term in COMMON_EFFECTS]
    others = [str(term) for term in AdverseEffectTerm if str(term) not in (*emergencies, *common)]
    term = FieldLook(
        words={"iv_site_pain": "IV site pain"},
        groups=(
            ChoiceGroup(emergencies, heading="Emergency: alerts the physician at once"),
            ChoiceGroup(common, heading="Other effects"),
            ChoiceGroup(others, opened_by="More effects"),
        ),
    )
    course = {
        "onset_at": FieldLook(remark="HH:MM, if not now", is_past=True),
        "action_taken": FieldLook(remark="optional", words=button_words("action_taken", *EffectAction)),
        "outcome": FieldLook(remark="optional"),
        "description": FieldLook(remark="optional", is_long=True),
    }
    return entry_form(
        "adverse_effect",
        "Adverse effect",
        [
            form_part("main", [entry_field("adverse_effect", "term", term)]),
            form_part("more", fields_of("adverse_effect", course)),
        ],
        side=grade_fields("adverse_effect"),
        parts={"main": "Effect", "more": "Onset, action, words"},
    )


def grade_fields(kind: str) -> list[html.Div]:
    """CTCAE grade, and the regulatory question, which is another one."""
    return fields_of(
        kind,
        {
            "ctcae_grade": FieldLook(label="CTCAE grade", unit="", as_buttons=True, groups=GRADE_GROUPS),
            "regulatory_serious": FieldLook(remark="optional"),
        },
    )


def rate_form(kind: str, title: str, save: str, *, first: Sequence[Any] = ()) -> html.Section:
    """The pump's setting by any two routes, with mg/h and mg/kg/h computed while typing; who ordered it, and how."""
    same_bag = html.Button("Same bag", type="button", className="same-bag hidden", **{"data-role": "same-bag"})
    fields = [
        *first,
        *fields_of(kind, _RATE_LOOKS),
        html.Div(fields_of(kind, _SHOWN_RATE_LOOKS), className="field-pair field-pair--numbers"),
        html.Div([_rate_preview(), same_bag], className="rate-line"),
        *order_fields(kind),
    ]
    return entry_form(kind, title, fields, save=save, with_pad=True)


def order_fields(kind: str) -> list[Any]:
    """Who ordered a dose, and how; a verbal order is read back."""
    return fields_of(kind, _ORDER_LOOKS)


def start_form() -> html.Section:
    """The start of the infusion; the server says what holds it."""
    return rate_form("infusion_started", "Start infusion", "Start", first=[gate_line(START)])


def bolus_form() -> html.Section:
    """A bolus in mg, with mg/kg computed while typing."""
    preview = _preview(
        "bolus-preview",
        "mg/kg",
        {
            "data-usual-high": str(BOLUS_USUAL_HIGH_MG_PER_KG),
            "data-critical": str(BOLUS_CRITICAL_MG_PER_KG),
        },
    )
    fields = [*fields_of("bolus", {"dose_mg": FieldLook()}), preview, *order_fields("bolus")]
    return entry_form("bolus", "Bolus", fields, save="Save bolus", with_pad=True)


def medication_form() -> html.Section:
    """A rescue or adjunct drug: the names are offered, the dose is typed."""
    looks = {
        "drug_name": FieldLook(suggestions=DRUG_NAMES),
        "dose": FieldLook(),
        "dose_unit": FieldLook(suggestions=DOSE_UNITS),
        "route": FieldLook(suggestions=ROUTES),
    }
    pair = fields_of("medication_given", {"reason": FieldLook(), "ordered_by": FieldLook()})
    order = fields_of("medication_given", {name: _ORDER_LOOKS[name] for name in ("order_form", "is_read_back")})
    fields = [*fields_of("medication_given", looks), html.Div(pair, className="field-pair"), *order]
    return entry_form("medication_given", "Medication given", fields, with_pad=True)


def sedation_form() -> html.Section:
    """A level on one named scale."""
    level = FieldLook(
        label="Level",
        unit="",
        as_buttons=True,
        shown_if="scale=*",
        groups=[
            ChoiceGroup(tuple(levels), words=levels, shown_if=f"scale={scale}")
            for scale, levels in SEDATION_LEVELS.items()
        ],
    )
    looks = {"scale": FieldLook(words=SCALE_WORDS), "level": level}
    return entry_form("sedation", "Sedation", fields_of("sedation", looks))


def _rate_preview() -> html.Div:
    return _preview(
        "rate-preview",
        "mg/kg/h",
        {
            "data-monitored-above": str(DELIVERED.limit("rate.setting.warning")),
            "data-usual-high": str(DELIVERED.limit("rate.range.advisory")),
            "data-critical": str(RATE_CRITICAL_MG_PER_KG_PER_H),
        },
        per_hour=True,
    )


def _preview(role: str, unit: str, limits: Mapping[str, str], *, per_hour: bool = False) -> html.Div:
    total = [_figure("mg-per-h", "mg/h")] if per_hour else []
    return html.Div(
        [
            html.Div([*total, _figure("per-kg", unit)], className="dose-preview__figures"),
            html.Div("", className="dose-preview__weight quiet small", **{"data-show": "preview-weight"}),
            html.Div("", className="dose-preview__words", role="status", **{"data-show": "preview-words"}),
        ],
        className="dose-preview",
        **{"data-role": role, **limits},
    )


def _figure(name: str, unit: str) -> html.Span:
    value = html.Strong("-", className="dose-preview__value number", **{"data-show": name})
    return html.Span([value, html.Small(unit)], className="dose-preview__figure")
