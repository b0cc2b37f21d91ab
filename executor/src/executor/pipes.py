"""The output of a process, as it comes."""

import asyncio
import os

from executor.capture import Capture
from executor.outcome import Stream

_CHUNK = 64 * 1024
_MOST_CHUNKS = 64


class Pipes:
    """The two pipes that a process writes its output to; drained all the time."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._null = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
        self._read: dict[Stream, int] = {}
        self.write: list[int] = []
        """The other ends, for the process."""
        self.capture: Capture | None = None
        """Where it goes now; None: nowhere."""
        streams: tuple[Stream, Stream] = ("stdout", "stderr")
        for name in streams:
            out, into = os.pipe2(os.O_CLOEXEC)
            os.set_blocking(out, False)
            self._read[name] = out
            self.write.append(into)
            self._loop.add_reader(out, self._take, name)

    def handed_over(self) -> None:
        """The process has its ends."""
        for fd in self.write:
            os.close(fd)
        self.write = []

    def drain(self) -> None:
        """Takes what is there; what a process writes without end is not waited for."""
        for name in tuple(self._read):
            for _ in range(_MOST_CHUNKS):
                if not self._take(name):
                    break

    def close(self) -> None:
        """Lets go of them."""
        self.handed_over()
        for name in tuple(self._read):
            self._close(name)
        if self._null >= 0:
            os.close(self._null)
            self._null = -1

    def _take(self, name: Stream) -> bool:
        fd = self._read.get(name, -1)
        if fd < 0:
            return False
        text = self.capture.texts[name] if self.capture else None
        try:
            if text is None or text.full:
                count = os.splice(fd, self._null, 16 * _CHUNK)
                if text:
                    text.skip(count)
            else:
                data = os.read(fd, _CHUNK)
                count = len(data)
                text.add(data)
        except (BlockingIOError, InterruptedError):
            return False
        if count == 0:
            self._close(name)
        return count > 0

    def _close(self, name: Stream) -> None:
        fd = self._read.pop(name, -1)
        if fd >= 0:
            self._loop.remove_reader(fd)
            os.close(fd)
