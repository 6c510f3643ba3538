"""The one permission table: which role may open which page, call which route, record which kind of entry.

Every page, Dash callback, API route and stream passes `dashboard.access.gate`, which asks this table and nothing else.
What is not listed is refused.
"""

import re
from dataclasses import dataclass

from session_store.accounts import Role
from session_store.domain.entries import CLINIC_KINDS, SERVER_KINDS, SESSION_KINDS

ANYBODY = frozenset({*Role, "nobody"})
PEOPLE = frozenset(Role) - {Role.DEVICE}
BEDSIDE_ROLES = frozenset({Role.NURSE, Role.PHYSICIAN_ASSISTANT, Role.PHYSICIAN})
PANEL_ROLES = BEDSIDE_ROLES | {Role.PHARMACIST}
REVIEW_ROLES = frozenset({Role.REVIEWER, Role.PHYSICIAN, Role.ADMINISTRATOR, Role.PHARMACIST})
READ_ROLES = PANEL_ROLES | {Role.REVIEWER}
DEVICE_KINDS = frozenset(
    {
        "vital_signs",
        "infusion_started",
        "rate_changed",
        "infusion_paused",
        "infusion_resumed",
        "infusion_ended",
        "bolus",
        "pump_volume",
    }
)
# What a pharmacist sees and does: bags, the drug ledger, words. Corrections are the bedside's: a pharmacist withdraws
# nothing and amends nothing.
PHARMACIST_KINDS = frozenset(
    {
        "note",
        "message",
        "bag_dispensed",
        "bag_changed",
        "drug_drawn",
        "drug_wasted",
        "drug_returned",
        "ledger_witnessed",
    }
)
BEDSIDE_KINDS = frozenset(SESSION_KINDS) - SERVER_KINDS
# What a physician alone decides for one patient and session (clinical-decisions 1).
PHYSICIAN_KINDS = frozenset({"start_override", "discharge_override", "patient_limit", "oxygen_target"})
STOCK_KINDS = frozenset({"vial_stock", "shift_count", "stock_witnessed"})
# Each role withdraws what it may record.
STOCK_AND_WITHDRAWAL = STOCK_KINDS | {"clinic_entered_in_error"}
# Alert limits of the whole clinic: changed by one, and signed by another of them where a critical limit is loosened.
LIMIT_KINDS = frozenset({"alert_limits_changed", "alert_limits_signed"})
LIMIT_ROLES = frozenset({Role.PHYSICIAN, Role.ADMINISTRATOR})

PAGES: dict[str, frozenset[str]] = {
    "panel": PANEL_ROLES,
    "bedside": BEDSIDE_ROLES,
    "session": READ_ROLES,
    "review": REVIEW_ROLES,
    "rules": LIMIT_ROLES | {Role.REVIEWER},
    "administration": frozenset({Role.ADMINISTRATOR}),
}
HOME_PAGES: dict[str, str] = {
    Role.NURSE: "/bedside",
    Role.PHYSICIAN_ASSISTANT: "/bedside",
    Role.PHYSICIAN: "/panel",
    Role.PHARMACIST: "/panel",
    Role.REVIEWER: "/review",
    Role.ADMINISTRATOR: "/administration",
    Role.DEVICE: "/login",
}
ENTRY_KINDS: dict[str, frozenset[str]] = {
    Role.NURSE: BEDSIDE_KINDS - PHYSICIAN_KINDS,
    Role.PHYSICIAN_ASSISTANT: BEDSIDE_KINDS - PHYSICIAN_KINDS,
    Role.PHYSICIAN: BEDSIDE_KINDS,
    Role.PHARMACIST: PHARMACIST_KINDS,
    Role.DEVICE: DEVICE_KINDS,
}
# The witness of a stock entry may be any second credentialed person, also one from the panel.
CLINIC_ENTRY_KINDS: dict[str, frozenset[str]] = {
    Role.ADMINISTRATOR: frozenset(CLINIC_KINDS) - STOCK_KINDS,
    Role.PHARMACIST: STOCK_AND_WITHDRAWAL,
    Role.NURSE: STOCK_AND_WITHDRAWAL,
    Role.PHYSICIAN_ASSISTANT: STOCK_AND_WITHDRAWAL,
    Role.PHYSICIAN: STOCK_AND_WITHDRAWAL | LIMIT_KINDS,
}


@dataclass(frozen=True, slots=True)
class Door:
    """One door: method and path pattern, and who may pass."""

    methods: frozenset[str]
    pattern: re.Pattern[str]
    roles: frozenset[str]


def _door(methods: str, pattern: str, roles: frozenset[str]) -> Door:
    return Door(frozenset(methods.split()), re.compile(pattern), roles)


