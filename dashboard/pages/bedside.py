"""The nurse's tablet: the list of sessions with "New session", and the screen of one session.

Scripts: `30_entry_form.js` (forms), `31_outbox.js` (what is not yet at the server), `32_bedside.js` (one session),
`33_bedside_plan.js` (list and new session), `34_bedside_dose.js` (exact rates while typing), `35_readiness.js`,
`36_bedside_entries.js` (last entries), `37_tablet_presence.js` (says that it is there), `38_gates.js` (what
holds start and discharge), `38_staff.js` (people with their credentials), `38_unanswered.js` (a critical alert that
nobody has answered), `42_entry_sentences.js` (entries in words).

Stable selectors (browser tests rely on them)
    list            [data-bedside="list"]  #bedside--new  #bedside--sessions  [data-session-card="<session_id>"]
                    #bedside--due (wastes without witness)  #bedside--unanswered (critical, nobody has answered)
    new session     #bedside--plan-form  #bedside--plan  #bedside--plan-back  #bedside--plan-said
                    sections: [data-entry-form="session_planned|weight|setting_attested|vital_signs|pain_score"]
    one session     [data-bedside="session"][data-session-id]  #bedside--head [data-show="<what>"]
    bar             #bedside--pause  #bedside--stop  #bedside--serious  #bedside--resume  #bedside--said
    views           [data-open-form="<view>"] opens [data-view="<view>"]; views are the entry kinds, and
                    overview, more, readiness, unsent, start_held, discharge_held
    form            [data-entry-form="<kind>"] with [data-role="save"], [data-role="status"], [data-role="problems"],
                    [data-role="time"] (measured earlier)
    field           [data-field="<name>"] with input [name="<name>"], [data-choice="<value>"],
                    [data-suggestion="<text>"], [data-role="could-not"] then [data-reason="<code>"],
                    [data-role="note"] (unit, hint, problem), [data-role="confirm"] ("Yes, it is right"),
                    [data-role="again"] (input: typed a second time)
    parts           [data-open-part="<part>"] brings [data-part="<part>"] of a form to the front
    other unit      [data-role="unit-switch"][data-other="<field>"]
    readiness       #bedside--readiness [data-item="<item>"] [data-answer="yes|no|not_applicable"]
    number pad      [data-role="pad"] [data-key="0..9|.|delete|next"]
    live rate       [data-role="rate-preview"|"bolus-preview"] [data-show="mg-per-h"|"per-kg"|"preview-words"]
    people          [data-field][data-staff] [data-choice="<account_id>"] with the state of the credentials;
                    [data-role="staff-names"] [data-suggestion="<name>"] where a text names a person
    gates           #bedside--start-gate  #bedside--discharge-gate with [data-show="gate-title"] and
                    [data-rule="<rule_id>"] (an item; a tap opens its form); [data-gate-line="start|discharge"] in
                    the form of the act; [data-view="start_held|discharge_held"] has the whole list, the override
                    ([data-entry-form="start_override|discharge_override"] with [name="username"], [name="password"],
                    [name="reason"]) and "it has happened" ([data-role="happened-then|happened-now"])
    ready           #bedside--ready
    ways out        #bedside--transfer-ward  #bedside--transfer-hospital  #bedside--left
    unanswered      #bedside--unanswered (large, over the header) with [data-role="at-the-chair"]
    alerts          #bedside--alerts [data-alert="<alert_id>"] [data-role="at-the-chair"]
    entries         #bedside--entries [data-entry="<entry_id>"] [data-role="in-error"], then [name="reason"] and
                    [data-role="in-error-save"]; [data-role="correct"] (to the chart), [data-role="update-effect"],
                    [data-role="witness"], details.versions
    outbox          #bedside--unsent ("2 unsent"), #bedside--unsent-list [data-unsent="<entry_id>"]
"""

import dash
from dash import html

from dashboard.components.bedside_forms import plan_sections
from dashboard.components.bedside_session import session_screen
from dashboard.components.shell import page_shell
from dashboard.services import Services

TITLE = "Bedside"


def register(services: Services) -> None:
    """Registers `/bedside` and `/bedside/<session_id>`; both are driven by the browser's scripts alone."""
    is_simulated = services.settings.is_simulated

    def sessions_layout(**_: str) -> html.Div:
        return page_shell("bedside", TITLE, _sessions(), is_simulated=is_simulated)

    def session_layout(session_id: str = "", **_: str) -> html.Div:
        return page_shell("bedside", TITLE, session_screen(session_id), is_simulated=is_simulated)

    dash.register_page("dashboard.pages.bedside", path="/bedside", title=TITLE, layout=sessions_layout)
    dash.register_page(
        "dashboard.pages.bedside_session",
        path_template="/bedside/<session_id>",
        title=TITLE,
        layout=session_layout,
    )


def _sessions() -> html.Div:
    return html.Div([_list(), _plan()], **{"data-bedside": "list"})


def _list() -> html.Div:
    head = [
        html.H2("Sessions", className="bedside-list__title"),
        html.Div([], id="bedside--unanswered", className="bedside-list__unanswered", role="alert"),
        html.Span("", id="bedside--unsent", className="bedside-list__unsent", role="status"),
        html.Button("New session", type="button", id="bedside--new", className="primary bedside-list__new"),
    ]
    return html.Div(
        [
            html.Div(head, className="bedside-list__head"),
            html.Div("", id="bedside--list-said", className="bedside-list__said quiet", role="status"),
            html.Div([], id="bedside--sessions", className="bedside-list__cards shell__live"),
            html.Div([], id="bedside--due", className="bedside-due hidden", role="status"),
        ],
        className="bedside-list",
        **{"data-view": "list"},
    )


def _plan() -> html.Div:
    foot = html.Div(
        [
            html.Button("Back to the list", type="button", id="bedside--plan-back"),
            html.Div("", id="bedside--plan-said", className="bedside-plan__said", role="status"),
            html.Button("Plan session", type="button", id="bedside--plan", className="primary bedside-plan__save"),
        ],
        className="bedside-plan__foot",
    )
    return html.Div(
        [
            html.H2("New session", className="bedside-list__title"),
            html.Div(plan_sections(), className="bedside-plan__sections"),
            foot,
        ],
        className="bedside-plan hidden",
        id="bedside--plan-form",
        **{"data-view": "plan"},
    )
