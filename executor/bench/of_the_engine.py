"""How fast sessions are without HTTP, and what they cost: see ``bench/sessions``.

Prints one line for each figure; milliseconds unless it says otherwise.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from executor.pool import Pool
from executor.sandbox import Sandbox
from executor.settings import MIB, Settings

PANDAS = "import pandas as pd\npd.DataFrame({'a': [1]}).sum()"
FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
CELLS = 500
SESSIONS = 50


async def main() -> None:
    began = time.perf_counter()
    pool = await Pool.start(Settings(spares=0))
    show("warm process, from start to ready", [since(began)])
    await pool.warmed()
    show("until its sessions are quick", [since(began)])
    sys.stdout.write(f"level: {pool.health().level}\n")
    await cold(pool)
    await one(pool)
    await many(pool)
    await pool.close()
    await with_spares()


async def cold(pool: Pool) -> None:
    """New sessions that nobody has prepared."""
    first: list[float] = []
    made: list[float] = []
    for _ in range(20):
        began = time.perf_counter()
        sandbox = await pool.take()
        made.append(since(began))
        await run(sandbox, PANDAS)
        first.append(since(began))
        await sandbox.close()
    show("new session, cold", made)
    show("new session, cold, and pandas used", first)


async def one(pool: Pool) -> None:
    """One session, in turn."""
    sandbox = await pool.take()
    await run(sandbox, "1 + 1")
    show("idle session, private memory (MB)", [await private(sandbox)])
    show("x = 1", await timed(CELLS, lambda: run(sandbox, "x = 1")))
    show("first figure", await timed(1, lambda: run(sandbox, FIGURE)))
    show("further figures", await timed(20, lambda: run(sandbox, FIGURE)))
    show("after figures, private memory (MB)", [await private(sandbox)])
    show("true in a shell", await timed(20, lambda: sandbox.shell("s", "true")))

    async def respawn() -> None:
        await sandbox.execute("r", "import os; os._exit(0)")
        await run(sandbox, "1")

    show("kernel dies, and the next run", await timed(20, respawn))
    show("empty kernel", await timed(20, lambda: sandbox.execute("e", "1", empty_kernel=True)))
    show("closing", await timed(1, sandbox.close))


async def many(pool: Pool) -> None:
    """Many at once."""
    began = time.perf_counter()
    sandboxes = await asyncio.gather(*(pool.take() for _ in range(SESSIONS)))
    show(f"{SESSIONS} sessions made at once, all", [since(began)])
    began = time.perf_counter()
    await asyncio.gather(*(run(sandbox, PANDAS) for sandbox in sandboxes))
    show(f"pandas in {SESSIONS} at once, all", [since(began)])
    memory = [await private(sandbox) for sandbox in sandboxes]
    show(f"private memory of each of {SESSIONS} (MB)", memory)
    began = time.perf_counter()
    await asyncio.gather(*(sandbox.close() for sandbox in sandboxes))
    show(f"{SESSIONS} sessions closed, all", [since(began)])


async def with_spares() -> None:
    """New sessions as users meet them, one now and then."""
    pool = await Pool.start(Settings(spares=2))
    took: list[float] = []
    for _ in range(20):
        while pool.health().spares < 2:
            await asyncio.sleep(0.01)
        began = time.perf_counter()
        sandbox = await pool.take()
        await run(sandbox, PANDAS)
        took.append(since(began))
        await sandbox.close()
    show("new session, a spare, and pandas used", took)
    await pool.close()


async def run(sandbox: Sandbox, code: str) -> None:
    outcome = await sandbox.execute("bench", code)
    if outcome.status != "Succeeded":
        raise SystemExit(f"{code!r}: {outcome}")


async def private(sandbox: Sandbox) -> float:
    """Memory that the kernel has for itself alone; the first process has about as much again
    of what the kernel shares with it, and cannot be looked at but by root."""
    outcome = await sandbox.execute("memory", "open('/proc/self/smaps_rollup').read()")
    lines = [line.split() for line in str(outcome.value).splitlines()]
    return sum(int(line[1]) for line in lines if line[0].startswith("Private_")) * 1024 / MIB


async def timed(rounds: int, work: Callable[[], Awaitable[object]]) -> list[float]:
    took: list[float] = []
    for _ in range(rounds):
        began = time.perf_counter()
        await work()
        took.append(since(began))
    return took


def since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def show(what: str, took: list[float]) -> None:
    took = sorted(took)
    middle, late = took[len(took) // 2], took[min(len(took) - 1, len(took) * 99 // 100)]
    times = f"{middle:10.2f}" if len(took) == 1 else f"{middle:10.2f} {late:10.2f} {took[-1]:10.2f}"
    sys.stdout.write(f"{what:<50} {times}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if not Path("/proc/self/smaps_rollup").exists():
        raise SystemExit("This needs Linux.")
    asyncio.run(main())
