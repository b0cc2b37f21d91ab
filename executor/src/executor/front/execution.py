"""One execution, from being asked for to being forgotten."""

import asyncio
from collections.abc import AsyncIterator
from typing import Literal

from executor.outcome import Outcome, Stream
from executor.wire.orders import Order

Status = Literal["NotStarted", "Running", "Succeeded", "Failed", "Canceled"]
MERGED = 4096
"""Characters up to which pieces of output are put together."""


class Execution:
    """Knows its outcome once there is one, and until then what was written so far."""

    def __init__(self, key: str, order: Order) -> None:
        self.key = key
        self.asynchronous = order.asynchronous
        self.jupyter_format = order.jupyter_format
        self.shell = order.command is not None
        self.digest = order.digest()
        self.order: Order | None = order
        """Until it has run."""
        self.outcome: Outcome | None = None
        """Once it has ended, and until it is forgotten."""
        self.status: Status = "NotStarted"
        self.done = asyncio.Event()
        self._said: list[tuple[Stream, str]] = []
        self._news = asyncio.Event()

    @property
    def forgotten(self) -> bool:
        """Whether it has ended, and what came of it is no longer kept."""
        return self.done.is_set() and self.outcome is None

    def heard(self, stream: Stream, text: str) -> None:
        """Takes a piece of output."""
        if self._said and self._said[-1][0] == stream and len(self._said[-1][1]) < MERGED:
            text = self._said.pop()[1] + text
        self._said.append((stream, text))
        self._wake()

    def end(self, outcome: Outcome) -> None:
        """Takes what came of it."""
        self.outcome = outcome
        self.status = outcome.status
        self.order = None
        # Those who listen hold the old list; who comes later reads the outcome.
        self._said = []
        self.done.set()
        self._wake()

    def forget(self) -> None:
        """Keeps only that it was."""
        self.outcome = None

    def size(self) -> int:
        """About how much memory its outcome holds."""
        if self.outcome is None:
            return 0
        size = len(self.outcome.stdout) + len(self.outcome.stderr) + 1000
        for output in self.outcome.outputs:
            size += sum(len(str(data)) for data in output.data.values())
        return size

    async def listen(self) -> AsyncIterator[tuple[Stream, str]]:
        """The output from its beginning, as it comes, until the end."""
        if self.outcome is not None:
            yield "stdout", self.outcome.stdout
            yield "stderr", self.outcome.stderr
            return
        said, taken, letters = self._said, 0, 0
        while not self.done.is_set():
            news = self._news
            while taken < len(said):
                stream, text = said[taken]
                if len(text) > letters:
                    part, letters = text[letters:], len(text)
                    yield stream, part
                if taken == len(said) - 1:
                    break
                taken, letters = taken + 1, 0
            if news is self._news and not self.done.is_set():
                await news.wait()
        while taken < len(said):
            stream, text = said[taken]
            if len(text) > letters:
                yield stream, text[letters:]
            taken, letters = taken + 1, 0

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
