"""The numbers of a run as a table, in Markdown or as JSON."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from simulators.load.delay_histogram import DelayHistogram
from simulators.load.orders import DRAIN_S
from simulators.load.running import Measured

_PERCENTILES = (50, 95, 99)
_NOT_KNOWN = "not known"
_MOST_REASONS = 20

DELAY_NOTES = (
    "Delays are in ms, measured in the measured time alone (openings: always), up to 1 % too high.",
    "Sent -> answered: at the sender, repeated attempts included; the answer comes after COMMIT.",
    "recorded_at -> viewer: from the change's `recorded_at`, which the server stamps when its transaction begins, to "
    "the viewer's read of the stream, both by the clock of this machine. The stream has no later stamp: judging, "
    "writing and COMMIT are in it, so commit -> viewer is shorter. Across machines their clocks' difference is in it.",
    "Reading -> viewer: from when the monitor's reading was due to the viewer's read.",
    "A reading sent late by the generator shows in due -> sent and in reading -> viewer.",
)


def as_json(measured: Measured) -> str:
    """All numbers, with the notes that say what they are."""
    content = {
        "started_at": measured.started_at.isoformat(),
        "server": measured.url,
        "is_sound": measured.is_sound,
        "was_interrupted": measured.was_interrupted,
        "parameters": dict(_parameters(measured)),
        "counts": dict(_counts(measured)),
        "refused_by_reason": dict(measured.sends.refused.most_common()),
        "delays_ms": {name: _spread(delays) for name, delays in _delays(measured)},
        "server_cpu_percent": measured.server_cpu_percent,
        "server_highest_mib": measured.server_highest_mib,
        "generator_cpu_percent": measured.own_cpu_percent,
        "notes": DELAY_NOTES,
    }
    return json.dumps(content, indent=2) + "\n"


def as_markdown(measured: Measured) -> str:
    """The tables, readable as plain text too."""
    lines = [f"# Load run of {measured.started_at:%Y-%m-%d %H:%M} UTC", "", _verdict(measured), ""]
    lines += _table(("parameter", "value"), [(name, _text(value)) for name, value in _parameters(measured)])
    lines += ["", *_table(("counted", "value"), [(name, _text(value)) for name, value in _all_counts(measured)])]
    if measured.sends.refused:
        reasons = measured.sends.refused.most_common(_MOST_REASONS)
        lines += ["", *_table(("refused", "entries"), [(reason, str(count)) for reason, count in reasons])]
    lines += ["", *_table(("delay, ms", "p50", "p95", "p99", "longest", "n"), [*_delay_rows(measured)])]
    lines += ["", *(f"- {note}" for note in DELAY_NOTES)]
    return "\n".join(lines) + "\n"


def _verdict(measured: Measured) -> str:
    said = (
        "Nothing lost, nothing missed."
        if measured.is_sound
        else "NOT SOUND: see lost, twice, not read back, missed, not at a viewer."
    )
    if not measured.is_end_known:
        said += " The record's last change is not known: the server did not answer at the end."
    return said + (" Interrupted before its end." if measured.was_interrupted else "")


def _parameters(measured: Measured) -> Iterator[tuple[str, Any]]:
    plan = measured.plan
    yield "sessions", plan.sessions
    yield "viewers", plan.viewers
    yield "measured time, s", round(measured.measured_s, 1)
    yield "monitor readings per session and min", plan.readings_per_min
    yield "hand entries per session and min, about", plan.hand_entries_per_min
    yield "sessions opened per min before", plan.openings_per_min
    yield "share sent again on purpose", plan.resend_share
    yield "processes of senders / viewers", f"{plan.sender_processes} / {plan.viewer_processes}"
    yield "seed", plan.seed


def _counts(measured: Measured) -> Iterator[tuple[str, int | float]]:
    sends, views = measured.sends, measured.views
    yield "sessions opened", sends.sessions_opened
    yield "sessions started", sends.sessions_started
    yield "sessions closed at the end", sends.sessions_closed
    yield "entries sent", sends.sent
    yield "entries acknowledged", sends.acknowledged
    yield "of these in the measured time, per s", round(sends.acknowledged_in_time / max(measured.measured_s, 1e-9), 1)
    yield "entries LOST (acknowledged, not in the audit trail)", sends.lost
    yield "entries on record twice", sends.recorded_twice
    yield "sessions that could not be read back", sends.sessions_not_read_back
    yield "entries refused or asked about", sends.refused.total()
    yield "entries never answered", sends.unanswered
    yield "of these on record", sends.unanswered_on_record
    yield "requests sent again for want of an answer", sends.retried_requests
    yield "entries sent again on purpose", sends.resent
    yield "of these not answered as duplicate", sends.resent_not_duplicate
    yield "duplicate answers in all", sends.duplicate_answers
    yield "changes seen by all viewers", views.changes
    yield "changes MISSED by viewers (numbers left out)", views.missed
    yield f"changes not at a viewer {DRAIN_S:.0f} s after the end", views.not_arrived
    yield "changes that came twice to a viewer", views.repeated
    yield "streams opened again", views.reopened
    yield "streams cut off as too slow", views.cut_off
    yield "longest silence on a stream, s (a page greys at 6)", round(views.longest_silence_s, 2)


def _all_counts(measured: Measured) -> Iterator[tuple[str, Any]]:
    yield from _counts(measured)
    yield "server CPU, % of one core", _rounded(measured.server_cpu_percent)
    yield "server memory (highest RSS), MiB", _rounded(measured.server_highest_mib)
    yield "generator CPU, % of one core", _rounded(measured.own_cpu_percent)


def _delays(measured: Measured) -> Iterator[tuple[str, DelayHistogram]]:
    sends, views = measured.sends, measured.views
    yield "a reading: sent -> answered", sends.reading_delays
    yield "hand entries: sent -> answered", sends.hand_delays
    yield "opening a session: sent -> answered", sends.opening_delays
    yield "a reading: due -> sent", sends.lateness_delays
    yield "a change: recorded_at -> viewer", views.recorded_delays
    yield "a reading: due -> viewer", views.reading_delays
    yield "panel, first load", views.panel_delays


def _spread(delays: DelayHistogram) -> dict[str, float | int | None]:
    found = {f"p{percent}": _rounded(delays.percentile_ms(percent), 2) for percent in _PERCENTILES}
    return {**found, "longest": round(delays.longest_ms, 2) if delays.total else None, "n": delays.total}


def _delay_rows(measured: Measured) -> Iterator[tuple[str, ...]]:
    for name, delays in _delays(measured):
        yield name, *("-" if value is None else _text(value) for value in _spread(delays).values())


def _rounded(value: float | None, digits: int = 0) -> float | None:
    return None if value is None else round(value, digits)


def _text(value: Any) -> str:
    if value is None:
        return _NOT_KNOWN
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table with columns of even width, numbers to the right."""
    cells = [head, *([one.replace("|", "/") for one in row] for row in rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(head))]
    lines = ["| " + " | ".join(_padded(row, widths)) + " |" for row in cells]
    rule = "|" + "|".join(["-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])]) + "|"
    return [lines[0], rule, *lines[1:]]


def _padded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
