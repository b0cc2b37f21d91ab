"""Plays the stories of ``contract/`` against a server."""

import base64
import http.client
import json
import re
import time
import uuid
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

FOLDER = Path(__file__).parent.parent.parent / "contract"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")
PATIENCE = 30.0


class Server(NamedTuple):
    """Where to send requests, and what to show."""

    port: int
    token: str | None = None


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    def page(self) -> Any:
        return json.loads(self.body)


def stories() -> list[tuple[str, str]]:
    """Every story with every version it holds for."""
    return [
        (path.stem, api)
        for path in sorted(FOLDER.glob("*.json"))
        for api in json.loads(path.read_text(encoding="utf-8"))["apis"]
    ]


def play(server: Server, story: str, api: str) -> None:
    """Asserts every answer of a story."""
    values = {
        "api": api,
        "identifier": f"story-{uuid.uuid4().hex}",
        "operation": str(uuid.uuid4()),
        "base": f"http://127.0.0.1:{server.port}",
    }
    exchanges = json.loads((FOLDER / f"{story}.json").read_text(encoding="utf-8"))["exchanges"]
    for number, exchange in enumerate(exchanges, 1):
        request, response = fill(exchange["request"], values), exchange["response"]
        answer = send(server, request)
        until = time.monotonic() + PATIENCE
        for field, going in exchange.get("repeatWhile", {}).items():
            while answer.page().get(field) in going and time.monotonic() < until:
                answer = send(server, request)
        where = f"exchange {number} of {story}: {answer.body[:2000]!r}"
        expected = fill(response, values)
        assert answer.status == expected["status"], where
        for name, value in expected.get("headers", {}).items():
            assert fits(answer.headers.get(name.lower()), value), f"{name} in {answer.headers}"
        if "body" in expected:
            assert fits(answer.page(), expected["body"]), f"{where}\nis not {expected['body']}"
        else:
            assert answer.body == expected.get("text", "").encode(), where


def fill(value: Any, values: dict[str, str]) -> Any:
    """A value with its placeholders filled in, except those that stand for anything."""
    if isinstance(value, str):
        return re.sub(r"\{\{(\w+)\}\}", lambda m: values.get(m[1], m[0]), value)
    if isinstance(value, dict):
        return {key: fill(each, values) for key, each in value.items()}
    if isinstance(value, list):
        return [fill(each, values) for each in value]
    return value


def send(server: Server, request: dict[str, Any]) -> Answer:
    """Sends one request of a story."""
    headers = dict(request.get("headers", {}))
    body: bytes | None = None
    if "body" in request:
        body = json.dumps(request["body"]).encode()
        headers.setdefault("Content-Type", "application/json")
    elif "text" in request:
        body = request["text"].encode()
    elif "multipart" in request:
        body = b"".join(part(each) for each in request["multipart"]) + b"--limit--\r\n"
        headers["Content-Type"] = "multipart/form-data; boundary=limit"
    target = quote(request["path"])
    if request.get("query"):
        target += "?" + urlencode(request["query"])
    return call(server, request["method"], target, body, headers)


def part(fields: dict[str, str]) -> bytes:
    head = (
        f'--limit\r\nContent-Disposition: form-data; name="{fields["name"]}"; '
        f'filename="{fields["filename"]}"\r\nContent-Type: {fields["contentType"]}\r\n\r\n'
    )
    return head.encode() + fields["text"].encode() + b"\r\n"


def call(
    server: Server,
    method: str,
    target: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """One request and its answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    headers = dict(headers or {})
    if server.token is not None:
        headers.setdefault("Authorization", f"Bearer {server.token}")
    try:
        connection.request(method, target, body, headers)
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, response.read())
    finally:
        connection.close()


def fits(value: Any, expected: Any) -> bool:
    """Whether a value is what a story expects."""
    match expected:
        case "{{any}}":
            return True
        case "{{text}}":
            return isinstance(value, str) and value != ""
        case "{{number}}":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "{{time}}":
            return isinstance(value, str) and TIME.fullmatch(value) is not None
        case "{{uuid}}":
            return isinstance(value, str) and str(uuid.UUID(value)) == value
        case "{{base64}}":
            return isinstance(value, str) and len(base64.b64decode(value, validate=True)) > 0
        case dict():
            return (
                isinstance(value, dict)
                and value.keys() == expected.keys()
                and all(fits(value[key], expected[key]) for key in expected)
            )
        case list():
            return (
                isinstance(value, list)
                and len(value) == len(expected)
                and all(map(fits, value, expected))
            )
        case str() if isinstance(value, str) and expected.startswith("application/json"):
            return value.split(";")[0] == expected
        case _:
            return type(value) is type(expected) and value == expected
