"""Bedside tablets: what they say of themselves, and what the server writes into a session when none is heard.

The server is the author of these entries; nobody can send or correct one.
"""

from datetime import datetime, timedelta
from hashlib import sha256

import uuid_utils.compat

from session_store.commands import SERVER, EntryOutcome, EntryResult, TabletHeard
from session_store.domain.entries import plain_content
from session_store.domain.entry_choices import Source
from session_store.domain.entry_fields import Problem
from session_store.domain.record_contents import TabletHeardAgain, TabletSilent
from session_store.domain.session_summary import SCHEDULED_STATUSES, SessionSummary
from session_store.domain.tablet_judging import TABLET_SILENT_RULE, has_fallen_silent
from session_store.recording import append_entry
from session_store.sent_entries import Draft
from session_store.storage import tablet_presence
from session_store.storage.row_mapping import encode_json
from session_store.write_transaction import WriteTransaction


def note_tablet(transaction: WriteTransaction, command: TabletHeard) -> list[EntryResult]:
    """Keep that a tablet was heard, without a change; the entry that ends a silence, where the session stands in one.

    A closed session is watched no more.
    """
    summary = transaction.summary(command.session_id)
    if summary is None:
        unknown = (Problem("session_id", "no such session", None),)
        return [EntryResult(None, EntryOutcome.REFUSED, problems=unknown)]
    if summary.is_closed:
        return []
    now = transaction.now
    row = {
        "clinic_id": transaction.clinic_id,
        "session_id": command.session_id,
        "tablet_id": command.tablet_id,
        "account_id": command.author.account_id,
        "account_name": command.author.display_name,
        "heard_at": now,
        "left_at": now if command.is_leaving else None,
    }
    tablet_presence.note_tablet(transaction.connection, row)
    if summary.tablet_silent_since is None:
        return []
    return [_append(transaction, summary, TabletHeardAgain(account_name=command.author.display_name))]


def record_silences(transaction: WriteTransaction, watched_since: datetime | None) -> None:
    """Write into each treated session whose tablets have all fallen silent that they have; one that said it leaves is
    not missed. Nobody is called silent for what could not be heard before `watched_since`.

    The sessions are those that the transaction holds already.
    """
    limit = transaction.rules.find_limit(TABLET_SILENT_RULE)
    if limit is None:
        return
    after = timedelta(seconds=float(limit))
    if watched_since is not None and transaction.now - watched_since < after:
        return
    for last in tablet_presence.last_heard(transaction.connection, transaction.clinic_id, SCHEDULED_STATUSES):
        summary = transaction.summaries.get(last.session_id)
        if summary is None or last.has_left or not has_fallen_silent(summary, last.heard_at, transaction.now, after):
            continue
        _append(transaction, summary, TabletSilent(last_heard_at=last.heard_at, account_name=last.account_name))


def _append(
    transaction: WriteTransaction, summary: SessionSummary, content: TabletSilent | TabletHeardAgain
) -> EntryResult:
    entry_id = uuid_utils.compat.uuid7()
    digest = sha256(encode_json([str(entry_id), content.kind, plain_content(content)]).encode()).digest()
    draft = Draft(entry_id, digest, content, Source.SERVER, transaction.now, None, (), summary.is_simulated)
    return append_entry(transaction, summary, draft, SERVER)
