"""Servers on loops of their own."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

from fake import FakePool
from stories import Server

from executor.front.app import App
from executor.options import Options


class Running:
    """A server on a loop of its own."""

    def __init__(self, pool: FakePool, options: Options) -> None:
        self.pool = pool
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.app: App = self.do(self._make(options))
        self.server = Server(self.do(self.app.start()), options.token)

    def do(self, work: Any) -> Any:
        """Has a coroutine run on that loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def until(self, condition: Callable[[], object]) -> None:
        """Waits for it, a turn of the loop at a time."""
        late = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < late
            self.do(asyncio.sleep(0))

    def call(self, function: Callable[[], object]) -> None:
        """Has a function called on that loop."""
        self.loop.call_soon_threadsafe(function)

    def close(self) -> None:
        self.do(self.app.stop(0.0))
        self.do(self.pool.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    async def _make(self, options: Options) -> App:
        return App(self.pool, options)
