"""How fast sessions are over HTTP, and what they cost: see ``bench/sessions``.

Starts the program as ./millrace does, and prints one line for each figure, in milliseconds.
"""

import contextlib
import http.client
import json
import os
import platform
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

QUERY = "?api-version=2025-02-02-preview&identifier="
FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"


class Client:
    """One connection that is kept."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._connection.connect()
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: dict[str, object] | None = None) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        self._connection.request(method, path, data, self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {content[:500]!r}")
        return content

    def run(self, session: str, code: str) -> dict[str, object]:
        page = json.loads(self.ask("POST", f"/executions{QUERY}{session}", {"code": code}))
        if page["status"] != "Succeeded":
            raise SystemExit(f"{code!r}: {page}")
        return page

    def wait_for_spares(self) -> None:
        """As there would be for one user after the other."""
        while json.loads(self.ask("GET", "/health"))["spares"] < 2:
            time.sleep(0.02)

    def end(self, session: str) -> None:
        self.ask("DELETE", f"/session{QUERY}{session}")


def timed(
    rounds: int, work: Callable[[int], object], after: Callable[[int], object]
) -> list[float]:
    """Milliseconds of each round, without what comes after it."""
    took: list[float] = []
    for number in range(rounds):
        began = time.perf_counter()
        work(number)
        took.append((time.perf_counter() - began) * 1000)
        after(number)
    return took


def show(what: str, took: list[float]) -> None:
    took = sorted(took)

    def at(share: float) -> float:
        return took[min(len(took) - 1, int(len(took) * share))]

    sys.stdout.write(
        f"{what:<58} p50 {at(0.5):8.2f}   p90 {at(0.9):8.2f}   p99 {at(0.99):8.2f}"
        f"   max {took[-1]:8.2f}   n {len(took)}\n"
    )


def nothing(_: object) -> None:
    """Nothing to be done between two rounds."""


def main(rounds: int) -> None:
    token = secrets.token_hex(16)
    began = time.perf_counter()
    program = subprocess.Popen(
        [sys.executable, "-I", "-m", "executor", "--sessions", "100"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    if program.stdin is None or program.stdout is None:
        raise SystemExit("no pipes")
    program.stdin.write(token.encode() + b"\n")
    program.stdin.flush()
    ready = json.loads(program.stdout.readline())
    up = (time.perf_counter() - began) * 1000
    try:
        sys.stdout.write(f"{machine()}, sandbox: {ready['sandbox']}\n")
        show("from start to ready", [up])
        client = Client(ready["port"], token)
        client.wait_for_spares()
        show("from start until spares are made", [(time.perf_counter() - began) * 1000])
        measure(client, rounds)
        measure_many(client, program.pid, lambda: Client(ready["port"], token))
    finally:
        program.stdin.close()
        program.wait(60)


def measure(client: Client, rounds: int) -> None:
    client.run("steady", "x = 1")
    show("GET /health", timed(rounds, lambda _: client.ask("GET", "/health"), nothing))
    show("x = 1 in a session", timed(rounds, lambda _: client.run("steady", "x = 1"), nothing))
    show("figure in a session", timed(20, lambda _: client.run("steady", FIGURE), nothing))

    def settle(number: int) -> None:
        client.end(f"new-{number}")
        client.wait_for_spares()

    first = "import pandas as pd\npd.DataFrame({'a': [1]}).sum()"
    new = timed(20, lambda number: client.run(f"new-{number}", first), settle)
    show("new session (a spare) with pandas, first run", new)
    burst = timed(30, lambda number: client.run(f"burst-{number}", first), nothing)
    show("new session in a burst of 30, first run", burst[2:])
    for number in range(30):
        client.end(f"burst-{number}")
    exits = {"code": "import os\nos._exit(1)"}
    respawned = timed(20, lambda _: client.ask("POST", f"/executions{QUERY}steady", exits), nothing)
    show("run that ends its kernel, until there is another", respawned)
    figures = timed(10, lambda number: client.run(f"new-{number}", FIGURE), settle)
    show("new session (a spare), first figure", figures)


def measure_many(client: Client, pid: int, another: Callable[[], Client]) -> None:
    """What fifty sessions cost, together and each."""
    names = [f"many-{number}" for number in range(50)]
    clients = [another() for _ in names]
    before = private_memory(pid)
    began = time.perf_counter()
    with ThreadPoolExecutor(len(names)) as threads:
        took = list(
            threads.map(
                lambda each: timed(1, lambda _: each[0].run(each[1], "1 + 1"), nothing)[0],
                zip(clients, names, strict=True),
            )
        )
    whole = (time.perf_counter() - began) * 1000
    show("50 new sessions at once, first run", took)
    show("50 new sessions at once, until the last has run", [whole])
    each = (private_memory(pid) - before) / len(names) / 1e6
    sys.stdout.write(f"{'private memory of an idle session':<58} {each:12.1f} MB\n")
    for name in names:
        client.end(name)


def private_memory(pid: int) -> int:
    """Bytes that a process and all below it share with no other."""
    total = 0
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Private_"):
                total += int(line.split()[1]) * 1024
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                total += private_memory(int(child))
    return total


def machine() -> str:
    """Where this was measured, and with what."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("aiohttp", "ipython", "pandas"))
    cores, load = os.cpu_count(), os.getloadavg()[0]
    return (
        f"{platform.system()} {platform.release()}, {cores} cores, load {load:.1f}, "
        f"Python {platform.python_version()}, {libraries}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
