"""What was started in a sandbox, until it is forgotten."""

import signal
from collections.abc import Callable, Sequence
from typing import TypeVar

from executor.channel import Channel
from executor.link import CommandLink, KernelLink

Link = KernelLink | CommandLink
AnyLink = TypeVar("AnyLink", KernelLink, CommandLink)


class Links:
    """Kernels and commands by their process ids; ``on_end`` hears of those that have ended."""

    def __init__(self, channel: Channel, on_end: Callable[[Link], None]) -> None:
        self._channel = channel
        self._on_end = on_end
        self._links: dict[int, Link] = {}
        self._starting = 0
        self._ended_early: dict[int, int] = {}

    async def start(self, link: AnyLink, stdin: int = -1, command: Sequence[str] = ()) -> AnyLink:
        """Has its process started: a command if there is one, else a kernel."""
        self._starting += 1
        try:
            if command:
                fds = [stdin, *link.fds]
                pid, _ = await self._channel.ask("shell", fds, command=list(command))
            else:
                pid, _ = await self._channel.ask("kernel", link.fds)
        except BaseException:
            link.close()
            raise
        finally:
            self._starting -= 1
        link.started(pid)
        self._links[pid] = link
        if pid in self._ended_early:
            self.ended(pid, self._ended_early.pop(pid))
        return link

    def ended(self, pid: int, code: int) -> None:
        """A process has ended, perhaps before it is known that it was started."""
        link = self._links.get(pid)
        if link is not None:
            link.ended(code)
            self._on_end(link)
        elif self._starting:
            self._ended_early[pid] = code

    def forget(self, link: Link) -> None:
        """Lets go of it."""
        self._links.pop(link.pid, None)
        link.close()

    def close(self) -> None:
        """The sandbox is gone, and with it all of them."""
        for link in self._links.values():
            link.ended(-signal.SIGKILL)
            link.close()
        self._links.clear()
