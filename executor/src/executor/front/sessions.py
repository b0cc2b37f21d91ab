"""The sessions there are, by identifier."""

import asyncio
import logging
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import Protocol

from executor.channel import ChannelClosed
from executor.front.results import Ledger
from executor.front.session import Session
from executor.pool import CannotConfine, Health
from executor.sandbox import Sandbox, SandboxGone
from executor.wire.refusal import Refusal

log = logging.getLogger(__name__)


class Sandboxes(Protocol):
    """Where sandboxes come from."""

    async def take(self) -> Sandbox: ...

    def health(self) -> Health: ...


class Sessions:
    """Makes a session for a new identifier, and ends it when nobody has called for long.

    ``most`` is how many there may be; with ``only_one`` the first identifier that comes is the
    only one that is served, as in a container that is one session.
    """

    def __init__(
        self,
        sandboxes: Sandboxes,
        *,
        most: int,
        cooldown: float | None,
        only_one: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.sandboxes = sandboxes
        self.most = most
        self.cooldown = cooldown
        self._only_one = only_one
        self._bound: str | None = None
        self._now = now
        self._ledger = Ledger()
        self._sessions: dict[str, Session] = {}
        self._making: dict[str, asyncio.Task[Session]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._sessions)

    @property
    def bound(self) -> str | None:
        """The one identifier that is served, once it is known."""
        return self._bound

    def find(self, identifier: str) -> Session | None:
        """The session of that name, if there is one."""
        self._bind(identifier)
        session = self._sessions.get(identifier)
        if session is not None:
            session.touch()
        return session

    async def open(self, identifier: str) -> Session:
        """The session of that name; a new one when there is none, or when its sandbox has gone."""
        self._bind(identifier)
        session = self._sessions.get(identifier)
        if session is not None and not session.sandbox.gone:
            session.touch()
            return session
        making = self._making.get(identifier)
        if making is None:
            # A task of its own: one caller that hangs up must not end it for the others.
            making = asyncio.get_running_loop().create_task(self._make(identifier, session))
            self._making[identifier] = making
            making.add_done_callback(lambda _: self._making.pop(identifier, None))
        return await asyncio.shield(making)

    async def _make(self, identifier: str, lost: Session | None) -> Session:
        if lost is not None:
            lost.renew(await self._take())
            lost.touch()
            return lost
        # Those being made count, for each is under a name that has no session yet.
        if len(self._sessions.keys() | self._making.keys()) > self.most:
            raise full(self.most)
        sandbox = await self._take()
        session = Session(identifier, sandbox, self._ledger, self._now)
        self._sessions[identifier] = session
        return session

    async def _take(self) -> Sandbox:
        try:
            return await self.sandboxes.take()
        except (OSError, CannotConfine, ChannelClosed, SandboxGone):
            log.exception("no sandbox could be made")
            raise Refusal(
                503,
                "SessionUnavailable",
                "No session can be made at present; the server's log has the reason.",
                headers={"Retry-After": "5"},
            ) from None

    @contextmanager
    def inside(self, session: Session) -> Generator[Session, None, None]:
        """Keeps a session from being ended as idle meanwhile."""
        session.calls += 1
        try:
            yield session
        finally:
            session.calls -= 1
            session.touch()

    async def end(self, identifier: str) -> None:
        """Ends a session, with its files and variables; there need be none."""
        self._bind(identifier)
        session = self._sessions.pop(identifier, None)
        if session is not None:
            await session.close()

    def all(self) -> list[Session]:
        """Every session, the oldest first."""
        return sorted(self._sessions.values(), key=lambda each: (each.created, each.etag))

    def expires(self, session: Session) -> float | None:
        """When it will be ended, if nobody calls."""
        return None if self.cooldown is None else session.accessed + self.cooldown

    def expire(self) -> None:
        """Ends those that nobody has called for long."""
        if self.cooldown is None:
            return
        latest = time.monotonic() - self.cooldown
        for identifier, session in list(self._sessions.items()):
            if not session.busy and session.last_call <= latest:
                del self._sessions[identifier]
                log.info("a session is ended, for nobody called it for %g s", self.cooldown)
                task = asyncio.get_running_loop().create_task(session.close())
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)

    async def watch(self) -> None:
        """Expires, again and again, until cancelled."""
        if self.cooldown is None:
            return
        while True:
            await asyncio.sleep(max(0.05, min(5.0, self.cooldown / 4)))
            self.expire()

    async def quiet(self, most: float) -> None:
        """Returns when nothing runs any more, or after so many seconds."""
        running = [task for session in self._sessions.values() for task in session.running]
        if running:
            await asyncio.wait(running, timeout=most)

    async def close(self) -> None:
        """Ends them all."""
        sessions = list(self._sessions.values())
        self._sessions.clear()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*(each.close() for each in sessions), *self._closing)

    def _bind(self, identifier: str) -> None:
        if not self._only_one:
            return
        if self._bound is None:
            self._bound = identifier
        elif self._bound != identifier:
            raise Refusal(
                400,
                "IdentifierMismatch",
                "This container is the session of another identifier.",
                "identifier",
            )


def full(most: int) -> Refusal:
    """Refuses one session more."""
    return Refusal(
        404,
        "SessionPoolFull",
        f"All {most} sessions of this pool are in use. Try again later, or end one.",
        headers={"Retry-After": "5"},
    )
