"""Names of sessions, executions, addresses and files that could mean something else."""

import pytest
from asking import OLD_API, refused, run, target, upload
from running import Running
from stories import call

JSON = {"Content-Type": "application/json"}


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
def test_an_identifier_that_cannot_be_is_refused(strict: Running, identifier: str) -> None:
    refused(run(strict.server, "1", identifier=identifier), 400, "InvalidIdentifier")
    assert not strict.pool.taken


def test_identifiers_are_told_apart_by_case(strict: Running) -> None:
    run(strict.server, "x = 1", identifier="Abcd")

    assert (
        run(strict.server, "'x' in dir()", identifier="abcd").page()["result"]["executionResult"]
        is False
    )


@pytest.mark.parametrize("operation", ["a" * 129, "../x", "a/b", "-a", "ä", "a b", "."])
def test_an_execution_id_that_cannot_be_is_refused(strict: Running, operation: str) -> None:
    headers = {**JSON, "operation-id": operation.encode().decode("latin-1")}

    refused(
        call(strict.server, "POST", target("/executions"), b'{"code": "1"}', headers),
        400,
        "InvalidExecutionId",
    )


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
    strict: Running, method: str, address: str, status: int, code: str
) -> None:
    refused(call(strict.server, method, address), status, code)


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
    strict: Running, name: str, api: str
) -> None:
    if api == "flat":
        answer = upload(strict.server, name)
    else:
        answer = upload(strict.server, name, address="/files/upload", **{"api-version": OLD_API})

    # A line feed ends the header, so such a form is not one.
    refused(answer, 400, "InvalidForm" if name == "line\nfeed" else "InvalidFileName")
    assert not strict.pool.taken


@pytest.mark.parametrize("path", ["..", "../x", "/etc", "a/../..", "a\\b", "\0", "x" * 300])
def test_a_directory_elsewhere_is_refused(strict: Running, path: str) -> None:
    refused(upload(strict.server, "a", path=path), 400, "InvalidFileName")


@pytest.mark.parametrize(
    "name", ["-rf", "con", ".hidden", "a b.csv", "données.csv", "a&b=c.csv", "100%.txt", "A", "a"]
)
def test_a_file_name_that_is_only_odd_is_kept_as_it_is(strict: Running, name: str) -> None:
    assert upload(strict.server, name).page()["name"] == name


@pytest.mark.parametrize("wanted", ["..%2f..%2fetc%2fpasswd", "%2fetc%2fpasswd", "a%00", "..%5cx"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_name_elsewhere_can_neither_be_read_nor_deleted(
    strict: Running, method: str, wanted: str
) -> None:
    run(strict.server, "1")

    refused(call(strict.server, method, target(f"/files/{wanted}")), 400, "InvalidFileName")