_ID = r"[^/]+"
DOORS: tuple[Door, ...] = (
    _door("GET HEAD", r"/(healthz|readyz)", ANYBODY),
    _door("GET HEAD", r"/metrics", ANYBODY),
    _door("GET HEAD", r"/(login|welcome)", ANYBODY),
    _door("GET HEAD", r"/(assets/.*|_dash-component-suites/.*|_favicon\.ico|favicon\.ico)", ANYBODY),
    _door("GET", r"/_dash-(layout|dependencies)", PEOPLE),
    _door("POST", r"/api/v1/(login|welcome)", ANYBODY),
    _door("GET HEAD", r"/api/(docs|openapi\.json)", ANYBODY),
    _door("GET", r"/api/v1/me", frozenset(Role)),
    _door("POST", r"/api/v1/logout", frozenset(Role)),
    _door("GET HEAD", r"/", PEOPLE),
    _door("GET HEAD", r"/panel", PAGES["panel"]),
    _door("GET HEAD", rf"/bedside(/{_ID})?", PAGES["bedside"]),
    _door("GET HEAD", rf"/sessions/{_ID}", PAGES["session"]),
    _door("GET HEAD", r"/review", PAGES["review"]),
    _door("GET HEAD", r"/rules", PAGES["rules"]),
    _door("GET HEAD", r"/administration", PAGES["administration"]),
    # One path serves the callbacks of all pages: `callback_roles` asks again by page.
    _door("POST", r"/_dash-update-component", PEOPLE),
    _door("POST", r"/api/v1/sessions", BEDSIDE_ROLES),
    _door("GET", r"/api/v1/sessions", READ_ROLES | {Role.DEVICE}),
    _door("POST", rf"/api/v1/sessions/{_ID}/entries", PANEL_ROLES | {Role.DEVICE}),
    _door("POST", rf"/api/v1/sessions/{_ID}/(tablets|overrides)", BEDSIDE_ROLES),
    _door("GET", rf"/api/v1/sessions/{_ID}/(timeline|predicted-concentration|audit|gates)", READ_ROLES),
    _door("GET", rf"/api/v1/courses/{_ID}", READ_ROLES),
    _door("GET", r"/api/v1/staff", BEDSIDE_ROLES),
    _door("GET", r"/api/v1/clinic/due", READ_ROLES | {Role.ADMINISTRATOR}),
    _door("GET", r"/api/v1/clinic", READ_ROLES | {Role.ADMINISTRATOR}),
    _door("POST", r"/api/v1/clinic/entries", frozenset(CLINIC_ENTRY_KINDS)),
    _door("GET", r"/api/v1/rules", READ_ROLES | {Role.ADMINISTRATOR}),
    _door("POST", r"/api/v1/rules/replay", LIMIT_ROLES),
    _door("POST", rf"/api/v1/alerts/{_ID}/acknowledgements", BEDSIDE_ROLES),
    _door("GET", r"/api/v1/(panel|changes|changes/stream)", READ_ROLES),
    _door("GET", r"/api/v1/reports/responders", REVIEW_ROLES),
    _door("GET POST", r"/api/v1/accounts", frozenset({Role.ADMINISTRATOR})),
    _door("POST", rf"/api/v1/accounts/{_ID}/links", frozenset({Role.ADMINISTRATOR})),
)


def roles_for(method: str, path: str) -> frozenset[str] | None:
    """Who may pass, or None when there is no such door."""
    known = None
    for door in DOORS:
        if door.pattern.fullmatch(path):
            if method in door.methods:
                return door.roles
            known = frozenset[str]()
    return known


def pages_of(role: str) -> list[str]:
    """The pages that a role may open."""
    return [page for page, roles in PAGES.items() if role in roles]


def recordable_kinds(role: str) -> frozenset[str]:
    """Every kind that a role may record, in sessions and in the clinic's own record."""
    nothing = frozenset[str]()
    return ENTRY_KINDS.get(role, nothing) | CLINIC_ENTRY_KINDS.get(role, nothing)


PAGE_PATHS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"/panel/?"), "panel"),
    (re.compile(r"/bedside(/.*)?"), "bedside"),
    (re.compile(r"/sessions/.*"), "session"),
    (re.compile(r"/review/?"), "review"),
    (re.compile(r"/rules/?"), "rules"),
    (re.compile(r"/administration/?"), "administration"),
)


def callback_roles(output: str, pathname: str | None) -> frozenset[str]:
    """Who may run a Dash callback: the page router by the page asked for, others by the page in their id."""
    if output.lstrip(".").startswith("_pages_"):
        page = next((name for pattern, name in PAGE_PATHS if pathname and pattern.fullmatch(pathname)), None)
        return PAGES[page] if page else PEOPLE
    page = re.sub(r"^\.+", "", output).split("--")[0]
    return PAGES.get(page, frozenset())
