"""Whatever a client sends is answered by a 4xx in the one shape, soon, and changes nothing."""

import json
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from asking import OLD_API, Wire, form, refused, run, target, upload
from running import Running
from stories import Answer, call

from executor.front.server import Connections
from executor.wire.body import Patience

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def running(serve: Callable[..., Running]) -> Running:
    return serve(
        patience=Patience(pause=0.3, start=0.6, rate=1024 * 1024),
        connections=Connections(idle=0.4, linger=0.2),
        largest_upload=1024 * 1024,
    )


def post(running: Running, body: bytes, headers: dict[str, str] = JSON) -> Answer:
    return call(running.server, "POST", target("/executions"), body, headers)


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
def test_a_body_that_is_no_json_object_is_refused(running: Running, body: bytes) -> None:
    refused(post(running, body), 400, "InvalidJson")
    assert not running.pool.taken


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
def test_a_field_that_cannot_be_is_refused(running: Running, fields: dict[str, object]) -> None:
    answer = post(running, json.dumps(fields).encode())

    assert answer.status == 400, answer
    refused(answer, 400, answer.page()["error"]["code"])
    assert not running.pool.taken


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
    running: Running, headers: dict[str, str], code: str
) -> None:
    refused(post(running, b'{"code": "1"}', headers), 415, code)


def test_json_in_other_words_is_accepted(running: Running) -> None:
    for headers in ({}, {"Content-Type": "application/vnd.x+json; Charset=UTF-8"}):
        assert post(running, b'{"code": "1"}', headers).status == 200


def test_a_bomb_is_not_unpacked(running: Running) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(2**20)) for _ in range(200)) + packer.flush()
    before = peak_of_this_process()

    refused(
        post(running, bomb, {**JSON, "Content-Encoding": "gzip"}),
        415,
        "UnsupportedContentEncoding",
    )

    assert peak_of_this_process() - before < 50 * 1024 * 1024


def test_a_body_of_100_megabytes_is_refused_before_it_is_sent(running: Running) -> None:
    with Wire(running.server) as wire:
        wire.head("POST", target("/executions"), f"Content-Length: {100 * 1024 * 1024}")

        answer = wire.hear()

    assert answer is not None
    refused(answer, 413, "RequestTooLarge")


def test_a_body_without_end_is_refused_at_the_limit(running: Running) -> None:
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    with Wire(running.server) as wire:
        wire.head("POST", target("/executions"), "Transfer-Encoding: chunked")
        for _ in range(4):
            wire.say(chunk)

        answer = wire.hear()

    assert answer is not None
    refused(answer, 413, "RequestTooLarge")


def test_an_upload_without_end_is_refused_at_the_limit_and_leaves_nothing(
    running: Running,
) -> None:
    body = b"--b\r\nContent-Disposition: form-data; name=file; filename=x\r\n\r\n" + bytes(2**21)

    refused(form(running.server, body), 413, "RequestTooLarge")

    assert call(running.server, "GET", target("/files")).page()["value"] == []


@pytest.mark.parametrize("sent", [b"", b'5\r\n{"cod\r\n'])
def test_a_body_that_does_not_come_is_given_up(running: Running, sent: bytes) -> None:
    with Wire(running.server) as wire:
        wire.head("POST", target("/executions"), "Transfer-Encoding: chunked")
        wire.say(sent)

        answer = wire.hear()

    assert answer is not None
    refused(answer, 408, "RequestTimeout")


def test_a_head_that_comes_too_slowly_is_given_up(running: Running) -> None:
    with Wire(running.server) as wire:
        wire.say(b"POST /executions HTTP/1.1\r\nHost:")

        answer = wire.hear()

    assert answer is not None
    refused(answer, 408, "RequestTimeout")


def test_a_connection_that_says_nothing_is_closed(running: Running) -> None:
    with Wire(running.server) as wire:
        assert wire.hear() is None


