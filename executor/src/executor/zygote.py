"""The warm process from which all sessions are forked: ``python -I -m executor.zygote FD``.

It talks over the socket whose descriptor it is given, and ends when the other side does. Before
sessions are made it becomes an unprivileged user, if it was root, and finds the strongest level of
confinement that the machine allows, by trying.
"""

import contextlib
import os
import select
import signal
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from typing import NoReturn

from executor import levels, warm
from executor.confine import linux
from executor.frames import Message, receive_packet, send_packet
from executor.inside.init import Init
from executor.inside.place import Place
from executor.kernel import cell
from executor.kernel.shell import Shell
from executor.levels import Confinement
from executor.settings import Settings

_WELL = "well"
_QUIET = 0.2
_LONGEST_QUIET = 3.0


def main() -> None:
    """Ends when the other side does."""
    linux.die_with_parent(os.getppid())
    control = socket.socket(fileno=int(sys.argv[1]))
    message, _ = receive_packet(control)
    settings = Settings.from_message(message["settings"])
    try:
        shell = _warmed(message["font_cache"])
    except Exception as problem:  # noqa: BLE001 - whatever it is, somebody should read it
        send_packet(control, {"event": "failed", "why": f"{type(problem).__name__}: {problem}"})
        return
    _serve_as_can_be(control, shell, settings)


def _warmed(cache: str) -> Shell:
    """The shell, made with a home that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="millrace-warm-") as home:
        os.environ.update(HOME=home, IPYTHONDIR=f"{home}/.ipython", MPLCONFIGDIR=cache or home)
        return warm.up()


def _serve_as_can_be(control: socket.socket, shell: Shell, settings: Settings) -> None:
    """Tries one level after the other, each in a child, which serves when it can."""
    refused: list[str] = []
    for level in levels.wanted(settings):
        heard, tell = os.pipe2(os.O_CLOEXEC)
        pid = os.fork()
        if pid == 0:
            os.close(heard)
            _never_return(lambda: Zygote(control, shell, settings, level).run(tell, refused))  # noqa: B023
        os.close(tell)
        with os.fdopen(heard, encoding="utf-8") as verdict:
            why = verdict.read()
        if why == _WELL:
            control.close()
            linux.wait_as_little(pid)
        os.waitpid(pid, 0)
        refused.append(f"{level.name}: {why or 'it ended without a word'}")
    send_packet(control, {"event": "refused", "why": refused})


class Zygote:
    """Forks sessions at one level of confinement."""

    def __init__(
        self, control: socket.socket, shell: Shell, settings: Settings, level: Confinement
    ) -> None:
        self._control = control
        self._shell = shell
        self._settings = settings
        self._level = level

    def run(self, tell: int, refused: list[str]) -> None:
        """Says whether this level works here; if it does, serves until the other side ends."""
        try:
            self._level.enter()
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how sessions ended
            why = self._try()
            self._level.clean()
            if self._level.place is not None:
                self._settle(self._level.place)
        except OSError as problem:
            why = problem.strerror or str(problem)
        os.write(tell, why.encode() or b"?")
        os.close(tell)
        if why == _WELL:
            send_packet(
                self._control,
                {"event": "ready", "level": self._level.name, "refused": refused},
            )
            with contextlib.suppress(EOFError, ConnectionError):
                self._serve()

    def _try(self) -> str:
        heard, tell = os.pipe2(os.O_CLOEXEC)
        if self._level.fork() == 0:
            os.close(heard)

            def attempt() -> None:
                try:
                    self._level.restrict(self._level.confine())
                    os.write(tell, _WELL.encode())
                except OSError as problem:
                    os.write(tell, (problem.strerror or str(problem)).encode())

            _never_return(attempt)
        os.close(tell)
        with os.fdopen(heard, encoding="utf-8") as verdict:
            return verdict.read()

    def _serve(self) -> None:
        quiet = _QUIET
        begun = time.monotonic()
        for warm_up in warm.further(self._shell):
            # Who waits for the very first session waits for nothing else.
            while select.select([self._control], [], [], quiet)[0]:
                self._fork()
                # Those who always have one more to wait for would never have quick ones.
                quiet = _QUIET if time.monotonic() - begun < _LONGEST_QUIET else 0.0
            warm_up()
            quiet = 0.0
        self._level.settle()
        send_packet(self._control, {"event": "warm"})
        while True:
            self._fork()

    def _fork(self) -> None:
        message, fds = receive_packet(self._control)
        answer: Message = {"id": message["id"]}
        back: list[int] = []
        try:
            pid = self._level.fork()
            if pid == 0:
                _never_return(lambda: self._session(fds[0]))
            back.append(os.pidfd_open(pid))
        except OSError as problem:
            answer["error"] = problem.strerror
        for fd in fds:
            os.close(fd)
        send_packet(self._control, answer, back)
        for fd in back:
            os.close(fd)

    def _settle(self, place: Place) -> None:
        """Takes on the environment of a session."""
        os.environ.clear()
        os.environ.update(place.environment(self._settings.environment))

    def _session(self, control: int) -> None:
        linux.close_all_but((0, 1, 2, control, *self._level.kept()))
        null = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(null, number)
        os.setsid()
        linux.quiet_signals()
        own = socket.socket(fileno=control)
        try:
            place = self._level.confine()
            if place is not self._level.place:
                self._settle(place)
            init = Init(
                own,
                place,
                self._settings.limits,
                alone=self._level.alone,
                count_disk=self._level.count_disk,
                restrict=lambda: self._level.restrict(place),
                start_kernel=lambda channel, out, err: cell.main(
                    self._shell, channel, out, err, place.data
                ),
            )
        except Exception as problem:  # noqa: BLE001 - whatever it is, somebody should read it
            send_packet(own, {"event": "failed", "why": f"{type(problem).__name__}: {problem}"})
            return
        send_packet(own, {"event": "up", **self._level.left_behind(place)})
        init.serve()
        init.end_all()


def _never_return(what: Callable[[], None]) -> NoReturn:
    """In a forked child, whose parent's stack is none of its business."""
    try:
        what()
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
        os._exit(1)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
