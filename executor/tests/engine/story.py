"""What tests say about sandboxes, in their words."""

import asyncio
import itertools
import time
from collections.abc import Awaitable
from typing import Any

import outside

from executor.outcome import Outcome
from executor.sandbox import Sandbox

_ids = itertools.count(1)


async def ran(sandbox: Sandbox, code: str, timeout: float = 60, **options: Any) -> Outcome:
    """The outcome of code, whatever it is."""
    return await sandbox.execute(f"run-{next(_ids)}", code, timeout=timeout, **options)


async def value(sandbox: Sandbox, code: str, timeout: float = 60) -> Any:
    """The value of code that succeeds."""
    outcome = await ran(sandbox, code, timeout)
    assert outcome.status == "Succeeded", outcome
    return outcome.value


async def answers(sandbox: Sandbox) -> None:
    """It works, and says nothing that nobody asked for."""
    outcome = await ran(sandbox, "print('clean'); 6 * 7")
    assert (outcome.value, outcome.stdout) == (42, "clean\n"), outcome


async def shell(sandbox: Sandbox, command: str, **options: Any) -> Outcome:
    return await sandbox.shell(f"run-{next(_ids)}", command, **options)


async def read(sandbox: Sandbox, path: str) -> bytes:
    """A file, as its owner reads it."""
    with open(await sandbox.open_file(path), "rb") as file:  # noqa: ASYNC230, PTH123
        return file.read()


async def write(sandbox: Sandbox, path: str, content: bytes) -> None:
    """A file, as its owner writes it."""
    async with await sandbox.create_file(path) as upload:
        with open(upload.fd, "wb", closefd=False) as file:  # noqa: ASYNC230
            file.write(content)
        await upload.commit()


async def while_watched(
    attack: Awaitable[Outcome], sandbox: Sandbox, neighbour: Sandbox
) -> tuple[Outcome, int]:
    """What comes of it, and the most threads that it had; the neighbour answers all the while."""
    task = asyncio.ensure_future(attack)
    most = 0
    while not task.done():
        most = max(most, sum(process.threads for process in outside.inside(sandbox)))
        await answers(neighbour)
        await asyncio.wait({task}, timeout=0.05)
    return task.result(), most


def only_its_kernel_lives(sandbox: Sandbox) -> None:
    """Of all that a run started nothing is left."""
    assert len(outside.inside(sandbox)) == 1, outside.inside(sandbox)


async def until(what: Any) -> None:
    """Waits for a condition."""
    deadline = time.monotonic() + 30
    while not what():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.01)
