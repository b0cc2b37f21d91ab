"""Starts the warm process, in an environment that holds nothing of ours."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from executor.channel import Channel
from executor.frames import Message, send_packet
from executor.inside.place import TAMED
from executor.settings import Level, Settings

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_NO_HOME = "/nonexistent"  # libraries look for one, and a user of no name has none
_WARM_WITHIN = 120.0
_ENDS_WITHIN = 5.0


class CannotConfine(Exception):
    """This machine offers no way to confine code; the message says what is missing and what to
    do."""


class Warm:
    """The warm process, while it lives."""

    def __init__(
        self, settings: Settings, on_warm: Callable[[], None], on_end: Callable[[], None]
    ) -> None:
        """``on_warm`` when it has done all that makes sessions quick, which it does at leisure."""
        own, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-m", "executor.zygote", str(other.fileno())],
            env={"PATH": _PATH, "LANG": "C.UTF-8", "HOME": _NO_HOME, **TAMED},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=(other.fileno(),),
            start_new_session=True,
        )
        other.close()
        send_packet(own, {"settings": settings.as_message(), "font_cache": _font_cache()})
        self._told: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._on_warm = on_warm
        self._on_end = on_end
        self._channel = Channel(own, self._heed, self._ended)

    @property
    def alive(self) -> bool:
        """Whether sessions can be had from it."""
        return not self._channel.closed

    async def ready(self) -> tuple[Level, tuple[str, ...]]:
        """Waits until it stands: the level in force, and why the stronger ones are not."""
        told = await asyncio.wait_for(self._told, _WARM_WITHIN)
        match told["event"]:
            case "ready":
                return told["level"], tuple(told["refused"])
            case "refused":
                raise CannotConfine(
                    "Code cannot be confined on this machine. "
                    + " ".join(f"Tried {why}." for why in told["why"])
                    + " Allow unprivileged user namespaces, or use a kernel with Landlock; or ask"
                    " for sessions without a sandbox, if all code that will run is trusted."
                )
            case _:
                raise OSError(f"The warm Python process could not start: {told['why']}")

    async def spawn(self, control: socket.socket) -> int:
        """Forks a session; a descriptor of its first process."""
        _, fds = await self._channel.ask("spawn", [control.fileno()])
        return fds[0]

    async def end(self) -> None:
        """Ends it, and all sessions with it."""
        self._channel.close()
        try:
            await asyncio.to_thread(self._process.wait, _ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _heed(self, event: Message) -> None:
        if event["event"] == "warm":
            self._on_warm()
        elif not self._told.done():
            self._told.set_result(event)

    def _ended(self) -> None:
        if not self._told.done():
            why = "it ended without a word"
            self._told.set_result({"event": "failed", "why": why})
        self._on_end()


def _font_cache() -> str:
    """Where matplotlib may keep its list of fonts, which takes seconds to make; empty: nowhere."""
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    try:
        cache = Path(home).expanduser() / "millrace" / "matplotlib"
        cache.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # perhaps there is no home
        return ""
    return str(cache) if os.access(cache, os.W_OK) else ""
