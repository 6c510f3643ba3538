"""What a value may end, what confirms it, what keeps it company: signs from a person and from a monitor together."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from session_store.reader import Reader
from tests.record_building import MONITOR, TestRecord, sent

HR, SPO2, RR, SBP = "heart_rate_per_min", "spo2_percent", "respiratory_rate_per_min", "systolic_mmhg"
NO_HR, NO_SPO2 = f"sign.no_signal:{HR}", f"sign.no_signal:{SPO2}"
Standing = list[tuple[str, str]]


def standing(reader: Reader, session_id: UUID) -> Standing:
    tile = reader.timeline(session_id)["session"]
    return sorted((one["condition"], one["level"]) for one in tile["alerts"] if one["cleared_at"] is None)


def sounding(reader: Reader, session_id: UUID) -> list[str]:
    tile = reader.timeline(session_id)["session"]
    return sorted(one["condition"] for one in tile["alerts"] if one["sounded_at"] and one["cleared_at"] is None)


class Ward:
    """One running session: what a hand charts, what a monitor sends, when."""

    def __init__(self, record: TestRecord, reader: Reader) -> None:
        self.record, self._reader = record, reader
        self.session_id = record.running()
        self.begins = record.clock.now()

    def at(self, minutes: float) -> "Ward":
        self.record.clock.time = self.begins + timedelta(minutes=minutes)
        return self

    def hand(self, true_at: float | None = None, **values: Any) -> None:
        self._chart("vital_signs", true_at, **values)

    def effect(self, term: str, true_at: float | None = None) -> None:
        self._chart("adverse_effect", true_at, term=term)

    def _chart(self, kind: str, true_at: float | None, **fields: Any) -> None:
        if true_at is not None:
            fields["effective_at"] = (self.begins + timedelta(minutes=true_at)).isoformat()
        self.record.chart(self.session_id, kind, **fields)

    def monitor(self, *values: float, sign: str = HR) -> None:
        """These values one after the other, 5 s apart."""
        for number, value in enumerate(values):
            self.record.clock.forward(seconds=5 if number else 0)
            self.row(**{sign: value})

    def row(self, **fields: Any) -> None:
        self.record.record(self.session_id, sent("vital_signs", source="monitor", **fields), author=MONITOR)

    def rows(self, begins: float, ends: float, **fields: Any) -> None:
        """The same row every 30 s; the clock acts between them."""
        minutes = begins
        while minutes <= ends:
            self.at(minutes).row(**fields)
            self.record.tick()
            minutes += 0.5

    @property
    def standing(self) -> Standing:
        return standing(self._reader, self.session_id)

    @property
    def lost(self) -> Standing:
        return [(condition, level) for condition, level in self.standing if condition.startswith("sign.no_signal")]

    @property
    def sounding(self) -> list[str]:
        return sounding(self._reader, self.session_id)


@pytest.fixture
def ward(record: TestRecord, reader: Reader) -> Ward:
    return Ward(record, reader)


# ------------------------------------------------------------------------------------------- not found at the patient

ABSENT = [(f"sign.absent:{HR}", "critical")]


def test_what_a_hand_did_not_find_no_monitor_finds(ward: Ward) -> None:
    ward.at(1).hand(not_measured={HR: "not_found"})
    ward.at(2).monitor(12)
    assert ABSENT[0] in ward.standing
    ward.at(3).monitor(70, 70, 70)
    assert ward.standing == ABSENT
    ward.at(4).hand(heart_rate_per_min=70)
    assert ward.standing == []


def test_what_a_hand_did_not_find_is_open_though_a_monitor_was_a_moment_newer(ward: Ward) -> None:
    ward.at(2).monitor(70)
    ward.at(2.1).hand(true_at=1.9, not_measured={HR: "not_found"})
    assert ward.standing == ABSENT


def test_a_hand_finds_the_sign_again_though_a_monitor_is_newer_by_then(ward: Ward) -> None:
    ward.at(1).hand(not_measured={HR: "not_found"})
    ward.at(2).monitor(70)
    ward.at(2.1).hand(true_at=1.5, heart_rate_per_min=68)
    assert ward.standing == []


def test_a_hand_s_value_from_before_finds_nothing_and_a_newer_one_makes_it_past(ward: Ward) -> None:
    ward.at(2).hand(not_measured={HR: "not_found"})
    ward.at(3).hand(true_at=1, heart_rate_per_min=68)
    assert ward.standing == ABSENT
    ward.at(4).hand(heart_rate_per_min=68)
    ward.at(5).hand(true_at=3, not_measured={HR: "not_found"})
    assert ward.standing == []


def test_a_lone_extreme_does_not_end_that_a_sign_is_overdue(ward: Ward) -> None:
    ward.at(10).record.tick()
    overdue = (f"overdue.sign:{HR}", "warning")
    assert overdue in ward.standing
    ward.monitor(12)
    assert overdue in ward.standing
    ward.monitor(70)
    assert overdue not in ward.standing


# ------------------------------------------------------------------------------------------ two samples in a row


@pytest.mark.parametrize(
    ("sign", "samples", "condition"),
    [(HR, (28, 35), "hr.low"), (HR, (35, 28), "hr.low"), (SBP, (45, 55), "sbp.low"), (SPO2, (55, 85), "spo2.low"),
     (HR, (205, 140), "hr.high"), (RR, (4, 7), "rr.low")],
)  # fmt: skip
def test_a_second_critical_sample_confirms_an_extreme(
    ward: Ward, sign: str, samples: tuple[float, ...], condition: str
) -> None:
    ward.at(1).monitor(*samples, sign=sign)
    assert ward.standing == [(condition, "critical")]


@pytest.mark.parametrize("samples", [(28, 140), (205, 35), (140, 28), (28, 70), (28, 45)])
def test_a_sample_on_the_other_side_or_a_milder_one_confirms_no_extreme(ward: Ward, samples: tuple[float, ...]) -> None:
    ward.at(1).monitor(*samples)
    assert "critical" not in [level for _, level in ward.standing]


# ------------------------------------------------------------------------------------------------ with symptoms


@pytest.mark.parametrize(
    ("symptom_at", "value_at", "level"),
    [(10, 15, "critical"), (15, 10, "critical"), (1, 16, "critical"), (1, 16.1, "warning"), (16.1, 1, "warning")],
)
@pytest.mark.parametrize("is_symptom_first", [True, False])
def test_symptoms_and_pressure_count_by_the_times_at_which_they_were_true(
    ward: Ward, symptom_at: float, value_at: float, level: str, *, is_symptom_first: bool
) -> None:
    ward.at(40)
    if is_symptom_first:
        ward.effect("severe_headache", symptom_at)
    ward.hand(value_at, systolic_mmhg=165)
    if not is_symptom_first:
        ward.effect("severe_headache", symptom_at)
    assert ward.standing == [("sbp.high", level)]


def test_an_earlier_symptom_counts_beside_a_newer_one(ward: Ward) -> None:
    ward.at(10).effect("severe_headache")
    ward.at(40).effect("confusion")
    ward.at(41).hand(true_at=12, systolic_mmhg=165)
    assert ward.standing == [("sbp.high", "critical")]


# ---------------------------------------------------------------------------------------- a sign without its signal


def test_a_sign_whose_channel_is_lost_for_two_minutes_is_an_alert_of_its_own(ward: Ward) -> None:
    ward.at(1).row(heart_rate_per_min=70, spo2_percent=98)
    ward.rows(1.5, 3, spo2_percent=98, not_measured={HR: "no signal"})
    assert ward.standing == []
    ward.at(3.1).record.tick()
    assert ward.standing == [(NO_HR, "warning")]
    ward.monitor(12)
    assert (NO_HR, "warning") in ward.standing
    ward.monitor(70)
    assert ward.standing == []


def test_a_channel_that_is_not_in_the_rows_any_more_is_lost_too(ward: Ward) -> None:
    ward.at(1).row(heart_rate_per_min=70, spo2_percent=98)
    ward.rows(1.5, 4, spo2_percent=98)
    assert ward.standing == [(NO_HR, "warning")]


def test_each_lost_sign_is_an_alert_and_pressures_are_none(ward: Ward) -> None:
    ward.at(1).row(heart_rate_per_min=70, spo2_percent=98, systolic_mmhg=120, diastolic_mmhg=70, mean_arterial_mmhg=87)
    ward.rows(1.5, 4, not_measured={HR: "no signal", SPO2: "no signal"})
    assert ward.standing == [(NO_HR, "warning"), (NO_SPO2, "warning")]


def test_a_silent_monitor_is_one_alert(ward: Ward) -> None:
    ward.at(1).row(heart_rate_per_min=70, spo2_percent=98)
    ward.at(3.1).record.tick()
    assert ward.standing == [("monitor.silent", "warning")]


def test_a_hand_takes_over_a_lost_sign_until_the_monitor_has_it_again(ward: Ward) -> None:
    ward.at(1).row(heart_rate_per_min=70, spo2_percent=98)
    ward.rows(1.5, 4, spo2_percent=98)
    ward.hand(heart_rate_per_min=72)
    ward.rows(4.5, 8, spo2_percent=98)
    assert ward.lost == []
    ward.row(heart_rate_per_min=70, spo2_percent=98)
    ward.rows(8.5, 11, spo2_percent=98)
    assert ward.lost == [(NO_HR, "warning")]


def test_a_hand_s_value_before_the_loss_does_not_hide_it(ward: Ward) -> None:
    ward.at(1).row(heart_rate_per_min=70, spo2_percent=98)
    ward.at(1.2).hand(heart_rate_per_min=72)
    ward.rows(1.5, 4, spo2_percent=98)
    assert ward.standing == [(NO_HR, "warning")]


def test_capnography_that_is_not_in_use_any_more_is_not_lost(ward: Ward) -> None:
    ward.at(1).row(end_tidal_co2_mmhg=38, spo2_percent=98)
    ward.rows(1.5, 4, spo2_percent=98)
    assert ward.standing == [("sign.no_signal:end_tidal_co2_mmhg", "warning")]
    ward.hand(is_capnography_in_use=False)
    ward.rows(4.5, 6, spo2_percent=98)
    assert ward.standing == []


def test_an_absent_waveform_is_not_told_twice(ward: Ward) -> None:
    ward.at(1).row(end_tidal_co2_mmhg=38, spo2_percent=98, respiratory_rate_per_min=14)
    absent = {"end_tidal_co2_mmhg": "no_waveform"}
    ward.rows(1.5, 4, spo2_percent=98, respiratory_rate_per_min=14, not_measured=absent)
    assert ward.standing == [("etco2.waveform", "warning")]


def test_before_the_start_no_sign_is_lost(record: TestRecord, reader: Reader) -> None:
    session_id = record.ready()
    record.record(session_id, sent("vital_signs", source="monitor", spo2_percent=98), author=MONITOR)
    record.clock.forward(minutes=2)
    record.record(session_id, sent("vital_signs", source="monitor", heart_rate_per_min=70), author=MONITOR)
    record.clock.forward(minutes=1)
    record.tick()
    assert standing(reader, session_id) == []


# ------------------------------------------------------------------------------------------- a second sign in warning


def test_a_new_warning_sounds_at_once_beside_one_that_has_sounded(ward: Ward) -> None:
    ward.at(1).hand(spo2_percent=91)
    ward.at(5).record.tick()
    assert ward.sounding == ["spo2.low"]
    ward.at(6).hand(respiratory_rate_per_min=9)
    assert ward.sounding == ["rr.low", "spo2.low"]


def test_a_new_warning_sounds_at_once_beside_one_that_was_answered(ward: Ward, reader: Reader) -> None:
    ward.at(1).hand(spo2_percent=91)
    (alert,) = reader.timeline(ward.session_id)["alerts"]
    ward.record.chart(ward.session_id, "acknowledgement", alert_id=alert["alert_id"], action="physician_at_chair")
    ward.at(2).hand(respiratory_rate_per_min=9)
    assert ward.sounding == ["rr.low"]


def test_a_warning_that_waits_sounds_with_a_critical_of_another_sign(ward: Ward) -> None:
    ward.at(1).hand(spo2_percent=91)
    ward.at(2).hand(respiratory_rate_per_min=8)
    ward.record.tick()
    assert ward.sounding == ["rr.low", "spo2.low"]


@pytest.mark.parametrize("term", ["", "nausea"])
def test_beside_what_is_no_sign_or_is_over_a_warning_stays_a_lone_one(ward: Ward, term: str) -> None:
    if term:
        ward.record.chart(ward.session_id, "adverse_effect", term=term, ctcae_grade=3)
    ward.at(1).hand(spo2_percent=91)
    ward.at(2).hand(spo2_percent=98)
    ward.at(3).hand(respiratory_rate_per_min=9)
    assert "rr.low" not in ward.sounding
