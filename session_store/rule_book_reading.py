"""Reads the clinic's rule book from the record: only what is not known yet, or with the numbers of its changes."""

from dataclasses import replace

from sqlalchemy import Connection

from session_store.rule_book import RULE_BOOK_KINDS, RuleBook, RuleHistory
from session_store.storage import clinic_log, entry_log
from session_store.storage.row_mapping import decode_json


def read_rule_book(connection: Connection, clinic_id: int, known: RuleBook, next_clinic_seq: int) -> RuleBook:
    """The book as of the counter row that says `next_clinic_seq`; nothing is read where `known` is as new."""
    if known.next_seq == next_clinic_seq:
        return known
    # A counter behind what is known: another database stands where the known one stood.
    book = known if known.next_seq < next_clinic_seq else RuleBook()
    for entry in clinic_log.clinic_entries_from(connection, clinic_id, book.next_seq, RULE_BOOK_KINDS):
        book = book.with_entry(entry)
    return replace(book, next_seq=next_clinic_seq)


def read_rule_history(connection: Connection, clinic_id: int) -> RuleHistory:
    """The book at every change of the record so far."""
    entries = clinic_log.clinic_entries_from(connection, clinic_id, 1, RULE_BOOK_KINDS)
    receipts = entry_log.receipts(connection, clinic_id, [one.entry_id for one in entries])
    return RuleHistory(
        (int(decode_json(receipts[one.entry_id].answer)["change_number"]), one)
        for one in entries
        if one.entry_id in receipts
    )
