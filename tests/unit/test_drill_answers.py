"""What the team charts in a drill: which of it answers and treats, and what of it reaches the patient."""

import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from numpy.random import SeedSequence

from simulators.chair import ChairSession, Door, Outgoing
from simulators.drill.answering import Answering
from simulators.drill.chair import DrillChair
from simulators.drill.plan import drill_plan, drill_times
from simulators.drill.playing import Drill
from simulators.drill.record import HandEntry, RecordReader
from simulators.scenarios.registry import SCENARIOS
from simulators.scenarios.treating_drugs import is_treating
from simulators.senders import Senders
from simulators.server_client import ServerClient
from simulators.simulated_clock import SimulatedClock
from tests.drill_building import NURSE, SCENARIO, TROUBLE, at, entry


@pytest.mark.parametrize(
    ("kind", "lowers_rate", "drug_name", "answers", "treats"),
    [
        ("rate_changed", True, "", True, True),
        ("rate_changed", False, "", False, False),
        ("infusion_paused", False, "", True, True),
        ("serious_event", False, "", True, False),
        ("note", False, "", False, False),
        ("medication_given", False, "Adrenaline 1:1000", True, True),
        ("medication_given", False, "ondansetron", False, False),
        ("medication_given", False, "noradrenaline", False, False),
    ],
)
def test_only_a_lower_rate_and_a_fitting_drug_answer_and_treat(
    kind: str, lowers_rate: bool, drug_name: str, answers: bool, treats: bool
) -> None:
    answering = Answering(("rate_changed", "infusion_paused", "serious_event", "medication_given"), ("adrenaline",))
    one = entry(11, 40, kind, lowers_rate=lowers_rate, drug_name=drug_name)
    assert (answering.is_answered_by(one), answering.is_treated_by(one)) == (answers, treats)


@pytest.mark.parametrize(
    ("name", "treats", "treats_not"),
    [
        ("anaphylaxis", ("adrenaline", "EPINEPHRINE 0.5 mg", "Adrénaline"), ("ondansetron", "oxygen", "noradrenaline")),
        ("oversedation-with-apnoea", ("Flumazenil", "Naloxone HCl", "Narcan"), ("midazolam", "ondansetron")),
        ("vomiting", ("Ondansetron", "metoclopramide"), ("midazolam", "sodium chloride 0.9 %")),
        ("vasovagal-bradycardia", ("atropine", "Ephedrine", "sodium chloride 0.9 %"), ("labetalol", "chloride")),
        ("hypertensive-surge", ("labetalol", "Esmolol", "hydralazine", "nicardipine"), ("ephedrine", "ondansetron")),
        ("dissociation-with-distress", ("midazolam", "anything"), ()),
    ],
)
def test_each_trouble_has_its_drugs(name: str, treats: tuple[str, ...], treats_not: tuple[str, ...]) -> None:
    answering = Answering.of(SCENARIOS[name])
    given = {drug: entry(11, 40, "medication_given", drug_name=drug) for drug in (*treats, *treats_not)}
    assert [drug for drug, one in given.items() if answering.is_treated_by(one)] == list(treats)


def test_a_drug_answer_of_the_scenarios_own_nurse_treats() -> None:
    for scenario in SCENARIOS.values():
        given = [act for act in scenario.plan.acts if act.kind == "medication_given"]
        later = [act for act in given if act.minute >= scenario.trouble_min] if scenario.treating_drugs else []
        names = [str(act.content["drug_name"]) for act in later]
        assert not names or any(is_treating(name, scenario.treating_drugs) for name in names), scenario.name


def change(
    number: int, entry_id: str, source: str = "hand", kind: str = "vital_signs", **more: object
) -> dict[str, object]:
    recorded = {"entry_id": entry_id, "kind": kind, "source": source, "author_name": NURSE, **more}
    recorded["effective_at"] = TROUBLE.isoformat()
    return {"change_number": number, "recorded_at": at(9).isoformat(), "alert_facts": [], "entry": recorded}


def test_only_people_of_the_team_are_timed() -> None:
    changes = [change(1, "own"), change(2, "monitor", "monitor"), change(3, "server", "server"), change(4, "team")]
    (one,) = RecordReader({"own"}).read(changes).entries
    assert (one.entry_id, one.effective_at, one.recorded_at) == ("team", at(0), at(9))


def test_a_rate_is_lower_than_what_the_pump_was_set_to_when_it_was_read_before() -> None:
    """By whomever it was set; changes that are read together all show the newest rate."""
    running = {"tile": {"infusion": {"is_delivering": True, "rate_mg_per_h": 20}}}
    reader = RecordReader({"own"})
    read = [
        [change(1, "own", kind="infusion_started", programmed_rate_mg_per_h=35)],
        [change(2, "up", kind="rate_changed", programmed_rate_mg_per_h=40)],
        [change(3, "m", "monitor") | running, change(4, "down", kind="rate_changed", programmed_rate_mg_per_h=20)],
        [change(5, "same", kind="rate_changed", programmed_rate_mg_per_h=20)],
        # The rate of 20 is withdrawn: the tile alone shows it.
        [change(6, "w") | {"tile": {"infusion": {"is_delivering": True, "rate_mg_per_h": 40}}}],
        [change(7, "again", kind="rate_changed", programmed_rate_mg_per_h=30)],
    ]
    lowered = {one.entry_id: one.lowers_rate for page in read for one in reader.read(page).entries}
    assert lowered == {"up": False, "down": True, "same": False, "w": False, "again": True}


