"""The rows of the one-session figure as data: what stands where, in which unit, with which limits as a faint band.

`assets/41_session_figure.js` draws them; the limits come from the alert rules themselves, so that the band on the
screen is never another one than the band that is judged.
"""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from session_store.domain.alert import Level
from session_store.domain.entry_choices import OxygenTarget
from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.model import Against, AlertRule

# Above this rate Cohen 2018 asks for a monitored setting (grade A, low certainty).
MONITORED_SETTING_ABOVE_MG_PER_KG_PER_H = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """One row: `fields` are the values it draws and shows, `low` to `high` the axis it never shrinks below.

    `share` is its part of the height; `band_low` and `band_high` are the warning limits, None where there is none.
    """

    row_id: str
    label: str
    unit: str
    fields: tuple[str, ...]
    share: int
    low: float
    high: float
    ticks: tuple[float, ...]
    band_low: float | None = None
    band_high: float | None = None


def warning_limits(sign: str) -> tuple[float | None, float | None]:
    """The absolute warning limits of a vital sign, low and high, as the alert rules hold them."""
    rows = [rule for rules in DELIVERED.by_sign.get(sign, {}).values() for rule in rules if _is_plain_warning(rule)]
    lows = [float(rule.limit) for rule in rows if rule.limit is not None and rule.is_low_side]
    highs = [float(rule.limit) for rule in rows if rule.limit is not None and not rule.is_low_side]
    return max(lows, default=None), min(highs, default=None)


def _is_plain_warning(rule: AlertRule) -> bool:
    for_few = rule.oxygen_target == OxygenTarget.TARGET_88_92
    company = rule.needs_baseline or rule.with_symptoms or rule.with_sedation or for_few
    return rule.level is Level.WARNING and rule.against is Against.ABSOLUTE and not company


def _vital_row(row_id: str, label: str, unit: str, fields: tuple[str, ...], share: int, **axis: Any) -> SessionRow:
    band_low, band_high = warning_limits(fields[0])
    return SessionRow(
        row_id=row_id,
        label=label,
        unit=unit,
        fields=fields,
        share=share,
        band_low=band_low,
        band_high=band_high,
        **axis,
    )


SESSION_ROWS: tuple[SessionRow, ...] = (
    SessionRow(
        row_id="rate", label="Rate", unit="mg/kg/h", fields=("rate_mg_per_kg_per_h",), share=12,
        low=-0.08, high=1.5, ticks=(0, 0.5, 1.5, 2, 3, 4, 5, 6, 7, 8),
    ),
    _vital_row(
        "pressure", "Pressure", "mmHg", ("systolic_mmhg", "diastolic_mmhg"), 19,
        low=45, high=185, ticks=(60, 90, 120, 150, 180, 210, 240),
    ),
    _vital_row(
        "heart-rate", "Heart rate", "per min", ("heart_rate_per_min",), 13,
        low=40, high=130, ticks=(50, 75, 100, 125, 150, 175, 200),
    ),
    _vital_row("spo2", "SpO2", "%", ("spo2_percent",), 11, low=86, high=101, ticks=(60, 70, 80, 90, 95, 100)),
    _vital_row(
        "breaths", "Breaths", "per min", ("respiratory_rate_per_min",), 11,
        low=4, high=28, ticks=(10, 20, 30, 40, 50),
    ),
    SessionRow(
        row_id="pain", label="Pain", unit="", fields=("pain",), share=12, low=-2.5, high=12.5, ticks=(0, 5, 10)
    ),
)  # fmt: skip


def rows_json() -> list[dict[str, Any]]:
    """The rows in JSON types, for the page's script."""
    return [asdict(row) for row in SESSION_ROWS]
