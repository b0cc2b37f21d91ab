"""The runs of one sandbox: one at a time, watched, ended when they must be, and told of."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Sequence

from executor import reports
from executor.capture import Capture
from executor.channel import Channel, ChannelClosed
from executor.ending import Ending
from executor.frames import Message
from executor.link import CommandLink, KernelLink
from executor.links import Link, Links
from executor.outcome import Code, Outcome, Stream
from executor.settings import Settings

OnOutput = Callable[[Stream, str], None]

_SETTLES_WITHIN = 20.0
_INTERRUPTS_EVERY = 0.25
_ENDS_WITHIN = 1.0
_WATCHED_AFTER = 0.02


class SandboxGone(Exception):
    """The sandbox ended, and with it variables and files. A new one can be taken."""


class Run:
    """One run, from asking to outcome."""

    def __init__(self) -> None:
        self.stop: asyncio.Future[Code] = asyncio.get_running_loop().create_future()

    def end(self, why: Code) -> None:
        """Ends it as soon as can be; the first reason counts."""
        if not self.stop.done():
            self.stop.set_result(why)


class Runs:
    """Starts kernels and commands through a channel; ``kill`` ends the sandbox, the last resort."""

    def __init__(self, channel: Channel, settings: Settings, kill: Callable[[], None]) -> None:
        self._channel = channel
        self._settings = settings
        self._kill = kill
        self._links = Links(channel, self._process_ended)
        self._main: KernelLink | None = None
        self._loss_untold = False
        self._halted = False
        self._turn = asyncio.Lock()
        self._asked: dict[str, Run] = {}
        self._running: Run | None = None

    async def prepare(self) -> None:
        """Starts the kernel with the variables, that the first run need not."""
        self._main = await self._links.start(self._new_kernel())
        # What is done at the end of each run, done once while nobody waits for it.
        self._channel.tell("rehearse")

    async def execute(
        self,
        execution_id: str,
        code: str,
        timeout: float,
        limit: int | None,
        on_output: OnOutput | None,
        empty_kernel: bool,
    ) -> Outcome:
        """As promised by the sandbox."""
        capture = self._capture(limit, on_output)

        async def cell(run: Run) -> Outcome:
            link = await (
                self._links.start(self._new_kernel()) if empty_kernel else self._kernel(capture)
            )
            work = link.run(code, self._settings.limits.displays, capture)
            return await self._watched(run, link, work, capture, timeout)

        return await self._in_turn(execution_id, cell)

    async def shell(
        self,
        execution_id: str,
        arguments: Sequence[str],
        stdin: bytes,
        timeout: float,
        limit: int | None,
        on_output: OnOutput | None,
    ) -> Outcome:
        """As promised by the sandbox."""
        capture = self._capture(limit, on_output)

        async def command(run: Run) -> Outcome:
            link = CommandLink(capture)
            given = os.memfd_create("stdin", os.MFD_CLOEXEC)
            try:
                os.pwrite(given, stdin, 0)
                await self._links.start(link, given, arguments)
            finally:
                os.close(given)
            return await self._watched(run, link, link.wait(), capture, timeout)

        return await self._in_turn(execution_id, command)

    def interrupt(self, execution_id: str) -> bool:
        """As promised by the sandbox."""
        run = self._asked.get(execution_id)
        if run is not None:
            run.end("ExecutionCanceled")
        return run is not None

    def heed(self, event: Message) -> None:
        """Something happened in the sandbox."""
        match event["event"]:
            case "ended":
                self._links.ended(event["pid"], event["code"])
            case "memory" if self._running:
                self._running.end("OutOfMemory")
            case "disk" if self._running:
                self._running.end("DiskFull")
            case _:
                pass

    def end(self) -> None:
        """The sandbox is gone."""
        self._links.close()
        self._main = None

    def _capture(self, limit: int | None, on_output: OnOutput | None) -> Capture:
        most = self._settings.limits
        return Capture(most.output if limit is None else limit, most.displays, on_output)

    async def _in_turn(
        self, execution_id: str, work: Callable[[Run], Awaitable[Outcome]]
    ) -> Outcome:
        if self._channel.closed:
            raise SandboxGone
        if execution_id in self._asked:
            raise ValueError("There is a run of this id already.")
        run = self._asked[execution_id] = Run()
        task = asyncio.ensure_future(self._when_free(execution_id, run, work))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            run.end("ExecutionCanceled")
            raise

    async def _when_free(
        self, execution_id: str, run: Run, work: Callable[[Run], Awaitable[Outcome]]
    ) -> Outcome:
        try:
            async with self._turn:
                if run.stop.done():
                    return reports.not_begun(run.stop.result())
                self._running = run
                try:
                    return await work(run)
                finally:
                    self._running = None
        except ChannelClosed:
            self._kill()
            raise SandboxGone from None
        finally:
            del self._asked[execution_id]

    async def _kernel(self, capture: Capture) -> KernelLink:
        """The one with the variables."""
        main = self._main
        if main is None or not main.alive:
            main = self._main = await self._links.start(self._new_kernel())
        if self._loss_untold:
            self._loss_untold = False
            capture.texts["stderr"].add(reports.restarted_before().encode())
        return main

    def _new_kernel(self) -> KernelLink:
        return KernelLink(self._broken)

    async def _watched(
        self, run: Run, link: Link, work: Awaitable[Message], capture: Capture, timeout: float
    ) -> Outcome:
        """Runs it to its end, whoever makes that, and leaves the sandbox in order."""
        main = self._main
        # Most runs are over before there is anything to watch; but a halted kernel has to go on.
        soon = 0.0 if self._halted else _WATCHED_AFTER
        watch = asyncio.get_running_loop().call_later(soon, self._watch, main)
        began = time.monotonic()
        task: asyncio.Task[Message] = asyncio.ensure_future(work)
        why = await self._until_done(run, link, task, timeout)
        watch.cancel()
        settled = await self._settle()
        seconds = time.monotonic() - began
        link.settled()
        if link is not main:
            self._links.forget(link)
        lost = self._channel.closed or (main is not None and not main.alive)
        if lost and main:
            self._links.forget(main)
            self._main = None
            if not self._channel.closed:
                self._main = await self._links.start(self._new_kernel())
        gone = self._channel.closed
        ending = Ending(task, why, lost, gone, settled, seconds, timeout, self._settings.limits)
        return ending.outcome(capture)

    def _watch(self, main: KernelLink | None) -> None:
        """Has the limits watched from here on."""
        self._channel.tell("begin", kernel=main.pid if main else 0)

    async def _until_done(
        self, run: Run, link: Link, task: "asyncio.Task[Message]", timeout: float
    ) -> Code | None:
        """Why it had to be ended from outside; None when it was not."""
        await asyncio.wait({task, run.stop}, timeout=timeout, return_when="FIRST_COMPLETED")
        if task.done() and task.exception() is None:
            return None
        why: Code = run.stop.result() if run.stop.done() else "ExecutionTimeout"
        if task.done():
            return why if run.stop.done() else "KernelDied"
        await self._interrupt(link, task)
        if not task.done():
            await self._settle(without=link)
            await asyncio.wait({task}, timeout=_ENDS_WITHIN)
        if not task.done():
            self._kill()
            await asyncio.wait({task}, timeout=_ENDS_WITHIN)
        return why

    async def _interrupt(self, link: Link, task: "asyncio.Task[Message]") -> None:
        """More than once: a signal that comes before the code begins is lost."""
        until = time.monotonic() + self._settings.grace
        while not task.done() and (left := until - time.monotonic()) > 0:
            self._channel.tell("signal", pid=link.pid, signal=int(signal.SIGINT))
            await asyncio.wait({task}, timeout=min(left, _INTERRUPTS_EVERY))

    async def _settle(self, without: Link | None = None) -> bool:
        """Ends all processes but the kernel with the variables, if that is to stay."""
        main = self._main
        keep = [main.pid] if main and main.alive and main is not without else []
        try:
            told, _ = await self._channel.ask("settle", within=_SETTLES_WITHIN, keep=keep)
        except (ChannelClosed, OSError):
            self._kill()
            return False
        self._halted = told["halted"]
        return bool(told["settled"])

    def _process_ended(self, link: Link) -> None:
        if self._running is None:
            self._lose(link)

    def _broken(self, link: KernelLink) -> None:
        if self._running is None:
            self._channel.tell("signal", pid=link.pid, signal=int(signal.SIGKILL))
            self._lose(link)

    def _lose(self, link: Link) -> None:
        """Between runs; the next one tells of it."""
        self._links.forget(link)
        if link is self._main:
            self._main = None
            self._loss_untold = True
