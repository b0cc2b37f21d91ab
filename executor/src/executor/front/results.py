"""What came of executions, kept for whoever asks again: bounded in count and in bytes."""

from collections import OrderedDict

from executor.front.execution import Execution
from executor.wire.refusal import Refusal

REMEMBERED = 10_000
"""Executions that a session remembers to have run, so that none runs twice."""


class Ledger:
    """How much all sessions keep together. Who keeps most forgets first."""

    def __init__(self, most: int = 256 * 1024 * 1024) -> None:
        self._most = most
        self._bytes = 0
        self._tables: set[Results] = set()

    def add(self, table: "Results", size: int, newest: str) -> None:
        """Counts what a table has taken, and makes room; not at the cost of the newest, for
        which somebody waits."""
        self._tables.add(table)
        self._bytes += size
        while self._bytes > self._most:
            by_size = sorted(self._tables, key=lambda each: each.bytes, reverse=True)
            if not any(each.forget_oldest(newest if each is table else None) for each in by_size):
                return

    def less(self, size: int) -> None:
        """Counts what was let go."""
        self._bytes -= size

    def drop(self, table: "Results") -> None:
        """A session has gone, with everything it kept."""
        if table in self._tables:
            self._tables.remove(table)
            self._bytes -= table.bytes


class Results:
    """The executions of one session, by id."""

    def __init__(self, ledger: Ledger, most: int = 1000) -> None:
        self.bytes = 0
        self._ledger = ledger
        self._most = most
        self._all: OrderedDict[str, Execution] = OrderedDict()
        self._kept: OrderedDict[str, int] = OrderedDict()

    def get(self, key: str) -> Execution | None:
        """The execution of that id, which may have been forgotten."""
        return self._all.get(key)

    def find(self, key: str) -> Execution:
        """The execution of that id, refused when it is not known or no longer kept."""
        execution = self._all.get(key)
        if execution is None:
            raise unknown()
        if execution.forgotten:
            raise forgotten()
        return execution

    def begin(self, execution: Execution) -> None:
        """Takes a new one."""
        self._all[execution.key] = execution
        while len(self._all) > REMEMBERED:
            oldest = next(iter(self._all.values()))
            if not oldest.done.is_set():
                break
            self._release(oldest)
            del self._all[oldest.key]

    def ended(self, execution: Execution) -> None:
        """Counts its outcome, and forgets older ones when there are too many."""
        size = execution.size()
        self._kept[execution.key] = size
        self.bytes += size
        while len(self._kept) > self._most:
            self.forget_oldest()
        self._ledger.add(self, size, execution.key)

    def forget_oldest(self, but: str | None = None) -> bool:
        """Lets the oldest outcome go; False when there is none but the one named."""
        oldest = next(iter(self._kept), None)
        if oldest is None or oldest == but:
            return False
        self._release(self._all[oldest])
        return True

    def close(self) -> None:
        """Keeps nothing any more."""
        self._ledger.drop(self)

    def _release(self, execution: Execution) -> None:
        size = self._kept.pop(execution.key, None)
        if size is not None:
            self.bytes -= size
            self._ledger.less(size)
            execution.forget()


def unknown() -> Refusal:
    """Refuses an id under which nothing was run here."""
    return Refusal(
        404, "ExecutionNotFound", "This session has not run an execution of that id.", "id"
    )


def forgotten() -> Refusal:
    """Refuses an id whose outcome had to make room."""
    return Refusal(
        410,
        "ExecutionForgotten",
        "This execution has ended, and its outcome is no longer kept. It is not run again.",
        "id",
    )
