"""The kernel: takes cells from its socket, runs them one after the other, sends what they show."""

import gc
import os
import signal
import socket
import sys
import threading
import time
from typing import Any

from executor.confine import linux
from executor.frames import BROKEN, Message, frame, read_frame
from executor.kernel import errors
from executor.kernel.display import bundle, whole
from executor.kernel.shell import Shell
from executor.kernel.streams import Streams

_NICE = 5
_RESET = (signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF, signal.SIGTERM, signal.SIGHUP)
_TIMERS = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)


def main(
    shell: Shell,
    channel: int,
    output: int,
    errors_to: int,
    directory: str,
) -> None:
    """Makes this fork of a warm process a kernel. Returns when nobody sends cells any more."""
    os.dup2(output, 1)
    os.dup2(errors_to, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    linux.close_all_but((0, 1, 2, channel))
    os.chdir(directory)
    # Last, so that no file of the session stands in for a library.
    sys.path.append(directory)
    errors.own_directories.append(directory)
    sys.argv = [""]
    linux.prctl(linux.PR_SET_DUMPABLE, 1)  # its memory is looked at from outside
    os.nice(_NICE)
    time.tzset()
    # Python's own draws anew after a fork. What numpy does to find a seed takes a millisecond here.
    sys.modules["numpy"].random.seed(int.from_bytes(os.urandom(4), sys.byteorder))
    with socket.socket(fileno=channel) as source:
        Kernel(shell, source).serve()


class Kernel:
    """Runs cells in a shell and answers on a socket."""

    def __init__(self, shell: Shell, source: socket.socket) -> None:
        self._shell: Any = shell
        self._source = source
        self._own = os.getpid()
        self._streams = Streams()
        self._sending = threading.Lock()
        self._running = False
        self._cell: int | None = None
        self._room = 0
        self._cut = 0
        shell.flush = self._streams.flush

    def serve(self) -> None:
        """Until the other side is gone."""
        signal.signal(signal.SIGINT, self._interrupt)
        while True:
            try:
                request = read_frame(self._source)
            except EOFError:
                return
            self._run(request)

    def _run(self, request: Message) -> None:
        self._room, self._cut = request["displays"], 0
        error: BaseException | None = None
        try:
            self._begin(request["code"])
            self._cell = request["id"]
            self._running = True
            error = self._in_shell(request["code"])
            self._shell.figures.capture()
            self._running = False
        except BaseException as problem:  # noqa: BLE001 - code can raise anything anywhere
            self._running = False
            error = error or problem
        if os.getpid() != self._own:  # a child of the code's, that forgot to leave
            self._streams.flush()
            os._exit(0)
        if error is not None and not self._sound(error):
            self._streams.flush()
            os._exit(BROKEN)  # and another takes its place
        self._end(error)

    def _sound(self, error: BaseException) -> bool:
        """Whether it was the code that failed, and not what runs it."""
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename.startswith(errors.CELL):
                return True
            trace = trace.tb_next
        return self._in_shell("None") is None

    def _interrupt(self, *_: object) -> None:
        if self._running:
            raise KeyboardInterrupt

    def _begin(self, code: str) -> None:
        signal.signal(signal.SIGINT, self._interrupt)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        self._streams.begin()
        self._shell.displayhook.begin(code, self._emit)
        self._shell.display_pub.emit = self._emit
        self._shell.figures.begin(self._figure)

    def _in_shell(self, code: str) -> BaseException | None:
        try:
            result = self._shell.run_cell(code, store_history=False)
        except BaseException as problem:  # noqa: BLE001
            return problem
        error = result.error_before_exec or result.error_in_exec
        if isinstance(error, SystemExit) and error.code in (None, 0):
            return None
        return error

    def _figure(self, data: dict[str, Any]) -> None:
        self._emit("figure", bundle(data), {})

    def _emit(self, kind: str, data: dict[str, Any], metadata: dict[str, Any]) -> None:
        self._streams.flush()
        with self._sending:
            foreign = self._streams.foreign.here() or os.getpid() != self._own
            if foreign or self._cell is None:  # perhaps a thread was slower than its run
                return
            output = {"id": self._cell, "output": kind, "data": data, "metadata": metadata}
            try:
                message = frame(output)
            except (TypeError, ValueError, RecursionError):
                self._cut += 1
                return
            if len(message) > self._room:
                self._cut += 1
                return
            self._room -= len(message)
            self._source.sendall(message)

    def _end(self, error: BaseException | None) -> None:
        described: dict[str, Any] | None = None
        if error is not None:
            described = {
                **{key: whole(text) for key, text in errors.describe(error).items()},
                "memory": isinstance(error, MemoryError),
            }
            if isinstance(error, MemoryError):
                errors.forget(error.__traceback__)
        error = None
        sys.last_type = sys.last_value = sys.last_traceback = None
        if described and described["memory"]:
            gc.collect()
        self._streams.end()
        for timer in _TIMERS:
            signal.setitimer(timer, 0)
        for number in _RESET:
            signal.signal(number, signal.SIG_DFL)
        hook = self._shell.displayhook
        answer = {
            "done": True,
            "has_value": hook.has_value,
            "value": hook.value,
            "error": described,
        }
        with self._sending:
            message = frame({"id": self._cell, "cut": self._cut, **answer})
            self._cell = None
            self._source.sendall(message)
