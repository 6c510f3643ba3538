"""What holds the start and the discharge home, on the tablet: the list of items, and the two ways on after a refusal.

A table of data says of each item where it stands in the list and which form answers it; `assets/38_gates.js` fills the
lists with what the server says, counts the time down, and sends.
"""

import json
from dataclasses import dataclass

from dash import html

from dashboard.components.entry_form import FieldLook, entry_field, problem_list, save_button
from session_store.domain.readiness import READINESS_RULES
from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.model import RuleKind

PATIENT, PEOPLE, BASELINE, CHECK_LIST = "Patient", "People", "Baseline", "Check list"
TIME, SIGNS, ASSESSMENT, GOING_HOME = "Time", "Vital signs", "Assessment", "Going home"


@dataclass(frozen=True, slots=True)
class Gate:
    """One held act: its form, its override, and its words on the screen."""

    name: str
    kind: str
    override: str
    opener: str
    groups: tuple[str, ...]
    holds: str
    happened: str
    happened_words: str
    at_words: str
    now_words: str
    ways: str


START = Gate(
    name="start",
    kind="infusion_started",
    override="start_override",
    opener="Start infusion",
    groups=(PATIENT, PEOPLE, BASELINE, CHECK_LIST),
    holds="the start",
    happened="It is running already",
    happened_words="The start is recorded as it is. What is missing raises an alert at the panel.",
    at_words="Running since",
    now_words="Running from now",
    ways="Override, or it runs",
)
DISCHARGE = Gate(
    name="discharge",
    kind="discharged",
    override="discharge_override",
    opener="Discharge home",
    groups=(TIME, SIGNS, ASSESSMENT, GOING_HOME),
    holds="the discharge home",
    happened="Has left already",
    happened_words="The discharge is recorded as it is. What is not met raises an alert at the panel. "
    "Against advice or to a ward is never held: see More.",
    at_words="Left at",
    now_words="Left just now",
    ways="Override, or has left",
)
GATES = {gate.name: gate for gate in (START, DISCHARGE)}

# Rule -> group and the form that answers it; without a form only time or a physician helps.
PLACES: dict[str, tuple[str, str]] = {
    "start.age.held": (PATIENT, ""),
    "start.esketamine.held": (PATIENT, ""),
    "start.weight_missing.held": (PATIENT, "weight"),
    "start.weight_old.held": (PATIENT, "weight"),
    "start.consent.held": (PATIENT, "consent"),
    "start.setting.held": (PEOPLE, "setting_attested"),
    "start.personnel.held": (PEOPLE, "setting_attested"),
    "start.credentials.held": (PEOPLE, "setting_attested"),
    "start.pain.held": (BASELINE, "pain_score"),
    **{
        rule.rule_id: (BASELINE, "vital_signs")
        for rule in DELIVERED.of_kind(RuleKind.START_GATE)
        if rule.sign is not None
    },
    **{f"start.{item}.held": (CHECK_LIST, "readiness") for item in READINESS_RULES},
    "discharge.ended.held": (TIME, ""),
    "discharge.observed.held": (TIME, ""),
    "discharge.reversed.held": (TIME, ""),
    "discharge.stable_sets.held": (SIGNS, "vital_signs"),
    "discharge.sets_apart.held": (SIGNS, "vital_signs"),
    "discharge.set_fresh.held": (SIGNS, "vital_signs"),
    "discharge.score.held": (ASSESSMENT, "discharge_assessment"),
    "discharge.score_fresh.held": (ASSESSMENT, "discharge_assessment"),
    "discharge.oriented.held": (ASSESSMENT, "discharge_assessment"),
    "discharge.walks.held": (ASSESSMENT, "discharge_assessment"),
    "discharge.instructions.held": (ASSESSMENT, "discharge_assessment"),
    "discharge.escort.held": (GOING_HOME, "discharged"),
}


def held_view_name(gate: Gate) -> str:
    """The view with the whole list of a gate and the ways on."""
    return f"{gate.name}_held"


