"""How a row of a bedside monitor is read: what is a value, what is "not measured", what is nothing at all (S4)."""

from decimal import Decimal

import pytest

from session_store.domain.device_profiles import BEDSIDE_NUMERICS, CUFF_FAILED, DEVICE_PROFILES, NO_SIGNAL, decode
from session_store.domain.entries import CUFF_SIGNS, VITAL_SIGN_FIELDS, read_content

HR, RR, SPO2 = "heart_rate_per_min", "respiratory_rate_per_min", "spo2_percent"
SBP, DBP, MAP = "systolic_mmhg", "diastolic_mmhg", "mean_arterial_mmhg"


def read(sent: dict[str, str]) -> dict[str, object]:
    values, problems = decode("bedside_numerics", sent)
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


@pytest.mark.parametrize("text", ["seventy", "7O", "70 bpm", "1e", "0x46"])
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


@pytest.mark.parametrize("profile", DEVICE_PROFILES.values(), ids=str)
def test_every_channel_fills_a_vital_sign_and_only_a_cuff_is_intermittent(profile: object) -> None:
    assert profile is BEDSIDE_NUMERICS, "a new profile needs rows of its own above"
    for channel in (*BEDSIDE_NUMERICS.channels.values(), *BEDSIDE_NUMERICS.fallbacks.values()):
        assert channel.field in VITAL_SIGN_FIELDS
    intermittent = {one.field for one in BEDSIDE_NUMERICS.channels.values() if one.is_intermittent}
    assert intermittent == CUFF_SIGNS


def test_what_is_decoded_is_readable_as_an_entry() -> None:
    sent = {"HR": "62.8", "SpO2": "0", "NBPSys": "128", "NBPDias": ""}
    content, problems = read_content("vital_signs", read(sent) | {"channels": sent})
    assert problems == [] and content is not None
    assert content.heart_rate_per_min == Decimal("62.8")  # type: ignore[union-attr]
    assert content.channels == sent  # type: ignore[union-attr]