def test_a_connection_too_many_is_told_so(serve: Callable[..., Running]) -> None:
    running = serve(connections=Connections(most=2))
    with Wire(running.server) as one, Wire(running.server) as two:
        for wire in (one, two):
            wire.head("GET", "/health")
            assert wire.hear() is not None
        with Wire(running.server) as third:
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
def test_what_is_not_http_is_refused(running: Running, request_: bytes) -> None:
    with Wire(running.server) as wire:
        wire.say(request_)

        answer = wire.hear()

    assert answer is not None
    refused(answer, 400, "InvalidHttp")


def test_a_broken_chunk_is_refused(running: Running) -> None:
    with Wire(running.server) as wire:
        wire.head("POST", target("/executions"), "Transfer-Encoding: chunked")
        wire.say(b"zz\r\n")

        answer = wire.hear()

    assert answer is not None
    assert answer.status == 400, answer


@pytest.mark.parametrize(
    "identifier",
    [
        "abc",
        "a" * 129,
        "../..",
        "%2e%2e.",
        "../../etc/passwd",
        "..%2f..%2f",
        "a b c d",
        "abcd\r\nX: y",
        "abcd\0",
        "аbсd",
        "abcd\u202e",
        "abcd/",
    ],
)
def test_an_identifier_that_cannot_be_is_refused(running: Running, identifier: str) -> None:
    refused(run(running.server, "1", identifier=identifier), 400, "InvalidIdentifier")
    assert not running.pool.taken


def test_identifiers_are_told_apart_by_case(running: Running) -> None:
    run(running.server, "x = 1", identifier="Abcd")

    assert (
        run(running.server, "'x' in dir()", identifier="abcd").page()["result"]["executionResult"]
        is False
    )


