"""Pages of the list of sessions join to the whole list, on both engines, and a made-up position is refused."""

import pytest

from session_store.errors import CommandRefused
from session_store.reader import Reader
from tests.postgresql import ON_BOTH_ENGINES
from tests.record_building import TestRecord


@ON_BOTH_ENGINES
def test_pages_join_to_the_whole_list(record: TestRecord, reader: Reader) -> None:
    ready = [record.ready(patient_label=f"TP-{number}") for number in range(3)]
    running = []
    for number in range(4):
        running.append(record.running(patient_label=f"TP-1{number}"))
        record.clock.forward(minutes=number % 2)
    expected = [*(str(one) for one in reversed(running)), *(str(one) for one in reversed(ready))]
    for limit in (1, 2, 3, 7, 10):
        found, after = [], None
        while True:
            tiles, after = reader.sessions_page("open", limit, after)
            found += [one["session_id"] for one in tiles]
            assert len(tiles) <= limit
            if after is None:
                break
        assert found == expected, limit


@pytest.mark.parametrize("position", ["", "x", "é", "bm8", "LjE", "OTk5OTk5OTk5OTk5OTk5OTk5OTkuMTIzNDU2NzgtMTIzNC0"])
def test_a_made_up_position_is_refused(reader: Reader, position: str) -> None:
    with pytest.raises(CommandRefused) as refused:
        reader.sessions_page("open", 10, position)
    assert refused.value.field == "after"
