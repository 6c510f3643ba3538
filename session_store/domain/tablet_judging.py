"""Judges the silence of bedside tablets: an open tablet says every few seconds that it is there.

Whether a tablet was heard is no part of the record, so that what the server finds on its clock is written into the
session first (`tablet_silent`, `tablet_heard_again`) and judged from there: folding the entries again finds the same.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from session_store.domain.alert import AlertFact
from session_store.domain.alert_standing import Judgement, as_found, clear_conditions, raise_unless_open
from session_store.domain.entries import Entry
from session_store.domain.session_summary import SCHEDULED_STATUSES, SessionSummary

TABLET_SILENT = "tablet.silent"
# 90 s as delivered: our proposal.
TABLET_SILENT_RULE = "tablet.silent.warning"


def has_fallen_silent(summary: SessionSummary, heard_at: datetime, now: datetime, after: timedelta) -> bool:
    """Whether the last tablet of a treated patient has said nothing for so long, and the record does not say so yet.

    A tablet that had been silent for as long when the infusion started was none of this infusion.
    """
    if summary.status not in SCHEDULED_STATUSES or summary.started_at is None:
        return False
    was_there = summary.started_at - heard_at < after
    return summary.tablet_silent_since is None and was_there and now - heard_at >= after


def judge_tablet_silent(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """The server has found that no tablet of the session is heard any more."""
    rule = judgement.rules.find(TABLET_SILENT_RULE)
    if rule is not None and summary.status in SCHEDULED_STATUSES:
        found = as_found(rule, TABLET_SILENT, rule.plain_words())
        yield from raise_unless_open(summary, judgement, found, entry.effective_at, entry.entry_id)


def judge_tablet_heard_again(summary: SessionSummary, entry: Entry, _judgement: Judgement) -> Iterator[AlertFact]:
    """A tablet of the session is there again; nothing else ends the silence of an open session."""
    yield from clear_conditions(summary, entry, TABLET_SILENT)