def chair_at(minute: float, answering: Answering, client: ServerClient | None = None) -> DrillChair:
    """A chair of a session that is stepped to `minute`; what it sends goes to `client`."""
    session = ChairSession(drill_plan(SCENARIO), "D", TROUBLE - timedelta(minutes=20), SeedSequence(3))
    list(session.entries_until(session.opened_at + timedelta(minutes=minute)))
    times = drill_times(SCENARIO, session.opened_at, minutes=7)
    senders = Senders(*(cast(ServerClient, client) for _ in range(4)))
    return DrillChair(session, senders, times, answering)


def test_what_the_team_gives_while_the_past_catches_up_reaches_the_patient_when_it_was_given() -> None:
    chair = chair_at(12.0, Answering.of(SCENARIO))
    patient = chair.session.patient
    paused = {"status": "paused", "infusion": {"pump_rate_ml_per_h": 5}}
    bolus = entry(5, -300, "bolus", dose_mg=20)
    chair.follow(
        [bolus, entry(6, -299, "medication_given", drug_name="oxygen", dose=6, dose_unit="L/min")], paused, at(-480)
    )
    before = patient.venous_ng_per_ml
    chair.follow([], None, at(-301))
    assert patient.venous_ng_per_ml == before and patient.oxygen_l_per_min == 0 and chair.session.pump.is_running
    chair.follow([], None, at(-299))
    assert patient.venous_ng_per_ml > before + 50 and patient.oxygen_l_per_min == 6
    assert not chair.session.pump.is_running and chair.session.pump.programmed_ml_per_h == 5
    with_bolus = patient.venous_ng_per_ml
    chair.follow([entry(7, -290, "entered_in_error", about=bolus.entry_id)], None, at(-290))
    assert patient.venous_ng_per_ml == with_bolus and not chair.has_recovered


@pytest.mark.parametrize(
    ("one", "recovers"),
    [
        (entry(5, 40, "rate_changed", lowers_rate=False), False),
        (entry(5, 40, "rate_changed", lowers_rate=True), True),
        (entry(5, 40, "infusion_paused"), True),
        (entry(5, 40, "infusion_paused", true_at=-5), False),
        (entry(5, 40, "medication_given", drug_name="ondansetron", dose=4, dose_unit="mg"), False),
        (entry(5, 40, "medication_given", drug_name="Labetalol", dose=10, dose_unit="mg"), True),
    ],
)
def test_a_patient_recovers_by_what_treats_alone(one: HandEntry, recovers: bool) -> None:
    kinds = ("rate_changed", "infusion_paused", "medication_given")
    chair = chair_at(21.0, Answering(kinds, SCENARIOS["hypertensive-surge"].treating_drugs))
    chair.follow([one], None, at(60))
    assert chair.has_recovered is recovers


def test_each_sender_sends_on_its_own_by_its_own_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the clinic: two tablets, and a clock that is ahead."""
    sent: list[tuple[list[str], timedelta]] = []

    class Client:
        def post_entries(
            self, _session: object, entries: Sequence[Mapping[str, str]], *, confirms: bool, clock_ahead: timedelta
        ) -> list[dict[str, Any]]:
            assert confirms
            sent.append(([one["entry_id"] for one in entries], clock_ahead))
            return []

    chair = chair_at(12.0, Answering(()), cast(ServerClient, Client()))
    ahead = timedelta(seconds=40)
    clocks = [(1, timedelta(0)), (1, timedelta(0)), (2, timedelta(0)), (2, ahead)]
    due = [
        Outgoing(Door.NURSE, {"entry_id": str(number), "effective_at": at(-9).isoformat()}, at(-9), clock, tablet)
        for number, (tablet, clock) in enumerate(clocks)
    ]
    monkeypatch.setattr(chair.session, "entries_until", lambda _until: iter(due))
    chair.is_open = True
    chair.serve(at(-8))
    assert sent == [(["0", "1"], timedelta(0)), (["2"], timedelta(0)), (["3"], ahead)]


def test_the_team_is_followed_while_the_past_catches_up() -> None:
    stop, followed = threading.Event(), list[tuple[list[str], object]]()
    session_id = "session"

    def follow(entries: Sequence[HandEntry], tile: Mapping[str, Any], _now: object) -> None:
        followed.append(([one.entry_id for one in entries], tile["closed_at"]))
        stop.set()

    chair = SimpleNamespace(
        session=SimpleNamespace(session_id=session_id), own_ids={"own"}, is_open=True, has_recovered=False,
        serve=lambda _now: None, follow=follow, patient_words=lambda: "",
    )  # fmt: skip
    tile = {"session_id": session_id, "tile": {"closed_at": None}}
    read = [change(1, "own") | tile, change(2, "team", kind="bolus") | tile]
    reader = SimpleNamespace(change_number=lambda: 0, changes_after=lambda _number: read)
    clock = SimulatedClock(timedelta(minutes=18), 2.0, wall=lambda: at(-120))
    times = drill_times(SCENARIO, at(-120) - timedelta(minutes=18), minutes=7)
    drill = Drill(
        SCENARIO, times, cast(DrillChair, chair), cast(ServerClient, reader), clock, stop, lambda _at, _words: None
    )
    assert clock.is_behind()
    assert [one.entry_id for one in drill.play().record.entries] == ["team"]
    assert followed == [(["team"], None)]
