"""Uploads that are not the form they should be."""

import pytest
from asking import form, refused, target
from running import Running
from stories import call


def test_an_upload_without_end_is_refused_at_the_limit_and_leaves_nothing(
    strict: Running,
) -> None:
    body = b"--b\r\nContent-Disposition: form-data; name=file; filename=x\r\n\r\n" + bytes(2**21)

    refused(form(strict.server, body), 413, "RequestTooLarge")

    assert call(strict.server, "GET", target("/files")).page()["value"] == []


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
def test_a_form_that_is_none_is_refused_and_leaves_nothing(strict: Running, body: bytes) -> None:
    refused(form(strict.server, body), 400, "InvalidForm")

    assert call(strict.server, "GET", target("/files")).page()["value"] == []


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
def test_an_upload_that_is_no_form_is_refused(strict: Running, kind: str) -> None:
    answer = call(strict.server, "POST", target("/files"), b"--b--", {"Content-Type": kind})

    assert answer.status in (400, 415), answer
    refused(answer, answer.status, answer.page()["error"]["code"])
