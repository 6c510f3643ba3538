"""The row of the predicted band before any script has run: its words stand, and it carries no value."""

import json

from plotly.utils import PlotlyJSONEncoder

from dashboard.figures.predicted_band_row import predicted_band_row, predicted_band_switch
from dashboard.figures.session_rows import SESSION_ROWS
from dashboard.figures.session_strip import DASH


def plain(component: object) -> str:
    return json.dumps(component, cls=PlotlyJSONEncoder, ensure_ascii=False)


def test_the_row_says_what_it_is_and_carries_no_value() -> None:
    row = plain(predicted_band_row())
    for words in ("MODEL", "Model, not measured. Not for dosing.", "predicted, ng/mL"):
        assert words in row
    assert f'"children": "{DASH}"' in row and '"data-look": "missing"' in row


def test_it_goes_grey_with_the_page_and_is_no_row_of_the_measured_figure() -> None:
    assert "shell__live" in predicted_band_row().className.split()
    assert not [row for row in SESSION_ROWS if "ketamine" in row.label.lower()]


def test_the_switch_names_what_it_shows() -> None:
    assert predicted_band_switch().children == "Predicted ketamine"
