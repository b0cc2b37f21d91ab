from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fake import FakePool
from running import Running

from executor.front.app import Options


@pytest.fixture
def serve() -> Iterator[Callable[..., Running]]:
    """Starts servers on fake engines; they end with the test."""
    started: list[Running] = []

    def start(**options: Any) -> Running:
        started.append(Running(FakePool(), Options(**options)))
        return started[-1]

    yield start
    for each in started:
        each.close()
