"""The wire from a pump to the record, where there is one: the volume that the pump shows, every few minutes."""

from simulators.pump import Pump


class PumpInterface:
    """Sends the volume of one pump every `every_min`, first that long after `from_min`; None: there is no wire."""

    def __init__(self, pump: Pump, every_min: float | None, from_min: float) -> None:
        self._pump = pump
        self._every_min = every_min
        self._next_min = from_min + (every_min or 0.0)

    def report(self, minute: float) -> dict[str, float] | None:
        """The content of the `pump_volume` entry (source pump) that is due at `minute`, None where none is."""
        if self._every_min is None or minute < self._next_min:
            return None
        self._next_min = minute + self._every_min
        return self._pump.report()
