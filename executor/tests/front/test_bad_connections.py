"""Connections that say nothing, too little, or what is not HTTP."""

from collections.abc import Callable

import pytest
from asking import Wire, refused, target
from running import Running
from stories import call

from executor.options import Connections


def test_a_head_that_comes_too_slowly_is_given_up(strict: Running) -> None:
    with Wire(strict.server) as wire:
        wire.say(b"POST /executions HTTP/1.1\r\nHost:")

        answer = wire.hear()

    assert answer is not None
    refused(answer, 408, "RequestTimeout")


def test_a_connection_that_says_nothing_is_closed(strict: Running) -> None:
    with Wire(strict.server) as wire:
        assert wire.hear() is None


def test_a_connection_too_many_is_told_so(serve: Callable[..., Running]) -> None:
    strict = serve(connections=Connections(most=2))
    with Wire(strict.server) as one, Wire(strict.server) as two:
        for wire in (one, two):
            wire.head("GET", "/health")
            assert wire.hear() is not None
        with Wire(strict.server) as third:
            answer = third.hear()

    assert answer is not None
    refused(answer, 503, "TooManyConnections")


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_what_is_not_http_is_refused(strict: Running, request_: bytes) -> None:
    with Wire(strict.server) as wire:
        wire.say(request_)

        answer = wire.hear()

    assert answer is not None
    refused(answer, 400, "InvalidHttp")


@pytest.mark.parametrize("first", [b"", b'4\r\n{"co\r\n'])
def test_a_broken_chunk_is_refused(strict: Running, first: bytes) -> None:
    with Wire(strict.server) as wire:
        wire.head("POST", target("/executions"), "Transfer-Encoding: chunked")
        wire.say(first)
        # Whoever answers this reads what was said before it.
        assert call(strict.server, "GET", "/health").status == 200
        wire.say(b"zz\r\n")

        answer = wire.hear()

    assert answer is not None
    refused(answer, 400, "InvalidBody")
