"""sys.stdout and sys.stderr of a kernel."""

import io
import os
import sys
import threading

_RUN = "_executor_run"


class Foreign:
    """Threads that an earlier run left behind: what they print belongs to no run any more."""

    def __init__(self) -> None:
        self._run = 0
        self._older: set[int] = set()
        self._main = threading.main_thread()
        self.lock = threading.RLock()
        """Held while somebody finds out where he is and shows something, so that no run begins
        in between."""
        self._mark_new_threads()
        os.register_at_fork(after_in_child=self._unlock)

    def _unlock(self) -> None:
        """In a child of the code's, where the thread that held it is not."""
        self.lock = threading.RLock()

    def _mark_new_threads(self) -> None:
        """A thread is of the run of the thread that started it."""
        foreign, start = self, threading.Thread.start

        def mark_and_start(self: threading.Thread) -> None:
            by = threading.current_thread()
            self.__dict__[_RUN] = by.__dict__.get(_RUN, foreign.run)
            start(self)

        threading.Thread.start = mark_and_start

    @property
    def run(self) -> int:
        """The number of the current run."""
        return self._run

    def remember(self) -> None:
        """A run begins: all threads but the main one are of earlier runs."""
        self._run += 1
        self._older = set(sys._current_frames())  # pyright: ignore[reportPrivateUsage]

    def here(self) -> bool:
        """Whether the current thread is one of them."""
        thread = threading.current_thread()
        if thread is self._main:
            return False
        run = thread.__dict__.get(_RUN)
        if run is None:  # not started by Python, so known by its number only
            return thread.ident in self._older
        return run != self._run


class Stream(io.TextIOWrapper):
    """Text to a file descriptor, line by line, except from foreign threads."""

    def __init__(self, fd: int, foreign: Foreign) -> None:
        raw = io.FileIO(fd, "w", closefd=False)
        super().__init__(
            io.BufferedWriter(raw, 64 * 1024),
            encoding="utf-8",
            errors="backslashreplace",
            line_buffering=True,
        )
        self._foreign = foreign

    def write(self, text: str, /) -> int:
        with self._foreign.lock:
            if self._foreign.here():
                return len(text)
            return super().write(text)

    def isatty(self) -> bool:
        return False


class Streams:
    """Both, and the descriptors under them; each run finds them as they should be."""

    def __init__(self) -> None:
        self.foreign = Foreign()
        self._kept = [os.dup(1), os.dup(2)]
        self._null = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        self._sink = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
        self._streams = [Stream(1, self.foreign), Stream(2, self.foreign)]
        self._input = io.TextIOWrapper(io.FileIO(0, closefd=False), "utf-8")
        self.begin()

    def begin(self) -> None:
        """Puts back what code may have closed or replaced."""
        os.dup2(self._null, 0)
        for number in (1, 2):
            os.dup2(self._sink, number)
        with self.foreign.lock:
            self.foreign.remember()
            self.flush()  # what an older thread was just about to say is said to nobody
        for number, kept in enumerate(self._kept, start=1):
            os.dup2(kept, number)
        for number, stream in enumerate(self._streams, start=1):
            if stream.closed:
                self._streams[number - 1] = Stream(number, self.foreign)
        if self._input.closed:
            self._input = io.TextIOWrapper(io.FileIO(0, closefd=False), "utf-8")
        sys.stdin = self._input
        sys.stdout, sys.stderr = self._streams

    def end(self) -> None:
        """A run has ended: all that was said is sent on, and nobody says anything until the next."""
        with self.foreign.lock:
            self.flush()
            self.foreign.remember()

    def flush(self) -> None:
        """Sends on what is waiting, also in streams that code has put in place of ours."""
        for stream in (sys.stdout, sys.stderr, *self._streams):
            try:
                if stream is not None:
                    stream.flush()
            except Exception:  # noqa: BLE001, S110 - anything may stand there
                pass
