"""Connections: what aiohttp leaves open about clients that are slow, many or malformed."""

import asyncio
import inspect
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp.web import (
    BaseRequest,
    RequestHandler,
    RequestPayloadError,
    Response,
    Server,
    StreamResponse,
)

from executor.options import Connections
from executor.wire.answers import encode
from executor.wire.refusal import Refusal

log = logging.getLogger(__name__)
Handler = Callable[[BaseRequest], Awaitable[StreamResponse]]


class Connection(RequestHandler):
    """One connection, whose malformed requests are answered in the shape of all refusals."""

    __slots__ = ("heard_any", "made")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.made = time.monotonic()
        self.heard_any = False

    def data_received(self, data: bytes) -> None:
        """Notes that there was something, and tells who reads a body that it is broken: aiohttp
        keeps that for the next request, for which the reader would wait."""
        self.heard_any = True
        super().data_received(data)
        request = self._current_request
        if request is not None and not request.content.is_eof() and self._messages:
            problem: object = getattr(self._messages[-1][0], "exc", None)
            if isinstance(problem, Exception):
                request.content.set_exception(RequestPayloadError(str(problem)))

    def handle_error(
        self,
        request: BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> StreamResponse:
        """The page for what aiohttp could not read; and for what we failed at."""
        if isinstance(exc, ConnectionError) or request.writer.output_size > 0:
            # The client has gone, or an answer has begun: there is nobody to tell.
            log.debug("a connection broke", exc_info=exc)
            raise ConnectionError("the connection broke")
        if status < 500:
            refusal = Refusal(400, "InvalidHttp", "The request is not well-formed HTTP.")
        else:
            log.error("a request failed", exc_info=exc)
            refusal = Refusal(500, "InternalError", "The server failed; its log has the reason.")
        response = page(refusal)
        response.force_close()
        return response


class Listener(Server):
    """Accepts connections, and closes those that only hold on."""

    def __init__(self, handler: Handler, limits: Connections) -> None:
        super().__init__(self._serve)  # pyright: ignore[reportUnknownMemberType]
        self._handle = handler
        self._limits = limits
        self._idle_since: dict[RequestHandler, float] = {}
        self._options: dict[str, Any] = {
            "access_log": None,
            # Later than we do it ourselves, who say why.
            "keepalive_timeout": 2 * limits.idle + 5,
            "lingering_time": limits.linger,
        }
        # Older ones decompress a body before anybody could refuse it.
        if "auto_decompress" in inspect.signature(RequestHandler.__init__).parameters:
            self._options["auto_decompress"] = False

    def __call__(self) -> RequestHandler:
        """One connection more."""
        return Connection(self, loop=asyncio.get_running_loop(), **self._options)

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        """Takes it, unless there are too many."""
        super().connection_made(handler, transport)
        self._idle_since[handler] = time.monotonic()
        if len(self._idle_since) > self._limits.most:
            refusal = Refusal(503, "TooManyConnections", "Too many connections. Use fewer.")
            hang_up(transport, refusal)

    def connection_lost(self, handler: RequestHandler, exc: BaseException | None = None) -> None:
        """Forgets it."""
        self._idle_since.pop(handler, None)
        super().connection_lost(handler, exc)

    async def watch(self) -> None:
        """Closes connections that have been without a request for too long, until cancelled."""
        while True:
            await asyncio.sleep(min(5.0, self._limits.idle / 4))
            latest = time.monotonic() - self._limits.idle
            for handler, since in list(self._idle_since.items()):
                transport = handler.transport
                if since > latest or not isinstance(transport, asyncio.Transport):
                    continue
                if isinstance(handler, Connection) and handler.heard_any:
                    hang_up(
                        transport,
                        Refusal(408, "RequestTimeout", "The request came too slowly."),
                    )
                else:
                    transport.abort()

    async def _serve(self, request: BaseRequest) -> StreamResponse:
        connection = request.protocol
        self._idle_since[connection] = float("inf")
        try:
            return await self._handle(request)
        finally:
            if connection in self._idle_since:
                self._idle_since[connection] = time.monotonic()
                if isinstance(connection, Connection):
                    connection.heard_any = False


def page(refusal: Refusal) -> Response:
    """A refusal as an answer."""
    response = Response(
        status=refusal.status,
        body=encode(refusal.page()),
        content_type="application/json",
        headers={"x-ms-error-code": refusal.finding.code, **refusal.headers},
    )
    if response.headers.get("Connection") == "close":
        response.force_close()
    return response


async def put(response: StreamResponse, data: bytes, patience: float = 60.0) -> None:
    """Sends a piece of an answer; who does not take it for so many seconds is cut off."""
    try:
        await asyncio.wait_for(response.write(data), patience)
    except (asyncio.TimeoutError, TimeoutError):
        response.force_close()
        raise ConnectionResetError("the client does not read") from None


def hang_up(transport: asyncio.Transport, refusal: Refusal) -> None:
    """Says why to who has not yet asked anything, and closes."""
    body = encode(refusal.page())
    head = (
        f"HTTP/1.1 {refusal.status} {refusal.finding.code}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"x-ms-error-code: {refusal.finding.code}\r\nConnection: close\r\n\r\n"
    )
    transport.write(head.encode() + body)
    transport.close()
