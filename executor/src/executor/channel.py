"""Requests to another process of ours, and what it tells unasked, in an event loop."""

import asyncio
import contextlib
import itertools
import os
import socket
from collections.abc import Callable, Sequence
from typing import Any

from executor.frames import Message, ProtocolError, receive_packet, send_packet

_SOON = 10.0
_AT_ONCE = 32

Answer = tuple[Any, list[int]]


class ChannelClosed(Exception):
    """There is no other side any more, or it does not answer."""


class Channel:
    """One end of a socket of packets."""

    def __init__(
        self, end: socket.socket, on_event: Callable[[Message], None], on_end: Callable[[], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._socket = end
        self._on_event = on_event
        self._on_end = on_end
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._numbers = itertools.count(1)
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self.closed = False
        end.setblocking(False)
        self._loop.add_reader(end, self._read)

    async def ask(
        self, do: str, fds: Sequence[int] = (), within: float = _SOON, **fields: Any
    ) -> Answer:
        """The answer, with file descriptors. Raises the OSError that the other side met."""
        async with self._turn:
            number = next(self._numbers)
            answer: asyncio.Future[Answer] = self._loop.create_future()
            self._waiting[number] = answer
            try:
                self._send({"id": number, "do": do, **fields}, fds)
                return await asyncio.wait_for(answer, within)
            except (asyncio.TimeoutError, TimeoutError):
                raise ChannelClosed(f"no answer to {do}") from None
            finally:
                self._waiting.pop(number, None)

    def tell(self, do: str, **fields: Any) -> None:
        """Sends what has no answer; to nobody, if there is nobody."""
        with contextlib.suppress(ChannelClosed):
            self._send({"do": do, **fields}, ())

    def close(self) -> None:
        """Ends it; whoever waits hears that it is closed."""
        if self.closed:
            return
        self.closed = True
        self._loop.remove_reader(self._socket)
        self._socket.close()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(ChannelClosed("closed"))
        self._waiting.clear()
        self._on_end()

    def _send(self, message: Message, fds: Sequence[int]) -> None:
        if self.closed:
            raise ChannelClosed("closed")
        try:
            send_packet(self._socket, message, fds)
        except BlockingIOError:
            raise ChannelClosed("it does not listen") from None
        except OSError as problem:
            raise ChannelClosed(problem.strerror) from None

    def _read(self) -> None:
        try:
            message, fds = receive_packet(self._socket)
        except (BlockingIOError, InterruptedError):
            return
        except (EOFError, OSError, ProtocolError):
            self.close()
            return
        if "event" in message:
            self._on_event(message)
            return
        answer = self._waiting.pop(message["id"], None)
        if answer is None or answer.done():
            for fd in fds:
                os.close(fd)
        elif "error" in message:
            answer.set_exception(OSError(message.get("errno", 5), message["error"]))
        else:
            answer.set_result((message.get("result"), fds))