def gate_card(gate: Gate) -> html.Div:
    """What holds, on the overview: shown while the act is to come."""
    head = [
        html.Strong("", className="gate__title", **{"data-show": "gate-title"}),
        html.Span("", className="gate__as-of quiet small", role="status", **{"data-show": "gate-as-of"}),
        *([html.Button("Mark ready", type="button", id="bedside--ready")] if gate is START else []),
        html.Button(
            gate.ways,
            type="button",
            className="hidden",
            **{"data-role": "gate-ways", "data-open-form": held_view_name(gate)},
        ),
        html.Button(gate.opener, type="button", className="primary gate__next", **{"data-open-form": gate.kind}),
    ]
    return html.Div(
        [html.Div(head, className="gate__head"), *_lists(is_short=True)],
        className="gate card hidden",
        id=f"bedside--{gate.name}-gate",
        **_attributes(gate),
    )


def _lists(*, is_short: bool) -> list[html.Div]:
    short = {"data-short": "true"} if is_short else {}
    return [
        html.Div([], className="gate__groups", **{"data-role": "gate-groups", **short}),
        html.Div([], className="gate__cautions quiet small", **{"data-role": "gate-cautions"}),
    ]


def _attributes(gate: Gate) -> dict[str, str]:
    places = {rule_id: place for rule_id, place in PLACES.items() if rule_id.startswith(f"{gate.name}.")}
    return {
        "data-gate": gate.name,
        "data-kind": gate.kind,
        "data-override": gate.override,
        "data-happened": gate.happened,
        "data-at-words": gate.at_words,
        "data-now-words": gate.now_words,
        "data-holds": gate.holds,
        "data-groups": json.dumps(gate.groups),
        "data-places": json.dumps(places),
    }


def gate_line(gate: Gate) -> html.Button:
    """One line in the form of the act: how much holds it; a tap shows what."""
    return html.Button(
        "",
        type="button",
        className="gate-line",
        **{"data-gate-line": gate.name, "data-open-form": held_view_name(gate)},
    )


def held_view(gate: Gate) -> html.Div:
    """The whole list, and beside it the two ways on: a physician overrides here, or it has happened already."""
    head = [
        html.H2("", className="entry-form__title", **{"data-show": "gate-title"}),
        html.Span("", className="quiet small", role="status", **{"data-show": "gate-as-of"}),
        html.Button("Back to the form", type="button", **{"data-open-form": gate.kind}),
    ]
    main = html.Div([html.Div(head, className="gate__head"), *_lists(is_short=False)], className="gate-held__list")
    side = html.Div([_override(gate), _happened(gate)], className="gate-held__ways")
    return html.Div([main, side], className="gate-held", **_attributes(gate))


def _override(gate: Gate) -> html.Section:
    person = html.Div(
        [
            html.P("Nobody is signed out by it.", className="quiet small"),
            html.Div("", **{"data-input": "username", "data-label": "User name"}),
            html.Div("", **{"data-input": "password", "data-label": "Password"}),
            html.P("", className="problem hidden", role="alert", **{"data-show": "person-problem"}),
        ],
        className="gate-held__person",
        **{"data-role": "person"},
    )
    return html.Section(
        [
            html.H3("Physician overrides here", className="gate-held__title"),
            html.Div("", className="entry-form__status", role="status", **{"data-role": "status"}),
            person,
            entry_field(gate.override, "reason", FieldLook(label="Because", is_long=True)),
            problem_list(),
            save_button("Override"),
        ],
        className="gate-held__way card",
        **{"data-entry-form": gate.override, "aria-label": "Physician overrides here"},
    )


def _happened(gate: Gate) -> html.Section:
    return html.Section(
        [
            html.H3(gate.happened, className="gate-held__title"),
            html.P(gate.happened_words, className="small"),
            html.Div("", className="entry-form__status", role="status", **{"data-show": "happened-said"}),
            html.Button("", type="button", className="hidden", **{"data-role": "happened-then"}),
            html.Button("", type="button", **{"data-role": "happened-now"}),
        ],
        className="gate-held__way card",
        **{"aria-label": gate.happened},
    )
