"""A kernel or command seen from outside, through what leads to it.

All that comes through them is the work of the session's code and is believed to be nothing more.
"""

import asyncio
import contextlib
import itertools
import socket
from collections.abc import Callable
from typing import Any, cast

from executor.capture import Capture
from executor.frames import Frames, Message, ProtocolError, frame
from executor.pipes import Pipes

LARGEST_FRAME = 64 * 1024 * 1024
_CHUNK = 256 * 1024


class Ended(Exception):
    """The process ended, with this code or minus this signal."""

    def __init__(self, code: int) -> None:
        super().__init__(f"ended with {code}")
        self.code = code


class Broken(Exception):
    """The process lives but does not keep to the protocol."""


class CommandLink:
    """One command, from its start to its end."""

    def __init__(self, capture: Capture) -> None:
        self.pipes = Pipes()
        self.pipes.capture = capture
        self.pid = 0
        self.alive = True
        self._code: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def fds(self) -> list[int]:
        """What the process is given, besides its stdin."""
        return self.pipes.write

    def started(self, pid: int) -> None:
        """The process stands."""
        self.pid = pid
        self.pipes.handed_over()

    async def wait(self) -> Message:
        """Until it has ended; its exit code is in the message."""
        return {"exit_code": await asyncio.shield(self._code)}

    def settled(self) -> None:
        """Takes the rest of the output."""
        self.pipes.drain()
        self.pipes.capture = None

    def ended(self, code: int) -> None:
        """The process has ended."""
        self.alive = False
        if not self._code.done():
            self._code.set_result(code)

    def close(self) -> None:
        """Lets go of it."""
        self.ended(0)
        self.pipes.close()


class KernelLink:
    """One kernel, from its start to its end."""

    def __init__(self, on_break: Callable[["KernelLink"], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_break = on_break
        self._own, self.other = socket.socketpair()
        self._own.setblocking(False)
        self._frames = Frames(LARGEST_FRAME)
        self._cells = itertools.count(1)
        self._cell = 0
        self._done: asyncio.Future[Message] | None = None
        self.pipes = Pipes()
        self.pid = 0
        self.alive = True
        self._loop.add_reader(self._own, self._take)

    @property
    def fds(self) -> list[int]:
        """What the process is given."""
        return [self.other.fileno(), *self.pipes.write]

    def started(self, pid: int) -> None:
        """The process stands."""
        self.pid = pid
        self.other.close()
        self.pipes.handed_over()

    async def run(self, code: str, displays: int, capture: Capture) -> Message:
        """Sends a cell and waits until it is done. Raises Ended or Broken."""
        self._cell = next(self._cells)
        self.pipes.drain()
        self.pipes.capture = capture
        self._done = self._loop.create_future()
        try:
            request = frame({"id": self._cell, "code": code, "displays": displays})
            with contextlib.suppress(OSError):  # then it has ended, which is heard otherwise
                await self._loop.sock_sendall(self._own, request)
            return await self._done
        finally:
            self._done = None

    def settled(self) -> None:
        """Takes the rest of the output; from here on there is none that belongs to a run."""
        self.pipes.drain()
        self.pipes.capture = None

    def ended(self, code: int) -> None:
        """The process has ended."""
        self.alive = False
        self._fail(Ended(code))

    def close(self) -> None:
        """Lets go of it."""
        self.alive = False
        self._fail(Ended(0))
        if self._own.fileno() >= 0:
            self._loop.remove_reader(self._own)
            self._own.close()
        self.other.close()
        self.pipes.close()

    def _take(self) -> None:
        try:
            data = self._own.recv(_CHUNK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        try:
            if not data:
                raise ProtocolError("it has closed its connection")
            for message, size in self._frames.feed(data):
                self._heed(message, size)
        except ProtocolError as problem:
            self._loop.remove_reader(self._own)
            # If it has just ended, that is the better explanation, and is on its way.
            self._loop.call_later(0.1 if not data else 0, self._break, str(problem))

    def _heed(self, message: Message, size: int) -> None:
        capture = self.pipes.capture
        if self._done is None or capture is None or message.get("id") != self._cell:
            raise ProtocolError("a frame that nobody asked for")
        if message.get("done") is not True:
            capture.show(message, size)
            return
        error, cut = message.get("error"), message.get("cut")
        if not (error is None or _is_error(error)) or not isinstance(cut, int):
            raise ProtocolError("an answer of another shape")
        value = message.get("value")
        if not (value is None or isinstance(value, (str, int, float))):
            raise ProtocolError("a value of another shape")
        capture.outputs_cut += max(0, cut)
        if not self._done.done():
            self._done.set_result(message)

    def _break(self, why: str) -> None:
        if self.alive:
            self.alive = False
            self._fail(Broken(why))
            self._on_break(self)

    def _fail(self, problem: Exception) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(problem)


def _is_error(error: Any) -> bool:
    return isinstance(error, dict) and all(
        isinstance(cast(dict[str, Any], error).get(key), str)
        for key in ("name", "message", "traceback")
    )
