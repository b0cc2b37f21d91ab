"""One sandbox, seen from the process that owns it."""

import asyncio
import contextlib
import json
import os
import signal
import socket
from collections.abc import Callable, Coroutine, Sequence
from types import TracebackType
from typing import Any

from executor.channel import Answer, Channel, ChannelClosed
from executor.files import Entry, Listing, parts
from executor.frames import PACKET, Message
from executor.outcome import Outcome
from executor.runs import OnOutput, Runs, SandboxGone
from executor.settings import Settings

__all__ = ["OnOutput", "Sandbox", "SandboxGone", "Upload"]

_STANDS_WITHIN = 10.0
_DIES_WITHIN = 5.0
# Touches the memory that most code will; leaves no name.
_FIRST_STEPS = "__import__('pandas').DataFrame({'a': [1]}).sum()"

Ask = Callable[..., Coroutine[Any, Any, Answer]]


class Upload:
    """A file being written: visible under its name, at once and whole, when committed.

    Write to ``fd`` (an OSError with ENOSPC is the session's disk limit). Left without ``commit``,
    nothing of it remains.
    """

    def __init__(self, ask: Ask, number: int, fd: int) -> None:
        self.fd = fd
        self._ask = ask
        self._number = number
        self._committed = False

    async def commit(self) -> Entry:
        """Puts the file in its place, instead of what may be there."""
        entry, _ = await self._ask("commit", number=self._number)
        self._committed = True
        return Entry(**entry)

    async def __aenter__(self) -> "Upload":  # noqa: PYI034 - Self needs Python 3.11
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self.fd)
        if not self._committed:
            with contextlib.suppress(SandboxGone, OSError):
                await self._ask("discard", number=self._number)


class Sandbox:
    """One session: its kernel with the variables, its files, its processes.

    Runs go one at a time, in the order of asking (a lock inside sees to it). File operations may
    come at any time and raise OSError (FileNotFoundError, IsADirectoryError, PermissionError for
    what is no regular file or not allowed, ENOSPC ...) or ValueError for a path that cannot be.
    Everything raises SandboxGone once the sandbox has ended, however that came.
    """

    def __init__(
        self,
        control: socket.socket,
        process: int,
        settings: Settings,
        on_end: Callable[["Sandbox"], None],
    ) -> None:
        """For the pool. ``process`` is a descriptor of the sandbox's first process."""
        self._process = process
        self._on_end = on_end
        self._up: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._channel = Channel(control, self._heed, self._ended)
        self._runs = Runs(self._channel, settings, self._kill)

    @property
    def gone(self) -> bool:
        """Whether it has ended."""
        return self._channel.closed

    async def start(self) -> Message:
        """For the pool: waits until it stands and has a kernel."""
        # The kernel is asked for ahead, so that it is made at once when there is who makes it.
        up = asyncio.wait_for(self._up, _STANDS_WITHIN)
        told, _ = await asyncio.gather(up, self._runs.prepare())
        return told

    async def warm_up(self) -> None:
        """For the pool: has the kernel run something, while nobody waits for it."""
        await self.execute("", _FIRST_STEPS)

    async def execute(
        self,
        execution_id: str,
        code: str,
        *,
        timeout: float = 60.0,
        output_limit: int | None = None,
        on_output: OnOutput | None = None,
        empty_kernel: bool = False,
    ) -> Outcome:
        """Runs code. What goes wrong in it is in the outcome, not raised.

        The time counts from the start of the run, not from asking. ``on_output`` is called in the
        event loop with each piece of text as it comes, up to the limit. An empty kernel knows no
        variables and is thrown away after the run.
        """
        return await self._runs.execute(
            execution_id, code, timeout, output_limit, on_output, empty_kernel
        )

    async def shell(
        self,
        execution_id: str,
        command: str | Sequence[str],
        *,
        stdin: bytes = b"",
        timeout: float = 60.0,
        output_limit: int | None = None,
        on_output: OnOutput | None = None,
    ) -> Outcome:
        """Runs a command (text: by /bin/sh; a sequence: as it is), in /mnt/data, beside the kernel.

        Succeeded means that it ran and exit_code is set, whatever that is. Raises ValueError when
        there is no command, or it is longer than a system takes.
        """
        arguments = ["/bin/sh", "-c", command] if isinstance(command, str) else list(command)
        if not arguments or any("\0" in argument for argument in arguments):
            raise ValueError("A command has at least one word, and no NUL in it.")
        if len(json.dumps(arguments)) > PACKET // 2:
            raise ValueError(f"A command has at most {PACKET // 2} bytes.")
        return await self._runs.shell(
            execution_id, arguments, stdin, timeout, output_limit, on_output
        )

    async def interrupt(self, execution_id: str) -> bool:
        """Ends a run, by interrupting it and then by killing; False when it is not running or
        waiting here. Returns at once; the run's own outcome (Canceled) says what was lost."""
        return self._runs.interrupt(execution_id)

    async def open_file(self, path: str) -> int:
        """A file descriptor to read a regular file with; the caller closes it."""
        _, fds = await self._ask("open", path=parts(path))
        return fds[0]

    async def create_file(self, path: str) -> Upload:
        """Starts to write a file; makes missing directories above it."""
        number, fds = await self._ask("create", path=parts(path))
        return Upload(self._ask, number, fds[0])

    async def stat_file(self, path: str) -> Entry:
        """One file or directory."""
        found, _ = await self._ask("stat", path=parts(path))
        return Entry(**found)

    async def list_files(self, path: str = "", *, recursive: bool = False) -> Listing:
        """What is in a directory; at most 100,000 entries."""
        names = parts(path)
        with os.fdopen(os.memfd_create("listing", os.MFD_CLOEXEC), "rb") as lines:
            complete, _ = await self._ask("list", [lines.fileno()], path=names, recursive=recursive)
            lines.seek(0)
            return Listing(tuple(Entry(**json.loads(line)) for line in lines), bool(complete))

    async def delete_file(self, path: str) -> None:
        """Removes a file, or a directory with everything in it."""
        await self._ask("delete", path=parts(path))

    async def close(self) -> None:
        """Ends everything in it. May be called again."""
        if not self.gone:
            with contextlib.suppress(ChannelClosed, OSError):
                await self._channel.ask("settle", within=1.0, keep=[])
        self._kill()
        await self._dead()

    async def _ask(self, do: str, fds: Sequence[int] = (), **fields: Any) -> Answer:
        try:
            return await self._channel.ask(do, fds, **fields)
        except ChannelClosed:
            self._kill()
            raise SandboxGone from None

    def _heed(self, event: Message) -> None:
        match event["event"]:
            case "up" if not self._up.done():
                self._up.set_result(event)
            case "failed" if not self._up.done():
                self._up.set_exception(OSError(event["why"]))
            case _:
                self._runs.heed(event)

    def _ended(self) -> None:
        if not self._up.done():
            self._up.set_exception(OSError("The sandbox ended while it was made."))
            self._up.exception()
        self._runs.end()
        self._on_end(self)

    def _kill(self) -> None:
        if self._process >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._process, signal.SIGKILL)
        self._channel.close()

    async def _dead(self) -> None:
        """Waits until the first process is no more, and with it all others."""
        process, self._process = self._process, -1
        if process < 0:
            return
        loop = asyncio.get_running_loop()
        dead = loop.create_future()
        loop.add_reader(process, lambda: dead.done() or dead.set_result(None))
        try:
            with contextlib.suppress(asyncio.TimeoutError, TimeoutError):
                await asyncio.wait_for(dead, _DIES_WITHIN)
        finally:
            loop.remove_reader(process)
            os.close(process)
