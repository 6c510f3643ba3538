"""What was charted by hand in a session, so that a planned correction can name what it corrects.

A plan knows no ids: its `amendment` says `amended_kind`, and `amended_tablet` where another tablet charted it. Meant is
the newest such entry.
"""

from simulators.outgoing import JsonEntry

_NAMING = frozenset({"amended_kind", "amended_tablet"})


class ChartedSoFar:
    """The newest entry of each kind and tablet."""

    def __init__(self) -> None:
        self._newest_id: dict[tuple[str, int], str] = {}

    def take(self, entry: JsonEntry, tablet: int) -> JsonEntry:
        """Remembers an entry and hands it back; a planned amendment with the id of what it corrects.

        Raises `KeyError` for a plan that corrects what was never charted.
        """
        if "amended_kind" not in entry:
            self._newest_id[entry["kind"], tablet] = str(entry["entry_id"])
            return entry
        named = {name: value for name, value in entry.items() if name not in _NAMING}
        amended = entry["amended_kind"], entry.get("amended_tablet", tablet)
        return {**named, "amended_entry_id": self._newest_id[amended]}
