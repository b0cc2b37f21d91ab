"""Tracebacks for people who wrote the cell: their own lines, and only the last of a library's."""

import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

CELL = "<cell "
own_directories: list[str] = []
"""Where modules of the session's own may be; not those of libraries."""
_LONGEST = 64 * 1024
_OURS = str(Path(__file__).parents[1])


def describe(error: BaseException) -> dict[str, str]:
    """Name, message and traceback of an uncaught exception, without colours."""
    name = type(error).__name__
    return {
        "name": name,
        "message": _cut(_text(error)),
        "traceback": _cut(_traceback(error)),
    }


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as problem:  # noqa: BLE001 - somebody else's code
        return f"<no message: {type(problem).__name__}>"


def _traceback(error: BaseException) -> str:
    try:
        whole = traceback.TracebackException.from_exception(error, compact=True)
        for part in _chain(whole, set()):
            part.stack = _Short(_of_the_cell(part.stack))  # type: ignore[assignment]
        return "".join(whole.format())
    except Exception:  # noqa: BLE001 - an exception can be made to resist
        return f"{type(error).__name__}: {_text(error)}\n"


def _chain(
    part: "traceback.TracebackException | None", seen: set[int]
) -> Iterator["traceback.TracebackException"]:
    if part is None or id(part) in seen:
        return
    seen.add(id(part))
    yield part
    yield from _chain(part.__cause__, seen)
    yield from _chain(part.__context__, seen)
    for inner in getattr(part, "exceptions", None) or ():
        yield from _chain(inner, seen)


def _of_the_cell(stack: "traceback.StackSummary") -> list[traceback.FrameSummary]:
    """Without the frames of whoever ran the cell, or interrupted it."""
    frames = [frame for frame in stack if not frame.filename.startswith(_OURS)]
    first = next((i for i, frame in enumerate(frames) if frame.filename.startswith(CELL)), None)
    if first is None:  # of a cause, only what a library did; of a cell that was not run, nothing
        return [] if any("compilerop" in frame.filename for frame in frames) else frames
    return frames[first:]


class _Short(traceback.StackSummary):
    """Formats with the libraries' frames left out, but for the innermost."""

    def format(self, **options: Any) -> list[str]:
        lines: list[str] = []
        left_out: list[traceback.FrameSummary] = []
        for position, frame in enumerate(self):
            if _is_library(frame) and position + 1 < len(self):
                left_out.append(frame)
                continue
            if left_out:
                lines.append(_left_out(left_out))
                left_out = []
            lines += traceback.StackSummary.from_list([frame]).format()
        return _repeated(lines)


def _is_library(frame: traceback.FrameSummary) -> bool:
    return not frame.filename.startswith((CELL, *own_directories))


def _left_out(frames: list[traceback.FrameSummary]) -> str:
    count = len(frames)
    return f"  ... {count} library frame{'s' if count > 1 else ''} ...\n"


def _repeated(lines: list[str]) -> list[str]:
    """At most a screenful: of a deep recursion the beginning and the end."""
    if len(lines) <= 24:
        return lines
    return [*lines[:8], f"  ... {len(lines) - 16} frames ...\n", *lines[-8:]]


def _cut(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2
    return f"{text[:half]}\n... {len(text) - _LONGEST} characters ...\n{text[-half:]}"


def forget(trace: TracebackType | None) -> None:
    """Lets go of what the frames of a traceback hold."""
    traceback.clear_frames(trace)
