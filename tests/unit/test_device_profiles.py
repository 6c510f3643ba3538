"""How rows of a bedside monitor are read: drop-outs, cuffs, artefacts; what was sent is never lost."""

import pytest

from session_store.domain.device_profiles import CUFF_FAILED, NO_SIGNAL, decode


@pytest.mark.parametrize(
    ("channel", "sent", "field", "expected"),
    [
        ("HR", "62.8", "heart_rate_per_min", "62.8"),
        ("HR", "62.80", "heart_rate_per_min", "62.80"),
        ("RESP", "9", "respiratory_rate_per_min", "9"),
        ("SpO2", "96.1", "spo2_percent", "96.1"),
        ("NBPSys", "120", "systolic_mmhg", "120"),
        ("ABPSys", "131", "systolic_mmhg", "131"),
    ],
)
def test_values_are_kept_as_sent(channel: str, sent: str, field: str, expected: str) -> None:
    assert decode("bedside_numerics", {channel: sent}) == ({field: expected}, [])


@pytest.mark.parametrize("sent", ["0", "0.0", "", "  ", "--", "-1", "-32768"])
def test_a_drop_out_is_not_measured_with_a_reason(sent: str) -> None:
    assert decode("bedside_numerics", {"HR": sent}) == ({"not_measured": {"heart_rate_per_min": NO_SIGNAL}}, [])


def test_an_empty_cuff_column_is_nothing_due_and_a_zero_is_a_failed_measurement() -> None:
    assert decode("bedside_numerics", {"NBPSys": ""}) == ({}, [])
    assert decode("bedside_numerics", {"NBPSys": "0"}) == ({"not_measured": {"systolic_mmhg": CUFF_FAILED}}, [])


def test_the_arterial_line_is_ignored_where_zero_and_never_overrides_the_cuff() -> None:
    assert decode("bedside_numerics", {"ABPSys": "0", "ABPDias": "0", "ABPMean": "0"}) == ({}, [])
    values, _ = decode("bedside_numerics", {"NBPSys": "118", "ABPSys": "131"})
    assert values == {"systolic_mmhg": "118"}


def test_what_is_outside_the_physical_range_is_an_artefact_that_says_what_was_sent() -> None:
    values, problems = decode("bedside_numerics", {"HR": "4", "SpO2": "412"})
    assert problems == []
    assert values == {"not_measured": {"heart_rate_per_min": "artefact: sent 4", "spo2_percent": "artefact: sent 412"}}


def test_a_lone_extreme_inside_the_range_is_charted() -> None:
    assert decode("bedside_numerics", {"HR": "11.5", "RESP": "2"})[0] == {
        "heart_rate_per_min": "11.5", "respiratory_rate_per_min": "2",
    }  # fmt: skip


def test_unknown_profiles_channels_and_words_are_named() -> None:
    assert decode("toaster", {})[1][0].field == "device_profile"
    assert decode("bedside_numerics", {"Pulse2": "70"})[1][0].field == "channels.Pulse2"
    assert decode("bedside_numerics", {"HR": "fast"})[1][0].field == "channels.HR"
    assert decode("bedside_numerics", {"PULSE": "70"}) == ({}, [])
