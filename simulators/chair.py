"""One session at one chair: patient, pump, monitor and nurse stepped together, entries out in time order.

The steps lie on a fixed grid from the opening on, so that the same seed and the same opening give the same entries
whenever they are asked for. An entry is made once; sending it again sends the same id.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from numpy.random import SeedSequence, default_rng

from simulators.bedside_staff import Act, Nurse
from simulators.identifiers import seeded_uuid7
from simulators.monitor import DEVICE_PROFILE, BedsideMonitor
from simulators.pump import Pump
from simulators.scenarios.plan import READY_MIN, START_MIN, ChairPlan
from simulators.staff import SIMULATED_STAFF, Staff
from simulators.virtual_patient import Persona, VirtualPatient, draw_persona

JsonEntry = dict[str, Any]

MONITOR_STEP_S = 10.0
# The nurse charts shortly before the step whose state she saw, one thing after the other.
_NURSE_LEAD_S = 4.0
_NURSE_SPACING_S = 0.5
# What only a physician decides, and so enters.
PHYSICIAN_KINDS = frozenset({"start_override"})


class Door(StrEnum):
    """Who sends an entry: a person who signed in, or a device with its token."""

    NURSE = "nurse"
    PHYSICIAN = "physician"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One entry and the door it goes through."""

    door: Door
    entry: JsonEntry


class ChairSession:
    """A session from opening to closing."""

    def __init__(
        self,
        plan: ChairPlan,
        chair_label: str,
        opened_at: datetime,
        seed: SeedSequence,
        *,
        step_s: float = MONITOR_STEP_S,
        has_monitor: bool = True,
        persona: Persona | None = None,
        staff: Staff = SIMULATED_STAFF,
    ) -> None:
        persona_seed, patient_seed, pump_seed, monitor_seed, nurse_seed, id_seed = seed.spawn(6)
        self.plan = plan
        self.chair_label = chair_label
        self.opened_at = opened_at
        self.persona = persona or draw_persona(default_rng(persona_seed), plan.persona)
        self._ids = default_rng(id_seed)
        self.session_id: UUID = seeded_uuid7(self._ids, opened_at)
        self._patient = VirtualPatient(self.persona, default_rng(patient_seed), plan.episodes)
        self._pump = Pump(default_rng(pump_seed), plan.concentration_mg_per_ml)
        self._nurse = Nurse(self.persona, plan, default_rng(nurse_seed), chair_label, staff)
        self._monitor = BedsideMonitor(
            default_rng(monitor_seed), plan.restlessness, START_MIN + 2, probe_off_min=plan.probe_off_min
        )
        self._has_monitor = has_monitor
        self._step_min = step_s / 60
        self._steps_done = 0
        self.opening: list[JsonEntry] = [self._entry(act, 0.0) for act in self._nurse.preparation(self._patient)]

    @property
    def ready_at(self) -> datetime:
        """When the preparation is complete and the session can be opened in the record."""
        return self._time(READY_MIN)

    @property
    def is_closed(self) -> bool:
        """True after discharge, transfer or any other close."""
        return self._nurse.status == "closed"

    @property
    def status(self) -> str:
        """What the nurse believes the status is."""
        return self._nurse.status

    def entries_until(self, until: datetime) -> Iterator[Outgoing]:
        """The entries of all steps up to and including `until` that were not given out before."""
        while not self.is_closed and (step_time := self._time(self._next_minute())) <= until:
            minute = self._next_minute()
            self._steps_done += 1
            yield from self._step(minute, step_time)

    def adopt(self, tile: Mapping[str, Any], at: datetime) -> None:
        """Takes a session over that is already open on the server (this program was restarted).

        The state of the body is restored from the dose recorded so far, given evenly over the time since the start.
        """
        self.session_id = UUID(str(tile["session_id"]))
        minute = self._minute(at)
        self._steps_done = max(int((minute - START_MIN) / self._step_min) + 1, 0)
        dose_mg = _delivered_mg(tile.get("infusion") or {}, at)
        first = min(START_MIN, max(minute, 0.0))
        self._patient.advance(first, 0.0)
        now_min = self._next_minute() - self._step_min
        if now_min > first:
            self._patient.advance(now_min, dose_mg / (now_min - first))
        self._pump.reported_mg = dose_mg
        self._nurse.skip_acts_before(minute)
        self.reconcile(tile, at)

    def reconcile(self, tile: Mapping[str, Any] | None, at: datetime) -> None:
        """Follows what the record shows when somebody else moved the session on; None: it is closed."""
        shown: Mapping[str, Any] = tile if tile is not None else {"status": "closed"}
        if shown["status"] != self._nurse.status:
            ended_at = shown.get("ended_at")
            ended_min = self._minute(datetime.fromisoformat(ended_at)) if ended_at else None
            self._nurse.take_over(str(shown["status"]), self._minute(at), ended_min, self._pump)
        rate = (shown.get("infusion") or {}).get("pump_rate_ml_per_h")
        if rate is not None and float(rate) > 0:
            self._pump.programmed_ml_per_h = float(rate)

    def _minute(self, at: datetime) -> float:
        return (at - self.opened_at).total_seconds() / 60

    def _next_minute(self) -> float:
        return START_MIN + self._steps_done * self._step_min

    def _time(self, minute: float) -> datetime:
        return self.opened_at + timedelta(milliseconds=round(minute * 60_000))

    def _step(self, minute: float, at: datetime) -> Iterator[Outgoing]:
        self._patient.advance(minute, self._pump.advance(self._step_min))
        acts = self._nurse.acts(minute, self._patient, self._pump)
        for number, act in enumerate(acts):
            lead_s = max(_NURSE_LEAD_S - number * _NURSE_SPACING_S, 0.0)
            door = Door.PHYSICIAN if act.kind in PHYSICIAN_KINDS else Door.NURSE
            yield Outgoing(door, self._entry(act, lead_s))
        if self._has_monitor and not self.is_closed:
            channels = self._monitor.sample(minute, self._patient.vitals())
            content = {"device_profile": DEVICE_PROFILE, "channels": channels}
            yield Outgoing(Door.DEVICE, self._envelope("vital_signs", at, "monitor", content))

    def _entry(self, act: Act, lead_s: float) -> JsonEntry:
        return self._envelope(act.kind, self._time(act.minute) - timedelta(seconds=lead_s), "hand", act.content)

    def _envelope(self, kind: str, at: datetime, source: str, content: Mapping[str, Any]) -> JsonEntry:
        return {
            "entry_id": str(seeded_uuid7(self._ids, at)),
            "kind": kind,
            "effective_at": at.isoformat(),
            "source": source,
            "is_simulated": True,
            **content,
        }


def _delivered_mg(infusion: Mapping[str, Any], at: datetime) -> float:
    """The dose given up to `at`: what was delivered as of a time, and what has run since."""
    delivered_mg = float(infusion.get("delivered_mg") or 0.0)
    if not infusion.get("is_delivering") or not infusion.get("delivered_as_of"):
        return delivered_mg
    hours = (at - datetime.fromisoformat(infusion["delivered_as_of"])).total_seconds() / 3600
    return delivered_mg + float(infusion.get("rate_mg_per_h") or 0.0) * max(hours, 0.0)
