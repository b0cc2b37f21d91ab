"""The first process of a session.

It does what it is told over its control socket, and tells of processes that ended and of limits
that were passed. The session's code runs in its children and cannot reach it.
"""

import errno
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from executor.confine import linux
from executor.frames import Message, receive_packet, send_packet
from executor.inside.disk import Disk
from executor.inside.place import Place
from executor.inside.processes import Processes
from executor.inside.watch import LOOK_EVERY, Watch
from executor.settings import Limits

_STOPS_WITHIN = 1.0
_PAUSE = 0.0002

Start = Callable[[int, int, int], None]
"""Runs a kernel with its socket, stdout and stderr; never returns."""


class Init:
    """One session's first process. ``alone`` as for its processes; ``restrict`` is what a child
    does to itself before it runs code; ``count_disk`` where the file system has no limit."""

    def __init__(
        self,
        control: socket.socket,
        place: Place,
        limits: Limits,
        *,
        alone: bool,
        count_disk: bool,
        restrict: Callable[[], None],
        start_kernel: Start,
    ) -> None:
        self._control = control
        self._place = place
        self._restrict = restrict
        self._start_kernel = start_kernel
        self._disk = Disk(place.data)
        self._processes = Processes(alone)
        self._watch = Watch(
            limits,
            self._processes,
            self._disk if count_disk else None,
            tell=self._send,
            interrupted=self._is_told,
        )
        self._started: set[int] = set()
        self._groups: set[int] = set()
        self._stopped: set[int] = set()

    def serve(self) -> None:
        """Until the other side of the control socket is gone."""
        woken, wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.signal(signal.SIGCHLD, _ignore)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(woken, select.POLLIN)
        while True:
            ready = dict(poll.poll(LOOK_EVERY * 1000 if self._watch.on else None))
            if woken in ready:
                os.read(woken, 4096)
            self._reap()
            if self._control.fileno() in ready:
                try:
                    message, fds = receive_packet(self._control)
                except (EOFError, ConnectionError):
                    return
                self._take(message, fds)
            self._watch.look()

    def end_all(self) -> None:
        """Kills every other process of the session."""
        self._processes.kill()

    def _take(self, message: Message, fds: list[int]) -> None:
        answer: Message = {"id": message.get("id")}
        back: list[int] = []
        try:
            answer["result"] = self._do(message, fds, back)
        except OSError as problem:
            answer["errno"] = problem.errno or errno.EIO
            answer["error"] = problem.strerror or str(problem)
        finally:
            for fd in fds:
                os.close(fd)
        if answer["id"] is not None:
            self._send(answer, back)
        for fd in back:
            os.close(fd)

    def _do(self, message: Message, fds: list[int], back: list[int]) -> Any:
        names: Sequence[str] = message.get("path", ())
        match message["do"]:
            case "kernel":
                return self._fork(lambda: self._start_kernel(fds[0], fds[1], fds[2]))
            case "rehearse":
                self._processes.living()
            case "shell":
                pid = self._fork(lambda: self._exec(message["command"], fds))
                self._groups.add(pid)
                return pid
            case "begin":
                self._begin(message["kernel"])
            case "signal":
                self._signal(message["pid"], message["signal"])
            case "settle":
                settled = self._settle(message["keep"])
                return {"settled": settled, "halted": bool(self._stopped)}
            case "open":
                back.append(self._disk.open(names))
            case "stat":
                return self._disk.stat(names)
            case "list":
                entries, complete = self._disk.list(names, message["recursive"])
                _write_lines(fds[0], entries)
                return complete
            case "create":
                number, fd = self._disk.create(names)
                back.append(fd)
                return number
            case "commit":
                self._refuse_when_full(message["number"])
                return self._disk.commit(message["number"])
            case "discard":
                self._disk.discard(message["number"])
            case "delete":
                self._disk.delete(names)
            case other:
                raise OSError(errno.ENOSYS, f"There is no {other}.")
        return None

    def _fork(self, child: Callable[[], None]) -> int:
        pid = os.fork()
        if pid == 0:
            try:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                os.setpgid(0, 0)
                self._restrict()
                child()
            finally:
                os._exit(70)
        self._started.add(pid)
        return pid

    def _exec(self, command: Sequence[str], fds: Sequence[int]) -> None:
        for number, fd in enumerate(fds[:3]):
            os.dup2(fd, number)
        linux.close_all_but((0, 1, 2))
        os.chdir(self._place.data)
        for name in (signal.SIGINT, signal.SIGPIPE):
            signal.signal(name, signal.SIG_DFL)
        try:
            os.execvp(command[0], list(command))  # noqa: S606 - that is the point
        except OSError as problem:
            os.write(2, f"{command[0]}: {problem.strerror}\n".encode("utf-8", "replace"))
            os._exit(126 if problem.errno == errno.EACCES else 127)

    def _begin(self, kernel: int) -> None:
        self._watch.begin(kernel)
        if kernel in self._stopped:
            self._stopped.discard(kernel)
            self._signal(kernel, signal.SIGCONT)

    def _signal(self, pid: int, number: int) -> None:
        if pid in self._started:
            if pid in self._groups:
                os.killpg(pid, number)
            else:
                os.kill(pid, number)

    def _settle(self, keep: Sequence[int]) -> bool:
        """Ends a run: what it started and left behind is killed, and threads that it left in its
        kernel stand still until the next run."""
        self._watch.end()
        living = self._processes.living()
        threaded = [pid for pid in keep if pid in living and living[pid].threads > 1]
        if living.keys() <= set(keep) and not threaded:
            return True
        for pid in threaded:
            self._stop(pid)  # first, as they may start more
        settled = self._processes.kill(keep)
        if not settled:
            self._processes.kill()
        self._reap()
        return settled

    def _stop(self, pid: int) -> None:
        self._stopped.add(pid)
        self._signal(pid, signal.SIGSTOP)
        deadline = time.monotonic() + _STOPS_WITHIN
        while self._processes.moves(pid) and time.monotonic() < deadline:
            time.sleep(_PAUSE)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self._started:
                self._started.discard(pid)
                self._groups.discard(pid)
                self._stopped.discard(pid)
                code = os.waitstatus_to_exitcode(status)
                self._send({"event": "ended", "pid": pid, "code": code})

    def _is_told(self) -> bool:
        return bool(select.select([self._control], [], [], 0)[0])

    def _refuse_when_full(self, number: int) -> None:
        if self._watch.disk_is_full():
            self._disk.discard(number)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _send(self, message: Message, fds: Sequence[int] = ()) -> None:
        try:
            send_packet(self._control, message, fds)
        except OSError:
            self.end_all()
            sys.exit(0)


def _write_lines(fd: int, entries: Sequence[Message]) -> None:
    with os.fdopen(os.dup(fd), "w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(entry) + "\n" for entry in entries)


def _ignore(_number: int, _frame: object) -> None:
    """For a signal that only wakes."""
