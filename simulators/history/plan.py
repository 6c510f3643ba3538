"""What history is to be made: how many sessions, of how many clinics, up to when, in what detail. Checked first."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil

from numpy.random import SeedSequence, default_rng

BLOCK = timedelta(days=7)
DAYS_OPEN_A_BLOCK, HALF_DAYS = 5, 2
# The share of a clinic's places that is taken (ours).
_TAKEN_SHARE = 0.8
MOST_CHAIRS = 40
MOST_CLINICS = 1000
MOST_SESSIONS = 20_000_000
_USUAL_CHAIRS = 4
# A clinic of the usual size fills this many in about ten years; for more, there are more clinics.
_SESSIONS_A_CLINIC = 16_000
# What the record can hold begins with the year 2000.
_FIRST_DAY = date(2001, 1, 1)
_LONGEST_FOLLOW_UP = timedelta(weeks=14)


class Detail(StrEnum):
    """How much is charted: what outcomes rest on, or every round with the monitor's row of each minute."""

    OUTCOME = "outcome"
    FULL = "full"


class Ascertainment(StrEnum):
    """How adverse effects come to be known, which decides how many are charted (simulators.md 3)."""

    SPONTANEOUS = "spontaneous"
    CHECKLIST = "checklist"
    TRIAL = "trial"

    @property
    def share(self) -> float:
        """The share of the effects that is charted (ours)."""
        return {Ascertainment.SPONTANEOUS: 0.1, Ascertainment.CHECKLIST: 0.5, Ascertainment.TRIAL: 1.0}[self]


class ImpossibleHistory(ValueError):
    """What was asked for cannot be; the message names the option and the limit."""


@dataclass(frozen=True, slots=True)
class ClinicPlan:
    """One clinic: its number in the record, its chairs, its sessions in blocks of seven days up to `until`."""

    clinic_id: int
    seed: int
    chairs: int
    sessions: int
    sessions_a_block: int
    until: datetime
    detail: Detail
    ascertainment: Ascertainment

    @property
    def blocks(self) -> int:
        """Blocks with sessions; the first may be part full."""
        return ceil(self.sessions / self.sessions_a_block)

    def begins(self, block: int) -> datetime:
        """The midnight with which a block begins, from 0; by the clinic's own clock."""
        return self.until - BLOCK * (self.blocks - block)

    def sessions_in(self, block: int) -> int:
        """How many sessions begin in a block, cancelled ones among them."""
        if block == 0:
            return self.sessions - self.sessions_a_block * (self.blocks - 1)
        return self.sessions_a_block

    def stream(self, *concern: int) -> SeedSequence:
        """The source of chance of one concern of this clinic."""
        return SeedSequence(self.seed, spawn_key=(self.clinic_id, *concern))


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPlan:
    """All that was asked for."""

    seed: int
    until: datetime
    sessions: int | None = None
    weeks: int | None = None
    clinics: int | None = None
    chairs: int | None = None
    first_clinic_id: int = 1
    detail: Detail = Detail.OUTCOME
    ascertainment: Ascertainment = Ascertainment.CHECKLIST

    def clinic_plans(self) -> list[ClinicPlan]:
        """One plan a clinic. Raises `ImpossibleHistory`."""
        if self.until.tzinfo is None:
            raise ImpossibleHistory("the end of a history needs a time zone")
        plans = self._by_weeks() if self.sessions is None else self._by_sessions(self.sessions)
        first = min(plan.begins(0) for plan in plans) - timedelta(days=1)
        if first.date() < _FIRST_DAY:
            years = (self.until - first).days / 365.25
            raise ImpossibleHistory(
                f"--sessions {self.sessions} in --clinics {len(plans)} would take {years:.0f} years, "
                f"which begin before {_FIRST_DAY.year}: more --clinics or --chairs are needed"
            )
        return plans

    def _by_weeks(self) -> list[ClinicPlan]:
        """Some weeks of small clinics, about three sessions a day (ours: what a demonstration wants to show)."""
        chairs = self.chairs or _USUAL_CHAIRS
        # A single chair has not even the places for that.
        a_block = min(max(chairs, 4) * 4, _taken(chairs))
        weeks = self.weeks or 1
        return [self._clinic(at, chairs, weeks * a_block, a_block) for at in range(self.clinics or 1)]

    def _by_sessions(self, sessions: int) -> list[ClinicPlan]:
        clinics = self.clinics or max(1, ceil(sessions / _SESSIONS_A_CLINIC))
        if sessions < clinics:
            raise ImpossibleHistory(f"--sessions {sessions} are fewer than --clinics {clinics}")
        chairs = [self._chairs(at, clinics) for at in range(clinics)]
        shares = [sum(chairs[: at + 1]) * sessions // sum(chairs) for at in range(clinics)]
        counts = [upto - before for upto, before in zip(shares, [0, *shares], strict=False)]
        if min(counts) < 1:
            raise ImpossibleHistory(f"--sessions {sessions} are too few for --clinics {clinics}: each needs one")
        return [
            self._clinic(at, seats, count, _taken(seats))
            for at, (seats, count) in enumerate(zip(chairs, counts, strict=True))
        ]

    def _chairs(self, at: int, clinics: int) -> int:
        """As asked for; else four in a clinic alone, and one to four where so many clinics were asked for."""
        if self.chairs is not None:
            return self.chairs
        if clinics == 1 or self.clinics is None:
            return _USUAL_CHAIRS
        return int(default_rng(SeedSequence(self.seed, spawn_key=(at,))).integers(1, _USUAL_CHAIRS + 1))

    def _clinic(self, at: int, chairs: int, sessions: int, a_block: int) -> ClinicPlan:
        clinic_id = self.first_clinic_id + at
        return ClinicPlan(clinic_id, self.seed, chairs, sessions, a_block, self.until, self.detail, self.ascertainment)


def _taken(chairs: int) -> int:
    return round(chairs * DAYS_OPEN_A_BLOCK * HALF_DAYS * _TAKEN_SHARE)


def blocks_with_follow_ups() -> int:
    """How many blocks back the follow-ups lie that may still be due in a block."""
    return ceil(_LONGEST_FOLLOW_UP / BLOCK)
