"""How a run came to its end."""

import asyncio
from dataclasses import dataclass

from executor import reports
from executor.capture import Capture
from executor.frames import Message
from executor.link import Broken, Ended
from executor.outcome import Code, Outcome, Problem
from executor.settings import MIB, Limits


@dataclass(frozen=True)
class Ending:
    """What is known when nothing of a run goes on any more."""

    task: "asyncio.Task[Message]"
    """What its process answered, if it did."""
    why: Code | None
    """Why it was ended from outside; None when it was not."""
    lost: bool
    """Whether the kernel with the variables is."""
    gone: bool
    """Whether the sandbox is."""
    settled: bool
    """Whether all that it had started could be ended."""
    seconds: float
    timeout: float
    limits: Limits

    def outcome(self, capture: Capture) -> Outcome:
        """What came of it, with what was shown."""
        message, what = self._answer()
        if self.why is None and not self.settled:
            what = "its processes multiplied without end"
        why = "KernelDied" if self.why is None and self.lost else self.why
        error = reports.error_of(message)
        told: Problem | None = None
        if why is not None:
            told = self._problem(why, what if why == "KernelDied" else "")
        elif error and message["error"].get("memory") is True:
            told = reports.memory_error()
        canceled = why == "ExecutionCanceled"
        return Outcome(
            status="Canceled" if canceled else "Failed" if told or error else "Succeeded",
            **reports.texts(capture),
            has_value=message.get("has_value") is True,
            value=message.get("value"),
            error=error,
            problem=told,
            seconds=self.seconds,
            variables_kept=not self.lost,
            files_kept=not self.gone,
            exit_code=message.get("exit_code"),
        )

    def _answer(self) -> tuple[Message, str]:
        """What the process said last, or how it ended."""
        if not self.task.done():
            self.task.cancel()
            return {}, ""
        problem = self.task.exception()
        if problem is None:
            return self.task.result(), ""
        if isinstance(problem, Ended):
            return {}, reports.cause_of_death(problem.code)
        if isinstance(problem, Broken):
            return {}, f"it disturbed the executor: {problem}"
        raise problem

    def _problem(self, why: Code, what: str) -> Problem:
        return reports.problem(
            why,
            what,
            reports.lost(not self.gone) if self.lost else reports.kept(),
            timeout=self.timeout,
            memory=self.limits.memory // MIB,
            disk=self.limits.disk // MIB,
        )
