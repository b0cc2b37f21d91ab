"""What is said of a run that did not end by itself."""

import signal
from typing import Any

from executor.capture import Capture
from executor.frames import BROKEN
from executor.outcome import Code, Outcome, Problem, PythonError

_WHY: dict[Code, str] = {
    "ExecutionTimeout": "The code ran longer than its limit of {timeout:g} s",
    "ExecutionCanceled": "The run was cancelled",
    "OutOfMemory": "The session used more than its limit of {memory} MiB of memory",
    "DiskFull": "The session wrote more than its limit of {disk} MiB of files",
    "KernelDied": "The Python process ended",
}
_ADVICE: dict[Code, str] = {
    "ExecutionTimeout": "Do less at once, or allow more time.",
    "ExecutionCanceled": "",
    "OutOfMemory": "Work on parts of the data, and delete what is no longer needed.",
    "DiskFull": "Delete files that are no longer needed.",
    "KernelDied": "",
}
_NOT_EVEN_BEGUN = "It had not begun."
_KEPT = "It was interrupted; variables and files are kept."
_RESTARTED = "Python was restarted: variables are lost, files are kept."
_GONE = "The session had to be ended: variables and files are lost."


def problem(code: Code, what: str, kept: str, **values: Any) -> Problem:
    """What happened, what was lost, what to do."""
    sentence = _WHY[code].format(**values) + (f" ({what})" if what else "") + "."
    return Problem(code, " ".join(filter(None, (sentence, kept, _ADVICE[code]))))


def lost(files_kept: bool) -> str:
    """What is lost when a kernel is."""
    return _RESTARTED if files_kept else _GONE


def kept() -> str:
    """What is said when nothing is lost."""
    return _KEPT


def not_begun(code: Code) -> Outcome:
    """Of a run that was ended before it began."""
    return Outcome("Canceled", problem=problem(code, "", _NOT_EVEN_BEGUN))


def cause_of_death(code: int) -> str:
    """How a process ended, in words."""
    if code == BROKEN:
        return "the code damaged what runs it"
    if code >= 0:
        return f"exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hint = ", perhaps by the system for want of memory" if -code == signal.SIGKILL else ""
    return f"killed by {name}{hint}"


def memory_error() -> Problem:
    """Of a MemoryError that the code got and did not catch."""
    return Problem(
        "OutOfMemory",
        "The code asked for more memory than the session may use. Variables and files are kept. "
        + _ADVICE["OutOfMemory"],
    )


def restarted_before() -> str:
    """Told on stderr by the first run after a kernel was lost between runs."""
    return f"[Between runs the Python process ended. {_RESTARTED}]\n"


def error_of(message: dict[str, Any] | None) -> PythonError | None:
    """The uncaught exception that a kernel reported."""
    error = message and message.get("error")
    if not error:
        return None
    return PythonError(error["name"], error["message"], error["traceback"])


def texts(capture: Capture) -> dict[str, Any]:
    """The part of an outcome that was shown."""
    out, err = capture.texts["stdout"], capture.texts["stderr"]
    return {
        "stdout": out.end(),
        "stderr": err.end(),
        "stdout_cut": out.cut,
        "stderr_cut": err.cut,
        "outputs": tuple(capture.outputs),
        "outputs_cut": capture.outputs_cut,
    }
