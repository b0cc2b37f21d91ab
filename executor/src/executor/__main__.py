"""Serves sessions: ``python -I -m executor --help``."""

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence

from executor.options import Options
from executor.pool import CannotConfine, Pool
from executor.settings import MIB, Limits, Settings

PORT = 6000
DRAIN = 25.0
SHORTEST_TOKEN = 16
LONGEST_TOKEN = 4096


class CannotListen(Exception):
    """The address is taken, or none of this machine's."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs until told to stop. Exit codes: 0 stopped, 1 failed, 2 not started as it has to be."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    given = parser().parse_args(arguments)
    try:
        options, settings = options_of(given), settings_of(given)
    except ValueError as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    try:
        return asyncio.run(serve(options, settings, attached=not given.container))
    except (CannotConfine, CannotListen) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    except OSError as problem:
        sys.stderr.write(f"The sessions could not be prepared: {problem}\n")
        return 1


def parser() -> argparse.ArgumentParser:
    """The command line."""
    usual = Options()
    parse = argparse.ArgumentParser(
        prog="python -I -m executor",
        description="Serves code sessions over HTTP. A pool of sessions unless --container is "
        "given: it reads a token, which callers have to show, as one line from standard input, "
        "prints one JSON line with its address when it is ready, and ends when standard input "
        "ends.",
    )
    add = parse.add_argument
    add("--container", action="store_true", help="be one session, as in a container of a pool")
    add("--host", help="address to listen on (127.0.0.1; in a container 0.0.0.0)")
    add("--port", type=int, help=f"port; 0 is any that is free (0; in a container {PORT})")
    add("--sessions", type=int, default=usual.sessions, help="how many there may be (%(default)s)")
    add(
        "--cooldown",
        type=float,
        default=usual.cooldown,
        help="seconds without a call after which a session ends (%(default)s)",
    )
    add(
        "--longest",
        type=float,
        default=usual.longest,
        help="seconds that a run may take (%(default)s)",
    )
    add("--spares", type=int, help="sessions kept ready (2; in a container 0)")
    add("--memory", type=int, default=2048, help="MiB for each session (%(default)s)")
    add("--disk", type=int, default=1024, help="MiB of files for each session (%(default)s)")
    add(
        "--grace",
        type=float,
        default=Settings().grace,
        help="seconds that code has to end after it was interrupted, before it is killed "
        "(%(default)s)",
    )
    add(
        "--unsandboxed",
        action="store_true",
        help="serve even where this machine offers nothing to confine code with: only where "
        "something else does",
    )
    return parse


def options_of(given: argparse.Namespace) -> Options:
    """How to serve; reads the token. Raises ValueError for what cannot be."""
    faults: list[str] = []
    if given.port is not None and not 0 <= given.port <= 65535:
        faults.append("--port is between 0 and 65535.")
    if given.sessions < 1:
        faults.append("--sessions is at least 1.")
    if not given.cooldown > 0:
        faults.append("--cooldown is more than 0.")
    if not given.grace >= 0:
        faults.append("--grace is 0 or more.")
    if not given.longest >= 1:
        faults.append("--longest is at least 1.")
    if faults:
        raise ValueError("\n".join(faults))
    port = given.port
    return Options(
        host=given.host or ("0.0.0.0" if given.container else "127.0.0.1"),  # noqa: S104 - that is where the platform calls
        port=port if port is not None else (PORT if given.container else 0),
        token=None if given.container else read_token(),
        container=given.container,
        sessions=given.sessions,
        cooldown=given.cooldown,
        longest=given.longest,
    )


def settings_of(given: argparse.Namespace) -> Settings:
    """How to make sandboxes. Raises ValueError for what cannot be."""
    # A container is one session, and only one sandbox can have the directory /mnt/data of an image.
    spares = given.spares if given.spares is not None else (0 if given.container else 2)
    return Settings(
        limits=Limits(memory=given.memory * MIB, disk=given.disk * MIB),
        spares=spares,
        grace=given.grace,
        unsandboxed=given.unsandboxed,
    )


def read_token() -> str:
    """One line of standard input, without taking more than that line."""
    line = bytearray()
    while (byte := os.read(0, 1)) not in (b"", b"\n"):
        line += byte
        if len(line) > LONGEST_TOKEN + 1:
            break
    token = line.decode("ascii", "replace").strip()
    if (
        not SHORTEST_TOKEN <= len(token) <= LONGEST_TOKEN
        or not token.isprintable()
        or "\ufffd" in token
    ):
        raise ValueError(
            "Send a token as the first line of standard input: at least "
            f"{SHORTEST_TOKEN} printable ASCII characters, and not to be guessed."
        )
    return token


async def serve(options: Options, settings: Settings, *, attached: bool) -> int:
    """Serves until a signal, or the end of standard input where that holds us."""
    loop = asyncio.get_running_loop()
    stop: asyncio.Future[float] = loop.create_future()

    def tell(drain: float) -> None:
        if not stop.done():
            stop.set_result(drain)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, tell, DRAIN)
    warming = asyncio.ensure_future(Pool.start(settings))
    await asyncio.sleep(0)  # it is under way, in a process of its own
    from executor.front.app import App

    pool = await warming
    try:
        app = App(pool, options)
        try:
            port = await app.start()
        except OSError as problem:
            raise CannotListen(
                f"Cannot listen on {options.host}, port {options.port}: {problem.strerror}."
            ) from None
        if attached:
            watch_stdin(loop, tell)
        announce(options, port, pool)
        drain = await stop
        await app.stop(drain)
    finally:
        await pool.close()
    return 0


def watch_stdin(loop: asyncio.AbstractEventLoop, tell: Callable[[float], None]) -> None:
    """Stops at once when whoever started this is gone."""

    def read() -> None:
        if not os.read(0, 4096):
            loop.remove_reader(0)
            tell(0.0)

    loop.add_reader(0, read)


def announce(options: Options, port: int, pool: Pool) -> None:
    """Says where, in one line."""
    host = "127.0.0.1" if options.host == "0.0.0.0" else options.host  # noqa: S104 - as above
    shown = f"[{host}]" if ":" in host else host
    line = {"endpoint": f"http://{shown}:{port}", "port": port, "sandbox": pool.health().level}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
