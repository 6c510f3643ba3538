"""One session on one time axis, live, with its record under it: `/sessions/<session_id>`.

Scripts: `40_session.js` (reads the timeline, follows the changes, header and values), `39_session_record.js` (what it
holds), `41_session_figure.js` (the one owner of the plot), `42_entry_sentences.js` (entries in words),
`42_session_entries.js` (the record under the figure), `42_correction.js` (correcting one entry), `42_dose_table.js`,
`43_session_more.js` (further values, NEWS2), `43_session_limits.js` (limits in force), `44_predicted_band.js` (the
models' band), `24_held_acts.js` (gates).

Stable selectors (browser tests and benchmarks rely on them)
    root        [data-session-page][data-session-id]   state: #session--state (loading, "No such session", ...)
    header      #session--head [data-show="patient_label|identity|plan|status|elapsed|given|rate|..."]
    values      [data-session-value="heart_rate_per_min|systolic_mmhg|...|rate_mg_per_kg_per_h|pain"]
    ages        [data-session-age="<the same>"]
    plot        #session--plot with data-last-ms (newest drawn vital sign, epoch ms), data-points (values held),
                data-drawn-points (most drawn in one trace)
    range       [data-range="all|60|15"]
    model       #session--model with data-look (missing, stale; none while a band stands), #session--model-words,
                #session--model-range, path.model__band; [data-role="model-switch"]
    record      #session--entries [data-entry="<entry_id>"] or [data-alert="<alert_id>"], [data-entry-filter]
                [data-role="in-error"], then [name="reason"], [data-role="in-error-save"], [data-role="problems"]
                [data-role="correct"], then [data-correct="<field>"] with [name="<field>"], [data-role="note"] and
                [data-role="confirm"]; [name="reason"], [data-role="correct-save"]; details.versions: as it was
    more        [data-more="sedation|acvpu|oxygen|news2|end_tidal_co2_mmhg|..."], ages [data-more-age="<the same>"]
    NEWS2       #session--news2 [data-news2-part="respiratory_rate_per_min|..."]
    limits      #session--limits [data-role="set-limit"], then [name="rule_id|limit|reason"], [data-role="limit-save"];
                [data-role="set-target"], then [name="target|reason"], [data-role="target-save"]
    dose        #session--dose [data-dose="delivered_mg|last_hour_mg|...|ledger_words"]
    gate        #session--override details; for a physician [data-role="override"], then [name="reason"],
                [data-role="override-save"]
"""

import json
from importlib.metadata import version

import dash
from dash import html
from dash.fingerprint import build_fingerprint

from dashboard.components.dose_table import dose_table
from dashboard.components.entry_list import entry_list
from dashboard.components.entry_words import entry_language
from dashboard.components.session_limits import limits_card, more_values, news2_card
from dashboard.components.shell import page_shell
from dashboard.figures.predicted_band_row import predicted_band_row, predicted_band_switch
from dashboard.figures.session_rows import rows_json
from dashboard.figures.session_strip import session_strip
from dashboard.services import Services

TITLE = "Session"
# Window name in minutes, words on its button.
RANGES = (("all", "Whole session"), ("60", "Last 60 min"), ("15", "Last 15 min"))
# The file that `dcc.Graph` would load, served by Dash from the plotly package; named by version, so it stays cached.
PLOTLY_PATH = "_dash-component-suites/plotly/" + build_fingerprint("package_data/plotly.min.js", version("plotly"), 0)
LEGEND = "Hatched: not measured. Grey bands: warning limits in force, our proposal. Triangles: alerts."


def register(services: Services) -> None:
    """Registers `/sessions/<session_id>`; the page reads and follows the record through the HTTP interface."""
    is_simulated = services.settings.is_simulated

    def layout(session_id: str = "", **_: str) -> html.Div:
        return page_shell("session", TITLE, session_page(session_id), is_simulated=is_simulated)

    dash.register_page("dashboard.pages.session", path_template="/sessions/<session_id>", title=TITLE, layout=layout)


def session_page(session_id: str) -> html.Div:
    """The whole page between header and footer, empty until the script has read the timeline."""
    body = html.Div(
        [_head(), _notes(), _override(), _figure(), _beside(), dose_table(), entry_list()],
        className="session hidden",
        id="session--body",
    )
    return html.Div(
        [_state(), body, entry_language()],
        **{
            "data-session-page": "",
            "data-session-id": session_id,
            "data-rows": json.dumps(rows_json()),
            "data-plotly": dash.get_relative_path("/" + PLOTLY_PATH),
        },
    )


def _state() -> html.Div:
    return html.Div("Reading the session", id="session--state", className="session__state quiet", role="status")


def _shown(name: str, class_name: str = "") -> html.Span:
    return html.Span("", className=class_name, **{"data-show": name})


def _head() -> html.Div:
    who = html.Div(
        [
            html.Div(
                [_shown("chair_label"), _shown("patient_label"), _shown("simulated")], className="session-head__name"
            ),
            html.Div([_shown("identity"), ", ", _shown("plan")], className="quiet"),
        ],
        className="session-head__who",
    )
    blocks = [_block("status", "status_detail"), _block("given", "given_detail"), _block("setting", "setting_detail")]
    return html.Div([who, *blocks, more_values()], className="session-head card shell__live", id="session--head")


def _block(value: str, detail: str) -> html.Div:
    return html.Div(
        [html.Div(_shown(value), className="session-head__value"), html.Div(_shown(detail), className="quiet small")],
        className="session-head__block",
    )


def _notes() -> html.Div:
    return html.Div([], id="session--notes", className="session__notes")


def _override() -> html.Div:
    return html.Div([], id="session--override", className="session__override hidden")


def _beside() -> html.Div:
    return html.Div([limits_card(), news2_card()], className="session__beside")


def _figure() -> html.Section:
    ranges = html.Div([_range(*item) for item in RANGES], className="session__ranges", role="group")
    foot = html.Div([_readout(), predicted_band_switch(), ranges], className="session__figure-foot")
    return html.Section(
        [session_strip(), predicted_band_row(), foot], className="session__figure card", **{"aria-label": "Time axis"}
    )


def _readout() -> html.Div:
    """The legend; under a mouse it says what stood at the pointed time."""
    return html.Div(
        LEGEND, className="session__readout quiet small number", id="session--readout", **{"data-legend": LEGEND}
    )


def _range(minutes: str, words: str) -> html.Button:
    pressed = "true" if minutes == "all" else "false"
    return html.Button(words, type="button", **{"data-range": minutes, "aria-pressed": pressed})
