"""Artefacts of a bedside monitor: what it shows as measured though no patient has it.

Each lies wholly inside one minute, and whether a minute has one is drawn once for that minute, so that the share of
minutes with an artefact is what was asked for and does not depend on how often the monitor is read. The shares for
heart rate, saturation, cuff and EtCO2 are those of children's records (Anesthesiology 2018;128:293: 0.5, 1.3, 5.0 and
7.5 %), taken for an awake, restless outpatient (restlessness 1). How long each lasts is our calibration.
"""

from dataclasses import dataclass

from numpy.random import Generator

HEART_RATE_SHARE = 0.005
SPO2_SHARE = 0.013
CUFF_SHARE = 0.05
END_TIDAL_CO2_SHARE = 0.075
# Talking or shivering seen as breaths; our calibration.
RESPIRATION_SHARE = 0.03
_MOST_MINUTES = 0.9
_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Artefact:
    """From `from_min` up to `to_min`; `size` between 0 and 1 says how bad it is and of which sort."""

    from_min: float
    to_min: float
    size: float

    def phase(self, minute: float) -> float:
        """How much of it is over, 0 to 1."""
        return (minute - self.from_min) / (self.to_min - self.from_min)


class ArtefactSource:
    """The artefacts of one channel: a share of its minutes has one, of a length between the two named."""

    def __init__(self, generator: Generator, share_of_minutes: float, shortest_s: float, longest_s: float) -> None:
        self._generator = generator
        self._share = min(share_of_minutes, _MOST_MINUTES)
        self._shortest_s, self._longest_s = shortest_s, longest_s
        self._minute: int | None = None
        self._artefact: Artefact | None = None

    def at(self, minute: float) -> Artefact | None:
        """The artefact that this moment lies in; moments are asked for in order."""
        whole = int(minute // 1)
        if whole != self._minute:
            self._minute, self._artefact = whole, self._draw(whole)
        one = self._artefact
        return one if one is not None and one.from_min <= minute < one.to_min else None

    def _draw(self, whole: int) -> Artefact | None:
        if self._generator.random() >= self._share:
            return None
        length_min = float(self._generator.uniform(self._shortest_s, self._longest_s)) / _SECONDS
        start_min = whole + float(self._generator.uniform(0.0, 1.0 - length_min))
        return Artefact(start_min, start_min + length_min, float(self._generator.random()))
