"""The screen of one session on the tablet: header, alert strip, views, and the bar that never moves."""

from typing import Any

from dash import html

from dashboard.components import bedside_forms
from dashboard.components.care_forms import (
    AFTER,
    ASSESSMENT,
    CLOSING,
    DRUG_AND_BAG,
    PREPARATION,
    TEAM,
    care_forms,
    care_openers,
)
from dashboard.components.entry_words import entry_language
from dashboard.components.gate_screen import DISCHARGE, GATES, START, gate_card, held_view, held_view_name
from dashboard.components.readiness_list import readiness_list

# View name, words on the button that opens it. "dose" shows the start form before the start, the rate form after it.
VIEWS = (
    ("overview", "Overview"),
    ("vital_signs", "Vital signs"),
    ("pain_score", "Pain"),
    ("adverse_effect", "Adverse effect"),
    ("infusion_started", "Start infusion"),
    ("rate_changed", "Rate"),
    ("bolus", "Bolus"),
    ("medication_given", "Medication"),
    ("sedation", "Sedation"),
    ("more", "More"),
)
# The signs of the overview, with what stands under the value.
OVERVIEW_SIGNS = (
    ("heart_rate_per_min", "Heart rate", "/min"),
    ("pressure", "BP", "mmHg"),
    ("spo2_percent", "SpO2", "%"),
    ("respiratory_rate_per_min", "Breaths", "/min"),
    ("pain", "Pain", ""),
)
# Groups of the view "More": forms of `care_forms`, and views that are no form of their own.
MORE_GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Preparation", (("readiness", "Readiness list"), *care_openers(PREPARATION))),
    ("Drug and bag", care_openers(DRUG_AND_BAG)),
    (
        "Assessment",
        (
            *care_openers(ASSESSMENT),
            ("adverse_effect_update", "Update of an effect"),
            ("discharge_assessment", "Discharge assessment"),
        ),
    ),
    ("Team", care_openers(TEAM)),
    ("After", care_openers(AFTER)),
    ("Closing", care_openers(CLOSING)),
)


def session_screen(session_id: str) -> html.Div:
    """Everything of one session; `assets/32_bedside.js` fills it and never moves its parts."""
    return html.Div(
        [
            html.Div([_header(), _alert_strip(), _unanswered()], className="bedside-top"),
            html.Div([_rail(), _views()], className="bedside__work"),
            _bar(),
            entry_language(),
        ],
        className="bedside",
        **{"data-bedside": "session", "data-session-id": session_id},
    )


def _shown(name: str, class_name: str = "", text: str = "") -> html.Span:
    return html.Span(text, className=class_name, **{"data-show": name})


def _header() -> html.Div:
    who = html.Div(
        [
            html.Div([_shown("chair"), _shown("patient_label")], className="bedside-head__name"),
            html.Div([_shown("identity"), _shown("weight")], className="bedside-head__line quiet"),
        ],
        className="bedside-head__who",
    )
    blocks = [
        _block("status", "status_detail"),
        _block("rate", "given", unit="mg/kg/h"),
        _block("due", "due_detail"),
    ]
    unsent = html.Button(
        [_shown("unsent", "bedside-head__unsent-count"), _shown("unsent_detail", "quiet small")],
        type="button",
        id="bedside--unsent",
        className="bedside-head__unsent",
        **{"data-open-form": "unsent"},
    )
    live = html.Div([who, *blocks], className="bedside-head__live shell__live")
    return html.Div([live, unsent], className="bedside-head card", id="bedside--head")


def _block(value: str, detail: str, *, unit: str = "") -> html.Div:
    units = [html.Small(unit, className="bedside-head__unit")] if unit else []
    return html.Div(
        [
            html.Div([_shown(value, "bedside-head__value number"), *units]),
            html.Div(_shown(detail), className="bedside-head__line quiet"),
        ],
        className="bedside-head__block",
    )


def _alert_strip() -> html.Div:
    return html.Div(
        [
            html.Div("", id="bedside--alerts", className="bedside-alerts__list", role="list"),
            html.Button("", type="button", id="bedside--more-alerts", className="bedside-alerts__more hidden"),
        ],
        className="bedside-alerts shell__live",
        **{"aria-label": "Alerts of this session", "aria-live": "polite"},
    )


def _unanswered() -> html.Div:
    """A critical alert that nobody has answered, large, over the header and the strip; empty while there is none."""
    return html.Div("", id="bedside--unanswered", className="bedside-unanswered hidden", role="alert")


