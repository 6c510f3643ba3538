"""How a row of a bedside monitor is read: what is a value, what is "not measured", what is nothing at all (S4).

An old cuff value is never a new one (S2).
"""

from decimal import Decimal

import pytest

from session_store.domain.device_profiles import CUFF_FAILED, DEVICE_PROFILES, NO_SIGNAL, DeviceProfile, decode
from session_store.domain.entries import CUFF_SIGNS, VITAL_SIGN_FIELDS, read_content
from session_store.domain.observation_contents import VitalSigns

HR, RR, SPO2 = "heart_rate_per_min", "respiratory_rate_per_min", "spo2_percent"
SBP, DBP, MAP = "systolic_mmhg", "diastolic_mmhg", "mean_arterial_mmhg"
CO2_MMHG, CO2_KPA = "end_tidal_co2_mmhg", "end_tidal_co2_kpa"
CUFF = {"NBPSys": "128", "NBPDias": "74", "NBPMean": "92"}
CUFF_READ = {SBP: "128", DBP: "74", MAP: "92"}


def read(sent: dict[str, str], profile: str = "bedside_numerics") -> dict[str, object]:
    values, problems = decode(profile, sent)
    assert problems == []
    return values


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        # A value is kept to the letter, decimals too.
        ({"HR": "62.8"}, {HR: "62.8"}),
        ({"HR": "62.80"}, {HR: "62.80"}),
        ({"HR": " 71 "}, {HR: "71"}),
        ({"SpO2": "100"}, {SPO2: "100"}),
        ({"RESP": "14.0", "SpO2": "97.1"}, {RR: "14.0", SPO2: "97.1"}),
        # A drop-out of what is due on every row is "not measured", whichever way the device says it.
        ({"HR": "0"}, {"not_measured": {HR: NO_SIGNAL}}),
        ({"HR": "0.0"}, {"not_measured": {HR: NO_SIGNAL}}),
        ({"HR": ""}, {"not_measured": {HR: NO_SIGNAL}}),
        ({"HR": "  "}, {"not_measured": {HR: NO_SIGNAL}}),
        ({"HR": "--"}, {"not_measured": {HR: NO_SIGNAL}}),
        ({"RESP": "-1"}, {"not_measured": {RR: NO_SIGNAL}}),
        ({"SpO2": "-32768"}, {"not_measured": {SPO2: NO_SIGNAL}}),
        ({"RESP": "0", "HR": "70"}, {HR: "70", "not_measured": {RR: NO_SIGNAL}}),
        # A column that was not sent says nothing.
        ({}, {}),
        # An empty cuff means that nothing was due; a zero means that it tried and failed.
        ({"NBPSys": "", "NBPDias": "", "NBPMean": ""}, {}),
        ({"NBPSys": "128", "NBPDias": "74", "NBPMean": "92"}, {SBP: "128", DBP: "74", MAP: "92"}),
        ({"NBPSys": "0", "NBPDias": "0"}, {"not_measured": {SBP: CUFF_FAILED, DBP: CUFF_FAILED}}),
        ({"NBPSys": "--"}, {"not_measured": {SBP: CUFF_FAILED}}),
        # The arterial line fills what the cuff did not, and only where it reads more than zero.
        ({"ABPSys": "0", "ABPDias": "0", "ABPMean": "0"}, {}),
        ({"ABPSys": "-12"}, {}),
        ({"ABPSys": ""}, {}),
        ({"ABPSys": "131", "ABPDias": "77"}, {SBP: "131", DBP: "77"}),
        ({"NBPSys": "128", "ABPSys": "131"}, {SBP: "128"}),
        ({"NBPSys": "", "ABPSys": "131"}, {SBP: "131"}),
        ({"NBPSys": "0", "ABPSys": "131"}, {SBP: "131", "not_measured": {}}),
        # What no patient can have is an artefact: kept in words, never a number on a screen.
        ({"HR": "301"}, {"not_measured": {HR: "artefact: sent 301"}}),
        ({"HR": "9.9"}, {"not_measured": {HR: "artefact: sent 9.9"}}),
        ({"SpO2": "101"}, {"not_measured": {SPO2: "artefact: sent 101"}}),
        ({"SpO2": "NaN"}, {"not_measured": {SPO2: "artefact: sent NaN"}}),
        ({"NBPSys": "999"}, {"not_measured": {SBP: "artefact: sent 999"}}),
        # An extreme that a patient can have is charted; whether it is believed is for the alerts to say.
        ({"HR": "11.5", "RESP": "2"}, {HR: "11.5", RR: "2"}),
        # The oximeter's pulse is kept as sent and never becomes the heart rate.
        ({"PULSE": "88"}, {}),
        ({"PULSE": "88", "HR": "0"}, {"not_measured": {HR: NO_SIGNAL}}),
    ],
)
def test_decoding(sent: dict[str, str], expected: dict[str, object]) -> None:
    found = read(sent)
    if not expected.get("not_measured", True):
        assert not found.pop("not_measured", None)
        expected = {name: value for name, value in expected.items() if name != "not_measured"}
    assert found == expected


