from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fake import FakePool
from program import Program
from running import Running

from executor.options import Connections, Options, Patience


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


@pytest.fixture
def strict(serve: Callable[..., Running]) -> Running:
    """A server that soon loses its patience."""
    return serve(
        patience=Patience(pause=0.3, start=0.6, rate=1024 * 1024),
        connections=Connections(idle=0.4, linger=0.2),
        largest_upload=1024 * 1024,
    )


@pytest.fixture(scope="session")
def program() -> Iterator[Program]:
    """The whole program, on the real engine; shared by the tests, each with sessions of its own."""
    # A busy machine may take its time to hear an interrupt.
    program = Program("--sessions", "300", "--grace", "10")
    yield program
    program.close()
    assert program.process.returncode == 0