@pytest.mark.parametrize("operation", ["a" * 129, "../x", "a/b", "-a", "ä", "a b", "."])
def test_an_execution_id_that_cannot_be_is_refused(running: Running, operation: str) -> None:
    headers = {**JSON, "operation-id": operation.encode().decode("latin-1")}

    refused(post(running, b'{"code": "1"}', headers), 400, "InvalidExecutionId")


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("GET", "/files?api-version=2025-10-02-preview", 400, "MissingIdentifier"),
        ("GET", "/files?identifier=abcd", 400, "InvalidApiVersion"),
        ("GET", target("/files", **{"api-version": "2099-01-01"}), 400, "InvalidApiVersion"),
        ("GET", target("/files") + "&identifier=other", 400, "InvalidQuery"),
        ("GET", target("/files") + "&x=%ff", 400, "InvalidQuery"),
        ("GET", target("/files") + "&x" * 100, 400, "InvalidQuery"),
        ("GET", target("/files", recursive="maybe"), 400, "InvalidQuery"),
        ("GET", target("/files/%ff"), 400, "InvalidPath"),
        ("GET", target("/listSessions", skip="-1"), 400, "InvalidQuery"),
        ("GET", target("/listSessions", skip="x"), 400, "InvalidQuery"),
        ("GET", target("/executions/a%2Fb"), 400, "InvalidExecutionId"),
        ("GET", target("/executions/.."), 400, "InvalidExecutionId"),
        ("GET", target("/../files"), 404, "NotFound"),
        ("GET", target("/Files"), 404, "NotFound"),
        ("POST", target("/session"), 405, "MethodNotAllowed"),
        ("TRACE", target("/files"), 405, "MethodNotAllowed"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused(
    running: Running, method: str, address: str, status: int, code: str
) -> None:
    refused(call(running.server, method, address), status, code)


NAMES = [
    "../up",
    "a/../../up",
    "/etc/passwd",
    "/mnt/data",
    "/mnt/database/x",
    "..\\up",
    "C:x",
    "a\\b",
    ".",
    "..",
    "a/",
    "nul\0l",
    "line\nfeed",
    "bell\a",
    "right\u202eto-left",
    "zero\u200bwidth",
    "x" * 256,
    "ü" * 128,
    "/".join(["d"] * 70),
    "a/" * 1100 + "x",
    "what?",
    "pipe|x",
    "<b>",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("api", ["flat", "wrapped"])
def test_a_file_name_that_could_mean_something_else_is_refused(
    running: Running, name: str, api: str
) -> None:
    if api == "flat":
        answer = upload(running.server, name)
    else:
        answer = upload(running.server, name, address="/files/upload", **{"api-version": OLD_API})

    # A line feed ends the header, so such a form is not one.
    refused(answer, 400, "InvalidForm" if name == "line\nfeed" else "InvalidFileName")
    assert not running.pool.taken


@pytest.mark.parametrize("path", ["..", "../x", "/etc", "a/../..", "a\\b", "\0", "x" * 300])
def test_a_directory_elsewhere_is_refused(running: Running, path: str) -> None:
    refused(upload(running.server, "a", path=path), 400, "InvalidFileName")


@pytest.mark.parametrize(
    "name", ["-rf", "con", ".hidden", "a b.csv", "données.csv", "a&b=c.csv", "100%.txt", "A", "a"]
)
def test_a_file_name_that_is_only_odd_is_kept_as_it_is(running: Running, name: str) -> None:
    assert upload(running.server, name).page()["name"] == name


@pytest.mark.parametrize("wanted", ["..%2f..%2fetc%2fpasswd", "%2fetc%2fpasswd", "a%00", "..%5cx"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_name_elsewhere_can_neither_be_read_nor_deleted(
    running: Running, method: str, wanted: str
) -> None:
    run(running.server, "1")

    refused(call(running.server, method, target(f"/files/{wanted}")), 400, "InvalidFileName")


DISPOSITION = b'Content-Disposition: form-data; name="file"; filename="a.txt"\r\n'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--b--\r\n",
        b"nothing of the kind",
        b"x" * 10_000,
        b"--b",
        b"--b\r\n",
        b"--b\r\n" + DISPOSITION,
        b"--b\r\n" + DISPOSITION + b"\r\ncut",
        b"--b\r\n" + DISPOSITION + b"\r\ncut\r\n--",
        b'--b\r\nContent-Disposition: form-data; name="other"; filename="a"\r\n\r\n1\r\n--b--',
        b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n1\r\n--b--',
        b"--b\r\nno header\r\n\r\n1\r\n--b--",
        b"--b\r\n\xff\xff: x\r\n\r\n1\r\n--b--",
        b"--b\r\nX: " + b"x" * 20_000 + b"\r\n\r\n1\r\n--b--",
        b"--b\r\nContent-Disposition: form-data; name=file; filename*=utf-8''%ff\r\n\r\n1\r\n--b--",
        b"--b\r\nContent-Disposition: form-data; name=file; filename*=x''a\r\n\r\n1\r\n--b--",
        (b"--b\r\n" + DISPOSITION + b"\r\n1\r\n") * 2 + b"--b--",
        b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n' * 101 + b"--b--",
    ],
)
def test_a_form_that_is_none_is_refused_and_leaves_nothing(running: Running, body: bytes) -> None:
    refused(form(running.server, body), 400, "InvalidForm")

    assert call(running.server, "GET", target("/files")).page()["value"] == []


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "multipart/mixed; boundary=b",
        "multipart/form-data",
        "",
        'multipart/form-data; boundary="',
    ],
)
def test_an_upload_that_is_no_form_is_refused(running: Running, kind: str) -> None:
    answer = call(running.server, "POST", target("/files"), b"--b--", {"Content-Type": kind})

    assert answer.status in (400, 415), answer
    refused(answer, answer.status, answer.page()["error"]["code"])


def test_everything_wrong_is_said_at_once(running: Running) -> None:
    body = {"codeInputType": "File", "timeoutInSeconds": 0, "useEmptyKernel": 1}
    where = target("/executions", identifier="..", **{"api-version": "1"})
    headers = {**JSON, "operation-id": "/"}

    error = refused(
        call(running.server, "POST", where, json.dumps(body).encode(), headers),
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
