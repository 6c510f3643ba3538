"""The drill's chair on the server: patient, monitor and pump to the end, the simulated staff up to the trouble.

What people record changes the patient: rate and status through the pump, boluses, drugs and oxygen as charted. The
first answer that treats ends what was planned to go wrong: an episode fades over its own ramp, the pump is put right.
That a patient recovers as soon as somebody acts is ours, so that a drill of some minutes has an end; the drug's own
effects fade as they do. A bolus or drug that the team withdraws or amends later stays in the patient as first charted:
what was injected stays injected, whatever becomes of the entry.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from simulators.chair import MONITOR_STEP_S, ChairSession, Door, Outgoing
from simulators.drill.answering import Answering
from simulators.drill.plan import DrillTimes
from simulators.drill.record import HandEntry
from simulators.senders import Senders
from simulators.server_client import refusals_of

_WAKEFULNESS = ("awake", "drowsy", "lightly sedated", "moderately sedated", "deeply sedated", "unarousable")


class DrillFailed(Exception):
    """The drill cannot be played: its session could not be opened."""


class DrillChair:
    """One session. Everything that sends raises what `ServerClient` raises."""

    def __init__(self, session: ChairSession, senders: Senders, times: DrillTimes, answering: Answering) -> None:
        self.session = session
        self._senders = senders
        # What the staff does in the step of the trouble may be the trouble itself.
        self._staff_until = times.trouble_at + timedelta(seconds=MONITOR_STEP_S)
        self._trouble_at = times.trouble_at
        self._answering = answering
        # Of the team's, not yet taken over: while the past catches up, they lie ahead of it.
        self._waiting: list[HandEntry] = []
        self._tile: Mapping[str, Any] | None = None
        self.is_open = False
        self.has_recovered = False
        # Entries of the simulator; all others of this session are the team's.
        self.own_ids: set[str] = set()
        self.refusals: list[str] = []

    def serve(self, now: datetime) -> None:
        """Opens the session when it is ready, and sends what is due. Raises `DrillFailed`."""
        if not self.is_open:
            self._open(now)
        if self.is_open:
            due = [one for one in self.session.entries_until(now) if self._is_played(one)]
            for _, run in groupby(due, key=lambda one: one.sender):
                self._send(list(run))

    def follow(self, entries: Sequence[HandEntry], tile: Mapping[str, Any] | None, now: datetime) -> None:
        """Takes over what the team did: its `entries` since the last call, each once the chair's time `now` has come to
        it, and then status and rate from the newest `tile`; None: nothing has changed."""
        self._tile = tile or self._tile
        known = [*self._waiting, *entries]
        self._waiting = [entry for entry in known if entry.effective_at > now]
        for entry in known:
            if entry.effective_at <= now:
                self._follow_entry(entry, now)
        # The tile shows what waits too.
        if self._tile is not None and not self._waiting:
            self.session.reconcile(self._tile, now)
            self._tile = None

    def patient_words(self) -> str:
        """What somebody at the chair would see, measure and read from the pump at this moment."""
        vitals, patient = self.session.patient.vitals(), self.session.patient
        return (
            f"{vitals.systolic_mmhg:.0f}/{vitals.diastolic_mmhg:.0f} mmHg, heart rate {vitals.heart_rate_per_min:.0f}, "
            f"breaths {vitals.respiratory_rate_per_min:.0f}, SpO2 {vitals.spo2_percent:.0f} %, "
            f"{_WAKEFULNESS[patient.sedation_depth()]}, pain {patient.pain_points():.0f}; {self._pump_words()}"
        )

    def _pump_words(self) -> str:
        pump = self.session.pump
        state = f"{pump.display_ml_per_h:g} mL/h" if pump.is_running else "stopped"
        alarm = "" if pump.alarm is None else f", pump alarm: {pump.alarm}"
        return f"pump {state}, {pump.volume_ml:g} mL given{alarm}"

    def _open(self, now: datetime) -> None:
        if now < self.session.ready_at:
            return
        refusals = refusals_of(self._senders.nurse.open_session(self.session.session_id, self.session.opening))
        if refusals:
            raise DrillFailed(f"the session could not be opened: {'; '.join(refusals)}")
        self.own_ids.update(str(entry["entry_id"]) for entry in self.session.opening)
        self.is_open = True

    def _is_played(self, outgoing: Outgoing) -> bool:
        at = datetime.fromisoformat(outgoing.entry["effective_at"])
        return outgoing.door is Door.DEVICE or at <= self._staff_until

    def _send(self, run: Sequence[Outgoing]) -> None:
        # Known before the record shows them.
        self.own_ids.update(str(one.entry["entry_id"]) for one in run)
        self.refusals += refusals_of(self._senders.post(self.session.session_id, run))

    def _follow_entry(self, entry: HandEntry, now: datetime) -> None:
        patient, minute = self.session.patient, (now - self.session.opened_at).total_seconds() / 60
        if entry.kind == "bolus":
            patient.give_bolus(float(entry.content["dose_mg"]))
        elif entry.kind == "medication_given":
            self._give(entry.content, minute)
        elif entry.kind == "vital_signs" and entry.content.get("oxygen_flow_l_per_min") is not None:
            patient.give_oxygen(float(entry.content["oxygen_flow_l_per_min"]))
        # What was done before the trouble, and came late, does not treat it.
        is_of_trouble = entry.effective_at >= self._trouble_at
        if is_of_trouble and self._answering.is_treated_by(entry) and not self.has_recovered:
            self.has_recovered = True
            patient.recover(minute)
            self.session.pump.put_right(minute)

    def _give(self, content: Mapping[str, Any], minute: float) -> None:
        dose, unit = content.get("dose"), content.get("dose_unit")
        if dose is None or unit is None:
            return
        try:
            self.session.patient.give_medication(str(content["drug_name"]), float(dose), str(unit), minute)
        except ValueError as unknown:
            self.refusals.append(f"the patient does not feel this drug: {unknown}")
