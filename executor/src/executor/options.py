"""What the server can be told. Importing it takes no time: the server itself is imported while the
warm process warms up."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Patience:
    """How long a body may take."""

    pause: float = 30.0
    """Seconds without a byte."""
    start: float = 60.0
    """Seconds for any body at all ..."""
    rate: int = 16 * 1024
    """... and one more for each so many bytes received."""


@dataclass(frozen=True)
class Connections:
    """How many there may be, and how long one may be without a request."""

    most: int = 512
    idle: float = 60.0
    """Seconds that a connection may take to send a whole head, or the next one."""
    linger: float = 5.0
    """Seconds in which what is left of a refused request is still taken, so that its sender comes
    to read the refusal."""


@dataclass(frozen=True)
class Options:
    """How the server serves."""

    host: str = "127.0.0.1"
    port: int = 0
    """0: any that is free."""
    token: str | None = None
    """What callers have to show; None where the platform in front sees to it."""
    container: bool = False
    """One session, for the first identifier that comes."""
    sessions: int = 50
    cooldown: float | None = 300.0
    """Seconds without a call after which a session ends; None: never."""
    longest: float = 3600.0
    """Seconds that a run may take."""
    largest_upload: int = 256 * 1024 * 1024
    largest_body: int = 2 * 1024 * 1024
    patience: Patience = field(default_factory=Patience)
    connections: Connections = field(default_factory=Connections)
