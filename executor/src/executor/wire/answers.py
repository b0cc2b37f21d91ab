"""What comes of runs, files and sessions, written as each generation of the API expects it."""

import json
import math
import mimetypes
from datetime import datetime, timezone
from typing import Any, cast

from executor.files import Entry
from executor.outcome import Outcome

Page = dict[str, Any]


def encode(page: object) -> bytes:
    """JSON in UTF-8, whatever values code has made."""
    try:
        return _dump(page).encode()
    except ValueError:
        # NaN inside a bundle, a number of ten thousand digits, half a surrogate pair.
        return _dump(_tame(page)).encode("utf-8", "replace")


def _dump(page: object) -> str:
    return json.dumps(page, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _tame(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and value.bit_length() > 1024:
        return f"an integer of {value.bit_length()} bits"
    if isinstance(value, dict):
        return {str(k): _tame(v) for k, v in cast("Page", value).items()}
    if isinstance(value, list | tuple):
        return [_tame(v) for v in cast("list[object]", value)]
    return value


def instant(seconds: float) -> str:
    """A time as in RFC 3339, in UTC, with a fraction."""
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def error_of(outcome: Outcome) -> Page | None:
    """Why a run did not succeed, with what became of the session's variables."""
    kept = "VariablesKept" if outcome.variables_kept else "KernelRestarted"
    if not outcome.files_kept:
        kept = "SessionLost"
    if outcome.problem is not None:
        code, message = outcome.problem.code, outcome.problem.message
    elif outcome.error is not None:
        code = "PythonError"
        message = f"{outcome.error.name}: {outcome.error.message}"
    else:
        return None
    return {"code": code, "message": message, "innererror": {"code": kept}}


def stderr_of(outcome: Outcome) -> str:
    """What was written there, and why the run did not succeed: many clients look nowhere else."""
    said = outcome.stderr
    more: list[str] = []
    if outcome.error is not None:
        more.append(outcome.error.traceback)
    if outcome.problem is not None:
        more.append(f"{outcome.problem.code}: {outcome.problem.message}")
    for text in more:
        said += ("\n" if said and not said.endswith("\n") else "") + text.rstrip("\n") + "\n"
    return said


def value_of(outcome: Outcome, *, jupyter: bool) -> object:
    """The last value; else the last image; else an empty string."""
    if outcome.has_value:
        for output in outcome.outputs:
            if output.kind == "value" and "image/png" in output.data:
                return image(output.data["image/png"])
        value = outcome.value
        if isinstance(value, float) and not math.isfinite(value):
            value = None
        if jupyter and not isinstance(value, str):
            return text_of(outcome)
        return value
    for output in reversed(outcome.outputs):
        if "image/png" in output.data:
            return image(output.data["image/png"])
    return ""


def text_of(outcome: Outcome) -> str:
    """The last value as Jupyter prints it."""
    for output in outcome.outputs:
        if output.kind == "value":
            return str(output.data.get("text/plain", outcome.value))
    return str(outcome.value)


def image(png: str) -> Page:
    """A picture as clients of the sessions read it."""
    return {"type": "image", "format": "png", "base64_data": png}


def outputs_of(outcome: Outcome) -> list[Page]:
    """Everything shown, in order."""
    return [
        {"kind": output.kind, "data": output.data}
        | ({"metadata": output.metadata} if output.metadata else {})
        for output in outcome.outputs
    ]


def result_of(outcome: Outcome, *, jupyter: bool) -> Page:
    """The part of an execution that says what came of it."""
    page: Page = {
        "stdout": outcome.stdout,
        "stderr": stderr_of(outcome),
        "executionResult": value_of(outcome, jupyter=jupyter),
        "executionTimeInMilliseconds": round(outcome.seconds * 1000),
        "outputs": outputs_of(outcome),
    }
    if outcome.outputs_cut:
        page["outputsCut"] = outcome.outputs_cut
    return page


def flat_file(entry: Entry) -> Page:
    """A file, since 2024-10-02."""
    above, _, name = entry.path.rpartition("/")
    return {
        "name": name,
        "type": "directory" if entry.directory else "file",
        "contentType": None if entry.directory else content_type(name),
        "sizeInBytes": 0 if entry.directory else entry.size,
        "lastModifiedAt": instant(entry.modified),
        "directory": above or ".",
    }


def wrapped_file(entry: Entry, number: int) -> Page:
    """A file, before 2024-10-02; objects are numbered through an answer, from the one given."""
    return {
        "$id": str(number),
        "properties": {
            "$id": str(number + 1),
            "filename": entry.path,
            "size": entry.size,
            "lastModifiedTime": instant(entry.modified),
        },
    }


def content_type(name: str) -> str:
    """A guess, for show; content itself is never served as anything that a browser would run."""
    return mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream"
