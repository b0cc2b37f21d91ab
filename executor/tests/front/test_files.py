import asyncio
import errno
import os
from collections.abc import AsyncIterator, Callable

import pytest
from asking import Wire, form, refused, run, target, upload
from running import Running
from stories import call

from executor.wire.form import Form, Part

Serve = Callable[..., Running]
MIB = 1024 * 1024


def test_a_file_of_any_bytes_comes_back_as_it_was(serve: Serve) -> None:
    running = serve()
    content = os.urandom(3 * MIB) + b"\r\n--b\r\n--bb--\r\n" * 3 + os.urandom(5)
    # The boundary must not occur; these come close.
    content = content.replace(b"\r\n--b\r\n", b"\r\n--c\r\n").replace(b"\r\n--bb", b"\r\n-b")

    assert upload(running.server, "a.bin", content).page()["sizeInBytes"] == len(content)
    assert call(running.server, "GET", target("/files/a.bin/content")).body == content


def test_an_empty_file_is_a_file(serve: Serve) -> None:
    running = serve()

    assert upload(running.server, "empty", b"").page()["sizeInBytes"] == 0
    assert call(running.server, "GET", target("/files/empty/content")).body == b""


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 1000])
def test_a_form_is_read_the_same_however_it_is_cut(size: int) -> None:
    content = b"one\r\n--\r\n-two\r\n-"
    body = (
        b"preamble\r\n--b  \r\nContent-Disposition: form-data; name=other\r\n\r\nskipped\r\n"
        b'--b\r\ncontent-disposition: form-data; name="file"; filename="a b.txt"\r\n'
        b"Content-Type: text/plain\r\n\r\n" + content + b"\r\n--b--\r\nepilogue"
    )

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(body), size):
            yield body[at : at + size]

    async def read() -> list[tuple[Part, bytes]]:
        form, found = Form(b"--b", pieces()), []
        while (part := await form.part()) is not None:
            found.append((part, b"".join([piece async for piece in form.data()])))
        return found

    assert asyncio.run(read()) == [
        (Part("other", None), b"skipped"),
        (Part("file", "a b.txt"), content),
    ]


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('name="file"; filename="a.txt"', "a.txt"),
        ("name=file; filename=a.txt", "a.txt"),
        ("name=file; filename=a.txt; filename*=utf-8''%C3%BC.txt", "ü.txt"),
        ("filename*=UTF-8''%e2%82%ac.txt; name=file".replace("%e2%82%ac", "%C3%A4"), "ä.txt"),
        ('name="file"; filename="a;b.txt"', "a;b.txt"),
        ('NAME="file";FILENAME="A.TXT"', "A.TXT"),
        ('name="file"; filename="/mnt/data/sub/x.txt"', "x.txt"),
    ],
)
def test_names_of_files_come_in_many_ways(serve: Serve, disposition: str, name: str) -> None:
    body = f"--b\r\nContent-Disposition: form-data; {disposition}\r\n\r\n1\r\n--b--"

    answer = form(serve().server, body.encode())

    assert answer.page()["name"] == name


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(serve: Serve) -> None:
    running = serve()
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n1\r\n--b--'
    with Wire(running.server) as wire:
        wire.head(
            "POST",
            target("/files"),
            "Content-Type: multipart/form-data; boundary=b",
            f"Content-Length: {len(body)}",
            "Expect: 100-continue",
        )
        go_on = wire.hear()
        wire.say(body)
        answer = wire.hear()

    assert go_on is not None
    assert go_on.status == 100
    assert answer is not None
    assert answer.status == 200


def test_a_full_disk_is_said_to_be_so(serve: Serve) -> None:
    running = serve()
    run(running.server, "1")
    running.pool.taken[0].full = True

    refused(upload(running.server, "a"), 413, "SessionDiskFull")


def test_an_upload_that_breaks_off_leaves_nothing(serve: Serve) -> None:
    running = serve()
    run(running.server, "1")
    folder = running.pool.taken[0].folder
    with Wire(running.server) as wire:
        wire.head(
            "POST",
            target("/files"),
            "Content-Type: multipart/form-data; boundary=b",
            "Content-Length: 1000000",
        )
        wire.say(
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
            + bytes(1000)
        )
        running.until(lambda: any(folder.iterdir()))
    running.until(lambda: not any(folder.iterdir()))

    assert call(running.server, "GET", target("/files")).page()["value"] == []


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (FileNotFoundError(), 404, "FileNotFound"),
        (IsADirectoryError(), 409, "FileConflict"),
        (NotADirectoryError(), 409, "FileConflict"),
        (PermissionError(), 403, "FileForbidden"),
        (OSError(errno.ENOSPC, ""), 413, "SessionDiskFull"),
        (OSError(errno.EDQUOT, ""), 413, "SessionDiskFull"),
        (OSError(errno.ELOOP, ""), 400, "InvalidFileName"),
        (OSError(errno.ENXIO, ""), 409, "FileConflict"),
        (ValueError("No such path can be."), 400, "InvalidFileName"),
    ],
)
def test_what_the_sandbox_says_of_a_file_is_put_in_shape(
    serve: Serve, fault: Exception, status: int, code: str
) -> None:
    running = serve()
    run(running.server, "1")

    async def fail(*_: object, **__: object) -> None:
        raise fault

    for name in ("open_file", "stat_file", "list_files", "delete_file", "create_file"):
        setattr(running.pool.taken[0], name, fail)

    refused(call(running.server, "GET", target("/files")), status, code)
    refused(call(running.server, "GET", target("/files/a")), status, code)
    refused(call(running.server, "GET", target("/files/a/content")), status, code)
    refused(call(running.server, "DELETE", target("/files/a")), status, code)
    refused(upload(running.server, "a"), status, code)


def test_content_is_never_shown_or_run_by_a_browser(serve: Serve) -> None:
    running = serve()
    upload(running.server, "page.html", b"<script>alert(1)</script>")

    headers = call(running.server, "GET", target("/files/page.html/content")).headers

    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"] == "attachment"
    assert headers["x-content-type-options"] == "nosniff"


def test_many_files_are_listed_a_page_at_a_time(serve: Serve) -> None:
    running = serve()
    run(running.server, "1")
    names = [f"{number:05}.txt" for number in range(10_001)]
    for name in names:
        (running.pool.taken[0].folder / name).touch()

    first = call(running.server, "GET", target("/files", recursive="true")).page()
    following = first["nextLink"].removeprefix(f"http://127.0.0.1:{running.server.port}")
    second = call(running.server, "GET", following).page()

    assert len(first["value"]) == 10_000
    assert [each["name"] for each in first["value"] + second["value"]] == names
    assert second["nextLink"] is None
