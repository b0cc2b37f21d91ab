"""One session: a sandbox with a name, and what was run in it."""

import asyncio
import logging
import time
import uuid
from collections.abc import Callable
from contextlib import suppress

from executor.front.execution import Execution
from executor.front.results import Ledger, Results, forgotten
from executor.outcome import Outcome, Problem
from executor.sandbox import Sandbox, SandboxGone
from executor.wire.orders import Order
from executor.wire.refusal import Refusal

log = logging.getLogger(__name__)

WAITING = 32
"""Runs that may wait for their turn."""
WAITING_BYTES = 8 * 1024 * 1024
LAST_RESORT = 15.0
"""Seconds after which a run that would not end takes its sandbox with it."""


class Session:
    """Runs one thing at a time, in the order of asking; files may come and go meanwhile."""

    def __init__(
        self, identifier: str, sandbox: Sandbox, ledger: Ledger, now: Callable[[], float]
    ) -> None:
        self.identifier = identifier
        self.sandbox = sandbox
        self.results = Results(ledger)
        self.created = now()
        self.accessed = self.created
        self.etag = uuid.uuid4().hex
        self.calls = 0
        """Calls that are in it now."""
        self.last_call = time.monotonic()
        self._now = now
        self._turn = asyncio.Lock()
        self._ending: set[asyncio.Task[None]] = set()
        self._tasks: dict[asyncio.Task[None], tuple[Execution, Sandbox]] = {}

    def renew(self, sandbox: Sandbox) -> None:
        """Goes on with another sandbox, for the old one has gone. The outcomes stay."""
        self.sandbox = sandbox
        self.created = self._now()
        self.etag = uuid.uuid4().hex

    def touch(self) -> None:
        """Somebody was here."""
        self.accessed = self._now()
        self.last_call = time.monotonic()

    @property
    def busy(self) -> bool:
        """Whether it may not be ended for being idle."""
        return bool(self._tasks) or self.calls > 0

    @property
    def running(self) -> list[asyncio.Task[None]]:
        """What has not ended yet."""
        return list(self._tasks)

    def submit(self, key: str | None, order: Order) -> Execution:
        """Runs it; or finds what was run, or runs, under that id."""
        known = self.results.get(key) if key is not None else None
        if known is not None:
            return again(known, order)
        waiting = [execution.order for execution, _ in self._tasks.values() if execution.order]
        if len(waiting) > WAITING or sum(each.size() for each in waiting) > WAITING_BYTES:
            raise Refusal(
                429,
                "TooManyExecutions",
                "Too much waits for its turn in this session. Try again when some has ended.",
                headers={"Retry-After": "1"},
            )
        execution = Execution(key or str(uuid.uuid4()), order)
        self.results.begin(execution)
        # What waits belongs to the sandbox of now: in another one it would miss its variables.
        sandbox = self.sandbox
        task = asyncio.get_running_loop().create_task(self._run(execution, order, sandbox))
        self._tasks[task] = (execution, sandbox)
        task.add_done_callback(lambda ended: self._tasks.pop(ended, None))
        return execution

    async def cancel(self, execution: Execution) -> None:
        """Ends it: by interrupting, then by killing. Returns when it has ended."""
        if execution.status == "NotStarted":
            execution.end(canceled())
            self.results.ended(execution)
            return
        for each, sandbox in list(self._tasks.values()):
            if each is execution and not execution.done.is_set():
                with suppress(SandboxGone):
                    await sandbox.interrupt(execution.key)
                try:
                    await asyncio.wait_for(execution.done.wait(), LAST_RESORT)
                except (asyncio.TimeoutError, TimeoutError):
                    await sandbox.close()
                    await execution.done.wait()

    async def close(self) -> None:
        """Ends everything in it."""
        await self.sandbox.close()
        tasks = self.running
        if tasks:
            await asyncio.wait(tasks, timeout=LAST_RESORT)
        self.results.close()

    async def _run(self, execution: Execution, order: Order, sandbox: Sandbox) -> None:
        async with self._turn:
            if execution.done.is_set():
                return
            execution.status = "Running"
            loop = asyncio.get_running_loop()
            last = loop.call_later(order.timeout + LAST_RESORT, self._put_down, sandbox)
            try:
                outcome = await ask(sandbox, execution, order)
            except SandboxGone:
                outcome = gone()
            except Exception:
                log.exception("the engine failed at a run")
                outcome = broken()
            finally:
                last.cancel()
            execution.end(outcome)
            self.results.ended(execution)
            self.touch()

    def _put_down(self, sandbox: Sandbox) -> None:
        """For a sandbox that ends its runs neither by itself nor in time."""
        log.error("a run did not end in time; its session is ended")
        task = asyncio.get_running_loop().create_task(sandbox.close())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


async def ask(sandbox: Sandbox, execution: Execution, order: Order) -> Outcome:
    """Has it run."""
    if order.command is not None:
        return await sandbox.shell(
            execution.key,
            order.command,
            stdin=order.stdin.encode(),
            timeout=order.timeout,
            output_limit=order.output_limit,
            on_output=execution.heard,
        )
    return await sandbox.execute(
        execution.key,
        order.code,
        timeout=order.timeout,
        output_limit=order.output_limit,
        on_output=execution.heard,
        empty_kernel=order.empty_kernel,
    )


def again(known: Execution, order: Order) -> Execution:
    """What was asked for before, provided that it is the same thing."""
    if known.digest != order.digest():
        raise Refusal(
            409,
            "ExecutionConflict",
            "Something else was run under this id. Take another one.",
            "operation-id",
        )
    if known.forgotten:
        raise forgotten()
    return known


def canceled() -> Outcome:
    """The outcome of what was stopped before the sandbox saw it."""
    message = "It was canceled before it began. Nothing of it was run."
    return Outcome("Canceled", problem=Problem("ExecutionCanceled", message))


def gone() -> Outcome:
    """The outcome of what found its sandbox ended."""
    message = (
        "The session ended before this could run; its variables and files are lost. The next "
        "execution begins a new session."
    )
    return Outcome(
        "Failed",
        problem=Problem("KernelDied", message),
        variables_kept=False,
        files_kept=False,
    )


def broken() -> Outcome:
    """The outcome where the fault is ours: nothing is known about the variables."""
    message = "The session failed at this run; the server's log has the reason. End the session."
    return Outcome("Failed", problem=Problem("KernelDied", message), variables_kept=False)
