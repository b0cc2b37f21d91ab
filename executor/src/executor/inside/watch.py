"""The limits that no system call refuses, looked after while something runs."""

import time
from collections.abc import Callable

from executor.frames import Message
from executor.inside.disk import Disk
from executor.inside.processes import Processes
from executor.settings import Limits

LOOK_EVERY = 0.1
_LOOK_AT_DISK_EVERY = 1.0


class Watch:
    """Tells of limits that were passed, and kills what has passed that of memory.

    ``disk`` where the file system has no limit; ``interrupted`` says that somebody waits.
    """

    def __init__(
        self,
        limits: Limits,
        processes: Processes,
        disk: Disk | None,
        *,
        tell: Callable[[Message], None],
        interrupted: Callable[[], bool],
    ) -> None:
        self._limits = limits
        self._processes = processes
        self._disk = disk
        self._tell = tell
        self._interrupted = interrupted
        self._kernel: int | None = None
        self._full = False
        self._disk_looked_at = 0.0
        self._memory_next = 0.0

    @property
    def on(self) -> bool:
        """Whether there is something to watch."""
        return self._kernel is not None

    def begin(self, kernel: int) -> None:
        """A run begins; 0 when it is without that kernel."""
        self._kernel = kernel
        self._full = False
        self._disk_looked_at = time.monotonic()

    def end(self) -> None:
        """Nothing runs any more."""
        self._kernel = None

    def look(self) -> None:
        """Looks, if it is time."""
        if self._kernel is not None:
            self._look_at_memory(self._kernel)
            self._look_at_disk()

    def disk_is_full(self) -> bool:
        """Whether the session has more files than it may."""
        if self._disk is None:
            return False
        size, files = self._disk.used(self._limits.files)
        return size > self._limits.disk or files > self._limits.files

    def _look_at_memory(self, kernel: int) -> None:
        began = time.monotonic()
        if began < self._memory_next:
            return
        most = self._limits.memory
        sizes = self._processes.memory(most, self._interrupted)
        now = time.monotonic()
        self._memory_next = now + max(LOOK_EVERY, now - began)
        if sum(sizes.values()) <= most:
            return
        alone_too_much = sizes.get(kernel, 0) > most or len(sizes) == 1
        self._tell({"event": "memory"})  # first, so that it is known why processes end
        self._processes.kill(() if alone_too_much else (kernel,))

    def _look_at_disk(self) -> None:
        now = time.monotonic()
        if self._disk is None or self._full or now < self._disk_looked_at + _LOOK_AT_DISK_EVERY:
            return
        self._disk_looked_at = now
        self._full = self.disk_is_full()
        if self._full:
            self._tell({"event": "disk"})
