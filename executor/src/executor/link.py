"""A kernel or command seen from outside: the pipes and the socket that lead to it.

All that comes through them is the work of the session's code and is believed to be nothing more.
"""

import asyncio
import contextlib
import itertools
import os
import socket
from collections.abc import Callable
from typing import Any, cast

from executor.capture import Capture
from executor.frames import Frames, Message, ProtocolError, frame
from executor.outcome import Stream

LARGEST_FRAME = 64 * 1024 * 1024
_CHUNK = 64 * 1024
_MOST_CHUNKS = 64


class Ended(Exception):
    """The process ended, with this code or minus this signal."""

    def __init__(self, code: int) -> None:
        super().__init__(f"ended with {code}")
        self.code = code


class Broken(Exception):
    """The process lives but does not keep to the protocol."""


class Pipes:
    """The two pipes that a process writes its output to; drained all the time."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._null = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
        self._read: dict[Stream, int] = {}
        self.write: list[int] = []
        """The other ends, for the process."""
        self.capture: Capture | None = None
        """Where it goes now; None: nowhere."""
        streams: tuple[Stream, Stream] = ("stdout", "stderr")
        for name in streams:
            out, into = os.pipe2(os.O_CLOEXEC)
            os.set_blocking(out, False)
            self._read[name] = out
            self.write.append(into)
            self._loop.add_reader(out, self._take, name)

    def handed_over(self) -> None:
        """The process has its ends."""
        for fd in self.write:
            os.close(fd)
        self.write = []

    def drain(self) -> None:
        """Takes what is there; what a process writes without end is not waited for."""
        for name in tuple(self._read):
            for _ in range(_MOST_CHUNKS):
                if not self._take(name):
                    break

    def close(self) -> None:
        """Lets go of them."""
        self.handed_over()
        for name in tuple(self._read):
            self._close(name)
        if self._null >= 0:
            os.close(self._null)
            self._null = -1

    def _take(self, name: Stream) -> bool:
        fd = self._read.get(name, -1)
        if fd < 0:
            return False
        text = self.capture.texts[name] if self.capture else None
        try:
            if text is None or text.full:
                count = os.splice(fd, self._null, 16 * _CHUNK)
                if text:
                    text.skip(count)
            else:
                data = os.read(fd, _CHUNK)
                count = len(data)
                text.add(data)
        except (BlockingIOError, InterruptedError):
            return False
        if count == 0:
            self._close(name)
        return count > 0

    def _close(self, name: Stream) -> None:
        fd = self._read.pop(name, -1)
        if fd >= 0:
            self._loop.remove_reader(fd)
            os.close(fd)


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
            data = self._own.recv(4 * _CHUNK)
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