@pytest.mark.parametrize("text", ["seventy", "7O", "70 bpm", "1e", "0x46", "62,8"])
def test_what_is_no_number_is_refused_naming_the_channel(text: str) -> None:
    values, problems = decode("bedside_numerics", {"HR": text, "SpO2": "98"})
    assert [one.field for one in problems] == ["channels.HR"]
    assert HR not in values


def test_an_unknown_channel_is_refused_naming_the_known_ones() -> None:
    _, problems = decode("bedside_numerics", {"HR": "70", "CVP": "8"})
    assert [one.field for one in problems] == ["channels.CVP"]
    assert "HR" in str(problems[0].limit)


def test_an_unknown_profile_is_refused() -> None:
    values, problems = decode("toaster", {"HR": "70"})
    assert values == {} and [one.field for one in problems] == ["device_profile"]


@pytest.mark.parametrize("profile", DEVICE_PROFILES.values(), ids=DEVICE_PROFILES)
def test_every_channel_fills_a_vital_sign_and_only_a_cuff_is_intermittent(profile: DeviceProfile) -> None:
    for channel in (*profile.channels.values(), *profile.fallbacks.values()):
        assert channel.sign in VITAL_SIGN_FIELDS
    intermittent = {one.field for one in profile.channels.values() if one.is_intermittent}
    assert intermittent == CUFF_SIGNS


def test_every_profile_has_rows_here() -> None:
    assert set(DEVICE_PROFILES) == {
        "bedside_numerics",
        "bedside_numerics_comma",
        "capnography_numerics",
        "capnography_numerics_comma",
        "capnography_numerics_kpa",
        "capnography_numerics_kpa_comma",
    }


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"HR": "62,8", "SpO2": "97"}, {HR: "62.8", SPO2: "97"}),
        ({"HR": "0,0", "RESP": "--", "SpO2": ""}, {"not_measured": {HR: NO_SIGNAL, RR: NO_SIGNAL, SPO2: NO_SIGNAL}}),
        ({"HR": "301,5"}, {"not_measured": {HR: "artefact: sent 301,5"}}),
        ({"NBPSys": "128,0", "NBPDias": ""}, {SBP: "128.0"}),
        ({"ABPSys": "131,5", "ABPDias": "0,0"}, {SBP: "131.5"}),
    ],
)
def test_a_device_that_writes_a_decimal_comma(sent: dict[str, str], expected: dict[str, object]) -> None:
    assert read(sent, "bedside_numerics_comma") == expected


@pytest.mark.parametrize("text", ["62.8", "1.062,8", "6,2,8", "seventy"])
def test_where_a_comma_is_written_a_point_is_no_number(text: str) -> None:
    values, problems = decode("bedside_numerics_comma", {"HR": text, "SpO2": "98"})
    assert [one.field for one in problems] == ["channels.HR"]
    assert text in problems[0].reason and "comma" in str(problems[0].limit)
    assert values == {SPO2: "98"}


