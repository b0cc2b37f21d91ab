"""Short ways to ask the front."""

import json
import socket
import uuid
from typing import Any
from urllib.parse import urlencode

from stories import Answer, Server, call

API = "2025-10-02-preview"
OLD_API = "2024-02-02-preview"


def target(address: str, /, **query: str) -> str:
    """A path with the query that every call has, unless it is given."""
    query = {"api-version": API, "identifier": "test-session", **query}
    return f"{address}?{urlencode({name: text for name, text in query.items() if text})}"


def run(
    server: Server,
    code: str,
    operation: str | None = None,
    *,
    identifier: str = "test-session",
    **more: Any,
) -> Answer:
    """Runs code and waits."""
    headers = {"Content-Type": "application/json"}
    if operation is not None:
        headers["operation-id"] = operation
    body = json.dumps({"code": code, **more}).encode()
    return call(server, "POST", target("/executions", identifier=identifier), body, headers)


def start(server: Server, code: str, **more: str) -> str:
    """Starts code, and returns its id."""
    operation = str(uuid.uuid4())
    answer = run(server, code, operation, executionType="Asynchronous", **more)
    assert answer.status == 202, answer
    return operation


def upload(
    server: Server, name: str, content: bytes = b"1", *, address: str = "/files", **query: str
) -> Answer:
    """Sends one file in a form."""
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return form(server, head.encode() + content + b"\r\n--b--\r\n", address=address, **query)


def form(server: Server, body: bytes, *, address: str = "/files", **query: str) -> Answer:
    """Sends a form as it is."""
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    return call(server, "POST", target(address, **query), body, headers)


def refused(answer: Answer, status: int, code: str) -> dict[str, Any]:
    """Asserts that it is a refusal in the documented shape; returns what it says."""
    assert answer.status == status, answer
    error = answer.page()["error"]
    assert answer.page().keys() == {"error"}
    assert error["code"] == code, answer
    assert isinstance(error["message"], str)
    assert error["message"]
    assert error.keys() <= {"code", "message", "target", "details"}
    assert answer.headers["x-ms-error-code"] == code
    return error


class Wire:
    """A connection on which anything can be said."""

    def __init__(self, server: Server) -> None:
        self._socket = socket.create_connection(("127.0.0.1", server.port), timeout=20)
        self._heard = b""

    def __enter__(self) -> "Wire":  # noqa: PYI034 - Self needs Python 3.11
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def say(self, data: bytes) -> None:
        """Sends it; that the other side has closed is no error here."""
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return

    def head(self, method: str, path: str, *headers: str) -> None:
        """Sends the head of a request."""
        lines = [f"{method} {path} HTTP/1.1", "Host: x", *headers, "", ""]
        self.say("\r\n".join(lines).encode())

    def hear(self) -> Answer | None:
        """One answer; None when the connection was closed instead."""
        received = b""
        while b"\r\n\r\n" not in received:
            if not (piece := self._receive()):
                return None
            received += piece
        head, _, body = received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += self._receive()
        return Answer(int(first.split()[1]), headers, body)

    def hear_until(self, wanted: bytes) -> bytes:
        """All that was heard so far, once it holds what is wanted."""
        while wanted not in self._heard:
            piece = self._receive()
            assert piece, self._heard
            self._heard += piece
        return self._heard

    def _receive(self) -> bytes:
        try:
            return self._socket.recv(65536)
        except ConnectionResetError:
            return b""
