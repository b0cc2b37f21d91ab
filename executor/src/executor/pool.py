"""Sandboxes, made from one warm process."""

from dataclasses import dataclass
from typing import Literal

from executor.sandbox import Sandbox
from executor.settings import Settings

Level = Literal["namespaces", "landlock", "none"]


class CannotConfine(Exception):
    """This machine offers no way to confine code; the message says what is missing and what to
    do."""


@dataclass(frozen=True)
class Health:
    """How the pool is."""

    ready: bool
    """Whether a sandbox can be had."""
    level: Level
    """The confinement in force."""
    weaker_because: tuple[str, ...]
    """Why it is not the strongest: one sentence for each level that was tried and refused."""
    sandboxes: int
    """Taken and not gone."""
    spares: int


class Pool:
    """Makes sandboxes. Everything ends with the process that started it, whatever ends that."""

    @classmethod
    async def start(cls, settings: Settings) -> "Pool":
        """Returns when the warm process stands and the spares are made.

        Raises CannotConfine where code could only run unconfined and that was not asked for.
        """
        raise NotImplementedError

    async def take(self) -> Sandbox:
        """A fresh sandbox, at once when there is a spare. The caller closes it.

        Where the warm process has died it is started again first.
        """
        raise NotImplementedError

    def health(self) -> Health:
        """How things are now."""
        raise NotImplementedError

    async def close(self) -> None:
        """Ends all sandboxes and the warm process."""
        raise NotImplementedError
