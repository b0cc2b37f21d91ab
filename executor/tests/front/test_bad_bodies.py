"""Bodies that are no JSON, not as they should be, too long or too slow."""

import json
import zlib
from pathlib import Path

import pytest
from asking import Wire, refused, target
from running import Running
from stories import Answer, call

JSON = {"Content-Type": "application/json"}


def post(strict: Running, body: bytes, headers: dict[str, str] = JSON) -> Answer:
    return call(strict.server, "POST", target("/executions"), body, headers)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \r\n ",
        b"code",
        b'{"code": "1"',
        b'{"code": "1"} x',
        b"[" * 10_000 + b"]" * 10_000,
        b'{"code":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"code": "1", "code": "2"}',
        b'{"code": "1", "more": {"a": 1, "a": 1}}',
        b'{"code": "1", "timeoutInSeconds": ' + b"9" * 5000 + b"}",
        b'{"code": "1", "timeoutInSeconds": 1e400}',
        b'{"code": "1", "timeoutInSeconds": NaN}',
        b'{"code": "1", "timeoutInSeconds": -Infinity}',
        b'{"code": "\\ud800"}',
        b'{"\\udfff": "1"}',
        b'\xef\xbb\xbf{"code": "1"}',
        '{"code": "1"}'.encode("utf-16"),
        b'{"code": "\xff\xfe"}',
        b'{"code": "\x00"}',
        b'["code"]',
        b'"code"',
        b"5",
        b"null",
    ],
)
def test_a_body_that_is_no_json_object_is_refused(strict: Running, body: bytes) -> None:
    refused(post(strict, body), 400, "InvalidJson")
    assert not strict.pool.taken


@pytest.mark.parametrize(
    "fields",
    [
        {"code": None},
        {"code": ["print(1)"]},
        {"code": "a\0b"},
        {"code": "1", "codeInputType": "File"},
        {"code": "1", "codeInputType": 3},
        {"code": "%%%", "codeInputType": "InlineBase64"},
        {"code": "/w==", "codeInputType": "InlineBase64"},
        {"code": "AA==", "codeInputType": "InlineBase64"},
        {"code": "1", "executionType": "Never"},
        {"code": "1", "timeoutInSeconds": 0},
        {"code": "1", "timeoutInSeconds": -1},
        {"code": "1", "timeoutInSeconds": 10**9},
        {"code": "1", "timeoutInSeconds": True},
        {"code": "1", "timeoutInSeconds": "60"},
        {"code": "1", "outputStreamsMaxLength": 0},
        {"code": "1", "outputStreamsMaxLength": 10**12},
        {"code": "1", "useEmptyKernel": "yes"},
        {"code": "1", "returnJupyterFormatExecutionResult": 1},
        {"code": "1", "shellCommand": "ls"},
        {"code": "1", "stdin": "x"},
        {"shellCommand": "ls", "execCommandAndArgs": ["ls"]},
        {"shellCommand": 1},
        {"execCommandAndArgs": []},
        {"execCommandAndArgs": "ls"},
        {"execCommandAndArgs": ["ls", 1]},
        {"execCommandAndArgs": ["l\0s"]},
        {"properties": {"code": "1"}},
    ],
)
def test_a_field_that_cannot_be_is_refused(strict: Running, fields: dict[str, object]) -> None:
    answer = post(strict, json.dumps(fields).encode())

    assert answer.status == 400, answer
    refused(answer, 400, answer.page()["error"]["code"])
    assert not strict.pool.taken


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Content-Type": "text/plain"}, "UnsupportedMediaType"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, "UnsupportedMediaType"),
        ({"Content-Type": ";;;"}, "UnsupportedMediaType"),
        ({"Content-Type": "application/json; charset=utf-16"}, "UnsupportedCharset"),
        ({"Content-Type": "application/json; charset=none"}, "UnsupportedCharset"),
        ({**JSON, "Content-Encoding": "gzip"}, "UnsupportedContentEncoding"),
        ({**JSON, "Content-Encoding": "br"}, "UnsupportedContentEncoding"),
    ],
)
def test_a_body_in_another_form_than_it_may_have_is_refused(
    strict: Running, headers: dict[str, str], code: str
) -> None:
    refused(post(strict, b'{"code": "1"}', headers), 415, code)


def test_json_in_other_words_is_accepted(strict: Running) -> None:
    for headers in ({}, {"Content-Type": "application/vnd.x+json; Charset=UTF-8"}):
        assert post(strict, b'{"code": "1"}', headers).status == 200


def test_a_bomb_is_not_unpacked(strict: Running) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(2**20)) for _ in range(200)) + packer.flush()
    before = peak_of_this_process()

    refused(
        post(strict, bomb, {**JSON, "Content-Encoding": "gzip"}),
        415,
        "UnsupportedContentEncoding",
    )

    assert peak_of_this_process() - before < 50 * 1024 * 1024


def test_a_body_of_100_megabytes_is_refused_before_it_is_sent(strict: Running) -> None:
    with Wire(strict.server) as wire:
        wire.head("POST", target("/executions"), f"Content-Length: {100 * 1024 * 1024}")

        answer = wire.hear()

    assert answer is not None
    refused(answer, 413, "RequestTooLarge")


def test_a_body_without_end_is_refused_at_the_limit(strict: Running) -> None:
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    with Wire(strict.server) as wire:
        wire.head("POST", target("/executions"), "Transfer-Encoding: chunked")
        for _ in range(4):
            wire.say(chunk)

        answer = wire.hear()

    assert answer is not None
    refused(answer, 413, "RequestTooLarge")


@pytest.mark.parametrize("sent", [b"", b'5\r\n{"cod\r\n'])
def test_a_body_that_does_not_come_is_given_up(strict: Running, sent: bytes) -> None:
    with Wire(strict.server) as wire:
        wire.head("POST", target("/executions"), "Transfer-Encoding: chunked")
        wire.say(sent)

        answer = wire.hear()

    assert answer is not None
    refused(answer, 408, "RequestTimeout")


def test_everything_wrong_is_said_at_once(strict: Running) -> None:
    body = {"codeInputType": "File", "timeoutInSeconds": 0, "useEmptyKernel": 1}
    where = target("/executions", identifier="..", **{"api-version": "1"})
    headers = {**JSON, "operation-id": "/"}

    error = refused(
        call(strict.server, "POST", where, json.dumps(body).encode(), headers),
        400,
        "InvalidRequest",
    )

    assert [each["target"] for each in error["details"]] == [
        "api-version",
        "identifier",
        "operation-id",
        "codeInputType",
        "timeoutInSeconds",
        "useEmptyKernel",
        "code",
    ]


def peak_of_this_process() -> int:
    """The most memory it ever had, in bytes."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024
