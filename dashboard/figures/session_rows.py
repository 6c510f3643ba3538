"""The rows of the one-session figure as data: what stands where, in which unit.

`assets/41_session_figure.js` draws them; the limits in force, its faint band, come with the session's timeline from the
rules that judge it, so that the band on the screen is never another one than the band that is judged.
"""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

# Above this rate Cohen 2018 asks for a monitored setting (grade A, low certainty).
MONITORED_SETTING_ABOVE_MG_PER_KG_PER_H = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """One row: `fields` are the values it draws and shows, `low` to `high` the axis it never shrinks below.

    `share` is its part of the height.
    """

    row_id: str
    label: str
    unit: str
    fields: tuple[str, ...]
    share: int
    low: float
    high: float
    ticks: tuple[float, ...]


SESSION_ROWS: tuple[SessionRow, ...] = (
    SessionRow(
        row_id="rate", label="Rate", unit="mg/kg/h", fields=("rate_mg_per_kg_per_h",), share=12,
        low=-0.08, high=1.5, ticks=(0, 0.5, 1.5, 2, 3, 4, 5, 6, 7, 8),
    ),
    SessionRow(
        row_id="pressure", label="Pressure", unit="mmHg", fields=("systolic_mmhg", "diastolic_mmhg"), share=19,
        low=45, high=185, ticks=(60, 90, 120, 150, 180, 210, 240),
    ),
    SessionRow(
        row_id="heart-rate", label="Heart rate", unit="per min", fields=("heart_rate_per_min",), share=13,
        low=40, high=130, ticks=(50, 75, 100, 125, 150, 175, 200),
    ),
    SessionRow(
        row_id="spo2", label="SpO2", unit="%", fields=("spo2_percent",), share=11,
        low=86, high=101, ticks=(60, 70, 80, 90, 95, 100),
    ),
    SessionRow(
        row_id="breaths", label="Breaths", unit="per min", fields=("respiratory_rate_per_min",), share=11,
        low=4, high=28, ticks=(10, 20, 30, 40, 50),
    ),
    SessionRow(
        row_id="pain", label="Pain", unit="", fields=("pain",), share=12, low=-2.5, high=12.5, ticks=(0, 5, 10)
    ),
)  # fmt: skip


def rows_json() -> list[dict[str, Any]]:
    """The rows in JSON types, for the page's script."""
    return [asdict(row) for row in SESSION_ROWS]
