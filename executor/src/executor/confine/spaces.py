"""Namespaces for sessions, made beside the warm process while that forks.

A fork of the warm process pays for every page that it touches first. One process that never forks
pays for none, so it makes what a session moves into, and goes back to where it was.
"""

import contextlib
import os
import socket
import sys
from collections.abc import Callable

from executor.confine import linux
from executor.frames import receive_packet, send_packet

_KINDS = {
    "mnt": linux.CLONE_NEWNS,
    "net": linux.CLONE_NEWNET,
    "ipc": linux.CLONE_NEWIPC,
    "uts": linux.CLONE_NEWUTS,
    "cgroup": linux.CLONE_NEWCGROUP,
}
_ALL = sum(_KINDS.values())


class Spaces:
    """Makes one set of namespaces for each that was ordered. All sets are alike, and each goes to
    the one process that moves in."""

    def __init__(self, furnish: Callable[[], None]) -> None:
        """``furnish`` makes the new namespaces what a session wants, from within them."""
        self._here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        parent = os.getpid()
        if os.fork() == 0:
            linux.die_with_parent(parent)
            linux.close_all_but((0, 1, 2, there.fileno()))
            try:
                _make(there, furnish)
            finally:
                os._exit(0)
        there.close()

    def order(self) -> None:
        """Has one more made. Where nobody can, this process is of no use any more, and ends."""
        try:
            send_packet(self._here, {})
        except ConnectionError:
            sys.exit("The process that makes namespaces has ended.")

    def take_back(self) -> None:
        """Lets go of one that was ordered for a process that could not be made."""
        for fd in receive_packet(self._here)[1]:
            os.close(fd)

    def close(self) -> None:
        """Makes no more."""
        self._here.close()

    def fileno(self) -> int:
        """What a process needs to move in."""
        return self._here.fileno()

    def move_in(self) -> None:
        """Takes one that was ordered for this process, and lives there."""
        message, fds = receive_packet(self._here)
        self.close()
        if "error" in message:
            raise OSError(message["errno"], message["error"])
        _enter(fds)
        for fd in fds:
            os.close(fd)


def _make(orders: socket.socket, furnish: Callable[[], None]) -> None:
    """Until nobody orders any more."""
    home: list[int] = []
    with contextlib.suppress(EOFError):
        while True:
            receive_packet(orders)
            fds: list[int] = []
            try:
                if not home:
                    # What this process was born into belongs to others: there is no way back there.
                    linux.unshare(_ALL)
                    home = _opened()
                linux.unshare(_ALL)
                furnish()
                fds = _opened()
                send_packet(orders, {}, fds)
            except OSError as problem:
                send_packet(orders, {"errno": problem.errno, "error": problem.strerror})
            for fd in fds:
                os.close(fd)
            if home:
                _enter(home)


def _opened() -> list[int]:
    flags = os.O_RDONLY | os.O_CLOEXEC
    return [os.open(f"/proc/self/ns/{name}", flags) for name in _KINDS]


def _enter(namespaces: list[int]) -> None:
    for fd, kind in zip(namespaces, _KINDS.values(), strict=True):
        linux.setns(fd, kind)
