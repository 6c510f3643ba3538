"""One real server for the module's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server_process import ServerProcess

ROLES = ("administrator", "nurse", "physician_assistant", "physician", "pharmacist", "reviewer")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder: Path = tmp_path_factory.mktemp("server")
    process = ServerProcess(folder)
    process.add_accounts(*ROLES)
    process.start()
    yield process
    process.stop()
