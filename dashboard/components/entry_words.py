"""Entries in the words of the screens: one title a kind, one word a choice, one label a field.

Forms take their words from here, and the pages that list entries carry the same table to the browser (`language_json`,
read by `assets/42_entry_language.js`), so that nothing is worded twice.
"""

import json
from collections.abc import Mapping
from typing import Any

from dash import html

from dashboard.components.entry_form import UNIT_WORDS, in_words
from session_store.domain.amendment import IDENTITY_FIELDS, NOT_AMENDABLE
from session_store.domain.entries import FIELD_SPECS, SESSION_KINDS
from session_store.domain.entry_fields import FieldSpec, FieldType
from session_store.domain.readiness import READINESS_RULES

KIND_TITLES: dict[str, str] = {
    "session_planned": "Session planned",
    "patient_history": "Patient history",
    "readiness_item": "Readiness",
    "consent": "Consent",
    "weight": "Weight",
    "setting_attested": "Setting",
    "session_ready": "Ready",
    "start_override": "Start override",
    "discharge_override": "Discharge override",
    "patient_limit": "Limit for this patient",
    "oxygen_target": "Oxygen target",
    "chair_handover": "Chair handed over",
    "supervision_handover": "Supervision handed over",
    "course_decision": "Course",
    "transferred": "Transferred",
    "left_against_advice": "Left against advice",
    "session_cancelled": "Cancelled",
    "session_aborted": "Aborted",
    "bag_dispensed": "Bag dispensed",
    "bag_changed": "Bag changed",
    "infusion_started": "Infusion started",
    "rate_changed": "Rate changed",
    "infusion_paused": "Paused",
    "infusion_resumed": "Resumed",
    "infusion_ended": "Infusion ended",
    "bolus": "Bolus",
    "pump_volume": "Pump volume",
    "vital_signs": "Vital signs",
    "pain_score": "Pain",
    "sedation": "Sedation",
    "dissociation": "Dissociation",
    "adverse_effect": "Adverse effect",
    "adverse_effect_update": "Effect update",
    "serious_event": "Serious event",
    "medication_given": "Medication",
    "discharge_assessment": "Discharge score",
    "discharged": "Discharged",
    "follow_up": "Follow-up",
    "drug_drawn": "Drawn",
    "drug_wasted": "Wasted",
    "drug_returned": "Returned",
    "ledger_witnessed": "Witnessed",
    "note": "Note",
    "message": "Message",
    "amendment": "Correction",
    "entered_in_error": "Entered in error",
    "acknowledgement": "Acknowledged",
    "at_the_chair": "At the chair",
    "tablet_silent": "Tablet not heard",
    "tablet_heard_again": "Tablet heard again",
}

# Words of choices where the code itself is no word; by field, the same in every kind.
CHOICE_WORDS: dict[str, Mapping[str, str]] = {
    "drug": {"racemic_ketamine": "racemic ketamine", "esketamine": "esketamine"},
    "instrument": {"nrs": "NRS", "vas": "VAS"},
    "recall": {"now": "now", "average_24h": "24 h average", "worst_24h": "24 h worst"},
    "circumstance": {"rest": "at rest", "movement": "on movement"},
    "scale": {
        "rass": "RASS",
        "poss": "POSS",
        "moaas": "MOAA/S",
        "ramsay": "Ramsay",
        "cadss": "CADSS",
        "cadss_6": "CADSS-6",
        "rating_0_10": "0 to 10",
    },
    "score": {"padss": "PADSS", "aldrete": "modified Aldrete"},
    "acvpu": {
        "alert": "alert",
        "new_confusion": "newly confused",
        "voice": "answers to voice",
        "pain": "answers to pain",
        "unresponsive": "unresponsive",
    },
    "term": {"iv_site_pain": "IV site pain"},
    "action_taken": {"none": "nothing done"},
    "point": {"24_hours": "24 h", "1_week": "1 week", "4_weeks": "4 weeks", "12_weeks": "12 weeks"},
    "reached": {"yes": "reached", "not_reached": "not reached", "declined": "declined"},
    "satisfaction": {"neither": "neither satisfied nor dissatisfied"},
    "late_effects": {"none": "no late effects"},
    "follow_on_drug": {"none": "no follow-on drug"},
    "answer": {"yes": "yes", "no": "no", "not_applicable": "not applicable", "unknown": "not known"},
    "item": {item.value: rule.words for item, rule in READINESS_RULES.items()},
    "to": {"desk": "to the desk", "bedside": "to the bedside"},
    "target": {"usual": "usual", "target_88_92": "88-92 %"},
}
# Fields that no correction form shows: ids are not typed, raw device text stays as it came.
_NOT_TYPED = frozenset({FieldType.UUID, FieldType.REASONS, FieldType.CHANNELS, FieldType.FIELDS})


def choice_words(field: str, code: str) -> str:
    """One choice in words."""
    return CHOICE_WORDS.get(field, {}).get(code) or code.replace("_", " ")


def button_words(field: str, *codes: str) -> dict[str, str]:
    """The same words with a capital letter, as they stand on buttons."""
    return {code: choice_words(field, code)[:1].upper() + choice_words(field, code)[1:] for code in codes}


def language_json() -> str:
    """The table for the browser: titles, choice words, and of each kind its fields with label, type, unit, choices."""
    kinds = {
        kind: {
            "title": KIND_TITLES[kind],
            "amendable": kind not in NOT_AMENDABLE,
            "fields": {name: _field_words(name, spec) for name, spec in FIELD_SPECS[kind].items()},
        }
        for kind in SESSION_KINDS
    }
    return json.dumps({"kinds": kinds, "choices": CHOICE_WORDS}, separators=(",", ":"), ensure_ascii=False)


def entry_language() -> html.Div:
    """Carries the table into a page; nothing of it is shown."""
    return html.Div(className="hidden", **{"data-language": language_json()})


def _field_words(name: str, spec: FieldSpec) -> dict[str, Any]:
    unit = spec.limits.unit if spec.limits is not None else ""
    words = {
        "label": spec.label or in_words(name),
        "type": spec.type.value,
        "unit": UNIT_WORDS.get(unit, unit),
        "choices": [str(one) for one in spec.choices],
        "long": spec.max_length if spec.type is FieldType.TEXT else 0,
        "fixed": spec.type in _NOT_TYPED or name in IDENTITY_FIELDS or name == "device_profile",
    }
    return {key: value for key, value in words.items() if value}
