"""The processes of a session, as its first process sees them."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple

from executor.confine import linux

_PAGE = os.sysconf("SC_PAGESIZE")
_KILLED_WITHIN = 8.0


class Status(NamedTuple):
    """What /proc tells of a process."""

    state: str
    parent: int
    threads: int

    @property
    def dead(self) -> bool:
        """Whether it has ended, though perhaps nobody has asked how."""
        return self.state in "ZX"


class Processes:
    """All processes of a session but the first.

    ``alone``: whether the session has a pid namespace, so that all processes in sight are its own;
    otherwise they are the descendants of this one, which adopts those that lost their parents.
    """

    def __init__(self, alone: bool) -> None:
        self._alone = alone
        self._own = os.getpid()

    def living(self) -> dict[int, Status]:
        """All that have not ended, by their ids."""
        seen: dict[int, Status] = {}
        for name in os.listdir("/proc"):  # noqa: PTH208 - ten times a second
            if name.isdigit() and int(name) != self._own:
                status = _status(int(name))
                if status and (not status.dead or not self._alone):
                    seen[int(name)] = status
        if not self._alone:
            seen = self._descendants(seen)
        return {pid: status for pid, status in seen.items() if not status.dead}

    def _descendants(self, seen: dict[int, Status]) -> dict[int, Status]:
        children: dict[int, list[int]] = {}
        for pid, status in seen.items():
            children.setdefault(status.parent, []).append(pid)
        found: dict[int, Status] = {}
        ahead = [self._own]
        while ahead:
            for pid in children.get(ahead.pop(), ()):
                found[pid] = seen[pid]
                ahead.append(pid)
        return found

    def moves(self, pid: int) -> bool:
        """Whether it goes on, being neither stopped nor dead."""
        status = _status(pid)
        return status is not None and status.state not in "TtZX"

    def kill(self, keep: Collection[int] = ()) -> bool:
        """Kills all but those; False when they kept coming back faster than they could go."""
        pause, deadline = 0.0005, time.monotonic() + _KILLED_WITHIN
        while time.monotonic() < deadline:
            if self._alone and not keep:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(-1, signal.SIGKILL)
            victims = [pid for pid in self.living() if pid not in keep]
            if not victims:
                return True
            for pid in victims:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(pause)  # they need the processor to end
            pause = min(2 * pause, 0.02)
        return False

    def memory(self, enough: int, stop: Callable[[], bool]) -> dict[int, int]:
        """Bytes by process, shared pages counted in parts. Below ``enough`` in all, which most
        often a cheap look can tell, the numbers are too high. To count exactly takes long with
        many busy processes; when ``stop`` says so there is no result."""
        rough = {pid: _resident(pid) for pid in self.living()}
        if sum(rough.values()) <= enough:
            return rough
        exact: dict[int, int] = {}
        for pid, size in rough.items():
            if stop():
                return {}
            exact[pid] = _proportional(pid, size)
        return exact


def _status(pid: int) -> Status | None:
    try:
        text = linux.read_small(f"/proc/{pid}/stat")
    except OSError:
        return None
    fields = text[text.rindex(b")") + 2 :].split()
    return Status(fields[0].decode(), int(fields[1]), int(fields[17]))


def _resident(pid: int) -> int:
    try:
        return int(linux.read_small(f"/proc/{pid}/statm").split()[1]) * _PAGE
    except OSError:
        return 0


def _proportional(pid: int, otherwise: int) -> int:
    try:
        with Path("/proc", str(pid), "smaps_rollup").open("rb") as lines:
            for line in lines:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass  # ended, or it keeps others from looking: then all of it counts
    return otherwise
