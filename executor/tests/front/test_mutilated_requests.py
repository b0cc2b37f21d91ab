"""Requests as they should be, cut, doubled and sprinkled with what parsers trip over."""

import random
from collections.abc import Callable

import pytest
from asking import API, OLD_API, Wire
from running import Running

from executor.options import Connections, Patience

ROUNDS = 150
NEW = f"?identifier=abcd&api-version={API}"
OLD = f"?identifier=abcd&api-version={OLD_API}"
FORM = (
    '--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"; '
    "filename*=utf-8''%C3%BC\r\nContent-Type: text/plain\r\n\r\nabc\r\n--b--\r\n"
)


def sent(target: str, body: str, kind: str = "application/json") -> bytes:
    return (
        f"POST {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def asked(target: str, method: str = "GET") -> bytes:
    return f"{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()


SOUND = [
    sent("/executions" + NEW, '{"code": "1", "timeoutInSeconds": 5, "useEmptyKernel": true}'),
    sent("/executions" + NEW, '{"execCommandAndArgs": ["a", "b"], "stdin": "x"}'),
    sent("/code/execute" + OLD, '{"properties": {"code": "MQ==", "codeInputType": "Inline"}}'),
    sent("/execute" + NEW, '{"properties": {"shellCommand": "ls"}, "timeout": 3}'),
    sent("/files" + NEW, FORM, "multipart/form-data; boundary=b"),
    sent("/files/upload" + OLD, FORM, "multipart/form-data; boundary=b"),
    asked("/files/a/b.csv/content" + NEW + "&path=x"),
    asked("/files/content/a.csv" + OLD),
    asked("/files" + NEW + "&recursive=true", "DELETE"),
    asked("/executions/abc/stream" + NEW),
    asked("/session" + NEW),
    asked("/listSessions" + NEW + "&skip=3"),
]
TRAPS = [
    *(b"\r\n", b"\0", b"\xff", b"%00", b"%ff", b"%2e%2e/", b"..", b"/", b'"', b"'", b";", b"*"),
    *(b"{", b"}", b"[", b"]", b"null", b"-1", b"1e999", b"NaN", b"\\ud800", b"9" * 500, b"?", b"="),
    *(b"--b", b"filename*=", b"\xe2\x80\xae", b"a" * 300, b" ", b"\t", b":", b"&", b"#"),
    *(b"Transfer-Encoding: chunked\r\n", b"Content-Length: 5\r\n", b"Expect: 100-continue\r\n"),
]


def mutilated(chance: random.Random) -> bytes:
    request = bytearray(chance.choice(SOUND))
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        at = chance.randrange(len(request))
        match chance.randrange(4):
            case 0:
                request[at:at] = chance.choice(TRAPS)
            case 1:
                del request[at : at + chance.randrange(1, 12)]
            case 2:
                request[at] = chance.randrange(256)
            case _:
                request[at:at] = request[at : at + chance.randrange(1, 30)]
    return bytes(request)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_mutilated_request_is_done_or_refused(serve: Callable[..., Running], seed: int) -> None:
    running = serve(
        patience=Patience(pause=0.02, start=0.05),
        connections=Connections(idle=0.2, linger=0.02),
        sessions=1000,
    )
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    for number in range(ROUNDS):
        request = mutilated(chance)
        with Wire(running.server) as wire:
            wire.say(request)
            answer = wire.hear()
        where = f"request {number} of seed {seed}: {request!r}: {answer}"
        assert answer is not None, where
        if answer.status == 100:
            continue
        assert answer.status < 500, where
        if answer.status >= 400 and not request.startswith(b"HEAD"):
            assert "error" in answer.page(), where
