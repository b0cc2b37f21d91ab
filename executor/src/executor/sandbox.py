"""One sandbox, seen from the process that owns it."""

from collections.abc import Callable, Sequence
from types import TracebackType

from executor.files import Entry, Listing
from executor.outcome import Outcome, Stream

OnOutput = Callable[[Stream, str], None]


class SandboxGone(Exception):
    """The sandbox ended, and with it variables and files. A new one can be taken."""


class Upload:
    """A file being written: visible under its name, at once and whole, when committed.

    Write to ``fd`` (an OSError with ENOSPC is the session's disk limit). Left without ``commit``,
    nothing of it remains.
    """

    fd: int

    async def commit(self) -> Entry:
        """Puts the file in its place, instead of what may be there."""
        raise NotImplementedError

    async def __aenter__(self) -> "Upload":  # noqa: PYI034 - Self needs Python 3.11
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        raise NotImplementedError


class Sandbox:
    """One session: its kernel with the variables, its files, its processes.

    Runs go one at a time, in the order of asking (a lock inside sees to it). File operations may
    come at any time and raise OSError (FileNotFoundError, IsADirectoryError, PermissionError for
    what is no regular file or not allowed, ENOSPC ...) or ValueError for a path that cannot be.
    Everything raises SandboxGone once the sandbox has ended, however that came.
    """

    @property
    def gone(self) -> bool:
        """Whether it has ended."""
        raise NotImplementedError

    async def execute(
        self,
        execution_id: str,
        code: str,
        *,
        timeout: float = 60.0,
        output_limit: int | None = None,
        on_output: OnOutput | None = None,
        empty_kernel: bool = False,
    ) -> Outcome:
        """Runs code. What goes wrong in it is in the outcome, not raised.

        The time counts from the start of the run, not from asking. ``on_output`` is called in the
        event loop with each piece of text as it comes, up to the limit. An empty kernel knows no
        variables and is thrown away after the run.
        """
        raise NotImplementedError

    async def shell(
        self,
        execution_id: str,
        command: str | Sequence[str],
        *,
        stdin: bytes = b"",
        timeout: float = 60.0,
        output_limit: int | None = None,
        on_output: OnOutput | None = None,
    ) -> Outcome:
        """Runs a command (text: by /bin/sh; a sequence: as it is), in /mnt/data, beside the kernel.

        Succeeded means that it ran and exit_code is set, whatever that is.
        """
        raise NotImplementedError

    async def interrupt(self, execution_id: str) -> bool:
        """Ends a run, by interrupting it and then by killing; False when it is not running or
        waiting here. Returns at once; the run's own outcome (Canceled) says what was lost."""
        raise NotImplementedError

    async def open_file(self, path: str) -> int:
        """A file descriptor to read a regular file with; the caller closes it."""
        raise NotImplementedError

    async def create_file(self, path: str) -> Upload:
        """Starts to write a file; makes missing directories above it."""
        raise NotImplementedError

    async def stat_file(self, path: str) -> Entry:
        """One file or directory."""
        raise NotImplementedError

    async def list_files(self, path: str = "", *, recursive: bool = False) -> Listing:
        """What is in a directory; at most 10,000 entries."""
        raise NotImplementedError

    async def delete_file(self, path: str) -> None:
        """Removes a file, or a directory with everything in it."""
        raise NotImplementedError

    async def close(self) -> None:
        """Ends everything in it. May be called again."""
        raise NotImplementedError