def _rail() -> html.Nav:
    buttons = [
        html.Button(
            words, type="button", className="bedside-rail__button", **{"data-open-form": name, "aria-pressed": "false"}
        )
        for name, words in VIEWS
    ]
    return html.Nav(buttons, className="bedside-rail", **{"aria-label": "Forms"})


def _views() -> html.Div:
    forms = {
        "overview": [_overview()],
        "vital_signs": [bedside_forms.vital_signs_form()],
        "pain_score": [bedside_forms.pain_form()],
        "adverse_effect": [bedside_forms.adverse_effect_form()],
        "infusion_started": [bedside_forms.start_form()],
        "rate_changed": [bedside_forms.rate_form("rate_changed", "Rate change", "Save rate")],
        "bolus": [bedside_forms.bolus_form()],
        "medication_given": [bedside_forms.medication_form()],
        "sedation": [bedside_forms.sedation_form()],
        "more": [_more()],
        "readiness": [readiness_list()],
        "unsent": [_unsent()],
        **{held_view_name(gate): [held_view(gate)] for gate in GATES.values()},
    }
    care = {kind: [form] for kind, form in care_forms().items()}
    return html.Div([_view(name, content) for name, content in {**forms, **care}.items()], className="bedside__views")


def _view(name: str, content: list[Any]) -> html.Div:
    hidden = "" if name == "overview" else " hidden"
    return html.Div(content, className=f"bedside__view{hidden}", **{"data-view": name})


def _overview() -> html.Div:
    signs = [_sign(name, words, unit) for name, words, unit in OVERVIEW_SIGNS]
    entries = html.Div(
        [
            html.H2("Last entries", className="entry-form__title"),
            html.Ol([], id="bedside--entries", className="bedside-entries"),
        ],
        className="bedside-overview__entries card",
    )
    shown = html.Div(signs, className="bedside-overview__signs shell__live")
    return html.Div([shown, gate_card(START), gate_card(DISCHARGE), entries], className="bedside-overview")


def _sign(name: str, words: str, unit: str) -> html.Div:
    return html.Div(
        [
            html.Div([words, html.Small(unit, className="now-sign__unit")], className="now-sign__label quiet"),
            html.Div(_shown("value", "now-sign__value number", "-")),
            html.Div(_shown("age"), className="now-sign__age quiet small"),
        ],
        className="now-sign card",
        **{"data-sign": name},
    )


def _more() -> html.Div:
    def opener(name: str, words: str) -> html.Button:
        return html.Button(words, type="button", className="bedside-more__button", **{"data-open-form": name})

    def one_tap(element_id: str, words: str) -> html.Button:
        return html.Button(words, type="button", id=element_id, className="bedside-more__button")

    taps = [
        one_tap("bedside--transfer-ward", "Transfer to ward"),
        one_tap("bedside--transfer-hospital", "Transfer to hospital"),
        one_tap("bedside--left", "Left against advice"),
    ]
    return html.Div(
        [
            *[_more_group(title, [opener(*item) for item in items]) for title, items in MORE_GROUPS],
            _more_group("One tap, at once", taps),
            html.A("Open the session's chart", className="button", **{"data-role": "chart-link"}, href="#"),
        ],
        className="bedside-more card",
    )


def _more_group(title: str, buttons: list[html.Button]) -> html.Div:
    return html.Div(
        [html.H2(title, className="bedside-more__title"), html.Div(buttons, className="bedside-more__buttons")],
        className="bedside-more__group",
    )


def _unsent() -> html.Div:
    return html.Div(
        [
            html.H2("Not yet at the server", className="entry-form__title"),
            html.P("Entries stay on this tablet until the server has answered.", className="quiet"),
            html.Ol([], id="bedside--unsent-list", className="bedside-entries"),
        ],
        className="card bedside-unsent",
    )


def _bar() -> html.Div:
    buttons = [
        html.Button("Pause", type="button", id="bedside--pause", className="bedside-bar__button"),
        html.Button("Stop", type="button", id="bedside--stop", className="bedside-bar__button"),
        html.Button(
            "Serious event",
            type="button",
            id="bedside--serious",
            className="bedside-bar__button bedside-bar__button--serious",
        ),
        html.Button("Resume", type="button", id="bedside--resume", className="bedside-bar__button"),
    ]
    said = html.Div("", id="bedside--said", className="bedside-bar__said", role="status")
    return html.Div(
        [*buttons, said], className="bedside-bar", id="bedside--bar", **{"aria-label": "Always at hand"}, role="group"
    )
