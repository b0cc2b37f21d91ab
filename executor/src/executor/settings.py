"""What a pool of sandboxes can be told, with defaults that suit one machine and many sessions."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Level = Literal["namespaces", "landlock", "none"]

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What one session may use, all its processes together unless it says otherwise."""

    memory: int = 2048 * MIB
    disk: int = 1024 * MIB
    """For /mnt/data, /tmp and the home directory together."""
    files: int = 100_000
    """Files and directories on that disk."""
    processes: int = 256
    open_files: int = 1024
    """For each process."""
    output: int = 1 * MIB
    """For each of stdout and stderr, of each run, where the caller names no other limit."""
    displays: int = 32 * MIB
    """For figures and other rich output of one run."""

    def __post_init__(self) -> None:
        if self.memory < 256 * MIB:
            raise ValueError("A session needs at least 256 MiB of memory.")
        if self.disk < MIB or self.files < 100:
            raise ValueError("A session needs at least 1 MiB of disk and 100 files.")
        if self.processes < 16 or self.open_files < 64:
            raise ValueError("A session needs at least 16 processes and 64 open files.")
        if self.output < 1 or self.displays < 1:
            raise ValueError("The limits of output must be at least one byte.")


@dataclass(frozen=True)
class Settings:
    """How a pool makes its sandboxes."""

    limits: Limits = field(default_factory=Limits)
    spares: int = 2
    """Sandboxes kept ready, refilled after each use."""
    grace: float = 1.0
    """Seconds that code has to end after it was interrupted, before its processes are killed."""
    unsandboxed: bool = False
    """Whether to serve even where the machine offers nothing to confine code with."""
    strongest: Level = "namespaces"
    """Levels stronger than this one are not tried; for tests, and for machines that need it."""
    directory: Path | None = None
    """Where the files of sessions live at levels that have no private disk; None: a new
    directory under the system's temporary one."""
    user: int = 60999
    """The user, of no name, that runs all code where the executor itself runs as root."""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    """Variables that the code sees beside the fixed few."""

    def __post_init__(self) -> None:
        if self.spares < 0:
            raise ValueError("The number of spare sandboxes cannot be negative.")
        if self.strongest not in ("namespaces", "landlock", "none"):
            raise ValueError("The strongest level is namespaces, landlock or none.")

    def as_message(self) -> dict[str, Any]:
        """For another process."""
        plain = asdict(self)
        plain["directory"] = str(self.directory) if self.directory else None
        plain["environment"] = dict(self.environment)
        return plain

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> "Settings":
        """What was sent."""
        directory = message["directory"]
        fields: dict[str, Any] = {
            **message,
            "limits": Limits(**message["limits"]),
            "directory": Path(directory) if directory else None,
        }
        return cls(**fields)
