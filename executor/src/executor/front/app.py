"""The server as a whole: routes, tokens, and an orderly end."""

import asyncio
import hmac
import logging
from contextlib import suppress

from aiohttp.web import BaseRequest, Response, ServerRunner, StreamResponse, TCPSite

from executor.front.about import About
from executor.front.executions import Executions
from executor.front.files import Files
from executor.front.legacy import Legacy
from executor.front.routing import Route, Router
from executor.front.server import Listener, page
from executor.front.sessions import Sandboxes, Sessions
from executor.options import Options
from executor.wire.orders import Rules
from executor.wire.refusal import Refusal

FAREWELL = 5.0
_SPOKEN = ((1, 0), (1, 1))
log = logging.getLogger(__name__)


class App:
    """Serves sessions over HTTP until it is stopped."""

    def __init__(self, sandboxes: Sandboxes, options: Options) -> None:
        self.options = options
        self.sessions = Sessions(
            sandboxes,
            most=1 if options.container else options.sessions,
            cooldown=None if options.container else options.cooldown,
            only_one=options.container,
        )
        self._router = Router(self._routes())
        self._stopping = False
        self._runner: ServerRunner | None = None
        self._watches: list[asyncio.Task[None]] = []

    async def start(self) -> int:
        """Listens; returns the port."""
        listener = Listener(self.handle, self.options.connections)
        self._runner = ServerRunner(listener, handle_signals=False)
        await self._runner.setup()
        site = TCPSite(self._runner, self.options.host, self.options.port)
        await site.start()
        loop = asyncio.get_running_loop()
        self._watches = [
            loop.create_task(listener.watch()),
            loop.create_task(self.sessions.watch()),
        ]
        port: int = self._runner.addresses[0][1]
        return port

    async def stop(self, drain: float) -> None:
        """Takes nothing new, gives what runs some time, and ends everything."""
        self._stopping = True
        if self._runner is not None:
            for site in list(self._runner.sites):
                await site.stop()
        if drain > 0:
            await self.sessions.quiet(drain)
            # Those who waited for it still have to get their answers.
            await asyncio.sleep(0)
        await self.sessions.close()
        for watch in self._watches:
            watch.cancel()
        if self._runner is not None:
            # Whoever is still talking to us then is cut off.
            with suppress(asyncio.TimeoutError, TimeoutError):
                await asyncio.wait_for(self._runner.cleanup(), FAREWELL)

    async def handle(self, request: BaseRequest) -> StreamResponse:
        """Answers one request."""
        try:
            if self._stopping:
                raise Refusal(
                    503,
                    "ShuttingDown",
                    "The server is being stopped.",
                    headers={"Connection": "close"},
                )
            if request.version not in _SPOKEN:  # which older aiohttp takes for one of them
                raise Refusal(400, "InvalidHttp", "This server speaks HTTP/1.1.")
            route, call = self._router.find(request)
            if not route.open:
                self._admit(request)
            return await route.handler(call)
        except Refusal as refusal:
            return self._refused(request, refusal)

    def _routes(self) -> list[Route]:
        options = self.options
        patience, rules = options.patience, Rules(longest=options.longest)
        return [
            *Executions(self.sessions, rules, patience, options.largest_body).routes(),
            *Files(self.sessions, patience, options.largest_upload).routes(),
            *About(self.sessions).routes(),
            *Legacy(
                self.sessions, rules, patience, options.largest_body, options.container
            ).routes(),
        ]

    def _admit(self, request: BaseRequest) -> None:
        token = self.options.token
        if token is None:
            return
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        shown = given.strip().encode("utf-8", "replace")
        if kind.lower() != "bearer" or not hmac.compare_digest(shown, token.encode()):
            raise Refusal(
                401,
                "Unauthorized",
                "The token is missing or not the right one: send Authorization: Bearer TOKEN.",
                "Authorization",
                headers={"WWW-Authenticate": "Bearer"},
            )

    def _refused(self, request: BaseRequest, refusal: Refusal) -> Response:
        if not request.content.is_eof() and refusal.status != 401:
            # What is still to come is not read to its end, so this connection cannot go on.
            refusal.headers.setdefault("Connection", "close")
        return page(refusal)
