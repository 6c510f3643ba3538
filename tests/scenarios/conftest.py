"""All scenarios played once, for the tests of this folder."""

from collections.abc import Iterator, Mapping

import pytest

from simulators.scenarios.registry import SCENARIOS
from tests.scenarios.playing import Played, Playing
from tests.scenarios.stepped_server import SteppedServer


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Played]]:
    """What came of each scenario, by name."""
    server = SteppedServer(tmp_path_factory.mktemp("scenarios"))
    server.add_accounts("administrator", "nurse", "physician")
    server.start()
    try:
        yield Playing(server, list(SCENARIOS.values())).play()
    finally:
        server.stop()
