"""Which handler a request goes to, and what every handler is given."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from aiohttp.web import BaseRequest, StreamResponse

from executor.wire import names
from executor.wire.refusal import Findings, Refusal
from executor.wire.versions import known

BASE = re.compile(r"https?://[A-Za-z0-9.:\[\]-]{1,255}")


@dataclass(frozen=True)
class Call:
    """A request whose address has been read."""

    http: BaseRequest
    query: Mapping[str, str]
    path: Mapping[str, str]
    """The variable parts of its path."""

    def common(
        self, versions: tuple[str, ...], findings: Findings | None = None
    ) -> tuple[str, str]:
        """The identifier and the version; refuses, or takes note of, what is wrong with them."""
        findings = findings or Findings()
        identifier = version = ""
        try:
            version = known(self.query.get("api-version"), versions)
        except Refusal as refusal:
            findings.take(refusal)
        try:
            identifier = self.identifier()
        except Refusal as refusal:
            findings.take(refusal)
        return identifier, version

    def identifier(self) -> str:
        """The name of the session."""
        if "identifier" not in self.query:
            raise Refusal(
                400,
                "MissingIdentifier",
                "The query parameter identifier is missing: the name of the session.",
                "identifier",
            )
        return names.identifier(self.query["identifier"])

    def skip(self, findings: Findings) -> int:
        """How much of a long list the caller has had already."""
        text = self.query.get("skip", "0")
        if text.isascii() and text.isdigit() and len(text) < 10:
            return int(text)
        findings.add("InvalidQuery", "skip is a whole number from 0.", "skip")
        return 0

    def base(self) -> str:
        """How the caller names this server; nothing when that cannot be told."""
        headers = self.http.headers
        scheme = headers.get("X-Forwarded-Proto", "http")
        host = headers.get("X-Forwarded-Host") or headers.get("Host", "")
        base = f"{scheme}://{host}"
        return base if BASE.fullmatch(base) else ""

    def strictly(self, versions: tuple[str, ...]) -> tuple[str, str]:
        """As ``common``, for calls in which nothing else can be wrong."""
        findings = Findings()
        both = self.common(versions, findings)
        findings.refuse()
        return both


Handler = Callable[[Call], Awaitable[StreamResponse]]


@dataclass(frozen=True)
class Route:
    """A method, a path in which ``{name}`` is a segment and ``{name*}`` is one or more."""

    method: str
    path: str
    handler: Handler
    open: bool = False
    """Whether it can be called without a token."""


class Router:
    """Finds the route of a request."""

    def __init__(self, routes: list[Route]) -> None:
        self._routes = [(re.compile(pattern(route.path)), route) for route in routes]

    def find(self, request: BaseRequest) -> tuple[Route, Call]:
        """The route, and what the address says; refuses an address that has none."""
        path, query = split(request.raw_path)
        allowed: list[str] = []
        for regex, route in self._routes:
            match = regex.fullmatch(path)
            if match is None:
                continue
            if route.method == request.method:
                parts = {name: decoded(part) for name, part in match.groupdict().items()}
                return route, Call(request, query_of(query), parts)
            allowed.append(route.method)
        if allowed:
            raise Refusal(
                405,
                "MethodNotAllowed",
                f"This address has {', '.join(sorted(set(allowed)))}.",
                headers={"Allow": ", ".join(sorted(set(allowed)))},
            )
        raise Refusal(404, "NotFound", "There is no such address here.")


def split(target: str) -> tuple[str, str]:
    """Path and query of a request's target, which may be a whole URL."""
    if not target.startswith("/"):
        try:
            url = urlsplit(target)
        except ValueError:
            raise Refusal(400, "InvalidPath", "The address is not a URL.") from None
        return url.path or "/", url.query
    path, _, query = target.partition("#")[0].partition("?")
    return path, query


def pattern(path: str) -> str:
    """A path as a regular expression."""
    escaped = re.escape(path)
    escaped = re.sub(r"\\{(\w+)\\\*\\}", r"(?P<\1>.+)", escaped)
    return re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", escaped) + "/?"


def decoded(part: str) -> str:
    """A part of a path without its escapes."""
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError:
        raise Refusal(400, "InvalidPath", "The path is not UTF-8.") from None


def query_of(text: str) -> dict[str, str]:
    """The parameters, each once."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=50)
    except UnicodeDecodeError:
        raise Refusal(400, "InvalidQuery", "The query is not UTF-8.") from None
    except ValueError:
        raise Refusal(400, "InvalidQuery", "The query has too many parameters.") from None
    query: dict[str, str] = {}
    for name, value in pairs:
        if name in query:
            raise Refusal(400, "InvalidQuery", "A parameter comes twice.", name[:40])
        query[name] = value
    return query
