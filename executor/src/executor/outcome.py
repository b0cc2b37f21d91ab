"""What comes of a run."""

from dataclasses import dataclass, field
from typing import Any, Literal

Stream = Literal["stdout", "stderr"]
Code = Literal["ExecutionTimeout", "ExecutionCanceled", "OutOfMemory", "DiskFull", "KernelDied"]


@dataclass(frozen=True)
class Output:
    """One thing shown, as a bundle of representations by MIME type, in the order of showing.

    Binary types (image/png ...) are base64 text, JSON types are JSON values, others are text.
    """

    kind: Literal["display", "figure", "value"]
    """``value`` is the last expression's; there is at most one."""
    data: dict[str, Any]
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class PythonError:
    """An exception that the code did not catch; for people, and without colours."""

    name: str
    message: str
    traceback: str


@dataclass(frozen=True)
class Problem:
    """Why a run ended that the code did not end itself."""

    code: Code
    message: str
    """A whole sentence or two: what happened, what was lost, what to do."""


@dataclass(frozen=True)
class Outcome:
    """One finished run."""

    status: Literal["Succeeded", "Failed", "Canceled"]
    stdout: str = ""
    stderr: str = ""
    outputs: tuple[Output, ...] = ()
    has_value: bool = False
    """Whether the last line was an expression with a value other than None."""
    value: Any = None
    """That value: a bool, number, string or None (for NaN) as itself, else its text/plain."""
    error: PythonError | None = None
    problem: Problem | None = None
    """Set when the run was ended from outside or lost its kernel. May come with ``error``."""
    seconds: float = 0.0
    stdout_cut: int = 0
    """Bytes left out beyond the limit; the text ends with a marker that says so."""
    stderr_cut: int = 0
    outputs_cut: int = 0
    """Outputs left out beyond the limit."""
    variables_kept: bool = True
    """Whether the session still has the variables from before."""
    files_kept: bool = True
    """Whether it still has its files; when not, the sandbox is gone as well."""
    exit_code: int | None = None
    """Of a shell command; minus the signal when one ended it."""
