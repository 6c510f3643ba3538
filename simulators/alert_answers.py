"""How the nurse at the chair answers what her tablet shows: she comes to the chair for a critical alert, then says what
she does about it.

Alerts are taken as the server hands them out with the tile of a session. Advisories she leaves to the desk.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from session_store.domain.alert import Level
from session_store.domain.rules.delivered import SIGN_OF_CONDITION
from simulators.scenarios.plan import ChairPlan, PlannedAct

AlertView = Mapping[str, Any]

# Our calibration: she is at the chair after half of the time, and measures anew within this promise.
_AT_THE_CHAIR_AFTER = 0.5
_REMEASURE_WITHIN_MIN = 5
# What was done so shortly before, or will be so soon, is what she does about it.
_DONE_WITHIN_MIN, _ABOUT_TO_MIN = 5.0, 2.0
_ACTIONS = {
    "infusion_paused": "infusion_paused",
    "infusion_ended": "infusion_stopped",
    "medication_given": "drug_given",
}
_LOOKED = {"action": "other", "remark": "Looked at the chair, the patient is watched on"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One entry about an alert."""

    kind: str
    content: Mapping[str, Any]

    @property
    def is_remeasuring(self) -> bool:
        """Whether she has promised a new set."""
        return self.content.get("action") == "remeasure"


class AlertAnswers:
    """Which alerts of one session were seen since when, and which answer is due; each is given once."""

    def __init__(self, plan: ChairPlan) -> None:
        self._plan = plan
        self._after_min = plan.charting.acknowledges_after_min
        # By alert and state, a rise and a broken promise being a new one: since when she could know.
        self._known_since: dict[tuple[str, str, str], datetime] = {}
        self._given: set[tuple[str, tuple[str, str, str]]] = set()

    def due(self, alerts: Iterable[AlertView], at: datetime, minute: float, *, can_measure: bool) -> list[Answer]:
        """What she answers at `at`, the `minute` of the session."""
        if self._after_min is None:
            return []
        waiting = [alert for alert in alerts if _waits(alert)]
        return [answer for alert in waiting for answer in self._due_about(alert, at, minute, can_measure)]

    def _due_about(self, alert: AlertView, at: datetime, minute: float, can_measure: bool) -> Iterator[Answer]:
        state = _state(alert)
        after = timedelta(minutes=self._after_min or 0.0)
        waited = at - self._since(alert, state, at)
        is_critical = alert["peak_level"] == Level.CRITICAL.word and not _is_over(alert)
        if is_critical and waited >= after * _AT_THE_CHAIR_AFTER and self._is_first("at_the_chair", state):
            yield Answer("at_the_chair", {"alert_id": alert["alert_id"]})
        if waited >= after and self._is_first("acknowledgement", state):
            chosen = self._action(alert, minute, can_measure)
            said = {"alert_id": alert["alert_id"], "seen_level": alert["peak_level"], **chosen}
            yield Answer("acknowledgement", said)

    def _since(self, alert: AlertView, state: tuple[str, str, str], at: datetime) -> datetime:
        if state not in self._known_since:
            is_new = all(alert_id != state[0] for alert_id, *_ in self._known_since)
            self._known_since[state] = datetime.fromisoformat(alert["recorded_at"]) if is_new else at
        return self._known_since[state]

    def _is_first(self, kind: str, state: tuple[str, str, str]) -> bool:
        is_first = (kind, state) not in self._given
        self._given.add((kind, state))
        return is_first

    def _action(self, alert: AlertView, minute: float, can_measure: bool) -> Mapping[str, Any]:
        if _is_over(alert):
            return {"action": "other", "remark": "Was over when I looked"}
        done = list(_answering_acts(self._plan, minute))
        if done:
            return {"action": done[-1]}
        if can_measure and alert["condition"] in SIGN_OF_CONDITION:
            return {"action": "remeasure", "deadline_min": _REMEASURE_WITHIN_MIN}
        return _LOOKED


def _waits(alert: AlertView) -> bool:
    is_advisory = alert["peak_level"] == Level.ADVISORY.word
    return alert["acknowledged"] is None and alert["withdrawn_at"] is None and not is_advisory


def _is_over(alert: AlertView) -> bool:
    return alert["cleared_at"] is not None


def _state(alert: AlertView) -> tuple[str, str, str]:
    broken = alert["broken_promise"]
    return str(alert["alert_id"]), str(alert["peak_level"]), "" if broken is None else str(broken["at"])


def _answering_acts(plan: ChairPlan, minute: float) -> Iterator[str]:
    """What the plan does around this minute that answers an alert, in the words of an acknowledgement."""
    rate_mg_per_kg_per_h = plan.rate_mg_per_kg_per_h
    for act in sorted(plan.acts, key=lambda one: one.minute):
        is_near = minute - _DONE_WITHIN_MIN <= act.minute <= minute + _ABOUT_TO_MIN
        is_lower = _rate_of(act, rate_mg_per_kg_per_h) < rate_mg_per_kg_per_h
        rate_mg_per_kg_per_h = _rate_of(act, rate_mg_per_kg_per_h)
        if is_near and act.kind in _ACTIONS:
            yield _ACTIONS[act.kind]
        elif is_near and is_lower:
            yield "rate_lowered"


def _rate_of(act: PlannedAct, before_mg_per_kg_per_h: float) -> float:
    return float(act.content["rate_mg_per_kg_per_h"]) if act.kind == "rate_changed" else before_mg_per_kg_per_h
