"""The start gate looks at how the patient is now, and at a baseline of before any drug (clinical-decisions 3)."""

from datetime import timedelta

import pytest

from session_store.reader import Reader
from tests.record_building import BASELINE, TestRecord

UNSAFE = {"heart_rate_per_min": 45, "systolic_mmhg": 195, "spo2_percent": 85, "respiratory_rate_per_min": 7}
HELD = {f"start.{one}.held" for one in ("spo2_low", "breaths_low", "heart_rate_low", "systolic_high")}


def held(reader: Reader, record: TestRecord, session_id: object) -> set[str]:
    return {item["rule_id"] for item in reader.gates(session_id, record.clock.now())["start"]}  # type: ignore[arg-type, index]


def premedicated(record: TestRecord, drug_name: str = "midazolam") -> object:
    session_id = record.ready()
    record.clock.forward(minutes=5)
    record.chart(session_id, "medication_given", drug_name=drug_name, dose=2, dose_unit="mg", route="IV")
    return session_id


def test_values_after_a_premedication_hold_the_start(record: TestRecord, reader: Reader) -> None:
    session_id = premedicated(record)
    assert not HELD & held(reader, record, session_id)
    record.clock.forward(minutes=10)
    record.chart(session_id, "vital_signs", **(BASELINE | UNSAFE))  # type: ignore[arg-type]
    assert held(reader, record, session_id) >= HELD


def test_a_baseline_grows_old_also_behind_a_premedication(record: TestRecord, reader: Reader) -> None:
    session_id = premedicated(record, "ondansetron")
    missing = "start.baseline_heart_rate.held"
    record.clock.forward(minutes=20)
    assert missing not in held(reader, record, session_id)
    record.clock.time += timedelta(minutes=10)
    # A set after the drug is not a baseline.
    record.chart(session_id, "vital_signs", **BASELINE)  # type: ignore[arg-type]
    assert missing in held(reader, record, session_id)


@pytest.mark.parametrize("drug_name", ["Naloxone HCl", "NARCAN", "naloxon 0,4 mg"])
def test_a_reversal_drug_is_recognised_as_written(record: TestRecord, reader: Reader, drug_name: str) -> None:
    session_id = record.running()
    record.chart(session_id, "medication_given", drug_name=drug_name, dose=0.4, dose_unit="mg", route="IV")
    record.chart(session_id, "infusion_ended")
    record.clock.forward(minutes=70)
    assert "discharge.reversed.held" in reader.gates(session_id, record.clock.now())["discharge_held"]  # type: ignore[arg-type, index]
