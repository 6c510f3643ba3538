"""The mark of a drill: what stands on every page of a server that plays one, over the page and in its title."""

from html import escape

TITLE_PREFIX = "DRILL · "
# Enough for any screen, as their size follows it; what does not fit is cut off.
_WORDS_ON_SCREEN = 96


def drill_mark(drill_name: str) -> str:
    """HTML for the beginning of a page's body. People see the watermark; who listens hears the one sentence."""
    words = "<span>DRILL</span>" * _WORDS_ON_SCREEN
    return (
        '<link rel="stylesheet" href="/assets/drill.css">'
        f'<p class="drill__words" role="note">Drill {escape(drill_name)}. Simulated: no real patient.</p>'
        f'<div class="drill" aria-hidden="true"><div class="drill__field">{words}</div></div>'
        '<script src="/assets/02_drill.js"></script>'
    )
