"""Sandboxes, made from one warm process."""

import asyncio
import contextlib
import socket
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from executor.channel import ChannelClosed
from executor.frames import Message
from executor.launch import CannotConfine, Warm
from executor.runs import SandboxGone
from executor.sandbox import Sandbox
from executor.settings import Level, Settings

__all__ = ["CannotConfine", "Health", "Pool"]

_REFILL_AFTER = 0.05


@dataclass(frozen=True)
class Health:
    """How the pool is."""

    ready: bool
    """Whether a sandbox can be had."""
    level: Level
    """The confinement in force."""
    weaker_because: tuple[str, ...]
    """Why it is not the strongest: one sentence for each level that was tried and refused."""
    sandboxes: int
    """Taken and not gone."""
    spares: int


class Pool:
    """Makes sandboxes. Everything ends with the process that started it, whatever ends that."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._warm: Warm | None = None
        self._warmed = asyncio.Event()
        self._level: Level = "none"
        self._refused: tuple[str, ...] = ()
        self._launching = asyncio.Lock()
        self._spares: list[Sandbox] = []
        self._all: set[Sandbox] = set()
        self._left: dict[Sandbox, Message] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._cleaning: set[asyncio.Task[None]] = set()
        self._refilling = False
        self._closed = False

    @classmethod
    async def start(cls, settings: Settings) -> "Pool":
        """Returns when sandboxes can be had. Spares are made as soon as they would be quick.

        Raises CannotConfine where code could only run unconfined and that was not asked for.
        """
        pool = cls(settings)
        try:
            await pool._launch()
        except BaseException:
            await pool.close()
            raise
        return pool

    async def take(self) -> Sandbox:
        """A fresh sandbox, at once when there is a spare. The caller closes it.

        Where the warm process has died it is started again first.
        """
        try:
            while self._spares:
                sandbox = self._spares.pop(0)
                if not sandbox.gone:
                    return sandbox
            return await self._make()
        finally:
            self._later(self._refill_soon())

    async def warmed(self) -> None:
        """Waits until sandboxes are made as quickly as they can be, and spares begin to be made."""
        await self._warmed.wait()

    def health(self) -> Health:
        """How things are now."""
        return Health(
            ready=not self._closed and self._warm is not None and self._warm.alive,
            level=self._level,
            weaker_because=self._refused,
            sandboxes=len(self._all) - len(self._spares),
            spares=len(self._spares),
        )

    async def close(self) -> None:
        """Ends all sandboxes and the warm process."""
        self._closed = True
        await asyncio.gather(*(sandbox.close() for sandbox in tuple(self._all)))
        if self._warm:
            await self._warm.end()
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _launch(self) -> Warm:
        async with self._launching:
            if self._closed:
                raise RuntimeError("The pool is closed.")
            if self._warm is None or not self._warm.alive:
                if self._warm is not None:
                    await self._warm.end()
                self._warmed.clear()
                self._warm = Warm(self._settings, self._is_warm, self._warm_ended)
                self._level, self._refused = await self._warm.ready()
            return self._warm

    async def _make(self) -> Sandbox:
        warm = await self._launch()
        if self._cleaning:
            await asyncio.wait(tuple(self._cleaning))
        own, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            process = await warm.spawn(other)
        except (ChannelClosed, OSError):
            own.close()
            raise
        finally:
            other.close()
        sandbox = Sandbox(own, process, self._settings, self._ended)
        self._all.add(sandbox)
        try:
            self._left[sandbox] = await sandbox.start()
        except BaseException:
            await sandbox.close()
            raise
        return sandbox

    async def _refill(self) -> None:
        while (
            self._warmed.is_set() and not self._closed and len(self._spares) < self._settings.spares
        ):
            sandbox = await self._make()
            await sandbox.warm_up()
            self._spares.append(sandbox)

    async def _refill_soon(self) -> None:
        if self._refilling or self._closed:
            return
        self._refilling = True
        try:
            await asyncio.sleep(_REFILL_AFTER)
            with contextlib.suppress(ChannelClosed, OSError, SandboxGone, RuntimeError):
                await self._refill()  # else whoever takes the next one learns what is wrong
        finally:
            self._refilling = False

    def _ended(self, sandbox: Sandbox) -> None:
        self._all.discard(sandbox)
        if sandbox in self._spares:
            self._spares.remove(sandbox)
        left = self._left.pop(sandbox, {})
        task = self._later(self._clean(sandbox, left))
        if left.get("empty"):
            # The next sandbox will have the same directory.
            self._cleaning.add(task)
            task.add_done_callback(self._cleaning.discard)

    async def _clean(self, sandbox: Sandbox, left: Message) -> None:
        await sandbox.close()
        commands: list[tuple[str, ...]] = []
        if left.get("remove"):
            commands.append(("/bin/rm", "-rf", "--", left["remove"]))
        if left.get("empty"):
            commands.append(("/usr/bin/find", left["empty"], "-mindepth", "1", "-delete"))
        for command in commands:
            done = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
            await done.wait()

    def _is_warm(self) -> None:
        self._warmed.set()
        self._later(self._refill_soon())

    def _warm_ended(self) -> None:
        self._warmed.clear()
        for sandbox in tuple(self._all):
            self._later(sandbox.close())

    def _later(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
