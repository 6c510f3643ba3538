"""Corrections: what an entry says after its amendments, and which entries no longer count.

An amendment names the entry that it corrects and holds the corrected content whole (`corrected`), so that each version
reads by itself; the newest one that is not withdrawn holds. The corrected entry keeps its id, its author and its place
in the record; what was recorded first stays readable.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from session_store.domain.entries import CONTENT_CLASSES, FIELD_SPECS, SERVER_KINDS, Content, Entry, plain_content
from session_store.domain.entry_fields import read_value
from session_store.domain.record_contents import Amendment, EnteredInError
from session_store.domain.typed_units import TYPED_UNITS

# What speaks about other entries or alerts is withdrawn and said anew, never amended; what the server found stands.
NOT_AMENDABLE = SERVER_KINDS | {"amendment", "entered_in_error", "acknowledgement", "at_the_chair", "ledger_witnessed"}
IDENTITY_FIELDS = frozenset({"patient_label", "second_identifier"})


def withdrawn_entry_ids(entries: Iterable[Entry]) -> set[UUID]:
    """The ids of the entries that a later one withdraws."""
    return {entry.content.withdrawn_entry_id for entry in entries if isinstance(entry.content, EnteredInError)}


def amendments_of(entries: Iterable[Entry], entry_id: UUID) -> list[Entry]:
    """The amendments of one entry in the order of recording, withdrawn ones too."""
    return [one for one in entries if isinstance(one.content, Amendment) and one.content.amended_entry_id == entry_id]


def current_versions(entries: Iterable[Entry]) -> list[Entry]:
    """Every entry in the order of recording, each with what it says after its standing amendments."""
    everything = list(entries)
    withdrawn = withdrawn_entry_ids(everything)
    newest: dict[UUID, Amendment] = {}
    for entry in everything:
        if isinstance(entry.content, Amendment) and entry.entry_id not in withdrawn:
            newest[entry.content.amended_entry_id] = entry.content
    return [_amended(entry, newest[entry.entry_id]) if entry.entry_id in newest else entry for entry in everything]


def _amended(entry: Entry, amendment: Amendment) -> Entry:
    return replace(
        entry,
        content=content_from_plain(entry.content.kind, amendment.corrected),
        effective_at=amendment.corrected_effective_at or entry.effective_at,
    )


def content_from_plain(kind: str, plain: Mapping[str, Any]) -> Any:
    """The content of its stored plain form."""
    values = {name: read_value(spec, plain.get(name)) for name, spec in FIELD_SPECS[kind].items()}
    return CONTENT_CLASSES[kind](**values)


def corrected_fields(content: Content, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The plain fields of `content` with the changes, null meaning "nothing"; not yet checked.

    A value replaces the reason for having none, and a value in one unit the one that was typed in another.
    """
    fields: dict[str, Any] = plain_content(content)
    for unit in TYPED_UNITS:
        if unit.kind == content.kind and (unit.typed in changes or unit.stored in changes):
            fields.pop(unit.typed, None)
            fields.pop(unit.stored, None)
    reasons = dict(fields.get("not_measured", {}))
    for name in changes:
        reasons.pop(name, None)
    if "not_measured" in fields:
        fields["not_measured"] = reasons
    fields.update(changes)
    return {name: value for name, value in fields.items() if value is not None}
