"""The routes about sessions and about the server."""

import asyncio
import sys
import time
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

from aiohttp.web import Response, StreamResponse

from executor.front.executions import reply
from executor.front.routing import Call, Route
from executor.front.session import Session
from executor.front.sessions import Sessions
from executor.wire import answers
from executor.wire.refusal import Findings, Refusal
from executor.wire.versions import FLAT, known

PAGE = 100
"""Sessions on one page of the list."""


@dataclass
class About:
    """What there is, and the end of it."""

    sessions: Sessions
    started: float = field(default_factory=time.time)
    _packages: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("GET", "/session", self.show),
            Route("DELETE", "/session", self.delete),
            Route("POST", "/.management/stopSession", self.stop),
            Route("GET", "/listSessions", self.show_all),
            Route("GET", "/metadata", self.metadata),
            Route("GET", "/health", self.health, open=True),
        ]

    async def show(self, call: Call) -> StreamResponse:
        """One session. It has another etag when it was lost and began anew."""
        identifier, _ = call.strictly(FLAT)
        session = self.sessions.find(identifier)
        if session is None or session.sandbox.gone:
            raise Refusal(
                404, "SessionNotFound", "There is no session of that identifier.", "identifier"
            )
        return reply(self._page(session))

    async def delete(self, call: Call) -> StreamResponse:
        """Ends a session: what runs, variables and files."""
        identifier, _ = call.strictly(FLAT)
        await self.sessions.end(identifier)
        return Response(status=204)

    async def stop(self, call: Call) -> StreamResponse:
        """The same, by the name it has for custom containers."""
        identifier, _ = call.strictly(FLAT)
        await self.sessions.end(identifier)
        return Response(text="The session was stopped.")

    async def show_all(self, call: Call) -> StreamResponse:
        """All sessions, the oldest first, a page at a time."""
        findings = Findings()
        version = self._version(call, findings)
        skip = call.skip(findings)
        findings.refuse()
        sessions = [each for each in self.sessions.all() if not each.sandbox.gone]
        shown = sessions[skip : skip + PAGE]
        page: answers.Page = {"sessions": [self._page(each) for each in shown]}
        if skip + PAGE < len(sessions):
            following = f"/listSessions?api-version={version}&skip={skip + PAGE}"
            page["nextLink"] = call.base() + following
        return reply(page)

    async def metadata(self, call: Call) -> StreamResponse:
        """The Python that code runs in."""
        findings = Findings()
        self._version(call, findings)
        findings.refuse()
        if not self._packages:
            self._packages = await asyncio.to_thread(packages)
        at = answers.instant(self.started)
        return reply(
            {
                "runtimes": [{"name": "python", "version": sys.version.split()[0]}],
                "preInstalledPackages": self._packages,
                "createdAt": at,
                "lastUpdatedAt": at,
                "jupyterKernel": "python3",
            }
        )

    async def health(self, _: Call) -> StreamResponse:
        """Whether sessions can be had, and how well they are confined."""
        health = self.sessions.sandboxes.health()
        page: dict[str, Any] = {
            "status": "healthy" if health.ready else "unhealthy",
            "message": "Dynamic session container is ready"
            if health.ready
            else "No session can be made at present",
            "sandbox": health.level,
            "weakerBecause": list(health.weaker_because),
            "sessions": len(self.sessions),
            "maxSessions": self.sessions.most,
            "spares": health.spares,
        }
        return reply(page, 200 if health.ready else 503)

    def _version(self, call: Call, findings: Findings) -> str:
        try:
            return known(call.query.get("api-version"), FLAT)
        except Refusal as refusal:
            findings.take(refusal)
            return ""

    def _page(self, session: Session) -> answers.Page:
        expires = self.sessions.expires(session)
        return {
            "identifier": session.identifier,
            "createdAt": answers.instant(session.created),
            "lastAccessedAt": answers.instant(session.accessed),
            "expireAt": None if expires is None else answers.instant(expires),
            "etag": session.etag,
        }


def packages() -> list[dict[str, str]]:
    """What can be imported, by name."""
    found = {
        dist.metadata["Name"]: dist.version
        for dist in metadata.distributions()
        if dist.metadata["Name"]
    }
    return [{"name": name, "version": found[name]} for name in sorted(found, key=str.lower)]
