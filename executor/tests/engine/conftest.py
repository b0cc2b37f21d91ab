import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import pytest
from story import answers

from executor.pool import Pool
from executor.sandbox import Sandbox
from executor.settings import MIB, Limits, Settings

T = TypeVar("T")
Run = Callable[[Awaitable[T]], T]

LIMITS = Limits(memory=512 * MIB, disk=64 * MIB, files=5000, processes=64, displays=4 * MIB)


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


@pytest.fixture(scope="session")
def run(loop: asyncio.AbstractEventLoop) -> Run[Any]:
    """Runs a story to its end; none may take longer than a minute or two."""

    async def bounded(story: Awaitable[T]) -> T:
        return await asyncio.wait_for(story, 120)

    return lambda story: loop.run_until_complete(bounded(story))


@pytest.fixture(scope="session")
def pool(run: Run[Any]) -> Iterator[Pool]:
    """Small sandboxes, as strong as this machine can make them; or not at all."""
    os.environ["MILLRACE_TEST_SECRET"] = "canary-in-the-environment"  # noqa: S105
    pool = run(Pool.start(Settings(LIMITS, spares=1, grace=0.5)))
    yield pool
    run(pool.close())


@pytest.fixture
def namespaces(pool: Pool) -> None:
    """For what only the strongest confinement promises."""
    health = pool.health()
    if health.level == "namespaces":
        return
    why = f"namespaces are refused here ({'; '.join(health.weaker_because)})"
    if os.environ.get("MILLRACE_REQUIRE_ALL") == "true":
        pytest.fail(f"{why}, and everything is required here")
    pytest.skip(why)


@pytest.fixture
def sandbox(pool: Pool, run: Run[Any]) -> Iterator[Sandbox]:
    sandbox = run(pool.take())
    yield sandbox
    run(sandbox.close())


@pytest.fixture(scope="session")
def neighbour_of_all(pool: Pool, run: Run[Any]) -> Iterator[Sandbox]:
    sandbox = run(pool.take())
    yield sandbox
    run(sandbox.close())


@pytest.fixture
def neighbour(neighbour_of_all: Sandbox, run: Run[Any]) -> Iterator[Sandbox]:
    """Another session, that still answers afterwards."""
    yield neighbour_of_all
    run(answers(neighbour_of_all))
