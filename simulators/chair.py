"""One session at one chair: patient, pump, monitor and nurse stepped together, entries out in the order of leaving.

The steps lie on a fixed grid from the opening on, so that the same seed and the same opening give the same entries
whenever they are asked for. An entry is made once; sending it again sends the same id. It leaves when it was true,
or later: charted late, kept by a tablet without Wi-Fi, overtaken on the way from the monitor.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from numpy.random import SeedSequence, default_rng

from session_store.domain.session import TRANSITION_KINDS
from simulators.alert_answers import AlertAnswers, AlertView, Answer
from simulators.bedside_staff import Nurse
from simulators.charting import Act, Charting
from simulators.identifiers import named_uuid7, seeded_uuid7
from simulators.monitor import BedsideMonitor
from simulators.monitor_output import MonitorOutput
from simulators.nausea_care import NauseaCare
from simulators.outgoing import Departures
from simulators.outgoing import Door as Door
from simulators.outgoing import JsonEntry as JsonEntry
from simulators.outgoing import Outgoing as Outgoing
from simulators.pump import Pump
from simulators.pump_interface import PumpInterface
from simulators.scenarios.plan import READY_MIN, START_MIN, ChairPlan
from simulators.staff import SIMULATED_STAFF, Staff
from simulators.tablet import chair_tablets
from simulators.virtual_patient import Persona, VirtualPatient, draw_persona

MONITOR_STEP_S = 10.0
# The nurse charts shortly before the step whose state she saw, one thing after the other.
_NURSE_LEAD_S = 4.0
_NURSE_SPACING_S = 0.5


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
        persona_seed, patient_seed, pump_seed, monitor_seed, nurse_seed, id_seed, *other_seeds = seed.spawn(8)
        self.plan = plan
        self.chair_label = chair_label
        self.opened_at = opened_at
        self.persona = persona or draw_persona(default_rng(persona_seed), plan.persona)
        self._ids = default_rng(id_seed)
        self.session_id: UUID = seeded_uuid7(self._ids, opened_at)
        self._patient = VirtualPatient(self.persona, default_rng(patient_seed), plan.episodes)
        self._pump = Pump(default_rng(pump_seed), plan.concentration_mg_per_ml, plan.pump_faults, plan.pump_bag_ml)
        self._pump_interface = PumpInterface(self._pump, plan.pump_reports_every_min, START_MIN)
        believed = replace(self.persona, weight_kg=plan.charted_weight_kg or self.persona.weight_kg)
        self._nausea_care = NauseaCare(plan.nausea_grade)
        self._nurse = Nurse(believed, plan, default_rng(nurse_seed), chair_label, staff)
        charting_seed, output_seed = other_seeds
        quirks = plan.monitor_quirks
        self._monitor = BedsideMonitor(
            default_rng(monitor_seed), plan.restlessness, START_MIN + 2,
            probe_off_min=plan.probe_off_min, is_cuff_on_probe_arm=plan.is_cuff_on_probe_arm,
            has_capnograph=plan.has_capnograph or quirks.is_etco2_in_kpa,
        )  # fmt: skip
        self._monitor_output = MonitorOutput(default_rng(output_seed), quirks)
        self.tablets = chair_tablets(
            chair_label,
            (act.tablet for act in plan.acts),
            [(self._time(lost), self._time(back)) for lost, back in plan.tablet_offline_min],
        )
        self._charting = Charting(plan.charting, self.tablets, default_rng(charting_seed))
        self._answers = AlertAnswers(plan)
        self._departures = Departures()
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
        """True after discharge, transfer or any other close, when all that was charted has left."""
        return self._nurse.status == "closed" and not self._departures

    @property
    def status(self) -> str:
        """What the nurse believes the status is."""
        return self._nurse.status

    @property
    def patient(self) -> VirtualPatient:
        """Who sits in the chair."""
        return self._patient

    @property
    def pump(self) -> Pump:
        """The pump at the chair."""
        return self._pump

    def entries_until(self, until: datetime) -> Iterator[Outgoing]:
        """What leaves up to and including the last step until `until` and was not given out before."""
        while not self.is_closed and (step_time := self._time(self._next_minute())) <= until:
            minute = self._next_minute()
            self._steps_done += 1
            if self._nurse.status != "closed":
                self._step(minute, step_time)
            yield from self._departures.leaving(step_time)

    def see_alerts(self, alerts: Iterable[AlertView], at: datetime) -> None:
        """The nurse looks at the alerts of her chair, as the session's tile shows them at `at`; her answers leave with
        the next step. Where no tablet has Wi-Fi she sees none.
        """
        online = next((number for number, tablet in self.tablets.items() if tablet.is_online(at)), None)
        if self._nurse.status == "closed" or online is None:
            return
        can_measure = self._nurse.status in ("running", "paused", "recovery")
        for answer in self._answers.due(alerts, at, self._minute(at), can_measure=can_measure):
            self._departures.add(Outgoing(Door.NURSE, self._answer_entry(answer, at), at, tablet=online), at)
            if answer.is_remeasuring:
                self._nurse.measure_soon(self._minute(at))

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
        self._nausea_care.skip_what_is_over(self._patient)
        self._nurse.skip_acts_before(minute)
        self.reconcile(tile, at)

    def reconcile(self, tile: Mapping[str, Any] | None, at: datetime) -> None:
        """Follows what the record shows when somebody else moved the session on; None: it is closed.

        Not before the record knows what the nurse did: a tablet may still keep it.
        """
        if any(waiting.entry["kind"] in TRANSITION_KINDS for waiting in self._departures):
            return
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

    def _step(self, minute: float, at: datetime) -> None:
        self._patient.advance(minute, self._pump.advance(self._step_min, minute))
        acts = self._nurse.acts(minute, self._patient, self._pump)
        if self._nurse.status in ("running", "paused", "recovery"):
            acts += self._nausea_care.acts(minute, self._patient)
        leads_s = (max(_NURSE_LEAD_S - number * _NURSE_SPACING_S, 0.0) for number in range(len(acts)))
        done = [(act, self._entry(act, lead_s)) for act, lead_s in zip(acts, leads_s, strict=True)]
        for charted in self._charting.chart(done):
            self._departures.add(charted.outgoing, charted.at)
        if self._nurse.status in ("running", "paused") and (volume := self._pump_interface.report(minute)):
            reported = self._envelope("pump_volume", at, "pump", volume)
            self._departures.add(Outgoing(Door.DEVICE, reported, at), at)
        if self._has_monitor and self._nurse.status != "closed":
            monitor_ahead = timedelta(seconds=self.plan.monitor_quirks.clock_ahead_at(minute))
            for entry in self._monitor_entries(minute):
                self._departures.add(Outgoing(Door.DEVICE, entry, at, monitor_ahead), at)

    def _monitor_entries(self, minute: float) -> Iterator[JsonEntry]:
        """What the monitor sends now, with its own times; a row sent twice is the same entry."""
        entry: JsonEntry = {}
        for row in self._monitor_output.rows(minute, self._monitor.sample(minute, self._patient.vitals())):
            if not row.is_duplicate:
                content = {"device_profile": row.device_profile, "channels": dict(row.channels)}
                entry = self._envelope("vital_signs", self._time(row.minute), "monitor", content)
            yield entry

    def _answer_entry(self, answer: Answer, at: datetime) -> JsonEntry:
        name = f"{self.session_id} {answer.kind} {answer.content['alert_id']} {at.isoformat()}"
        envelope = {"entry_id": str(named_uuid7(name, at)), "kind": answer.kind, "effective_at": at.isoformat()}
        return {**envelope, "source": "hand", "is_simulated": True, **answer.content}

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
