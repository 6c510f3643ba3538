"""The clinic's own entries: loading. Appending goes through `entry_log.append` like every record row."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from session_store.domain.entries import ClinicEntry
from session_store.storage.row_mapping import clinic_entry_from_row
from session_store.storage.schema import clinic_entry


def clinic_entries(connection: Connection, clinic_id: int, kind: str | None = None) -> list[ClinicEntry]:
    """All entries of the clinic itself (of one kind), withdrawn ones too, in the order of recording."""
    query = select(clinic_entry).where(clinic_entry.c.clinic_id == clinic_id).order_by(clinic_entry.c.seq)
    if kind is not None:
        query = query.where(clinic_entry.c.kind == kind)
    return [clinic_entry_from_row(row) for row in connection.execute(query).mappings()]  # type: ignore[arg-type]


def clinic_entries_from(connection: Connection, clinic_id: int, seq: int, kinds: Iterable[str]) -> list[ClinicEntry]:
    """The clinic's entries of these kinds from `seq` on, withdrawn ones too, in the order of recording."""
    query = (
        select(clinic_entry)
        .where(clinic_entry.c.clinic_id == clinic_id, clinic_entry.c.seq >= seq, clinic_entry.c.kind.in_(list(kinds)))
        .order_by(clinic_entry.c.seq)
    )
    return [clinic_entry_from_row(row) for row in connection.execute(query).mappings()]  # type: ignore[arg-type]


def clinic_entry_by_seq(connection: Connection, clinic_id: int, seq: int) -> ClinicEntry | None:
    """One entry of the clinic itself, or None."""
    query = select(clinic_entry).where(clinic_entry.c.clinic_id == clinic_id, clinic_entry.c.seq == seq)
    row = connection.execute(query).mappings().first()
    return None if row is None else clinic_entry_from_row(row)  # type: ignore[arg-type]
