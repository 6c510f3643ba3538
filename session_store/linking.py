"""Links the changes that one transaction gathered to the chain, before they are written."""

from collections.abc import Iterator
from typing import Any

from session_store.chain import Row, link
from session_store.storage.record_reading import hashed_row

Rows = dict[str, list[dict[str, Any]]]


def link_changes(rows: Rows, head: bytes) -> bytes:
    """Complete the gathered rows of `change`, in their order, from the hash before them; the hash of the last one."""
    gathered = _Gathered(rows)
    for change in rows.get("change", ()):
        covered = [(name, hashed_row(name, row)) for name, row in gathered.covered_by(change)]
        change["row_digests"], change["hash"] = link(head, covered)
        head = change["hash"]
    return head


class _Gathered:
    """The rows of a transaction, handed out in the order in which the changes brought them."""

    def __init__(self, rows: Rows) -> None:
        tables = ("entry", "clinic_entry", "entry_receipt", "alert_fact", "infusion_session")
        self._next = {name: iter(rows.get(name, ())) for name in tables}
        self._new_patients = {row["patient_id"]: row for row in rows.get("patient", ())}

    def covered_by(self, change: Row) -> Iterator[tuple[str, Row]]:
        """The rows of one change in the order in which the chain covers them."""
        yield "change", change
        if change["entry_seq"] is not None:
            yield from self._take("clinic_entry" if change["session_id"] is None else "entry")
            yield from self._take("entry_receipt")
        if change["first_fact_seq"] is not None:
            yield from self._take("alert_fact", change["last_fact_seq"] - change["first_fact_seq"] + 1)
        if change["session_id"] is not None and change["entry_seq"] == 1:
            session = next(self._next["infusion_session"])
            yield "infusion_session", session
            patient = self._new_patients.pop(session["patient_id"], None)
            if patient is not None:
                yield "patient", patient

    def _take(self, table: str, count: int = 1) -> Iterator[tuple[str, Row]]:
        for _ in range(count):
            yield table, next(self._next[table])
