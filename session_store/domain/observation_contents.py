"""What is observed at the patient: vital signs, pain, sedation, dissociation."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from session_store.domain import limits
from session_store.domain.entry_choices import (
    Acvpu,
    DissociationScale,
    EcgRhythm,
    NoPainScore,
    PainCircumstance,
    PainInstrument,
    PainRecall,
    SedationScale,
)
from session_store.domain.entry_fields import boolean, channels, choice, number, reasons, text


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalSigns:
    """One set of vital signs; each is optional, and each can be "could not measure" with a reason."""

    kind: ClassVar[str] = "vital_signs"
    heart_rate_per_min: Decimal | None = number(limits.HEART_RATE, label="Heart rate")
    systolic_mmhg: Decimal | None = number(limits.SYSTOLIC, label="Systolic")
    diastolic_mmhg: Decimal | None = number(limits.DIASTOLIC, label="Diastolic")
    mean_arterial_mmhg: Decimal | None = number(limits.MEAN_ARTERIAL, label="Mean pressure")
    spo2_percent: Decimal | None = number(limits.SPO2, label="SpO2")
    respiratory_rate_per_min: Decimal | None = number(limits.RESPIRATORY_RATE, label="Breaths")
    end_tidal_co2_mmhg: Decimal | None = number(limits.END_TIDAL_CO2, label="EtCO2")
    temperature_celsius: Decimal | None = number(limits.TEMPERATURE, label="Temperature")
    temperature_fahrenheit: Decimal | None = number(limits.FAHRENHEIT, max_decimals=2, label="Temperature in °F")
    end_tidal_co2_kpa: Decimal | None = number(limits.END_TIDAL_CO2_KPA, max_decimals=2, label="EtCO2 in kPa")
    supplemental_oxygen: bool | None = boolean(label="Supplemental oxygen")
    oxygen_flow_l_per_min: Decimal | None = number(limits.OXYGEN_FLOW, label="Oxygen flow")
    acvpu: str | None = choice(Acvpu, label="Consciousness")
    ecg_rhythm: str | None = choice(EcgRhythm, label="ECG")
    is_capnography_in_use: bool | None = boolean(label="Capnography in use")
    not_measured: Mapping[str, str] = reasons()
    device_profile: str | None = text(max_length=40, label="Device profile")
    channels: Mapping[str, str] = channels()


@dataclass(frozen=True, slots=True, kw_only=True)
class PainScore:
    """A pain score the patient gave, in one instrument, or the reason why there is none."""

    kind: ClassVar[str] = "pain_score"
    instrument: str = choice(PainInstrument, required=True, label="Scale")
    score_points: Decimal | None = number(limits.NRS, whole=True, label="NRS")
    score_mm: Decimal | None = number(limits.VAS, max_decimals=1, label="VAS")
    recall: str = choice(PainRecall, required=True, label="Time")
    circumstance: str = choice(PainCircumstance, required=True, label="At rest or on movement")
    no_score: str | None = choice(NoPainScore, label="No score")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sedation:
    """A sedation level, stored with the name of its scale."""

    kind: ClassVar[str] = "sedation"
    scale: str = choice(SedationScale, required=True, label="Scale")
    level: Decimal = number(limits.SEDATION_LEVEL, required=True, whole=True, label="Level")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dissociation:
    """How far the patient feels away: the total of one named scale, never its item texts."""

    kind: ClassVar[str] = "dissociation"
    scale: str = choice(DissociationScale, required=True, label="Scale")
    score: Decimal = number(limits.DISSOCIATION, required=True, whole=True, label="Score")
