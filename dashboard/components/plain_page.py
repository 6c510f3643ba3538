"""Pages outside Dash: sign-in, first password, and messages. Plain HTML, so that they need nothing but the server."""

from html import escape

from dashboard.components.shell import ADVISORY

_FRAME = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="stylesheet" href="/assets/tokens.css"><link rel="stylesheet" href="/assets/plain_page.css">
</head><body><main class="plain card" data-page="{page}">{simulated}{body}<p class="quiet small">{advisory}</p></main>
{scripts}</body></html>"""


def _frame(page: str, title: str, body: str, *, is_simulated: bool, scripts: tuple[str, ...] = ()) -> str:
    return _FRAME.format(
        page=page,
        title=escape(title),
        body=body,
        advisory=ADVISORY,
        simulated='<p class="plain__simulated">SIMULATED</p>' if is_simulated else "",
        scripts="".join(f'<script src="/assets/{name}"></script>' for name in scripts),
    )


def message_page(words: str) -> str:
    """A page with one sentence and the way back."""
    return _frame(
        "message",
        "Infusion sessions",
        f'<h1>{escape(words)}</h1><a class="button" href="/">Home</a>',
        is_simulated=False,
    )


def reference_page(title: str, body: str) -> str:
    """A page of reference with a heading; `body` is HTML of our own making."""
    return _frame("reference", title, f"<h1>{escape(title)}</h1>{body}", is_simulated=False)


def login_page(*, is_simulated: bool) -> str:
    """The sign-in form."""
    body = """<h1>Infusion sessions</h1><form id="login--form" method="post" autocomplete="on">
<label for="login--username">User name</label><input id="login--username" name="username" autocomplete="username" autocapitalize="none" autofocus>
<label for="login--password">Password</label><input id="login--password" name="password" type="password" autocomplete="current-password">
<p id="login--problem" class="problem hidden" role="alert"></p>
<button class="primary" type="submit">Sign in</button></form>"""
    return _frame("login", "Sign in", body, is_simulated=is_simulated, scripts=("00_page.js", "shell.js", "login.js"))


def welcome_page(display_name: str | None, *, is_simulated: bool) -> str:
    """Where a one-time link leads: its owner sets a password."""
    if display_name is None:
        body = "<h1>This link is used up, expired or unknown.</h1><p>Ask the administrator for a new one.</p>"
        return _frame("message", "One-time link", body, is_simulated=is_simulated)
    body = f"""<h1>Welcome, {escape(display_name)}</h1><form id="welcome--form" method="post">
<label for="welcome--password">Choose a password (at least 10 characters)</label>
<input id="welcome--password" type="password" autocomplete="new-password" autofocus>
<label for="welcome--again">The same again</label><input id="welcome--again" type="password" autocomplete="new-password">
<p id="welcome--problem" class="problem hidden" role="alert"></p>
<button class="primary" type="submit">Save and sign in</button></form>"""
    return _frame(
        "welcome", "Set password", body, is_simulated=is_simulated, scripts=("00_page.js", "shell.js", "login.js")
    )
