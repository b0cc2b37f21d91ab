"""What the system kernel itself refuses a session."""

import contextlib
import os
import resource
from pathlib import Path

from executor.confine import linux
from executor.settings import MIB, Limits

_HEADROOM = 64 * MIB


def apply(limits: Limits, counted_alone: bool) -> None:
    """Limits for this process and all it starts.

    A single process that wants too much memory gets a MemoryError, which it survives, before the
    watch over the session's memory has to end something. ``counted_alone``: whether the processes
    of this session are counted apart from all others of the same user.
    """
    size, data = _own_memory()
    # Touched memory stays a little below what the watch allows. Address space alone costs nothing,
    # but is all that limits memory shared between processes.
    _limit(resource.RLIMIT_DATA, data + limits.memory - _HEADROOM)
    _limit(resource.RLIMIT_AS, size + 2 * limits.memory)
    _limit(resource.RLIMIT_FSIZE, limits.disk)
    _limit(resource.RLIMIT_NOFILE, limits.open_files)
    _limit(resource.RLIMIT_NPROC, limits.processes + (0 if counted_alone else _others()))
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_MEMLOCK, 0)
    _limit(resource.RLIMIT_MSGQUEUE, 0)
    # When the machine itself runs out of memory, sessions go first.
    with contextlib.suppress(OSError):
        linux.write_small("/proc/self/oom_score_adj", b"500")


def _limit(which: int, value: int) -> None:
    most = resource.getrlimit(which)[1]
    if most != resource.RLIM_INFINITY:
        value = min(value, most)
    resource.setrlimit(which, (value, value))


def _own_memory() -> tuple[int, int]:
    """The address space of this process, and the part of it that is private and writable."""
    fields = linux.read_small("/proc/self/statm").split()
    page = resource.getpagesize()
    return int(fields[0]) * page, int(fields[5]) * page


def _others() -> int:
    """How many threads this user has already."""
    own, count = os.getuid(), 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if entry.stat().st_uid == own:
                    count += sum(1 for _ in (entry / "task").iterdir())
    return count
