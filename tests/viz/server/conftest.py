"""A browser for the routes, with the scripted model side behind them."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from viz.drive.worker import Worker
from viz.server import routes


@pytest.fixture
def client(worker: Worker) -> TestClient:
    return TestClient(Starlette(routes=routes.routes()), raise_server_exceptions=False)
