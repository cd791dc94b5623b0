"""One server for all attacks: each must leave it able to serve the next one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.attacks.process import Victim, run_victim


@pytest.fixture(scope="session")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    with run_victim(tmp_path_factory.mktemp("victim")) as running:
        yield running


@pytest.fixture(autouse=True)
def _survives(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever was attacked, the process is still there and has logged no fault of its own."""
    if "victim" not in request.fixturenames:
        yield
        return
    server: Victim = request.getfixturevalue("victim")
    before = len(server.said())
    yield
    assert server.is_alive()
    said = server.said()[before:]
    assert "Traceback" not in said, said[-4000:]