@pytest.mark.parametrize(
    ("profile", "sent", "expected"),
    [
        ("capnography_numerics", {"EtCO2": "38"}, {CO2_MMHG: "38"}),
        ("capnography_numerics", {"EtCO2": "0"}, {"not_measured": {CO2_MMHG: NO_SIGNAL}}),
        ("capnography_numerics_kpa", {"EtCO2": "5.1"}, {CO2_KPA: "5.1"}),
        ("capnography_numerics_kpa", {"EtCO2": "--"}, {"not_measured": {CO2_MMHG: NO_SIGNAL}}),
        # mmHg sent as kPa: what no patient can have.
        ("capnography_numerics_kpa", {"EtCO2": "38"}, {"not_measured": {CO2_MMHG: "artefact: sent 38"}}),
        ("capnography_numerics_kpa_comma", {"EtCO2": "5,1"}, {CO2_KPA: "5.1"}),
        # The pulse rate by another name, and a column that is kept as sent.
        ("capnography_numerics", {"PR": "88", "Perf": "0.3"}, {}),
    ],
)
def test_a_capnograph_in_either_unit(profile: str, sent: dict[str, str], expected: dict[str, object]) -> None:
    assert read(sent, profile) == expected


def test_kilopascals_are_charted_in_millimetres_and_both_are_kept() -> None:
    sent = {"EtCO2": "5,1"}
    content, problems = read_content("vital_signs", read(sent, "capnography_numerics_kpa_comma") | {"channels": sent})
    assert problems == [] and isinstance(content, VitalSigns)
    assert content.end_tidal_co2_mmhg == Decimal("38.3") and content.end_tidal_co2_kpa == Decimal("5.1")
    assert content.channels == sent


@pytest.mark.parametrize(
    ("row_time", "cuff_time", "is_new"),
    [
        ("14:05:10", "14:05:10", True),
        ("14:05:10", "14:05:01", True),
        ("14:05:10", "14:05:00", False),
        ("14:05:10", "14:00:10", False),
        # The cuff of yesterday at this time, and a clock that was set back: nobody knows, so it is not new.
        ("14:05:10", "14:05:11", False),
        ("00:00:04", "23:59:58", True),
        ("00:00:04", "23:59:50", False),
        # Nothing measured yet, or no time of it.
        ("14:05:10", "", False),
        ("14:05:10", "--", False),
        ("", "14:05:10", False),
    ],
)
def test_a_repeated_cuff_counts_in_the_row_within_which_it_was_measured(
    row_time: str, cuff_time: str, is_new: bool
) -> None:
    sent = {"HR": "70", **CUFF, "Time": row_time, "NBPTime": cuff_time}
    assert read(sent, "capnography_numerics") == {HR: "70", **(CUFF_READ if is_new else {})}


def test_a_cuff_that_failed_is_said_once() -> None:
    failed = {"NBPSys": "0", "NBPDias": "--", "Time": "14:05:10"}
    now, before = (read({**failed, "NBPTime": time}, "capnography_numerics") for time in ("14:05:10", "14:05:00"))
    assert now == {"not_measured": {SBP: CUFF_FAILED, DBP: CUFF_FAILED}}
    assert before == {}


def test_an_old_cuff_does_not_hide_the_arterial_line() -> None:
    sent = {**CUFF, "ABPSys": "131", "Time": "14:05:10", "NBPTime": "14:01:00"}
    assert read(sent, "capnography_numerics") == {SBP: "131"}


@pytest.mark.parametrize(
    ("times", "field"),
    [
        ({"Time": "14:05:10"}, "channels.NBPTime"),
        ({"NBPTime": "14:05:10"}, "channels.Time"),
        ({"Time": "14:05:10", "NBPTime": "five past two"}, "channels.NBPTime"),
        ({"Time": "25:05:10", "NBPTime": "14:05:10"}, "channels.Time"),
    ],
)
def test_a_device_that_repeats_its_cuff_has_to_say_when_it_measured(times: dict[str, str], field: str) -> None:
    values, problems = decode("capnography_numerics", {"HR": "70", **CUFF, **times})
    assert [(one.field, one.limit) for one in problems] == [(field, "HH:MM:SS")]
    assert SBP not in values


def test_a_row_without_cuff_needs_no_times() -> None:
    assert read({"HR": "70"}, "capnography_numerics") == {HR: "70"}


def test_what_is_decoded_is_readable_as_an_entry() -> None:
    sent = {"HR": "62.8", "SpO2": "0", "NBPSys": "128", "NBPDias": ""}
    content, problems = read_content("vital_signs", read(sent) | {"channels": sent})
    assert problems == [] and content is not None
    assert content.heart_rate_per_min == Decimal("62.8")  # type: ignore[union-attr]
    assert content.channels == sent  # type: ignore[union-attr]
